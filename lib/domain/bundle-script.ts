// JavaScript cut into code and comments, in one pass over its bytes: what stands in a comment is not used, and a `//`
// inside a text is no comment. No parser: bundles may be minified, large, newer than any parser, or hostile.

/** A script in which offsets are the same with comments and without. */
export type Script = {
  /** The file as latin1: what is sought in it is ASCII, and offsets are those of the bytes. */
  text: string;
  /** The same with spaces in place of comments. */
  code: string;
  /** Where texts begin (at their quote) that look like a uuid, and like a JWT; in code only. */
  uuids: readonly number[];
  jwts: readonly number[];
};

/** More of them in one file mean nothing any more. */
const LITERALS_MAX = 1_000;
/** Code that people or bundlers write is not nested deeper; what is, may be cut wrongly. */
const DEPTH_MAX = 10_000;

const [TAB, LF, CR, SPACE] = [9, 10, 13, 32];
const codes = (text: string) => [...text].map((character) => character.charCodeAt(0));
const [DOUBLE = 0, SINGLE = 0, BACKTICK = 0, SLASH = 0, STAR = 0, BACKSLASH = 0, DOLLAR = 0] =
  codes('"\'`/*\\$');
const [OPEN_PAREN = 0, CLOSE_PAREN = 0, OPEN_BRACE = 0, CLOSE_BRACE = 0] = codes('(){}');
const [OPEN_BRACKET = 0, CLOSE_BRACKET = 0, PLUS = 0, MINUS = 0, DOT = 0] = codes('[]+-.');

/** Words after which `/` begins a regular expression; after any other it divides. */
const BEFORE_REGEX = 'return typeof case in of delete void throw new instanceof else do yield await'.split(
  ' ',
);
/** Behind the `)` of these stands a statement, which may begin with a regular expression. */
const BEFORE_STATEMENT = ['if', 'while', 'for', 'with'];
/** 1 for a letter, a digit, `_`, `$`, and anything beyond ASCII. */
const IS_WORD = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 || /[\w$]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Cuts a script. Time grows with its length only, whatever it holds. */
export function readScript(data: Uint8Array): Script {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const text = bytes.toString('latin1');
  const code = Buffer.from(bytes);
  const found: { uuids: number[]; jwts: number[] } = { uuids: [], jwts: [] };
  const { length } = bytes;
  // What is open: for `(`, whether a statement follows its `)`; for `{`, whether it stands in a template.
  const open: ('(' | 'if(' | '{' | '${')[] = [];
  // Where the last thing that is no gap ends, and where the last word begins.
  let last = -1;
  let wordAt = 0;
  let closedIf = false;
  let at = 0;

  const blank = (from: number, to: number) => {
    for (let index = from; index < to; index += 1) {
      const byte = bytes[index];
      if (byte !== LF && byte !== CR) code[index] = SPACE;
    }
  };
  /** Whether one of `words` ends at `last`, and is no property's name. */
  const isBehind = (words: readonly string[]): boolean => {
    if (last < wordAt || IS_WORD[bytes[last] ?? 0] !== 1 || bytes[wordAt - 1] === DOT) return false;
    const size = last + 1 - wordAt;
    return words.some((word) => word.length === size && text.startsWith(word, wordAt));
  };
  const push = (what: (typeof open)[number]) => {
    if (open.length < DEPTH_MAX) open.push(what);
  };

  /** Behind a comment that begins at `at`. */
  const endOfComment = (isBlock: boolean): number => {
    if (isBlock) {
      const end = text.indexOf('*/', at + 2);
      return end < 0 ? length : end + 2;
    }
    let end = at + 2;
    while (end < length && bytes[end] !== LF && bytes[end] !== CR) end += 1;
    return end;
  };
  /** Behind the quote that closes the text begun before `from`; a plain text ends with its line at the latest. */
  const endOfText = (from: number, quote: number): number => {
    for (let index = from; index < length; index += 1) {
      const byte = bytes[index];
      if (byte === BACKSLASH) index += 1;
      else if (byte === quote) return index + 1;
      else if (byte === LF || byte === CR) return index;
    }
    return length;
  };
  /** Behind the template's quote, or behind the `${` of its next expression. */
  const endOfTemplate = (from: number): number => {
    for (let index = from; index < length; index += 1) {
      const byte = bytes[index];
      if (byte === BACKSLASH) index += 1;
      else if (byte === BACKTICK) return index + 1;
      else if (byte === DOLLAR && bytes[index + 1] === OPEN_BRACE) {
        push('${');
        return index + 2;
      }
    }
    return length;
  };
  /** Behind a regular expression, which ends with its line at the latest. Never read twice: that would not be linear. */
  const endOfRegex = (): number => {
    let isClass = false;
    for (let index = at + 1; index < length; index += 1) {
      const byte = bytes[index];
      if (byte === BACKSLASH) index += 1;
      else if (byte === OPEN_BRACKET) isClass = true;
      else if (byte === CLOSE_BRACKET) isClass = false;
      else if (byte === SLASH && !isClass) return index + 1;
      else if (byte === LF || byte === CR) return index;
    }
    return length;
  };
  const beginsRegex = (): boolean => {
    const before = last < 0 ? undefined : bytes[last];
    if (before === undefined) return true;
    if (before === CLOSE_PAREN) return closedIf;
    if (before === CLOSE_BRACKET || before === DOUBLE || before === SINGLE || before === BACKTICK)
      return false;
    if (before === PLUS || before === MINUS) return bytes[last - 1] !== before;
    return IS_WORD[before] === 1 ? isBehind(BEFORE_REGEX) : true;
  };
  const note = (from: number, to: number) => {
    const size = to - from - 2;
    if (size === 36 && bytes[from + 9] === MINUS && bytes[from + 14] === MINUS) keep(found.uuids, from);
    else if (size > 60 && text.startsWith('eyJ', from + 1)) keep(found.jwts, from);
  };

  while (at < length) {
    const byte = bytes[at] ?? 0;
    if (IS_WORD[byte] === 1) {
      wordAt = at;
      while (IS_WORD[bytes[at] ?? 0] === 1) at += 1;
      last = at - 1;
      continue;
    }
    if (byte === SPACE || byte === LF || byte === TAB || byte === CR) {
      at += 1;
      continue;
    }
    const start = at;
    if (byte === SLASH && (bytes[at + 1] === SLASH || bytes[at + 1] === STAR)) {
      at = endOfComment(bytes[at + 1] === STAR);
      blank(start, at);
      continue;
    }
    if (byte === DOUBLE || byte === SINGLE) {
      at = endOfText(at + 1, byte);
      note(start, at);
    } else if (byte === BACKTICK) {
      at = endOfTemplate(at + 1);
      if (bytes[at - 1] === BACKTICK) note(start, at);
    } else if (byte === SLASH && beginsRegex()) {
      at = endOfRegex();
    } else {
      at += 1;
      if (byte === OPEN_PAREN) push(isBehind(BEFORE_STATEMENT) ? 'if(' : '(');
      else if (byte === OPEN_BRACE) push('{');
      else if (byte === CLOSE_PAREN) {
        const top = open.at(-1);
        closedIf = top === 'if(';
        if (top === 'if(' || top === '(') open.pop();
      } else if (byte === CLOSE_BRACE) {
        const top = open.at(-1);
        if (top === '{' || top === '${') open.pop();
        if (top === '${') at = endOfTemplate(at);
      }
    }
    last = at - 1;
  }
  return { text, code: code.toString('latin1'), ...found };
}

function keep(found: number[], at: number): void {
  if (found.length < LITERALS_MAX) found.push(at);
}

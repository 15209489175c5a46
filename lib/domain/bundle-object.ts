// One object literal of JavaScript or JSON, read where it stands: `{ name: "x", reference: "…" }`. Flat ones only, as the
// entries of a tokens table are; also inside of a text, where its quotes have backslashes.

export type ReadObject = {
  /** Property names to their plain texts; null for what is no plain text: a variable, a call, a sum. */
  fields: ReadonlyMap<string, string | null>;
  /** Where the texts begin (at their quote). */
  literals: readonly number[];
  /** Behind the closing brace. */
  end: number;
};

/** Longer than any entry: a JWT has at most a few thousand characters. */
export const OBJECT_CHARS_MAX = 20_000;
const FIELDS_MAX = 40;

// White space, also as `\n` inside of a text. Sticky, and no two parts take the same character: linear.
const GAP = /(?:\s|\\[nrt])*/y;
const SEPARATOR = /(?:\s|\\[nrt]|,)*/y;
const COLON = /(?:\s|\\[nrt])*:(?:\s|\\[nrt])*/y;
const NAME = /[A-Za-z_$][\w$]{0,63}/y;
const QUOTE = /(\\{0,3})(["'`])/y;

/** The object whose brace opens at `at`; null when it is no flat object, or longer than any entry. */
export function readObject(text: string, at: number): ReadObject | null {
  if (text[at] !== '{') return null;
  const end = Math.min(text.length, at + OBJECT_CHARS_MAX);
  const fields = new Map<string, string | null>();
  const literals: number[] = [];
  let next = skip(SEPARATOR, text, at + 1);
  while (text[next] !== '}') {
    if (next >= end || fields.size >= FIELDS_MAX) return null;
    const key = readKey(text, next, end);
    if (!key) return null;
    const value = skip(COLON, text, key.end);
    if (value === key.end) {
      // `{ name }`: what it holds is told elsewhere.
      fields.set(key.text, null);
      next = key.end;
    } else {
      const literal = readText(text, value, end);
      const after = literal ? skip(GAP, text, literal.end) : value;
      // More than the text, as in `"a" + b`, is no plain text.
      const isPlain = literal !== null && (text[after] === ',' || text[after] === '}');
      if (isPlain) literals.push(value);
      fields.set(key.text, isPlain ? literal.text : null);
      next = isPlain ? after : endOfExpression(text, value, end);
    }
    if (text[next] !== ',' && text[next] !== '}') next = skip(GAP, text, next);
    if (text[next] !== ',' && text[next] !== '}') return null;
    next = skip(SEPARATOR, text, next);
  }
  return { fields, literals, end: next + 1 };
}

/** The text that begins with the quote at `at`, or with backslashes before it; null when it is none or has no end. */
export function readText(text: string, at: number, end: number): { text: string; end: number } | null {
  QUOTE.lastIndex = at;
  const [opening, escape = '', quote = ''] = QUOTE.exec(text) ?? [];
  if (opening === undefined) return null;
  let next = at + opening.length;
  const start = next;
  for (; next < end; next += 1) {
    if (text[next] === quote && escape === '') return { text: unescape(text.slice(start, next)), end: next + 1 };
    if (text[next] !== '\\') continue;
    if (escape !== '' && text.startsWith(opening, next))
      return { text: unescape(text.slice(start, next)), end: next + opening.length };
    next += 1;
  }
  return null;
}

function readKey(text: string, at: number, end: number): { text: string; end: number } | null {
  const quoted = readText(text, at, Math.min(end, at + 200));
  if (quoted) return quoted;
  NAME.lastIndex = at;
  const [name] = NAME.exec(text) ?? [];
  return name === undefined ? null : { text: name, end: at + name.length };
}

/** Where the comma or brace behind an expression is; texts and brackets in it are stepped over. */
function endOfExpression(text: string, at: number, end: number): number {
  let depth = 0;
  for (let next = at; next < end; next += 1) {
    const character = text[next] ?? '';
    if (depth === 0 && (character === ',' || character === '}')) return next;
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if ('"\'`'.includes(character)) {
      const literal = readText(text, next, end);
      if (!literal) return end;
      next = literal.end - 1;
    }
  }
  return end;
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g;

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_, long?: string, short?: string, other?: string) =>
    long || short ? String.fromCharCode(Number.parseInt(long ?? short ?? '', 16)) : (other ?? ''),
  );
}

// Where in a text something is given as `value`: in an object, an assignment, a comment or a broken file, in any spelling.
// One pass over the text with a few states and no going back, so that no text takes long. When in doubt it takes too much.
import { isLineEnd } from './tokens-file-gaps';

/** `value` in any spelling of a name or a string: letter by letter plain or escaped, lines continued between them. */
const KEY = [...'value'].map(letterPattern).join('(?:\\\\(?:\\r\\n|[\\n\\r\\u2028\\u2029]))*');
const SEARCH = [
  `(?<![\\w$])(?<key>${KEY})(?![\\w$])["'\`]?`,
  '\\/\\/|\\/\\*|\\*\\/',
  '\\r\\n|[\\n\\r\\u2028\\u2029]',
].join('|');
/** Behind a key every character counts. A comparison or an arrow gives nothing a value. */
const NEXT = [SEARCH, '={2,}|=>', '[^\\S\\n\\r\\u2028\\u2029]+', '[^]'].join('|');

/** What stands behind each `value:`, `value =` or `value(`; of a plain string, what is between its quotes. */
export function valueRegions(source: string): { start: number; end: number }[] {
  const regions: { start: number; end: number }[] = [];
  const [search, next] = [new RegExp(SEARCH, 'g'), new RegExp(NEXT, 'g')];
  // Whether a key was read and its colon is to come.
  let isKey = false;
  // Comments, or what looks like one in a string, and whether a key stands before each.
  const comments: { opening: string; isKey: boolean }[] = [];
  let at = 0;
  for (;;) {
    const pattern = isKey ? next : search;
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (!match) return regions;
    const [text] = match;
    at = pattern.lastIndex;
    if (match.groups?.key !== undefined) isKey = true;
    else if (text === '//' || text === '/*') {
      comments.push({ opening: text, isKey });
      isKey = false;
    } else if (text === '*/') {
      while (comments.at(-1)?.opening === '//') comments.pop();
      isKey = comments.pop()?.isKey ?? false;
    } else if (isLineEnd(text[0])) {
      // It may have been a string with an address in it, and the key behind that be a key.
      while (comments.at(-1)?.opening === '//') isKey = comments.pop()?.isKey || isKey;
    } else if (isKey && (text === ':' || text === '=' || text === '(')) {
      const start = text === '(' ? match.index : at;
      at = expressionEnd(source, start);
      const region = trimmed(source, start, at);
      if (region.end > region.start) regions.push(region);
      isKey = false;
    } else if (text.trim() !== '' && text !== ']') isKey = false;
  }
}

function letterPattern(letter: string): string {
  const code = letter.charCodeAt(0).toString(16);
  const hex = code.replace(/[a-f]/, (digit) => `[${digit}${digit.toUpperCase()}]`);
  // In a string `\a` is an `a`, but `\v` and `\u` are something else.
  const plain = /[ale]/.test(letter) ? `\\\\?${letter}` : letter;
  return `(?:${plain}|\\\\x${hex}|\\\\u00${hex}|\\\\u\\{0*${hex}\\})`;
}

/** The end of the expression that begins at `start`: a comma, a semicolon or a brace around it, or its last line. */
function expressionEnd(source: string, start: number): number {
  const plain = /[^"'`,;()[\]{}\n\r\u2028\u2029/*]+/y;
  let depth = 0;
  // The last character that means something.
  let last = '';
  let at = start;
  while (at < source.length) {
    plain.lastIndex = at;
    const run = plain.exec(source)?.[0] ?? '';
    last = run.trimEnd().at(-1) ?? last;
    at += run.length;
    const character = source[at] ?? '';
    if (isLineEnd(character)) {
      // An expression goes on behind an operator and before one.
      const following = nextText(source, at);
      const goesOn =
        last === '' || '-+*/%&|?:.(='.includes(last) || '+*/%&|?.'.includes(source[following] ?? '');
      if (depth === 0 && !goesOn) return at;
      at = following;
      continue;
    }
    if (source.startsWith('*/', at) || (depth === 0 && ',;)]}'.includes(character))) return at;
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    last = character;
    at = '"\'`'.includes(character) ? stringEnd(source, at) : (commentEnd(source, at) ?? at + 1);
  }
  return source.length;
}

/** Behind the string that begins at `at`; one that does not end goes to the end of its line, a template to the very end. */
function stringEnd(source: string, at: number): number {
  const quote = source[at];
  for (let end = at + 1; end < source.length; end += 1) {
    if (source[end] === quote) return end + 1;
    if (source[end] === '\\') end += source.startsWith('\r\n', end + 1) ? 2 : 1;
    else if (quote !== '`' && (source[end] === '\n' || source[end] === '\r')) return end;
  }
  return source.length;
}

function commentEnd(source: string, at: number): number | null {
  if (source.startsWith('//', at)) {
    let end = at;
    while (end < source.length && !isLineEnd(source[end])) end += 1;
    return end;
  }
  if (!source.startsWith('/*', at)) return null;
  const end = source.indexOf('*/', at + 2);
  return end < 0 ? source.length : end + 2;
}

function nextText(source: string, at: number): number {
  let next = at;
  while (next < source.length && /\s/.test(source[next] ?? '')) next += 1;
  return next;
}

/** Without white space around it, and without quotes when it is one string and nothing else. */
function trimmed(source: string, from: number, to: number): { start: number; end: number } {
  const start = Math.min(nextText(source, from), to);
  const end = start + source.slice(start, to).trimEnd().length;
  const isString = /["'`]/.test(source[start] ?? '') && stringEnd(source, start) === end;
  const isClosed = end - start >= 2 && source[end - 1] === source[start];
  return isString && isClosed ? { start: start + 1, end: end - 1 } : { start, end };
}

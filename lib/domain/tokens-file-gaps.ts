// What stands between two properties of an object literal: white space, comments, and one comma at most. Plain loops, since
// an expression that tries every way to cut comments apart takes for ever on some files.

/** Where the comma is in a gap, outside of comments; null when there is none. */
export function commaIn(source: string, start: number, end: number): number | null {
  let at = start;
  while (at < end) {
    if (source[at] === ',') return at;
    at = commentEnd(source, at) ?? at + 1;
  }
  return null;
}

/** The end of the last comment in a gap; `start` when it holds none. */
export function lastCommentEnd(source: string, start: number, end: number): number {
  let last = start;
  let at = start;
  while (at < end) {
    const after = commentEnd(source, at);
    last = after ?? last;
    at = after ?? at + 1;
  }
  return last;
}

/** The end of the comments on the rest of the line: they belong to what stands before them. */
export function restOfLineEnd(source: string, start: number): number {
  let last = start;
  for (;;) {
    const after = commentEnd(source, skipSpaces(source, last));
    if (after === null) return last;
    last = after;
  }
}

/** The end of the comment that begins at `at`; null when none does. A line comment ends before its line end. */
function commentEnd(source: string, at: number): number | null {
  if (source.startsWith('//', at)) {
    let end = at + 2;
    while (end < source.length && !isLineEnd(source[end])) end += 1;
    return end;
  }
  // The parser has seen that it ends.
  return source.startsWith('/*', at) ? source.indexOf('*/', at + 2) + 2 : null;
}

/** The end of the white space behind `at` on its line. */
export function skipSpaces(source: string, at: number): number {
  let end = at;
  while (source[end] === ' ' || source[end] === '\t') end += 1;
  return end;
}

/** The start of the white space before `at` on its line. */
export function skipSpacesBack(source: string, at: number): number {
  let start = at;
  while (start > 0 && (source[start - 1] === ' ' || source[start - 1] === '\t')) start -= 1;
  return start;
}

/** Whether nothing but the text's start or a line end stands before `at`. A byte order mark is no text. */
export function isLineStart(source: string, at: number): boolean {
  return at === 0 || isLineEnd(source[at - 1]) || (at === 1 && source[0] === '\uFEFF');
}

/** JavaScript ends a line at these four, and a comment with it. */
export function isLineEnd(character: string | undefined): boolean {
  return character === '\n' || character === '\r' || character === '\u2028' || character === '\u2029';
}

/** The offset behind the line end at `at`; `at` itself when none is there. */
export function behindLineEnd(source: string, at: number): number {
  if (source.startsWith('\r\n', at)) return at + 2;
  return isLineEnd(source[at]) ? at + 1 : at;
}

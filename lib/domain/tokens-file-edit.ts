// Edits of a text by range: properties of an object literal taken out and put in. Comments stay where they are, and so does
// every byte that no edit names.
import {
  behindLineEnd,
  commaIn,
  isLineEnd,
  isLineStart,
  lastCommentEnd,
  restOfLineEnd,
  skipSpaces,
  skipSpacesBack,
} from './tokens-file-gaps';
import type { Range } from './tokens-file-parse';
import type { FileStyle, Layout } from './tokens-file-style';

/** Another text for a range. */
export type Edit = Range & { text: string };

/** `source` with the edits made. Throws when they overlap: that is a bug, never a file's fault. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let text = '';
  let at = 0;
  for (const edit of sorted) {
    if (edit.start < at) throw new Error('edits of edgekv_tokens.js overlap');
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + source.slice(at);
}

/** An object literal, braces included, and all its properties. */
export type ObjectText = { object: Range; properties: readonly Range[] };

/** Edits that take some properties out of an object and put others behind the last one. */
export function propertyEdits(
  source: string,
  { object, properties }: ObjectText,
  removed: ReadonlySet<Range>,
  added: readonly string[],
  style: Pick<FileStyle, 'eol' | 'space'>,
  layout: Layout,
): Edit[] {
  const commas = properties.map((one, index) =>
    commaIn(source, one.end, properties[index + 1]?.start ?? object.end - 1),
  );
  const isGone = properties.map((one) => removed.has(one));
  const cuts = removalCuts(source, properties, commas, isGone, added.length > 0);
  const edits = cuts.map((cut) => ({ ...cut, text: '' }));
  if (added.length === 0) return edits;
  const last = isGone.lastIndexOf(false);
  const anchor = properties[last];
  if (!anchor) return [...edits, fillEmpty(source, object, added, style, layout)];
  const trailing = commas.at(-1) === null ? '' : ',';
  return [...edits, ...appendTo(source, anchor, commas[last] ?? null, trailing, added, style, layout)];
}

/** New properties behind `anchor`, the last one that stays. */
function appendTo(
  source: string,
  anchor: Range,
  comma: number | null,
  trailing: string,
  added: readonly string[],
  { eol, space }: Pick<FileStyle, 'eol' | 'space'>,
  { indent }: Layout,
): Edit[] {
  const before = indent === null ? space : eol + indent;
  const text = before + added.join(`,${before}`) + trailing;
  const behind = comma === null ? anchor.end : comma + 1;
  // A comment on the rest of the line belongs to the entry before it. On one line it may not: it may end the line.
  const at = indent === null ? behind : restOfLineEnd(source, behind);
  if (comma !== null) return [{ start: at, end: at, text }];
  if (at === behind) return [{ start: at, end: at, text: `,${text}` }];
  return [
    { start: behind, end: behind, text: ',' },
    { start: at, end: at, text },
  ];
}

/** The first properties of an object, behind its comments. */
function fillEmpty(
  source: string,
  object: Range,
  added: readonly string[],
  { eol, space }: Pick<FileStyle, 'eol' | 'space'>,
  { indent, close, padding }: Layout,
): Edit {
  const end = object.end - 1;
  // On one line, just before the brace: a comment may end a line inside.
  if (indent === null) return { start: end, end, text: added.join(`,${space}`) + padding };
  const start = lastCommentEnd(source, object.start + 1, end);
  return { start, end, text: `${eol}${indent}${added.join(`,${eol}${indent}`)}${eol}${close}` };
}

/** What to cut so that the properties are gone, each with one comma, and no comma comes or goes elsewhere. */
function removalCuts(
  source: string,
  properties: readonly Range[],
  commas: readonly (number | null)[],
  isGone: readonly boolean[],
  areOthersAdded: boolean,
): Range[] {
  const cuts: Range[] = [];
  const cutComma = (index: number) => {
    const at = commas[index] ?? null;
    if (at !== null) cuts.push({ start: at, end: at + 1 });
  };
  for (const [first, property] of properties.entries()) {
    if (!isGone[first]) continue;
    cuts.push(property);
    if (isGone[first + 1]) {
      cutComma(first);
      continue;
    }
    // The end of a run of removed ones, which began behind `before`.
    const before = isGone.lastIndexOf(false, first);
    const isLast = first === properties.length - 1;
    const previous = before < 0 ? null : (commas[before] ?? null);
    const isCommaFirst = previous !== null && isLineStart(source, skipSpacesBack(source, previous));
    if (isLast && commas[first] === null) {
      // Without a comma at the end there must be none: the official CLI reads JSON.
      if (!areOthersAdded && before >= 0) cutComma(before);
    } else cutComma(!isLast && isCommaFirst ? before : first);
  }
  return withLines(source, cuts);
}

/** Cuts widened so that no empty line and no double space is left where they were. */
function withLines(source: string, cuts: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const cut of [...cuts].sort((a, b) => a.start - b.start)) {
    const previous = joined.at(-1);
    if (previous && skipSpaces(source, previous.end) >= cut.start) previous.end = cut.end;
    else joined.push({ ...cut });
  }
  return joined.map(({ start, end }) => {
    const [before, after] = [skipSpacesBack(source, start), skipSpaces(source, end)];
    const isAtEnd = after === source.length || isLineEnd(source[after]);
    if (isAtEnd && isLineStart(source, before)) return { start: before, end: behindLineEnd(source, after) };
    if (isAtEnd) return { start: before, end: after };
    const hasSpace = before < start || source[start - 1] === '{' || isLineStart(source, start);
    return { start, end: hasSpace ? after : end };
  });
}

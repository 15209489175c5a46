// What a patch changes in edgekv_tokens.js, line by line, with secrets hidden.
import { HIDDEN_END, HIDDEN_START, hideValues } from './hidden-values';
import { compareLines } from './tokens-file-compare';
import { SOURCE_CHARS_MAX } from './tokens-file-syntax';

/** A piece of a line; hidden ones say what stands there instead of it. */
export type DiffPiece = { text: string; hidden: boolean };

/** A line of the comparison, or of a long line the part that changed. */
export type DiffLine = {
  /** `gap`: lines that are left out: unchanged ones, or too many. */
  kind: 'same' | 'removed' | 'added' | 'gap';
  /** Line numbers, counted from 1. */
  before: number | null;
  after: number | null;
  pieces: readonly DiffPiece[];
};

/** Unchanged lines shown around a change. */
const CONTEXT = 3;
/** Lines that are compared: a full tokens file with every brace on a line of its own has 6,000. */
const SOURCE_LINES_MAX = 20_000;
/** Lines shown of one removed or added block, and in all. */
const BLOCK_LINES_MAX = 500;
const LINES_MAX = 2_000;
const LINE_CHARS_MAX = 4_000;
/** With a line longer than this, all lines are compared in parts, entry by entry. */
const LONG_LINE_CHARS = 200;

/** The lines of `before` (null: no file) and `after`; unchanged ones only near a change. */
export function diffTokensFile(before: string | null, after: string): readonly DiffLine[] {
  const [old, next] = [bounded(before ?? ''), bounded(after)];
  const isLong = [...old, ...next].some((line) => line.length > LONG_LINE_CHARS);
  const rows = compare(parts(old, isLong), parts(next, isLong));
  const shown = withGaps(rows).map((row) => (row === null ? GAP : drawn(row)));
  return shown.length > LINES_MAX ? [...shown.slice(0, LINES_MAX), GAP] : shown;
}

const GAP: DiffLine = { kind: 'gap', before: null, after: null, pieces: [] };

/** A line or a part of one. */
type Part = { text: string; line: number };
type Row = { kind: 'same' | 'removed' | 'added'; text: string; before: number | null; after: number | null };

/** The lines with values hidden, as far as a tokens file goes. Line ends do not count: a file of CRLF is no other file. */
function bounded(text: string): string[] {
  if (text === '') return [];
  const kept = text.length > SOURCE_CHARS_MAX ? beginningOf(text) : text;
  const lines = hideValues(kept).replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  return kept === text && lines.length <= SOURCE_LINES_MAX
    ? lines
    : [...lines.slice(0, SOURCE_LINES_MAX), '…'];
}

/** Cut where no secret is cut in two: what is left of one might be too short to be seen as one. */
function beginningOf(text: string): string {
  let end = SOURCE_CHARS_MAX;
  while (end > 0 && /[^\s,;{}]/.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

/** Lines as they are compared: of long ones, which machines write, each entry for itself. */
function parts(lines: readonly string[], isLong: boolean): Part[] {
  return lines.flatMap((line, index) => {
    const texts = isLong ? line.split(/(?<=\},|\};|=\s?\{(?!\}))/) : [line];
    return texts.map((text) => ({ text, line: index + 1 }));
  });
}

function compare(old: readonly Part[], next: readonly Part[]): Row[] {
  let [oldAt, nextAt] = [0, 0];
  return compareLines(
    old.map(({ text }) => text),
    next.map(({ text }) => text),
  ).flatMap(({ kind, lines }) =>
    lines.map((text): Row => {
      const before = kind === 'added' ? null : (old[oldAt++]?.line ?? null);
      const after = kind === 'removed' ? null : (next[nextAt++]?.line ?? null);
      return { kind, text, before, after };
    }),
  );
}

/** The rows near a change; null stands for those left out. */
function withGaps(rows: readonly Row[]): (Row | null)[] {
  const shown = new Set<number>();
  let run = 0;
  for (const [index, { kind }] of rows.entries()) {
    run = kind === rows[index - 1]?.kind ? run + 1 : 1;
    if (kind === 'same' || run > BLOCK_LINES_MAX) continue;
    for (let near = index - CONTEXT; near <= index + CONTEXT; near += 1) {
      if (near === index || rows[near]?.kind === 'same') shown.add(near);
    }
  }
  return rows.flatMap((row, index) => {
    if (shown.has(index)) return [row];
    return index === 0 || shown.has(index - 1) ? [null] : [];
  });
}

function drawn({ kind, text, before, after }: Row): DiffLine {
  const pieces = piecesOf(text.length > LINE_CHARS_MAX ? `${cut(text)}…` : text);
  return { kind, before, after, pieces };
}

/** The beginning of a line, no hidden piece cut in two. */
function cut(text: string): string {
  const start = text.slice(0, LINE_CHARS_MAX);
  const isInside = start.lastIndexOf(HIDDEN_START) > start.lastIndexOf(HIDDEN_END);
  return isInside ? start.slice(0, start.lastIndexOf(HIDDEN_START)) : start;
}

const HIDDEN = new RegExp(`(${HIDDEN_START}[^${HIDDEN_END}]*${HIDDEN_END})`);

function piecesOf(text: string): DiffPiece[] {
  const pieces = text.split(HIDDEN).flatMap((piece): DiffPiece[] => {
    if (piece.startsWith(HIDDEN_START)) return [{ text: piece.slice(1, -1), hidden: true }];
    return piece === '' ? [] : [{ text: piece, hidden: false }];
  });
  return pieces.length > 0 ? pieces : [{ text: '', hidden: false }];
}

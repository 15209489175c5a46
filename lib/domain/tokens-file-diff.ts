// What a patch changes in edgekv_tokens.js, line by line, with secrets hidden.
import { diffLines } from 'diff';
import { HIDDEN_END, HIDDEN_START, hideValues } from './hidden-values';

/** A piece of a line; hidden ones say what stands there instead of it. */
export type DiffPiece = { text: string; hidden: boolean };

export type DiffLine = {
  /** `gap`: unchanged lines that are left out. */
  kind: 'same' | 'removed' | 'added' | 'gap';
  /** Line numbers, counted from 1. */
  before: number | null;
  after: number | null;
  pieces: readonly DiffPiece[];
};

/** Unchanged lines shown around a change. */
const CONTEXT = 3;
/** Beyond this many changed lines nobody compares line by line: all goes, all comes. It also bounds the work. */
const EDITS_MAX = 2_000;
const LINES_MAX = 2_000;
const LINE_CHARS_MAX = 4_000;

/** The lines of `before` (null: no file) and `after`; unchanged ones only near a change. */
export function diffTokensFile(before: string | null, after: string): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let [oldLine, newLine] = [1, 1];
  const [old, next] = [plain(before ?? ''), plain(after)];
  const changes = diffLines(old, next, { maxEditLength: EDITS_MAX }) ?? [
    { value: old, removed: true, added: false },
    { value: next, removed: false, added: true },
  ];
  for (const { value, added, removed } of changes) {
    if (value === '') continue;
    for (const text of value.replace(/\n$/, '').split('\n')) {
      lines.push({
        kind: added ? 'added' : removed ? 'removed' : 'same',
        before: added ? null : oldLine,
        after: removed ? null : newLine,
        pieces: piecesOf(text),
      });
      if (!added) oldLine += 1;
      if (!removed) newLine += 1;
    }
  }
  const shown = withGaps(lines);
  return shown.length > LINES_MAX ? [...shown.slice(0, LINES_MAX), GAP] : shown;
}

const GAP: DiffLine = { kind: 'gap', before: null, after: null, pieces: [] };

/** Hidden values, and line ends as they count: a file of CRLF is no other file. */
function plain(text: string): string {
  return hideValues(text).replace(/\r\n?/g, '\n');
}

function piecesOf(text: string): DiffPiece[] {
  const pattern = new RegExp(`${HIDDEN_START}[^${HIDDEN_END}]*${HIDDEN_END}`);
  const pieces: DiffPiece[] = [];
  let rest = text.length > LINE_CHARS_MAX ? `${text.slice(0, LINE_CHARS_MAX)}…` : text;
  for (let match = pattern.exec(rest); match; match = pattern.exec(rest)) {
    if (match.index > 0) pieces.push({ text: rest.slice(0, match.index), hidden: false });
    pieces.push({ text: match[0].slice(1, -1), hidden: true });
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest !== '' || pieces.length === 0) pieces.push({ text: rest, hidden: false });
  return pieces;
}

function withGaps(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== 'same'),
  );
  return lines.flatMap((line, index): DiffLine[] => {
    if (isNear[index]) return [line];
    const beginsGap = index === 0 || isNear[index - 1];
    return beginsGap ? [GAP] : [];
  });
}

// Two lists of lines compared. Lines that stand once in both hold the rest together, as the keys of a tokens file do; so
// hundreds of changes are told apart in the time of a few, and no input takes long.
import { diffArrays } from 'diff';

/** Runs of lines, in order: `kind` says in which list they stand. */
export type Run = { kind: 'same' | 'removed' | 'added'; lines: readonly string[] };

/** Beyond this many changes between two lines that hold, all of old goes and all of new comes. It bounds the work. */
const EDITS_MAX = 200;

/** What turns `old` into `next`. */
export function compareLines(old: readonly string[], next: readonly string[]): Run[] {
  const runs: Run[] = [];
  let [oldAt, nextAt] = [0, 0];
  for (const { inOld, inNext } of [...anchors(old, next), { inOld: old.length, inNext: next.length }]) {
    runs.push(...compareFew(old.slice(oldAt, inOld), next.slice(nextAt, inNext)));
    const anchor = old[inOld];
    if (anchor !== undefined) runs.push({ kind: 'same', lines: [anchor] });
    [oldAt, nextAt] = [inOld + 1, inNext + 1];
  }
  return runs;
}

type Anchor = { inOld: number; inNext: number };

/** Lines that stand once in each list: the most of them that come in the same order in both. */
function anchors(old: readonly string[], next: readonly string[]): Anchor[] {
  const [places, placesNext] = [placesOf(old), placesOf(next)];
  const common = [...places].flatMap(([line, inOld]): Anchor[] => {
    const inNext = placesNext.get(line) ?? -1;
    return inOld >= 0 && inNext >= 0 ? [{ inOld, inNext }] : [];
  });
  // The longest rising sequence: on each pile the last of a sequence of that length, with the one before it.
  const piles: number[] = [];
  const before = common.map(({ inNext }, index) => {
    let [low, high] = [0, piles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((common[piles[middle] ?? 0]?.inNext ?? 0) < inNext) low = middle + 1;
      else high = middle;
    }
    piles[low] = index;
    return piles[low - 1] ?? -1;
  });
  const found: Anchor[] = [];
  for (let index = piles.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) {
    const anchor = common[index];
    if (anchor) found.push(anchor);
  }
  return found.reverse();
}

/** Where each line stands, in order; -1 for those that stand more than once. */
function placesOf(lines: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [index, line] of lines.entries()) places.set(line, places.has(line) ? -1 : index);
  return places;
}

function compareFew(old: string[], next: string[]): Run[] {
  if (old.length === 0 && next.length === 0) return [];
  const changes = diffArrays(old, next, { maxEditLength: EDITS_MAX }) ?? [
    { value: old, removed: true, added: false },
    { value: next, removed: false, added: true },
  ];
  return changes
    .filter(({ value }) => value.length > 0)
    .map(({ value, added, removed }) => ({
      kind: added ? 'added' : removed ? 'removed' : 'same',
      lines: value,
    }));
}

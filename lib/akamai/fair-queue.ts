// Who waits, in turns: first in, first out for one owner, and each owner in its turn, however many one has.

export type FairQueue<T> = {
  push: (owner: string, item: T) => void;
  shift: () => T | undefined;
  /** Takes out all that `is` names, wherever they wait. */
  remove: (is: (item: T) => boolean) => T[];
  /** Takes the newest out of the longest line, unless that of `owner` is about as long; undefined then. */
  makeRoomFor: (owner: string) => T | undefined;
  size: () => number;
};

export function createFairQueue<T>(): FairQueue<T> {
  // The order of the owners is that of their turns.
  const lines = new Map<string, T[]>();
  return {
    push: (owner, item) => {
      const line = lines.get(owner);
      if (line) line.push(item);
      else lines.set(owner, [item]);
    },
    shift: () => {
      for (const [owner, line] of lines) {
        const item = line.shift();
        lines.delete(owner);
        if (line.length > 0) lines.set(owner, line);
        return item;
      }
      return undefined;
    },
    remove: (is) => {
      const removed: T[] = [];
      for (const [owner, line] of lines) {
        const kept = line.filter((item) => !is(item));
        removed.push(...line.filter(is));
        if (kept.length > 0) lines.set(owner, kept);
        else lines.delete(owner);
      }
      return removed;
    },
    makeRoomFor: (owner) => {
      const [longest] = [...lines].sort(([, one], [, other]) => other.length - one.length);
      if (!longest || longest[1].length <= (lines.get(owner)?.length ?? 0) + 1) return undefined;
      return longest[1].pop();
    },
    size: () => [...lines.values()].reduce((sum, line) => sum + line.length, 0),
  };
}

// So many of a kind in a while: what somebody outside can cause without end must not fill the disk.

export type BudgetLimits = {
  /** How many of one kind pass in a window. */
  most: number;
  /** How many of all kinds together. */
  mostInAll?: number;
  /** Kinds that are told apart; further ones share the limit of one. */
  kindsMax: number;
  windowMs: number;
};

export type Budget<T> = {
  /** Whether one more of `kind` passes. What does not is counted; `about` of the first of them is told with the count. */
  passes: (kind: string, about: T) => boolean;
};

const OTHERS = 'others';

/** `tell` gets, when a window is over or the process ends, how many of a kind were held back in it. */
export function createBudget<T>(
  { most, mostInAll = Number.POSITIVE_INFINITY, kindsMax, windowMs }: BudgetLimits,
  tell: (kind: string, heldBack: number, about: T) => void,
): Budget<T> {
  type Count = { passed: number; heldBack: number; about: T };
  let counts = new Map<string, Count>();
  let passedInAll = 0;
  const close = () => {
    const over = counts;
    counts = new Map();
    passedInAll = 0;
    for (const [kind, { heldBack, about }] of over) if (heldBack > 0) tell(kind, heldBack, about);
  };
  process.once('exit', close);
  return {
    passes: (given, about) => {
      if (counts.size === 0) setTimeout(close, windowMs).unref();
      const kind = counts.has(given) || counts.size < kindsMax ? given : OTHERS;
      const count = counts.get(kind) ?? { passed: 0, heldBack: 0, about };
      counts.set(kind, count);
      if (count.passed < most && passedInAll < mostInAll) {
        count.passed += 1;
        passedInAll += 1;
        return true;
      }
      if (count.heldBack === 0) count.about = about;
      count.heldBack += 1;
      return false;
    },
  };
}

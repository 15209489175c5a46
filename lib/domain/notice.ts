// Notices: on which days somebody is told of a date of a token. A ladder has steps in days before the date; of the steps
// that were reached only the newest is told, and none that was told before.

import { type Day, daysBetween } from './day';
import { type DueItem, type DueKind, lastIssue } from './due';
import type { DueAnswer } from './due-answer';

/** One date of a token; see due.ts. */
export type Dated = {
  account: string;
  name: string;
  uuid: string;
  kind: DueKind;
  day: Day;
  owner: string | null;
};

/** A date that can be told, and the answer that holds for it; see due-answer.ts. */
export type DueDate = Dated & { answer: DueAnswer | null };

/** A step that was reached: `step` days before the date, 0 on the day, -1 the day after. */
export type Notice = Dated & { step: number };

/** Steps in days before a date, the farthest first. Empty: nobody is told. */
export type Ladder = readonly number[];
export type Ladders = Readonly<Record<DueKind, Ladder>>;

const USUAL_LADDER: Ladder = [60, 30, 14, 7, 1, 0, -1];

/** An activation has failed when it is known to have: there is nothing to tell before. */
export const USUAL_LADDERS: Ladders = {
  expiry: USUAL_LADDER,
  activation: [0],
  refresh: USUAL_LADDER,
  age: USUAL_LADDER,
  review: USUAL_LADDER,
};

export const LADDER_LIMITS = { steps: 20, before: 365, after: 90 } as const;

/** The last step of a date (see `dateKey`) that was told already, which is the lowest; null when none was. */
export type Told = (date: Pick<Dated, 'uuid' | 'kind' | 'day'>) => number | null;

/** What tells one date from all others. The account is no part of it: one token may be seen through two of them. */
export function dateKey({ uuid, kind, day }: Pick<Dated, 'uuid' | 'kind' | 'day'>): string {
  return JSON.stringify([uuid, kind, day]);
}

/**
 * The dates of an account that somebody can be told of. An activation counts from the issue or refresh: until that is
 * known its day is today, which would be news each day.
 */
export function datedItems(account: string, items: readonly DueItem[]): readonly DueDate[] {
  return items
    .filter(({ kind, token }) => kind !== 'activation' || lastIssue(token) !== null)
    .map(({ kind, day, note, answer, token: { name, uuid } }) => ({
      account,
      name,
      uuid,
      kind,
      day,
      owner: note.owner,
      answer,
    }));
}

/** What a channel is about: null means all accounts, or any owner. */
export type Hearing = { kinds: readonly DueKind[]; accounts: readonly string[] | null; owner: string | null };

/** Whether a channel is about `account`. */
export function hearsOf({ accounts }: Pick<Hearing, 'accounts'>, account: string): boolean {
  return accounts?.includes(account) ?? true;
}

/** The dates that a channel is about. An owner is the same in capitals. */
export function heardDates<T extends Dated>(hearing: Hearing, dates: readonly T[]): readonly T[] {
  const owner = hearing.owner?.toLowerCase();
  return dates.filter(
    (date) =>
      hearsOf(hearing, date.account) &&
      hearing.kinds.includes(date.kind) &&
      (owner === undefined || date.owner?.toLowerCase() === owner),
  );
}

/** The newest step of `ladder` that is reached with so many days left; null before the first. */
export function reachedStep(ladder: Ladder, daysLeft: number): number | null {
  const reached = ladder.filter((step) => step >= daysLeft);
  return reached.length === 0 ? null : Math.min(...reached);
}

/**
 * What is to be told on `today`. A date whose newest step, or a later one, was told is left out: so days that were slept
 * through cost one notice and not one for each step, and a clock that was set back causes none. A date that moved is
 * another date, with a ladder of its own. An expiry before `since`, the day on which whoever is told began to be told,
 * is no news to them. What is answered is not told; see `isSilenced`.
 */
export function dueNotices(
  dates: readonly DueDate[],
  { ladders, told, since, today }: { ladders: Ladders; told: Told; since: Day; today: Day },
): readonly Notice[] {
  const found = new Map<string, Notice>();
  for (const { answer, ...date } of dates) {
    if (date.kind === 'expiry' && date.day < since) continue;
    const step = reachedStep(ladders[date.kind], daysBetween(today, date.day));
    const key = dateKey(date);
    if (step === null || isSilenced(date.kind, answer, step) || found.has(key)) continue;
    const last = told(date);
    if (last === null || last > step) found.set(key, { ...date, step });
  }
  return [...found.values()];
}

/**
 * Whether an answer keeps a step from being told. Not the day of an expiry and those after it: then requests fail, and
 * who said weeks ago that it is known may not be who is woken up.
 */
function isSilenced(kind: DueKind, answer: DueAnswer | null, step: number): boolean {
  return answer !== null && !(kind === 'expiry' && step <= 0);
}

/** Reads a ladder as it is typed: numbers separated by commas or spaces. Null when it is none. */
export function readLadder(text: string): Ladder | null {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  if (parts.length > LADDER_LIMITS.steps || !parts.every((part) => /^-?\d{1,3}$/.test(part))) return null;
  // `-0` is typed by nobody, and would be another step than 0.
  const steps = [...new Set(parts.map((part) => Number(part) || 0))].sort((a, b) => b - a);
  const [first = 0, last = 0] = [steps[0], steps.at(-1)];
  return first <= LADDER_LIMITS.before && last >= -LADDER_LIMITS.after ? steps : null;
}

/** A step in words: `60 days before`, `on the day`, `1 day after`. */
export function stepWords(step: number): string {
  if (step === 0) return 'on the day';
  const days = Math.abs(step);
  return `${days} ${days === 1 ? 'day' : 'days'} ${step > 0 ? 'before' : 'after'}`;
}

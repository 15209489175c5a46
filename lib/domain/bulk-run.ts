// A run that refreshes many tokens: the states of its tokens, what an answer means for one, and all of it in words.
import type { Problem } from './problem';

/**
 * `checking`: Akamai's answer was lost, and the token is being looked up. `unknown`: that told nothing, and never will.
 */
export const ITEM_STATES = [
  'waiting',
  'sending',
  'checking',
  'done',
  'failed',
  'unknown',
  'cancelled',
] as const;
export type ItemState = (typeof ITEM_STATES)[number];

/** A token in one of these is still being worked on. */
export const OPEN_STATES = ['waiting', 'sending', 'checking'] as const satisfies readonly ItemState[];

/** Tokens of these are tried again by another run, when somebody asks for it. Of `unknown` ones nobody may be sure. */
export const RETRIED_STATES = ['failed', 'cancelled'] as const satisfies readonly ItemState[];

export type RunCounts = Readonly<Record<ItemState, number>>;

export const NO_ITEMS: RunCounts = {
  waiting: 0,
  sending: 0,
  checking: 0,
  done: 0,
  failed: 0,
  unknown: 0,
  cancelled: 0,
};

export function sumOf(counts: RunCounts, states: readonly ItemState[] = ITEM_STATES): number {
  return states.reduce((sum, state) => sum + counts[state], 0);
}

/** Whether anything is still to come. */
export function isUnderWay(counts: RunCounts): boolean {
  return sumOf(counts, OPEN_STATES) > 0;
}

export const STATE_WORDS: Readonly<Record<ItemState, string>> = {
  waiting: 'waiting',
  sending: 'under way',
  checking: 'unknown, being looked up',
  done: 'refreshed',
  failed: 'failed',
  unknown: 'not known',
  cancelled: 'cancelled',
};

/** In the order in which they matter to who looks. */
const TOLD: readonly ItemState[] = [
  'done',
  'failed',
  'unknown',
  'checking',
  'sending',
  'cancelled',
  'waiting',
];

/** `12 refreshed, 1 failed, 187 waiting`. */
export function countsInWords(counts: RunCounts): string {
  return TOLD.filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${STATE_WORDS[state]}`)
    .join(', ');
}

/** The button that makes another run of what was not done; null when there is nothing. */
export function retryWords({ failed, cancelled }: RunCounts): string | null {
  if (failed > 0 && cancelled > 0) return `Try the ${failed} failed and the ${cancelled} cancelled again`;
  if (failed > 0) return `Retry the ${failed} failed`;
  return cancelled > 0 ? `Refresh the ${cancelled} that were cancelled` : null;
}

/** How long a run waits for an Akamai that lets nothing through, milliseconds; then what is left of it fails. */
export const HELD_MS_MAX = 3_600_000;
/** How often an answer about one token alone may fail before it counts. */
export const TRIES_MAX = 3;
/** Between two tries while nothing gets through, milliseconds, where Akamai does not say how long. */
const HOLD_MS = 10_000;
const HOLD_MS_MIN = 1_000;
const HOLD_MS_MAX = 60_000;

/** Nothing gets through to Akamai now, or nothing can be stored: all tokens are better off waiting. */
const NOBODY_NOW: ReadonlySet<Problem['code']> = new Set([
  'busy',
  'akamai-rate-limited',
  'akamai-unreachable',
  'storage-unavailable',
  'audit-unavailable',
  'no-credentials',
  'unknown-account',
]);
/** May be about this token only. */
const NOT_THIS_ONE: ReadonlySet<Problem['code']> = new Set([
  'akamai-timeout',
  'akamai-error',
  'akamai-bad-response',
]);

/**
 * What becomes of a token whose refresh met `problem`. `hold`: it waits, and the whole run with it. `again`: it waits
 * behind the others. What was sent is never sent again, but for a rate limit: then Akamai says itself that it did nothing.
 */
export function fateOf(
  { code }: Pick<Problem, 'code'>,
  { wasSent, tries }: { wasSent: boolean; tries: number },
): 'checking' | 'hold' | 'again' | 'failed' {
  if (code === 'outcome-unknown') return 'checking';
  if (code === 'akamai-rate-limited') return 'hold';
  if (wasSent) return 'failed';
  if (NOBODY_NOW.has(code)) return 'hold';
  return NOT_THIS_ONE.has(code) && tries < TRIES_MAX ? 'again' : 'failed';
}

/** How long a run that is held waits before its next try, milliseconds. */
export function holdMs({ retryAfterSeconds }: Pick<Problem, 'retryAfterSeconds'>): number {
  const asked = retryAfterSeconds === undefined ? HOLD_MS : retryAfterSeconds * 1_000;
  return Math.min(HOLD_MS_MAX, Math.max(HOLD_MS_MIN, asked));
}

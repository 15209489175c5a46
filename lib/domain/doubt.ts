// A change whose answer was lost: whether it was made is found out by looking the token up, never by sending it again.
import { addDays, type Day, dayAt } from './day';
import { compareGrant } from './grant-check';
import type { ActivationStatus, KnownToken } from './token';
import type { TokenRequest } from './token-request';

/** What was to be changed, and how the token was before: enough to tell later whether it happened. */
export type Doubt = {
  account: string;
  name: string;
  /** When it was sent, milliseconds since 1970. */
  since: number;
} & (
  | { action: 'token.create'; request: TokenRequest }
  | { action: 'token.revoke'; uuid: string | null }
  | { action: 'token.refresh'; uuid: string; latestRefresh: Day | null; activation: ActivationStatus | null }
);

export type ChangeAction = Doubt['action'];

/** `shop-reader was created`. */
export const CHANGE_VERBS: Readonly<Record<ChangeAction, string>> = {
  'token.create': 'created',
  'token.refresh': 'refreshed',
  'token.revoke': 'revoked',
};

/** What a look-up says: the token, that there is none of that name, or nothing. */
export type Found = KnownToken | 'missing' | 'expired' | 'no-answer';

/**
 * `done` and `not-done` are certain. `open`: another look-up may tell. `untold`: Akamai's answers will not tell any more.
 */
export type Verdict = 'done' | 'not-done' | 'open' | 'untold';

/** How long an answer is waited for before it stays unknown, milliseconds. */
export const DOUBT_MS_MAX = 3_600_000;

/**
 * What `found` says of the change, `age` milliseconds after its answer was lost for certain. That nothing changed counts
 * from `settleMs` on: Akamai may work a request off later than it lost the connection.
 */
export function judge(doubt: Doubt, found: Found, age: number, settleMs: number): Verdict {
  const unchanged = age < settleMs ? 'open' : 'not-done';
  const untold = age < settleMs ? 'open' : 'untold';
  if (found === 'no-answer') return age < DOUBT_MS_MAX ? 'open' : 'untold';
  switch (doubt.action) {
    case 'token.create': {
      if (found === 'missing') return unchanged;
      if (found === 'expired') return untold;
      // A token that was there before the request: its name was taken.
      if (found.issued !== null && found.issued < addDays(dayAt(doubt.since), -1)) return 'not-done';
      // One that differs is somebody else's, or Akamai granted something else: both happen.
      return compareGrant(doubt.request, found).length === 0 ? 'done' : untold;
    }
    case 'token.revoke': {
      if (found === 'missing') return 'done';
      if (found === 'expired') return unchanged;
      // Another token has got the name meanwhile: it was free.
      return doubt.uuid !== null && found.uuid !== doubt.uuid ? 'done' : unchanged;
    }
    case 'token.refresh': {
      if (found === 'missing' || found === 'expired' || found.uuid !== doubt.uuid) return untold;
      const began = found.activation === 'in-progress' && doubt.activation !== 'in-progress';
      if (found.latestRefresh !== doubt.latestRefresh || began) return 'done';
      // A second refresh of the same day, or of a token whose activation was under way, leaves no trace of its own.
      const wouldShow =
        doubt.activation !== 'in-progress' &&
        (doubt.latestRefresh === null || doubt.latestRefresh < addDays(dayAt(doubt.since), -1));
      return wouldShow ? unchanged : untold;
    }
  }
}

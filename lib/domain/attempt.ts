// The idempotency key of a form: one attempt is carried out once, however often it is sent.
import type { Problem } from './problem';

/**
 * The key that a form sends next: `first` until something was sent, then the one that was. After a refusal nothing was done, so trying again is another attempt; while the
 * outcome is not known it stays the same one, and nothing is sent again.
 */
export function nextAttempt(first: string, sent: string | undefined, problem: Problem | null): string {
  if (sent === undefined) return first;
  if (problem === null) return sent;
  return problem.code === 'outcome-unknown' ? sent : `${sent}.`;
}

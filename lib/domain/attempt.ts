// The idempotency key of a form: one attempt is carried out once, however often it is sent.
import type { Problem, ProblemCode } from './problem';

/** With these nobody knows whether it was carried out: the call to our own server may have been lost, or have ended badly. */
const UNTOLD: ReadonlySet<ProblemCode> = new Set(['outcome-unknown', 'internal']);

/**
 * The key that a form sends next: `first` until something was sent, then the one that was. After a refusal nothing was
 * done, so trying again is another attempt; while the outcome is not known it stays the same one, and nothing is sent again.
 */
export function nextAttempt(first: string, sent: string | undefined, problem: Problem | null): string {
  if (sent === undefined) return first;
  return problem === null || UNTOLD.has(problem.code) ? sent : `${sent}.`;
}

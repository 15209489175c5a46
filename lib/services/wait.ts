// How long a reader waits for something newer when something older is there.
import 'server-only';
import { fail } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';

/** `briefly`: a page, which shows the older and draws itself again; `fully`: an answer that is given once. */
export type Wait = 'briefly' | 'fully';

export const BRIEFLY_MS = 400;

/** One slow account must not keep the others from the screen; its answer is there for the next look, milliseconds. */
export const ALL_ACCOUNTS_MS = 2_500;

/** Milliseconds that are left for what was asked for at `askedAt`: whoever comes late does not wait anew. */
export function waitMs(wait: Wait, askedAt: number): number {
  return wait === 'fully' ? Number.POSITIVE_INFINITY : Math.max(0, askedAt + BRIEFLY_MS - now());
}

/** The value of `promise`, or null when it is not there in time. */
export function settledWithin<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  if (ms === Number.POSITIVE_INFINITY) return promise;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The Problem of who did not wait for Akamai, when nothing older is known. */
export function notAnsweredYet() {
  return fail('akamai-timeout', 504, 'Akamai has not answered yet.', 'Try again in a few seconds.');
}

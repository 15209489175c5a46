// How many versions and activations Akamai takes in a minute, as "Rate and resource limiting" of its documentation has it.
import type { SimAccount, SimNetwork } from './account';
import { type Answer, ewProblem, timeOf } from './answers';

/** Null: as many as anybody wants. */
export type RateLimits = { versions: number | null; activations: number | null };
export const RATE_LIMITS: RateLimits = { versions: 20, activations: 20 };

const MINUTE_MS = 60_000;

/**
 * Runs `make` unless its kind was made too often in this minute. Only what is made counts. That a minute begins with
 * the first is a guess, as is the form of the time of the reset.
 */
export function withinRate(
  account: SimAccount,
  kind: 'version' | `activation ${SimNetwork}`,
  limits: RateLimits,
  now: number,
  make: () => Answer,
): Answer {
  const isVersion = kind === 'version';
  const limit = isVersion ? limits.versions : limits.activations;
  if (limit === null) return make();
  const last = account.rates.get(kind);
  const minute = last && now < last.from + MINUTE_MS ? last : { from: now, count: 0 };
  account.rates.set(kind, minute);
  const isOver = minute.count >= limit;
  const words = `${isVersion ? 'Version' : 'Activation'} API rate limit exceeded for account ${account.id}`;
  const answer = isOver ? ewProblem('too-many', 'EW3101', words) : make();
  if (answer.status === 201) minute.count += 1;
  const prefix = `x-ratelimit-${isVersion ? 'version' : 'activation-per-network'}-per-minute`;
  const told = {
    [`${prefix}-limit`]: String(limit),
    [`${prefix}-remaining`]: String(limit - minute.count),
    [`${prefix}-reset`]: timeOf(minute.from + MINUTE_MS),
  };
  return { ...answer, headers: { ...answer.headers, ...told } };
}

// The Token as the product knows it: kinds, status and the date that matters next. It never holds a token's value.
import type { Day } from './day';
import { daysBetween } from './day';
import type { NamespacePermissions, Network } from './permissions';

/** `auto-refresh`: made since 2024-08-30, does not expire. `legacy`: a JWT with an expiry date. */
export type TokenKind = 'auto-refresh' | 'legacy';

export type ActivationStatus = 'in-progress' | 'complete' | 'error';

/** What one row of Akamai's list answers. Expiry null: does not expire (Akamai's year 9999). */
export type TokenListing = {
  name: string;
  uuid: string;
  expiry: Day | null;
  issued: Day | null;
  latestRefresh: Day | null;
  nextRefresh: Day | null;
  /** Null for a legacy token: it has no activation. */
  activation: ActivationStatus | null;
};

/** `all`, or the ids of the only EdgeWorkers that may use the token. */
export type AllowedEdgeWorkers = 'all' | readonly string[];

/** What only the call for one token answers. */
export type TokenDetails = {
  kind: TokenKind;
  cpCode: string | null;
  networks: Readonly<Record<Network, boolean>>;
  permissions: NamespacePermissions;
  edgeWorkers: AllowedEdgeWorkers;
};

/** A token; `details` is null until they have been read. */
export type Token = TokenListing & { details: TokenDetails | null };

/** A token whose details are known. */
export type KnownToken = TokenListing & { details: TokenDetails };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a reference can be one; else it may be a placeholder that a pipeline fills in. */
export function isReference(text: string): boolean {
  return UUID.test(text);
}

/** How long before its expiry a token counts as expiring soon, days. The CLI warns in the same last 30 days. */
export const EXPIRING_SOON_DAYS = 30;

/** What the list tells of a token's kind; the details decide when they are there. */
export function tokenKind(token: Token): TokenKind {
  if (token.details) return token.details.kind;
  return token.expiry === null ? 'auto-refresh' : 'legacy';
}

export const TOKEN_STATUSES = ['active', 'activating', 'failed', 'expiring', 'expired'] as const;
export type TokenStatus = (typeof TOKEN_STATUSES)[number];

/** One status for a token on `today` (UTC). Expired wins over everything, a failed activation over an expiry to come. */
export function tokenStatus(token: TokenListing, today: Day): TokenStatus {
  // An expiry day counts to 23:59:59 UTC (decoded from real tokens), so the token works on that day.
  if (token.expiry !== null && token.expiry < today) return 'expired';
  if (token.activation === 'error') return 'failed';
  if (token.activation === 'in-progress') return 'activating';
  if (token.expiry !== null && daysBetween(today, token.expiry) <= EXPIRING_SOON_DAYS) return 'expiring';
  return 'active';
}

export type NextDate = { kind: 'expires' | 'refreshes'; day: Day };

/** The date that matters next: an expiry if there is one, else the next scheduled refresh; null when neither is known. */
export function nextDate(token: TokenListing): NextDate | null {
  if (token.expiry !== null) return { kind: 'expires', day: token.expiry };
  if (token.nextRefresh !== null) return { kind: 'refreshes', day: token.nextRefresh };
  return null;
}

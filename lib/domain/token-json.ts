// A token as our HTTP API answers it: Akamai's field names, and the kind and status that we tell. Never a value.
import type { Day } from './day';
import { type Token, tokenKind, tokenStatus } from './token';
import { countUses, type TokenUsage } from './usage';

const ACTIVATION = { 'in-progress': 'IN_PROGRESS', complete: 'COMPLETE', error: 'ERROR' } as const;
/** How Akamai writes the expiry of a token that does not expire. */
const NEVER = '9999-12-31';

/** The JSON of one token on `today` (UTC). Fields that only the details tell are null until they are known. */
export function tokenJson(token: Token, today: Day): Record<string, unknown> {
  const { details } = token;
  return {
    name: token.name,
    uuid: token.uuid,
    kind: tokenKind(token),
    status: tokenStatus(token, today),
    expiry: token.expiry ?? NEVER,
    issueDate: token.issued,
    latestRefreshDate: token.latestRefresh,
    nextScheduledRefreshDate: token.nextRefresh,
    tokenActivationStatus: token.activation && ACTIVATION[token.activation],
    cpcode: details?.cpCode ?? null,
    allowOnStaging: details?.networks.staging ?? null,
    allowOnProduction: details?.networks.production ?? null,
    namespacePermissions: details && Object.fromEntries(details.permissions),
    restrictToEdgeWorkerIds: details && (details.edgeWorkers === 'all' ? ['all'] : details.edgeWorkers),
  };
}

/** How much a token is used, in short; null when its account was never scanned. */
export function usageJson(usage: TokenUsage | undefined): Record<string, unknown> | null {
  if (!usage) return null;
  const { all, onProduction } = countUses(usage);
  const isKnown = usage.state !== 'unknown';
  return {
    state: usage.state,
    edgeWorkers: isKnown ? all : null,
    onProduction: isKnown ? onProduction : null,
  };
}

// Whether calls to Akamai go on now, for the banner of pages.
import 'server-only';
import { ok, type Result } from '@/lib/domain/problem';
import { authorize } from './authorize';
import { connect } from './connection';
import type { Actor } from './session';

/**
 * `slowed`: Akamai asked us to wait; `away`: it does not answer. `goesOnAt`: when the next call is sent, milliseconds
 * since 1970.
 */
export type UpstreamState = { kind: 'fine' } | { kind: 'slowed' | 'away'; goesOnAt: number };

/** How things stand with the account's credential. Problems: as `listTokens`. */
export async function readUpstream(actor: Actor, account: string): Promise<Result<UpstreamState>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const { blockedUntil, nextTryAt } = connection.value.client.paceState();
  if (nextTryAt !== null) return ok({ kind: 'away', goesOnAt: nextTryAt });
  return ok(blockedUntil === null ? { kind: 'fine' } : { kind: 'slowed', goesOnAt: blockedUntil });
}

// Reading tokens: the table and one token. Changes are in token-changes.ts.
import 'server-only';
import { getToken } from '@/lib/akamai/tokens';
import { compareGrant, type Difference } from '@/lib/domain/grant-check';
import { ok, type Problem, type Result } from '@/lib/domain/problem';
import type { Token } from '@/lib/domain/token';
import { now } from '@/lib/platform/clock';
import { creationRequest } from './attempts';
import { authorize } from './authorize';
import { connect } from './connection';
import type { Actor } from './session';
import { cachedToken, cachedTokens, outdateList, rememberToken, wantDetailsFirst } from './token-cache';

export type TokenOverview = {
  /** All tokens, expired ones included. */
  tokens: readonly Token[];
  /** When Akamai was asked, milliseconds since 1970. */
  readAt: number;
  /** Why nothing newer can be shown, when that is so. */
  problem: Problem | null;
  /** Names of tokens whose details are still being read. */
  pending: ReadonlySet<string>;
};

/**
 * All tokens of an account. The list is at most 15 s old when Akamai answers; details fill in behind it.
 * Problems: `not-signed-in`, `no-credentials`, `unknown-account`, those of Akamai.
 */
export async function listTokens(actor: Actor, account: string): Promise<Result<TokenOverview>> {
  const allowed = await authorize(actor, 'token.list');
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  return connection.ok ? cachedTokens(connection.value) : connection;
}

/** Asks that the details of these tokens be read before those of others. Problems: as `listTokens`. */
export async function showFirst(
  actor: Actor,
  account: string,
  names: readonly string[],
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'token.list');
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  wantDetailsFirst(connection.value, names);
  return ok(null);
}

/** Makes the next reader ask Akamai for the list again. Problems: as `listTokens`. */
export async function rereadTokens(actor: Actor, account: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'token.list');
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  outdateList(connection.value);
  return ok(null);
}

export type TokenView = {
  token: Token;
  readAt: number;
  /** Why the token is shown as it was last known, or without details. */
  problem: Problem | null;
  /** Where Akamai's grant differs from what was asked here; null for a token that was made elsewhere. */
  differences: readonly Difference[] | null;
};

/**
 * One token, asked of Akamai now. When Akamai does not answer, or tells no details of an expired token, it is shown as
 * the list has it, with the Problem. Problems: `token-not-found` and as `listTokens`.
 */
export async function readToken(actor: Actor, account: string, name: string): Promise<Result<TokenView>> {
  const allowed = await authorize(actor, 'token.read');
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const read = await getToken(connection.value.client, name);
  if (read.ok) {
    rememberToken(connection.value, read.value);
    const asked = await creationRequest(account, name, read.value.uuid);
    const differences = asked && compareGrant(asked, read.value);
    return ok({ token: read.value, readAt: now(), problem: null, differences });
  }
  if (read.problem.code === 'token-not-found') {
    outdateList(connection.value);
    return read;
  }
  if (read.problem.code === 'token-expired') await cachedTokens(connection.value);
  const known = cachedToken(connection.value, name);
  if (!known) return read;
  const { readAt, ...token } = known;
  return ok({ token, readAt, problem: read.problem, differences: null });
}

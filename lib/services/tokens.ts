// Reading tokens: the table and one token. Changes are in token-changes.ts.
import 'server-only';
import type { AccountLook } from '@/lib/domain/account';
import { compareGrant, type Difference } from '@/lib/domain/grant-check';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import type { Token } from '@/lib/domain/token';
import { now } from '@/lib/platform/clock';
import { listAccounts } from './accounts';
import { creationRequest } from './attempts';
import { authorize } from './authorize';
import { connect } from './connection';
import { isInDoubt } from './doubts';
import type { Actor } from './session';
import { cachedToken, cachedTokens, outdateList, readSingle, wantDetailsFirst } from './token-cache';
import { ALL_ACCOUNTS_MS, BRIEFLY_MS, notAnsweredYet, settledWithin, type Wait } from './wait';

export type TokenOverview = {
  /** All tokens, expired ones included. */
  tokens: readonly Token[];
  /** When Akamai was asked, milliseconds since 1970. */
  readAt: number;
  /** Why nothing newer can be shown, when that is so. */
  problem: Problem | null;
  /** A newer list is being read: what is shown is older than it should be. */
  isRefreshing: boolean;
  /** Names of tokens whose details are still being read. */
  pending: ReadonlySet<string>;
};

/**
 * All tokens of an account. The list is at most 15 s old when Akamai answers; details fill in behind it. Who waits
 * `briefly` gets an older list when Akamai takes longer. Problems: `not-signed-in`, `no-credentials`,
 * `unknown-account`, those of Akamai.
 */
export async function listTokens(
  actor: Actor,
  account: string,
  wait: Wait = 'fully',
): Promise<Result<TokenOverview>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  return connection.ok ? cachedTokens(connection.value, wait) : connection;
}

/** An account with its tokens, with why they cannot be read, or null while Akamai has not answered yet. */
export type AccountTokens = { account: AccountLook; listed: Result<TokenOverview> | null };

/** The tokens of every account that the actor has access to. Problems: `not-signed-in`, `no-credentials`. */
export async function listAllTokens(actor: Actor): Promise<Result<readonly AccountTokens[]>> {
  const accounts = await listAccounts(actor);
  if (!accounts.ok) return accounts;
  const all = accounts.value.map(async (account) => ({
    account,
    listed: await settledWithin(listTokens(actor, account.slug, 'briefly'), ALL_ACCOUNTS_MS),
  }));
  return ok(await Promise.all(all));
}

/** Asks that the details of these tokens be read before those of others. Problems: as `listTokens`. */
export async function showFirst(
  actor: Actor,
  account: string,
  names: readonly string[],
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  wantDetailsFirst(connection.value, names);
  return ok(null);
}

/** Makes the next reader ask Akamai for the list again. Problems: as `listTokens`. */
export async function rereadTokens(actor: Actor, account: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'token.list', { account });
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
  /** Akamai has not answered yet: the token is shown as it was last known. */
  isRefreshing: boolean;
  /** Where Akamai's grant differs from what was asked here; null for a token that was made elsewhere. */
  differences: readonly Difference[] | null;
};

/**
 * One token, asked of Akamai now. When Akamai does not answer, or tells no details of an expired token, it is shown as
 * the list has it, with the Problem; for who waits `briefly` also when Akamai takes longer, unless a change was just
 * made and is not being looked up. Problems: `token-not-found` and as `listTokens`; `akamai-timeout` for who waits
 * `briefly` for a token that is not known and being looked up.
 */
export async function readToken(
  actor: Actor,
  account: string,
  name: string,
  wait: Wait = 'fully',
): Promise<Result<TokenView>> {
  const allowed = await authorize(actor, 'token.read', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const asked = readSingle(connection.value, name, wait);
  // While a change is looked up the page tells of that, and follows it: it need not wait for the same answer.
  const isFollowed = wait === 'briefly' && isInDoubt(account, name);
  const read = await (isFollowed ? settledWithin(asked, BRIEFLY_MS) : asked);
  if (read?.ok) return ok(await view(account, read.value, { readAt: now() }));
  if (read?.problem.code === 'token-not-found') {
    outdateList(connection.value);
    return read;
  }
  if (read?.problem.code === 'token-expired') await cachedTokens(connection.value, wait);
  const known = cachedToken(connection.value, name);
  if (known) {
    const { readAt, ...token } = known;
    return ok(await view(account, token, { readAt, problem: read?.problem ?? null, isRefreshing: !read }));
  }
  if (read) return read;
  if (isFollowed) return notAnsweredYet();
  // Revoked while it was waited for.
  return fail('token-not-found', 404, `There is no token ${name}.`, 'It was just revoked.');
}

async function view(
  account: string,
  token: Token,
  more: Pick<TokenView, 'readAt'> & Partial<TokenView>,
): Promise<TokenView> {
  const asked = token.details && (await creationRequest(account, token.name, token.uuid));
  const differences = asked && token.details && compareGrant(asked, { ...token, details: token.details });
  return { token, problem: null, isRefreshing: false, differences: differences || null, ...more };
}

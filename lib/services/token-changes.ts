// Creating, refreshing and revoking a token. A change is sent to Akamai at most once: a repeated form gets the first
// one's outcome, and a lost answer is settled by looking the token up.
import 'server-only';
import { z } from 'zod';
import type { MayStill } from '@/lib/akamai/client';
import * as akamai from '@/lib/akamai/tokens';
import { compareGrant, type Difference } from '@/lib/domain/grant-check';
import { NETWORKS } from '@/lib/domain/permissions';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import type { KnownToken } from '@/lib/domain/token';
import { type TokenRequest, tokenRequestSchema } from '@/lib/domain/token-request';
import { onlyOnce, type Sent } from './attempts';
import { withAudit } from './audit';
import { authorize, authorizeAgain } from './authorize';
import { type Connection, connect } from './connection';
import type { Actor } from './session';
import { outdateList, rememberToken } from './token-cache';

/** Waits between look-ups after a lost answer, milliseconds. Akamai may store a token after its answer was lost. */
const LOOKUP_WAITS_MS = [0, 1_000, 3_000] as const;

export type CreatedToken = {
  name: string;
  /** As Akamai made it, and where that differs from what was asked; null when it could not be read back. */
  granted: { token: KnownToken; differences: readonly Difference[] } | null;
  /** The answer was lost and the token was found by its name. */
  settledByLookup: boolean;
};

/**
 * Creates a token. `attempt` is the id of the form that asks: the same id again returns the first one's outcome.
 * Problems: `not-signed-in`, `forbidden`, `token-name-taken`, `outcome-unknown`, `audit-unavailable`, `storage-unavailable`, those of Akamai.
 */
export async function createToken(
  actor: Actor,
  account: string,
  request: TokenRequest,
  attempt: string,
): Promise<Result<CreatedToken>> {
  const networks = NETWORKS.filter((one) =>
    one === 'staging' ? request.allowOnStaging : request.allowOnProduction,
  );
  const namespaces = Object.keys(request.namespacePermissions);
  const allowed = await authorize(actor, 'token.create', { namespaces, networks });
  if (!allowed.ok) return allowed;
  const connection = await connect(account);
  if (!connection.ok) return connection;
  const act = { action: 'token.create' as const, target: request.name, account, detail: { request } };
  const done = await onlyOnce(actor, { attempt, ...act, request }, () =>
    withAudit(
      actor,
      act,
      () =>
        sendCreate(connection.value, request, () =>
          authorizeAgain(actor, 'token.create', { namespaces, networks }),
        ),
      ({ uuid }) => ({ uuid }),
      ({ requestId }) => requestId,
    ),
  );
  if (!done.ok) return done;
  const { name } = request;
  const settledByLookup = done.value.how === 'settled-by-lookup';
  const created = await akamai.getToken(connection.value.client, name);
  if (!created.ok) {
    // It exists all the same: a failure here would make people create it again.
    outdateList(connection.value);
    return ok({ name, granted: null, settledByLookup });
  }
  rememberToken(connection.value, created.value);
  const granted = { token: created.value, differences: compareGrant(request, created.value) };
  return ok({ name, granted, settledByLookup });
}

/**
 * Starts a refresh: Akamai renews what is behind the token's reference, which stays. Returns the token as it is then;
 * null when the refresh was started but the token could not be read back. Problems: as `createToken`.
 */
export async function refreshToken(
  actor: Actor,
  account: string,
  name: string,
  attempt: string,
): Promise<Result<KnownToken | null>> {
  const opened = await openChange(actor, account, name, 'token.refresh');
  if (!opened.ok) return opened;
  const { connection, before, mayStill } = opened.value;
  const { uuid, latestRefresh, activation } = before;
  const act = {
    action: 'token.refresh' as const,
    target: name,
    account,
    // Enough to find out later whether it happened.
    detail: { uuid, latestRefresh, activation },
  };
  const done = await onlyOnce(actor, { attempt, ...act, request: null }, () =>
    withAudit(
      actor,
      act,
      () => sendRefresh(connection, before, mayStill),
      () => ({}),
      ({ requestId }) => requestId,
    ),
  );
  if (!done.ok) return done;
  const after = await akamai.getToken(connection.client, name);
  if (after.ok) rememberToken(connection, after.value);
  else outdateList(connection);
  return ok(after.ok ? after.value : null);
}

/** Revokes a token for ever. Problems: as `createToken`, and `token-not-found`. */
export async function revokeToken(
  actor: Actor,
  account: string,
  name: string,
  attempt: string,
): Promise<Result<{ name: string }>> {
  const allowed = await authorize(actor, 'token.revoke');
  if (!allowed.ok) return allowed;
  const connection = await connect(account);
  if (!connection.ok) return connection;
  const act = { action: 'token.revoke' as const, target: name, account };
  const done = await onlyOnce(actor, { attempt, ...act, request: null }, async () => {
    const scoped = await openChange(actor, account, name, 'token.revoke');
    if (!scoped.ok && scoped.problem.code !== 'token-expired') return scoped;
    // An expired token does not tell any more what it is for.
    const mayStill = scoped.ok
      ? scoped.value.mayStill
      : () => authorizeAgain(actor, 'token.revoke', { anything: true });
    const detail = scoped.ok ? { uuid: scoped.value.before.uuid } : {};
    return withAudit(
      actor,
      { ...act, detail },
      () => sendRevoke(connection.value, name, mayStill),
      () => ({}),
      ({ requestId }) => requestId,
    );
  });
  if (!done.ok) return done;
  outdateList(connection.value);
  return ok({ name });
}

/** The part of an intent that tells what was to be changed. */
const intendedSchema = z.object({
  request: tokenRequestSchema.optional(),
  uuid: z.string().optional(),
  latestRefresh: z.string().nullable().optional(),
  activation: z.string().nullable().optional(),
});

/**
 * Whether a change that an earlier run of the server began was made, by looking the token up; null when that does not
 * tell. For the start of the server only: it authorises nobody and changes nothing.
 */
export async function wasMade(
  account: string,
  action: string,
  name: string,
  intended: unknown,
): Promise<boolean | null> {
  const before = intendedSchema.safeParse(intended);
  const connection = await connect(account);
  if (!before.success || !connection.ok) return null;
  const { request, uuid, latestRefresh, activation } = before.data;
  const read = (settled: (read: Result<KnownToken>) => boolean) => lookUp(connection.value, name, settled);
  const isMissing = (found: Result<KnownToken> | null) =>
    found?.ok === false && found.problem.code === 'token-not-found';
  if (action === 'token.create') {
    const found = await read(({ ok }) => ok);
    if (isMissing(found)) return false;
    return found?.ok && request && compareGrant(request, found.value).length === 0 ? true : null;
  }
  if (action === 'token.revoke') {
    const found = await read(isMissing);
    if (isMissing(found)) return true;
    return found?.ok ? false : null;
  }
  if (action !== 'token.refresh' || latestRefresh === undefined) return null;
  const found = await read(({ ok }) => ok);
  if (!found?.ok || found.value.uuid !== uuid) return null;
  const started = found.value.activation === 'in-progress' && activation !== 'in-progress';
  // Not refreshed by now may still become so: Akamai says nothing about requests that it has not worked off.
  return found.value.latestRefresh !== latestRefresh || started ? true : null;
}

async function openChange(
  actor: Actor,
  account: string,
  name: string,
  right: 'token.refresh' | 'token.revoke',
): Promise<Result<{ connection: Connection; before: KnownToken; mayStill: MayStill }>> {
  // Twice on purpose: who may not refresh at all learns nothing about the token, and the scope needs its permissions.
  const first = await authorize(actor, right);
  if (!first.ok) return first;
  const connection = await connect(account);
  if (!connection.ok) return connection;
  const before = await akamai.getToken(connection.value.client, name);
  if (!before.ok) return before;
  const { permissions, networks } = before.value.details;
  const touched = {
    namespaces: [...permissions.keys()],
    networks: NETWORKS.filter((network) => networks[network]),
  };
  const mayStill = () => authorizeAgain(actor, right, touched);
  const allowed = await mayStill();
  return allowed.ok ? ok({ connection: connection.value, before: before.value, mayStill }) : allowed;
}

async function sendCreate(
  connection: Connection,
  request: TokenRequest,
  mayStill: MayStill,
): Promise<Result<Sent>> {
  const sent = await akamai.createToken(connection.client, request, mayStill);
  if (sent.ok) return ok({ how: 'done', uuid: sent.value.value.uuid, requestId: sent.value.requestId });
  if (!sent.problem.mayHaveHappened) return sent;
  // Akamai answers 409 for a name that was there before. So a token of this name, as asked, is ours.
  const found = await lookUp(connection, request.name, (read) => read.ok);
  if (found?.ok && compareGrant(request, found.value).length === 0)
    return ok({ how: 'settled-by-lookup', uuid: found.value.uuid });
  if (found && !found.ok && found.problem.code === 'token-not-found')
    return notDone(sent.problem, request.name, 'created');
  return unknownOutcome(sent.problem, request.name, 'created');
}

async function sendRefresh(
  connection: Connection,
  before: KnownToken,
  mayStill: MayStill,
): Promise<Result<Sent>> {
  const sent = await akamai.refreshToken(connection.client, before.name, mayStill);
  if (sent.ok) return ok({ how: 'done', requestId: sent.value.requestId });
  if (!sent.problem.mayHaveHappened) return sent;
  const changed = (after: KnownToken) =>
    after.uuid === before.uuid &&
    (after.latestRefresh !== before.latestRefresh ||
      (after.activation === 'in-progress' && before.activation !== 'in-progress'));
  const found = await lookUp(connection, before.name, (read) => read.ok && changed(read.value));
  if (found?.ok && changed(found.value)) return ok({ how: 'settled-by-lookup' });
  return unknownOutcome(sent.problem, before.name, 'refreshed');
}

async function sendRevoke(connection: Connection, name: string, mayStill: MayStill): Promise<Result<Sent>> {
  const sent = await akamai.revokeToken(connection.client, name, mayStill);
  if (sent.ok) return ok({ how: 'done', requestId: sent.value.requestId });
  if (!sent.problem.mayHaveHappened) return sent;
  const isGone = (read: Result<KnownToken>) => !read.ok && read.problem.code === 'token-not-found';
  const found = await lookUp(connection, name, isGone);
  if (found && isGone(found)) return ok({ how: 'settled-by-lookup' });
  if (found?.ok) return notDone(sent.problem, name, 'revoked');
  return unknownOutcome(sent.problem, name, 'revoked');
}

/** Looks the token up until `settled` says that the answer settles it; the last answer, or null when none came. */
async function lookUp(
  connection: Connection,
  name: string,
  settled: (read: Result<KnownToken>) => boolean,
): Promise<Result<KnownToken> | null> {
  let last: Result<KnownToken> | null = null;
  for (const wait of LOOKUP_WAITS_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    last = await akamai.getToken(connection.client, name);
    if (settled(last)) return last;
  }
  return last;
}

function notDone(sent: Problem, name: string, verb: string): Result<Sent> {
  return {
    ok: false,
    problem: {
      ...sent,
      detail: `Akamai's answer was lost, so ${name} was looked up three times: it was not ${verb}. Try again.`,
    },
  };
}

function unknownOutcome(sent: Problem, name: string, verb: string): Result<Sent> {
  return fail(
    'outcome-unknown',
    504,
    `It is not known whether ${name} was ${verb}.`,
    "Akamai's answer was lost, and looking the token up did not settle it. Nothing is sent again. Open the token in a minute to see what is true.",
    sent.upstream ? { upstream: sent.upstream } : {},
  );
}

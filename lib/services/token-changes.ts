// Creating, refreshing and revoking a token. A change is sent to Akamai at most once: a repeated form gets the first
// one's outcome, and a lost answer is settled by looking the token up.
import 'server-only';
import type { Answered, CallOptions, MayStill } from '@/lib/akamai/client';
import * as akamai from '@/lib/akamai/tokens';
import { touchedBy } from '@/lib/domain/access';
import type { Doubt } from '@/lib/domain/doubt';
import { compareGrant, type Difference } from '@/lib/domain/grant-check';
import { NETWORKS } from '@/lib/domain/permissions';
import { ok, type Result } from '@/lib/domain/problem';
import type { KnownToken } from '@/lib/domain/token';
import type { TokenRequest } from '@/lib/domain/token-request';
import { now } from '@/lib/platform/clock';
import { once } from '@/lib/platform/once';
import { notDone, onlyOnce, outcomeUnknown, type Sent } from './attempts';
import { type Act, withAudit } from './audit';
import { authorize, authorizeAgain } from './authorize';
import { type Connection, connect } from './connection';
import { type DoubtOrigin, isInDoubt, settleByLookUp, stillInDoubt, stillUnderWay } from './doubts';
import { checkRevoke } from './revoke-check';
import type { Actor } from './session';
import { forgetToken, outdateList, rememberToken } from './token-cache';

/** What a look-up is compared with: what was asked, and how the token was. */
type Before = Doubt extends infer One ? (One extends Doubt ? Omit<One, 'account' | 'since'> : never) : never;

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
  const touched = { account, namespaces, networks };
  const allowed = await authorize(actor, 'token.create', touched);
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const act = { action: 'token.create' as const, target: request.name, account };
  const mayStill = () => authorizeAgain(actor, 'token.create', touched);
  const before = { action: 'token.create' as const, name: request.name, request };
  const done = await onlyOnce(actor, { attempt, ...act, request }, (id) =>
    change(actor, connection.value, { ...act, detail: { request, attempt: id } }, before, () =>
      akamai.createToken(connection.value.client, request, mayStill),
    ),
  );
  const { name } = request;
  if (!done.ok) {
    outdateList(connection.value, name);
    return done;
  }
  const settledByLookup = done.value.how === 'settled-by-lookup';
  const created = await akamai.getToken(connection.value.client, name);
  if (!created.ok) {
    // It exists all the same: a failure here would make people create it again.
    outdateList(connection.value, name);
    return ok({ name, granted: null, settledByLookup });
  }
  rememberToken(connection.value, created.value);
  const granted = { token: created.value, differences: compareGrant(request, created.value) };
  return ok({ name, granted, settledByLookup });
}

/** A refresh that is one of many: people come first, and the token is not read back. */
export type OneOfMany = {
  /** The run's id, for the record. */
  run: string;
  /** Asked when its turn has come, after everything else: a Problem keeps it from being sent. */
  beforeSending: MayStill;
};

/**
 * Starts a refresh: Akamai renews what is behind the token's reference, which stays. Returns the token as it is then;
 * null when the refresh was started but the token could not be read back. Problems: as `createToken`.
 */
export async function refreshToken(
  actor: Actor,
  account: string,
  name: string,
  attempt: string,
  many: OneOfMany | null = null,
): Promise<Result<KnownToken | null>> {
  const options: CallOptions = many ? { priority: 'background' } : {};
  const opened = await openChange(actor, account, name, 'token.refresh', options);
  if (!opened.ok) return opened;
  const { connection, before, mayStill } = opened.value;
  const { uuid, latestRefresh, activation } = before;
  const act = { action: 'token.refresh' as const, target: name, account };
  // Enough to find out later whether it happened.
  const was = { uuid, latestRefresh, activation, ...(many ? { run: many.run } : {}) };
  const maySend: MayStill = async () => {
    const still = await mayStill();
    return still.ok && many ? many.beforeSending() : still;
  };
  const answer: { token: KnownToken | null } = { token: null };
  const done = await onlyOnce(actor, { attempt, ...act, request: null }, (id) =>
    change(
      actor,
      connection,
      { ...act, detail: { ...was, attempt: id } },
      { action: act.action, name, uuid, latestRefresh, activation },
      async () => {
        const sent = await akamai.refreshToken(connection.client, name, maySend, options);
        if (sent.ok) answer.token = sent.value.value;
        return sent;
      },
    ),
  );
  if (!done.ok) {
    outdateList(connection, name);
    return done;
  }
  const after =
    many && answer.token ? ok(answer.token) : await akamai.getToken(connection.client, name, options);
  if (after.ok) rememberToken(connection, after.value);
  else outdateList(connection, name);
  return ok(after.ok ? after.value : null);
}

/**
 * Revokes a token for ever, after a last look at the live versions that use it or may. `typed` is what somebody typed to
 * confirm, null for nothing. Problems: as `createToken`, `token-not-found`, and `confirm-first` (409) when it is not known
 * that nothing uses it and `typed` is not its name.
 */
export async function revokeToken(
  actor: Actor,
  account: string,
  name: string,
  attempt: string,
  typed: string | null = null,
): Promise<Result<{ name: string }>> {
  const allowed = await authorize(actor, 'token.revoke', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const checked = await checkRevoke(connection.value, name, { typed, isKey: actor.kind === 'key' });
  if (!checked.ok) return checked;
  const act = { action: 'token.revoke' as const, target: name, account };
  const done = await onlyOnce(actor, { attempt, ...act, request: null }, async (id) => {
    const scoped = await openChange(actor, account, name, 'token.revoke');
    if (!scoped.ok && scoped.problem.code !== 'token-expired') return scoped;
    // An expired token does not tell any more what it is for.
    const mayStill = scoped.ok
      ? scoped.value.mayStill
      : () => authorizeAgain(actor, 'token.revoke', { account, anything: true });
    const uuid = scoped.ok ? scoped.value.before.uuid : null;
    const detail = { ...(uuid === null ? {} : { uuid }), attempt: id, usage: checked.value.words };
    return change(actor, connection.value, { ...act, detail }, { action: act.action, name, uuid }, () =>
      akamai.revokeToken(connection.value.client, name, mayStill),
    );
  });
  if (!done.ok) {
    outdateList(connection.value, name);
    return done;
  }
  forgetToken(connection.value, name);
  return ok({ name });
}

async function openChange(
  actor: Actor,
  account: string,
  name: string,
  right: 'token.refresh' | 'token.revoke',
  options: CallOptions = {},
): Promise<Result<{ connection: Connection; before: KnownToken; mayStill: MayStill }>> {
  // Twice on purpose: who may not refresh at all learns nothing about the token, and the scope needs its permissions.
  const first = await authorize(actor, right, { account });
  if (!first.ok) return first;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const before = await akamai.getToken(connection.value.client, name, options);
  if (!before.ok) return before;
  const touched = touchedBy(account, before.value.details);
  const mayStill = () => authorizeAgain(actor, right, touched);
  const allowed = await mayStill();
  return allowed.ok ? ok({ connection: connection.value, before: before.value, mayStill }) : allowed;
}

type Sending = () => Promise<Result<Answered<{ name: string; uuid?: string }>>>;
type ChangeAct = Act & { detail: { attempt: string } & Record<string, unknown> };

/** Tokens of which a change is being sent, or looked up by who asked for it. */
function underWay(): Set<string> {
  return once('changes-under-way', () => new Set<string>());
}

/** One change, on record. Problem `conflict` (409) while an earlier one of that token is under way or in doubt. */
async function change(
  actor: Actor,
  connection: Connection,
  act: ChangeAct,
  before: Before,
  sending: Sending,
): Promise<Result<Sent>> {
  const { slug } = connection.account;
  const key = `${slug}/${before.name}`;
  if (isInDoubt(slug, before.name)) return stillInDoubt(before.name);
  // Two tabs are two forms.
  if (underWay().has(key)) return stillUnderWay(before.name);
  underWay().add(key);
  try {
    return await onRecord(actor, connection, act, before, sending);
  } finally {
    underWay().delete(key);
  }
}

function onRecord(
  actor: Actor,
  connection: Connection,
  act: ChangeAct,
  before: Before,
  sending: Sending,
): Promise<Result<Sent>> {
  return withAudit(
    actor,
    act,
    (intent) => {
      const { action, target, account } = act;
      const origin = {
        intent: { seq: intent, action, target, account },
        attempt: act.detail.attempt,
        // The outcome that says that nobody knows is written when this ends.
        isOnRecord: true,
      };
      return send(connection, before, origin, sending());
    },
    ({ uuid }) => (uuid === undefined || act.action !== 'token.create' ? {} : { uuid }),
    ({ requestId }) => requestId,
  );
}

/** Sends a change, and looks the token up when its answer is lost. `before` is what a look-up is compared with. */
async function send(
  connection: Connection,
  before: Before,
  origin: DoubtOrigin,
  sending: Promise<Result<Answered<{ name: string; uuid?: string }>>>,
): Promise<Result<Sent>> {
  const sent = await sending;
  if (sent.ok) return ok({ how: 'done', uuid: sent.value.value.uuid, requestId: sent.value.requestId });
  if (!sent.problem.mayHaveHappened) return sent;
  const doubt: Doubt = { ...before, account: connection.account.slug, since: now() };
  const { verdict, uuid } = await settleByLookUp(connection, doubt, origin);
  if (verdict === 'open') return outcomeUnknown(doubt.action, doubt.name, sent.problem);
  if (verdict === 'not-done') return notDone(doubt.action, doubt.name);
  return ok({ how: 'settled-by-lookup', ...(uuid === null ? {} : { uuid }) });
}

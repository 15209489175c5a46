// One's own account: what it may do, its password, its sessions. And the sessions of others, for admins.
import 'server-only';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { settings } from '@/lib/platform/env';
import {
  claimSignIn,
  clearSignInFailures,
  deleteSession,
  deleteSessionsOf,
  findPerson,
  listSessionRows,
} from '@/lib/store/people';
import { withAudit } from './audit';
import { auth } from './auth';
import { authorize } from './authorize';
import { hashPassword, verifyPassword } from './passwords';
import { passwordsOff, readAccount, tooManySignIns } from './people';
import type { Actor } from './session';

export type SessionInfo = {
  id: string;
  isCurrent: boolean;
  since: number;
  lastSeen: number;
  /** The network address it was opened from; null when it is not known. */
  from: string | null;
  browser: string;
};

/** The open sessions of a person: one's own, or anybody's for who may change people. Problems: `forbidden`. */
export async function listSessions(actor: Actor, personId: string): Promise<Result<readonly SessionInfo[]>> {
  const allowed = await authorize(actor, personId === actor.id ? 'you.read' : 'people.read');
  if (!allowed.ok) return allowed;
  const rows = await listSessionRows(personId);
  return ok(
    rows.map((row) => ({
      id: row.id,
      isCurrent: row.id === actor.sessionId,
      since: Date.parse(row.createdAt),
      lastSeen: Date.parse(row.updatedAt),
      from: row.ipAddress || null,
      browser: browserWords(row.userAgent ?? ''),
    })),
  );
}

/** Ends one session, of oneself or of others by who may change people. Problems: `not-found`, `forbidden`. */
export async function endSession(actor: Actor, personId: string, sessionId: string): Promise<Result<null>> {
  const allowed = await authorize(actor, personId === actor.id ? 'you.change' : 'people.change');
  if (!allowed.ok) return allowed;
  const person = await findPerson(personId);
  const isTheirs = (await listSessionRows(personId)).some(({ id }) => id === sessionId);
  if (!person || !isTheirs)
    return fail('not-found', 404, 'There is no such session.', 'Nothing was changed. It may be over by now.');
  return withAudit(actor, { action: 'session.end', target: person.email, account: null }, async () => {
    await deleteSession(sessionId);
    return ok(null);
  });
}

/** Ends all sessions of a person but the actor's own. Problems: `not-found`, `forbidden`. */
export async function endSessions(actor: Actor, personId: string): Promise<Result<null>> {
  const allowed = await authorize(actor, personId === actor.id ? 'you.change' : 'people.change');
  if (!allowed.ok) return allowed;
  const person = await findPerson(personId);
  if (!person) return fail('not-found', 404, 'There is no such account.', 'Nothing was changed.');
  return withAudit(actor, { action: 'session.end-all', target: person.email, account: null }, async () => {
    await deleteSessionsOf(personId, personId === actor.id ? actor.sessionId : null);
    return ok(null);
  });
}

/**
 * Sets another password for oneself. All sessions end; the request gets a new one. Problems: `invalid-fields`,
 * `too-many-requests`, `forbidden` for keys, which have no password.
 */
export async function changePassword(
  actor: Actor,
  current: string,
  next: string,
  headers: Headers,
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'you.change');
  if (!allowed.ok) return allowed;
  if (actor.kind !== 'person')
    return fail('forbidden', 403, 'A key has no password.', 'Nothing was changed. Sign in as a person.');
  if (settings().sso?.only) return passwordsOff();
  const account = readAccount(actor.name, next);
  if (!account.ok) {
    const fields = { next: account.problem.fields?.password ?? [] };
    return { ok: false, problem: { ...account.problem, title: 'The password was not changed.', fields } };
  }
  const blockedUntil = claimSignIn(actor.name);
  if (blockedUntil > 0) return tooManySignIns(blockedUntil);
  const act = { action: 'you.change-password', target: actor.name, account: null };
  return withAudit(actor, act, async () => {
    const { internalAdapter } = await (await auth()).$context;
    const accounts = await internalAdapter.findAccounts(actor.id);
    const hash = accounts.find(({ providerId }) => providerId === 'credential')?.password;
    if (!hash || !(await verifyPassword({ hash, password: current }))) {
      return fail('invalid-fields', 422, 'The password was not changed.', 'Nothing was changed.', {
        fields: { current: ['This is not your password.'] },
      });
    }
    await internalAdapter.updatePassword(actor.id, await hashPassword(next));
    await clearSignInFailures(actor.name);
    await deleteSessionsOf(actor.id);
    await (await auth()).api.signInEmail({
      body: { email: actor.name, password: next },
      headers,
      asResponse: true,
    });
    return ok(null);
  });
}

/** `Chrome on Linux`: enough to know one's own, from what the browser says of itself. */
function browserWords(userAgent: string): string {
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) =>
    userAgent.includes(`${name}/`),
  );
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find((name) =>
    userAgent.includes(name),
  );
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS': 'macOS' };
  const named = [browser, system].map((name) => name && (names[name] ?? name)).filter(Boolean);
  return named.join(' on ') || 'Another program';
}

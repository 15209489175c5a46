// People: who they are and what they may do. Accounts themselves are Better Auth's.
import 'server-only';
import { z } from 'zod';
import type { AccessScope, Role } from '@/lib/domain/access';
import type { LimitColumns } from '@/lib/domain/limits';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import {
  claimAddress,
  claimSignIn,
  clearSignInFailures,
  deleteSession,
  deleteSessionsOf,
  findPerson,
  findPersonByEmail,
  forgiveAddress,
  listPeopleRows,
} from '@/lib/store/people';
import type { UserTable } from '@/lib/store/schema';
import { recordSingle, withAudit } from './audit';
import { auth } from './auth';
import { authorize } from './authorize';
import { hashPassword, PASSWORD_MAX, PASSWORD_MIN } from './passwords';
import { type Actor, readScope } from './session';
import { mustStore, tryToStore } from './storage';

export type Person = { id: string; email: string; role: string; disabled: boolean; limits: AccessScope };

const emailSchema = z
  .email('This is no e-mail address.')
  .max(254)
  .transform((email) => email.toLowerCase());
const passwordSchema = z
  .string()
  .min(PASSWORD_MIN, `A password has at least ${PASSWORD_MIN} characters.`)
  .max(PASSWORD_MAX, `A password has at most ${PASSWORD_MAX} characters.`);

/** E-mail and password of a new account, by our rules. Problem `invalid-fields` (422) with the fields. */
export function readAccount(email: string, password: string): Result<{ email: string; password: string }> {
  const parsed = z.object({ email: emailSchema, password: passwordSchema }).safeParse({ email, password });
  if (parsed.success) return ok(parsed.data);
  const fields = z.flattenError(parsed.error).fieldErrors;
  return fail(
    'invalid-fields',
    422,
    'The account could not be made.',
    'Nothing was changed. Mend the marked fields.',
    { fields },
  );
}

/** An address as accounts have it. Problem `invalid-fields` (422). */
export function readAddress(email: string): Result<string> {
  const parsed = emailSchema.safeParse(email.trim());
  if (parsed.success) return ok(parsed.data);
  return fail('invalid-fields', 422, 'This is no e-mail address.', 'Nothing was changed.', {
    fields: { email: parsed.error.issues.map(({ message }) => message) },
  });
}

/** Everybody, by address. Problems: `not-signed-in`, `forbidden`. */
export async function listPeople(actor: Actor): Promise<Result<readonly Person[]>> {
  const allowed = await authorize(actor, 'people.read');
  if (!allowed.ok) return allowed;
  const rows = await listPeopleRows();
  return ok(rows.map(toPerson));
}

/** One person. Problems: `not-found`, `not-signed-in`, `forbidden`. */
export async function readPerson(actor: Actor, id: string): Promise<Result<Person>> {
  const allowed = await authorize(actor, 'people.read');
  if (!allowed.ok) return allowed;
  const row = await findPerson(id);
  return row ? ok(toPerson(row)) : fail('not-found', 404, 'There is no such account.', 'It may be deleted.');
}

function toPerson(row: UserTable): Person {
  const limits = readScope(row.scopeNamespaces, row.scopeNetworks, row.scopeAccounts);
  return { id: row.id, email: row.email, role: row.role, disabled: row.disabled !== 0, limits };
}

/** Makes an account. Problems: `invalid-fields`, `conflict` (409) for an address that has one, `forbidden`. */
export async function addPerson(
  actor: Actor,
  email: string,
  password: string,
  role: Role,
): Promise<Result<{ id: string }>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  const account = readAccount(email, password);
  if (!account.ok) return account;
  return withAudit(
    actor,
    { action: 'people.add', target: account.value.email, account: null, detail: { role } },
    () => createAccount(account.value.email, account.value.password, role),
  );
}

/** Sets another password and ends all sessions of the account. Problems: `not-found`, `invalid-fields`, `forbidden`. */
export async function resetPassword(actor: Actor, email: string, password: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  const account = readAccount(email, password);
  if (!account.ok) return account;
  return withAudit(
    actor,
    { action: 'people.reset-password', target: account.value.email, account: null },
    async () => {
      const person = await findPersonByEmail(account.value.email);
      if (!person)
        return fail('not-found', 404, `There is no account ${account.value.email}.`, 'Nothing was changed.');
      const { internalAdapter } = await (await auth()).$context;
      await internalAdapter.updatePassword(person.id, await hashPassword(account.value.password));
      await deleteSessionsOf(person.id);
      await clearSignInFailures(account.value.email);
      return ok(null);
    },
  );
}

/** Ok when nobody has that address. Problem `conflict` (409). */
export async function addressIsFree(email: string): Promise<Result<null>> {
  if (!(await findPersonByEmail(email))) return ok(null);
  return fail('conflict', 409, `There is an account ${email} already.`, 'Nothing was changed.');
}

/** For set-up too, which has no admin yet to ask. Problem `conflict` (409). */
export async function createAccount(
  email: string,
  password: string,
  role: Role,
  limits: LimitColumns = { namespaces: null, networks: null },
): Promise<Result<{ id: string }>> {
  const free = await addressIsFree(email);
  if (!free.ok) return free;
  const hash = await hashPassword(password);
  const id = await insertPerson(email, role, limits);
  const { internalAdapter } = await (await auth()).$context;
  await internalAdapter.linkAccount({
    userId: id,
    providerId: 'credential',
    accountId: id,
    password: hash,
  });
  return ok({ id });
}

/** A new account without a way to sign in yet; its id. Whether the address is free is the caller's to ask. */
export async function insertPerson(
  email: string,
  role: Role,
  limits: LimitColumns = { namespaces: null, networks: null },
): Promise<string> {
  const { internalAdapter } = await (await auth()).$context;
  const name = email.split('@')[0] ?? email;
  const user = await internalAdapter.createUser(
    {
      email,
      name,
      emailVerified: true,
      role,
      disabled: 0,
      scopeNamespaces: limits.namespaces,
      scopeNetworks: limits.networks,
    },
    { method: 'admin' },
  );
  return user.id;
}

/**
 * Signs in; the session's cookie is set on the answer. The same words for a wrong address, a wrong password and a
 * disabled account. Problems: `not-signed-in` (401), `too-many-requests` (429), `forbidden` where passwords are off,
 * `storage-unavailable` (503).
 */
export async function signIn(
  actor: Actor,
  email: string,
  password: string,
  headers: Headers,
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'session.create');
  if (!allowed.ok) return allowed;
  const address = email.trim().toLowerCase().slice(0, 254);
  const act = { action: 'session.create', target: address, account: null };
  if (settings().sso?.only) {
    recordSingle(actor, act, 'forbidden');
    return passwordsOff();
  }
  const claimed = await mustStore(() => (actor.source && claimAddress(actor.source)) || claimSignIn(address));
  if (!claimed.ok) return claimed;
  const blockedUntil = claimed.value;
  if (blockedUntil > 0) {
    recordSingle(actor, act, 'too-many-requests');
    return tooManySignIns(blockedUntil);
  }
  const person = await findPersonByEmail(address);
  const isRight = await trySignIn(address, password, headers, person !== undefined && person.disabled === 0);
  if (!isRight) {
    recordSingle(actor, act, 'not-signed-in');
    return fail(
      'not-signed-in',
      401,
      'This address and password do not match.',
      'Nobody was signed in. Try again, or ask an admin for another password.',
    );
  }
  await clearSignInFailures(address);
  if (actor.source) forgiveAddress(actor.source);
  await endFormerSession(actor);
  recordSingle(actor, act, 'ok');
  return ok(null);
}

/** Who signs in again has a new session: the one before is not left open. */
export async function endFormerSession(actor: Actor): Promise<void> {
  const { sessionId } = actor;
  if (sessionId !== null) await tryToStore(() => deleteSession(sessionId));
}

/** The Problem of everything about passwords when OIDC_ONLY is set. */
export function passwordsOff() {
  return fail('forbidden', 403, 'Passwords are off here.', 'Nothing was changed. Use single sign-on.');
}

/** The Problem of somebody who tried too often; `blockedUntil` in epoch milliseconds. */
export function tooManySignIns(blockedUntil: number) {
  const retryAfterSeconds = Math.ceil(Math.max(0, blockedUntil - now()) / 1000);
  const advice = `Nothing was changed. Wait ${retryAfterSeconds} seconds and try again.`;
  return fail('too-many-requests', 429, 'Too many failed sign-ins.', advice, { retryAfterSeconds });
}

/** Better Auth hashes the password for an unknown address too, so that the time it takes tells nothing. */
async function trySignIn(
  email: string,
  password: string,
  headers: Headers,
  isActive: boolean,
): Promise<boolean> {
  if (password.length > PASSWORD_MAX) return false;
  const body = { email: isActive ? email : 'nobody@invalid.example', password };
  const answer = await (await auth()).api.signInEmail({ body, headers, asResponse: true });
  return answer.ok;
}

/**
 * Ends the session of the request; its cookie is removed whatever happens. Problems: `storage-unavailable` (503) when the
 * session could not be ended, so that another copy of the cookie is still worth something; `not-signed-in`.
 */
export async function signOut(actor: Actor, headers: Headers): Promise<Result<null>> {
  const allowed = await authorize(actor, 'session.end');
  if (!allowed.ok) return allowed;
  const { sessionId } = actor;
  // Before the library does it, which says nothing when it fails.
  const ended = await mustStore(async () => {
    if (sessionId !== null) await deleteSession(sessionId);
  });
  await (await auth()).api.signOut({ headers });
  const outcome = ended.ok ? 'ok' : ended.problem.code;
  recordSingle(actor, { action: 'session.end', target: actor.name, account: null }, outcome);
  return ended.ok ? ok(null) : ended;
}

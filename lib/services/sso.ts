// Single sign-on: who may begin, who comes back, and which account that is. The protocol is sso-provider's.
import 'server-only';
import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@/lib/domain/access';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { roleOfGroups, type SsoProblem } from '@/lib/domain/sso';
import { settings } from '@/lib/platform/env';
import { deleteSessionsOf, findPersonByEmail } from '@/lib/store/people';
import {
  findPersonBySso,
  followRole,
  listSsoIds,
  SSO_PROVIDER,
  saveSsoState,
  takeSsoState,
} from '@/lib/store/sso';
import { recordSingle, withAudit } from './audit';
import { auth } from './auth';
import { authorize } from './authorize';
import { endFormerSession, insertPerson } from './people';
import type { Actor } from './session';
import { beginSso, finishSso, type SsoIdentity } from './sso-provider';

/** A longer way back is not kept: anybody may begin a sign-in, and each is a row. */
const NEXT_CHARS_MAX = 2_000;

/** Where to send the browser; `binding` goes into a cookie of it. */
export type SsoStart = { url: string; binding: string };
/** How a sign-in ended: the path that was wanted, or a code of SSO_PROBLEMS. */
export type SsoEnd = { ok: true; next: string } | { ok: false; problem: SsoProblem };
type Person = { id: string; email: string };

/**
 * Begins a sign-in that will lead to `next`; with `isAgain` the provider must ask for the password even of somebody whom
 * it knows. Problem `not-found` (404) when single sign-on is not set up; a provider that
 * does not answer is no Problem but a code, as the browser goes back to the sign-in page.
 */
export async function startSso(
  actor: Actor,
  next: string,
  isAgain = false,
): Promise<Result<SsoStart | { problem: SsoProblem }>> {
  const allowed = await authorize(actor, 'session.create');
  if (!allowed.ok) return allowed;
  const { sso } = settings();
  if (!sso) return notSetUp();
  const begun = await beginSso(sso, isAgain);
  if (!begun.ok) return ok({ problem: refuse(actor, begun.problem, begun.why) });
  const { url, ...request } = begun.value;
  const binding = randomBytes(32).toString('base64url');
  saveSsoState(hashState(request.state, binding), {
    ...request,
    next: next.length > NEXT_CHARS_MAX ? '/' : next,
  });
  return ok({ url, binding });
}

/**
 * Ends a sign-in with what the browser brought back; the session's cookie is set on the answer. Everything that goes
 * wrong is on record with its reason. Problem `not-found` (404) when single sign-on is not set up.
 */
export async function endSso(
  actor: Actor,
  query: URLSearchParams,
  binding: string,
  headers: Headers,
): Promise<Result<SsoEnd>> {
  const allowed = await authorize(actor, 'session.create');
  if (!allowed.ok) return allowed;
  const { sso } = settings();
  if (!sso) return notSetUp();
  const refused = (problem: SsoProblem, why: string, target = '') =>
    ok({ ok: false as const, problem: refuse(actor, problem, why, target) });
  const state = query.get('state') ?? '';
  // One hash of both: a state that another browser began is as unknown as one that nobody began.
  const begun = takeSsoState(hashState(state, binding));
  if (!begun) return refused('sso-again', 'no such sign-in of this browser is open');
  const answer = await finishSso(sso, query, { state, ...begun });
  if (!answer.ok) return refused(answer.problem, answer.why);
  const person = await personOf(actor, answer.value, roleOfGroups(answer.value.groups, sso.roles));
  const target = answer.value.verifiedEmail ?? answer.value.subject;
  if (!person.ok) return refused(person.problem, person.why, target);
  const { signedInAt } = answer.value;
  await (await auth()).api.openSession({
    body: { userId: person.value.id, ...(signedInAt ? { signedInAt } : {}) },
    headers,
  });
  await endFormerSession(actor);
  record(actor, person.value.email, 'ok', {});
  return ok({ ok: true, next: begun.next });
}

type Found = { ok: true; value: Person } | { ok: false; problem: SsoProblem; why: string };

/** The account of an identity, with the role of its groups: the one joined with it, else one by verified address. */
async function personOf(actor: Actor, identity: SsoIdentity, role: Role | null): Promise<Found> {
  const ssoId = `${identity.issuer} ${identity.subject}`;
  const joined = await findPersonBySso(ssoId);
  if (!joined && !identity.verifiedEmail)
    return no('sso-not-verified', 'no account, and no verified address');
  const person =
    joined ?? (identity.verifiedEmail ? await findPersonByEmail(identity.verifiedEmail) : undefined);
  if (person?.disabled) return no('sso-disabled', 'the account is disabled');
  if (!role) {
    // Who lost the groups must not work on in a session of before.
    if (joined) await deleteSessionsOf(joined.id);
    return no('sso-no-role', 'no group has a role');
  }
  if (!person) return create(actor, identity, ssoId, role);
  if (!joined) {
    const others = await listSsoIds(person.id);
    // An address that was given to somebody new does not bring the account of who had it before.
    if (others.some((one) => one.startsWith(`${identity.issuer} `)))
      return no('sso-taken', 'the account of this address is joined with another identity');
    const done = await withAudit(actor, change('people.join-sso', person.email, {}), () =>
      join(person.id, ssoId),
    );
    if (!done.ok) return no('sso-unavailable', done.problem.title);
  }
  return follow(actor, person, role);
}

/** Gives the role of the groups, on record before and after when it is another one. */
async function follow(actor: Actor, person: Person & { role: string }, role: Role): Promise<Found> {
  if (person.role === role) return { ok: true, value: person };
  const detail = { from: person.role, to: role };
  const done = await withAudit(
    actor,
    change('people.follow-role', person.email, detail),
    async () => ok(await followRole(person.id, role)),
    (outcome) => ({ ...detail, outcome: outcome === 'kept' ? 'kept: the last admin' : outcome }),
  );
  return done.ok ? { ok: true, value: person } : no('sso-unavailable', done.problem.title);
}

/** A new account under a verified address. */
async function create(actor: Actor, identity: SsoIdentity, ssoId: string, role: Role): Promise<Found> {
  const email = identity.verifiedEmail;
  if (!email) return no('sso-not-verified', 'no account, and no verified address');
  const made = await withAudit(actor, change('people.add', email, { role }), async () => {
    const id = await insertPerson(email, role);
    await join(id, ssoId);
    return ok({ id, email });
  });
  return made.ok ? made : no('sso-unavailable', made.problem.title);
}

async function join(userId: string, ssoId: string): Promise<Result<null>> {
  const { internalAdapter } = await (await auth()).$context;
  await internalAdapter.linkAccount({ userId, providerId: SSO_PROVIDER, accountId: ssoId });
  return ok(null);
}

function no(problem: SsoProblem, why: string): { ok: false; problem: SsoProblem; why: string } {
  return { ok: false, problem, why };
}

function change(action: string, target: string, detail: object) {
  return { action, target, account: null, detail: { by: 'sso', ...detail } };
}

function record(actor: Actor, target: string, outcome: string, detail: object): void {
  recordSingle(actor, change('session.create', target, detail), outcome);
}

function refuse(actor: Actor, problem: SsoProblem, why: string, target = ''): SsoProblem {
  record(actor, target, 'not-signed-in', { problem, why });
  return problem;
}

function hashState(state: string, binding: string): string {
  return createHash('sha256').update(`${state}.${binding}`).digest('hex');
}

function notSetUp() {
  return fail('not-found', 404, 'Single sign-on is not set up.', 'Nobody was signed in.');
}

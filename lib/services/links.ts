// Links that work once, for an hour, for one address: an invitation, or another password. Looking at one does not use
// it up, as mail scanners look at every link.
import 'server-only';
import { randomBytes } from 'node:crypto';
import { can, parseRole, type Role } from '@/lib/domain/access';
import { type LimitsInput, readLimits } from '@/lib/domain/limits';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { settings } from '@/lib/platform/env';
import {
  consumeLink,
  deleteOpenLinks,
  findOpenLink,
  insertLink,
  listOpenInvitations,
} from '@/lib/store/one-time-links';
import { clearSignInFailures, deleteSessionsOf, findPerson, findPersonByEmail } from '@/lib/store/people';
import type { OneTimeLinkTable } from '@/lib/store/schema';
import { withAudit } from './audit';
import { auth } from './auth';
import { authorize } from './authorize';
import { hashPassword } from './passwords';
import { addressIsFree, createAccount, passwordsOff, readAccount, readAddress } from './people';
import { hashSecret } from './secrets';
import { type Actor, standingOf } from './session';

/** A link that was just made. This is the only place where it is ever shown. */
export type MadeLink = { link: string; email: string; expiresAt: number };

/** What the page of a link shows. */
export type OpenLink = { purpose: 'invite' | 'reset'; email: string };

/** Invites somebody. Problems: `invalid-fields`, `conflict` (409) for an address that has an account, `forbidden`. */
export async function invitePerson(
  actor: Actor,
  email: string,
  role: Role,
  limits: LimitsInput,
): Promise<Result<MadeLink>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  if (settings().sso?.only) return passwordsOff();
  const address = readAddress(email);
  if (!address.ok) return address;
  const columns = readLimits(limits);
  if ('wrong' in columns) {
    return fail('invalid-fields', 422, 'The invitation could not be made.', 'Nothing was changed.', {
      fields: { namespaces: [columns.wrong] },
    });
  }
  const act = { action: 'people.invite', target: address.value, account: null, detail: { role, ...columns } };
  return withAudit(actor, act, async () => {
    const free = await addressIsFree(address.value);
    if (!free.ok) return free;
    const { namespaces, networks } = columns;
    return ok(makeLink(actor, 'invite', address.value, { role, namespaces, networks }));
  });
}

/** A link with which somebody sets another password. Problems: `not-found`, `forbidden`. */
export async function makeResetLink(actor: Actor, id: string): Promise<Result<MadeLink>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  if (settings().sso?.only) return passwordsOff();
  const person = await findPerson(id);
  if (!person) return fail('not-found', 404, 'There is no such account.', 'Nothing was changed.');
  const act = { action: 'people.reset-link', target: person.email, account: null };
  return withAudit(actor, act, async () => ok(makeLink(actor, 'reset', person.email, null)));
}

/** Takes an invitation back. Problems: `not-found`, `forbidden`. */
export async function withdrawInvitation(actor: Actor, email: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  return withAudit(actor, { action: 'people.withdraw', target: email, account: null }, async () => {
    if ((await deleteOpenLinks(email)) > 0) return ok(null);
    return fail('not-found', 404, `There is no open invitation of ${email}.`, 'Nothing was changed.');
  });
}

export type Invitation = { email: string; role: string; expiresAt: number; by: string };

/** The invitations that can still be taken. Problems: `not-signed-in`, `forbidden`. */
export async function listInvitations(actor: Actor): Promise<Result<readonly Invitation[]>> {
  const allowed = await authorize(actor, 'people.read');
  if (!allowed.ok) return allowed;
  const rows = await listOpenInvitations();
  return ok(
    rows.map((row) => ({
      email: row.email,
      role: row.role ?? '',
      expiresAt: row.expires_at,
      by: row.created_by,
    })),
  );
}

/** What a link is for; it stays open. Problem `not-found` (404) for one that is used, over or unknown. */
export async function readLink(actor: Actor, secret: string): Promise<Result<OpenLink>> {
  const allowed = await authorize(actor, 'link.claim');
  if (!allowed.ok) return allowed;
  if (settings().sso?.only) return closed();
  const link = await openLink(secret);
  return link ? ok({ purpose: link.purpose, email: link.email }) : closed();
}

/**
 * Uses a link up: makes the account that was invited, or sets the password and ends all sessions. Of several at once
 * one succeeds. Problems: `not-found`, `invalid-fields`, `conflict`.
 */
export async function claimLink(
  actor: Actor,
  secret: string,
  password: string,
): Promise<Result<{ email: string }>> {
  const allowed = await authorize(actor, 'link.claim');
  if (!allowed.ok) return allowed;
  if (settings().sso?.only) return passwordsOff();
  const link = await openLink(secret);
  if (!link) return closed();
  const account = readAccount(link.email, password);
  if (!account.ok) return account;
  const action = link.purpose === 'invite' ? 'people.accept' : 'people.reset-password';
  return withAudit(actor, { action, target: link.email, account: null, detail: { role: link.role } }, () =>
    link.purpose === 'invite' ? acceptInvitation(link, password) : setPassword(link, password),
  );
}

async function acceptInvitation(
  link: OneTimeLinkTable,
  password: string,
): Promise<Result<{ email: string }>> {
  const role = parseRole(link.role ?? '');
  const free = await addressIsFree(link.email);
  if (!free.ok) return free;
  if (!role || !(await consumeLink(link.hash))) return closed();
  const limits = { namespaces: link.scope_namespaces, networks: link.scope_networks };
  const created = await createAccount(link.email, password, role, limits);
  return created.ok ? ok({ email: link.email }) : created;
}

async function setPassword(link: OneTimeLinkTable, password: string): Promise<Result<{ email: string }>> {
  const person = await findPersonByEmail(link.email);
  if (!person || !(await consumeLink(link.hash))) return closed();
  const { internalAdapter } = await (await auth()).$context;
  await internalAdapter.updatePassword(person.id, await hashPassword(password));
  await deleteSessionsOf(person.id);
  await clearSignInFailures(link.email);
  return ok({ email: link.email });
}

/** An open link whose maker may still make such links: with their right, their links go too. */
async function openLink(secret: string): Promise<OneTimeLinkTable | undefined> {
  const link = await findOpenLink(hashSecret(secret));
  if (!link || link.created_by === OPERATOR) return link;
  const maker = await standingOf(link.created_by);
  return maker && can(maker.level, 'people.change', maker.scope) ? link : undefined;
}

const OPERATOR = 'operator';

function makeLink(
  actor: Actor,
  purpose: 'invite' | 'reset',
  email: string,
  access: { role: Role; namespaces: string | null; networks: string | null } | null,
): MadeLink {
  const secret = randomBytes(32).toString('base64url');
  const expiresAt = insertLink({
    hash: hashSecret(secret),
    purpose,
    email,
    role: access?.role ?? null,
    scope_namespaces: access?.namespaces ?? null,
    scope_networks: access?.networks ?? null,
    created_by: actor.id,
  });
  // PUBLIC_URL and not what a request says: a forged Host must not get into a link.
  return { link: `${settings().publicUrl}/link?secret=${secret}`, email, expiresAt };
}

function closed() {
  return fail(
    'not-found',
    404,
    'This link is not valid any more.',
    'Nothing was changed. It works once and for an hour. Ask an admin for another one.',
  );
}

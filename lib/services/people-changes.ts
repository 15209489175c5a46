// What an admin changes about somebody: role, limits, disabled, gone. It acts on that person's very next request.
import 'server-only';
import { OTHER_ACCOUNTS, type Role } from '@/lib/domain/access';
import {
  type AskedAccess,
  changeAccountLimits,
  type LimitsInput,
  parseAccountLimits,
  printAccountLimits,
  readLimits,
} from '@/lib/domain/limits';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { deleteOpenLinks } from '@/lib/store/one-time-links';
import { changePersonRow, findPerson, type PersonChange } from '@/lib/store/people';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { offeredAccounts } from './connection';
import type { Actor } from './session';

/**
 * Sets role and limits, and ends the person's sessions, so that nothing goes on under the old ones. Problems:
 * `not-found`, `conflict` (409) for the last admin, `invalid-fields`, `forbidden`.
 */
export async function changeRole(
  actor: Actor,
  id: string,
  role: Role,
  limits: LimitsInput,
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  const columns = readLimits(limits);
  if ('wrong' in columns) {
    return fail('invalid-fields', 422, 'The limits cannot be set.', 'Nothing was changed.', {
      fields: { namespaces: [columns.wrong] },
    });
  }
  const change = { role, scopeNamespaces: columns.namespaces, scopeNetworks: columns.networks };
  return changePerson(actor, id, 'people.change-role', change);
}

/**
 * Narrows what somebody may do on single accounts, or takes that back (`usual`), and ends their sessions. A role above
 * their own gives nothing. Problems: as `changeRole`, and `invalid-fields` for an account that is not there.
 */
export async function changeAccountRoles(
  actor: Actor,
  id: string,
  changes: ReadonlyMap<string, AskedAccess>,
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  const person = await findPerson(id);
  if (!person) return gone();
  const before = parseAccountLimits(person.scopeAccounts);
  const known = await offeredAccounts();
  const isKnown = (account: string) =>
    account === OTHER_ACCOUNTS ||
    before?.has(account) === true ||
    (known.ok && known.value.some(({ slug }) => slug === account));
  // A limit on a name that was mistyped would look as if it held.
  const unknown = [...changes.keys()].find((account) => !isKnown(account));
  if (unknown !== undefined) {
    return fail('invalid-fields', 422, `There is no account ${unknown} here.`, 'Nothing was changed.', {
      fields: { account: ['Choose an account of this server.'] },
    });
  }
  const scopeAccounts = printAccountLimits(changeAccountLimits(before, changes));
  // What another change noted meanwhile is not in it, and must not be lost.
  return changePerson(actor, id, 'people.change-accounts', { scopeAccounts }, person);
}

/** Disables an account and ends its sessions, or enables it again. Problems: as `changeRole`. */
export async function setDisabled(actor: Actor, id: string, disabled: boolean): Promise<Result<null>> {
  const allowed = await authorize(actor, 'people.change');
  if (!allowed.ok) return allowed;
  const action = disabled ? 'people.disable' : 'people.enable';
  return changePerson(actor, id, action, { disabled: disabled ? 1 : 0 });
}

/** Deletes an account with its sessions and keys; the audit keeps what it did. Problems: as `changeRole`. */
export async function deletePerson(actor: Actor, id: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'people.change');
  return allowed.ok ? changePerson(actor, id, 'people.delete', null) : allowed;
}

async function changePerson(
  actor: Actor,
  id: string,
  action: string,
  change: PersonChange | null,
  expected?: Pick<PersonChange, 'scopeAccounts'>,
): Promise<Result<null>> {
  const before = await findPerson(id);
  if (!before) return gone();
  const was = {
    role: before.role,
    disabled: before.disabled,
    scopeNamespaces: before.scopeNamespaces,
    scopeNetworks: before.scopeNetworks,
    scopeAccounts: before.scopeAccounts,
  };
  const act = { action, target: before.email, account: null, detail: { was, is: change } };
  return withAudit(actor, act, async () => {
    const done = changePersonRow(id, change, expected);
    if (done === 'not-found') return gone();
    if (done === 'changed')
      return fail(
        'conflict',
        409,
        `Somebody else changed the accounts of ${before.email} at the same time.`,
        'Nothing was changed. Look at them again.',
      );
    if (done === 'last-admin') {
      return fail(
        'conflict',
        409,
        `${before.email} is the only active admin without limits.`,
        'Nothing was changed. Make somebody else an admin first.',
      );
    }
    await deleteOpenLinks(before.email);
    return ok(null);
  });
}

function gone() {
  return fail(
    'not-found',
    404,
    'There is no such account.',
    'Nothing was changed. It may be deleted by now.',
  );
}

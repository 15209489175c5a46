// The accounts that a person can choose from, and how they are shown.
import 'server-only';
import { accessOn } from '@/lib/domain/access';
import { type AccountLook, accountLook, readLook } from '@/lib/domain/account';
import type { CliAccount } from '@/lib/domain/cli-command';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { listAccountLooks, saveAccountLook } from '@/lib/store/account-looks';
import { withAudit } from './audit';
import { authorize, unknownAccount } from './authorize';
import { offeredAccounts } from './connection';
import type { Actor } from './session';

/**
 * All accounts that the actor has access to, in the order of the .edgerc. Problems: `not-signed-in`, `no-credentials`.
 */
export async function listAccounts(actor: Actor): Promise<Result<readonly AccountLook[]>> {
  const allowed = await authorize(actor, 'account.list');
  if (!allowed.ok) return allowed;
  const all = await allLooks();
  if (!all.ok) return all;
  return ok(all.value.filter(({ slug }) => accessOn(actor.scope.accounts, slug) !== 'none'));
}

/** The account named `slug`; null when there is none for the actor. Problems: as `listAccounts`. */
export async function readAccount(actor: Actor, slug: string): Promise<Result<AccountLook | null>> {
  const accounts = await listAccounts(actor);
  return accounts.ok ? ok(accounts.value.find((account) => account.slug === slug) ?? null) : accounts;
}

/** How the official CLI gets to the account. Problems: as `listAccounts`, and `unknown-account`. */
export async function readCliAccount(actor: Actor, slug: string): Promise<Result<CliAccount>> {
  const look = await readAccount(actor, slug);
  if (!look.ok) return look;
  const offered = await offeredAccounts();
  if (!offered.ok) return offered;
  const found = look.value && offered.value.find((one) => one.slug === slug);
  if (!found) return unknownAccount();
  // The section beside which a switched account stands may be an account that is not open to the actor.
  return ok({ section: found.section === slug ? slug : null, needsKey: found.isSwitched });
}

/** `slug` itself, or the first account when none is named. Problems: as `listAccounts`, and `forbidden`. */
export async function accountOrFirst(actor: Actor, slug: string | null): Promise<Result<string>> {
  if (slug) return ok(slug);
  const accounts = await listAccounts(actor);
  if (!accounts.ok) return accounts;
  const [first] = accounts.value;
  return first ? ok(first.slug) : noAccount();
}

/** The Problem of somebody whose limits leave no account. */
export function noAccount() {
  return fail('forbidden', 403, 'No account is open to you.', 'Ask an admin for access to one.');
}

/**
 * Sets how an account is shown; empty texts for the usual. Problems: `invalid-fields`, `conflict` (409) for a name that
 * another account has, `unknown-account`, `forbidden`.
 */
export async function changeAccountLook(
  actor: Actor,
  slug: string,
  asked: { name: string; colour: string },
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'account.change', { account: slug });
  if (!allowed.ok) return allowed;
  const look = readLook(asked);
  if ('wrong' in look)
    return fail('invalid-fields', 422, 'The account was not changed.', 'Mend the marked fields.', {
      fields: look.wrong,
    });
  const all = await allLooks();
  if (!all.ok) return all;
  const before = all.value.find((one) => one.slug === slug);
  if (!before) return unknownAccount();
  const isTaken = (one: AccountLook) => one.slug !== slug && [one.name, one.slug].includes(look.name ?? slug);
  if (all.value.some(isTaken)) {
    return fail(
      'conflict',
      409,
      'Another account has this name.',
      'Nothing was changed. Choose another one.',
      {
        fields: { name: ['This name is taken.'] },
      },
    );
  }
  const detail = { was: { name: before.name, colour: before.colour }, is: look };
  return withAudit(
    actor,
    { action: 'account.change-look', target: slug, account: slug, detail },
    async () => {
      await saveAccountLook({ slug, ...look });
      return ok(null);
    },
  );
}

async function allLooks(): Promise<Result<readonly AccountLook[]>> {
  const offered = await offeredAccounts();
  if (!offered.ok) return offered;
  const chosen = new Map((await listAccountLooks()).map((look) => [look.slug, look]));
  return ok(offered.value.map(({ slug }) => accountLook(slug, chosen.get(slug))));
}

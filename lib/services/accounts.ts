// The accounts that a person can choose from.
import 'server-only';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { authorize } from './authorize';
import { type Account, offeredAccounts } from './connection';
import type { Actor } from './session';

/** All accounts, in the order of the .edgerc. Problems: `not-signed-in`, `no-credentials`. */
export async function listAccounts(actor: Actor): Promise<Result<readonly Account[]>> {
  const allowed = await authorize(actor, 'account.list');
  if (!allowed.ok) return allowed;
  return offeredAccounts();
}

/** The account named `slug`. Problems: as `listAccounts`, and `unknown-account`. */
export async function readAccount(actor: Actor, slug: string): Promise<Result<Account | null>> {
  const accounts = await listAccounts(actor);
  return accounts.ok ? ok(accounts.value.find((account) => account.slug === slug) ?? null) : accounts;
}

/** `slug` itself, or the first account when none is named. Problems: as `listAccounts`. */
export async function accountOrFirst(actor: Actor, slug: string | null): Promise<Result<string>> {
  if (slug) return ok(slug);
  const accounts = await listAccounts(actor);
  if (!accounts.ok) return accounts;
  const [first] = accounts.value;
  if (first) return ok(first.slug);
  return fail('no-credentials', 503, 'This server has no account.', 'Add a section to its .edgerc.');
}

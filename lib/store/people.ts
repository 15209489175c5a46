// People and their sessions, beside what Better Auth does itself.
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { UserTable } from './schema';

export function findPerson(id: string): Promise<UserTable | undefined> {
  return database().query.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst();
}

export function findPersonByEmail(email: string): Promise<UserTable | undefined> {
  return database()
    .query.selectFrom('user')
    .selectAll()
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst();
}

export function listPeopleRows(): Promise<UserTable[]> {
  return database().query.selectFrom('user').selectAll().orderBy('email').execute();
}

export async function countActiveAdmins(): Promise<number> {
  const row = await database()
    .query.selectFrom('user')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('role', '=', 'admin')
    .where('disabled', '=', 0)
    .executeTakeFirst();
  return row?.count ?? 0;
}

export async function deleteSessionsOf(userId: string): Promise<void> {
  await database().query.deleteFrom('session').where('userId', '=', userId).execute();
}

/** When sign-in for this address is possible again, epoch ms; 0 when it is now. */
export async function signInBlockedUntil(email: string): Promise<number> {
  const row = await database()
    .query.selectFrom('sign_in_failure')
    .select('blocked_until')
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst();
  return row?.blocked_until ?? 0;
}

const FREE_FAILURES = 5;
const BLOCK_MS_MAX = 15 * 60_000;

/** Counts a failed sign-in: after five, each one doubles the wait from 1 s to 15 min. Unknown addresses count alike. */
export async function countSignInFailure(email: string): Promise<void> {
  const key = email.toLowerCase();
  const row = await database()
    .query.selectFrom('sign_in_failure')
    .select('failures')
    .where('email', '=', key)
    .executeTakeFirst();
  const failures = (row?.failures ?? 0) + 1;
  const wait = failures < FREE_FAILURES ? 0 : Math.min(BLOCK_MS_MAX, 1_000 * 2 ** (failures - FREE_FAILURES));
  const values = { email: key, failures, blocked_until: now() + wait };
  await database()
    .query.insertInto('sign_in_failure')
    .values(values)
    .onConflict((conflict) => conflict.column('email').doUpdateSet(values))
    .execute();
}

export async function clearSignInFailures(email: string): Promise<void> {
  await database().query.deleteFrom('sign_in_failure').where('email', '=', email.toLowerCase()).execute();
}

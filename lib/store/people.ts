// People and their sessions, beside what Better Auth does itself.
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { SignInFailureTable, UserTable } from './schema';

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

const FREE_FAILURES = 5;
const BLOCK_MS_MAX = 15 * 60_000;

/**
 * Claims one try to sign in for this address; 0 when it may go on, else when the next one is possible (epoch ms). The
 * try counts as failed until `clearSignInFailures`, so that tries at the same time count too. After five, each doubles
 * the wait from 1 s to 15 min. Unknown addresses count alike.
 */
export function claimSignIn(email: string, { raw } = database()): number {
  const key = email.toLowerCase();
  const claim = raw.transaction(() => {
    const [row] = raw
      .prepare('select failures, blocked_until from sign_in_failure where email = ?')
      .all(key) as Pick<SignInFailureTable, 'failures' | 'blocked_until'>[];
    if (row && row.blocked_until > now()) return row.blocked_until;
    const failures = (row?.failures ?? 0) + 1;
    const wait =
      failures < FREE_FAILURES ? 0 : Math.min(BLOCK_MS_MAX, 1_000 * 2 ** (failures - FREE_FAILURES));
    raw
      .prepare('insert or replace into sign_in_failure (email, failures, blocked_until) values (?, ?, ?)')
      .run(key, failures, now() + wait);
    return 0;
  });
  return claim.immediate();
}

export async function clearSignInFailures(email: string): Promise<void> {
  await database().query.deleteFrom('sign_in_failure').where('email', '=', email.toLowerCase()).execute();
}

// People and their sessions, beside what Better Auth does itself.
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { SessionTable, SignInAddressTable, SignInFailureTable, UserTable } from './schema';

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

/** Who can administer people: admins that are not disabled and have no limits. */
const FULL_ADMIN = `role = 'admin' and disabled = 0
  and "scopeNamespaces" is null and "scopeNetworks" is null and "scopeAccounts" is null`;

/** How many can administer people. */
export function countFullAdmins({ raw } = database()): number {
  const [row] = raw.prepare(`select count(*) as admins from "user" where ${FULL_ADMIN}`).all() as {
    admins: number;
  }[];
  return row?.admins ?? 0;
}

export type PersonChange = Partial<
  Pick<UserTable, 'role' | 'disabled' | 'scopeNamespaces' | 'scopeNetworks' | 'scopeAccounts'>
>;

/**
 * Changes or (`null`) deletes somebody and ends their sessions, in one transaction. `last-admin` when nobody could
 * administer any more, `changed` when somebody is not (any more) as `expected` says: then nothing is changed, however many
 * such changes run at once.
 */
export function changePersonRow(
  id: string,
  change: PersonChange | null,
  expected: Pick<PersonChange, 'scopeAccounts'> = {},
  store = database(),
): 'done' | Undone['why'] {
  const { raw } = store;
  const run = raw.transaction(() => {
    const adminsBefore = countFullAdmins(store);
    if (raw.prepare('select id from "user" where id = ?').all(id).length === 0) throw new Undone('not-found');
    const { scopeAccounts } = expected;
    if (
      scopeAccounts !== undefined &&
      raw.prepare('select id from "user" where id = ? and "scopeAccounts" is ?').all(id, scopeAccounts)
        .length === 0
    )
      throw new Undone('changed');
    raw.prepare('delete from session where "userId" = ?').run(id);
    if (change === null) raw.prepare('delete from "user" where id = ?').run(id);
    for (const column of PERSON_COLUMNS) {
      const value = change?.[column];
      if (value !== undefined) raw.prepare(`update "user" set "${column}" = ? where id = ?`).run(value, id);
    }
    if (adminsBefore > 0 && countFullAdmins(store) === 0) throw new Undone('last-admin');
  });
  try {
    run.immediate();
    return 'done';
  } catch (error) {
    if (error instanceof Undone) return error.why;
    throw error;
  }
}

/** Thrown to roll a transaction back. */
class Undone extends Error {
  constructor(readonly why: 'not-found' | 'last-admin' | 'changed') {
    super(why);
  }
}

const PERSON_COLUMNS = ['role', 'disabled', 'scopeNamespaces', 'scopeNetworks', 'scopeAccounts'] as const;

export type SessionRow = Pick<
  SessionTable,
  'id' | 'userId' | 'createdAt' | 'updatedAt' | 'expiresAt' | 'ipAddress' | 'userAgent'
>;

/** Sessions that are not over, of one person or of all; the newest first. Never a session's token. */
export function listSessionRows(userId: string | null): Promise<SessionRow[]> {
  const open = database()
    .query.selectFrom('session')
    .select(['id', 'userId', 'createdAt', 'updatedAt', 'expiresAt', 'ipAddress', 'userAgent'])
    .where('expiresAt', '>', new Date(now()).toISOString())
    .orderBy('updatedAt', 'desc');
  return (userId === null ? open : open.where('userId', '=', userId)).execute();
}

/** Whether the session is there and not over. */
export async function hasSession(id: string): Promise<boolean> {
  const row = await database()
    .query.selectFrom('session')
    .select('id')
    .where('id', '=', id)
    .where('expiresAt', '>', new Date(now()).toISOString())
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteSession(id: string): Promise<void> {
  await database().query.deleteFrom('session').where('id', '=', id).execute();
}

/** Ends the sessions of a person, all or all but one. */
export async function deleteSessionsOf(userId: string, exceptId: string | null = null): Promise<void> {
  const all = database().query.deleteFrom('session').where('userId', '=', userId);
  await (exceptId === null ? all : all.where('id', '!=', exceptId)).execute();
}

const ADDRESS_TRIES = 20;
const ADDRESS_WINDOW_MS = 60_000;

/**
 * Claims one try to sign in from this network address; 0 when it may go on, else when the next is possible (epoch ms).
 * It counts as failed until `forgiveAddress`: 20 a minute.
 */
export function claimAddress(address: string, { raw } = database()): number {
  const claim = raw.transaction(() => {
    const at = now();
    raw.prepare('delete from sign_in_address where window_start < ?').run(at - ADDRESS_WINDOW_MS);
    const [row] = raw
      .prepare('select window_start, tries from sign_in_address where address = ?')
      .all(address) as Pick<SignInAddressTable, 'window_start' | 'tries'>[];
    if (row && row.tries >= ADDRESS_TRIES) return row.window_start + ADDRESS_WINDOW_MS;
    raw
      .prepare('insert or replace into sign_in_address (address, window_start, tries) values (?, ?, ?)')
      .run(address, row?.window_start ?? at, (row?.tries ?? 0) + 1);
    return 0;
  });
  return claim.immediate();
}

/** Takes back what `claimAddress` counted, as the sign-in was right. */
export function forgiveAddress(address: string, { raw } = database()): void {
  raw.prepare('update sign_in_address set tries = max(0, tries - 1) where address = ?').run(address);
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

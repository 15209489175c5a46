// Single sign-on in the database: sign-ins under way, who is joined with which identity, and roles that follow groups.
import type { Role } from '@/lib/domain/access';
import { now } from '@/lib/platform/clock';
import { database } from './database';
import { changePersonRow, findPerson } from './people';
import type { SsoStateTable, UserTable } from './schema';

const VALID_MS = 10 * 60_000;
/** Anybody may begin a sign-in, so there is a bound to how many are remembered; the oldest go first. */
const OPEN_MAX = 5_000;

/** The provider of joined accounts in Better Auth's table. */
export const SSO_PROVIDER = 'oidc';

export type SsoState = Pick<SsoStateTable, 'nonce' | 'verifier' | 'next'>;

/** Remembers a sign-in that begins, for ten minutes. */
export function saveSsoState(hash: string, { nonce, verifier, next }: SsoState): void {
  const { raw } = database();
  const save = raw.transaction(() => {
    raw.prepare('delete from sso_state where expires_at <= ?').run(now());
    raw
      .prepare(
        'delete from sso_state where hash in (select hash from sso_state order by created_at desc limit -1 offset ?)',
      )
      .run(OPEN_MAX - 1);
    raw
      .prepare(
        'insert into sso_state (hash, nonce, verifier, next, created_at, expires_at) values (?, ?, ?, ?, ?, ?)',
      )
      .run(hash, nonce, verifier, next, now(), now() + VALID_MS);
  });
  save.immediate();
}

/** Takes a sign-in that was begun, for exactly one caller; null when there is none, or it is too old. */
export function takeSsoState(hash: string): SsoState | null {
  const [row] = database()
    .raw.prepare('delete from sso_state where hash = ? returning nonce, verifier, next, expires_at')
    .all(hash) as Pick<SsoStateTable, 'nonce' | 'verifier' | 'next' | 'expires_at'>[];
  if (!row || row.expires_at <= now()) return null;
  const { nonce, verifier, next } = row;
  return { nonce, verifier, next };
}

/** Whoever is joined with that identity of the provider. */
export function findPersonBySso(accountId: string): Promise<UserTable | undefined> {
  return database()
    .query.selectFrom('account')
    .innerJoin('user', 'user.id', 'account.userId')
    .selectAll('user')
    .where('account.providerId', '=', SSO_PROVIDER)
    .where('account.accountId', '=', accountId)
    .executeTakeFirst();
}

/** The identities that this person is joined with. */
export async function listSsoIds(userId: string): Promise<string[]> {
  const rows = await database()
    .query.selectFrom('account')
    .select('accountId')
    .where('providerId', '=', SSO_PROVIDER)
    .where('userId', '=', userId)
    .execute();
  return rows.map(({ accountId }) => accountId);
}

/**
 * Gives a person the role of the groups. A change ends all sessions of the person. `kept`: it is the last active admin,
 * who stays one.
 */
export async function followRole(userId: string, role: Role): Promise<'same' | 'changed' | 'kept'> {
  const person = await findPerson(userId);
  if (!person || person.role === role) return 'same';
  return changePersonRow(userId, { role }) === 'last-admin' ? 'kept' : 'changed';
}

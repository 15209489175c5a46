// Keys for machines. A key itself is never here, only its hash.
import type { ExpressionBuilder } from 'kysely';
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { ApiKeyTable, Schema } from './schema';

export type NewKey = Omit<ApiKeyTable, 'created_at' | 'last_used_at' | 'revoked_at'>;

/** Adds a key; false when there is one of that name, revoked or not. */
export async function insertKey(key: NewKey): Promise<boolean> {
  const inserted = await database()
    .query.insertInto('api_key')
    .values({
      ...key,
      created_at: now(),
      last_used_at: null,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** The key with that hash, unless it is revoked or expired. */
export function findKey(hash: string): Promise<ApiKeyTable | undefined> {
  return database()
    .query.selectFrom('api_key')
    .selectAll()
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .where(notExpired)
    .executeTakeFirst();
}

/** The key of that id, unless it is revoked or expired. */
export function findKeyById(id: string): Promise<ApiKeyTable | undefined> {
  return database()
    .query.selectFrom('api_key')
    .selectAll()
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where(notExpired)
    .executeTakeFirst();
}

function notExpired({ eb, or }: ExpressionBuilder<Schema, 'api_key'>) {
  return or([eb('expires_at', 'is', null), eb('expires_at', '>', now())]);
}

/** Notes the use, at most once a minute: a read must not cost a write each time. */
export async function touchKey(key: Pick<ApiKeyTable, 'id' | 'last_used_at'>): Promise<void> {
  const at = now();
  if (key.last_used_at !== null && at - key.last_used_at < 60_000) return;
  await database().query.updateTable('api_key').set({ last_used_at: at }).where('id', '=', key.id).execute();
}

/** Revokes the key of that name where it is not revoked yet; false when there is none. */
export async function revokeKeyNamed(name: string): Promise<boolean> {
  const updated = await database()
    .query.updateTable('api_key')
    .set({ revoked_at: now() })
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** A key and what its owner is now; all null for a key that the operator made. */
export type KeyRow = ApiKeyTable & {
  owner_email: string | null;
  owner_role: string | null;
  owner_disabled: number | null;
};

/** All keys by name, with their owners. */
export function listKeyRows(): Promise<KeyRow[]> {
  return database()
    .query.selectFrom('api_key')
    .leftJoin('user', 'user.id', 'api_key.owner_id')
    .selectAll('api_key')
    .select(['user.email as owner_email', 'user.role as owner_role', 'user.disabled as owner_disabled'])
    .orderBy('api_key.name')
    .execute();
}

// Keys for machines. A key itself is never here, only its hash.
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { ApiKeyTable } from './schema';

export async function insertKey(key: Pick<ApiKeyTable, 'id' | 'name' | 'hash' | 'role'>): Promise<boolean> {
  const inserted = await database()
    .query.insertInto('api_key')
    .values({
      ...key,
      scope_namespaces: null,
      owner_id: null,
      created_at: now(),
      last_used_at: null,
      revoked_at: null,
      scope_networks: null,
      expires_at: null,
      shown_prefix: null,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** The key with that hash, unless it is revoked. */
export function findKey(hash: string): Promise<ApiKeyTable | undefined> {
  return database()
    .query.selectFrom('api_key')
    .selectAll()
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
}

/** The key of that id, unless it is revoked. */
export function findKeyById(id: string): Promise<ApiKeyTable | undefined> {
  return database()
    .query.selectFrom('api_key')
    .selectAll()
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
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

export function listKeyRows(): Promise<ApiKeyTable[]> {
  return database().query.selectFrom('api_key').selectAll().orderBy('name').execute();
}

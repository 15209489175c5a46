// Calendars to subscribe to. The secret in a feed's address is never here, only its hash.
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { CalendarFeedTable } from './schema';

export type NewFeed = Pick<CalendarFeedTable, 'id' | 'name' | 'hash' | 'account' | 'kinds' | 'owner_id'>;

export async function insertFeed(feed: NewFeed): Promise<void> {
  await database()
    .query.insertInto('calendar_feed')
    .values({ ...feed, created_at: now(), last_used_at: null, revoked_at: null })
    .execute();
}

/** The feed with that hash, unless it is revoked. */
export function findFeed(hash: string): Promise<CalendarFeedTable | undefined> {
  return database()
    .query.selectFrom('calendar_feed')
    .selectAll()
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
}

/** Notes the use, at most once a minute: a read must not cost a write each time. */
export async function touchFeed({ id, last_used_at }: Pick<CalendarFeedTable, 'id' | 'last_used_at'>) {
  const at = now();
  if (last_used_at !== null && at - last_used_at < 60_000) return;
  await database()
    .query.updateTable('calendar_feed')
    .set({ last_used_at: at })
    .where('id', '=', id)
    .execute();
}

/** Revokes a feed; its name, or null when there is none that works. */
export async function revokeFeedRow(id: string): Promise<string | null> {
  const updated = await database()
    .query.updateTable('calendar_feed')
    .set({ revoked_at: now() })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('name')
    .executeTakeFirst();
  return updated?.name ?? null;
}

export type FeedRow = CalendarFeedTable & { owner_email: string | null };

/** All feeds that are not revoked, by name, with the address of who made each; null for the operator's. */
export function listFeedRows(): Promise<FeedRow[]> {
  return database()
    .query.selectFrom('calendar_feed')
    .leftJoin('user', 'user.id', 'calendar_feed.owner_id')
    .selectAll('calendar_feed')
    .select('user.email as owner_email')
    .where('revoked_at', 'is', null)
    .orderBy('calendar_feed.name')
    .execute();
}

// Notices in the database: through which channels, by which ladder, and what was told. A notice and the message that
// carries it come into being together, so that there is never one without the other.

import { z } from 'zod';
import type { Day } from '@/lib/domain/day';
import { DUE_KINDS, type DueKind } from '@/lib/domain/due';
import type { Ladder, Notice, Told } from '@/lib/domain/notice';
import type { ChannelFields, ChannelKind } from '@/lib/domain/notice-channel';
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { NoticeChannelTable, NoticeMessageTable } from './schema';

const dayText = z.string().transform((text) => text as Day);
const noticeSchema = z.object({
  uuid: z.string(),
  kind: z.enum(DUE_KINDS),
  day: dayText,
  step: z.number(),
  account: z.string(),
  name: z.string(),
  owner: z.string().nullable(),
});

export type Channel = ChannelFields & {
  id: string;
  kind: ChannelKind;
  /** What is shown: the addresses of a mail, the beginning of a webhook's address. */
  target: string;
  sealed: string | null;
  /** The day from which on an expiry is news. */
  since: Day;
  lastDigestAt: number;
  isOn: boolean;
  updatedAt: number;
};

const kindsSchema = z.array(z.enum(DUE_KINDS));
const accountsSchema = z.array(z.string()).nullable();

function toChannel(row: NoticeChannelTable): Channel {
  const { id, name, kind, target, sealed, owner } = row;
  return {
    ...{ id, name, kind, target, sealed, owner },
    kinds: kindsSchema.parse(JSON.parse(row.kinds)),
    accounts: accountsSchema.parse(JSON.parse(row.accounts ?? 'null')),
    digestHour: row.digest_hour,
    since: dayText.parse(row.since),
    lastDigestAt: row.last_digest_at,
    isOn: row.is_on === 1,
    updatedAt: row.updated_at,
  };
}

function fieldColumns({ name, kinds, accounts, owner, digestHour }: ChannelFields) {
  return {
    name,
    kinds: JSON.stringify(kinds),
    accounts: accounts && JSON.stringify(accounts),
    owner,
    digest_hour: digestHour,
  };
}

/** All channels by name. */
export async function listChannels(): Promise<Channel[]> {
  const rows = await database().query.selectFrom('notice_channel').selectAll().orderBy('name').execute();
  return rows.map(toChannel);
}

export async function findChannel(id: string): Promise<Channel | undefined> {
  const row = await database()
    .query.selectFrom('notice_channel')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row && toChannel(row);
}

export type NewChannel = Omit<Channel, 'lastDigestAt' | 'isOn' | 'updatedAt'> & { createdBy: string };

/** Adds a channel; false when there is one of that name. Its first digest is the next one. */
export async function insertChannel(channel: NewChannel): Promise<boolean> {
  const { id, kind, target, sealed, since, createdBy } = channel;
  const at = now();
  const inserted = await database()
    .query.insertInto('notice_channel')
    .values({
      ...{ id, kind, target, sealed, since, created_by: createdBy },
      ...fieldColumns(channel),
      ...{ last_digest_at: at, is_on: 1, created_at: at, updated_at: at },
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Changes a channel, and its target when there is another one; `name-taken` when another channel has its name. */
export async function updateChannel(
  id: string,
  fields: ChannelFields,
  target: Pick<Channel, 'target' | 'sealed'> | null,
): Promise<'changed' | 'name-taken' | 'gone'> {
  const { raw, query } = database();
  const [other] = raw.prepare('select 1 from notice_channel where name = ? and id <> ?').all(fields.name, id);
  if (other !== undefined) return 'name-taken';
  const updated = await query
    .updateTable('notice_channel')
    .set({ ...fieldColumns(fields), ...target, updated_at: now() })
    .where('id', '=', id)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n ? 'changed' : 'gone';
}

/**
 * Switches a channel off or on. What waits is given up, with `words`: also when it is switched on, for what was put back
 * into the queue while it was off is of long ago. One that is switched on hears of expiries from the day `since` on. False
 * when there is nothing to switch.
 */
export function switchChannel(
  id: string,
  isOn: boolean,
  { since, words }: { since: Day; words: string },
): boolean {
  const { raw } = database();
  const at = now();
  const change = raw.transaction(() => {
    const { changes } = isOn
      ? raw
          .prepare(
            'update notice_channel set is_on = 1, since = ?, last_digest_at = ?, updated_at = ? where id = ? and is_on = 0',
          )
          .run(since, at, at, id)
      : raw
          .prepare('update notice_channel set is_on = 0, updated_at = ? where id = ? and is_on = 1')
          .run(at, id);
    // Who switches on what is on changes nothing, and gives nothing up.
    if (changes === 1)
      raw
        .prepare(
          "update notice_message set state = 'failed', words = ?, settled_at = ? where channel_id = ? and state = 'queued'",
        )
        .run(words, at, id);
    return changes;
  });
  return change.immediate() === 1;
}

/** Removes a channel and everything about it; false when there is none. */
export async function deleteChannel(id: string): Promise<boolean> {
  const deleted = await database().query.deleteFrom('notice_channel').where('id', '=', id).executeTakeFirst();
  return deleted.numDeletedRows === 1n;
}

const ladderSchema = z.array(z.number());

/** The ladders that were changed, by kind. */
export async function readLadderRows(): Promise<ReadonlyMap<string, Ladder>> {
  const rows = await database().query.selectFrom('notice_ladder').selectAll().execute();
  return new Map(rows.map(({ kind, steps }) => [kind, ladderSchema.parse(JSON.parse(steps))]));
}

/** Writes ladders: all or none. */
export function putLadderRows(ladders: Readonly<Record<DueKind, Ladder>>, by: string): void {
  const { raw } = database();
  const put = raw.transaction(() => {
    const write = raw.prepare(
      'insert or replace into notice_ladder (kind, steps, updated_at, updated_by) values (?, ?, ?, ?)',
    );
    for (const kind of DUE_KINDS) write.run(kind, JSON.stringify(ladders[kind]), now(), by);
  });
  put.immediate();
}

/** A message that is made: the notices of one channel that became due together. */
export type NewMessage = {
  id: string;
  channelId: string;
  asOf: Day;
  readAt: number;
  notices: readonly Notice[];
};

const lastStepSchema = z.array(z.object({ step: z.number().nullable() }));

/**
 * In one transaction: asks `decide` what is due in each channel, given what was told through it, and stores the messages
 * it makes; a digest was made with that. A channel that was changed, switched off or removed since it was read is left out.
 * Returns how many messages there are.
 */
export function addMessages(
  channels: readonly Channel[],
  at: number,
  decide: (channel: Channel, told: Told) => readonly NewMessage[],
): number {
  const { raw } = database();
  const add = raw.transaction(() => {
    const isAsRead = raw.prepare(
      'select 1 from notice_channel where id = ? and is_on = 1 and updated_at = ?',
    );
    const lastStep = raw.prepare(
      'select min(step) as step from notice where channel_id = ? and uuid = ? and kind = ? and day = ?',
    );
    const addMessage = raw.prepare(
      `insert into notice_message (id, channel_id, is_test, as_of, read_at, state, tries, next_at, created_at)
       values (?, ?, 0, ?, ?, 'queued', 0, ?, ?)`,
    );
    const addNotice = raw.prepare(
      `insert into notice (channel_id, uuid, kind, day, step, account, name, owner, message_id)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const digested = raw.prepare('update notice_channel set last_digest_at = ? where id = ? and is_on = 1');
    let made = 0;
    for (const channel of channels) {
      const { id: channelId, digestHour, updatedAt } = channel;
      if (isAsRead.all(channelId, updatedAt).length === 0) continue;
      // Looked up by the key: what was ever told grows for years, and few dates have reached a step.
      const told: Told = ({ uuid, kind, day }) =>
        lastStepSchema.parse(lastStep.all(channelId, uuid, kind, day))[0]?.step ?? null;
      for (const { id, asOf, readAt, notices } of decide(channel, told)) {
        addMessage.run(id, channelId, asOf, readAt, at, at);
        for (const { uuid, kind, day, step, account, name, owner } of notices)
          addNotice.run(channelId, uuid, kind, day, step, account, name, owner, id);
        made += 1;
      }
      if (digestHour !== null) digested.run(at, channelId);
    }
    return made;
  });
  return add.immediate();
}

/** Adds a message without notices, which is being sent. */
export async function addTestMessage(id: string, channelId: string, asOf: Day): Promise<void> {
  const at = now();
  await database()
    .query.insertInto('notice_message')
    .values({
      id,
      channel_id: channelId,
      is_test: 1,
      as_of: asOf,
      read_at: at,
      state: 'sending',
      tries: 1,
      next_at: at,
      words: null,
      created_at: at,
      settled_at: null,
    })
    .execute();
}

export type WaitingMessage = Pick<NoticeMessageTable, 'id' | 'channel_id' | 'as_of' | 'read_at' | 'tries'> & {
  as_of: Day;
};

/**
 * Messages whose next try is due, oldest first. One whose next try lies farther ahead than any wait is due too: the clock
 * was set back meanwhile.
 */
export async function listDueMessages(at: number, longestWaitMs: number): Promise<WaitingMessage[]> {
  const rows = await database()
    .query.selectFrom('notice_message')
    .innerJoin('notice_channel', 'notice_channel.id', 'notice_message.channel_id')
    .select([
      'notice_message.id',
      'notice_message.channel_id',
      'notice_message.as_of',
      'notice_message.read_at',
      'notice_message.tries',
    ])
    .where('notice_message.state', '=', 'queued')
    .where('notice_channel.is_on', '=', 1)
    .where(({ eb, or }) =>
      or([eb('notice_message.next_at', '<=', at), eb('notice_message.next_at', '>', at + longestWaitMs)]),
    )
    .orderBy('notice_message.created_at')
    .orderBy('notice_message.id')
    .execute();
  return rows.map((row) => ({ ...row, as_of: dayText.parse(row.as_of) }));
}

/** The notices of a message. */
export async function readNotices(messageId: string): Promise<readonly Notice[]> {
  const rows = await database()
    .query.selectFrom('notice')
    .selectAll()
    .where('message_id', '=', messageId)
    .orderBy('day')
    .orderBy('name')
    .orderBy('kind')
    .execute();
  return rows.map((row) => noticeSchema.parse(row));
}

/** Marks a message as being sent and counts the try; false when it waits no more. On the disk when this returns. */
export async function takeMessage(id: string): Promise<boolean> {
  const updated = await database()
    .query.updateTable('notice_message')
    .set((eb) => ({ state: 'sending', tries: eb('tries', '+', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** What became of a try. `queued`: it is tried again at `nextAt`. */
export type Settled =
  | { state: 'sent' | 'failed'; words: string | null }
  | { state: 'queued'; words: string; nextAt: number };

/** Ends a try. A message that is not being sent stays as it is. */
export async function settleMessage(id: string, settled: Settled): Promise<void> {
  await database()
    .query.updateTable('notice_message')
    .set({
      state: settled.state,
      words: settled.words,
      ...(settled.state === 'queued' ? { next_at: settled.nextAt } : { settled_at: now() }),
    })
    .where('id', '=', id)
    .where('state', '=', 'sending')
    .execute();
}

/**
 * Puts what an earlier run of the server was sending when it ended back into the queue. A test is not sent again: nobody
 * waits for it any more.
 */
export function requeueMessages(words: string): void {
  const { raw } = database();
  const at = now();
  const requeue = raw.transaction(() => {
    raw
      .prepare(
        "update notice_message set state = 'failed', words = ?, settled_at = ? where state = 'sending' and is_test = 1",
      )
      .run(words, at);
    raw
      .prepare("update notice_message set state = 'queued', words = ?, next_at = ? where state = 'sending'")
      .run(words, at);
  });
  requeue.immediate();
}

export type DeliveryRow = NoticeMessageTable & {
  channel_name: string;
  notices: number;
  /** One of its notices, to tell it by. */
  first: Pick<Notice, 'name' | 'kind' | 'day' | 'step'> | null;
};

const firstSchema = noticeSchema.pick({ name: true, kind: true, day: true, step: true });

/** Messages from the `skipped`th on, the newest first, tests included. */
export async function listDeliveryRows(skipped: number, limit: number): Promise<DeliveryRow[]> {
  const rows = await database()
    .query.selectFrom('notice_message')
    .innerJoin('notice_channel', 'notice_channel.id', 'notice_message.channel_id')
    .selectAll('notice_message')
    .select((eb) => [
      'notice_channel.name as channel_name',
      eb
        .selectFrom('notice')
        .whereRef('notice.message_id', '=', 'notice_message.id')
        .select((one) => one.fn.countAll<number>().as('count'))
        .as('notices'),
    ])
    .orderBy('notice_message.created_at', 'desc')
    .orderBy('notice_message.id')
    .limit(limit)
    .offset(skipped)
    .execute();
  return Promise.all(
    rows.map(async (row) => {
      const first = await database()
        .query.selectFrom('notice')
        .select(['name', 'kind', 'day', 'step'])
        .where('message_id', '=', row.id)
        .orderBy('day')
        .orderBy('name')
        .limit(1)
        .executeTakeFirst();
      return { ...row, notices: row.notices ?? 0, first: first ? firstSchema.parse(first) : null };
    }),
  );
}

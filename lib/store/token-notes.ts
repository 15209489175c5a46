// What people know of tokens besides Akamai, by account and uuid.
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { TokenNoteTable } from './schema';

export type NoteRow = Omit<TokenNoteTable, 'updated_at'>;

/** Every note of an account. */
export function listNoteRows(account: string): Promise<TokenNoteTable[]> {
  return database().query.selectFrom('token_note').selectAll().where('account', '=', account).execute();
}

export function findNoteRow(account: string, uuid: string): Promise<TokenNoteTable | undefined> {
  return database()
    .query.selectFrom('token_note')
    .selectAll()
    .where('account', '=', account)
    .where('uuid', '=', uuid)
    .executeTakeFirst();
}

/** The newest note of a token that had this name. */
export function findNoteRowByName(account: string, name: string): Promise<TokenNoteTable | undefined> {
  return database()
    .query.selectFrom('token_note')
    .selectAll()
    .where('account', '=', account)
    .where('name', '=', name)
    .orderBy('updated_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Writes notes, in place of what there was of their tokens: all or none. In one piece, as every transaction here. */
export function putNoteRows(rows: readonly NoteRow[]): void {
  const { raw } = database();
  const put = raw.transaction(() => {
    const write = raw.prepare(
      `insert or replace into token_note
         (account, uuid, name, owner, purpose, ticket, tags, review_by, updated_at, updated_by)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const { account, uuid, name, owner, purpose, ticket, tags, review_by, updated_by } of rows)
      write.run(account, uuid, name, owner, purpose, ticket, tags, review_by, now(), updated_by);
  });
  put.immediate();
}

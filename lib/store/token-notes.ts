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

/** Writes notes, in place of what there was of their tokens: all or none. */
export async function putNoteRows(rows: readonly NoteRow[]): Promise<void> {
  await database()
    .query.transaction()
    .execute(async (query) => {
      for (const row of rows) {
        const { account: _, uuid: __, ...rest } = row;
        await query
          .insertInto('token_note')
          .values({ ...row, updated_at: now() })
          .onConflict((conflict) =>
            conflict.columns(['account', 'uuid']).doUpdateSet({ ...rest, updated_at: now() }),
          )
          .execute();
      }
    });
}

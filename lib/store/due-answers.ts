// What people answered to what is due, and which tokens they reviewed, by account and uuid.
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { DueAnswerTable, TokenReviewTable } from './schema';

export type AnswerRow = Omit<DueAnswerTable, 'answered_at'>;

/** Every answer of an account, void ones included. */
export function listAnswerRows(account: string): Promise<DueAnswerTable[]> {
  return database().query.selectFrom('due_answer').selectAll().where('account', '=', account).execute();
}

/** Writes an answer in place of an earlier one to the same kind of date. */
export async function putAnswerRow(row: AnswerRow): Promise<void> {
  const { account: _, uuid: __, kind: ___, ...rest } = row;
  const answered_at = now();
  await database()
    .query.insertInto('due_answer')
    .values({ ...row, answered_at })
    .onConflict((conflict) =>
      conflict.columns(['account', 'uuid', 'kind']).doUpdateSet({ ...rest, answered_at }),
    )
    .execute();
}

/** Removes the answer to that date; whether there was one. */
export async function removeAnswerRow({
  account,
  uuid,
  kind,
  day,
}: Pick<AnswerRow, 'account' | 'uuid' | 'kind' | 'day'>): Promise<boolean> {
  const removed = await database()
    .query.deleteFrom('due_answer')
    .where('account', '=', account)
    .where('uuid', '=', uuid)
    .where('kind', '=', kind)
    .where('day', '=', day)
    .executeTakeFirst();
  return removed.numDeletedRows > 0n;
}

/** The last review of each token of an account. */
export function listReviewRows(account: string): Promise<TokenReviewTable[]> {
  return database().query.selectFrom('token_review').selectAll().where('account', '=', account).execute();
}

export type NewReview = Omit<TokenReviewTable, 'reviewed_at'> & { name: string; review_by: string };

/** Writes a review in place of an earlier one and moves the review-by; all else of the note stays as it is. In one piece. */
export function putReview({ name, review_by, ...row }: NewReview): void {
  const { raw } = database();
  const { account, uuid, remark, reviewed_by } = row;
  const at = now();
  const put = raw.transaction(() => {
    raw
      .prepare(
        `insert or replace into token_review (account, uuid, remark, reviewed_at, reviewed_by) values (?, ?, ?, ?, ?)`,
      )
      .run(account, uuid, remark, at, reviewed_by);
    raw
      .prepare(
        `insert into token_note (account, uuid, name, tags, review_by, updated_at, updated_by)
         values (?, ?, ?, '[]', ?, ?, ?) on conflict (account, uuid) do update set review_by = excluded.review_by,
         updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
      )
      .run(account, uuid, name, review_by, at, reviewed_by);
  });
  put.immediate();
}

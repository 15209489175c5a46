// Forms that change something at Akamai, by the id they carry: whoever claims an id first carries it out.
import { now } from '@/lib/platform/clock';
import { database } from './database';

export type Attempt = {
  id: string;
  actorId: string;
  action: string;
  target: string;
  /** What was asked for, without any secret; null when the target says it all. */
  request: unknown;
};
export type AttemptState = 'done' | 'refused' | 'unknown';

/** Claims the attempt; false when it was claimed before, in this process or any other. */
export async function claimAttempt({ id, actorId, action, target, request }: Attempt): Promise<boolean> {
  const inserted = await database()
    .query.insertInto('attempt')
    .values({
      id,
      actor_id: actorId,
      action,
      target,
      request: request === null ? null : JSON.stringify(request),
      state: 'running',
      result: null,
      created_at: now(),
      settled_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Keeps the outcome, for whoever sends the same form again. `result` must hold no secret: it is stored as JSON. */
export async function settleAttempt(id: string, state: AttemptState, result: unknown): Promise<void> {
  await database()
    .query.updateTable('attempt')
    .set({ state, result: JSON.stringify(result), settled_at: now() })
    .where('id', '=', id)
    // What is known is not forgotten again.
    .where('state', 'in', state === 'unknown' ? ['running'] : ['running', 'unknown'])
    .execute();
}

/** Ends every attempt that runs, with `result`. At the start of the server: then nobody is left who runs one. */
export async function abandonAttempts(result: unknown): Promise<void> {
  await database()
    .query.updateTable('attempt')
    .set({ state: 'unknown', result: JSON.stringify(result), settled_at: now() })
    .where('state', '=', 'running')
    .execute();
}

/** What became of an attempt; `result` is null while it runs, or when the server ended meanwhile. */
export async function readAttempt(
  id: string,
): Promise<{ action: string; target: string; result: unknown } | null> {
  const row = await database()
    .query.selectFrom('attempt')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  return {
    action: row.action,
    target: row.target,
    result: row.result === null ? null : JSON.parse(row.result),
  };
}

/** What the newest attempt that was done asked for and what came of it; null when there is none with a request. */
export async function readNewestRequest(
  action: string,
  target: string,
): Promise<{ request: unknown; result: unknown } | null> {
  const row = await database()
    .query.selectFrom('attempt')
    .select(['request', 'result'])
    .where('action', '=', action)
    .where('target', '=', target)
    .where('state', '=', 'done')
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row?.request || !row.result) return null;
  return { request: JSON.parse(row.request), result: JSON.parse(row.result) };
}

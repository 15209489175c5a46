// Runs that refresh many tokens. Each step of a token is on the disk before the next one begins, so that whoever comes
// after a kill knows whether anything can have been sent for it.
import { z } from 'zod';
import { ITEM_STATES, NO_ITEMS, RETRIED_STATES, type RunCounts } from '@/lib/domain/bulk-run';
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { BulkItemTable, BulkRunTable } from './schema';

export type NewRun = Pick<
  BulkRunTable,
  'id' | 'attempt' | 'account' | 'actor_kind' | 'actor_id' | 'actor_name' | 'retry_of'
>;

const OPEN = "('waiting', 'sending', 'checking')";

/** The id of the run that this form began; null when it began none yet. */
export function findRunOfAttempt(attempt: string): string | null {
  const [row] = database().raw.prepare('select id from bulk_run where attempt = ?').all(attempt);
  return row === undefined ? null : z.object({ id: z.string() }).parse(row).id;
}

/**
 * Stores a run. A token that another run of the account is still refreshing fails at once, with `takenWords`; when that
 * is so of all, nothing is stored. Returns how many tokens are to be refreshed.
 */
export function insertRun(run: NewRun, names: readonly string[], takenWords: string): number {
  const { raw } = database();
  const at = now();
  const insert = raw.transaction(() => {
    const isTaken = raw.prepare(
      `select 1 from bulk_item join bulk_run on bulk_run.id = run_id
       where state in ${OPEN} and account = ? and name = ? limit 1`,
    );
    const items = names.map((name) => ({ name, isTaken: isTaken.all(run.account, name).length > 0 }));
    const free = items.filter((item) => !item.isTaken).length;
    if (free === 0) return 0;
    raw
      .prepare(
        `insert into bulk_run (id, attempt, account, actor_kind, actor_id, actor_name, retry_of, began_at, next_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[run.id, run.attempt, run.account, run.actor_kind, run.actor_id, run.actor_name, run.retry_of],
        ...[at, at],
      );
    const add = raw.prepare(
      'insert into bulk_item (run_id, position, name, state, tries, code, words, at) values (?, ?, ?, ?, 0, ?, ?, ?)',
    );
    for (const [position, item] of items.entries())
      add.run(
        ...[run.id, position, item.name, item.isTaken ? 'failed' : 'waiting'],
        ...(item.isTaken ? ['conflict', takenWords] : [null, null]),
        at,
      );
    return free;
  });
  return insert.immediate();
}

/** Runs of which tokens wait and may be tried at the time `at`, the oldest first. */
export function listDueRuns(at: number): Promise<BulkRunTable[]> {
  return database()
    .query.selectFrom('bulk_run')
    .selectAll()
    .where('id', 'in', (from) =>
      from.selectFrom('bulk_item').select('run_id').distinct().where('state', '=', 'waiting'),
    )
    .where('cancelled_at', 'is', null)
    .where('next_at', '<=', at)
    .orderBy('began_at')
    .execute();
}

/** Whether any token of any run is still being worked on. */
export function hasOpenItems(): boolean {
  return database().raw.prepare(`select 1 from bulk_item where state in ${OPEN} limit 1`).all().length > 0;
}

const itemSchema = z.object({ position: z.number(), name: z.string(), tries: z.number() });
export type TakenItem = z.infer<typeof itemSchema>;

/** Takes the next token of a run to be refreshed as `attempt`; null when none waits. Those that were tried come last. */
export function takeItem(runId: string, attempt: string): TakenItem | null {
  const { raw } = database();
  const take = raw.transaction(() => {
    const [row] = raw
      .prepare(
        `select position, name, tries + 1 as tries from bulk_item where run_id = ? and state = 'waiting'
         order by bulk_item.tries, position limit 1`,
      )
      .all(runId);
    if (row === undefined) return null;
    const item = itemSchema.parse(row);
    raw
      .prepare(
        `update bulk_item set state = 'sending', tries = ?, attempt = ?, sent_at = null, at = ?
         where run_id = ? and position = ?`,
      )
      .run(item.tries, attempt, now(), runId, item.position);
    return item;
  });
  return take.immediate();
}

/** Notes that a token's refresh is sent now; false when the run was cancelled meanwhile. On the disk when this returns. */
export function markSent(runId: string, position: number): boolean {
  const { changes } = database()
    .raw.prepare(
      `update bulk_item set sent_at = ? where run_id = ? and position = ? and state = 'sending'
       and exists (select 1 from bulk_run where id = run_id and cancelled_at is null)`,
    )
    .run(now(), runId, position);
  return changes === 1;
}

/** Puts a token of which nothing was done back, to be tried later; one of a run that was cancelled is cancelled too. */
export function returnItem(runId: string, position: number): void {
  database()
    .raw.prepare(
      `update bulk_item set attempt = null, sent_at = null, at = ?, state =
         iif((select cancelled_at from bulk_run where id = run_id) is null, 'waiting', 'cancelled')
       where run_id = ? and position = ? and state = 'sending'`,
    )
    .run(now(), runId, position);
}

export type ItemResult = Pick<BulkItemTable, 'state' | 'code' | 'words'>;

/** Gives a token that is being worked on its result. */
export function settleItem(runId: string, position: number, { state, code, words }: ItemResult): void {
  database()
    .raw.prepare(
      `update bulk_item set state = ?, code = ?, words = ?, at = ?
       where run_id = ? and position = ? and state in ('sending', 'checking')`,
    )
    .run(state, code, words, now(), runId, position);
}

/** Gives all tokens of a run that wait the same result. */
export function settleWaiting(runId: string, { state, code, words }: ItemResult): void {
  database()
    .raw.prepare(
      "update bulk_item set state = ?, code = ?, words = ?, at = ? where run_id = ? and state = 'waiting'",
    )
    .run(state, code, words, now(), runId);
}

/** Lets a run wait until `nextAt`. Returns since when nothing of it got through. */
export function holdRun(runId: string, nextAt: number, words: string): number {
  const [row] = database()
    .raw.prepare(
      `update bulk_run set held_since = coalesce(held_since, ?), held_words = ?, next_at = ? where id = ?
       returning held_since as since`,
    )
    .all(now(), words, nextAt, runId);
  return z.object({ since: z.number() }).parse(row).since;
}

/** Something of the run got through. */
export function releaseRun(runId: string): void {
  database()
    .raw.prepare('update bulk_run set held_since = null, held_words = null, next_at = ? where id = ?')
    .run(now(), runId);
}

/** Cancels a run: what waits is not tried any more. False when it was cancelled before, or nothing waited. */
export function cancelRun(runId: string, by: string): boolean {
  const { raw } = database();
  const cancel = raw.transaction(() => {
    const { changes } = raw
      .prepare(
        `update bulk_run set cancelled_at = ?, cancelled_by = ? where id = ? and cancelled_at is null
         and exists (select 1 from bulk_item where run_id = bulk_run.id and state in ${OPEN})`,
      )
      .run(now(), by, runId);
    if (changes === 1) settleWaiting(runId, { state: 'cancelled', code: null, words: null });
    return changes === 1;
  });
  return cancel.immediate();
}

export type CheckedItem = Pick<BulkItemTable, 'run_id' | 'position' | 'name' | 'attempt'> &
  Pick<BulkRunTable, 'account'>;

/** The tokens that are being looked up. */
export function listCheckedItems(): Promise<CheckedItem[]> {
  return database()
    .query.selectFrom('bulk_item')
    .innerJoin('bulk_run', 'bulk_run.id', 'bulk_item.run_id')
    .select(['run_id', 'position', 'name', 'bulk_item.attempt', 'account'])
    .where('state', '=', 'checking')
    .execute();
}

/**
 * Takes up what an earlier run of the server was at: what was not sent waits again, what was sent is looked up. Returns
 * the attempts for which nothing was sent.
 */
export function takeUpItems(): ReadonlySet<string> {
  const { raw } = database();
  const takeUp = raw.transaction(() => {
    const rows = raw
      .prepare(
        "select attempt from bulk_item where state = 'sending' and sent_at is null and attempt is not null",
      )
      .all();
    raw
      .prepare(
        "update bulk_item set state = 'checking', at = ? where state = 'sending' and sent_at is not null",
      )
      .run(now());
    // As `returnItem`.
    raw
      .prepare(
        `update bulk_item set attempt = null, at = ?, state =
           iif((select cancelled_at from bulk_run where id = run_id) is null, 'waiting', 'cancelled')
         where state = 'sending'`,
      )
      .run(now());
    return z.array(z.object({ attempt: z.string() })).parse(rows);
  });
  return new Set(takeUp.immediate().map(({ attempt }) => attempt));
}

export type RunRow = BulkRunTable & { counts: RunCounts };

const countsSchema = z.array(z.object({ state: z.enum(ITEM_STATES), count: z.number() }));

function counted(run: BulkRunTable): RunRow {
  const rows = database()
    .raw.prepare('select state, count(*) as count from bulk_item where run_id = ? group by state')
    .all(run.id);
  const counts = Object.fromEntries(countsSchema.parse(rows).map(({ state, count }) => [state, count]));
  return { ...run, counts: { ...NO_ITEMS, ...counts } };
}

/** The newest runs of an account. */
export async function listRunRows(account: string, limit: number): Promise<RunRow[]> {
  const runs = await database()
    .query.selectFrom('bulk_run')
    .selectAll()
    .where('account', '=', account)
    .orderBy('began_at', 'desc')
    .limit(limit)
    .execute();
  return runs.map(counted);
}

/** The runs of an account that are under way. */
export async function listOpenRunRows(account: string): Promise<RunRow[]> {
  const runs = await database()
    .query.selectFrom('bulk_run')
    .selectAll()
    .where('id', 'in', (from) =>
      from
        .selectFrom('bulk_item')
        .select('run_id')
        .distinct()
        .where('state', 'in', ['waiting', 'sending', 'checking']),
    )
    .where('account', '=', account)
    .orderBy('began_at')
    .execute();
  return runs.map(counted);
}

/** The names of tokens that runs of the account are refreshing, with the run. */
export async function listOpenNames(account: string): Promise<ReadonlyMap<string, string>> {
  const rows = await database()
    .query.selectFrom('bulk_item')
    .innerJoin('bulk_run', 'bulk_run.id', 'bulk_item.run_id')
    .select(['name', 'run_id'])
    .where('state', 'in', ['waiting', 'sending', 'checking'])
    .where('account', '=', account)
    .execute();
  return new Map(rows.map((row) => [row.name, row.run_id]));
}

export async function findRun(account: string, id: string): Promise<RunRow | null> {
  const run = await database()
    .query.selectFrom('bulk_run')
    .selectAll()
    .where('id', '=', id)
    .where('account', '=', account)
    .executeTakeFirst();
  return run ? counted(run) : null;
}

/** The tokens of a run, in their order. */
export function listItems(runId: string): Promise<BulkItemTable[]> {
  return database()
    .query.selectFrom('bulk_item')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('position')
    .execute();
}

/** The names of a run's tokens that can be tried again. */
export async function listRetriedNames(runId: string): Promise<string[]> {
  const rows = await database()
    .query.selectFrom('bulk_item')
    .select('name')
    .where('run_id', '=', runId)
    .where('state', 'in', RETRIED_STATES)
    .orderBy('position')
    .execute();
  return rows.map(({ name }) => name);
}

/** Removes runs that began before `at` and are not under way. */
export function pruneRuns(at: number): void {
  database()
    .raw.prepare(
      `delete from bulk_run where began_at < ?
       and not exists (select 1 from bulk_item where run_id = bulk_run.id and state in ${OPEN})`,
    )
    .run(at);
}

// The audit: rows are only ever added, each carrying the hash of the one before, so that no edit goes unseen.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type Libsql from 'libsql';
import { now } from '@/lib/platform/clock';
import { type Database, database } from './database';
import type { AuditTable } from './schema';

export type AuditRow = Omit<AuditTable, 'seq' | 'at' | 'prev_hash' | 'hash'>;

/** The hash before the first row. */
const GENESIS = '0'.repeat(64);

/** Adds a row in one transaction of its own, whichever process writes; returns its number. Throws when it cannot. */
export function appendAudit(row: AuditRow, { raw }: Database = database()): number {
  const { last: readLast, insert } = statementsOf(raw);
  const append = raw.transaction(() => {
    const [last] = readLast.all() as Pick<AuditTable, 'seq' | 'hash'>[];
    const full = { ...cleaned(row), seq: (last?.seq ?? 0) + 1, at: now(), prev_hash: last?.hash ?? GENESIS };
    const hash = hashRow(full);
    insert.run(...columns(full), hash);
    return full.seq;
  });
  return append.immediate();
}

type Raw = Database['raw'];
type Statements = Record<'last' | 'insert', Libsql.Statement<unknown[]>>;
const prepared = new WeakMap<Raw, Statements>();

/** Prepared once: it takes as long as running them. */
function statementsOf(raw: Raw): Statements {
  const known = prepared.get(raw);
  if (known) return known;
  const statements = {
    last: raw.prepare('select seq, hash from audit order by seq desc limit 1'),
    insert: raw.prepare(
      `insert into audit (seq, at, phase, intent_seq, actor_kind, actor_id, actor_name, source, action, target, account,
       outcome, detail, upstream_request_id, prev_hash, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
  prepared.set(raw, statements);
  return statements;
}

/** Texts as the database gives them back: it cuts at a zero, and has no half characters. Else the hash would not fit. */
function cleaned(row: AuditRow): AuditRow {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value,
  ]);
  return Object.fromEntries(entries) as AuditRow;
}

type Unhashed = Omit<AuditTable, 'hash'>;

function columns(row: Unhashed) {
  return [
    row.seq,
    row.at,
    row.phase,
    row.intent_seq,
    row.actor_kind,
    row.actor_id,
    row.actor_name,
    row.source,
    row.action,
    row.target,
    row.account,
    row.outcome,
    row.detail,
    row.upstream_request_id,
    row.prev_hash,
  ];
}

function hashRow(row: Unhashed): string {
  return createHash('sha256')
    .update(JSON.stringify(columns(row)))
    .digest('hex');
}

/** What a walk found: all of it whole up to `head`, or the first entry that is wrong and what is wrong with it. */
export type AuditVerdict =
  | {
      ok: true;
      /** How many entries there are, which is the last one's number. */
      rows: number;
      head: string;
      /** Entries that are older by the clock than the one before them, the first 100: a note, not a fault. */
      clockWentBack: readonly number[];
    }
  | { ok: false; seq: number; why: string };

const PAGE_ROWS = 1_000;
const CLOCK_NOTES_MAX = 100;

/** `HASH` or `SEQ:HASH`, as a verdict's head is noted down. */
export const HEAD_FORM = /^(?:(\d{1,15}):)?([0-9a-f]{64})$/;

/**
 * Walks the whole chain, a page at a time. With `head` (an earlier verdict's, `HASH` or `SEQ:HASH`) a cut tail is found
 * too, and a chain that was made anew: the head must still be in it.
 */
export async function verifyAudit(head: string | null, store: Database = database()): Promise<AuditVerdict> {
  const [, seqText, hash = null] = (head === null ? null : HEAD_FORM.exec(head)) ?? [null, undefined, head];
  return walk({ seq: 0, hash: GENESIS }, { seq: seqText ? Number(seqText) : null, hash }, store);
}

/** Walks the newest `count` entries only: what can be done at every look at the audit, however long it is. */
export async function verifyTail(count: number, store: Database = database()): Promise<AuditVerdict> {
  const head = await readHead(store);
  const before = await store.query
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .where('seq', '=', head.seq - count)
    .executeTakeFirst();
  // Without that entry the tail is all there is, or one is missing and the walk finds it.
  return walk(before ?? { seq: 0, hash: GENESIS }, { seq: null, hash: null }, store);
}

type Link = Pick<AuditTable, 'seq' | 'hash'>;

async function walk(
  start: Link,
  head: { seq: number | null; hash: string | null },
  { query }: Database,
): Promise<AuditVerdict> {
  const clockWentBack: number[] = [];
  let { seq, hash } = start;
  let at = Number.NEGATIVE_INFINITY;
  let headSeen = head.hash === null || head.hash === GENESIS;
  for (;;) {
    const next = query.selectFrom('audit').selectAll().orderBy('seq').limit(PAGE_ROWS);
    // The very first page begins at any number: somebody may have put an entry before the first.
    const page = await (seq === 0 ? next : next.where('seq', '>', seq)).execute();
    for (const row of page) {
      const why = faultOf(row, { seq, hash });
      if (why) return { ok: false, seq: row.seq, why };
      if (head.seq === row.seq && head.hash !== row.hash)
        return { ok: false, seq: row.seq, why: 'it is not the entry of the given head' };
      if (row.at < at && clockWentBack.length < CLOCK_NOTES_MAX) clockWentBack.push(row.seq);
      headSeen ||= row.hash === head.hash;
      ({ seq, hash, at } = row);
    }
    if (page.length < PAGE_ROWS) break;
    // The database answers at once: without this nobody else would be served until the end.
    await setImmediate();
  }
  if (!headSeen) return { ok: false, seq, why: 'rows after it are missing: the given head is not here' };
  return { ok: true, rows: seq, head: hash, clockWentBack };
}

function faultOf(row: AuditTable, previous: Link): string | null {
  if (row.seq !== previous.seq + 1) return 'a row before it is missing';
  if (row.prev_hash !== previous.hash) return 'it does not follow the row before it';
  return hashRow(row) === row.hash ? null : 'it was edited';
}

/** The newest entry's number and hash; number 0 when there is none. */
export async function readHead({ query }: Database = database()): Promise<Link> {
  const newest = await query
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest ?? { seq: 0, hash: GENESIS };
}

/** Rows from the newest, `limit` of them before `beforeSeq`. */
export function readAudit(
  limit: number,
  beforeSeq: number | null,
  { query }: Database = database(),
): Promise<AuditTable[]> {
  const newest = query.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(limit);
  return (beforeSeq === null ? newest : newest.where('seq', '<', beforeSeq)).execute();
}

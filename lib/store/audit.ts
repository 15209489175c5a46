// The audit: rows are only ever added, each carrying the hash of the one before, so that no edit goes unseen.
import { createHash } from 'node:crypto';
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

export type AuditVerdict = { ok: true; rows: number; head: string } | { ok: false; seq: number; why: string };

/**
 * Walks the whole chain. With `head` (an earlier verdict's), a cut tail is found too: the head must still be in it.
 */
export async function verifyAudit(
  head: string | null,
  { query }: Database = database(),
): Promise<AuditVerdict> {
  const rows = await query.selectFrom('audit').selectAll().orderBy('seq').execute();
  let previous = GENESIS;
  let headSeen = head === null || head === GENESIS;
  for (const [index, row] of rows.entries()) {
    if (row.seq !== index + 1) return { ok: false, seq: row.seq, why: 'a row before it is missing' };
    if (row.prev_hash !== previous)
      return { ok: false, seq: row.seq, why: 'it does not follow the row before it' };
    if (hashRow(row) !== row.hash) return { ok: false, seq: row.seq, why: 'it was edited' };
    previous = row.hash;
    headSeen ||= row.hash === head;
  }
  if (!headSeen)
    return { ok: false, seq: rows.length, why: 'rows after it are missing: the given head is not here' };
  return { ok: true, rows: rows.length, head: previous };
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

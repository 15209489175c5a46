// Looking things up in the audit. An act is an intent with its outcome, or an entry that stands alone.
import { type SelectQueryBuilder, sql } from 'kysely';
import { readHead } from './audit';
import { type Database, database } from './database';
import type { AuditTable, Schema } from './schema';

/** Which acts; null and '' mean all. */
export type AuditFilter = {
  /** The beginning of the actor's name. */
  actor: string;
  action: string | null;
  /** The beginning of the target. */
  target: string;
  outcome: string | null;
  /** Acts without an outcome only. */
  isOpen: boolean;
  /** Milliseconds since 1970: from this on, and before that. */
  fromAt: number | null;
  beforeAt: number | null;
  /** A text anywhere in the act. */
  q: string;
};

/** An act's first row, and its outcomes in their order: usually one. */
export type ActRows = { first: AuditTable; outcomes: readonly AuditTable[] };

/** How many entries are looked through for a text at once: it takes time for each, and nobody else is served meanwhile. */
const TEXT_ENTRIES = 20_000;

/** The newest acts, `limit` of them before entry `beforeSeq`; `backTo` is the entry where a search for a text stopped. */
export async function findActs(
  filter: AuditFilter,
  limit: number,
  beforeSeq: number | null,
  store: Database = database(),
): Promise<{ acts: ActRows[]; backTo: number | null }> {
  const isCommon = await isCommonOutcome(filter.outcome, store);
  let newest = matching(store, filter, isCommon).selectAll().orderBy('seq', 'desc').limit(limit);
  if (beforeSeq !== null) newest = newest.where('seq', '<', beforeSeq);
  const end = beforeSeq ?? (await readHead(store)).seq + 1;
  const backTo = filter.q && end - TEXT_ENTRIES > 1 ? end - TEXT_ENTRIES : null;
  if (backTo !== null) newest = newest.where('seq', '>=', backTo);
  return { acts: await withOutcomes(await newest.execute(), store), backTo };
}

/** The act that entry `seq` belongs to; null when there is no such entry. */
export async function findAct(seq: number, store: Database = database()): Promise<ActRows | null> {
  const read = (one: number) =>
    store.query.selectFrom('audit').selectAll().where('seq', '=', one).executeTakeFirst();
  const row = await read(seq);
  const first = row?.phase === 'outcome' && row.intent_seq !== null ? await read(row.intent_seq) : row;
  const [act] = first ? await withOutcomes([first], store) : [];
  return act ?? null;
}

/** The act that made the change `attempt` of `target`; null when none began. */
export async function findActOfAttempt(
  { action, target, attempt }: { action: string; target: string; attempt: string },
  store: Database = database(),
): Promise<ActRows | null> {
  const row = await store.query
    .selectFrom('audit')
    .selectAll()
    .where('target', '=', target)
    .where('action', '=', action)
    .where('phase', '=', 'intent')
    .where(sql`json_extract(detail, '$.attempt')`, '=', attempt)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const [act] = row ? await withOutcomes([row], store) : [];
  return act ?? null;
}

/** All entries of the acts that match, oldest first: `limit` of them after `afterSeq` and up to `uptoSeq`. */
export function readEntries(
  filter: AuditFilter,
  { afterSeq, uptoSeq, limit }: { afterSeq: number; uptoSeq: number; limit: number },
  store: Database = database(),
): Promise<AuditTable[]> {
  const next = store.query
    .selectFrom('audit')
    .selectAll()
    .where('seq', '>', afterSeq)
    .where('seq', '<=', uptoSeq)
    .orderBy('seq')
    .limit(limit);
  if (matchesAll(filter)) return next.execute();
  return next
    .where(sql<number>`coalesce(intent_seq, seq)`, 'in', matching(store, filter).select('seq'))
    .execute();
}

/** Every value that the column has, sorted: one step in its index for each value, not for each entry. */
export async function auditValues(
  column: 'action' | 'outcome',
  { query }: Database = database(),
): Promise<string[]> {
  const name = sql.ref(column);
  const { rows } = await sql<{ value: string }>`
    with recursive seen(value) as (
      select min(${name}) from audit
      union all select (select min(${name}) from audit where ${name} > seen.value) from seen where seen.value is not null)
    select value from seen where value is not null`.execute(query);
  return rows.map(({ value }) => value);
}

/** Intents up to entry `uptoSeq` that have no outcome, oldest first. */
export function readOpenIntents(uptoSeq: number, store: Database = database()): Promise<AuditTable[]> {
  return openIntents(store.query.selectFrom('audit').where('seq', '<=', uptoSeq))
    .selectAll()
    .orderBy('seq')
    .execute();
}

/** Intents since `at` (milliseconds since 1970) whose last outcome says that nobody knows, oldest first. */
export function readUnknown(at: number, { query }: Database = database()): Promise<AuditTable[]> {
  return query
    .selectFrom('audit')
    .selectAll()
    .where('seq', 'in', (from) =>
      from
        .selectFrom('audit')
        .select('intent_seq')
        .where('outcome', 'in', ['outcome-unknown', 'unknown-after-restart']),
    )
    .where('phase', '=', 'intent')
    .where('at', '>=', at)
    .where(
      sql<boolean>`not exists (select 1 from audit as o where o.intent_seq = audit.seq
        and o.outcome not in ('outcome-unknown', 'unknown-after-restart'))`,
    )
    .orderBy('seq')
    .execute();
}

type AuditSelect = SelectQueryBuilder<Schema, 'audit', unknown>;

function openIntents(entries: AuditSelect): AuditSelect {
  return entries
    .where('phase', '=', 'intent')
    .where(
      sql<boolean>`not exists (select 1 from audit as o where o.intent_seq = audit.seq and o.phase = 'outcome')`,
    );
}

function matchesAll({ actor, action, target, outcome, isOpen, fromAt, beforeAt, q }: AuditFilter): boolean {
  return ![actor, action, target, outcome, isOpen, q].some(Boolean) && fromAt === null && beforeAt === null;
}

/** From this many on an outcome counts as common. */
const COMMON_ENTRIES = 2_000;

/** A common outcome is found quickest by looking at one act after the other, a rare one by its index. */
async function isCommonOutcome(outcome: string | null, { query }: Database): Promise<boolean> {
  if (outcome === null) return false;
  const some = query.selectFrom('audit').select('seq').where('outcome', '=', outcome);
  return (await some.limit(COMMON_ENTRIES).execute()).length === COMMON_ENTRIES;
}

function matching({ query }: Database, filter: AuditFilter, isCommon = false): AuditSelect {
  const { actor, action, target, outcome, isOpen, fromAt, beforeAt, q } = filter;
  let acts: AuditSelect = query.selectFrom('audit').where('phase', '!=', 'outcome');
  if (actor) acts = acts.where('actor_name', '>=', actor).where('actor_name', '<', after(actor));
  if (target) acts = acts.where('target', '>=', target).where('target', '<', after(target));
  if (action) acts = acts.where('action', '=', action);
  if (fromAt !== null) acts = acts.where('at', '>=', fromAt);
  if (beforeAt !== null) acts = acts.where('at', '<', beforeAt);
  if (isOpen) acts = openIntents(acts);
  // These two may be told by the outcome's entry alone.
  if (outcome && isCommon)
    acts = acts.where(
      sql<boolean>`(outcome = ${outcome} or exists (
        select 1 from audit as o where o.intent_seq = audit.seq and o.outcome = ${outcome}))`,
    );
  else if (outcome)
    acts = acts.where('seq', 'in', (from) =>
      from
        .selectFrom('audit')
        .select(sql<number>`coalesce(intent_seq, seq)`.as('seq'))
        .where('outcome', '=', outcome),
    );
  if (q) {
    const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    const holds = (entry: 'audit' | 'o') => {
      const column = (name: keyof AuditTable) => sql`coalesce(${sql.ref(`${entry}.${name}`)}, '')`;
      const texts = (
        ['actor_name', 'target', 'account', 'source', 'upstream_request_id', 'detail'] as const
      ).map(column);
      return sql`${sql.join(texts, sql` || ' ' || `)} like ${pattern} escape '\\'`;
    };
    acts = acts.where(
      sql<boolean>`(${holds('audit')} or exists (
        select 1 from audit as o where o.intent_seq = audit.seq and ${holds('o')}))`,
    );
  }
  return acts;
}

/** The end of all texts that begin with `prefix`. */
function after(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}

async function withOutcomes(firsts: readonly AuditTable[], { query }: Database): Promise<ActRows[]> {
  const intents = firsts.filter(({ phase }) => phase === 'intent').map(({ seq }) => seq);
  const outcomes =
    intents.length === 0
      ? []
      : await query
          .selectFrom('audit')
          .selectAll()
          .where('intent_seq', 'in', intents)
          .where('phase', '=', 'outcome')
          .orderBy('seq')
          .execute();
  return firsts.map((first) => ({
    first,
    outcomes: outcomes.filter((one) => one.intent_seq === first.seq),
  }));
}

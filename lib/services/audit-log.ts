// Reading the audit: looking acts up, checking the chain, handing it out.
import 'server-only';
import { setImmediate } from 'node:timers/promises';
import { type AuditAct, type AuditEntry, utcTime } from '@/lib/domain/audit-act';
import { type AuditQuery, NO_OUTCOME } from '@/lib/domain/audit-query';
import { printCsv } from '@/lib/domain/csv';
import type { Day } from '@/lib/domain/day';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { once } from '@/lib/platform/once';
import { type AuditVerdict, readHead, verifyAudit, verifyTail } from '@/lib/store/audit';
import {
  type ActRows,
  type AuditFilter,
  auditValues,
  findAct,
  findActs,
  readEntries,
} from '@/lib/store/audit-search';
import type { AuditTable } from '@/lib/store/schema';
import { withAudit } from './audit';
import { authorize } from './authorize';
import type { Actor } from './session';

const ACTS_PER_PAGE = 50;
const MS_PER_DAY = 86_400_000;

export type AuditPage = {
  /** The newest first. */
  acts: readonly AuditAct[];
  /** Where the next page begins; null when this is the last one. */
  olderBefore: number | null;
  /** The entry where a search for a text stopped, for it takes long; null when it came to the end. */
  searchedTo: number | null;
  /** Everything that can be chosen in the filters. */
  actions: readonly string[];
  outcomes: readonly string[];
};

/** A page of acts. Problems: `not-signed-in`, `forbidden`. */
export async function searchAudit(actor: Actor, query: AuditQuery): Promise<Result<AuditPage>> {
  const allowed = await authorize(actor, 'audit.read');
  if (!allowed.ok) return allowed;
  const { acts: found, backTo } = await findActs(toFilter(query), ACTS_PER_PAGE + 1, query.before);
  const acts = found.slice(0, ACTS_PER_PAGE).map(toAct);
  const isFull = found.length > ACTS_PER_PAGE;
  return ok({
    acts,
    olderBefore: isFull ? (acts.at(-1)?.seq ?? null) : backTo,
    searchedTo: isFull ? null : backTo,
    actions: await auditValues('action'),
    outcomes: await auditValues('outcome'),
  });
}

/** The act that entry `seq` belongs to. Problems: `not-found`, `not-signed-in`, `forbidden`. */
export async function readAct(actor: Actor, seq: number): Promise<Result<AuditAct>> {
  const allowed = await authorize(actor, 'audit.read');
  if (!allowed.ok) return allowed;
  const act = await findAct(seq);
  if (act) return ok(toAct(act));
  return fail('not-found', 404, `There is no entry ${seq}.`, 'The audit has no entry of that number.');
}

/** How much of the chain is checked at every look at the page. */
const TAIL_ENTRIES = 200;

export type AuditCheck = {
  /** The newest entries, checked now. */
  tail: AuditVerdict;
  /** The whole chain, as it was last checked since the server started; null when it was not. */
  whole: { at: number; verdict: AuditVerdict } | null;
};

/**
 * Checks the chain: its newest entries, or all of it, which takes a second or two for 100,000 entries.
 * Problems: `not-signed-in`, `forbidden`.
 */
export async function checkAudit(actor: Actor, extent: 'tail' | 'whole'): Promise<Result<AuditCheck>> {
  const allowed = await authorize(actor, 'audit.read');
  if (!allowed.ok) return allowed;
  const last = once('audit-check', (): { whole: AuditCheck['whole']; running: Promise<void> | null } => ({
    whole: null,
    running: null,
  }));
  if (extent === 'whole') {
    // Who asks while it runs gets the same answer: it is work for the processor.
    last.running ??= verifyAudit(null)
      .then((verdict) => {
        last.whole = { at: now(), verdict };
      })
      .finally(() => {
        last.running = null;
      });
    await last.running;
  }
  return ok({ tail: await verifyTail(TAIL_ENTRIES), whole: last.whole });
}

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * All entries of the acts that match, oldest first, as text in pieces; `query.before` and `query.entry` do not count.
 * That somebody took it is on record, and is its last entry when nothing is filtered.
 * Problems: `audit-unavailable`, `not-signed-in`, `forbidden`.
 */
export async function exportAudit(
  actor: Actor,
  query: AuditQuery,
  format: ExportFormat,
): Promise<Result<AsyncGenerator<string>>> {
  const allowed = await authorize(actor, 'audit.read');
  if (!allowed.ok) return allowed;
  const { before: _, entry: __, ...filters } = query;
  const detail = { format, ...filters };
  const head = await withAudit(
    actor,
    { action: 'audit.export', target: '', account: null, detail },
    async () => ok(await readHead()),
    ({ seq, hash }) => ({ entries: `up to ${seq}`, head: hash }),
  );
  return head.ok ? ok(printEntries(toFilter(query), head.value.seq, format)) : head;
}

/** One piece of an export, so that no more than this is ever held. */
const EXPORT_ENTRIES = 2_000;
const COLUMNS = [
  'seq',
  'at',
  'phase',
  'intent_seq',
  'actor_kind',
  'actor_id',
  'actor_name',
  'source',
  'action',
  'target',
  'account',
  'outcome',
  'detail',
  'upstream_request_id',
  'prev_hash',
  'hash',
] as const satisfies readonly (keyof AuditTable)[];

async function* printEntries(
  filter: AuditFilter,
  uptoSeq: number,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield printCsv([[...COLUMNS, 'time']]);
  for (let afterSeq = 0; ; ) {
    const rows = await readEntries(filter, { afterSeq, uptoSeq, limit: EXPORT_ENTRIES });
    const last = rows.at(-1);
    if (!last) return;
    yield format === 'csv' ? printCsv(rows.map(csvRow)) : rows.map(jsonLine).join('');
    afterSeq = last.seq;
    // The database answers at once: without this nobody else would be served until the end.
    await setImmediate();
  }
}

function csvRow(row: AuditTable): string[] {
  return [...COLUMNS.map((column) => String(row[column] ?? '')), utcTime(row.at)];
}

/** Every column as it is stored, so that the hashes can be made again from it. */
function jsonLine(row: AuditTable): string {
  return `${JSON.stringify(Object.fromEntries(COLUMNS.map((column) => [column, row[column]])))}\n`;
}

function toFilter({ actor, action, target, outcome, from, to, q }: AuditQuery): AuditFilter {
  const isOpen = outcome === NO_OUTCOME;
  const startOf = (day: Day) => Date.parse(`${day}T00:00:00Z`);
  return {
    actor,
    action,
    target,
    outcome: isOpen ? null : outcome,
    isOpen,
    fromAt: from && startOf(from),
    beforeAt: to && startOf(to) + MS_PER_DAY,
    q,
  };
}

function toAct({ first, outcomes }: ActRows): AuditAct {
  // An outcome that was settled at a start may be followed by the real one.
  const last = outcomes.at(-1) ?? first;
  return {
    seq: first.seq,
    at: first.at,
    actor: { kind: first.actor_kind, name: first.actor_name },
    source: first.source,
    action: first.action,
    target: first.target,
    account: first.account,
    outcome: last.outcome,
    requestId: last.upstream_request_id,
    entries: [first, ...outcomes].map(toEntry),
  };
}

function toEntry({ seq, at, outcome, detail, hash }: AuditTable): AuditEntry {
  return { seq, at, outcome, detail: readDetail(detail), hash };
}

/** An entry that somebody edited is shown all the same. */
function readDetail(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

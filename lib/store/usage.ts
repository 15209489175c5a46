// What scans of live EdgeWorkers versions read: what is active where, and of each bundle what the doctor may keep. Each
// EdgeWorker is on the disk as soon as it is read, so that a scan goes on where a kill ended it.
import { z } from 'zod';
import type { BundleFacts } from '@/lib/domain/bundle-doctor';
import type { Day } from '@/lib/domain/day';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import { NETWORKS } from '@/lib/domain/permissions';
import type { ScannedVersion } from '@/lib/domain/usage-index';
import { now } from '@/lib/platform/clock';
import { database } from './database';
import type { UsageEdgeWorkerTable, UsageScanTable } from './schema';

/** Goes up when the doctor reads more out of a bundle: what an older one read is read again. */
const FORMAT = 2;
/** So long a version that is live no more is kept, as it may come back, milliseconds. */
const KEPT_MS = 90 * 24 * 60 * 60_000;

const day = z
  .string()
  .transform((text) => text as Day)
  .nullable();
const findingSchema = z.object({
  severity: z.enum(['info', 'warning', 'error']),
  code: z.string(),
  text: z.string(),
});
const claimsSchema = z.object({
  issued: day,
  expires: day,
  namespaces: z.array(z.string()),
  networks: z.record(z.enum(NETWORKS), z.boolean()),
  edgeWorkers: z.union([z.literal('all'), z.array(z.string())]),
  id: z.string().nullable(),
  rights: z.string(),
});
const factsSchema: z.ZodType<BundleFacts> = z.object({
  uses: z.array(
    z.object({
      key: z.string(),
      namespace: z.string(),
      isPrefixed: z.boolean(),
      token: z.string().nullable(),
      form: z.enum(['reference', 'value', 'both', 'none']),
      reference: z.string().nullable(),
      claims: claimsSchema.nullable(),
      path: z.string(),
      isInlined: z.boolean(),
      isCertain: z.boolean(),
    }),
  ),
  hasHelper: z.boolean(),
  helperVersion: z.string().nullable(),
  dependencies: z.array(z.string()),
  findings: z.array(findingSchema),
  senders: z.array(findingSchema),
});

/** Begins a scan, unless one of the account runs; whether it did. What is known stays until it is read anew. */
export function beginScan(id: string, account: string): boolean {
  const { raw } = database();
  const begin = raw.transaction(() => {
    raw.prepare('delete from usage_scan where account = ? and list_id <> ?').run(account, id);
    const begun = raw
      .prepare(
        `insert into usage_scan (list_id, account, began_at) values (?, ?, ?)
         on conflict (list_id) do update set account = excluded.account, began_at = excluded.began_at,
           ended_at = null, cancelled_by = null, held_words = null, problem = null
         where ended_at is not null`,
      )
      .run(id, account, now());
    return begun.changes > 0;
  });
  return begin.immediate();
}

/** The last scan of `id`; null when there was none. */
export async function findScan(id: string): Promise<UsageScanTable | null> {
  const row = await database()
    .query.selectFrom('usage_scan')
    .selectAll()
    .where('list_id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/** Scans that have not ended: after a start, those that an earlier run of the server began. */
export function listOpenScans(): Promise<UsageScanTable[]> {
  return database().query.selectFrom('usage_scan').selectAll().where('ended_at', 'is', null).execute();
}

/** Notes why nothing gets through, or that it does again. */
export function holdScan(id: string, words: string | null): void {
  database().raw.prepare('update usage_scan set held_words = ? where list_id = ?').run(words, id);
}

/** Ends a scan: `problem` says why before its end, `cancelledBy` who wanted that. Whether it was running. */
export function endScan(id: string, how: { problem?: string; cancelledBy?: string } = {}): boolean {
  const { raw } = database();
  const end = raw.transaction(() => {
    const at = now();
    raw.prepare('delete from usage_version where list_id = ? and seen_at < ?').run(id, at - KEPT_MS);
    return raw
      .prepare(
        `update usage_scan set ended_at = ?, held_words = null, problem = ?, cancelled_by = ?
         where list_id = ? and ended_at is null`,
      )
      .run(at, how.problem ?? null, how.cancelledBy ?? null, id).changes;
  });
  return end.immediate() > 0;
}

/** Puts in the account's EdgeWorkers: those that are gone go, with their versions; what is known of others stays. */
export function putEdgeWorkers(id: string, edgeWorkers: readonly EdgeWorker[]): void {
  const { raw } = database();
  const put = raw.transaction(() => {
    const kept = JSON.stringify(edgeWorkers.map((one) => one.id));
    const gone = `list_id = ? and %s not in (select value from json_each(?))`;
    raw.prepare(`delete from usage_edgeworker where ${gone.replace('%s', 'id')}`).run(id, kept);
    raw.prepare(`delete from usage_version where ${gone.replace('%s', 'edgeworker')}`).run(id, kept);
    const add = raw.prepare(
      `insert into usage_edgeworker (list_id, id, name, staging_revision, production_revision, read_at)
       values (?, ?, ?, '', '', 0) on conflict (list_id, id) do update set name = excluded.name`,
    );
    for (const one of edgeWorkers) add.run(id, one.id, one.name);
    raw.prepare('update usage_scan set listed_at = ? where list_id = ?').run(now(), id);
  });
  put.immediate();
}

/** The EdgeWorkers known, by ID as text. */
export function listEdgeWorkerRows(id: string): Promise<UsageEdgeWorkerTable[]> {
  return database()
    .query.selectFrom('usage_edgeworker')
    .selectAll()
    .where('list_id', '=', id)
    .orderBy('id')
    .execute();
}

/** What one EdgeWorker has live now. */
export type EdgeWorkerReading = Pick<
  UsageEdgeWorkerTable,
  'staging' | 'production' | 'staging_revision' | 'production_revision'
>;

/** Notes why it is not known what an EdgeWorker has live; what was known before stays. */
export function putFault(id: string, edgeWorker: string, fault: string): void {
  database()
    .raw.prepare('update usage_edgeworker set fault = ?, read_at = ? where list_id = ? and id = ?')
    .run(fault, now(), id, edgeWorker);
}

/** Stores what an EdgeWorker has live, and that the contents of it were seen. */
export function putReading(id: string, edgeWorker: string, reading: EdgeWorkerReading): void {
  const { raw } = database();
  const { staging, production, staging_revision: ofStaging, production_revision: ofProduction } = reading;
  const put = raw.transaction(() => {
    const at = now();
    raw
      .prepare(
        `update usage_edgeworker set staging = ?, production = ?, staging_revision = ?, production_revision = ?,
           fault = null, read_at = ? where list_id = ? and id = ?`,
      )
      .run(staging, production, ofStaging, ofProduction, at, id, edgeWorker);
    raw
      .prepare(
        `update usage_version set seen_at = ? where list_id = ? and edgeworker = ? and version in (?, ?)`,
      )
      .run(at, id, edgeWorker, staging, production);
  });
  put.immediate();
}

/** One bundle: a version, or a revision of it with the code of its dependencies. */
export type BundleKey = { edgeWorker: string; version: string; revision: string };

/** What was read of a bundle, or why it could not be. */
export type BundleReading =
  | { facts: BundleFacts; checksum: string; bytes: number }
  | { fault: string; checksum: string | null };

/** What is known of a bundle's content; null when it must be read: it never was, it failed, or by an older doctor. */
export function findFacts(id: string, { edgeWorker, version, revision }: BundleKey): BundleFacts | null {
  const [row] = database()
    .raw.prepare(
      `select facts from usage_version
       where list_id = ? and edgeworker = ? and version = ? and revision = ? and format = ? and facts is not null`,
    )
    .all(id, edgeWorker, version, revision, FORMAT);
  return row === undefined ? null : parseFacts(z.object({ facts: z.string() }).parse(row).facts);
}

export function putBundle(
  id: string,
  { edgeWorker, version, revision }: BundleKey,
  reading: BundleReading,
): void {
  const isRead = 'facts' in reading;
  database()
    .raw.prepare(
      `insert into usage_version
         (list_id, edgeworker, version, revision, checksum, bytes, format, facts, fault, seen_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (list_id, edgeworker, version, revision) do update set checksum = excluded.checksum,
         bytes = excluded.bytes, format = excluded.format, facts = excluded.facts, fault = excluded.fault,
         seen_at = excluded.seen_at`,
    )
    .run(
      ...[id, edgeWorker, version, revision, reading.checksum, isRead ? reading.bytes : null, FORMAT],
      ...[isRead ? JSON.stringify(reading.facts) : null, isRead ? null : reading.fault, now()],
    );
}

/** The bundles of `id` that are live by its EdgeWorkers' rows, and that this doctor read or could not read. */
export function listBundles(id: string): (BundleKey & Pick<ScannedVersion, 'facts' | 'fault'>)[] {
  const rows = database()
    .raw.prepare(
      `select edgeworker, version, revision, facts, usage_version.fault from usage_version
       join usage_edgeworker on usage_edgeworker.list_id = usage_version.list_id and id = edgeworker
       where usage_version.list_id = ? and format = ?
         and ((version = staging and revision = staging_revision)
           or (version = production and revision = production_revision))`,
    )
    .all(id, FORMAT);
  return z
    .array(bundleRow)
    .parse(rows)
    .map(({ edgeworker, version, revision, facts, fault }) => ({
      edgeWorker: edgeworker,
      version,
      revision,
      facts: facts === null ? null : parseFacts(facts),
      fault,
    }));
}

const bundleRow = z.object({
  edgeworker: z.string(),
  version: z.string(),
  revision: z.string(),
  facts: z.string().nullable(),
  fault: z.string().nullable(),
});

function parseFacts(text: string): BundleFacts {
  return factsSchema.parse(JSON.parse(text));
}

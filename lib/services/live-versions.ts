// What each EdgeWorker has live, read from Akamai and kept: of its bundles only what the doctor may keep, each once. For
// usage-worker.ts and whoever needs another look at some: it authorises nobody.
import 'server-only';
import { createHash } from 'node:crypto';
import { downloadRevision, downloadVersion, listActivations, listRevisions } from '@/lib/akamai/edgeworkers';
import { readArchive } from '@/lib/domain/archive';
import { fateOf, TRIES_MAX } from '@/lib/domain/bulk-run';
import { type BundleFacts, readBundleFacts } from '@/lib/domain/bundle-doctor';
import { NETWORKS, type Network } from '@/lib/domain/permissions';
import { ok, type Problem, type Result, shortWords } from '@/lib/domain/problem';
import type { Scanned, ScannedVersion } from '@/lib/domain/usage-index';
import { once } from '@/lib/platform/once';
import {
  type BundleKey,
  type BundleReading,
  findFacts,
  findScan,
  listBundles,
  listEdgeWorkerRows,
  putBundle,
  putFault,
  putReading,
} from '@/lib/store/usage';
import type { Connection } from './connection';

/** So long somebody waits for another look at some EdgeWorkers, milliseconds. */
const RESCAN_MS = 20_000;

type Kept = {
  /** What is known of an account, until something else is stored. */
  known: Map<string, Scanned>;
  /** Counts what was stored: what was read out before is not what is known after. */
  changes: number;
  /** The examination of one bundle after the other: a large one takes some milliseconds, and much memory. */
  examining: Promise<unknown>;
};

function kept(): Kept {
  return once('live-versions', () => ({ known: new Map(), changes: 0, examining: Promise.resolve() }));
}

/**
 * Looks again at some EdgeWorkers, now, for somebody who waits. Problems: those of the first one that cannot be read; what
 * was known of it stays.
 */
export async function rescan(connection: Connection, edgeWorkers: Iterable<string>): Promise<Result<null>> {
  const how: Try = { signal: AbortSignal.timeout(RESCAN_MS), isLast: false, priority: 'interactive' };
  const all = [...new Set(edgeWorkers)];
  const read = await Promise.all(all.map((one) => readEdgeWorker(connection, one, how)));
  return read.find((one) => !one.ok) ?? ok(null);
}

/** `isLast`: what fails now is the EdgeWorker's, or the bundle's, own fault, unless nothing gets through at all. */
export type Try = { signal: AbortSignal; isLast: boolean; priority: 'interactive' | 'background' };

/**
 * Reads what is live of one EdgeWorker, and the bundles of it that are not known yet, and stores both. Problems: those
 * after which it should be tried again; all others are stored as the EdgeWorker's, or the bundle's, own.
 */
export async function readEdgeWorker(
  connection: Connection,
  edgeWorker: string,
  how: Try,
): Promise<Result<null>> {
  const { client } = connection;
  const options = { priority: how.priority, signal: how.signal };
  const active = await listActivations(client, edgeWorker, { activeOnly: true, ...options });
  if (!active.ok) {
    if (isForAgain(active.problem, how)) return active;
    putFault(client.id, edgeWorker, shortWords(active.problem));
    forgetScanned(client.id);
    return ok(null);
  }
  const live: Record<Network, string | null> = { staging: null, production: null };
  for (const { network, version } of active.value) live[network] = version;
  const revisions: Record<Network, string> = { staging: '', production: '' };
  for (const version of new Set(NETWORKS.flatMap((network) => live[network] ?? []))) {
    const read = await readBundle(connection, { edgeWorker, version, revision: '' }, how);
    if (!read.ok) return read;
    if (!read.value || read.value.dependencies.length === 0) continue;
    const networks = NETWORKS.filter((network) => live[network] === version);
    const running = await readCombined(connection, { edgeWorker, version, networks }, how);
    if (!running.ok) return running;
    for (const network of networks) revisions[network] = running.value[network];
  }
  putReading(client.id, edgeWorker, {
    ...live,
    staging_revision: revisions.staging,
    production_revision: revisions.production,
  });
  forgetScanned(client.id);
  return ok(null);
}

/**
 * Reads the combined bundles of a version with dependencies: which revision runs on each of `networks`; '' where that cannot be
 * told, so that the code of its dependencies counts as not read. Problems: as `readEdgeWorker`.
 */
async function readCombined(
  connection: Connection,
  { edgeWorker, version, networks }: { edgeWorker: string; version: string; networks: readonly Network[] },
  how: Try,
): Promise<Result<Record<Network, string>>> {
  const running: Record<Network, string> = { staging: '', production: '' };
  const options = { priority: how.priority, signal: how.signal };
  const listed = await listRevisions(connection.client, edgeWorker, { version, ...options });
  // Not every account has combined bundles: then the API does not know them.
  if (!listed.ok) return isForAgain(listed.problem, how) ? listed : ok(running);
  for (const network of networks) {
    const [newest] = listed.value
      .filter((one) => one.network === network && one.status === 'COMPLETE' && !PLACEHOLDER.test(one.id))
      .sort((one, other) => timeOf(other) - timeOf(one));
    if (!newest) continue;
    const read = await readBundle(connection, { edgeWorker, version, revision: newest.id }, how);
    if (!read.ok) return read;
    // Where it cannot be read, what the version itself holds is known all the same.
    if (read.value) running[network] = newest.id;
  }
  return ok(running);
}

/** A revision that combines nothing (EdgeWorkers guide, "Terminology"). */
const PLACEHOLDER = /-0$/;

function timeOf({ changedAt, createdAt }: { changedAt: string | null; createdAt: string | null }): number {
  return Date.parse(changedAt ?? createdAt ?? '') || 0;
}

/** Reads a bundle, unless that is known: its facts, or null when it cannot be read. Problems: as `readEdgeWorker`. */
async function readBundle(
  { client }: Connection,
  key: BundleKey,
  how: Try,
): Promise<Result<BundleFacts | null>> {
  const known = findFacts(client.id, key);
  if (known) return ok(known);
  const options = { priority: how.priority, signal: how.signal };
  const { edgeWorker, version, revision } = key;
  const content =
    revision === ''
      ? await downloadVersion(client, edgeWorker, version, options)
      : await downloadRevision(client, edgeWorker, revision, options);
  if (!content.ok && isForAgain(content.problem, how)) return content;
  const reading: BundleReading = content.ok
    ? await examine(content.value)
    : { fault: shortWords(content.problem), checksum: null };
  putBundle(client.id, key, reading);
  return ok('facts' in reading ? reading.facts : null);
}

/** What may be kept of a bundle; nothing else of it is. */
async function examine(bytes: Buffer): Promise<BundleReading> {
  const state = kept();
  const examined = state.examining.then(async (): Promise<BundleReading> => {
    const checksum = createHash('sha256').update(bytes).digest('hex');
    const archive = await readArchive(bytes);
    if (!archive.ok) return { fault: `The bundle could not be read. ${archive.problem.title}`, checksum };
    const facts = readBundleFacts(archive.value, bytes.byteLength);
    return { facts, checksum, bytes: bytes.byteLength };
  });
  state.examining = examined.catch(() => null);
  return examined;
}

function isForAgain(problem: Problem, { signal, isLast }: Try): boolean {
  return signal.aborted || fateOf(problem, { wasSent: false, tries: isLast ? TRIES_MAX : 1 }) !== 'failed';
}

/** Something else was stored of the account `id`. */
export function forgetScanned(id: string): void {
  const state = kept();
  state.known.delete(id);
  state.changes += 1;
}

/** What is known of the account now: the same object until a scan stores something else. Throws when the disk fails. */
export async function readScanned(id: string): Promise<Scanned> {
  const state = kept();
  const before = state.known.get(id);
  if (before) return before;
  const { changes } = state;
  const [scan, rows] = await Promise.all([findScan(id), listEdgeWorkerRows(id)]);
  const bundles = new Map(
    listBundles(id).map((one) => [JSON.stringify([one.edgeWorker, one.version, one.revision]), one]),
  );
  const versions: ScannedVersion[] = [];
  for (const row of rows) {
    const revisions = { staging: row.staging_revision, production: row.production_revision };
    const live = new Map<string, { version: string; revision: string; networks: Network[] }>();
    for (const network of NETWORKS) {
      const version = row[network];
      if (version === null) continue;
      const key = JSON.stringify([row.id, version, revisions[network]]);
      const one = live.get(key) ?? { version, revision: revisions[network], networks: [] };
      one.networks.push(network);
      live.set(key, one);
    }
    for (const [key, { version, revision, networks }] of live) {
      const place = { edgeWorker: { id: row.id, name: row.name }, version, networks };
      const read = bundles.get(key);
      const isCombined = revision !== '';
      versions.push(
        read?.facts
          ? { ...place, isCombined, facts: read.facts, fault: null }
          : { ...place, isCombined, facts: null, fault: read?.fault ?? 'Its bundle was not read yet.' },
      );
    }
  }
  const unread = rows.flatMap(({ id: edgeWorker, name, fault, read_at: readAt }) => {
    const why = readAt === 0 ? 'It was not looked at yet.' : fault;
    return why === null ? [] : [{ edgeWorker: { id: edgeWorker, name }, fault: why }];
  });
  const idle = rows
    .filter((row) => row.read_at > 0 && row.fault === null && NETWORKS.every((one) => row[one] === null))
    .map(({ id: edgeWorker, name }) => ({ id: edgeWorker, name }));
  const scanned = { versions, unread, idle, isComplete: (scan?.listed_at ?? null) !== null };
  // What was stored meanwhile may be in it in part only: then the next reader reads it again.
  if (state.changes === changes) state.known.set(id, scanned);
  return scanned;
}

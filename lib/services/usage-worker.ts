// Reads what is live: the active versions of every EdgeWorker of an account, and of each the bundle, once. In the
// background, behind everything that people wait for. For usage.ts and the start of the server: it authorises nobody.
import 'server-only';
import { createHash } from 'node:crypto';
import {
  downloadRevision,
  downloadVersion,
  listActivations,
  listEdgeWorkers,
  listRevisions,
} from '@/lib/akamai/edgeworkers';
import { readArchive } from '@/lib/domain/archive';
import { fateOf, HELD_MS_MAX, holdMs, TRIES_MAX } from '@/lib/domain/bulk-run';
import { type BundleFacts, readBundleFacts } from '@/lib/domain/bundle-doctor';
import { NETWORKS, type Network } from '@/lib/domain/permissions';
import { ok, type Problem, type Result } from '@/lib/domain/problem';
import type { Scanned, ScannedVersion } from '@/lib/domain/usage-index';
import { now } from '@/lib/platform/clock';
import { onStop } from '@/lib/platform/drain';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import {
  type BundleKey,
  type BundleReading,
  beginScan,
  endScan,
  findFacts,
  findScan,
  holdScan,
  listBundles,
  listEdgeWorkerRows,
  listOpenScans,
  putBundle,
  putEdgeWorkers,
  putFault,
  putReading,
} from '@/lib/store/usage';
import { type Connection, connect, offeredAccounts } from './connection';

/** EdgeWorkers that are read at once; the client's pace limits the calls further. */
const AT_ONCE = 6;
/** How often is looked whether a scan is due, milliseconds. */
const LOOK_MS = 60_000;
/** So long somebody waits for another look at some EdgeWorkers, milliseconds. */
const RESCAN_MS = 20_000;
/** Whose calls these are, for turns that are fair. */
const OWNER = 'usage';

type Running = { controller: AbortController; done: Promise<void> };
type Worker = {
  running: Map<string, Running>;
  /** What is known of an account, until a scan stores something else. */
  known: Map<string, Scanned>;
  /** The examination of one bundle after the other: a large one takes some milliseconds, and much memory. */
  examining: Promise<unknown>;
  isStopping: boolean;
};

function worker(): Worker {
  return once('usage', () => ({
    running: new Map(),
    known: new Map(),
    examining: Promise.resolve(),
    isStopping: false,
  }));
}

/** Goes on with scans that an earlier run of the server began, and begins those that are due, from now on. */
export function startUsage(): void {
  once('usage-started', () => {
    onStop(stopUsage);
    const look = () => {
      scanWhatIsDue().catch((error: unknown) => log().error({ error }, 'no scan was begun'));
    };
    void resume()
      .catch((error: unknown) => log().error({ error }, 'scans were not taken up again'))
      .then(look);
    return setInterval(look, LOOK_MS).unref();
  });
}

/** Ends what is under way without a trace: the next start goes on with it. */
async function stopUsage(): Promise<void> {
  const state = worker();
  state.isStopping = true;
  for (const { controller } of state.running.values()) controller.abort();
  await Promise.all([...state.running.values()].map(({ done }) => done));
}

async function resume(): Promise<void> {
  for (const { list_id: id, account } of await listOpenScans()) {
    const connection = await connect(account, OWNER);
    // Of an account that is gone, or has another credential now.
    if (connection.ok && connection.value.client.id === id) run(connection.value);
    else endScan(id, { problem: 'The account has another credential now.' });
  }
}

async function scanWhatIsDue(): Promise<void> {
  const { usageScanMs } = settings();
  const accounts = usageScanMs === 0 ? null : await offeredAccounts();
  if (!accounts?.ok) return;
  for (const { slug } of accounts.value) {
    const connection = await connect(slug, OWNER);
    if (!connection.ok || worker().isStopping) continue;
    const last = await findScan(connection.value.client.id);
    if (last && (last.ended_at === null || now() - last.began_at < usageScanMs)) continue;
    // One account after the other: they often share one credential.
    if (startScan(connection.value)) await worker().running.get(connection.value.client.id)?.done;
  }
}

/** Begins a scan of the account and goes on in the background; false when one is under way already. */
export function startScan(connection: Connection): boolean {
  if (!beginScan(connection.client.id, connection.account.slug)) return false;
  run(connection);
  return true;
}

/** Ends the scan of `id`; what it read stays. Whether one was under way. */
export async function cancelScan(id: string, by: string): Promise<boolean> {
  const running = worker().running.get(id);
  const isEnded = endScan(id, { cancelledBy: by });
  running?.controller.abort();
  await running?.done;
  return isEnded;
}

function run(connection: Connection): void {
  const state = worker();
  const { id } = connection.client;
  const controller = new AbortController();
  const done = scan(connection, controller.signal)
    .catch((error: unknown) => {
      log().error({ error, account: connection.account.slug }, 'a scan failed');
      endScan(id, { problem: 'It met an unexpected error.' });
    })
    .finally(() => state.running.delete(id));
  state.running.set(id, { controller, done });
}

async function scan(connection: Connection, signal: AbortSignal): Promise<void> {
  const { id } = connection.client;
  const options = { priority: 'background', signal } as const;
  const listed = await insist(id, signal, () => listEdgeWorkers(connection.client, options));
  if (listed === null) return;
  if (!listed.ok) {
    endScan(id, { problem: whyNotListed(listed.problem) });
    return;
  }
  putEdgeWorkers(id, listed.value);
  forgetKnown(id);
  const began = (await findScan(id))?.began_at ?? now();
  const left = (await listEdgeWorkerRows(id)).filter((row) => row.read_at < began).map((row) => row.id);
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const edgeWorker = next;
      if (
        (await insist(id, signal, (isLast) =>
          readEdgeWorker(connection, edgeWorker, { signal, isLast, priority: 'background' }),
        )) === null
      )
        return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (!signal.aborted) endScan(id);
}

/**
 * The result of `work`, tried again while nothing gets through to Akamai, and some times when one answer fails; null when
 * the scan has ended meanwhile.
 */
async function insist<T>(
  id: string,
  signal: AbortSignal,
  work: (isLast: boolean) => Promise<Result<T>>,
): Promise<Result<T> | null> {
  let heldSince: number | null = null;
  for (let tries = 1; ; tries += 1) {
    const result = await work(tries >= TRIES_MAX);
    if (signal.aborted) return null;
    const fate = result.ok ? null : fateOf(result.problem, { wasSent: false, tries });
    if (result.ok || fate === 'failed') {
      if (heldSince !== null) holdScan(id, null);
      return result;
    }
    if (fate === 'hold') {
      heldSince ??= now();
      if (now() - heldSince > HELD_MS_MAX) {
        endScan(id, { problem: wordsOf(result.problem) });
        return null;
      }
      holdScan(id, wordsOf(result.problem));
    }
    await pause(holdMs(result.problem), signal);
    if (signal.aborted) return null;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    function end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
  });
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
type Try = { signal: AbortSignal; isLast: boolean; priority: 'interactive' | 'background' };

/**
 * Reads what is live of one EdgeWorker, and the bundles of it that are not known yet, and stores both. Problems: those
 * after which it should be tried again; all others are stored as the EdgeWorker's, or the bundle's, own.
 */
async function readEdgeWorker(connection: Connection, edgeWorker: string, how: Try): Promise<Result<null>> {
  const { client } = connection;
  const options = { priority: how.priority, signal: how.signal };
  const active = await listActivations(client, edgeWorker, { activeOnly: true, ...options });
  if (!active.ok) {
    if (isForAgain(active.problem, how)) return active;
    putFault(client.id, edgeWorker, wordsOf(active.problem));
    forgetKnown(client.id);
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
    for (const network of NETWORKS)
      if (live[network] === version) revisions[network] = running.value[network];
  }
  putReading(client.id, edgeWorker, {
    ...live,
    staging_revision: revisions.staging,
    production_revision: revisions.production,
  });
  forgetKnown(client.id);
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
    running[network] = newest.id;
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
    : { fault: wordsOf(content.problem), checksum: null };
  putBundle(client.id, key, reading);
  return ok('facts' in reading ? reading.facts : null);
}

/** What may be kept of a bundle; nothing else of it is. */
async function examine(bytes: Buffer): Promise<BundleReading> {
  const state = worker();
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

/** Why there was nothing to look at, and what to do about it. */
function whyNotListed({ code, title, detail, upstream }: Problem): string {
  if (code !== 'akamai-grant-missing' && code !== 'akamai-forbidden') return `${title} ${detail}`;
  const said = upstream?.detail ?? upstream?.title;
  return (
    'The API client lacks the EdgeWorkers grant. Give it that grant in Akamai Control Center and scan again.' +
    (said ? ` Akamai: “${said}”` : '')
  );
}

function wordsOf({ title, upstream }: Problem): string {
  return upstream ? `${title} (${upstream.status})` : title;
}

function forgetKnown(id: string): void {
  worker().known.delete(id);
}

/** What is known of the account now: the same object until a scan stores something else. Throws when the disk fails. */
export async function readScanned(id: string): Promise<Scanned> {
  const { known } = worker();
  const before = known.get(id);
  if (before) return before;
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
  known.set(id, scanned);
  return scanned;
}

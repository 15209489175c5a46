// What is known of which live EdgeWorkers use which token, and the scan that finds it out (usage-worker.ts).
import 'server-only';
import { fail, ok, type Result } from '@/lib/domain/problem';
import type { Token } from '@/lib/domain/token';
import type { ScanView, UsageIndex, Usages } from '@/lib/domain/usage';
import { indexUsage, type Scanned } from '@/lib/domain/usage-index';
import { tokensBeingDeployed } from '@/lib/store/deployments';
import type { UsageScanTable } from '@/lib/store/schema';
import { findScan, listEdgeWorkerRows } from '@/lib/store/usage';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { type Connection, connect } from './connection';
import { readScanned } from './live-versions';
import type { Actor } from './session';
import { mustStore } from './storage';
import { today } from './surroundings';
import { cachedTokens, knownTokens } from './token-cache';
import { cancelScan as endScan, startScan } from './usage-worker';
import type { Wait } from './wait';

export type Usage = {
  /** Null when nothing was ever scanned. */
  scan: ScanView | null;
  /**
   * The time of the oldest look at an EdgeWorker, or of the list of them all if that is older: everything told here is as
   * of then, or later. Null before that.
   */
  asOf: number | null;
  index: UsageIndex;
  /** The use of each token, as in the index; empty when nothing was ever scanned. */
  usages: Usages;
  /** Names of the tokens that deployments are putting into live versions now. */
  beingDeployed: ReadonlySet<string>;
};

/**
 * Which live versions use which token of the account, as of the last scan. Tokens are as the account has them now.
 * Problems: `not-signed-in`, `unknown-account`, `no-credentials`, and those of the list of tokens when none is known.
 */
export async function readUsage(actor: Actor, account: string, wait: Wait = 'fully'): Promise<Result<Usage>> {
  const allowed = await authorize(actor, 'usage.read', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const listed = await cachedTokens(connection.value, wait);
  return listed.ok ? ok(await usageOf(connection.value, listed.value.tokens)) : listed;
}

/** The same without asking Akamai; null when its tokens are not known. For the services: it authorises nobody. */
export async function knownUsage(connection: Connection): Promise<Usage | null> {
  const known = knownTokens(connection);
  return known && usageOf(connection, known.tokens);
}

/**
 * The index alone, of `tokens` as the cache has them, without asking Akamai; null while nothing was scanned or no token is
 * known. It is the same object until anything that it depends on changes. For the services: it authorises nobody.
 */
export async function knownIndex(account: string, tokens?: readonly Token[]): Promise<UsageIndex | null> {
  const connection = await connect(account);
  if (!connection.ok) return null;
  const scanned = await readScanned(connection.value.client.id);
  const own = tokens ?? knownTokens(connection.value)?.tokens;
  return own && scanned.isComplete ? indexOf(scanned, own) : null;
}

const NOTHING: Usages = new Map();

/** By the tokens as the cache has them until one changes. */
const indexed = new WeakMap<readonly Token[], { key: unknown; day: string; index: UsageIndex }>();

function indexOf(scanned: Scanned, tokens: readonly Token[]): UsageIndex {
  const day = today();
  const before = indexed.get(tokens);
  if (before?.key === scanned && before.day === day) return before.index;
  const index = indexUsage(scanned, tokens, day);
  indexed.set(tokens, { key: scanned, day, index });
  return index;
}

async function usageOf({ client, account }: Connection, tokens: readonly Token[]): Promise<Usage> {
  const [scan, scanned, rows] = await Promise.all([
    findScan(client.id),
    readScanned(client.id),
    listEdgeWorkerRows(client.id),
  ]);
  const index = indexOf(scanned, tokens);
  const reads = rows.map((row) => row.read_at).filter((at) => at > 0);
  const listedAt = scan?.listed_at ?? null;
  const isKnown = reads.length > 0 || (rows.length === 0 && scan?.ended_at !== null);
  return {
    scan: scan && viewOf(scan, rows),
    asOf: isKnown && listedAt !== null ? Math.min(listedAt, ...reads) : null,
    index,
    usages: scan ? index.ofToken : NOTHING,
    beingDeployed: tokensBeingDeployed(account.slug),
  };
}

function viewOf(scan: UsageScanTable, rows: readonly { read_at: number }[]): ScanView {
  const done = rows.filter((row) => row.read_at >= scan.began_at).length;
  const isListed = scan.listed_at !== null && scan.listed_at >= scan.began_at;
  return {
    beganAt: scan.began_at,
    endedAt: scan.ended_at,
    progress: isListed ? { done, total: rows.length } : null,
    isCancelled: scan.cancelled_by !== null,
    held: scan.ended_at === null ? scan.held_words : null,
    problem: scan.problem,
  };
}

/**
 * Begins a scan, which goes on in the background. Problems: `not-signed-in`, `forbidden`, `unknown-account`,
 * `no-credentials`, `conflict` when one is under way, `audit-unavailable`, `storage-unavailable`.
 */
export async function scanUsage(actor: Actor, account: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'usage.scan', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  return withAudit(actor, { action: 'usage.scan', target: account, account }, async () => {
    const begun = await mustStore(() => startScan(connection.value));
    if (!begun.ok) return begun;
    if (begun.value) return ok(null);
    return fail('conflict', 409, 'A scan is under way already.', 'Nothing was begun. Wait until it ends.');
  });
}

/**
 * Ends the scan that is under way; what it read stays. Problems: as `scanUsage`; `conflict` when none is under way.
 */
export async function cancelScan(actor: Actor, account: string): Promise<Result<null>> {
  const allowed = await authorize(actor, 'usage.scan', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const { id } = connection.value.client;
  return withAudit(actor, { action: 'usage.cancel', target: account, account }, async () => {
    const ended = await mustStore(() => endScan(id, actor.name));
    if (!ended.ok) return ended;
    if (ended.value) return ok(null);
    return fail('conflict', 409, 'No scan is under way.', 'Nothing was changed.');
  });
}

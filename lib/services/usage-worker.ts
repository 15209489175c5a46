// Scans of live versions: every EdgeWorker of an account is looked at, in the background, behind everything that people wait
// for. For usage.ts and the start of the server: it authorises nobody.
import 'server-only';
import { fateOf, HELD_MS_MAX, holdMs, TRIES_MAX } from '@/lib/domain/bulk-run';
import { type Problem, type Result, shortWords } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { onStop } from '@/lib/platform/drain';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import {
  beginScan,
  endScan,
  findScan,
  holdScan,
  listEdgeWorkerRows,
  listOpenScans,
  putEdgeWorkers,
} from '@/lib/store/usage';
import { type Connection, connect, offeredAccounts } from './connection';

/** EdgeWorkers that are read at once; the client's pace limits the calls further. */
const AT_ONCE = 6;
/** How often is looked whether a scan is due, milliseconds. */
const LOOK_MS = 60_000;
/** Whose calls these are, for turns that are fair. */
const OWNER = 'usage';

type Running = { controller: AbortController; done: Promise<void> };
type Worker = {
  running: Map<string, Running>;
  isStopping: boolean;
};

function worker(): Worker {
  return once('usage', () => ({ running: new Map(), isStopping: false }));
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
  // What it takes to read bundles is loaded with the first scan, and not with the server.
  const { forgetScanned, readEdgeWorker } = await import('./live-versions');
  const { listEdgeWorkers } = await import('@/lib/akamai/edgeworkers');
  const options = { priority: 'background', signal } as const;
  const listed = await insist(id, signal, () => listEdgeWorkers(connection.client, options));
  if (listed === null) return;
  if (!listed.ok) {
    endScan(id, { problem: whyNotListed(listed.problem) });
    return;
  }
  putEdgeWorkers(id, listed.value);
  forgetScanned(id);
  const began = (await findScan(id))?.began_at ?? now();
  const left = (await listEdgeWorkerRows(id)).filter((row) => row.read_at < began).map((row) => row.id);
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const edgeWorker = next;
      const look = (isLast: boolean) =>
        readEdgeWorker(connection, edgeWorker, { signal, isLast, priority: 'background' });
      if ((await insist(id, signal, look)) === null) return;
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
        endScan(id, { problem: shortWords(result.problem) });
        return null;
      }
      holdScan(id, shortWords(result.problem));
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

/** Why there was nothing to look at, and what to do about it. */
function whyNotListed({ code, title, detail, upstream }: Problem): string {
  if (code !== 'akamai-grant-missing' && code !== 'akamai-forbidden') return `${title} ${detail}`;
  const said = upstream?.detail ?? upstream?.title;
  return (
    'The API client lacks the EdgeWorkers grant. Give it that grant in Akamai Control Center and scan again.' +
    (said ? ` Akamai: “${said}”` : '')
  );
}

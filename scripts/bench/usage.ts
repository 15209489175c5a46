// What a scan of live EdgeWorkers versions costs: its time against what the pace allows, what the next one asks again, the
// memory it takes, and what the index adds to the pages that tell of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright';
import { LIMITS } from '@/lib/akamai/client';
import { openDatabase } from '@/lib/store/database';
import type { JournalEntry } from '@/simulator/control';
import { findChromium } from '../chromium.mjs';
import { type Desk, openDesk } from '../desk';
import { cpuMs, residentMb } from '../process-figures';
import { ms, printRow, quantile, timeRuns } from './figures';

const TOKENS = 200;
/** With the sixteen that the simulator has anyway: 205, of which 401 versions are live. */
const FURTHER = [
  { count: 63, bytes: 100 * 1024 },
  { count: 63, bytes: 175 * 1024 },
  { count: 63, bytes: 250 * 1024 },
];
const RATIO_MAX = 1.1;
const BYTES_SHARE_MAX = 0.02;
const MEMORY_MB_MAX = 150;
const EXTRA_MS_MAX = 15;
const REQUESTS = 60;
const WARM_UP = 30;
/** A server that has started settles before its memory is read. */
const IDLE_MS = 3_000;
const PAGES = ['/default/tokens', '/default/tokens/service-0001', '/default/due'];

export async function benchUsage(): Promise<void> {
  const { desk, close } = await openDesk('bench', {
    people: ['admin'],
    simulator: ['--empty', '--tokens', String(TOKENS)],
  });
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  try {
    for (const addEdgeWorkers of FURTHER) await desk.control.change({ addEdgeWorkers });
    const context = await desk.signedIn(browser, 'admin');
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const get = async (path: string) => {
      const answer = await fetch(`${desk.url}${path}`, { headers: { cookie } });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      return answer.text();
    };
    const missed: string[] = [];
    const before = await pageCosts(desk, get);

    await desk.restart();
    await sleep(IDLE_MS);
    const idleMb = residentMb(desk.pid);
    const first = await scan(desk);
    const { edgeWorkers, versions, examinedBytes } = sizes(desk);
    console.log(
      `\nUsage: ${edgeWorkers} EdgeWorkers, ${versions} live versions of ${megabytes(examinedBytes)} together`,
    );
    printRow('', ['calls', 'downloads', 'bytes', 'took', 'of the pace', 'memory']);
    const ratio = first.tookMs / first.allowedMs;
    const extraMb = first.peakMb - idleMb;
    printScan('the first scan', first, extraMb);
    if (ratio > RATIO_MAX) missed.push(`the first scan takes ${ratio.toFixed(2)} times what the pace allows`);
    if (extraMb > MEMORY_MB_MAX) missed.push(`the first scan takes ${extraMb.toFixed(0)} MB of memory`);

    letADayPass(desk);
    const second = await scan(desk);
    printScan('the next one', second, second.peakMb - idleMb);
    const share = second.bytes / first.bytes;
    console.log(
      `  which is ${(share * 100).toFixed(2)} % of the bytes; idle, the server has ${idleMb.toFixed(0)} MB`,
    );
    if (second.downloads > 0) missed.push(`the next scan downloads ${second.downloads} bundles again`);
    if (share > BYTES_SHARE_MAX)
      missed.push(`the next scan reads ${(share * 100).toFixed(1)} % of the bytes`);

    const after = await pageCosts(desk, get);
    console.log(`\nWarm pages with ${TOKENS} tokens, before the first scan and with its index`);
    printRow('', ['before', 'processor', 'with it', 'processor', 'added']);
    for (const [index, path] of PAGES.entries()) {
      const [without, withIt] = [before[index], after[index]];
      if (!without || !withIt) continue;
      const added = withIt.processorMs - without.processorMs;
      printRow(path, [
        ...[without, withIt].flatMap((one) => [ms(one.medianMs), ms(one.processorMs)]),
        ms(added),
      ]);
      if (added > EXTRA_MS_MAX) missed.push(`${path} takes ${ms(added)} more`);
    }
    console.log(`\nGoals: ${missed.length === 0 ? 'met' : `MISSED: ${missed.join('; ')}`}`);
  } finally {
    await browser.close();
    await close();
  }
}

type Cost = { medianMs: number; processorMs: number };

/** What a warm page takes by the clock and of the server's processor, once all details of tokens are known. */
async function pageCosts(desk: Desk, get: (path: string) => Promise<string>): Promise<Cost[]> {
  for (;;) {
    const { detailsPending } = JSON.parse(await get('/api/v1/tokens')) as { detailsPending: number };
    if (detailsPending === 0) break;
    await sleep(500);
  }
  const costs: Cost[] = [];
  for (const path of PAGES) {
    const run = async () => {
      await get(path);
    };
    await timeRuns(WARM_UP, run, 0);
    const before = cpuMs(desk.pid);
    const times = await timeRuns(REQUESTS, run, 0);
    costs.push({ medianMs: quantile(times, 0.5), processorMs: (cpuMs(desk.pid) - before) / REQUESTS });
  }
  return costs;
}

type Scan = {
  calls: number;
  downloads: number;
  bytes: number;
  tookMs: number;
  /** What the pace allows for so many calls, of which the first may go at once. */
  allowedMs: number;
  peakMb: number;
};

/** Starts the server anew so that it scans, and measures from the first call to the last. */
async function scan(desk: Desk): Promise<Scan> {
  await desk.control.clearJournal();
  await desk.restart({ USAGE_SCAN_HOURS: '1' });
  const database = openDatabase(desk.dataDir);
  const isOver = database.raw.prepare('select 1 from usage_scan where ended_at is not null and began_at > ?');
  let peakMb = 0;
  try {
    const since = Date.now() - 60_000;
    while (isOver.all(since).length === 0) {
      peakMb = Math.max(peakMb, residentMb(desk.pid));
      await sleep(50);
    }
    const failed = database.raw.prepare('select problem from usage_scan where problem is not null').all();
    if (failed.length > 0) throw new Error(`the scan failed: ${JSON.stringify(failed)}`);
  } finally {
    database.raw.close();
  }
  const journal = (await desk.control.journal()).filter(({ target }) => target.startsWith('/edgeworkers/'));
  await desk.restart({ USAGE_SCAN_HOURS: '0' });
  return { ...measured(journal), peakMb };
}

function measured(journal: readonly JournalEntry[]): Omit<Scan, 'peakMb'> {
  const times = journal.map(({ at }) => Date.parse(at));
  const { perSecond, burst } = LIMITS.pace;
  return {
    calls: journal.length,
    downloads: journal.filter(({ target }) => target.endsWith('/content')).length,
    bytes: journal.reduce((sum, { answerBytes }) => sum + answerBytes, 0),
    tookMs: Math.max(...times) - Math.min(...times),
    allowedMs: ((journal.length - burst) / perSecond) * 1000,
  };
}

function printScan(
  name: string,
  { calls, downloads, bytes, tookMs, allowedMs }: Scan,
  extraMb: number,
): void {
  printRow(name, [
    String(calls),
    String(downloads),
    megabytes(bytes),
    `${(tookMs / 1000).toFixed(1)} s`,
    `${(tookMs / allowedMs).toFixed(3)} x`,
    `+ ${extraMb.toFixed(0)} MB`,
  ]);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** What is in the index, by what is on the disk. */
function sizes({ dataDir }: Desk): { edgeWorkers: number; versions: number; examinedBytes: number } {
  const { raw } = openDatabase(dataDir);
  try {
    const count = (sql: string) => Number(raw.prepare(sql).pluck().all()[0]);
    return {
      edgeWorkers: count('select count(*) from usage_edgeworker'),
      versions: count(`select count(*) from usage_version where revision = ''`),
      examinedBytes: count('select sum(bytes) from usage_version'),
    };
  } finally {
    raw.close();
  }
}

/** The next start of the server scans again. */
function letADayPass({ dataDir }: Desk): void {
  const { raw } = openDatabase(dataDir);
  const day = 24 * 60 * 60_000;
  raw.prepare('update usage_scan set began_at = began_at - ?, ended_at = ended_at - ?').run(day, day);
  raw.prepare('update usage_edgeworker set read_at = read_at - ?').run(day);
  raw.close();
}

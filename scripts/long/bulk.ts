// A run that refreshes 200 tokens, through the browser, while the server is stopped once and killed at random moments: the
// simulator's journal counts what was sent, and how fast.
import { join } from 'node:path';
import Libsql from 'libsql';
import { chromium, type Page } from 'playwright';
import { findChromium } from '../chromium.mjs';
import { type Desk, openDesk } from '../desk';

const TOKENS = 200;
const KILLS = 3;
const RATE = 10;
const ENDED_MS = 10 * 60_000;

export type BulkFigures = {
  tokens: number;
  kills: number;
  /** Tokens that Akamai was asked to refresh once, never, and more than once. */
  once: number;
  lost: number;
  doubles: number;
  /** Of those: sent by a second run, as the first one said that they failed. */
  retried: number;
  /** What the run said in the end. */
  states: Record<string, number>;
  seconds: number;
  calls: number;
  /** In any second, and in any ten. */
  mostInOne: number;
  mostInTen: number;
};

/** Begins a run of all `tokens`, kills the server `kills` times meanwhile, and follows it to its end. */
export async function bulkKills(desk: Desk, page: Page, kills: number): Promise<BulkFigures> {
  await desk.control.clearJournal();
  await page.goto('/default/selected?all=1&q=service-&job=refresh');
  await page.getByRole('button', { name: /^Refresh \d+ tokens$/ }).click();
  await page.waitForURL(/\/default\/runs\/[\w-]+$/);
  const started = performance.now();
  // In parts of the run, so that each end meets it at work. The first is asked for, all others are kills.
  for (let end = 0; end <= kills; end += 1) {
    const goal = Math.floor((TOKENS / (kills + 2)) * (end + 0.3 + Math.random() * 0.9));
    await until(async () => Object.keys(await posts(desk)).length >= goal);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    if (end === 0) await stop(desk);
    await desk.restart();
  }
  await until(async () => openItems(desk) === 0);
  const seconds = (performance.now() - started) / 1_000;
  const first = await posts(desk);
  const states = statesOf(desk);
  // What the run says of it failed for certain: somebody has it tried again.
  await page.reload();
  const retry = page.getByRole('button', { name: /^Retry/ });
  const retried = await retry.count();
  if (retried > 0) {
    await retry.click();
    await until(async () => openItems(desk) === 0);
  }
  const all = Object.entries(await posts(desk));
  const journal = await desk.control.journal();
  const times = journal.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  return {
    tokens: TOKENS,
    kills,
    once: all.filter(([, count]) => count === 1).length,
    lost: TOKENS - all.length,
    doubles: all.filter(([, count]) => count > 1).length,
    retried: all.length - Object.keys(first).length,
    states,
    seconds: Math.round(seconds),
    calls: journal.length,
    mostInOne: mostWithin(times, 1_000),
    mostInTen: mostWithin(times, 10_000),
  };
}

/** Stops the server in order: nothing may be under way then. */
async function stop(desk: Desk): Promise<void> {
  const ended = desk.ended();
  process.kill(desk.pid, 'SIGTERM');
  const code = await ended;
  const { sending = 0, checking = 0 } = statesOf(desk);
  if (code !== 0 || sending + checking > 0)
    throw new Error(`the server stopped with ${code}, and ${sending + checking} tokens were under way`);
}

/** How often a refresh of each token was sent. */
async function posts(desk: Desk): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { method, target } of await desk.control.journal()) {
    const name = method === 'POST' ? /\/tokens\/([^/]+)\/refresh/.exec(target)?.[1] : undefined;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

type StateRow = { state: string; count: number };

function statesOf(desk: Desk): Record<string, number> {
  const raw = new Libsql(join(desk.dataDir, 'token-desk.db'));
  raw.pragma('busy_timeout = 5000');
  try {
    const rows = raw
      .prepare('select state, count(*) as count from bulk_item group by state')
      .all() as StateRow[];
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  } finally {
    raw.close();
  }
}

function openItems(desk: Desk): number {
  const { waiting = 0, sending = 0, checking = 0 } = statesOf(desk);
  return waiting + sending + checking;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + ENDED_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('the run does not go on');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function mostWithin(times: readonly number[], ms: number): number {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last += 1) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= ms) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Prints the figures of `npm run long -- bulk [ROUNDS]`; throws when a token is lost, sent twice, or sent too fast. */
export async function longBulk(): Promise<void> {
  const rounds = Number(process.argv[3] ?? 1);
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  try {
    for (let round = 0; round < rounds; round += 1) await oneRound(browser);
  } finally {
    await browser.close();
  }
}

async function oneRound(browser: Awaited<ReturnType<typeof chromium.launch>>): Promise<void> {
  const { desk, close } = await openDesk('bulk', {
    people: ['manager'],
    env: { LOG_LEVEL: 'error', AKAMAI_RATE: String(RATE) },
    simulator: ['--tokens', String(TOKENS)],
  });
  try {
    const context = await desk.signedIn(browser, 'manager');
    const page = await context.newPage();
    // All details are read first, so that the calls that are counted are those of the run.
    await page.goto('/default/tokens');
    await page.locator('table[aria-busy="false"]').waitFor({ timeout: 120_000 });
    const figures = await bulkKills(desk, page, KILLS);
    console.log(JSON.stringify(figures));
    // A bucket of so many calls is full at each start.
    const burst = RATE * 2;
    if (figures.lost + figures.doubles > 0) throw new Error('a refresh was lost or sent twice');
    if (figures.mostInTen > RATE * 10 + burst) throw new Error('it was faster than the pace');
    await context.close();
  } finally {
    await close();
  }
}

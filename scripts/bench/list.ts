// What the size of an account costs: a warm page of the table against one bare request of the list, how long details take
// to read against what the pace allows, and how much a start takes above a bare Next app.
import { chromium } from 'playwright';
import { LIMITS } from '@/lib/akamai/client';
import { signedGet } from '@/simulator/signed-get';
import { findChromium } from '../chromium.mjs';
import { type Desk, openDesk } from '../desk';
import { cpuMs } from '../process-figures';
import { ms, printRow, quantile, timeRuns } from './figures';
import { benchStart } from './start';

const SIZES = [10, 100, 1_000, 5_000];
const WARM_UP = 60;
const BLOCKS = 6;
const BLOCK = 20;
const EXTRA_MS_MAX = 15;
const HYDRATION_RATIO_MAX = 1.1;
const LIST = '/edgekv/v1/tokens?includeExpired=true';

export async function benchList(): Promise<void> {
  console.log('\nList: the bare signed request by the clock, the others by the processor time of the server');
  printRow('', ['bare list', 'cached read', 'table page', 'over it', 'details', 'of the pace']);
  const missed: string[] = [];
  for (const size of SIZES) missed.push(...(await benchSize(size)));
  missed.push(...(await benchStart()));
  console.log(`\nGoals: ${missed.length === 0 ? 'met' : `MISSED: ${missed.join('; ')}`}`);
}

async function benchSize(size: number): Promise<string[]> {
  const { desk, close } = await openDesk('bench', {
    people: ['viewer'],
    simulator: ['--empty', '--tokens', String(size)],
  });
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  try {
    const context = await desk.signedIn(browser, 'viewer');
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const get = async (path: string) => {
      const answer = await fetch(`${desk.url}${path}`, { headers: { cookie } });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      return answer.text();
    };
    const { tookMs, allowedMs } = await hydration(desk, get, size);
    const bareTimes = await timeRuns(40, async () => {
      JSON.parse((await signedGet(desk.simulatorUrl, LIST)).toString('utf8'));
    });
    const bare = quantile(bareTimes, 0.5);
    const [cached, table] = await costs(desk, [
      () => get('/default/tokens?q=nowhere'),
      () => get('/default/tokens'),
    ]);
    const ratio = allowedMs === null ? null : tookMs / allowedMs;
    printRow(`${size} tokens`, [
      ms(bare),
      ms(cached),
      ms(table),
      ms(table - cached),
      `${(tookMs / 1000).toFixed(1)} s`,
      ratio === null ? 'one burst' : `${ratio.toFixed(3)} x`,
    ]);
    return [
      ...(table - cached > EXTRA_MS_MAX ? [`the page of ${size} tokens`] : []),
      ...(ratio !== null && ratio > HYDRATION_RATIO_MAX ? [`the details of ${size} tokens`] : []),
    ];
  } finally {
    await browser.close();
    await close();
  }
}

/**
 * Milliseconds of the server's processor for each of two things, in turns. A cached read is the same page when no row
 * matches: who asks is looked up, the list is read and put in order, the frame is drawn. By the processor, as other work
 * of the machine is not the server's.
 */
async function costs(desk: Desk, runs: readonly (() => Promise<unknown>)[]): Promise<[number, number]> {
  const spent = runs.map(() => 0);
  for (const run of runs) for (let warm = 0; warm < WARM_UP; warm += 1) await run();
  for (let block = 0; block < BLOCKS; block += 1) {
    for (const [index, run] of runs.entries()) {
      const before = cpuMs(desk.pid);
      for (let time = 0; time < BLOCK; time += 1) await run();
      spent[index] = (spent[index] ?? 0) + cpuMs(desk.pid) - before;
    }
  }
  const each = (index: number) => (spent[index] ?? 0) / (BLOCKS * BLOCK);
  return [each(0), each(1)];
}

/** How long the details take by the simulator's journal, and what the pace allows; null when a burst does it. */
async function hydration(
  desk: Desk,
  get: (path: string) => Promise<string>,
  size: number,
): Promise<{ tookMs: number; allowedMs: number | null }> {
  for (;;) {
    const { detailsPending } = JSON.parse(await get('/api/v1/tokens')) as { detailsPending: number };
    if (detailsPending === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const journal = await desk.control.journal();
  const times = journal.map(({ at }) => Date.parse(at));
  const details = journal.flatMap(({ target }, index) => (/tokens\/[^?]+$/.test(target) ? [index] : []));
  if (details.length < size) throw new Error(`${details.length} details of ${size} were read`);
  const [first = 0, last = 0] = [details[0], details.at(-1)];
  const { perSecond, burst } = LIMITS.pace;
  // All calls until then count, and the first ones may go as one burst.
  const paced = last + 1 - burst;
  return {
    tookMs: (times[last] ?? 0) - (times[first] ?? 0),
    allowedMs: paced > burst ? (paced / perSecond) * 1000 : null,
  };
}

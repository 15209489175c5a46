// What the size of an account costs: a warm page of the table against one bare request of the list, how long details take
// to read against what the pace allows, and how much a start takes above a bare Next app.
import { chromium } from 'playwright';
import { LIMITS } from '@/lib/akamai/client';
import { signedGet } from '@/simulator/signed-get';
import { findChromium } from '../chromium.mjs';
import { type Desk, openDesk } from '../desk';
import { ms, printRow, quantile, timeRuns } from './figures';
import { benchStart } from './start';

const SIZES = [10, 100, 1_000, 5_000];
const RUNS = 40;
const EXTRA_MS_MAX = 15;
const HYDRATION_RATIO_MAX = 1.1;
const LIST = '/edgekv/v1/tokens?includeExpired=true';

export async function benchList(): Promise<void> {
  console.log(
    `\nList: accounts of ${SIZES.join(', ')} tokens, medians of ${RUNS} requests one after the other`,
  );
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
    const [bare, cached, table] = await timeInTurns([
      async () => JSON.parse((await signedGet(desk.simulatorUrl, LIST)).toString('utf8')),
      () => get('/you'),
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

/** Medians of several things, measured in turns, so that whatever else the machine does hits all alike. */
async function timeInTurns(runs: readonly (() => Promise<unknown>)[]): Promise<[number, number, number]> {
  const took = runs.map((): number[] => []);
  await timeRuns(RUNS, async () => {
    for (const [index, run] of runs.entries()) {
      const started = performance.now();
      await run();
      took[index]?.push(performance.now() - started);
    }
  });
  const median = (index: number) => quantile((took[index] ?? []).slice(5), 0.5);
  return [median(0), median(1), median(2)];
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

// Many people while Akamai takes ten seconds for each call: pages show what is known at once, and few calls are under way.
import { chromium } from 'playwright';
import { quantile } from '../bench/figures';
import { findChromium } from '../chromium.mjs';
import { type Desk, openDesk } from '../desk';

const UPSTREAM_MS = 10_000;
/** From one page to the next of the same person, on average. */
const THINK_MS = 4_000;
const PAGE_MS_MAX = 1_000;
const IN_FLIGHT_MAX = 8;

export type SlowUpstream = {
  pages: number;
  /** The 95th percentile of pages, milliseconds: with a quick Akamai, and with a slow one. */
  quickMs: number;
  slowMs: number;
  longestMs: number;
  /** The most calls that the simulator had at once. */
  inFlight: number;
  /** Pages that were not answered 200. */
  failed: number;
};

/** Opens pages as `users` people with the session of `cookie` do, first with a quick Akamai, then with a slow one. */
export async function slowUpstream(
  desk: Desk,
  cookie: string,
  { users, quickSeconds, slowSeconds }: { users: number; quickSeconds: number; slowSeconds: number },
): Promise<SlowUpstream> {
  const get = (path: string) => fetch(`${desk.url}${path}`, { headers: { cookie } });
  const names = await knownNames(get);
  const quick = await browse(get, names, users, quickSeconds);
  await desk.control.clearJournal();
  await desk.control.fault({ times: 1_000_000, delayMs: UPSTREAM_MS });
  let inFlight = 0;
  const watching = setInterval(async () => {
    const journal = await desk.control.journal();
    inFlight = Math.max(inFlight, journal.filter(({ status }) => status === 0).length);
  }, 300);
  try {
    const slow = await browse(get, names, users, slowSeconds);
    return {
      pages: slow.took.length,
      quickMs: quantile(quick.took, 0.95),
      slowMs: quantile(slow.took, 0.95),
      longestMs: Math.max(...slow.took),
      inFlight,
      failed: quick.failed + slow.failed,
    };
  } finally {
    clearInterval(watching);
    await desk.control.clearFaults();
  }
}

/** What is wrong with the figures; `slackMs` for a machine that has other work too. */
export function complaints(
  { pages, slowMs, inFlight, failed }: SlowUpstream,
  slackMs = 0,
): readonly string[] {
  return [
    ...(failed > 0 ? [`${failed} pages failed`] : []),
    ...(pages === 0 ? ['no page was opened'] : []),
    ...(slowMs >= PAGE_MS_MAX + slackMs ? [`95 % of the pages took up to ${Math.round(slowMs)} ms`] : []),
    // None at all would be no test.
    ...(inFlight === 0 || inFlight > IN_FLIGHT_MAX ? [`${inFlight} calls were under way at once`] : []),
  ];
}

type Get = (path: string) => Promise<Response>;

/** The names of all tokens, when all of their details are read. */
async function knownNames(get: Get): Promise<string[]> {
  for (;;) {
    const answer = (await (await get('/api/v1/tokens')).json()) as {
      detailsPending: number;
      tokens: { name: string }[];
    };
    if (answer.detailsPending === 0) {
      // Namespaces and EdgeWorkers too.
      await (await get('/default/tokens/new')).arrayBuffer();
      return answer.tokens.map(({ name }) => name);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function browse(get: Get, names: readonly string[], users: number, seconds: number) {
  const took: number[] = [];
  let failed = 0;
  const endsAt = performance.now() + seconds * 1000;
  const one = async (user: number) => {
    const paths = ['/default/tokens', '/default/due', '/default/bundles', '/default/tokens/new', '/you'];
    for (let page = user; ; page += 1) {
      await new Promise((resolve) => setTimeout(resolve, THINK_MS * 2 * Math.random()));
      if (performance.now() > endsAt) return;
      const name = names[(user * 7 + page) % names.length] ?? '';
      const path = page % 3 === 0 ? `/default/tokens/${name}` : (paths[page % paths.length] ?? '/');
      const started = performance.now();
      const answer = await get(path);
      await answer.arrayBuffer();
      took.push(performance.now() - started);
      if (answer.status !== 200) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: users }, (_, user) => one(user)));
  return { took, failed };
}

export async function longSlowUpstream(): Promise<void> {
  const { desk, close } = await openDesk('slow-upstream', { people: ['manager'] });
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  try {
    const context = await desk.signedIn(browser, 'manager');
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const figures = await slowUpstream(desk, cookie, { users: 50, quickSeconds: 20, slowSeconds: 90 });
    console.log(figures);
    const wrong = complaints(figures);
    if (wrong.length > 0) throw new Error(wrong.join('; '));
  } finally {
    await browser.close();
    await close();
  }
}

// What is due in 20 accounts with 5,000 tokens, on one page: warm requests by the clock, and by the processor
// time of the server, which other work of the machine inflates less.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright';
import { furtherCredential } from '@/simulator/accounts';
import { findChromium } from '../chromium.mjs';
import { type Desk, openDesk } from '../desk';
import { cpuMs } from '../process-figures';
import { ms, printRow, quantile, timeRuns } from './figures';

const ACCOUNTS = 20;
const TOKENS_EACH = 250;
const REQUESTS = 60;
const WARM_UP = 20;
const GOAL_MS = 150;
/** The page, narrowed, and as a month; one of these accounts; and the page without any data. */
const PATHS = ['/due', '/due?kind=refresh&window=90', '/due?view=month', '/default/due', '/sign-in'];

export async function benchDue(): Promise<void> {
  console.log(`\nDue: ${ACCOUNTS} accounts of ${TOKENS_EACH} tokens, ${REQUESTS} warm requests each`);
  const { desk, close } = await openDesk('bench', {
    people: ['manager'],
    simulator: ['--empty', '--tokens', String(TOKENS_EACH)],
    env: { EDGERC_SECTIONS: '', AKAMAI_RATE: '100' },
  });
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  try {
    const context = await desk.signedIn(browser, 'manager');
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const get = async (path: string) => {
      const answer = await fetch(`${desk.url}${path}`, { headers: { cookie } });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      return answer.text();
    };
    const accounts = addAccounts(desk);
    // A section that was added is seen this soon.
    await sleep(2_500);
    await get('/due');
    await allKnown(get, accounts);
    printRow('', ['median', 'p95', 'processor']);
    const missed: string[] = [];
    for (const path of PATHS) {
      const run = async () => {
        await get(path);
      };
      await timeRuns(WARM_UP, run, 0);
      const before = cpuMs(desk.pid);
      const times = await timeRuns(REQUESTS, run, 0);
      const median = quantile(times, 0.5);
      printRow(path, [ms(median), ms(quantile(times, 0.95)), ms((cpuMs(desk.pid) - before) / REQUESTS)]);
      if (median > GOAL_MS) missed.push(path);
    }
    console.log(`\nGoals: ${missed.length === 0 ? 'met' : `MISSED: ${missed.join('; ')}`}`);
  } finally {
    await browser.close();
    await close();
  }
}

/** Further sections of the .edgerc; the answer is the names of all accounts. */
function addAccounts({ dataDir }: Desk): readonly string[] {
  const edgerc = join(dataDir, '..', 'edgerc');
  const [first = ''] = readFileSync(edgerc, 'utf8').split('\n\n');
  const further = Array.from({ length: ACCOUNTS - 1 }, (_, index) => `shop-${index + 2}`);
  for (const [index, name] of further.entries()) {
    const section = first
      .replace('[default]', `[${name}]`)
      .replace(/client_token = .*/, `client_token = ${furtherCredential(index + 2).clientToken}`);
    appendFileSync(edgerc, `\n${section}\n`);
  }
  return ['default', ...further];
}

/** Waits until all details of all tokens are known; each question also makes the server read on. */
async function allKnown(get: (path: string) => Promise<string>, slugs: readonly string[]): Promise<void> {
  for (const slug of slugs) {
    for (;;) {
      const answer = await get(`/api/v1/tokens?account=${slug}`);
      const { detailsPending, tokens } = JSON.parse(answer) as { detailsPending: number; tokens: unknown[] };
      if (detailsPending === 0 && tokens.length === TOKENS_EACH) break;
      await sleep(500);
    }
  }
}

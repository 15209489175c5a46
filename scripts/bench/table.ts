// How fast a page of the token table answers with 1,000 tokens, and how much script it loads before anybody clicks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright';
import { z } from 'zod';
import { findChromium } from '../chromium.mjs';
import { openDesk } from '../desk';
import { ROOT } from '../steps.mjs';
import { ms, printRow, quantile, timeRuns } from './figures';

const TOKENS = 1_000;
/** What the seed has without further tokens. */
const SEEDED = 42;
const RUNS = 60;
const PAGES = [
  '/default/tokens',
  '/default/tokens/cart-reader',
  '/default/tokens/new',
  '/default/due',
  '/default/bundles',
];
const SCRIPT_KB_MAX = 60;
const PAGE_MS_MAX = 100;

export async function benchTable(): Promise<void> {
  console.log(`\nTable: ${TOKENS} tokens, a page of 50 rows, ${RUNS} requests one after the other`);
  const { desk, close } = await openDesk('bench', {
    people: ['viewer'],
    simulator: ['--tokens', String(TOKENS - SEEDED)],
  });
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  try {
    const context = await desk.signedIn(browser, 'viewer');
    const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const get = async (path: string): Promise<string> => {
      const answer = await fetch(`${desk.url}${path}`, { headers: { cookie: cookies } });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      return answer.text();
    };
    console.log('Reading all details, at the pace that Akamai is asked …');
    await detailsRead(get);
    printRow('', ['median', 'p95', 'size']);
    const base = await timePage('base line: the sign-in page', '/sign-in', get);
    const table = await timePage('the table, first page', '/default/tokens', get);
    await timePage('the table, filtered and sorted', '/default/tokens?ns=cart&perm=w&sort=-name', get);
    printRow('the table over the base line', [ms(table - base), '', '']);
    console.log('\nScript before the first interaction, gzip');
    let most = 0;
    for (const [index, path] of PAGES.entries()) {
      const page = await context.newPage();
      const { own, shared } = await scriptsOf(page, `${desk.url}${path}`);
      await page.close();
      if (index === 0) printRow('base line: what every page of the build loads', [kb(shared)]);
      printRow(`above it: ${path}`, [kb(own)]);
      most = Math.max(most, own);
    }
    console.log(
      `\nGoals: median under ${PAGE_MS_MAX} ms: ${verdict(table < PAGE_MS_MAX)}; at most ${SCRIPT_KB_MAX} KB above the base line: ${verdict(most <= SCRIPT_KB_MAX * 1024)}`,
    );
  } finally {
    await browser.close();
    await close();
  }
}

async function detailsRead(get: (path: string) => Promise<string>): Promise<void> {
  const pending = z.object({ detailsPending: z.number() });
  for (;;) {
    const { detailsPending } = pending.parse(JSON.parse(await get('/api/v1/tokens')));
    if (detailsPending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function timePage(name: string, path: string, get: (path: string) => Promise<string>): Promise<number> {
  let size = 0;
  const durations = await timeRuns(RUNS, async () => {
    size = (await get(path)).length;
  });
  const median = quantile(durations, 0.5);
  printRow(name, [ms(median), ms(quantile(durations, 0.95)), kb(size)]);
  return median;
}

const manifestSchema = z.object({ rootMainFiles: z.array(z.string()), polyfillFiles: z.array(z.string()) });

/** Bytes (gzip) of the scripts that a page loads by itself: those of every page of the build, and the rest. */
async function scriptsOf(
  page: import('playwright').Page,
  url: string,
): Promise<{ own: number; shared: number }> {
  const manifest = manifestSchema.parse(
    JSON.parse(readFileSync(join(ROOT, '.next', 'build-manifest.json'), 'utf8')),
  );
  const loaded: { path: string; body: Promise<Buffer> }[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return;
    loaded.push({ path: new URL(response.url()).pathname.replace('/_next/', ''), body: response.body() });
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  let [own, shared] = [0, 0];
  for (const { path, body } of loaded) {
    if (manifest.polyfillFiles.includes(path)) continue;
    const size = gzipSync(await body).byteLength;
    if (manifest.rootMainFiles.includes(path)) shared += size;
    else own += size;
  }
  return { own, shared };
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED';
}

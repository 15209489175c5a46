// What every browser test stands on: a desk (production server + simulator + data folder of its own, one for each
// worker), people of each role, and pages that fail the test on a console error or a leaked secret.

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { type BrowserContext, test as base, expect, type Page } from 'playwright/test';
import { ROLES, type Role } from '@/lib/domain/access';
import { type ContextOptions, type Desk, type DeskOptions, openDesk as open } from '../scripts/desk';
import { ROOT } from '../scripts/steps.mjs';

export { PASSWORD } from '../scripts/desk';
export { type ContextOptions, type Desk, expect };

export const LOG_FOLDER = join(ROOT, 'test-results', 'logs');
/** Planted in the simulator's secrets: the texts that no page, log or file may show. */
export const CANARIES = ['CANARY-SECRET', 'CANARY-TOKEN', 'EG1-HMAC-SHA256'] as const;

/** The id of a server action, as this build has it. */
export function actionId(name: string): string {
  const text = readFileSync(join(ROOT, '.next', 'server/server-reference-manifest.json'), 'utf8');
  const { node } = JSON.parse(text) as { node: Record<string, { exportedName: string }> };
  const found = Object.entries(node).find(([, { exportedName }]) => exportedName === name);
  if (!found) throw new Error(`the build has no action ${name}`);
  return found[0];
}

/** Fields as React's reply encoding has them for an action with a state. */
export function reply(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(`_1_${name}`, value);
  // Last, as React sends it: what it refers to must be there.
  form.append('0', JSON.stringify([{ problem: null, values: {} }, '$K1']));
  return form;
}

/** A desk whose log is kept, at the level that says most, for the test that looks for secrets in it. */
export function openDesk(name: string, options: DeskOptions) {
  mkdirSync(LOG_FOLDER, { recursive: true });
  const logFile = join(LOG_FOLDER, `${name}-${process.pid}.log`);
  return open(name, {
    ...options,
    env: { LOG_LEVEL: 'trace', ...options.env },
    simulator: ['--activation-ms', '1500', ...(options.simulator ?? [])],
    onOutput: (text) => appendFileSync(logFile, text),
  });
}

/** Makes `page` fail its test on console errors, page errors, CSP reports and canaries. */
export function watch(page: Page, problems: string[], allowed: RegExp[]): void {
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = `${message.text()} (${message.location().url})`;
    if (!allowed.some((pattern) => pattern.test(text))) problems.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('response', async (response) => {
    const headers = response.headers();
    if (!/text|json|javascript/.test(headers['content-type'] ?? '') || headers['content-disposition']) return;
    // Files of the build are the same for everybody: canary.spec.ts looks at each once.
    if (response.url().includes('/_next/static/')) return;
    // A page that is left before its body arrived has no body to look at.
    const body = await response.text().catch((error: unknown) => String(error));
    for (const canary of CANARIES) if (body.includes(canary)) problems.push(`${canary} in ${response.url()}`);
  });
}

type TestFixtures = {
  /** A page of somebody with that role; the default options of the browser but for `options`. */
  pageOf: (role: Role, options?: ContextOptions) => Promise<Page>;
  /** Names a console line that this test provokes: the browser's own line for a 4xx or 5xx. */
  allow: (pattern: RegExp) => void;
};

export const test = base.extend<TestFixtures & { problems: string[]; allowed: RegExp[] }, { desk: Desk }>({
  desk: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures out of this pattern
    async ({}, use, info) => {
      const { desk, close } = await openDesk(`worker${info.workerIndex}`, { people: ROLES });
      await use(desk);
      await close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures out of this pattern
  problems: async ({}, use) => {
    const problems: string[] = [];
    await use(problems);
    expect(problems).toEqual([]);
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures out of this pattern
  allowed: async ({}, use) => {
    await use([]);
  },
  allow: async ({ allowed }, use) => {
    await use((pattern) => allowed.push(pattern));
  },
  pageOf: async ({ browser, desk, problems, allowed }, use) => {
    const contexts: BrowserContext[] = [];
    await desk.control.reset();
    await use(async (role, options) => {
      const context = await desk.signedIn(browser, role, options);
      contexts.push(context);
      const page = await context.newPage();
      watch(page, problems, allowed);
      await rereadTokens(page);
      // A test before this one may have left Akamai as away: the page finds by itself that it is back.
      await expect(page.getByText(/Akamai (does not answer|asked us to slow down)/)).toHaveCount(0, {
        timeout: 20_000,
      });
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

/** Opens the table as Akamai has it now: the server may remember a list of up to 15 s ago. */
export async function rereadTokens(page: Page): Promise<void> {
  await page.goto('/default/tokens');
  // With the head of the answer the list counts as old; the rest may be cut off by a redraw.
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Read again from Akamai' }).click();
  await answered;
}

/** Waits until all details are read, so that what follows does not move. */
export async function detailsRead(page: Page): Promise<void> {
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 });
}

/** The database of a running desk, for what no page does. The server writes too: both wait for each other. */
export function databaseOf({ dataDir }: Desk): Libsql.Database {
  const database = new Libsql(join(dataDir, 'token-desk.db'));
  database.pragma('busy_timeout = 5000');
  return database;
}

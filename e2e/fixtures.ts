// What every browser test stands on: a desk (production server + simulator + data folder of its own, one for each
// worker), people of each role, and pages that fail the test on a console error or a leaked secret.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, test as base, expect, type Page } from 'playwright/test';
import { ROLES, type Role } from '@/lib/domain/access';
import { Control } from '@/simulator/control';
import { freePort, ROOT, startApp, startSimulator } from '../scripts/steps.mjs';

export { expect };

export const PASSWORD = 'a password for tests only';
export const LOG_FOLDER = join(ROOT, 'test-results', 'logs');
/** Planted in the simulator's secrets: the texts that no page, log or file may show. */
export const CANARIES = ['CANARY-SECRET', 'CANARY-TOKEN', 'EG1-HMAC-SHA256'] as const;

export type Desk = {
  url: string;
  simulatorUrl: string;
  control: Control;
  /** Everything the server printed so far. */
  log: () => string;
  /** Runs `npm run manage -- …` on this desk's data; the answer is what it printed. */
  manage: (args: readonly string[], stdin?: string) => Promise<string>;
  /** A signed-in browser context of that role. */
  signedIn: (browser: Browser, role: Role, options?: ContextOptions) => Promise<BrowserContext>;
};

type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>;
export type DeskOptions = {
  /** The roles to have somebody of. */
  people: readonly Role[];
  env?: Record<string, string>;
  simulator?: readonly string[];
};

export async function openDesk(
  name: string,
  options: DeskOptions,
): Promise<{ desk: Desk; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), `token-desk-${name}-`));
  const simulator = await startSimulator(folder, ['--activation-ms', '1500', ...(options.simulator ?? [])]);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  let printed = '';
  mkdirSync(LOG_FOLDER, { recursive: true });
  const env = {
    PUBLIC_URL: url,
    DATA_DIR: join(folder, 'data'),
    EDGERC: simulator.edgerc,
    AKAMAI_ORIGIN: simulator.url,
    // The most there is, for the test that looks for secrets in the logs.
    LOG_LEVEL: 'trace',
    ...options.env,
  };
  const app: ChildProcess = await startApp('start', port, env, (text: string) => {
    printed += text;
    appendFileSync(join(LOG_FOLDER, `${name}-${process.pid}.log`), text);
  });
  const states = new Map<Role, Awaited<ReturnType<BrowserContext['storageState']>>>();
  const desk: Desk = {
    url,
    simulatorUrl: simulator.url,
    control: new Control(simulator.controlUrl),
    log: () => printed,
    manage: (args, stdin = '') => manage(args, stdin, env),
    signedIn: async (browser, role, contextOptions = {}) => {
      const known = states.get(role);
      const context = await browser.newContext({
        baseURL: url,
        ...contextOptions,
        ...(known ? { storageState: known } : {}),
      });
      if (known) return context;
      const page = await context.newPage();
      await page.goto('/sign-in');
      await page.getByLabel('E-mail').fill(`${role}@example.com`);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(/\/tokens/);
      states.set(role, await context.storageState());
      await page.close();
      return context;
    },
  };
  await Promise.all(
    options.people.map((role) =>
      desk.manage(['people', 'add', `${role}@example.com`, '--role', role], PASSWORD),
    ),
  );
  const close = async () => {
    for (const child of [app, simulator.child]) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  return { desk, close };
}

function manage(args: readonly string[], stdin: string, env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const command = ['--conditions=react-server', '--import', 'tsx', 'scripts/manage.ts', ...args];
    const child = spawn(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...env } });
    let printed = '';
    let said = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.once('exit', (status) =>
      status === 0 ? resolve(printed.trim()) : reject(new Error(`manage: ${said}`)),
    );
    child.stdin.end(stdin);
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

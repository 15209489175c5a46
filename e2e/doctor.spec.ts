// The connection doctor: what it finds, for whom, how soon; and the way out through a company's proxy.
import { readFileSync, renameSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import type { Browser, Page } from 'playwright/test';
import type { Role } from '@/lib/domain/access';
import { startConnectProxy } from '@/simulator/connect-proxy';
import { ROOT } from '../scripts/steps.mjs';
import { type Desk, expect, openDesk, test, watch } from './fixtures';

/** Nothing of these may stand on the page of anybody but an admin. */
const FACTS = ['luna', '127.0.0.1', 'akab-', 'Web Shop', 'Readers', 'ms'] as const;

let desk: Desk;
let close: () => Promise<void>;

test.beforeAll(async () => {
  ({ desk, close } = await openDesk('doctor', { people: ['viewer', 'admin'] }));
});
test.afterAll(() => close());

async function pageOf(
  browser: Browser,
  role: Role,
  problems: string[],
  { javaScriptEnabled = true, on = desk } = {},
): Promise<Page> {
  const context = await on.signedIn(browser, role, { javaScriptEnabled });
  const page = await context.newPage();
  watch(page, problems, []);
  return page;
}

const check = (page: Page, title: string) =>
  page.locator('dl > div').filter({ has: page.locator('dt', { hasText: new RegExp(`^${title}$`) }) });

/** Checks again until the page says so; the results of an earlier test may be less than two seconds old. */
async function checkUntil(page: Page, words: string | RegExp): Promise<void> {
  await expect(async () => {
    await page.getByRole('button', { name: 'Check again' }).click();
    await expect(page.getByText(words)).toBeVisible({ timeout: 2_500 });
  }).toPass();
}

test('every account is checked once at the start, with one line of the log that names no host', async ({
  browser,
  problems,
}) => {
  await expect.poll(() => desk.log(), { timeout: 20_000 }).toContain('connection checked');
  const lines = desk
    .log()
    .split('\n')
    .filter((line) => line.includes('connection checked'));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ account: 'default', failed: [], attention: [] });
  for (const fact of FACTS.slice(0, 5)) expect(lines[0]).not.toContain(fact);
  const page = await pageOf(browser, 'admin', problems);
  await page.goto('/settings/connections');
  await expect(page.getByText('all is well')).toBeVisible();
  await expect(page.locator('dl > div')).toHaveCount(9);
  await expect(check(page, 'Name lookup')).toContainText('Dialled 127.0.0.1:');
  await expect(check(page, 'TLS')).toContainText('Not needed');
  await expect(check(page, 'Token rights by access group')).toContainText(
    'Web Shop staging: see, create, revoke',
  );
  await page.context().close();
});

test('others get the state in words and what to do, without host, address and names', async ({
  browser,
  problems,
}) => {
  await desk.control.reset();
  await desk.control.change({ grants: { edgekv: true, edgeworkers: false } });
  const page = await pageOf(browser, 'viewer', problems, { javaScriptEnabled: false });
  await page.goto('/settings/connections');
  await checkUntil(page, 'The API client has no grant for EdgeWorkers.');
  await expect(check(page, 'EdgeWorkers grant')).toContainText('look here');
  await expect(check(page, 'EdgeWorkers grant')).toContainText('in Akamai Control Center');
  await expect(page.getByText('1 to look at')).toBeVisible();
  await expect(page.getByText('Name and colour')).toHaveCount(0);
  const text = (await page.getByRole('main').textContent()) ?? '';
  for (const fact of FACTS) expect(text).not.toMatch(new RegExp(`\\b${fact}`));
  expect(await page.content()).not.toMatch(/luna|akab-|Web Shop/);
  await desk.control.reset();
  await page.context().close();
});

test('a wrong clock, a missing grant and an uninitialised account are told apart', async ({
  browser,
  problems,
}) => {
  const page = await pageOf(browser, 'admin', problems);
  await page.goto('/settings/connections');
  await desk.control.change({ clockSkewMs: 5 * 60_000 });
  await checkUntil(page, /clock is (299|300|301) seconds behind Akamai's/);
  await expect(check(page, 'Clock')).toContainText('failed');
  await expect(check(page, 'Clock')).toContainText('NTP');
  await expect(check(page, 'Credential')).toContainText('as long as the clock is wrong');
  await desk.control.reset();
  await desk.control.change({ grants: { edgekv: false, edgeworkers: true } });
  await checkUntil(page, 'The API client has no grant for EdgeKV.');
  await expect(check(page, 'Credential')).toContainText('ok');
  await desk.control.reset();
  await desk.control.change({ initialized: false });
  await checkUntil(page, 'EdgeKV is not initialised for this account');
  await desk.control.reset();
  await checkUntil(page, 'all is well');
  await page.context().close();
});

test('a check that takes long is followed, and the page is there meanwhile', async ({
  browser,
  problems,
}) => {
  const page = await pageOf(browser, 'admin', problems);
  await page.goto('/settings/connections');
  await desk.control.fault({ match: { path: '^/edgekv/v1/initialize' }, delayMs: 3_500 });
  await expect(async () => {
    await page.getByRole('button', { name: 'Check again' }).click();
    await expect(page.getByText('being checked …')).toBeVisible({ timeout: 3_000 });
  }).toPass();
  await page.goto('/default/due');
  await expect(page.getByRole('heading', { name: 'Due', exact: true })).toBeVisible();
  await page.goto('/settings/connections');
  await expect(page.getByText('being checked …')).toHaveCount(0, { timeout: 15_000 });
  await expect(page.getByText('all is well')).toBeVisible();
  await page.context().close();
});

test('without credentials pages lead to the connection doctor, which says what to do', async ({
  browser,
  problems,
}) => {
  const edgerc = join(desk.dataDir, '..', 'edgerc');
  const page = await pageOf(browser, 'viewer', problems);
  renameSync(edgerc, `${edgerc}-away`);
  try {
    await expect(async () => {
      await page.goto('/');
      await expect(page.getByText('This server has no .edgerc.')).toBeVisible({ timeout: 500 });
    }).toPass();
    await page.getByRole('link', { name: 'Connection doctor' }).click();
    await expect(page.getByRole('heading', { name: 'Connections' })).toBeVisible();
    await expect(page.getByText('until the credentials are mended on the server')).toBeVisible();
    expect(await page.content()).not.toContain(edgerc);
  } finally {
    renameSync(`${edgerc}-away`, edgerc);
  }
  await page.context().close();
});

/** TLS in front of the simulator, with the name of Akamai's host in its certificate. `to` is null until it is there. */
async function startFront(to: () => Desk | null): Promise<Server> {
  const file = (name: string) => readFileSync(join(ROOT, 'lib', 'akamai', 'testdata', name));
  const server = createServer(
    { cert: file('upstream-cert.pem'), key: file('upstream-key.pem') },
    (socket) => {
      const target = to();
      if (!target) return socket.destroy();
      const through = connect(Number(new URL(target.simulatorUrl).port), '127.0.0.1');
      for (const one of [socket, through]) one.on('error', () => socket.destroy());
      socket.pipe(through).pipe(socket);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

test('[40] behind a company proxy all goes through its tunnel, and the doctor names it without its password', async ({
  browser,
  problems,
}) => {
  let upstream: Desk | null = null;
  const front = await startFront(() => upstream);
  const proxy = await startConnectProxy((front.address() as AddressInfo).port);
  const behind = await openDesk('proxy', {
    people: ['admin', 'viewer'],
    env: {
      AKAMAI_ORIGIN: '',
      HTTPS_PROXY: proxy.url.replace('//', '//desk:proxy-password@'),
      NO_PROXY: '',
      NODE_EXTRA_CA_CERTS: join(ROOT, 'lib', 'akamai', 'testdata', 'upstream-cert.pem'),
    },
  });
  upstream = behind.desk;
  try {
    const page = await pageOf(browser, 'admin', problems, { on: behind.desk });
    await page.goto('/default/tokens?q=cart-reader');
    await expect(page.getByRole('link', { name: 'cart-reader', exact: true })).toBeVisible();
    await page.goto('/settings/connections');
    await checkUntil(page, 'all is well');
    await expect(check(page, 'Connection')).toContainText('through the proxy of HTTPS_PROXY');
    await expect(check(page, 'Connection')).toContainText(`Proxy ${proxy.url}`);
    await expect(check(page, 'TLS')).toContainText('Issuer Token Desk, Test upstream');
    expect(await page.content()).not.toContain('proxy-password');
    expect(behind.desk.log()).not.toContain('proxy-password');
    await page.context().close();
    const viewer = await pageOf(browser, 'viewer', problems, { on: behind.desk });
    await viewer.goto('/settings/connections');
    await expect(check(viewer, 'Connection')).toContainText('Akamai is reached through the proxy');
    expect(await viewer.content()).not.toMatch(/127\.0\.0\.1:|proxy-password|luna|Test upstream/);
    await viewer.context().close();
    expect(proxy.connects.length).toBeGreaterThan(0);
    expect(proxy.others).toEqual([]);
    for (const clear of ['EG1-HMAC-SHA256', '/edgekv', 'HTTP/1.1'])
      expect(proxy.passed().includes(clear), clear).toBe(false);
  } finally {
    await behind.close();
    proxy.close();
    front.close();
  }
});

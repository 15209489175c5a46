// Notices in the browser: an admin sets three channels, without JavaScript too, and one token's notice arrives by mail,
// chat and webhook; the calendar is read back. The mail server and the receiver are real ones on this machine.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ICAL from 'ical.js';
import type { Page } from 'playwright/test';
import { SMTPServer } from 'smtp-server';
import { ROLES } from '@/lib/domain/access';
import { test as base, type Desk, expect, openDesk, PASSWORD, watch } from './fixtures';

type Heard = { path: string; headers: Record<string, unknown>; body: string };
type Receivers = { heard: Heard[]; mails: string[]; hook: string; status: number };

/** A desk whose clock is put forward by so many days at its next start. */
type Told = Desk & { moveClock: (days: number) => void };

const test = base.extend<object, { receivers: Receivers; told: Told }>({
  receivers: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures out of this pattern
    async ({}, use) => {
      const receivers: Receivers = { heard: [], mails: [], hook: '', status: 200 };
      const server = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => {
          receivers.heard.push({ path: request.url ?? '', headers: request.headers, body });
          response.writeHead(receivers.status).end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      receivers.hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await use(receivers);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    { scope: 'worker' },
  ],
  told: [
    async ({ receivers }, use, info) => {
      const smtp = new SMTPServer({
        authOptional: true,
        disabledCommands: ['AUTH', 'STARTTLS'],
        logger: false,
        onData: (stream, _session, callback) => {
          let text = '';
          stream.on('data', (chunk) => {
            text += chunk;
          });
          stream.on('end', () => {
            receivers.mails.push(text);
            callback();
          });
        },
      });
      // A desk that is killed leaves its conversation in the middle.
      smtp.on('error', () => undefined);
      await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
      const folder = mkdtempSync(join(tmpdir(), 'token-desk-clock-'));
      const clock = join(folder, 'clock');
      const moveClock = (days: number) => writeFileSync(clock, String(days * 86_400_000));
      moveClock(0);
      const { desk, close } = await openDesk(`notices${info.workerIndex}`, {
        people: ROLES,
        env: {
          SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
          SMTP_FROM: 'desk@example.com',
          NOTICE_ALLOW_PRIVATE: 'true',
          NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'moved-clock.mjs')).href}`,
          CLOCK_FILE: clock,
        },
      });
      await use(Object.assign(desk, { moveClock }));
      await close();
      rmSync(folder, { recursive: true, force: true });
      await new Promise<void>((resolve) => smtp.close(resolve));
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

const OWNER = 'Team Promo';

/** Fills the form of a channel that tells of the one token with an owner. */
async function fillChannel(page: Page, name: string, target: [label: string, text: string]): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel(target[0]).fill(target[1]);
  await page.getByLabel('Only tokens of this owner').fill(OWNER);
  await page.getByRole('button', { name: 'Add the channel' }).click();
}

test("one token's notice arrives by mail, chat and webhook", async ({
  browser,
  told,
  receivers,
  problems,
}) => {
  const context = await told.signedIn(browser, 'admin');
  const page = await context.newPage();
  watch(page, problems, []);
  // The simulator's: it expires in ten days.
  await page.goto(`${told.url}/default/tokens/legacy-promo?act=note`);
  await page.getByLabel('Owner').fill(OWNER);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('It was noted.')).toBeVisible();

  await page.goto(`${told.url}/settings/notices`);
  await page.getByRole('link', { name: 'Add: E-mail' }).click();
  await fillChannel(page, 'Promo mail', ['E-mail addresses', 'promo@example.com']);
  await expect(page.getByText('The channel was added.')).toBeVisible();
  await page.getByRole('link', { name: 'Add: Chat' }).click();
  await fillChannel(page, 'Promo chat', ['Address of the webhook', `${receivers.hook}/chat/CANARY-SECRET`]);
  await expect(page.getByRole('row', { name: /Promo chat/ }).first()).toContainText(`${receivers.hook}/…`);
  await page.getByRole('link', { name: 'Add: Webhook' }).click();
  await fillChannel(page, 'Promo hook', ['Address of the webhook', `${receivers.hook}/hook`]);
  await expect(page.getByText('Copy the secret of Promo hook now.')).toBeVisible();
  const secret = (await page.getByText(/^etn_/).textContent()) ?? '';

  await expect.poll(() => [receivers.mails.length, receivers.heard.length]).toEqual([1, 2]);
  expect(receivers.mails[0]).toMatch(/^Subject: legacy-promo expires in 10 days\r$/m);
  const chat = receivers.heard.find(({ path }) => path.startsWith('/chat'));
  expect(JSON.parse(chat?.body ?? '').text).toContain('legacy-promo of default expires in 10 days');
  const hook = receivers.heard.find(({ path }) => path === '/hook');
  const { 'token-desk-timestamp': timestamp, 'token-desk-signature': signature } = hook?.headers ?? {};
  const hmac = createHmac('sha256', secret).update(`${timestamp}.${hook?.body}`).digest('hex');
  expect(signature).toBe(`v1=${hmac}`);

  await page.goto(`${told.url}/settings/notices`);
  const deliveries = page.getByRole('table', { name: 'Deliveries' });
  await expect(
    deliveries.getByRole('row', { name: /legacy-promo: Expiry .*14 days before sent/ }),
  ).toHaveCount(3);
  expect(await page.content()).not.toContain('CANARY-SECRET');
  await page
    .getByRole('row', { name: /Promo chat/ })
    .first()
    .getByRole('link', { name: /^Edit/ })
    .click();
  await expect(page.getByLabel('Address of the webhook')).toBeVisible();
  expect(await page.content()).not.toContain('CANARY-SECRET');
  await context.close();
});

test('without JavaScript: a test that fails says why, the channel is switched off and removed', async ({
  browser,
  told,
  receivers,
}) => {
  const context = await told.signedIn(browser, 'admin', { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${told.url}/settings/notices?add=slack`);
  await page.getByLabel('Name').fill('=SUM(A1)');
  await page.getByLabel('Address of the webhook').fill(`${receivers.hook}/other`);
  await page.getByLabel('Only tokens of this owner').fill('nobody');
  await page.getByRole('button', { name: 'Add the channel' }).click();
  await expect(page.getByText('A name has 1 to 60 letters')).toBeVisible();
  await page.getByLabel('Name').fill('Other chat');
  await page.getByLabel('Address of the webhook').fill(`${receivers.hook}/other`);
  await page.getByRole('button', { name: 'Add the channel' }).click();
  await expect(page.getByText('The channel was added.')).toBeVisible();

  receivers.status = 503;
  await page.getByRole('button', { name: 'Send a test to Other chat' }).click();
  await expect(page.getByText('The test did not get through.')).toBeVisible();
  await expect(page.getByRole('alert').getByText('It answered 503.')).toBeVisible();
  receivers.status = 200;
  await page.getByRole('button', { name: 'Send a test to Other chat' }).click();
  await expect(page.getByText('The test was sent.')).toBeVisible();
  await page.getByRole('button', { name: 'Switch off Other chat' }).click();
  await expect(page.getByText('The channel is off.')).toBeVisible();
  await page.getByRole('link', { name: 'Remove Other chat' }).click();
  await page.getByRole('button', { name: 'Remove the channel' }).click();
  await expect(page.getByText('The channel was removed.')).toBeVisible();
  await expect(page.getByText('Other chat')).toHaveCount(0);

  await page.getByLabel('Expiry', { exact: true }).last().fill('90, 7d');
  await page.getByRole('button', { name: 'Save the days' }).click();
  await expect(page.getByText('Give up to 20 numbers')).toBeVisible();
  await page.getByRole('textbox', { name: 'Expiry' }).fill('90 30 7');
  await page.getByRole('button', { name: 'Save the days' }).click();
  await expect(page.getByText('The days were saved.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Expiry' })).toHaveValue('90, 30, 7');
  await context.close();
});

test('[67] a calendar is read by its address, which is in no log, and by nobody after it was revoked', async ({
  browser,
  told,
}) => {
  const context = await told.signedIn(browser, 'admin');
  const page = await context.newPage();
  await page.goto(`${told.url}/settings/notices?add=calendar`);
  await page.getByLabel('Name').last().fill('Team calendar');
  await page.getByRole('button', { name: 'Make the calendar' }).click();
  await expect(page.getByText('Copy the address of Team calendar now.')).toBeVisible();
  const url = (await page.getByText(/\/feeds\/.*\.ics$/).textContent()) ?? '';
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  expect(answer.headers.get('cache-control')).toMatch(/^private/);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  const calendar = new ICAL.Component(ICAL.parse(await answer.text()));
  const summaries = calendar
    .getAllSubcomponents('vevent')
    .map((event) => event.getFirstPropertyValue('summary'));
  expect(summaries).toContain('legacy-promo: Expiry');
  for (const wrong of ['x.ics', `${'A'.repeat(43)}.ics`, `${'A'.repeat(43)}`, '%00.ics'])
    expect((await fetch(new URL(`/feeds/${wrong}`, url))).status, wrong).toBe(404);
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect((await fetch(url, { method, headers: { Origin: told.url } })).status).toBe(405);

  await page.goto(`${told.url}/settings/notices`);
  await page.getByRole('button', { name: 'Revoke Team calendar' }).click();
  await expect(page.getByText('The calendar was revoked.')).toBeVisible();
  expect((await fetch(url)).status).toBe(404);
  const secret = /feeds\/(.+)\.ics$/.exec(url)?.[1] ?? '';
  expect(told.log()).toContain('/feeds/[hidden]');
  expect(told.log()).not.toContain(secret);
  await context.close();
});

test('a manager sees nothing of notices', async ({ browser, told }) => {
  const context = await told.signedIn(browser, 'manager');
  const page = await context.newPage();
  await page.goto(`${told.url}/settings/connections`);
  await expect(page.getByRole('heading', { name: 'Connections' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Notices' })).toHaveCount(0);
  await page.goto(`${told.url}/settings/notices`);
  await expect(page.getByText('You may not do that.')).toBeVisible();
  await expect(page.getByText('Promo')).toHaveCount(0);
  await context.close();
});

// The last one: from here on the desk lives in another week.
test('[115] with the clock moved, and Akamai refusing it, each step of a token comes once, over restarts', async ({
  browser,
  told,
  receivers,
}) => {
  test.setTimeout(90_000);
  // By their ids: a restart kills, and may do so between a hand-over and its mark.
  const messages = () => {
    const heard = receivers.heard.filter(({ path }) => path === '/clock');
    return [...new Map(heard.map((one) => [one.headers['idempotency-key'], one])).values()];
  };
  const steps = () =>
    messages().flatMap(({ body }) =>
      (JSON.parse(body).notices as { step: number }[]).map(({ step }) => step),
    );
  let context = await told.signedIn(browser, 'admin');
  let page = await context.newPage();
  await page.goto(`${told.url}/default/tokens/legacy-promo?act=note`);
  await page.getByLabel('Owner').fill(OWNER);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.goto(`${told.url}/settings/notices`);
  await page.getByRole('textbox', { name: 'Expiry' }).fill('60, 30, 14, 7, 1, 0, -1');
  await page.getByRole('button', { name: 'Save the days' }).click();
  await expect(page.getByText('The days were saved.')).toBeVisible();
  await page.getByRole('link', { name: 'Add: Webhook' }).click();
  await fillChannel(page, 'Clock hook', ['Address of the webhook', `${receivers.hook}/clock`]);
  await expect.poll(steps).toEqual([14]);
  await context.close();

  for (const [days, expected] of [
    [3, [14, 7]],
    [9, [14, 7, 1]],
    [9, [14, 7, 1]],
  ] as const) {
    told.moveClock(days);
    await told.restart();
    await expect.poll(steps).toEqual(expected);
  }
  context = await browser.newContext({ baseURL: told.url });
  page = await context.newPage();
  await page.goto('/sign-in?next=/settings/notices');
  await page.getByLabel('E-mail').fill('admin@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Send a test to Clock hook' }).click();
  await expect(page.getByText('The test was sent.')).toBeVisible();
  expect(messages()).toHaveLength(4);
  expect(steps()).toEqual([14, 7, 1]);
  const deliveries = page.getByRole('table', { name: 'Deliveries' });
  for (const when of ['14 days before', '7 days before', '1 day before'])
    await expect(deliveries.getByRole('row', { name: new RegExp(`Clock hook.* ${when} sent`) })).toHaveCount(
      1,
    );
  await context.close();
});

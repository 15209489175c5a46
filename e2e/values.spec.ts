// The value of a legacy token: who gets it, how lately they must have signed in, and what is on record then.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright/test';
import { makeBundle } from '@/simulator/bundle';
import { type Desk, databaseOf, expect, openDesk, PASSWORD, test } from './fixtures';
import { startRealProvider } from './real-provider';
import { CLIENT } from './rogue-provider';

const TAKE = '/api/v1/tokens/legacy-promo/tokens-file';
const PATCH = '/api/v1/bundles/patch?token=legacy-promo';
const bundle = () => makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' });

/** Makes all sessions as old as they would be after that many minutes. */
function passMinutes(desk: Desk, minutes: number): void {
  const raw = databaseOf(desk);
  const at = new Date(Date.now() - minutes * 60_000).toISOString();
  raw.prepare('update session set "createdAt" = ?').run(at);
  raw.close();
}

/** The audit but for the entries of looking at it. */
async function entries(desk: Desk): Promise<Record<string, unknown>[]> {
  const lines = (await desk.manage(['audit', 'export'])).split('\n');
  const all = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return all.filter(({ action }) => action !== 'audit.export');
}

/** Presses the button, and gives the text of the file that comes. */
async function download(page: Page): Promise<string> {
  const arrived = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download edgekv_tokens.js' }).click();
  return readFileSync(await (await arrived).path(), 'utf8');
}

test('[84] a value needs the right and a sign-in of the last minutes, and who took it from where is on record', async ({
  browser,
}) => {
  const { desk, close } = await openDesk('values', {
    people: ['viewer', 'releaser'],
    env: { REAUTH_MINUTES: '10', TRUSTED_PROXIES: '1' },
  });
  try {
    const from = { 'X-Forwarded-For': '192.0.2.9' };
    // A plain form: nothing of this needs a script.
    const context = await desk.signedIn(browser, 'releaser', {
      javaScriptEnabled: false,
      extraHTTPHeaders: from,
    });
    const page = await context.newPage();
    await page.goto('/default/tokens/legacy-promo');
    expect(await download(page)).toContain('CANARY-TOKEN');
    const [intent, outcome] = (await entries(desk)).slice(-2);
    const act = { action: 'token.retrieve', target: 'legacy-promo', actor_name: 'releaser@example.com' };
    expect(intent).toMatchObject({ ...act, phase: 'intent', source: '192.0.2.9' });
    expect(outcome).toMatchObject({ ...act, phase: 'outcome', outcome: 'ok', source: '192.0.2.9' });
    expect(Math.abs(Number(outcome?.at) - Date.now())).toBeLessThan(60_000);

    // The page was open for long: the form is there, and its answer says what to do.
    passMinutes(desk, 11);
    await page.getByRole('button', { name: 'Download edgekv_tokens.js' }).click();
    await expect(page.getByRole('heading')).toHaveText('Sign in again to take the value of a legacy token.');
    expect((await entries(desk)).at(-1)).toMatchObject({ ...act, outcome: 'sign-in-again' });
    const headers = { Origin: desk.url };
    for (const [path, data] of [
      [TAKE, ''],
      [PATCH, bundle()],
    ] as const) {
      const refused = await context.request.post(`${desk.url}${path}`, { headers, data });
      expect(refused.status(), path).toBe(403);
      expect(await refused.json()).toMatchObject({ code: 'sign-in-again' });
    }
    // A reference is no secret, and keys are made for this.
    const reference = await context.request.post(`${desk.url}/api/v1/tokens/cart-reader/tokens-file`, {
      headers,
    });
    expect(reference.status()).toBe(200);
    const key = await desk.manage(['key', 'create', 'ci', '--role', 'releaser']);
    const byKey = await fetch(`${desk.url}${TAKE}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(byKey.status).toBe(200);

    const [old] = await context.cookies();
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await expect(page.getByLabel('E-mail')).toHaveValue('releaser@example.com');
    await page.getByLabel('Password').fill('another password than that');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('do not match')).toBeVisible();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/default/tokens/legacy-promo');
    expect(await download(page)).toContain('CANARY-TOKEN');
    const before = await fetch(`${desk.url}/api/v1/tokens`, {
      headers: { Cookie: `${old?.name}=${old?.value}` },
    });
    expect(before.status).toBe(401);
    // The page knows beforehand, too.
    passMinutes(desk, 11);
    await page.reload();
    await expect(page.getByRole('link', { name: 'Sign in again to take the value' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Download edgekv_tokens.js' })).toBeHidden();
    await context.close();

    const viewer = await desk.signedIn(browser, 'viewer');
    const refused = await viewer.request.post(`${desk.url}${TAKE}`, { headers });
    expect(await refused.json()).toMatchObject({ code: 'forbidden' });
    await viewer.close();
  } finally {
    await close();
  }
});

test('[84] with single sign-on the provider must ask again, and tell when it did', async ({ browser }) => {
  const provider = await startRealProvider();
  const { desk, close } = await openDesk('values-sso', {
    people: [],
    env: {
      REAUTH_MINUTES: '10',
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_ROLES: '*=releaser',
      OIDC_NAME: 'Example ID',
      OIDC_ONLY: 'true',
    },
  });
  try {
    provider.open(desk.url);
    provider.people.set('ann', { email: 'ann@example.com', email_verified: true, groups: [] });
    const context = await browser.newContext({ baseURL: desk.url });
    await context.route(/googleapis\.com/, (route) => route.fulfill({ contentType: 'text/css', body: '' }));
    const page = await context.newPage();
    const password = page.getByPlaceholder('and password');
    const typePassword = async () => {
      await page.getByPlaceholder('Enter any login').fill('ann');
      await password.fill('any');
      await page.getByRole('button', { name: 'Sign-in' }).click();
    };
    await page.goto('/default/tokens/legacy-promo');
    await page.getByRole('link', { name: 'Example ID' }).click();
    await typePassword();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${desk.url}/default/tokens/legacy-promo`);
    expect(await download(page)).toContain('CANARY-TOKEN');

    passMinutes(desk, 11);
    await page.reload();
    await page.getByRole('link', { name: 'Sign in again to take the value' }).click();
    await page.getByRole('link', { name: 'Example ID' }).click();
    // It knows ann, and asks all the same.
    await expect(password).toBeVisible();
    await typePassword();
    await page.waitForURL(/legacy-promo|consent|interaction/);
    const goOn = page.getByRole('button', { name: 'Continue' });
    await expect(goOn.or(page.getByRole('button', { name: 'Download edgekv_tokens.js' }))).toBeVisible();
    if (await goOn.isVisible()) await goOn.click();
    expect(await download(page)).toContain('CANARY-TOKEN');
    await context.close();
  } finally {
    await close();
    await provider.close();
  }
});

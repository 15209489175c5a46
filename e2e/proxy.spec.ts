// Behind a reverse proxy: with PUBLIC_URL set all works however the proxy treats Host; with a wrong one, people are told.
import type { Browser, Page } from 'playwright/test';
import { type Desk, expect, openDesk, PASSWORD, test, watch } from './fixtures';
import { type ReverseProxy, type SetUp, startProxy } from './proxy';

const keptHost: SetUp = (headers, host) => Object.assign(headers, { host });
const rewrittenHost: SetUp = (headers, host) => Object.assign(headers, { 'x-forwarded-host': host });
const withoutPort: SetUp = (headers, host) =>
  Object.assign(headers, { 'x-forwarded-host': host.replace(/:\d+$/, '') });
const overTls: SetUp = (headers, host) =>
  Object.assign(headers, { host, 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' });

/** Signs in, and uses an action of every kind: of a form, of the frame, with a redirect, with a download, without script. */
async function everythingWorks(browser: Browser, address: string, name: string): Promise<void> {
  const context = await browser.newContext({ baseURL: address, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const problems: string[] = [];
  watch(page, problems, []);
  await signIn(page);
  await expect(page).toHaveURL(/\/default\/tokens$/);
  expect(new URL(page.url()).origin).toBe(address);

  await page.getByRole('button', { name: 'Read again from Akamai' }).click();
  await expect(page.getByRole('link', { name: 'cart-reader', exact: true })).toBeVisible();
  await page.getByRole('button', { name: /^Theme: system/ }).click();
  await expect(page.getByRole('button', { name: /^Theme: light/ })).toBeVisible();

  await page.goto(`/default/tokens/new?name=${name}&ns=cart:r&ew=all&net=s`);
  await page.getByRole('button', { name: 'Review and create' }).click();
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page).toHaveURL(`${address}/default/tokens/${name}?done=created`);
  await page.goto(`/default/tokens/${name}?act=revoke`);
  await page.getByLabel(`Type ${name} to confirm`).fill(name);
  await page.getByRole('button', { name: 'Revoke', exact: false }).click();
  await expect(page.getByText(`${name} was revoked.`)).toBeVisible();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.goto('/default/tokens/export').catch((error: unknown) => expect(String(error)).toContain('ownload')),
  ]);
  expect(download.suggestedFilename()).toMatch(/^tokens-.*\.csv$/);
  await page.goto('/you');
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await expect(page).toHaveURL(`${address}/sign-in`);

  const plain = await browser.newContext({
    baseURL: address,
    ignoreHTTPSErrors: true,
    javaScriptEnabled: false,
  });
  const bare = await plain.newPage();
  await signIn(bare);
  await expect(bare).toHaveURL(`${address}/default/tokens`);
  await plain.close();
  await context.close();
  expect(problems).toEqual([]);
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('admin@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A desk that is reached through a proxy at `host`, and what ends both. */
async function deskBehind(
  tls: boolean,
  env: Record<string, string> = {},
): Promise<{ desk: Desk; proxy: ReverseProxy; address: string; close: () => Promise<void> }> {
  const proxy = await startProxy(tls);
  const address = `${tls ? 'https' : 'http'}://localhost:${proxy.port}`;
  const { desk, close } = await openDesk(`proxy-${proxy.port}`, {
    people: ['admin'],
    env: { PUBLIC_URL: address, ...env },
  });
  const closeAll = async () => {
    await close();
    await proxy.close();
  };
  return { desk, proxy, address, close: closeAll };
}

/** Where the server listens, whatever PUBLIC_URL says. */
const listening = (desk: Desk) => desk.url.replace('localhost', '127.0.0.1');

test('[9] behind proxies that keep Host, rewrite it, or forward it without its port, everything works', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const { desk, proxy, address, close } = await deskBehind(false);
  try {
    for (const [name, setUp] of Object.entries({ keptHost, rewrittenHost, withoutPort })) {
      proxy.sendTo(listening(desk), setUp);
      await test.step(name, () => everythingWorks(browser, address, `proxied-${name}`));
    }
  } finally {
    await close();
  }
});

test('[9] behind a proxy that speaks TLS everything works, with the cookie of https', async ({ browser }) => {
  test.setTimeout(120_000);
  const { desk, proxy, address, close } = await deskBehind(true, { TRUSTED_PROXIES: '1' });
  try {
    proxy.sendTo(listening(desk), overTls);
    await everythingWorks(browser, address, 'proxied-tls');
    const signedIn = (await desk.manage(['audit', 'export']))
      .split('\n')
      .find((line) => line.includes('session'));
    expect(signedIn).toContain('203.0.113.9');
  } finally {
    await close();
  }
});

test('[9] a wrong PUBLIC_URL is told, with the header and the setting, with script and without', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const proxy = await startProxy(true);
  const { desk, close } = await openDesk('proxy-wrong', { people: ['admin'] });
  try {
    proxy.sendTo(listening(desk), overTls);
    const address = `https://localhost:${proxy.port}`;
    for (const javaScriptEnabled of [true, false]) {
      const context = await browser.newContext({
        baseURL: address,
        ignoreHTTPSErrors: true,
        javaScriptEnabled,
      });
      const page = await context.newPage();
      await signIn(page);
      await expect(page.getByText('The request did not come from this site')).toBeVisible();
      await expect(page.getByText(`the Origin header ${address}`)).toBeVisible();
      await expect(page.getByText('the operator sets PUBLIC_URL')).toBeVisible();
      if (javaScriptEnabled) await expect(page.getByLabel('E-mail')).toHaveValue('admin@example.com');
      await context.close();
    }
  } finally {
    await close();
    await proxy.close();
  }
});

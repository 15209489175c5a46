// Every page, light and dark: accessible by axe, no sideways scrolling at 360 px, a strict policy with no report.
import type { Page } from 'playwright/test';
import { makeBundle } from '@/simulator/bundle';
import { expectAccessible } from './accessible';
import { detailsRead, expect, PASSWORD, test, watch } from './fixtures';
import { ANSWER_DIALOG } from './pages';

const PAGES = [
  '/default/tokens?q=geo&expired=1',
  '/default/tokens?q=nothing-like-this',
  '/default/tokens/loyalty-points',
  '/default/tokens/old-login-hints',
  '/default/tokens/checkout-rw',
  '/default/tokens/waf-signals?act=revoke',
  '/default/tokens/new',
  '/default/tokens/new?from=loyalty-points',
  '/default/tokens/nobody-made-this',
  '/default/selected?t=loyalty-points&t=legacy-promo&t=nobody&job=refresh',
  '/default/selected?all=1&job=owner',
  '/default/selected',
  '/default/runs',
  '/default/runs/nobody',
  '/default/due',
  '/default/due?answered=yes',
  ANSWER_DIALOG,
  '/default/due?view=month',
  '/default/due?view=charts',
  '/default/due?finding=old&owner=nobody',
  '/settings/findings',
  '/settings/findings?check=1&days-old=0',
  '/settings/findings?check=1&on=legacy&days-old=90',
  '/default/edgeworkers',
  '/default/deployments',
  '/default/deployments/new?replaces=cart-session-writer',
  '/default/deployments/nobody',
  '/default/bundles?token=cart-reader',
  '/tokens?q=geo&expired=1',
  '/due',
  '/due?view=month',
  '/keys',
  '/api-docs',
  '/people',
  '/people/nobody',
  '/settings/connections',
  '/you',
  '/audit',
  '/settings/notices',
  '/settings/notices?add=webhook',
  '/settings/notices?add=calendar',
  '/audit?entry=1',
  '/audit?q=nothing-like-this',
  '/nowhere/tokens',
  '/default/nowhere',
] as const;

/** The workbench with a bundle that is ready and one that is refused, opened. */
async function examined(page: Page): Promise<void> {
  await page.goto('/default/bundles?token=cart-reader');
  const bundle = makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' });
  await page.getByLabel('Drop .tgz bundles here, paste or choose them').setInputFiles([
    { name: 'shop.tgz', mimeType: 'application/gzip', buffer: bundle },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no bundle') },
  ]);
  await expect(page.getByText('1 ready')).toBeVisible();
  await page.getByText('Changes and checks').click();
  await page.getByLabel(/Set a new version/).check();
  await expect(page.getByRole('textbox', { name: 'New version' })).toBeVisible();
}

const WIDTHS = [360, 768, 1280, 1600] as const;

async function expectFits(page: Page, name: string): Promise<void> {
  const usual = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, `${name} at ${width} px`).toBeLessThanOrEqual(0);
    const narrow = await page.evaluate(narrowCards);
    expect(narrow, `${name} at ${width} px: rows that leave room unused`).toEqual([]);
  }
  if (usual) await page.setViewportSize(usual);
}

/** Tables whose rows are narrower than they. */
function narrowCards(): string[] {
  return [...document.querySelectorAll<HTMLTableElement>('table.cards')].flatMap((table) => {
    const has = table.clientWidth;
    const takes = table.tBodies[0]?.clientWidth ?? 0;
    return takes < has - 1 ? [`${table.caption?.textContent}: ${takes} of ${has} px`] : [];
  });
}

test(`axe finds nothing on any page, light and dark, and none scrolls sideways at ${WIDTHS.join(', ')} px`, async ({
  pageOf,
  allow,
  desk,
}) => {
  test.setTimeout(240_000);
  allow(/status of 4(04|22)/);
  const key = `look-${Date.now()}`;
  await desk.manage(['key', 'create', key, '--role', 'viewer', '--expires', '5']);
  const page = await pageOf('admin');
  await detailsRead(page);
  for (const path of PAGES) {
    await page.goto(path);
    await expectAccessible(page, path);
    await expectFits(page, path);
  }
  await page.goto(`/keys?revoke=${key}`);
  await expectAccessible(page, 'revoke a key');
  await examined(page);
  await expectAccessible(page, 'bundles examined');
  await expectFits(page, 'bundles examined');
  await page.goto('/default/tokens/new?name=look&ns=cart:rwd&ew=all&net=s,p');
  await page.getByRole('button', { name: 'Review and create' }).click();
  await expect(page.getByRole('heading', { name: 'Review' })).toBeVisible();
  await expectAccessible(page, 'review');
});

test('axe finds nothing on the sign-in page, light and dark', async ({ browser, desk, problems }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  watch(page, problems, []);
  await page.goto(`${desk.url}/sign-in`);
  await expectAccessible(page, 'sign-in');
  await page.getByLabel('E-mail').fill('admin@example.com');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('do not match')).toBeVisible();
  await expectAccessible(page, 'sign-in refused');
  await context.close();
});

test('the chosen theme stays, and works without JavaScript', async ({ pageOf }) => {
  const page = await pageOf('viewer', { javaScriptEnabled: false, colorScheme: 'light' });
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await expect(page.getByRole('button', { name: /Theme: (light|dark)/ })).toBeVisible();
  await page.goto('/default/due');
  await expect(page.getByRole('button', { name: /Theme: (light|dark)/ })).toBeVisible();
});

test('motion follows the preference', async ({ pageOf }) => {
  const page = await pageOf('viewer', { reducedMotion: 'reduce' });
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return /[1-9]/.test(transitionDuration) || animationName !== 'none';
      }).length,
  );
  expect(moving).toBe(0);
});

test('[16] every answer carries the security headers, and scripts need the nonce of their page', async ({
  desk,
  pageOf,
}) => {
  const page = await pageOf('viewer');
  const answers = [await page.goto('/default/tokens'), await page.goto(`${desk.url}/sign-in`)];
  const nonces = answers.map((answer) => {
    const headers = answer?.headers() ?? {};
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/script-src 'nonce-[\w+/=-]+' 'strict-dynamic'|script-src 'self' 'nonce-/);
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toMatch(/no-referrer|same-origin/);
    expect(headers['x-powered-by']).toBeUndefined();
    return /'nonce-([^']+)'/.exec(policy)?.[1];
  });
  expect(nonces[0]).not.toBe(nonces[1]);
  const api = await fetch(`${desk.url}/api/v1/tokens`);
  expect(api.headers.get('x-content-type-options')).toBe('nosniff');
});

test('[16] markup that somebody smuggled into a page does not run', async ({ browser, desk }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const blocked: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) blocked.push(message.text());
  });
  await page.route('**/sign-in', async (route) => {
    const response = await route.fetch();
    const smuggled = '<script>window.ran = true</script><img src="data:," onerror="window.ran = true">';
    await route.fulfill({
      response,
      body: (await response.text()).replace('</h1>', `</h1>${smuggled}`),
    });
  });
  await page.goto(`${desk.url}/sign-in`);
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  await expect.poll(() => blocked.length).toBeGreaterThan(0);
  await context.close();
});

test('the loopback names lead to PUBLIC_URL', async ({ browser, desk }) => {
  const page = await browser.newPage();
  await page.goto(`${desk.url.replace('localhost', '127.0.0.1')}/default/due`);
  expect(new URL(page.url()).origin).toBe(desk.url);
  await page.getByLabel('E-mail').fill('viewer@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Due', exact: true })).toBeVisible();
  await page.close();
});

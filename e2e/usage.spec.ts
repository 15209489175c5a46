// Which live versions use which token: scanned, cancelled, filtered and read, by who may and who may only look. On a desk
// of its own, which was never scanned before.
import type { Browser, Page } from 'playwright/test';
import type { Role } from '@/lib/domain/access';
import { expectAccessible } from './accessible';
import { type ContextOptions, type Desk, expect, openDesk, rereadTokens, test, watch } from './fixtures';

test.describe.configure({ mode: 'serial' });

let desk: Desk;
let close: () => Promise<void>;

test.beforeAll(async () => {
  ({ desk, close } = await openDesk('usage', { people: ['viewer', 'releaser', 'admin'] }));
});

test.afterAll(() => close());

type Open = (role: Role, options?: ContextOptions) => Promise<Page>;

/** Pages of this desk; each fails the test on what the shared desk's pages do. */
function opener(browser: Browser, problems: string[]): Open {
  return async (role, options) => {
    const page = await (await desk.signedIn(browser, role, options)).newPage();
    watch(page, problems, []);
    return page;
  };
}

async function scanned(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Scan now' }).click();
  await expect(page.getByText(/^Scanned \d+ s ago$/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Scan now' })).toBeVisible({ timeout: 15_000 });
}

/** Without scans the look of these pages is in look.spec.ts. */
async function expectFitAndAccessible(page: Page): Promise<void> {
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 800 });
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** The row of a token in the table. */
function row(page: Page, name: string) {
  return page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
}

test('without the EdgeWorkers grant a scan says what to do, and nothing is told to be unused', async ({
  browser,
  problems,
}) => {
  const page = await opener(browser, problems)('releaser');
  await page.goto('/default/tokens');
  await expect(page.getByRole('link', { name: 'EdgeWorkers never scanned' })).toBeVisible();
  await expect(row(page, 'qa-scratch').getByTitle('Never scanned')).toBeVisible();
  await page.getByRole('link', { name: 'EdgeWorkers', exact: true }).click();
  await expect(page.getByText('Never scanned')).toBeVisible();
  await expect(page.getByText('A scan reads the live versions of all EdgeWorkers')).toBeVisible();
  await desk.control.change({ grants: { edgekv: true, edgeworkers: false } });
  await page.getByRole('button', { name: 'Scan now' }).click();
  await expect(page.getByText('Give it that grant in Akamai Control Center and scan again.')).toBeVisible();
  await expect(page.getByText('Never scanned')).toBeVisible();
  await page.goto('/default/tokens?usage=unused');
  await expect(page.getByText('No token matches these filters.')).toBeVisible();
  await desk.control.reset();
});

test('a scan that is cancelled keeps what it read, and says what it did not', async ({
  browser,
  problems,
}) => {
  const page = await opener(browser, problems)('releaser');
  await desk.control.fault({ match: { path: '/ids/4110/activations' }, silent: 'before' });
  await page.goto('/default/edgeworkers');
  await page.getByRole('button', { name: 'Scan now' }).click();
  await expect(page.getByText('15 of 16 EdgeWorkers')).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole('progressbar', { name: '15 of 16 EdgeWorkers' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the scan' }).click();
  await expect(page.getByText('It had looked at 15 of 16 EdgeWorkers.')).toBeVisible();
  await page.getByLabel('Show').selectOption('unclear');
  await expect(page).toHaveURL(/show=unclear/);
  await expect(page.getByRole('listitem').filter({ hasText: '4110 search-suggest' })).toContainText(
    'It was not looked at yet.',
  );
  // Any EdgeWorker may use this one.
  await page.goto('/default/tokens/maintenance-switch#used-by');
  const usedBy = page.getByRole('region', { name: 'Used by' });
  await expect(usedBy).toContainText('It may be used: these could not be read in full.');
  await expect(usedBy.getByRole('link', { name: '4110 search-suggest' })).toBeVisible();
});

test('after a scan the table, the token, the file, and the page of EdgeWorkers tell who uses what', async ({
  browser,
  problems,
}) => {
  const open = opener(browser, problems);
  const page = await open('releaser');
  await page.goto('/default/tokens/checkout-rw');
  const usedBy = page.getByRole('region', { name: 'Used by' });
  await scanned(page);
  await expect(usedBy).toContainText('3 EdgeWorkers, 3 on production');
  const use = usedBy.getByRole('listitem').filter({ hasText: '4104 landing-hero' });
  await expect(use).toContainText('namespace-cart in edgekv_tokens.js');
  await expect(use).toContainText('by its reference');
  await expect(use).toContainText(
    'Warning: main.js uses the namespace promo, for which the bundle has no token.',
  );
  await expect(use.getByRole('img', { name: 'staging and production' })).toBeVisible();

  await expectFitAndAccessible(page);

  const viewer = await open('viewer');
  await viewer.goto('/default/tokens/qa-scratch');
  await expect(viewer.getByText('Unused: no live version of any EdgeWorker holds it.')).toBeVisible();
  await expect(viewer.getByText(/^Scanned \d+ s ago$/)).toBeVisible();
  await expect(viewer.getByRole('button', { name: 'Scan now' })).toHaveCount(0);

  await page.goto('/default/tokens');
  await expect(row(page, 'checkout-rw')).toContainText('3, 3 on production');
  await expect(row(page, 'ab-buckets')).toContainText('1, none on production');
  await page.getByRole('link', { name: 'Used by' }).click();
  await expect(page).toHaveURL(/sort=usage/);
  await page.getByLabel('Used by', { exact: true }).selectOption('unused');
  await expect(page).toHaveURL(/usage=unused/);
  await expect(row(page, 'qa-scratch')).toContainText('unused');
  await expect(row(page, 'checkout-rw')).toHaveCount(0);
  const href = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
  const lines = (await (await page.request.get(href ?? '')).text()).trim().split('\r\n');
  expect(lines[0]).toMatch(/,usage,used by EdgeWorkers,on production$/);
  expect(lines.slice(1).every((line) => line.endsWith(',unused,0,0'))).toBe(true);
  expect(lines.length).toBe(await page.getByRole('row').count());

  await page.goto('/default/edgeworkers');
  await page.getByLabel('Search EdgeWorkers').fill('ab-test');
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 of 16 EdgeWorkers')).toBeVisible();
  await page.locator('summary', { hasText: 'of 4109 ab-test 0.4.1' }).click();
  await expect(page.getByText('The entry default lacks the prefix namespace-')).toBeVisible();
  await page.getByRole('link', { name: 'ab-buckets' }).first().click();
  await expect(page.getByRole('heading', { name: 'ab-buckets' })).toBeVisible();
});

test('a token that is revoked while a live version holds it is told as gone', async ({
  browser,
  problems,
}) => {
  const page = await opener(browser, problems)('viewer');
  await desk.control.change({ deleteToken: 'stock-levels' });
  await rereadTokens(page);
  await page.goto('/default/edgeworkers?show=problems');
  await page.locator('summary', { hasText: 'of 4104 landing-hero 0.9.4' }).click();
  await expectFitAndAccessible(page);
  const gone = page.getByRole('region', { name: '1 live version holds tokens that are gone' });
  await expect(gone).toContainText('4102 checkout 5.0.2: stock-levels');
  await gone.getByRole('link', { name: '4102 checkout' }).click();
  await page.locator('summary', { hasText: 'of 4102 checkout 5.0.2' }).click();
  await expect(page.getByText('stock-levels, gone: requests with it get 401')).toBeVisible();
});

test('without JavaScript a scan is begun, followed and cancelled', async ({ browser, problems }) => {
  const page = await opener(browser, problems)('releaser', { javaScriptEnabled: false });
  await desk.control.reset();
  await desk.control.fault({ match: { path: '/ids/4110/activations' }, silent: 'before' });
  await page.goto('/default/edgeworkers');
  await page.getByRole('button', { name: 'Scan now' }).click();
  // The page loads itself again.
  await expect(page.getByText('15 of 16 EdgeWorkers')).toBeVisible({ timeout: 15_000 });
  await page.getByRole('button', { name: 'Cancel the scan' }).click();
  await expect(page.getByText('The last scan was cancelled.')).toBeVisible();
});

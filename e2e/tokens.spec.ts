// The tokens table: everything in one place, narrowed and ordered by the URL, true in every state.
import { detailsRead, expect, openDesk, rereadTokens, test, watch } from './fixtures';

test('all tokens are there with their permissions, networks, EdgeWorkers and next date', async ({
  pageOf,
}) => {
  const page = await pageOf('viewer');
  await detailsRead(page);
  await expect(page.getByRole('row')).toHaveCount(40);
  const row = page.getByRole('row', { name: /loyalty-points/ });
  await expect(row).toContainText('Active');
  await expect(row.getByRole('img', { name: 'production' })).toBeVisible();
  await expect(row).toContainText('loyalty: read, write and delete');
  await expect(row).toContainText('+2 more namespaces');
  await expect(row).toContainText('8 EdgeWorkers');
  await expect(row).toContainText(/refreshes \d+ \w+ \d{4}/);
  await expect(page.getByRole('row', { name: /geo-blocklist/ })).toContainText('JWT');
  await expect(page.getByRole('row', { name: /token1/ })).toContainText('all');
  await expect(page.getByRole('row', { name: /checkout-rw Activation failed/ })).toBeVisible();
});

test('search, filters and order stand in the URL and can be sent as a link', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await detailsRead(page);
  // The key comes with hydration.
  await expect(async () => {
    await page.keyboard.press('/');
    await expect(page.getByRole('searchbox', { name: 'Search tokens' })).toBeFocused({ timeout: 200 });
  }).toPass();
  await page.keyboard.type('geo');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/q=geo/);
  await expect(page.getByRole('row')).toHaveCount(5);
  await page.getByLabel('Permission').selectOption('delete');
  await expect(page).toHaveURL(/perm=d/);
  await expect(page.getByRole('row')).toHaveCount(2);
  const link = page.url();
  await page.goto('/default/tokens');
  await page.goto(link);
  await expect(page.getByRole('row', { name: /geo-router-admin/ })).toBeVisible();
  await page.getByRole('link', { name: /Search geo/ }).click();
  await expect(page).not.toHaveURL(/q=/);
  await page.goto('/default/tokens');
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
  await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.getByRole('row').nth(1)).toContainText('ab-buckets');
});

test('every filter narrows, and expired tokens are shown when asked for', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await detailsRead(page);
  const cases: [search: string, rows: number][] = [
    ['status=expiring', 4],
    ['status=expired', 3],
    ['expired=1', 42],
    ['kind=legacy', 7],
    ['net=staging&kind=legacy', 4],
    ['ns=promo', 5],
    ['ns=cart&perm=d', 1],
    ['ew=4113&kind=legacy', 3],
    ['ns=nothing', 0],
  ];
  for (const [search, rows] of cases) {
    await page.goto(`/default/tokens?${search}`);
    await expect(page.getByRole('rowheader'), search).toHaveCount(rows);
  }
  await expect(page.getByText('No token matches these filters.')).toBeVisible();
  await page.getByRole('link', { name: 'Clear the filters' }).click();
  await expect(page.getByRole('rowheader')).toHaveCount(39);
});

test('the table and its filters work without JavaScript', async ({ pageOf }) => {
  const page = await pageOf('viewer', { javaScriptEnabled: false });
  await page.getByLabel('Search tokens').fill('waf');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('rowheader').filter({ hasText: 'waf-signals-reader' })).toBeVisible();
});

test('a viewer is shown no button that would be refused', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await expect(page.getByRole('link', { name: 'New token' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /Revoke|Refresh/ })).toHaveCount(0);
  const manager = await pageOf('manager');
  await expect(manager.getByRole('link', { name: 'New token' })).toBeVisible();
  await expect(manager.getByRole('link', { name: 'Refresh waf-signals', exact: true })).toBeVisible();
  await expect(manager.getByRole('link', { name: /Revoke/ })).toHaveCount(0);
});

test('an account without tokens says so and offers the first one', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  for (const emptyListAs of [404, 200] as const) {
    await desk.control.change({ empty: true, emptyListAs });
    await rereadTokens(page);
    await expect(page.getByText('This account has no EdgeKV access token yet.')).toBeVisible();
  }
  await expect(page.getByRole('link', { name: 'Create the first one' })).toBeVisible();
});

test('when Akamai is down, the page says so; what is known is shown with its age', async ({
  pageOf,
  desk,
}) => {
  const page = await pageOf('viewer');
  await detailsRead(page);
  await desk.control.fault({
    match: { path: '^/edgekv/v1/tokens' },
    times: 50,
    answer: { status: 500, body: 'broken' },
  });
  await rereadTokens(page);
  await expect(page.getByText('Akamai failed with status 500.')).toBeVisible();
  await expect(page.getByText(/What is shown was read/)).toBeVisible();
  await expect(page.getByRole('rowheader')).toHaveCount(39);
  await expect(page.getByText('no EdgeKV access token yet')).toHaveCount(0);
});

test('a missing grant and a wrong clock are named', async ({ pageOf, desk }) => {
  const page = await pageOf('viewer');
  await desk.control.change({ grants: { edgekv: false, edgeworkers: true } });
  await rereadTokens(page);
  await expect(page.getByText('The API client lacks a grant for this call.')).toBeVisible();
  await desk.control.change({ grants: { edgekv: true, edgeworkers: true }, clockSkewMs: -300_000 });
  await rereadTokens(page);
  await expect(page.getByText("This server's clock is wrong.")).toBeVisible();
  await expect(page.getByText(/It is (299|300|301) seconds ahead of Akamai's/)).toBeVisible();
});

test('without credentials the page says what is missing', async ({ browser, problems }) => {
  const { desk, close } = await openDesk('no-credentials', {
    people: ['admin'],
    env: { EDGERC: '/nonexistent/edgerc' },
  });
  try {
    const context = await browser.newContext({ baseURL: desk.url });
    const page = await context.newPage();
    watch(page, problems, []);
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill('admin@example.com');
    await page.getByLabel('Password').fill('a password for tests only');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('This server has no .edgerc.')).toBeVisible();
    await context.close();
  } finally {
    await close();
  }
});

test('the table as CSV holds all matching tokens', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await detailsRead(page);
  await page.goto('/default/tokens?kind=legacy');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV' }).click();
  const stream = await (await download).createReadStream();
  const text = (await stream.toArray()).join('');
  expect(text.split('\r\n').filter(Boolean)).toHaveLength(8);
  expect(text).toContain('legacy-promo');
  expect(text).toContain('promo+r');
});

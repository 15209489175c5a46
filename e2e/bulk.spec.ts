// Many tokens at once: selected by keyboard, refreshed in a run that is left and found again, given an owner, exported;
// and all of it without JavaScript.
import { readFileSync } from 'node:fs';
import { expectAccessible } from './accessible';
import { type Desk, expect, rereadTokens, test } from './fixtures';

/** How often a refresh of each token was sent. */
async function posts(desk: Desk): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { method, target } of await desk.control.journal()) {
    const name = method === 'POST' ? /\/tokens\/([^/]+)\/refresh/.exec(target)?.[1] : undefined;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const once = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`service-${String(index + 1).padStart(4, '0')}`, 1]),
  );

test('rows are selected by keyboard, and a run is left and found again', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await desk.control.change({ addTokens: 16 });
  await rereadTokens(page);
  await page.goto('/default/tokens?q=service-&sort=name');
  const first = page.getByRole('checkbox', { name: 'Select service-0001' });
  await first.focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('1 selected')).toBeVisible();
  // The bar stays in sight; what has the focus is not under it.
  for (let row = 2; row <= 14; row += 1)
    await page.getByRole('checkbox', { name: `Select service-${String(row).padStart(4, '0')}` }).focus();
  const focused = page.locator(':focus');
  const [bar, box] = [await page.locator('.selection-bar').boundingBox(), await focused.boundingBox()];
  expect(box && bar && box.y + box.height <= bar.y).toBe(true);
  expect(bar && bar.y + bar.height <= (page.viewportSize()?.height ?? 0) + 1).toBe(true);
  await page.getByRole('checkbox', { name: 'Select all rows of this page' }).press('Space');
  await expect(page.getByText('16 selected')).toBeVisible();
  await expectAccessible(page);
  await desk.control.clearJournal();
  // One of them takes long enough that the run can be left before it has ended.
  await desk.control.fault({ match: { method: 'POST', path: '/service-0016/refresh' }, delayMs: 8_000 });
  await page.getByRole('button', { name: 'Refresh…' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Refresh 16 tokens' })).toBeVisible();
  await page.getByRole('button', { name: 'Refresh 16 tokens' }).press('Enter');
  await page.waitForURL(/\/default\/runs\/[\w-]+$/);
  const run = page.url();
  await expect(page.getByRole('progressbar')).toBeVisible();
  await expect(page.getByRole('row', { name: /service-0001 refreshed/ })).toBeVisible();
  // Left in the middle; the table and the token lead back.
  await page.goto('/default/tokens');
  await expect(page.getByText(/\d+ of 16 tokens are still to be refreshed/)).toBeVisible();
  await page.getByRole('link', { name: 'See how far the run is' }).click();
  await expect(page).toHaveURL(run);
  await expect(page.getByText(': 16 refreshed', { exact: true })).toBeVisible({ timeout: 20_000 });
  expect(await posts(desk)).toEqual(once(16));
  await page.goto('/default/runs');
  await expect(page.getByRole('listitem').filter({ hasText: '16 tokens' }).first()).toContainText('by you');
  const viewer = await pageOf('viewer');
  await viewer.goto(run);
  await expect(viewer.getByText(/by somebody else/)).toBeVisible();
  await viewer.goto('/default/tokens');
  await expect(viewer.getByRole('checkbox', { name: /^Select / })).toHaveCount(0);
});

test('a refused token is told in its row and retried; a run is cancelled', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await desk.control.change({ addTokens: 40 });
  await rereadTokens(page);
  await desk.control.clearJournal();
  const headers = { 'content-type': 'application/problem+json' };
  const body = JSON.stringify({
    title: 'Bad Request',
    detail: 'Not now.',
    status: 400,
    errorCode: 'EKV_3000',
  });
  await desk.control.fault({
    match: { method: 'POST', path: '/service-0002/refresh' },
    answer: { status: 400, headers, body },
  });
  await page.goto('/default/selected?t=service-0001&t=service-0002&t=legacy-promo&t=gone&job=refresh');
  await expect(page.getByRole('heading', { name: 'Refresh 2 tokens' })).toBeVisible();
  await expect(page.getByText('Legacy tokens: Akamai is not known to refresh them.')).toBeVisible();
  await expect(page.getByText('No token has this name any more.')).toBeVisible();
  await page.getByRole('button', { name: 'Refresh 2 tokens' }).click();
  await expect(page.getByRole('row', { name: /service-0002 failed.*Not now/ })).toBeVisible();
  await page.getByRole('button', { name: 'Retry the 1 failed' }).click();
  await expect(page.getByRole('heading', { name: 'Refresh of 1 token' })).toBeVisible();
  await expect(page.getByRole('row', { name: /service-0002 refreshed/ })).toBeVisible();
  expect(await posts(desk)).toEqual({ 'service-0001': 1, 'service-0002': 2 });

  await page.goto('/default/selected?all=1&q=service-&job=refresh');
  await page.getByRole('button', { name: 'Refresh 40 tokens' }).click();
  await expect(page.getByRole('row', { name: /refreshed/ }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the run' }).click();
  await expect(page.getByText(/It was cancelled .* by you/)).toBeVisible();
  await expect(page.getByRole('button', { name: /Refresh the \d+ that were cancelled/ })).toBeVisible();
  await expectAccessible(page);
});

test('owner, review and export of the selected ones', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await desk.control.change({ addTokens: 3 });
  await rereadTokens(page);
  await page.goto('/default/tokens?q=service-');
  for (const name of ['service-0001', 'service-0003'])
    await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => line.split(',')[0]).sort()).toEqual(['name', 'service-0001', 'service-0003']);
  await page.getByRole('button', { name: 'Owner…' }).click();
  await page.getByLabel('Owner', { exact: true }).fill('Team Bulk');
  await page.getByRole('button', { name: 'Set the owner of 2 tokens' }).click();
  await expect(page.getByText('The owner of 2 tokens was set.')).toBeVisible();
  await page.getByRole('link', { name: 'Review by' }).click();
  await page.getByLabel('Review by').fill('2027-03-31');
  await page.getByRole('button', { name: 'Set the day of review of 2 tokens' }).click();
  await expect(page.getByText('The day of review of 2 tokens was set.')).toBeVisible();
  await page.goto('/default/tokens?owner=Team+Bulk');
  await expect(page.getByText('2 shown')).toBeVisible();
  await page.goto('/default/tokens/service-0003');
  await expect(page.getByText('31 Mar 2027')).toBeVisible();
});

test('all of it works without JavaScript', async ({ pageOf, desk }) => {
  await desk.control.reset();
  await desk.control.change({ addTokens: 6 });
  const page = await pageOf('manager', { javaScriptEnabled: false });
  await page.goto('/default/tokens?q=service-');
  // The fixture has put the account back as it is seeded.
  await desk.control.change({ addTokens: 6 });
  await page.getByRole('button', { name: 'Read again from Akamai' }).click();
  await page.goto('/default/tokens?q=service-');
  for (const name of ['service-0004', 'service-0005'])
    await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  await desk.control.clearJournal();
  await page.getByRole('button', { name: 'Refresh…' }).click();
  await page.getByRole('button', { name: 'Refresh 2 tokens' }).click();
  await page.waitForURL(/\/default\/runs\/[\w-]+$/);
  // The page loads itself again while the run goes on.
  await expect(page.getByText(': 2 refreshed', { exact: true })).toBeVisible({ timeout: 15_000 });
  expect(await posts(desk)).toEqual({ 'service-0004': 1, 'service-0005': 1 });
  await page.goto('/default/selected?t=service-0004&t=service-0006&job=owner');
  await page.getByLabel('Owner', { exact: true }).fill('Team Plain');
  await page.getByRole('button', { name: 'Set the owner of 2 tokens' }).click();
  await expect(page.getByText('The owner of 2 tokens was set.')).toBeVisible();
});

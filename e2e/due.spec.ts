// The Due page: every token by its next date.
import { detailsRead, expect, test } from './fixtures';

test('every token is in one window, with what is stuck on top', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await detailsRead(page);
  await page.goto('/default/due');
  const stuck = page.getByRole('region', { name: /Activation failed or stuck/ });
  await expect(stuck.getByRole('rowheader')).toHaveText(['checkout-rw']);
  const overdue = page.getByRole('region', { name: /Overdue/ });
  await expect(overdue.getByRole('rowheader', { name: 'spring-sale-2026' })).toBeVisible();
  await expect(overdue.getByRole('row', { name: /catalog-preview/ })).toContainText('refresh overdue');
  await expect(
    page.getByRole('region', { name: /7 days/ }).getByRole('row', { name: /geo-blocklist/ }),
  ).toContainText('expires');
  // All 42 tokens in the windows, and the stuck one a second time.
  await expect(page.getByRole('rowheader')).toHaveCount(43);
  await page.getByRole('link', { name: 'geo-blocklist' }).click();
  await expect(page.getByRole('heading', { name: 'geo-blocklist' })).toBeVisible();
});

test('the CSV has every token with its window', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await detailsRead(page);
  await page.goto('/default/due');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV' }).click();
  const text = (await (await (await download).createReadStream()).toArray()).join('');
  const lines = text.split('\r\n').filter(Boolean);
  expect(lines).toHaveLength(43);
  expect(lines.find((line) => line.includes('geo-blocklist'))).toContain('7');
});

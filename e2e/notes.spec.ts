// What people know of a token besides Akamai: written, found again, and kept for a successor only if somebody says so.
import { expect, test } from './fixtures';

test('a manager notes owner, ticket and review, and the table finds them', async ({ pageOf }) => {
  const page = await pageOf('manager');
  await page.goto('/default/tokens/redirects-reader');
  await page.getByRole('link', { name: 'Edit what is known here' }).click();
  await page.getByLabel('Owner').fill('Team Redirects');
  await page.getByLabel('Ticket').fill('javascript:alert(1)');
  await page.getByLabel('Tags').fill('legacy-site, seo');
  await page.getByLabel('Review by').fill('2027-03-31');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Give an address that begins with')).toBeVisible();
  await page.getByLabel('Ticket').fill('https://tickets.example.com/EDGE-12');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('It was noted.')).toBeVisible();
  await expect(page.getByText('31 Mar 2027')).toBeVisible();
  await expect(page.getByRole('link', { name: 'https://tickets.example.com/EDGE-12' })).toBeVisible();
  await page.goto('/default/tokens?q=seo');
  await expect(page.getByRole('row', { name: /redirects-reader.*Team Redirects/ })).toBeVisible();
  await page.getByLabel('Owner', { exact: true }).selectOption('Team Redirects');
  await expect(page).toHaveURL(/owner=Team/);
  await expect(page.getByText('1 shown')).toBeVisible();
  const viewer = await pageOf('viewer');
  await viewer.goto('/default/tokens/redirects-reader');
  await expect(viewer.getByText('Team Redirects')).toBeVisible();
  await expect(viewer.getByRole('link', { name: 'Edit what is known here' })).toHaveCount(0);
});

test('a token that is made again has no owner until somebody keeps the earlier one', async ({
  pageOf,
  desk,
}) => {
  const page = await pageOf('admin');
  const key = await desk.manage(['key', 'create', `again-${Date.now()}`, '--role', 'admin']);
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  const request = {
    name: 'made-again',
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r'] },
    restrictToEdgeWorkerIds: ['4101'],
  };
  const create = () =>
    fetch(`${desk.url}/api/v1/tokens`, { method: 'POST', headers, body: JSON.stringify(request) });
  expect((await create()).ok).toBe(true);
  await page.goto('/default/tokens/made-again?act=note');
  await page.getByLabel('Owner').fill('C. Dor');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('It was noted.')).toBeVisible();
  await fetch(`${desk.url}/api/v1/tokens/made-again`, { method: 'DELETE', headers });
  expect((await create()).ok).toBe(true);
  await page.goto('/default/tokens?q=made-again');
  await expect(page.getByRole('row', { name: /made-again/ })).not.toContainText('C. Dor');
  await page.goto('/default/tokens/made-again');
  await expect(page.getByText('An earlier token of this name had:')).toBeVisible();
  await page.getByRole('button', { name: 'Keep it for this one' }).click();
  await expect(page.getByText('It was noted.')).toBeVisible();
  await expect(page.getByText('An earlier token of this name had:')).toHaveCount(0);
  await expect(page.getByText('C. Dor')).toBeVisible();
});

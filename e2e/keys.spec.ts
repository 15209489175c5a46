// Keys in the browser: made and shown once, used by a machine, revoked and dead at once.
import type { Page } from 'playwright/test';
import { type Desk, expect, test } from './fixtures';

async function statusOf(desk: Desk, key: string): Promise<number> {
  const headers = { Authorization: `Bearer ${key}` };
  return (await fetch(`${desk.url}/api/v1/tokens`, { headers })).status;
}

async function makeKey(page: Page, name: string): Promise<string> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByLabel('Only these namespaces').fill('cart');
  await page.getByLabel('Staging network only').check();
  await page.getByLabel('Ends after').selectOption('30');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText(`Copy the key ${name} now.`)).toBeVisible();
  return (await page.getByRole('status').locator('code').textContent()) ?? '';
}

test('[85] a key is made, shown once, works, and is dead when it is revoked', async ({ pageOf, desk }) => {
  const name = `ci-${Date.now()}`;
  const page = await pageOf('admin');
  await page.getByRole('link', { name: 'Keys' }).click();
  const key = await makeKey(page, name);
  expect(key).toMatch(/^etd_/);
  const row = page.getByRole('row', { name: new RegExp(name) });
  await expect(row).toContainText(`${key.slice(0, 8)}…`);
  await expect(row).toContainText('cart; staging only');
  await expect(row).toContainText('admin@example.com');
  await expect(row).toContainText('never used');
  expect(await statusOf(desk, key)).toBe(200);
  await page.reload();
  await expect(row).toContainText('last used');
  expect(await page.content()).not.toContain(key.slice(8));

  await page.getByRole('link', { name: `Revoke ${name}` }).click();
  await expect(page.getByRole('alertdialog')).toContainText(`Revoke the key ${name}?`);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  expect(await statusOf(desk, key)).toBe(200);
  await page.getByRole('link', { name: `Revoke ${name}` }).click();
  await page.getByRole('button', { name: 'Revoke the key' }).click();
  await expect(page.getByText('The key was revoked.')).toBeVisible();
  expect(await statusOf(desk, key)).toBe(401);
  await expect(row).toContainText('revoked');
  await expect(page.getByRole('link', { name: `Revoke ${name}` })).toHaveCount(0);
});

test('a refused key keeps what was typed', async ({ pageOf }) => {
  const page = await pageOf('admin');
  await page.goto('/keys');
  await page.getByLabel('Name', { exact: true }).fill('no key name');
  await page.getByLabel('Role', { exact: true }).selectOption('manager');
  await page.getByLabel('Ends after').selectOption('365');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('The key could not be made.')).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('no key name');
  await expect(page.getByLabel('Role', { exact: true })).toHaveValue('manager');
  await expect(page.getByLabel('Ends after')).toHaveValue('365');
});

test('[85] keys are made and revoked without JavaScript', async ({ desk, browser }) => {
  const name = `plain-${Date.now()}`;
  const context = await desk.signedIn(browser, 'admin', { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/keys');
  const key = await makeKey(page, name);
  expect(await statusOf(desk, key)).toBe(200);
  await page.goto('/keys');
  await page.getByRole('link', { name: `Revoke ${name}` }).click();
  await page.getByRole('button', { name: 'Revoke the key' }).click();
  await expect(page.getByText('The key was revoked.')).toBeVisible();
  expect(await statusOf(desk, key)).toBe(401);
  await context.close();
});

test('a viewer sees no link to the keys, and is refused the page', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await expect(page.getByRole('link', { name: 'Keys' })).toHaveCount(0);
  await page.goto('/keys');
  await expect(page.getByText('You may not do that.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Make a key' })).toHaveCount(0);
});

test('[85] the operator makes keys that end and are limited', async ({ desk, pageOf }) => {
  const name = `shell-${Date.now()}`;
  const limits = ['--expires', '7', '--namespaces', 'cart,promo', '--staging'];
  const key = await desk.manage(['key', 'create', name, '--role', 'viewer', ...limits]);
  expect(await statusOf(desk, key)).toBe(200);
  expect(await desk.manage(['key', 'list'])).toMatch(
    new RegExp(`${name}\tviewer.*cart, promo; staging only`),
  );
  const page = await pageOf('admin');
  await page.goto('/keys');
  const row = page.getByRole('row', { name: new RegExp(name) });
  await expect(row).toContainText('expires in 7 days');
  await expect(row).toContainText('the operator');
});

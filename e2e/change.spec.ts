// Refresh and revoke, from the table and from the page.
import { expect, openDesk, test, watch } from './fixtures';

test('a refresh is started from the table and followed until it is complete', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await page.getByRole('link', { name: 'Refresh waf-signals', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByText('The refresh was started.')).toBeVisible();
  await expect(page.getByText('Akamai is activating this token.')).toBeVisible();
  await expect(page.getByText('Akamai is activating this token.')).toHaveCount(0, { timeout: 30_000 });
  const sent = (await desk.control.journal()).filter(({ method }) => method === 'POST');
  expect(sent.map(({ target }) => target)).toEqual(['/edgekv/v1/tokens/waf-signals/refresh']);
});

test('the dialog begins on the safe choice, and Escape keeps the token', async ({ pageOf, desk }) => {
  const page = await pageOf('admin');
  await page.goto('/default/tokens/qa-scratch?act=revoke');
  await expect(page.getByRole('link', { name: 'Keep token' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  expect((await desk.control.journal()).filter(({ method }) => method === 'DELETE')).toHaveLength(0);
});

test('revoking tells what it breaks and wants the name typed', async ({ pageOf, desk }) => {
  const page = await pageOf('admin');
  await page.goto('/default/tokens/cart-session-writer');
  await page.getByRole('link', { name: 'Revoke…' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('This cannot be undone.');
  await expect(dialog).toContainText('4101 cart-api, 4102 checkout, 4105 mini-cart');
  await dialog.getByLabel('Type cart-session-writer to confirm').fill('cart-session');
  await dialog.getByRole('button', { name: 'Revoke cart-session-writer' }).click();
  await expect(dialog.getByText('Nothing was revoked.').first()).toBeVisible();
  await dialog.getByLabel('Type cart-session-writer to confirm').fill('cart-session-writer');
  await dialog.getByRole('button', { name: 'Revoke cart-session-writer' }).click();
  await expect(page.getByText('cart-session-writer was revoked.')).toBeVisible();
  await expect(page.getByRole('rowheader', { name: 'cart-session-writer' })).toHaveCount(0);
  expect((await desk.control.journal()).filter(({ method }) => method === 'DELETE')).toHaveLength(1);
});

test('refresh and revoke work without JavaScript', async ({ pageOf }) => {
  const page = await pageOf('admin', { javaScriptEnabled: false });
  await page.goto('/default/tokens/store-locator?act=refresh');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByText('The refresh was started.')).toBeVisible();
  await page.goto('/default/tokens/search-hints?act=revoke');
  await page.getByLabel('Type search-hints to confirm').fill('search-hints');
  await page.getByRole('button', { name: 'Revoke search-hints' }).click();
  await expect(page.getByText('search-hints was revoked.')).toBeVisible();
});

test('[37] a lost answer to a revoke is settled by looking the token up', async ({ pageOf, desk }) => {
  const page = await pageOf('admin');
  await desk.control.fault({ match: { method: 'DELETE' }, drop: 'after' });
  await page.goto('/default/tokens/stock-levels?act=revoke');
  await page.getByLabel('Type stock-levels to confirm').fill('stock-levels');
  await page.getByRole('button', { name: 'Revoke stock-levels' }).click();
  await expect(page.getByText('stock-levels was revoked.', { exact: true })).toBeVisible({ timeout: 20_000 });
  expect((await desk.control.journal()).filter(({ method }) => method === 'DELETE')).toHaveLength(1);
});

test('[34] a doubtful revoke is shown, outlives a killed server, and is found out in the end', async ({
  browser,
  problems,
}) => {
  const { desk, close } = await openDesk('doubt', { people: ['admin'], env: { SETTLE_SECONDS: '600' } });
  try {
    const context = await desk.signedIn(browser, 'admin');
    const page = await context.newPage();
    watch(page, problems, []);
    await desk.control.fault({ match: { method: 'DELETE' }, drop: 'before' });
    await page.goto('/default/tokens/stock-levels?act=revoke');
    await page.getByLabel('Type stock-levels to confirm').fill('stock-levels');
    await page.getByRole('button', { name: 'Revoke stock-levels' }).click();
    await expect(page.getByText('It is not known yet whether stock-levels was revoked.')).toBeVisible();
    await page.goto('/default/tokens');
    const row = page.getByRole('row', { name: /(^| )stock-levels Active being looked up/ });
    await expect(row).toBeVisible();
    await page.goto('about:blank');
    await desk.restart();
    await page.goto('/default/tokens');
    await expect(row).toBeVisible();
    // Akamai works it off after all.
    await desk.control.change({ deleteToken: 'stock-levels' });
    await page.goto('/default/tokens/stock-levels');
    await expect(page.getByText('stock-levels was revoked.', { exact: true })).toBeVisible({
      timeout: 20_000,
    });
    await page.goto('/audit?action=token.revoke');
    await expect(page.getByRole('row', { name: /Revoke token.* stock-levels .*ok/ })).toBeVisible();
    expect((await desk.control.journal()).filter(({ method }) => method === 'DELETE')).toHaveLength(1);
    await context.close();
  } finally {
    await close();
  }
});

test('an expired token can be revoked', async ({ pageOf }) => {
  const page = await pageOf('admin');
  await page.goto('/default/tokens/spring-sale-2026?act=revoke');
  await page.getByLabel('Type spring-sale-2026 to confirm').fill('spring-sale-2026');
  await page.getByRole('button', { name: 'Revoke spring-sale-2026' }).click();
  await expect(page.getByText('spring-sale-2026 was revoked.')).toBeVisible();
});

test('who did what with which result is on record', async ({ pageOf, desk }) => {
  const page = await pageOf('admin');
  await page.goto('/default/tokens/consent-state?act=revoke');
  await page.getByLabel('Type consent-state to confirm').fill('consent-state');
  await page.getByRole('button', { name: 'Revoke consent-state' }).click();
  await expect(page.getByText('consent-state was revoked.')).toBeVisible();
  expect(await desk.manage(['audit', 'verify'])).toMatch(/The audit is whole: \d+ entries/);
});

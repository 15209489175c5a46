// One token's page: all that Akamai knows of it, and its entry for a bundle, without showing a secret.
import { expect, test } from './fixtures';

test('the page tells everything that Akamai knows of a token', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await page.goto('/default/tokens/loyalty-points');
  await expect(page.getByRole('heading', { name: 'loyalty-points', level: 1 })).toBeVisible();
  for (const text of ['Auto-refresh', '1377366', '4101', 'cart-api', 'It does not expire.']) {
    await expect(page.getByText(text).first(), text).toBeVisible();
  }
  await expect(page.getByText(/^\S*[0-9a-f]{8}-[0-9a-f]{4}/).first()).toBeVisible();
  const cart = page.getByRole('row', { name: /^cart/ });
  await expect(cart).toContainText('read and write');
  await expect(cart.getByRole('img', { name: 'staging and production' })).toBeVisible();
  for (const label of ['Created', 'Refreshed', 'Today', 'Next scheduled refresh']) {
    await expect(page.getByRole('listitem').filter({ hasText: label }).first()).toBeVisible();
  }
  await expect(page.getByText('"namespace-loyalty"')).toBeVisible();
  await expect(page.getByText('akamai edgekv download token loyalty-points')).toBeVisible();
});

test('a copy button copies the reference', async ({ pageOf }) => {
  const page = await pageOf('viewer', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto('/default/tokens/cart-reader');
  const facts = page.locator('dl');
  const uuid = await facts.locator('code').first().textContent();
  await facts.getByRole('button', { name: 'Copy' }).first().click();
  await expect(facts.getByText('Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(uuid);
});

test('the value of a legacy token is not shown; the downloaded file has it', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  await page.goto('/default/tokens/geo-blocklist');
  await expect(page.getByText('The value is a secret and is not shown')).toBeVisible();
  expect(await page.content()).not.toContain('eyJ');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download edgekv_tokens.js' }).click();
  expect((await download).suggestedFilename()).toBe('edgekv_tokens.js');
  const text = await textOf(await download);
  expect(text).toContain('"namespace-geo"');
  expect(text).toMatch(/"value"\s*:\s*"eyJ/);
});

test('an uploaded tokens file is updated and keeps everything else', async ({ pageOf }) => {
  const page = await pageOf('releaser', { acceptDownloads: true });
  const mine = [
    '// our tokens, reviewed every spring',
    'const edgekv_access_tokens = {',
    "  'namespace-legal': { name: 'legal-reader', reference: '0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11' }, // keep",
    '};',
    'export { edgekv_access_tokens };',
    '',
  ].join('\r\n');
  await page.goto('/default/tokens/cart-reader');
  await page.getByLabel('Put it into your own edgekv_tokens.js').setInputFiles({
    name: 'edgekv_tokens.js',
    mimeType: 'text/javascript',
    buffer: Buffer.from(mine),
  });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download edgekv_tokens.js' }).click();
  const text = await textOf(await download);
  for (const line of mine.split('\r\n').slice(0, 2)) expect(text).toContain(`${line}\r\n`);
  expect(text).toContain('// keep');
  expect(text).toContain('namespace-cart');
  expect(text.replaceAll('\r\n', '')).not.toContain('\n');
});

test('a tokens file that cannot be read is refused with line and column', async ({ pageOf, allow }) => {
  allow(/status of 422/);
  const page = await pageOf('releaser');
  await page.goto('/default/tokens/cart-reader');
  await page.getByLabel('Put it into your own edgekv_tokens.js').setInputFiles({
    name: 'edgekv_tokens.js',
    mimeType: 'text/javascript',
    buffer: Buffer.from('var edgekv_access_tokens = {\n  [key]: {}\n};\nexport { edgekv_access_tokens };\n'),
  });
  await page.getByRole('button', { name: 'Download edgekv_tokens.js' }).click();
  await expect(page.getByText(/line 2, column 3/)).toBeVisible();
});

test('an expired token is shown as the list has it', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await page.goto('/default/tokens/old-login-hints');
  await expect(page.getByText('Expired', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('The token old-login-hints has expired.')).toBeVisible();
});

test('a token that does not exist says so', async ({ pageOf }) => {
  const page = await pageOf('viewer');
  await page.goto('/default/tokens/nobody-made-this');
  await expect(page.getByText('There is no token nobody-made-this.')).toBeVisible();
});

async function textOf(download: import('playwright/test').Download): Promise<string> {
  return (await (await download.createReadStream()).toArray()).join('');
}

// Patching a bundle in the browser and by key; what comes out is read back by GNU tar.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { makeBundle } from '@/simulator/bundle';
import { expect, test } from './fixtures';

const hasGnuTar = /GNU tar/.test(spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '');

function bundle(options: { tokensFile?: string } = {}): Buffer {
  return options.tokensFile === undefined
    ? makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' })
    : withTokensFile(options.tokensFile);
}

/** A bundle made by GNU tar, as release engineers make theirs. */
function withTokensFile(text: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'token-desk-bundle-'));
  try {
    writeFileSync(join(folder, 'main.js'), 'export function onClientRequest() {}\n');
    writeFileSync(join(folder, 'bundle.json'), '{ "edgeworker-version": "1.0.0" }\n');
    writeFileSync(join(folder, 'edgekv_tokens.js'), text);
    return execFileSync('tar', ['-czf', '-', 'main.js', 'bundle.json', 'edgekv_tokens.js'], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readFile(tgz: Buffer, path: string): string {
  return execFileSync('tar', ['-xzOf', '-', path], { input: tgz, encoding: 'utf8' });
}

async function bytesOf(download: import('playwright/test').Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

test('two tokens are put into a bundle and everything else stays', async ({ pageOf, allow }) => {
  allow(/status of 409/);
  test.skip(!hasGnuTar, 'GNU tar is not installed');
  const page = await pageOf('releaser');
  const before = bundle();
  await page.goto('/default/bundles?token=cart-reader');
  await page.getByPlaceholder('Find a token').fill('loyalty-points');
  await page.getByRole('checkbox', { name: 'loyalty-points' }).check();
  await page.getByLabel('Drop a .tgz here or choose it').setInputFiles({
    name: 'shop-1.4.2.tgz',
    mimeType: 'application/gzip',
    buffer: before,
  });
  // Both may be used for cart: that is a conflict, and nothing is patched.
  await page.getByRole('button', { name: 'Patch and download' }).click();
  await expect(page.getByText('cart-reader and loyalty-points both hold the namespace cart.')).toBeVisible();
  await page.getByPlaceholder('Find a token').fill('');
  await page.getByRole('checkbox', { name: 'cart-reader', exact: true }).uncheck();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Patch and download' }).click();
  const after = await bytesOf(await download);
  expect((await download).suggestedFilename()).toBe('shop-1.4.2.tgz');
  await expect(page.getByText('was patched, verified and saved')).toBeVisible();
  await expect(page.getByText('add namespace-loyalty')).toBeVisible();
  await expect(page.getByText(createHash('sha256').update(after).digest('hex'))).toBeVisible();
  for (const path of ['main.js', 'bundle.json', 'edgekv.js']) {
    expect(readFile(after, path)).toBe(readFile(before, path));
  }
  const text = readFile(after, 'edgekv_tokens.js');
  for (const namespace of ['loyalty', 'cart', 'default', 'promo']) {
    expect(text).toContain(`"namespace-${namespace}"`);
  }
});

test('an entry of another token is replaced only when that is wanted', async ({ pageOf, allow }) => {
  test.skip(!hasGnuTar, 'GNU tar is not installed');
  allow(/status of 409/);
  const page = await pageOf('releaser');
  const theirs =
    'var edgekv_access_tokens = {\n  "namespace-waf": { "name": "old", "reference": "0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11" }\n}\nexport { edgekv_access_tokens };\n';
  await page.goto('/default/bundles?token=waf-signals');
  await page.getByLabel('Drop a .tgz here or choose it').setInputFiles({
    name: 'waf.tgz',
    mimeType: 'application/gzip',
    buffer: bundle({ tokensFile: theirs }),
  });
  await page.getByRole('button', { name: 'Patch and download' }).click();
  await expect(page.getByText('namespace-waf').first()).toBeVisible();
  await page.getByLabel('Replace entries that other tokens hold').check();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Patch and download' }).click();
  const text = readFile(await bytesOf(await download), 'edgekv_tokens.js');
  expect(text).toContain('"waf-signals"');
  expect(text).not.toContain('"old"');
});

test('what is no bundle is refused with a sentence, and no file comes', async ({ pageOf, allow }) => {
  allow(/status of 4(13|22)/);
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  const zip = Buffer.concat([Buffer.from('PK\x03\x04'), deflateRawSync(Buffer.from('not a tar'))]);
  const cases: [name: string, buffer: Buffer, words: RegExp][] = [
    ['bundle.zip', zip, /zip/i],
    ['empty.tgz', Buffer.alloc(0), /empty/i],
    ['notes.txt', Buffer.from('hello'), /gzip/i],
    ['half.tgz', bundle().subarray(0, 900), /cut|damaged|incomplete|end/i],
  ];
  for (const [name, buffer, words] of cases) {
    await page
      .getByLabel('Drop a .tgz here or choose it')
      .setInputFiles({ name, mimeType: 'application/gzip', buffer });
    await page.getByRole('button', { name: 'Patch and download' }).click();
    await expect(page.getByRole('alert').filter({ hasText: words }), name).toBeVisible();
  }
});

test('patching works without JavaScript', async ({ pageOf }) => {
  test.skip(!hasGnuTar, 'GNU tar is not installed');
  const page = await pageOf('releaser', { javaScriptEnabled: false });
  await page.goto('/default/bundles');
  await page.getByRole('checkbox', { name: 'geo-blocklist' }).check();
  await page.getByLabel('Drop a .tgz here or choose it').setInputFiles({
    name: 'geo.tgz',
    mimeType: 'application/gzip',
    buffer: bundle(),
  });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Patch and download' }).click();
  expect(readFile(await bytesOf(await download), 'edgekv_tokens.js')).toMatch(/"value"\s*:\s*"eyJ/);
});

test('a file dropped on the page is taken', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  const data = await page.evaluateHandle(
    (bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.tgz', { type: 'application/gzip' }));
      return transfer;
    },
    [...bundle()],
  );
  await page.getByText('Drop a .tgz here or choose it').dispatchEvent('drop', { dataTransfer: data });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Patch and download' }).click();
  expect((await download).suggestedFilename()).toBe('dropped.tgz');
});

test('a pipeline does every token job with a key', async ({ desk, pageOf }) => {
  await pageOf('viewer');
  const key = await desk.manage(['key', 'create', `ci-${Date.now()}`, '--role', 'admin']);
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${desk.url}/api/v1${path}`, {
      ...init,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(typeof init.body === 'string' ? { 'Content-Type': 'application/json' } : {}),
        ...(init.headers ?? {}),
      },
    });
  const json = async (response: Response) => (await response.json()) as Record<string, unknown>;
  const asked = {
    name: 'by-key',
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r'] },
    restrictToEdgeWorkerIds: ['4101'],
  };
  const created = await call('/tokens', { method: 'POST', body: JSON.stringify(asked) });
  expect(created.status).toBe(201);
  expect(await json(created)).toMatchObject({ name: 'by-key', differences: [] });
  expect((await call('/tokens', { method: 'POST', body: JSON.stringify(asked) })).status).toBe(409);
  const wrong = await call('/tokens', {
    method: 'POST',
    body: JSON.stringify({ ...asked, restrictToEwids: [1] }),
  });
  expect(wrong.status).toBe(422);
  expect(wrong.headers.get('content-type')).toBe('application/problem+json');
  const listed = await json(await call('/tokens?includeExpired=true'));
  expect(listed.tokens).toHaveLength(43);
  expect(await json(await call('/tokens/by-key'))).toMatchObject({ name: 'by-key' });
  const before = bundle();
  const patched = await call('/bundles/patch?token=by-key', {
    method: 'POST',
    body: new Uint8Array(before),
    headers: { 'Content-Type': 'application/gzip' },
  });
  expect(patched.status).toBe(200);
  const after = Buffer.from(await patched.arrayBuffer());
  const digest = createHash('sha256').update(after).digest('base64');
  expect(patched.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`);
  expect(patched.headers.get('bundle-changes')).toBe('add namespace-cart');
  const again = await call('/bundles/patch?token=by-key', { method: 'POST', body: new Uint8Array(before) });
  expect(Buffer.from(await again.arrayBuffer()).equals(after)).toBe(true);
  const form = new FormData();
  form.set('bundle', new Blob([new Uint8Array(after)]), 'shop.tgz');
  const inspected = await json(await call('/bundles/inspect', { method: 'POST', body: form }));
  expect(JSON.stringify(inspected)).toContain('by-key');
  const file = await call('/tokens/by-key/tokens-file', { method: 'POST' });
  expect(await file.text()).toContain('"namespace-cart"');
  expect((await call('/tokens/by-key/refresh', { method: 'POST' })).status).toBe(200);
  expect((await call('/tokens/by-key', { method: 'DELETE' })).status).toBe(200);
  expect((await call('/tokens/by-key')).status).toBe(404);
  const text = await call('/bundles/patch?token=cart-reader', { method: 'POST', body: 'no bundle' });
  expect(text.status).toBe(422);
  expect(text.headers.get('content-type')).toBe('application/problem+json');
});

test('a revoked key, a wrong key and no key are refused', async ({ desk }) => {
  const name = `short-lived-${Date.now()}`;
  const key = await desk.manage(['key', 'create', name, '--role', 'viewer']);
  const status = async (authorization?: string) =>
    (await fetch(`${desk.url}/api/v1/tokens`, { headers: authorization ? { authorization } : {} })).status;
  expect(await status(`Bearer ${key}`)).toBe(200);
  await desk.manage(['key', 'revoke', name]);
  expect(await status(`Bearer ${key}`)).toBe(401);
  expect(await status(`Bearer ${key.slice(0, -1)}x`)).toBe(401);
  expect(await status()).toBe(401);
});

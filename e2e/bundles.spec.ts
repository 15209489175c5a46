// The workbench in the browser: bundles are examined, every change is shown, and what comes out is read back by GNU tar.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import type { Download, Page } from 'playwright/test';
import { makeBundle } from '@/simulator/bundle';
import { signedGet } from '@/simulator/signed-get';
import { expect, test } from './fixtures';

const hasGnuTar = /GNU tar/.test(spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '');
test.skip(!hasGnuTar, 'GNU tar is not installed');

const MAIN = 'export function onClientRequest() {}\n';
const MANIFEST = '{ "edgeworker-version": "1.0.0" }\n';
const THEIRS =
  'var edgekv_access_tokens = {\n  "namespace-waf": { "name": "old", "reference": "0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11" }\n}\nexport { edgekv_access_tokens };\n';

function plainBundle(): Buffer {
  return makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' });
}

/** A bundle made by GNU tar, as release engineers make theirs. */
function pack(
  files: Readonly<Record<string, string>>,
  names: readonly string[] = Object.keys(files),
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'token-desk-bundle-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      execFileSync('mkdir', ['-p', join(folder, dirname(path))]);
      writeFileSync(join(folder, path), text, { mode: 0o644 });
    }
    return execFileSync('tar', ['-czf', '-', ...names], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function withTokensFile(text: string): Buffer {
  return pack({ 'main.js': MAIN, 'bundle.json': MANIFEST, 'edgekv_tokens.js': text });
}

function readFile(tgz: Buffer | Uint8Array, path: string): string {
  return execFileSync('tar', ['-xzOf', '-', path], { input: tgz, encoding: 'utf8' });
}

function names(tgz: Buffer): string[] {
  return execFileSync('tar', ['-tzf', '-'], { input: tgz, encoding: 'utf8' }).split('\n').filter(Boolean);
}

async function bytesOf(download: Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

const DROP = 'Drop .tgz bundles here, paste or choose them';
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/gzip', buffer });
const row = (page: Page, name: string) => page.getByRole('article', { name });

/** Clicks what saves a file, and returns it. */
async function saved(page: Page, click: () => Promise<void>): Promise<Download> {
  const download = page.waitForEvent('download');
  await click();
  return download;
}

test('two tokens are put into a bundle and everything else stays', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  const before = plainBundle();
  await page.goto('/default/bundles?token=cart-reader');
  await page.getByText('Add a token').click();
  await page.getByPlaceholder('Find a token').fill('loyalty-points');
  await page.getByRole('checkbox', { name: 'loyalty-points' }).check();
  await page.getByLabel(DROP).setInputFiles(file('shop-1.4.2.tgz', before));
  const shop = row(page, 'shop-1.4.2.tgz');
  // Both may be used for cart: that is a conflict, and nothing can be downloaded.
  await expect(shop).toContainText('cart-reader and loyalty-points both hold the namespace cart.');
  await expect(shop.getByRole('button', { name: 'Download' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Take cart-reader out' }).click();
  await expect(shop).toContainText(
    'Adds namespace-loyalty, namespace-cart, namespace-default and namespace-promo',
  );
  await expect(shop).toContainText('3 other files stay byte for byte');
  const download = await saved(page, () => shop.getByRole('button', { name: 'Download' }).click());
  expect(download.suggestedFilename()).toBe('shop-1.4.2.tgz');
  const after = await bytesOf(download);
  await expect(shop).toContainText('Patched, verified and saved.');
  await expect(shop).toContainText(createHash('sha256').update(after).digest('hex'));
  for (const path of ['main.js', 'bundle.json', 'edgekv.js']) {
    expect(readFile(after, path)).toBe(readFile(before, path));
  }
  const text = readFile(after, 'edgekv_tokens.js');
  for (const namespace of ['loyalty', 'cart', 'default', 'promo']) {
    expect(text).toContain(`"namespace-${namespace}"`);
  }
});

test('an entry of another token is replaced only when that is wanted, and the change is shown first', async ({
  pageOf,
}) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=waf-signals');
  await page.getByLabel(DROP).setInputFiles(file('waf.tgz', withTokensFile(THEIRS)));
  const waf = row(page, 'waf.tgz');
  await expect(waf).toContainText('The entry namespace-waf holds old already.');
  await page.getByLabel('Replace entries that other tokens hold').check();
  await expect(waf).toContainText('Replaces namespace-waf (was old)');
  await waf.getByText('Changes and checks').click();
  const diff = waf.getByRole('region', { name: 'Changes in edgekv_tokens.js' });
  await expect(diff.getByRole('listitem').filter({ hasText: 'removed:' })).toContainText('"old"');
  await expect(diff.getByRole('listitem').filter({ hasText: 'added:' })).toContainText('"waf-signals"');
  await diff.focus();
  await expect(diff).toBeFocused();
  const download = await saved(page, () => waf.getByRole('button', { name: 'Download' }).click());
  const text = readFile(await bytesOf(download), 'edgekv_tokens.js');
  expect(text).toContain('"waf-signals"');
  expect(text).not.toContain('"old"');
});

test('a value is never shown: the diff says what stands there', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  const theirs = `var edgekv_access_tokens = {\n  "namespace-geo": {\n    "name": "old-geo",\n    "value": "eyJhbGciOiJSUzI1NiJ9.eyJ4IjoxfQ.${'s'.repeat(400)}"\n  }\n}\nexport { edgekv_access_tokens };\n`;
  await page.goto('/default/bundles?token=geo-blocklist');
  await page.getByLabel('Replace entries that other tokens hold').check();
  await page.getByLabel(DROP).setInputFiles(file('geo.tgz', withTokensFile(theirs)));
  const geo = row(page, 'geo.tgz');
  await geo.getByText('Changes and checks').click();
  const diff = geo.getByRole('region', { name: 'Changes in edgekv_tokens.js' });
  // One secret goes, another comes: they are told apart, and neither is shown.
  const chips = diff.getByText(/^JWT, \d+ characters, sha-256 [0-9a-f]{8}…, hidden$/);
  await expect(chips).toHaveCount(2);
  const [gone, come] = await chips.allTextContents();
  expect(gone).not.toBe(come);
  expect(await page.content()).not.toContain('eyJ');
  const download = await saved(page, () => geo.getByRole('button', { name: 'Download' }).click());
  expect(readFile(await bytesOf(download), 'edgekv_tokens.js')).toMatch(/"value": "eyJ/);
});

test('what is no bundle is refused with a sentence, beside those that are', async ({ pageOf, allow }) => {
  allow(/status of 4(13|22)/);
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  const zip = Buffer.concat([Buffer.from('PK\x03\x04'), deflateRawSync(Buffer.from('not a tar'))]);
  const cases: [name: string, buffer: Buffer, words: RegExp][] = [
    ['bundle.zip', zip, /zip/i],
    ['empty.tgz', Buffer.alloc(0), /empty/i],
    ['notes.txt', Buffer.from('hello'), /gzip/i],
    ['half.tgz', plainBundle().subarray(0, 900), /ends too early/i],
  ];
  await page
    .getByLabel(DROP)
    .setInputFiles([...cases.map(([name, buffer]) => file(name, buffer)), file('good.tgz', plainBundle())]);
  for (const [name, , words] of cases) await expect(row(page, name).getByRole('alert')).toContainText(words);
  await expect(page.getByText('1 ready')).toBeVisible();
  await row(page, 'notes.txt').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('article')).toHaveCount(4);
});

test('several bundles come as one zip with a manifest of what was done', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  const before = { 'a.tgz': plainBundle(), 'b.tgz': withTokensFile(THEIRS) };
  await page
    .getByLabel(DROP)
    .setInputFiles(Object.entries(before).map(([name, buffer]) => file(name, buffer)));
  await row(page, 'b.tgz').getByText('Changes and checks').click();
  await row(page, 'b.tgz')
    .getByLabel(/Set a new version/)
    .check();
  await expect(row(page, 'b.tgz').getByRole('textbox', { name: 'New version' })).toHaveValue('1.0.1');
  const download = await saved(page, () => page.getByRole('button', { name: 'Download 2 as .zip' }).click());
  expect(download.suggestedFilename()).toBe('bundles.zip');
  const files = unzipSync(await bytesOf(download));
  expect(Object.keys(files)).toEqual(['a.tgz', 'b.tgz', 'manifest.json']);
  const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString());
  expect(manifest).toMatchObject({ account: 'default', tokens: ['cart-reader'] });
  for (const [index, name] of (['a.tgz', 'b.tgz'] as const).entries()) {
    const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
    expect(manifest.bundles[index]).toMatchObject({
      file: name,
      sha256Before: hash(before[name]),
      sha256After: hash(files[name] ?? new Uint8Array()),
    });
    expect(readFile(files[name] ?? new Uint8Array(), 'edgekv_tokens.js')).toContain('"namespace-cart"');
  }
  expect(readFile(files['b.tgz'] ?? new Uint8Array(), 'bundle.json')).toBe(
    '{ "edgeworker-version": "1.0.1" }\n',
  );
  await expect(page.getByText('2 bundles were patched, verified and saved')).toBeVisible();
});

test('a tokens file in a sub-folder is a question that the user answers', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  const bundle = pack({ 'main.js': MAIN, 'bundle.json': MANIFEST, 'lib/edgekv_tokens.js': THEIRS });
  await page.getByLabel(DROP).setInputFiles(file('sub.tgz', bundle));
  const sub = row(page, 'sub.tgz');
  await expect(sub).toContainText('no edgekv_tokens.js at its root, but lib/edgekv_tokens.js');
  await sub.getByText('Changes and checks').click();
  await sub.getByRole('radio', { name: 'lib/edgekv_tokens.js' }).check();
  await expect(sub).toContainText('Adds namespace-cart');
  const download = await saved(page, () => sub.getByRole('button', { name: 'Download' }).click());
  const after = await bytesOf(download);
  expect(names(after)).toEqual(names(bundle));
  expect(readFile(after, 'lib/edgekv_tokens.js')).toContain('"namespace-cart"');
});

test('a tokens file that cannot be edited safely may be written anew, after a look at the difference', async ({
  pageOf,
}) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  const theirs =
    'const edgekv_access_tokens = {\n  ...others,\n  "namespace-waf": { name: "waf", reference: "0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11" },\n};\nexport { edgekv_access_tokens };\n';
  await page.getByLabel(DROP).setInputFiles(file('spread.tgz', withTokensFile(theirs)));
  const spread = row(page, 'spread.tgz');
  await expect(spread).toContainText('line 2, column 3');
  await spread.getByText('Changes and checks').click();
  await expect(spread.getByRole('region', { name: /Changes in/ })).toContainText('...others');
  await spread.getByLabel('Write the tokens file anew in standard form').check();
  await expect(spread).toContainText('Adds namespace-cart');
  const download = await saved(page, () => spread.getByRole('button', { name: 'Download' }).click());
  const text = readFile(await bytesOf(download), 'edgekv_tokens.js');
  expect(text).toContain('"namespace-waf"');
  expect(text).not.toContain('others');
});

test('names that begin with ./ are kept, and can be written without', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  const bundle = pack({ 'main.js': MAIN, 'bundle.json': MANIFEST, 'edgekv_tokens.js': THEIRS }, ['.']);
  await page.getByLabel(DROP).setInputFiles(file('dots.tgz', bundle));
  const dots = row(page, 'dots.tgz');
  await expect(dots).toContainText('which Akamai refuses');
  const kept = await saved(page, () => dots.getByRole('button', { name: 'Download' }).click());
  expect(names(await bytesOf(kept))).toEqual(names(bundle));
  await dots.getByText('Changes and checks').click();
  await dots.getByLabel('Write all names without ./').check();
  await expect(dots).not.toContainText('Being examined');
  const stripped = await saved(page, () => dots.getByRole('button', { name: 'Download' }).click());
  expect(names(await bytesOf(stripped)).sort()).toEqual(['bundle.json', 'edgekv_tokens.js', 'main.js']);
});

test('the doctor examines without patching: tokens and their state, restrictions, Akamai’s own findings', async ({
  pageOf,
  desk,
}) => {
  const page = await pageOf('viewer');
  const live = (id: number, version: string) =>
    signedGet(desk.simulatorUrl, `/edgeworkers/v1/ids/${id}/versions/${version}/content`);
  await page.goto('/default/bundles');
  await page
    .getByLabel(DROP)
    .setInputFiles([
      file('promo-1.0.9.tgz', await live(4108, '1.0.9')),
      file('ab-test-0.4.1.tgz', await live(4109, '0.4.1')),
    ]);
  const promo = row(page, 'promo-1.0.9.tgz');
  await expect(promo).toContainText('EdgeWorker 4108 promo');
  await expect(promo).toContainText('legacy-promo for namespace-promo (expiring)');
  await expect(promo).toContainText(/legacy-promo expires on \d+ \w+ \d{4}/);
  await expect(row(page, 'ab-test-0.4.1.tgz')).toContainText('lacks the prefix namespace-');
  // To another EdgeWorker the token is not allowed.
  await promo.getByText('Changes and checks').click();
  await promo.getByLabel('For EdgeWorker').selectOption('4101');
  await expect(promo).toContainText('legacy-promo is not allowed for EdgeWorker 4101.');
  await promo.getByRole('button', { name: /Ask Akamai/ }).click();
  await expect(promo).toContainText('Akamai, on the original');
  await expect(promo).toContainText('ACCESS_TOKEN_EXPIRING_SOON');
});

test('a file that is not what the server made is never offered', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  await page.route('**/api/v1/bundles/patch*', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ response, body: body.subarray(0, body.byteLength - 5) });
  });
  await page.getByLabel(DROP).setInputFiles(file('cut.tgz', plainBundle()));
  let downloads = 0;
  page.on('download', () => {
    downloads += 1;
  });
  await row(page, 'cut.tgz').getByRole('button', { name: 'Download' }).click();
  await expect(row(page, 'cut.tgz')).toContainText(
    'The patched bundle did not arrive whole. Nothing was saved.',
  );
  expect(downloads).toBe(0);
});

test('a long examination shows how far it is and can be cancelled', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let seen = 0;
  await page.route('**/api/v1/bundles/inspect*', async (route) => {
    seen += 1;
    if (seen > 1) await held;
    await route.continue().catch(() => undefined);
  });
  await page
    .getByLabel(DROP)
    .setInputFiles(Array.from({ length: 5 }, (_, index) => file(`b${index}.tgz`, plainBundle())));
  await expect(page.getByText('1 of 5 examined')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Not examined: it was cancelled.')).toHaveCount(4);
  release();
  await page.getByRole('button', { name: 'Examine again' }).click();
  await expect(page.getByText('5 ready')).toBeVisible();
});

test('patching works without JavaScript, one bundle and several', async ({ pageOf }) => {
  const page = await pageOf('releaser', { javaScriptEnabled: false });
  await page.goto('/default/bundles');
  await page.getByText('Add a token').click();
  await page.getByRole('checkbox', { name: 'geo-blocklist' }).check();
  await page.getByLabel(DROP).setInputFiles(file('geo.tgz', plainBundle()));
  const submit = () => page.getByRole('button', { name: 'Patch and download' }).click();
  const one = await saved(page, submit);
  expect(readFile(await bytesOf(one), 'edgekv_tokens.js')).toMatch(/"value"\s*:\s*"eyJ/);
  await page.getByLabel(DROP).setInputFiles([file('a.tgz', plainBundle()), file('b.tgz', plainBundle())]);
  const several = await saved(page, submit);
  expect(Object.keys(unzipSync(await bytesOf(several)))).toEqual(['a.tgz', 'b.tgz', 'manifest.json']);
});

test('files that are chosen before the page works are taken when it does', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/_next/static/**/*.js', async (route) => {
    await released;
    await route.continue();
  });
  await page.goto('/default/bundles?token=cart-reader', { waitUntil: 'commit' });
  await page
    .getByLabel(DROP)
    .setInputFiles([file('early.tgz', plainBundle()), file('too.tgz', plainBundle())]);
  await expect(page.getByRole('button', { name: 'Patch and download' })).toBeVisible();
  release();
  await expect(page.getByText('2 ready')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Remove too.tgz' })).toBeVisible();
});

test('files dropped anywhere on the page or pasted are taken', async ({ pageOf }) => {
  const page = await pageOf('releaser');
  await page.goto('/default/bundles?token=cart-reader');
  await expect(page.getByRole('button', { name: 'Patch and download' })).toHaveCount(0);
  for (const kind of ['drop', 'paste'] as const) {
    await page.evaluate(
      ({ bytes, kind: type }) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], `${type}.tgz`, { type: 'application/gzip' }));
        const init = { bubbles: true, cancelable: true };
        const event =
          type === 'drop'
            ? new DragEvent('drop', { ...init, dataTransfer: transfer })
            : new ClipboardEvent('paste', { ...init, clipboardData: transfer });
        document.querySelector('h1')?.dispatchEvent(event);
      },
      { bytes: [...plainBundle()], kind },
    );
    await expect(row(page, `${kind}.tgz`)).toContainText('Adds namespace-cart');
  }
});

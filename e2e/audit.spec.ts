// The audit page and its exports.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright/test';
import { makeBundle } from '@/simulator/bundle';
import { type Desk, expect, test } from './fixtures';

/** A key's name that no other test makes. */
const unique = (name: string) => `${name}-${crypto.randomUUID().slice(0, 8)}`;

async function makeKey(desk: Desk, name: string): Promise<string> {
  return desk.manage(['key', 'create', name, '--role', 'releaser']);
}

async function downloaded(page: Page, link: string): Promise<{ name: string; text: string }> {
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: link, exact: true }).click();
  const done = await download;
  return { name: done.suggestedFilename(), text: readFileSync(await done.path(), 'utf8') };
}

test('an act is one row with its result, and opens to everything on record', async ({ desk, pageOf }) => {
  const name = unique('audited');
  const key = await makeKey(desk, name);
  const body = makeBundle({ name: 'shop', version: '1.0.0', tokens: [], style: 'no-file' });
  const answer = await fetch(`${desk.url}/api/v1/bundles/patch?token=cart-reader`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: Uint8Array.from(body),
  });
  expect(answer.status).toBe(200);
  const page = await pageOf('admin');
  await page.goto('/default/tokens');
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Audit' }).click();
  await expect(page.getByText(/Chain ok/)).toBeVisible();
  await page.getByLabel('Who', { exact: true }).fill(name);
  await page.getByLabel('Action').selectOption('bundle.patch');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/action=bundle\.patch/);
  const row = page.getByRole('row', { name: /Patch bundle cart-reader/ });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('ok');
  await expect(row).toContainText(`${name} key`);
  await row.getByRole('link').click();
  const sums = page.getByText(/^sha256 (before|after)$/);
  await expect(sums).toHaveText(['sha256 before', 'sha256 after']);
  const changes = page.getByRole('region', { name: 'Changes in the tokens file' });
  await expect(changes.getByRole('listitem')).toHaveText('namespace-cart addnothing → cart-reader');
  // A link that somebody sends shows the same entry on a page that does not have it.
  const entry = new URL(page.url()).searchParams.get('entry');
  await page.goto(`/audit?q=nothing-like-this&entry=${entry}`);
  await expect(page.getByRole('heading', { name: /Patch bundle cart-reader, by/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Nothing on record matches' })).toBeVisible();
  await page.goto('/audit?entry=999999');
  await expect(page.getByText('There is no entry 999999.')).toBeVisible();
});

test('filters, pages and the check of the whole chain work without JavaScript', async ({ desk, pageOf }) => {
  // A page is 50 acts; a refused sign-in is one.
  await Promise.all(
    Array.from({ length: 55 }, () =>
      fetch(`${desk.url}/api/v1/tokens`, { headers: { authorization: 'Bearer x' } }),
    ),
  );
  const name = unique('paged');
  for (const suffix of ['a', 'b']) await makeKey(desk, `${name}-${suffix}`);
  const page = await pageOf('admin', { javaScriptEnabled: false });
  await page.goto('/audit');
  await page.getByLabel('Target').fill(name);
  await page.getByLabel('Result').selectOption('ok');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('rowheader')).toHaveText([`Create key ${name}-b`, `Create key ${name}-a`]);
  const today = new Date().toISOString().slice(0, 10);
  await page.getByLabel('From (UTC)').fill('2001-01-01');
  await page.getByLabel('To (UTC)').fill('2001-01-02');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('rowheader')).toHaveCount(0);
  await page.getByLabel('From (UTC)').fill(today);
  await page.getByLabel('To (UTC)').fill('');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('rowheader')).toHaveCount(2);
  await page.getByRole('link', { name: 'Clear' }).click();
  await page.getByRole('link', { name: 'Check all' }).click();
  await expect(page.getByText(/up to entry \d+ · all checked \d+ s ago/)).toBeVisible();
});

test('older acts are a link away', async ({ desk, pageOf }) => {
  const name = unique('many');
  const key = await desk.manage(['key', 'create', name, '--role', 'viewer']);
  for (let made = 0; made < 51; made += 1) {
    const refused = await fetch(`${desk.url}/api/v1/tokens/cart-reader/refresh`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(refused.status).toBe(403);
  }
  const page = await pageOf('admin');
  await page.goto(`/audit?actor=${name}&outcome=forbidden`);
  await expect(page.getByRole('rowheader')).toHaveCount(50);
  await page.getByRole('link', { name: 'Older' }).click();
  await expect(page.getByRole('rowheader')).toHaveCount(1);
  await page.getByRole('link', { name: 'Newest' }).click();
  await expect(page.getByRole('rowheader')).toHaveCount(50);
});

test('[87] an export has the acts that match with all columns, and is itself on record', async ({
  desk,
  pageOf,
}) => {
  const name = unique('exported');
  await makeKey(desk, name);
  const page = await pageOf('admin');
  await page.goto(`/audit?target=${name}`);
  const csv = await downloaded(page, 'CSV');
  expect(csv.name).toMatch(/^audit-\d{4}-\d\d-\d\d\.csv$/);
  const lines = csv.text.split('\r\n').filter(Boolean);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^seq,at,phase,.*,prev_hash,hash,time$/);
  const jsonl = await downloaded(page, 'JSONL');
  const entries = jsonl.text.trim().split('\n');
  expect(entries.map((line) => JSON.parse(line).phase)).toEqual(['intent', 'outcome']);
  expect(JSON.parse(entries[1] ?? '')).toMatchObject({
    action: 'key.create',
    target: name,
    outcome: 'ok',
    prev_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  await page.goto('/audit?action=audit.export');
  await expect(page.getByRole('rowheader', { name: 'Export the audit' }).first()).toBeVisible();
  await expect(page.getByRole('row', { name: /Export the audit/ }).first()).toContainText('ok');
});

test('[88] the whole export is the whole chain, from the page and from the shell', async ({
  desk,
  pageOf,
}) => {
  const page = await pageOf('admin');
  await page.goto('/audit');
  const fromPage = (await downloaded(page, 'JSONL')).text;
  const fromShell = await desk.manage(['audit', 'export']);
  for (const text of [fromPage, fromShell]) {
    const entries = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    for (const [index, { prev_hash }] of entries.entries())
      expect(prev_hash).toBe(entries[index - 1]?.hash ?? '0'.repeat(64));
  }
  const head = /head (\d+:[0-9a-f]{64})$/.exec(await desk.manage(['audit', 'verify']))?.[1] ?? '';
  await makeKey(desk, unique('later'));
  expect(await desk.manage(['audit', 'verify', '--head', head])).toContain('The audit is whole');
  await expect(desk.manage(['audit', 'verify', '--head', `1:${'f'.repeat(64)}`])).rejects.toThrow(
    /at entry 1/,
  );
});

test('[93] who may not read it gets no link and a refusal, which is on record', async ({ pageOf, allow }) => {
  allow(/status of 403/);
  const viewer = await pageOf('viewer');
  await expect(viewer.getByRole('link', { name: 'Audit' })).toHaveCount(0);
  await viewer.goto('/audit');
  await expect(viewer.getByText('You may not do that.')).toBeVisible();
  await expect(viewer.getByRole('table')).toHaveCount(0);
  const refused = await viewer.request.get('/audit/export?format=csv');
  expect(refused.status()).toBe(403);
  const admin = await pageOf('admin');
  await admin.goto('/audit?actor=viewer%40example.com&action=audit.read&outcome=forbidden');
  await expect(admin.getByRole('row', { name: /Read the audit/ }).first()).toContainText('person');
  const unknown = await admin.request.get('/audit/export?format=xml');
  expect(unknown.status()).toBe(400);
});

test('[93] a name with markup and turned-around text is shown as text', async ({ browser, desk, pageOf }) => {
  const context = await browser.newContext({ baseURL: desk.url });
  const guest = await context.newPage();
  await guest.goto('/sign-in');
  await guest.getByLabel('E-mail').fill(`"<img src=x onerror=alert(1)>\u202e"@example.com`);
  await guest.getByLabel('E-mail').evaluate((input) => input.setAttribute('type', 'text'));
  await guest.getByLabel('Password').fill('wrong password');
  await guest.getByRole('button', { name: 'Sign in' }).click();
  await expect(guest.getByText('do not match')).toBeVisible();
  await context.close();
  const admin = await pageOf('admin');
  await admin.goto('/audit?action=session.create&outcome=not-signed-in&q=onerror');
  await expect(admin.getByRole('rowheader').first()).toContainText('<img src=x onerror=alert(1)>⟨U+202E⟩');
});

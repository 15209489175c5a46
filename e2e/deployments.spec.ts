// A token takes the place of another in live versions: chosen, seen, downloaded, uploaded, activated on each network, with
// a refusal on the way; without JavaScript; and by who may only take the bundles away. On a desk of its own, scanned.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright/test';
import type { Role } from '@/lib/domain/access';
import { expectAccessible } from './accessible';
import { type Desk, expect, openDesk, test, watch } from './fixtures';

test.describe.configure({ mode: 'serial' });

const OLD = 'cart-session-writer';
const NEW = 'cart-session-2';
const CHOOSE = `/default/deployments/new?replaces=${OLD}&token=${NEW}`;
const PREVIEW = `${CHOOSE}&version=4105:1.2.0&version=4105:1.1.7`;
const DEPLOYMENT = /\/default\/deployments\/[\w-]{36}$/;
let desk: Desk;
let close: () => Promise<void>;
let key: string;

test.beforeAll(async () => {
  const people: Role[] = ['viewer', 'releaser', 'manager'];
  // It scans by itself.
  ({ desk, close } = await openDesk('deployments', { people, env: { USAGE_SCAN_HOURS: '24' } }));
  key = await desk.manage(['key', 'create', 'deployments', '--role', 'manager']);
  const created = await call('POST', '/api/v1/tokens', {
    name: NEW,
    allowOnStaging: true,
    allowOnProduction: true,
    namespacePermissions: { cart: ['r', 'w'] },
    restrictToEdgeWorkerIds: ['4101', '4102', '4105'],
  });
  expect(created.status).toBe(201);
  await expect
    .poll(async () => (await (await call('GET', `/api/v1/tokens/${NEW}`)).text()).includes('"active"'), {
      timeout: 20_000,
    })
    .toBe(true);
});

test.afterAll(() => close());

function call(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${desk.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function pageOf(browser: Browser, problems: string[], role: Role, options = {}): Promise<Page> {
  const page = await (await desk.signedIn(browser, role, options)).newPage();
  watch(page, problems, []);
  return page;
}

/** The changes of EdgeWorkers that were sent. */
async function posts(): Promise<string[]> {
  const changes = (await desk.control.journal()).filter(
    ({ method, target }) => method === 'POST' && /\/ids\/\d+\/(versions|activations)$/.test(target),
  );
  return changes.map(({ target }) => target.replace('/edgeworkers/v1/ids/', ''));
}

function item(page: Page, text: string) {
  return page.getByRole('list', { name: 'Versions' }).getByRole('listitem').filter({ hasText: text });
}

test('a token is put into live versions: a refusal is explained and tried again, each network is followed', async ({
  browser,
  problems,
}) => {
  test.setTimeout(90_000);
  const page = await pageOf(browser, problems, 'manager');
  // Those that hold the token are chosen already, and what may stand in for it comes first, as soon as that is known.
  await expect(async () => {
    await page.goto(`/default/deployments/new?replaces=${OLD}`);
    await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(6, { timeout: 1_000 });
    const fitting = page.locator(`optgroup[label="May do all that ${OLD} may"]`);
    await expect(fitting.getByText(NEW, { exact: true })).toHaveCount(1, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByRole('link', { name: `Duplicate ${OLD}` })).toHaveAttribute(
    'href',
    `/default/tokens/new?from=${OLD}`,
  );
  await page.getByLabel('Token to put in').selectOption(NEW);
  for (const name of ['4101 cart-api', '4116'])
    for (const box of await page.getByRole('checkbox', { name }).all()) await box.uncheck();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'See what changes' }).click();
  await expect(page.getByRole('heading', { name: `Put ${NEW} into 2 versions` })).toBeVisible();
  const card = page.getByRole('region', { name: '4105 mini-cart 1.2.0', exact: true });
  await expect(card).toContainText(`Replaces namespace-cart (was ${OLD})`);
  await expect(card.getByRole('listitem').filter({ hasText: 'added:' }).first()).toContainText(NEW);
  await expect(card.getByRole('textbox')).toHaveValue('1.2.1');
  await expectAccessible(page);

  await card.getByRole('textbox').fill('1..2');
  await page.getByRole('button', { name: 'Upload 2 new versions' }).click();
  await expect(card).toContainText('without two dots in a row');
  await expect(card.getByRole('textbox')).toHaveValue('1..2');
  await card.getByRole('textbox').fill('1.2.1');

  await desk.control.clearJournal();
  const refusal = { type: 'STATIC_VALIDATION_FAILED', message: 'main.js: Unexpected token' };
  await desk.control.change({ edgeWorker: { id: 4105, refusesUploads: refusal } });
  await page.getByRole('button', { name: 'Upload 2 new versions' }).dblclick();
  await page.waitForURL(DEPLOYMENT);
  const url = page.url();
  await expect(item(page, '1.2.0')).toContainText('main.js: Unexpected token. The code does not load');
  await expect(item(page, '1.1.7')).toContainText('not uploaded');
  expect(await posts()).toEqual(['4105/versions', '4105/versions']);
  await expectAccessible(page);
  await desk.control.clearJournal();
  await desk.control.change({ edgeWorker: { id: 4105, refusesUploads: null } });
  const field = page.getByRole('textbox', { name: 'Upload 4105 mini-cart 1.2.0 as' });
  await field.fill('1.3.0');
  await item(page, '1.2.0').getByRole('button', { name: 'Try again' }).click();
  await expect(item(page, '1.2.0 → 1.3.0')).toContainText('uploaded');
  await item(page, '1.1.7').getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('2 of 2 uploaded', { exact: false }).first()).toBeVisible();

  await page.getByLabel('Note').fill('CHG-7');
  await page.getByRole('button', { name: 'Activate 1 version on staging' }).click();
  await expect(item(page, '1.3.0')).toContainText('“CHG-7”');
  // Left in the middle, and found again.
  await page.goto('/default/deployments');
  await page.getByRole('link', { name: `${NEW} into 2 versions` }).click();
  await expect(page).toHaveURL(url);
  await expect(item(page, '1.3.0').getByText('active', { exact: true })).toBeVisible({ timeout: 20_000 });
  await page.getByRole('link', { name: 'Activate 1 version on production…' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('4105 mini-cart 1.1.7 → 1.1.8');
  await expectAccessible(page);
  await dialog.getByLabel('Type production to confirm').fill('staging');
  await dialog.getByRole('button', { name: 'Activate 1 version on production' }).click();
  await expect(dialog).toContainText('Type production exactly.');
  await dialog.getByLabel('Type production to confirm').fill('production');
  await dialog.getByRole('button', { name: 'Activate 1 version on production' }).click();
  await expect(page.getByText('Every version is active.')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('link', { name: 'revoke it' })).toHaveAttribute(
    'href',
    `/default/tokens/${OLD}`,
  );
  expect((await posts()).sort()).toEqual([
    '4105/activations',
    '4105/activations',
    '4105/versions',
    '4105/versions',
  ]);
});

test('the same works without JavaScript, and a form that is sent twice begins one deployment', async ({
  browser,
  problems,
}) => {
  test.setTimeout(90_000);
  const page = await pageOf(browser, problems, 'manager', { javaScriptEnabled: false });
  // Back again, as the test before put the other one in; and into a version that Akamai refuses.
  await page.goto(`/default/deployments/new?replaces=${NEW}`);
  const chosen = page.getByRole('checkbox', { checked: true });
  await expect(chosen).toHaveCount(2);
  await page.getByLabel('Token to put in').selectOption(OLD);
  await page.getByRole('button', { name: 'See what changes' }).click();
  await expect(page.getByRole('heading', { name: `Put ${OLD} into 2 versions` })).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(2);
  await desk.control.clearJournal();
  const upload = page.getByRole('button', { name: 'Upload 2 new versions' });
  // Twice at once, as who clicks twice sends it.
  const form = page.locator('form').filter({ has: upload });
  const fields = await form.evaluate((element: HTMLFormElement) =>
    [...new FormData(element)].map(([name, value]) => [name, String(value)] as const),
  );
  const send = async () => {
    const multipart = new FormData();
    for (const [name, value] of fields) multipart.append(name, value);
    const headers = { Origin: desk.url };
    return (await page.request.post(page.url(), { headers, multipart, maxRedirects: 0 })).headers().location;
  };
  const [url, again] = await Promise.all([send(), send()]);
  expect(url).toMatch(DEPLOYMENT);
  expect(again).toBe(url);
  await page.goto(url ?? '');
  await page.getByRole('button', { name: 'Activate 1 version on staging' }).click({ timeout: 20_000 });
  await page.getByRole('link', { name: 'Activate 1 version on production…' }).click();
  await page.getByLabel('Type production to confirm').fill('production');
  await page.getByRole('button', { name: 'Activate 1 version on production' }).click();
  await expect(page.getByText('Every version is active.')).toBeVisible({ timeout: 30_000 });
  expect((await posts()).filter((one) => one.endsWith('/versions'))).toHaveLength(2);

  await page.goto(`${CHOOSE}&version=4101:2.3.1&version=4101:2.3.0`);
  const suggested = await page
    .getByRole('textbox')
    .evaluateAll((boxes) => boxes.map((box) => box.getAttribute('value')));
  expect(new Set(suggested).size).toBe(2);
  await page.getByRole('button', { name: 'Upload 2 new versions' }).click();
  await expect(item(page, '2.3.1')).toContainText('ACCESS_TOKEN_REFERENCE_INVALID', { timeout: 20_000 });
  await expect(item(page, '2.3.1')).toContainText('wait until it is active, or choose another');
});

test('a bundle that would keep the old token is told before it is sent', async ({ browser, problems }) => {
  const page = await pageOf(browser, problems, 'manager');
  await page.goto(
    `/default/deployments/new?replaces=product-catalog&token=${NEW}&version=4103:1.14.0&version=4105:9`,
  );
  await expect(page.getByText('EdgeWorker 4105 has no live version 9.')).toBeVisible();
  await page.goto(`/default/deployments/new?replaces=product-catalog&token=${NEW}&version=4103:1.14.0`);
  await expect(
    page.getByText(
      /It is not uploaded\. .* is not allowed for EdgeWorker 4103\. product-catalog stands in .* too/,
    ),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: /^Download/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Upload/ })).toHaveCount(0);
});

for (const javaScriptEnabled of [true, false])
  test(`a releaser takes the patched bundle away and uploads nothing, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async ({
    browser,
    problems,
  }) => {
    const page = await pageOf(browser, problems, 'releaser', { javaScriptEnabled });
    await page.goto(PREVIEW.replaceAll('4105:1.2.0', '4101:2.3.1').replace('&version=4105:1.1.7', ''));
    await expect(page.getByText('Your role here (releaser) may download')).toBeVisible();
    await expect(page.getByRole('button', { name: /^Upload/ })).toHaveCount(0);
    await page.getByRole('textbox').fill('9.0.0');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download 4101 cart-api 2.3.1' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('cart-api-9.0.0.tgz');
    const input = readFileSync(await download.path());
    const read = (path: string) => execFileSync('tar', ['-xzOf', '-', path], { input, encoding: 'utf8' });
    expect(read('edgekv_tokens.js')).toContain(NEW);
    expect(read('edgekv_tokens.js')).not.toContain(OLD);
    expect(read('bundle.json')).toContain('9.0.0');
  });

test('[1] patched bundles are for releasers, from our own pages; others see why not', async ({
  browser,
  problems,
}) => {
  const path = `${desk.url}/default/deployments/patched`;
  const form = () => {
    const data = new FormData();
    const fields = { token: NEW, download: '4101:2.3.1', 'version-4101-2.3.1': '9.0.0' };
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    return data;
  };
  const viewer = await desk.manage(['key', 'create', 'v', '--role', 'viewer']);
  const releaser = await desk.manage(['key', 'create', 'r', '--role', 'releaser']);
  // In one piece: a form says how long it is.
  const status = async (who: Record<string, string>, body: FormData | string = form(), origin = desk.url) => {
    const whole = new Response(body);
    const headers = { Origin: origin, 'Content-Type': whole.headers.get('content-type') ?? '', ...who };
    return (await fetch(path, { method: 'POST', headers, body: await whole.arrayBuffer() })).status;
  };
  const releaserKey = { Authorization: `Bearer ${releaser}` };
  expect(await status({})).toBe(401);
  expect(await status({ Authorization: `Bearer ${viewer}` })).toBe(403);
  expect(await status(releaserKey)).toBe(200);
  expect(await status(releaserKey, '')).toBe(400);
  expect(await status(releaserKey, 'no form')).toBe(400);
  expect(await status(releaserKey, 'x'.repeat(65_537))).toBe(413);
  const context = await desk.signedIn(browser, 'releaser');
  const Cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  expect(await status({ Cookie })).toBe(200);
  expect(await status({ Cookie }, form(), 'https://evil.example')).toBe(403);
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
    expect((await fetch(path, { method, headers: { Origin: desk.url } })).status, method).toBe(405);

  const page = await pageOf(browser, problems, 'viewer');
  await page.goto(PREVIEW);
  await expect(page.getByText('Your role here (viewer) may not patch bundles.')).toBeVisible();
  await page.goto('/default/deployments');
  await page
    .getByRole('link', { name: `${NEW} into 2 versions` })
    .last()
    .click();
  await page.waitForURL(DEPLOYMENT);
  await expect(page.getByText(/by somebody else/)).toBeVisible();
  await expect(item(page, '1.3.0')).toContainText('active');
  await expect(page.getByRole('button', { name: /Activate|Try again|Cancel/ })).toHaveCount(0);
});

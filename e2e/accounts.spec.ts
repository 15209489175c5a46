// Several accounts: told apart, switched between, narrowed by role; sections of the .edgerc come without a restart.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright/test';
import type { Role } from '@/lib/domain/access';
import { type Desk, expect, openDesk, test, watch } from './fixtures';

// One desk, whose file and people grow from test to test.
test.describe.configure({ mode: 'serial' });

let desk: Desk;
let close: () => Promise<void>;

test.beforeAll(async () => {
  ({ desk, close } = await openDesk('accounts', {
    people: ['viewer', 'releaser', 'manager', 'admin'],
    env: { EDGERC_SECTIONS: '' },
  }));
  const [first = ''] = readFileSync(edgerc(), 'utf8').split('\n\n');
  writeFileSync(edgerc(), `${first}\n`);
});
test.afterAll(() => close());

const edgerc = () => join(desk.dataDir, '..', 'edgerc');

/** Another section with the simulator's credential; `change` may spoil it. */
function addSection(name: string, change = (text: string) => text): void {
  const [section = ''] = readFileSync(edgerc(), 'utf8').split('\n\n');
  appendFileSync(edgerc(), `\n\n${change(section.replace('[default]', `[${name}]`))}\n`);
}

async function pageOf(browser: Browser, role: Role, problems: string[], javaScriptEnabled = true) {
  const context = await desk.signedIn(browser, role, { javaScriptEnabled });
  const page = await context.newPage();
  watch(page, problems, [/status of 404/]);
  return page;
}

const switcher = (page: Page) => page.getByRole('banner').locator('details');

test('one account has no switcher; a section added to the file is one more, without a restart', async ({
  browser,
  problems,
}) => {
  const page = await pageOf(browser, 'viewer', problems);
  await expect(async () => {
    await page.goto('/default/tokens');
    await expect(page.getByRole('heading', { name: 'Tokens', exact: true })).toBeVisible();
    await expect(switcher(page)).toHaveCount(0, { timeout: 500 });
  }).toPass();
  const { pid } = desk;
  addSection('acme-prod');
  await expect(async () => {
    await page.goto('/acme-prod/tokens');
    await expect(switcher(page)).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await expect(page.getByRole('link', { name: 'loyalty-points' })).toBeVisible();
  expect(desk.pid).toBe(pid);
  await page.context().close();
});

test('the switcher is links that work without JavaScript, and stays on the kind of page', async ({
  browser,
  problems,
}) => {
  const page = await pageOf(browser, 'viewer', problems, false);
  await page.goto('/default/due');
  await switcher(page).locator('summary').click();
  await expect(switcher(page).getByRole('link')).toHaveText(['Ddefault', 'Aacme-prod', 'All accounts']);
  await expect(switcher(page).locator('[aria-current=true]')).toHaveText('Ddefault');
  await switcher(page).getByRole('link', { name: 'acme-prod' }).click();
  await expect(page).toHaveURL(/\/acme-prod\/due$/);
  await expect(switcher(page).locator('summary')).toContainText('acme-prod');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Bundles' }).click();
  await expect(page).toHaveURL(/\/acme-prod\/bundles$/);
  await switcher(page).locator('summary').click();
  await switcher(page).getByRole('link', { name: 'default' }).click();
  await expect(page).toHaveURL(/\/default\/bundles$/);
  await page.goto('/default/tokens/cart-reader');
  await switcher(page).locator('summary').click();
  await switcher(page).getByRole('link', { name: 'acme-prod' }).click();
  await expect(page).toHaveURL(/\/acme-prod\/tokens$/);
  await page.context().close();
});

test('one table has the tokens of all accounts, with the filters of the URL, and says who cannot be read', async ({
  browser,
  problems,
}) => {
  addSection('acme-broken', (text) => text.replace(/client_token = .*/, 'client_token = akab-of-yesterday'));
  const page = await pageOf(browser, 'viewer', problems);
  await expect(async () => {
    await page.goto('/tokens?q=cart-reader');
    await expect(page.getByText('acme-broken: Akamai says that this API client is not active.')).toBeVisible({
      timeout: 500,
    });
  }).toPass();
  await expect(page.getByText('Its tokens are not in the table.')).toBeVisible();
  await expect(page.getByText('2 shown')).toBeVisible();
  await expect(page.getByRole('row', { name: /default cart-reader/ })).toBeVisible();
  await page
    .getByRole('row', { name: /acme-prod cart-reader/ })
    .getByRole('link', { name: 'acme-prod' })
    .click();
  await expect(page).toHaveURL(/\/acme-prod\/tokens\?q=cart-reader$/);
  await expect(page.getByText('1 shown')).toBeVisible();
  await page.goBack();
  await page
    .getByRole('row', { name: /acme-prod cart-reader/ })
    .getByRole('link', { name: 'cart-reader' })
    .click();
  await expect(page).toHaveURL(/\/acme-prod\/tokens\/cart-reader$/);
  await page.goto('/tokens');
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false', { timeout: 20_000 });
  expect(await page.evaluate(cutRows)).toEqual([]);
  await page.context().close();
});

test('one page has what is due in all accounts, says who cannot be read, and leads to the dialog of an account', async ({
  browser,
  problems,
}) => {
  const page = await pageOf(browser, 'admin', problems);
  await page.goto('/default/due');
  await switcher(page).locator('summary').click();
  await switcher(page).getByRole('link', { name: 'All accounts' }).click();
  await expect(page).toHaveURL(/\/due$/);
  await expect(page.getByText('acme-broken: Akamai says that this API client is not active.')).toBeVisible();
  await expect(page.getByText('What is due in it is not on this page.')).toBeVisible();
  const section = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Due' });
  await expect(section).toHaveAttribute('href', '/due');

  // The same token of the same credential in two accounts: two rows, each of its own account.
  const rows = page.getByRole('row', { name: /cart-reader/ });
  await page.goto('/due?kind=refresh&window=90');
  await expect(rows).toHaveCount(2);
  await expect(page.getByRole('row', { name: /old-login-hints/ })).toHaveCount(0);
  const ids = await page
    .getByRole('link', { name: /^Review…/ })
    .evaluateAll((all) => all.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  const row = page.getByRole('row', { name: /acme-prod cart-reader/ });
  await row.getByRole('link', { name: 'acme-prod' }).click();
  await expect(page).toHaveURL(/\/acme-prod\/due\?kind=refresh&window=90$/);
  await page.goBack();
  await row.getByRole('link', { name: /^Review…/ }).click();
  await expect(page).toHaveURL(/\/acme-prod\/due\?kind=refresh&window=90&act=answer&date=refresh-/);
  const dialog = page.getByRole('alertdialog', { name: 'cart-reader' });
  await dialog.getByText('Acknowledge…').click();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('known');
  await dialog.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await expect(page.getByText('It was acknowledged.')).toBeVisible();

  // It was answered there, and waits in the other account.
  await page.goto('/due?kind=refresh&window=90');
  await expect(rows).toHaveCount(1);
  await expect(page.getByRole('row', { name: /default cart-reader/ })).toBeVisible();
  await page.goto('/due?kind=refresh&window=90&answered=yes');
  await expect(page.getByRole('row', { name: /acme-prod cart-reader/ })).toContainText('known');
  await page.context().close();
});

test('a role that is lower on an account holds there, on pages and for keys', async ({
  browser,
  problems,
}) => {
  const admin = await pageOf(browser, 'admin', problems);
  await admin.goto('/people?q=manager@');
  await admin.getByRole('link', { name: 'manager@example.com' }).click();
  await admin.getByLabel('acme-prod').selectOption('viewer');
  await admin.getByRole('button', { name: 'Save the accounts' }).click();
  await expect(admin.getByText('The roles on accounts were changed')).toBeVisible();
  await expect(admin.getByLabel('acme-prod')).toHaveValue('viewer');
  await expect(admin.getByLabel('default')).toHaveValue('usual');
  await admin.context().close();

  const page = await pageOf(browser, 'manager', problems);
  await page.goto('/default/tokens');
  await expect(page.getByRole('link', { name: 'New token' })).toBeVisible();
  await page.goto('/acme-prod/tokens');
  await expect(page.getByRole('heading', { name: 'Tokens', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'New token' })).toHaveCount(0);
  await expect(page.getByText('viewer here')).toBeVisible();
  // Whoever sends the request all the same is refused, and nothing reaches Akamai.
  await desk.control.clearJournal();
  const body = {
    name: 'not-here',
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r'] },
  };
  const sent = await page.request.post('/api/v1/tokens?account=acme-prod', {
    data: body,
    headers: { Origin: desk.url },
  });
  expect(sent.status()).toBe(403);
  expect(await sent.text()).toContain('Your role on this account (viewer) does not allow it.');
  expect((await desk.control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
  await page.context().close();
});

test('without access an account is not there, and its addresses answer as those of no account', async ({
  browser,
  problems,
}) => {
  const said = await desk.manage([
    'people',
    'role',
    'releaser@example.com',
    '--account',
    'acme-prod',
    '--role',
    'none',
  ]);
  expect(said).toContain('none on acme-prod');
  expect(await desk.manage(['people', 'list'])).toContain(
    'releaser@example.com\treleaser\tacme-prod: no access',
  );
  const unknown = desk.manage([
    'people',
    'role',
    'releaser@example.com',
    '--account',
    'acme-prd',
    '--role',
    'none',
  ]);
  await expect(unknown).rejects.toThrow('There is no account acme-prd here.');

  const page = await pageOf(browser, 'releaser', problems);
  await page.goto('/default/tokens');
  await switcher(page).locator('summary').click();
  await expect(switcher(page).getByRole('link')).toHaveText(['Ddefault', 'Aacme-broken', 'All accounts']);
  for (const path of ['tokens', 'tokens/cart-reader', 'tokens/new', 'due', 'bundles']) {
    const texts: string[] = [];
    for (const account of ['acme-prod', 'acme-none']) {
      await page.goto(`/${account}/${path}`);
      texts.push(((await page.getByRole('main').textContent()) ?? '').replaceAll(account, 'ACCOUNT'));
    }
    expect(texts[0], path).toBe(texts[1]);
    expect(texts[0], path).not.toContain('cart-reader is');
  }
  const answers = await Promise.all(
    ['acme-prod', 'acme-none'].map(async (account) => {
      const answer = await page.request.get(`/api/v1/tokens?account=${account}`);
      return [answer.status(), await answer.text()];
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.[0]).toBe(404);
  await page.goto('/tokens?q=cart-reader');
  await expect(page.getByText('1 shown')).toBeVisible();
  await expect(page.getByText('acme-prod')).toHaveCount(0);
  await page.goto('/due');
  await expect(page.getByRole('heading', { name: 'Due in all accounts' })).toBeVisible();
  await expect(page.getByText('acme-prod')).toHaveCount(0);
  await page.goto('/you');
  await expect(page.getByText('acme-prod')).toHaveCount(0);
  await page.context().close();
});

test('an admin chooses name and colour of an account, and everybody sees them', async ({
  browser,
  problems,
}) => {
  const admin = await pageOf(browser, 'admin', problems);
  await admin.goto('/settings/connections');
  const section = admin.getByRole('region', { name: 'acme-prod' });
  await section.getByText('Name and colour').click();
  await section.getByLabel('Name', { exact: true }).fill('default');
  await section.getByRole('button', { name: 'Save' }).click();
  await expect(section.getByText('This name is taken.')).toBeVisible();
  await section.getByLabel('Name', { exact: true }).fill('Acme shop');
  await section.getByLabel('Colour').selectOption('plum');
  await section.getByRole('button', { name: 'Save' }).click();
  await expect(admin.getByText('Name and colour were saved.')).toBeVisible();
  await admin.context().close();
  const page = await pageOf(browser, 'viewer', problems);
  await page.goto('/acme-prod/tokens');
  await expect(switcher(page).locator('summary')).toContainText('Acme shop');
  await expect(switcher(page).locator('summary .bg-account-plum')).toBeVisible();
  await page.context().close();
});

/** Permissions that are drawn beyond the cell or slot they stand in. */
function cutRows(): string[] {
  return [...document.querySelectorAll('table .c-perm *')].flatMap((one) => {
    const end = one.parentElement?.getBoundingClientRect().right ?? 0;
    const { right, width } = one.getBoundingClientRect();
    // What is for screen readers only is a pixel wide.
    return width > 1 && right > end + 1 ? [`${one.textContent}: ${Math.round(right - end)} px`] : [];
  });
}

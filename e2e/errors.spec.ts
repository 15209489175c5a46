// What people see when something breaks that must not: an id, what may be true now, and what they typed; and what the
// log says of it.
import type { Page, Response } from 'playwright/test';
import { type Desk, databaseOf, expect, openDesk, PASSWORD, test } from './fixtures';

/** A secret that the database repeats in its error: the name of a column that is not there. */
const CANARY = 'etd_CANARY-SECRET-of-an-error';
const GIVEN_AWAY = /etd_|CANARY|Sqlite|SQLITE|no such column|\bat async\b/;

/** Breaks the table of keys of a running server; the answer mends it. */
function breakKeys(desk: Desk): () => void {
  const database = databaseOf(desk);
  database.exec(
    `alter table api_key rename to api_key_kept; create view api_key as select [${CANARY}] from api_key_kept`,
  );
  return () => {
    database.exec('drop view api_key; alter table api_key_kept rename to api_key');
    database.close();
  };
}

/** The lines of the log that have `id`, as text. */
function linesWith(desk: Desk, id: string): string {
  const lines = desk.log().split('\n');
  return lines.filter((line) => line.includes(id)).join('\n');
}

test('[11] an error in a page, an action and a route shows an id only; the log has it, and no secret', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const { desk, close } = await openDesk('errors', { people: ['admin'] });
  try {
    const key = await desk.manage(['key', 'create', 'ci', '--role', 'admin']);
    const context = await desk.signedIn(browser, 'admin');
    const page = await context.newPage();
    const bodies: Promise<string>[] = [];
    page.on('response', (response: Response) => {
      // A page that is left before its body arrived has no body to look at.
      if (response.status() >= 400) bodies.push(response.text().catch((error: unknown) => String(error)));
    });
    await page.goto('/keys');
    const plain = await (await desk.signedIn(browser, 'admin', { javaScriptEnabled: false })).newPage();
    await plain.goto('/keys');
    const mend = breakKeys(desk);

    // An action, with script: it is told in the form, and what was typed stays.
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('ci-shop');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const told = page.getByRole('alert').filter({ hasText: 'Something went wrong on the server.' });
    await expect(told).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('ci-shop');
    const actionId = /id: (\d+)$/.exec((await told.textContent()) ?? '')?.[1] ?? 'none';
    expect(linesWith(desk, `"digest":"${actionId}"`)).toContain('no such column: [hidden]');

    // The same without script.
    await plain.getByRole('textbox', { name: 'Name', exact: true }).fill('ci-shop');
    const sent = plain.waitForResponse((response) => response.request().method() === 'POST');
    await plain.getByRole('button', { name: 'Make a key' }).click();
    const refused = await sent;
    expect(refused.status()).toBe(500);
    await expect(plain.getByRole('heading', { name: 'Something went wrong here' })).toBeVisible();
    const { 'x-request-id': formId = 'none' } = refused.headers();
    await expect(plain.getByText(formId)).toBeVisible();
    expect(linesWith(desk, formId)).toContain('no such column: [hidden]');
    expect(await plain.content()).not.toMatch(GIVEN_AWAY);

    // A page. `Try again` asks the server again.
    await page.goto('/keys');
    await expect(page.getByRole('heading', { name: 'Something went wrong here' })).toBeVisible();
    const pageId = (await page.locator('main code').textContent()) ?? 'none';
    expect(linesWith(desk, `"digest":"${pageId}"`)).toContain('no such column: [hidden]');
    expect(await page.content()).not.toMatch(GIVEN_AWAY);

    // Routes.
    for (const path of ['/api/v1/tokens', '/audit/export']) {
      const answer = await fetch(`${desk.url}${path}`, { headers: { Authorization: `Bearer ${key}` } });
      expect(answer.status, path).toBe(500);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      const text = await answer.text();
      const routeId = answer.headers.get('x-request-id') ?? 'none';
      expect(JSON.parse(text)).toMatchObject({ code: 'internal', status: 500 });
      expect(text).toContain(routeId);
      expect(text).not.toMatch(GIVEN_AWAY);
      expect(linesWith(desk, routeId)).toContain('no such column: [hidden]');
    }

    mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('heading', { name: 'Keys', exact: true })).toBeVisible();
    await plain.context().close();
    for (const body of await Promise.all(bodies)) expect(body).not.toMatch(GIVEN_AWAY);
    expect(desk.log()).not.toContain('CANARY');
    for (const line of desk
      .log()
      .split('\n')
      .filter((one) => one.includes('[hidden]')))
      expect(() => JSON.parse(line), line).not.toThrow();
  } finally {
    await close();
  }
});

/** Makes the page's script send its actions under ids that the build does not have, as after an update. */
async function asOfAnotherBuild(page: Page): Promise<void> {
  await page.route('**/*', async (route) => {
    const headers = route.request().headers();
    const id = headers['next-action'];
    if (id === undefined) return route.continue();
    return route.continue({ headers: { ...headers, 'next-action': otherId(id) } });
  });
}

/** An id of the same form. */
const otherId = (id: string) => `${id.slice(0, 2)}${id.slice(2).split('').reverse().join('')}`;

test('[13] a page of an earlier build says that the app was updated, and keeps what was typed', async ({
  pageOf,
  allow,
}) => {
  allow(/status of 409/);
  const page = await pageOf('admin');
  await page.goto('/people');
  await asOfAnotherBuild(page);
  await page.getByLabel('E-mail').fill('new@example.com');
  await page.getByLabel('Role').selectOption('manager');
  await page.getByLabel('Only these namespaces').fill('cart');
  await page.getByLabel('Staging network only').check();

  // A button of the frame first: it must not take the form away.
  await page.getByRole('button', { name: /^Theme/ }).click();
  const told = page
    .getByRole('alert')
    .filter({ hasText: 'Token Desk was updated while this page was open.' });
  await expect(told).toHaveCount(1);
  await expect(page.getByLabel('E-mail')).toHaveValue('new@example.com');

  await page.getByRole('button', { name: 'Make an invitation' }).click();
  await expect(told).toHaveCount(2);
  await expect(page.getByLabel('E-mail')).toHaveValue('new@example.com');
  await expect(page.getByLabel('Role')).toHaveValue('manager');
  await expect(page.getByLabel('Only these namespaces')).toHaveValue('cart');
  await expect(page.getByLabel('Staging network only')).toBeChecked();
  await expect(page.getByText('Nothing was changed.').first()).toBeVisible();

  // Loaded again, it is the page of the present build.
  await page.unrouteAll();
  await told.getByRole('button', { name: 'Load the page again' }).last().click();
  await expect(told).toHaveCount(0);
  await page.getByLabel('E-mail').fill('new@example.com');
  await page.getByRole('button', { name: 'Make an invitation' }).click();
  await expect(page.getByText('Send this link to new@example.com.')).toBeVisible();
});

test('[13] the draft of a token is taken along when the page is loaded again', async ({ pageOf, allow }) => {
  allow(/status of 409/);
  const page = await pageOf('manager');
  await page.goto('/default/tokens/new?ns=cart:r&ew=all&net=s');
  await asOfAnotherBuild(page);
  await page.getByLabel('Name of the token').fill('kept-over-an-update');
  await page.getByRole('button', { name: 'Review and create' }).click();
  await expect(page.getByText('Token Desk was updated while this page was open.')).toBeVisible();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await expect(page.getByText('Token Desk was updated while this page was open.')).toHaveCount(0);
  await expect(page.getByLabel('Name of the token')).toHaveValue('kept-over-an-update');
  await page.getByRole('button', { name: 'Review and create' }).click();
  await expect(page.getByRole('heading', { name: 'Review' })).toBeVisible();
});

test('[13] without script a form of an earlier build is answered with words and a way back', async ({
  browser,
  desk,
}) => {
  const context = await browser.newContext({ baseURL: desk.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.route('**/sign-in', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch();
    const body = (await response.text()).replace(/(&quot;id&quot;:&quot;)(\w+)/g, (_, before, id: string) => {
      return `${before}${otherId(id)}`;
    });
    return route.fulfill({ response, body });
  });
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('viewer@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  const sent = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect((await sent).status()).toBe(409);
  await expect(page.getByRole('heading', { name: /was updated while this form was open/ })).toBeVisible();
  await page.unrouteAll();
  await page.getByRole('link', { name: 'Load the page again' }).click();
  await page.getByLabel('E-mail').fill('viewer@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/tokens/);
  await context.close();
});

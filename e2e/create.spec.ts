// A new token: by keyboard, from a link, as a copy, without JavaScript, and with an answer that never comes.
import type { Page } from 'playwright/test';
import { expect, test } from './fixtures';

const isCreate = ({ method, target }: { method: string; target: string }) =>
  method === 'POST' && target === '/edgekv/v1/tokens';

/** Presses Tab until `name` has the focus. Fails when it is never reached. */
async function tabTo(page: Page, role: 'textbox' | 'checkbox' | 'button' | 'radio', name: string) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const target = page.getByRole(role, { name, exact: true });
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab never reached ${name}`);
}

test('a token is created by keyboard alone', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await page.goto('/default/tokens/new');
  await tabTo(page, 'textbox', 'Name of the token');
  await page.keyboard.type('keys-only');
  await expect(page.getByText('Free. It cannot be changed later.')).toBeVisible();
  await tabTo(page, 'checkbox', 'production');
  await page.keyboard.press('Space');
  // The grid is one tab stop. Down to cart, its read and write by letter; one further down with all, then none.
  await tabTo(page, 'checkbox', 'default read');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.type('rw');
  await expect(page.getByRole('checkbox', { name: 'cart read' })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'cart write' })).toBeChecked();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('a');
  await expect(page.getByRole('checkbox', { name: 'catalog delete' })).toBeChecked();
  await page.keyboard.press('0');
  await expect(page.getByRole('checkbox', { name: 'catalog delete' })).not.toBeChecked();
  await page.keyboard.press('End');
  await expect(page.getByRole('checkbox', { name: 'catalog delete' })).toBeFocused();
  await page.keyboard.press('Control+Home');
  await expect(page.getByRole('checkbox', { name: 'read for all shown' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Preset for default' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('checkbox', { name: 'default read' })).toBeFocused();
  // The letters of the grid are no page shortcuts.
  await expect(page).toHaveURL(/tokens\/new$/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Review and create' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  // A radio group is one tab stop: the chosen one has it, and arrows go on.
  await tabTo(page, 'radio', 'Only these');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: 'All EdgeWorkers of the account' })).toBeChecked();
  await expect(page.getByText(/Can\s+read and write\s+cart/)).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: 'Review' })).toBeVisible();
  await tabTo(page, 'button', 'Create token');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The token was created.')).toBeVisible();
  await expect(page.getByText('It has exactly the rights that were asked for.')).toBeVisible();
  const sent = (await desk.control.journal()).filter(isCreate);
  expect(sent).toHaveLength(1);
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
    name: 'keys-only',
    allowOnStaging: true,
    allowOnProduction: true,
    namespacePermissions: { cart: ['r', 'w'] },
  });
  await expect(page.getByText('Active', { exact: true }).first()).toBeVisible({ timeout: 30_000 });
});

test('the editor follows: sentence, notes, presets, columns, filter, CLI and JSON', async ({ pageOf }) => {
  const page = await pageOf('manager');
  await page.goto('/default/tokens/new?name=taken&ns=cart:rd');
  const aside = page.getByRole('complementary');
  await expect(aside).toContainText(/Can\s+read and delete\s+cart/);
  await page.getByLabel('Name of the token').fill('cart-reader');
  await expect(page.getByText('This name is taken.')).toBeVisible();
  await page.getByLabel('Name of the token').fill('-wrong');
  await expect(page.getByText('Use letters, digits, _ or -, not starting with -.')).toBeVisible();
  await page.getByLabel('Name of the token').fill('right');
  await page.getByRole('checkbox', { name: 'production', exact: true }).check();
  await expect(aside).toContainText('It may delete data on production.');
  await page.getByLabel('Preset for promo').selectOption('Writer');
  await expect(aside).toContainText('promo');
  await expect(page.getByText('2 of 20 namespaces')).toBeVisible();
  // Another data access policy cannot be mixed in.
  await expect(page.getByRole('checkbox', { name: 'open-data read' })).toBeDisabled();
  await page.getByPlaceholder('Find a namespace').fill('geo');
  await page.getByRole('checkbox', { name: 'read for all shown' }).check();
  await page.getByPlaceholder('Find a namespace').fill('');
  await expect(page.getByRole('checkbox', { name: 'geo read' })).toBeChecked();
  await page.getByRole('checkbox', { name: 'test1 read' }).check();
  await expect(aside).toContainText('test1 does not exist on production.');
  await expect(aside).toContainText('akamai edgekv create token right');
  await aside.getByRole('button', { name: 'JSON' }).click();
  await expect(aside).toContainText('"allowOnProduction": true');
  const link = await aside.getByRole('link', { name: 'Link to this form as it is now' }).getAttribute('href');
  await page.goto(`/default/tokens/new${link}`);
  await expect(page.getByRole('checkbox', { name: 'promo write' })).toBeChecked();
  await expect(page.getByLabel('Name of the token')).toHaveValue('right');
  await expect(page.getByRole('checkbox', { name: 'production', exact: true })).toBeChecked();
});

test('more than eight EdgeWorkers are warned about', async ({ pageOf }) => {
  const page = await pageOf('manager');
  await page.goto('/default/tokens/new?name=many&ns=cart:r&ew=4101,4102,4103,4104,4105,4106,4107,4108,4109');
  await expect(page.getByText('More than 8 EdgeWorkers')).toBeVisible();
  await page.getByPlaceholder('Name or id').fill('mini');
  await page.getByRole('checkbox', { name: /4105 mini-cart/ }).uncheck();
  await expect(page.getByText('More than 8 EdgeWorkers')).toHaveCount(0);
});

test('Duplicate opens the editor prefilled and marks what is taken away', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await page.goto('/default/tokens/cart-session-writer');
  await page.getByRole('link', { name: 'Duplicate' }).click();
  await expect(page.getByLabel('Name of the token')).toHaveValue('cart-session-writer-2');
  await expect(page.getByRole('checkbox', { name: 'cart write' })).toBeChecked();
  await page.getByRole('checkbox', { name: 'cart write' }).uncheck();
  await expect(page.getByText('− cart: write')).toBeVisible();
  await page.getByRole('button', { name: 'Review and create' }).click();
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('heading', { name: 'cart-session-writer-2' })).toBeVisible();
  const [sent] = (await desk.control.journal()).filter(isCreate);
  expect(JSON.parse(sent?.body ?? '')).toMatchObject({
    namespacePermissions: { cart: ['r'] },
    restrictToEdgeWorkerIds: ['4101', '4102', '4105'],
  });
});

test('a token is created without JavaScript, and a mistake keeps what was typed', async ({
  pageOf,
  desk,
}) => {
  const page = await pageOf('manager', { javaScriptEnabled: false });
  await page.goto('/default/tokens/new');
  await page.getByLabel('Name of the token').fill('no-script');
  await page.getByRole('checkbox', { name: 'cart read' }).check();
  await page.getByRole('button', { name: 'Review and create' }).click();
  await expect(
    page.getByText('Some fields').or(page.getByText('The token cannot be asked for yet.')),
  ).toBeVisible();
  await expect(page.getByLabel('Name of the token')).toHaveValue('no-script');
  await expect(page.getByRole('checkbox', { name: 'cart read' })).toBeChecked();
  await page.getByRole('checkbox', { name: /4103/ }).check();
  await page.getByRole('button', { name: 'Review and create' }).click();
  await expect(page.getByRole('heading', { name: 'Review' })).toBeVisible();
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('heading', { name: 'no-script' })).toBeVisible();
  expect((await desk.control.journal()).filter(isCreate)).toHaveLength(1);
});

/** Fills the form up to the review step. */
async function toReview(page: Page, name: string) {
  await page.goto(`/default/tokens/new?name=${name}&ns=cart:r&ew=4101`);
  await page.getByRole('button', { name: 'Review and create' }).click();
  await expect(page.getByRole('heading', { name: 'Review' })).toBeVisible();
}

test('an answer lost after the effect is settled by looking the name up, with one POST', async ({
  pageOf,
  desk,
}) => {
  const page = await pageOf('manager');
  await toReview(page, 'lost-answer');
  await desk.control.fault({ match: { method: 'POST', path: '^/edgekv/v1/tokens$' }, drop: 'after' });
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByText('The token was created.')).toBeVisible({ timeout: 20_000 });
  expect((await desk.control.journal()).filter(isCreate)).toHaveLength(1);
});

test('a request lost before the effect is told as not done, and may be tried again', async ({
  pageOf,
  desk,
}) => {
  const page = await pageOf('manager');
  await toReview(page, 'lost-request');
  const tab = await pageOf('manager');
  await toReview(tab, 'lost-request');
  await desk.control.fault({ match: { method: 'POST', path: '^/edgekv/v1/tokens$' }, drop: 'before' });
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByText('It is not known yet whether lost-request was created.')).toBeVisible();
  // Another one of that name would be a second request.
  await tab.getByRole('button', { name: 'Create token' }).click();
  await expect(tab.getByText('An earlier change of lost-request is still being looked up.')).toBeVisible();
  await expect(page.getByText('lost-request was not created.', { exact: true })).toBeVisible({
    timeout: 20_000,
  });
  await page.getByRole('link', { name: 'Try again with the same permissions' }).click();
  await expect(page.getByLabel('Name of the token')).toHaveValue('lost-request');
  await expect(page.getByRole('checkbox', { name: 'cart read' })).toBeChecked();
  await page.getByRole('button', { name: 'Review and create' }).click();
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByText('The token was created.')).toBeVisible();
  expect((await desk.control.journal()).filter(isCreate)).toHaveLength(2);
});

test('[36] a form sent twice creates one token', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await toReview(page, 'sent-twice');
  await desk.control.fault({
    match: { method: 'POST', path: '^/edgekv/v1/tokens$' },
    delayMs: 500,
    times: 5,
  });
  // Both submits leave before React can mark the button.
  await page.getByRole('button', { name: 'Create token' }).evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await expect(page.getByRole('heading', { name: 'sent-twice' })).toBeVisible();
  // Back and once more, as people do.
  await page.goBack();
  await expect(
    page.getByRole('heading', { name: 'Review' }).or(page.getByLabel('Name of the token')),
  ).toBeVisible();
  expect((await desk.control.journal()).filter(isCreate)).toHaveLength(1);
});

test('[35] a name that was taken meanwhile is said, and nothing typed is lost', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await toReview(page, 'cart-reader');
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByText('The name cart-reader is taken.')).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'cart read' })).toBeChecked();
  expect((await desk.control.journal()).filter(isCreate)).toHaveLength(1);
});

test('rights that differ from what was asked are shown', async ({ pageOf, desk }) => {
  const page = await pageOf('manager');
  await toReview(page, 'differs');
  await desk.control.change({ ignoreEdgeWorkers: true });
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByText('Akamai did not grant what was asked.')).toBeVisible();
  await expect(page.getByRole('row', { name: /EdgeWorkers/ })).toHaveText('EdgeWorkers4101all');
  // It stays on the token's page for everybody.
  const viewer = await pageOf('viewer');
  await viewer.goto('/default/tokens/differs');
  await expect(viewer.getByText('Akamai did not grant what was asked.')).toBeVisible();
});

test('a viewer may prepare a token and send the link, and is offered no button that creates it', async ({
  pageOf,
}) => {
  const page = await pageOf('viewer');
  await page.goto('/default/tokens/new?name=viewers-wish&ns=cart:r&ew=4101');
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Review' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Back to editing' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Create token' })).toHaveCount(0);
});

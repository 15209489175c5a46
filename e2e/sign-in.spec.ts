// The first set-up, signing in and out, and what a guest gets.
import { expect, openDesk, PASSWORD, test, watch } from './fixtures';

test('[81] the printed link makes the first admin, once', async ({ browser, problems, allow }) => {
  allow(/status of 404/);
  const { desk, close } = await openDesk('setup', { people: [] });
  try {
    const link = /http:\S+\/setup\?secret=\S+/.exec(desk.log())?.[0] ?? '';
    expect(link).toContain(desk.url);
    const page = await browser.newPage({ baseURL: desk.url });
    watch(page, problems, [/status of 404/]);
    await page.goto(link);
    await page.getByLabel('E-mail').fill('first@example.com');
    const isRefused = () =>
      page.getByLabel('Password').evaluate((input: HTMLInputElement) => input.validity.tooShort);
    await page.getByLabel('Password').pressSequentially('too short');
    expect(await isRefused()).toBe(true);
    // The server says the same when the browser does not.
    await page.getByLabel('Password').evaluate((input) => input.removeAttribute('minlength'));
    await page.getByRole('button', { name: 'Create account and sign in' }).click();
    await expect(page.getByText('A password has at least 12 characters.')).toBeVisible();
    await expect(page.getByLabel('E-mail')).toHaveValue('first@example.com');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account and sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Tokens' })).toBeVisible();
    expect((await page.goto(link))?.status()).toBe(404);
    expect((await page.goto('/setup'))?.status()).toBe(404);
    await page.close();
  } finally {
    await close();
  }
});

test('a person signs in, comes to where they wanted, and signs out', async ({ page, desk, problems }) => {
  watch(page, problems, []);
  await page.goto(`${desk.url}/default/due`);
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fdefault%2Fdue/);
  await page.getByLabel('E-mail').fill('viewer@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Due', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.goto(`${desk.url}/default/tokens`);
  await expect(page).toHaveURL(/\/sign-in/);
});

test('[7] signing in works without JavaScript', async ({ browser, desk }) => {
  const page = await browser.newPage({ baseURL: desk.url, javaScriptEnabled: false });
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill('viewer@example.com');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Tokens' })).toBeVisible();
  await page.close();
});

test('[76] a wrong password and an unknown address get the same words, and then have to wait', async ({
  page,
  desk,
  problems,
}) => {
  watch(page, problems, []);
  const words = 'This address and password do not match.';
  await page.goto(`${desk.url}/sign-in`);
  const tryWith = async (email: string) => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('wrong password here');
    await page.getByRole('button', { name: 'Sign in' }).click();
    // React empties the form when it draws the answer: what is typed before that would be lost.
    await expect(page.getByLabel('Password')).toHaveValue('');
  };
  await tryWith('releaser@example.com');
  await expect(page.getByText(words)).toBeVisible();
  // One that no other test has failed with.
  const unknown = `unknown-${Date.now()}@example.com`;
  // The wait begins with one second and doubles: a slow machine needs more tries to come within one.
  const mustWait = page.getByText('Too many failed sign-ins.');
  let tries = 0;
  while (!(await mustWait.isVisible())) {
    tries += 1;
    expect(tries).toBeLessThanOrEqual(10);
    await tryWith(unknown);
  }
  expect(tries).toBeGreaterThan(5);
});

test('[69] links to other sites are not followed after signing in', async ({ page, desk }) => {
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
  ]) {
    await page.goto(`${desk.url}/sign-in?next=${encodeURIComponent(decodeURIComponent(next))}`);
    const target = (await page.locator('input[name="next"]').getAttribute('value')) ?? '';
    expect(new URL(target, desk.url).origin, next).toBe(desk.url);
  }
});

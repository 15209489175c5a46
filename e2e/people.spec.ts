// People in the browser: invited, limited, demoted, disabled, deleted; and what each of it does to what they have open.
import { expect, PASSWORD, test, watch } from './fixtures';

test('[82] somebody is invited, takes the link once, and is limited as was said', async ({
  pageOf,
  browser,
  desk,
  problems,
  allow,
}) => {
  allow(/status of 404/);
  const email = `invited-${Date.now()}@example.com`;
  const admin = await pageOf('admin');
  await admin.getByRole('link', { name: 'People' }).click();
  await admin.getByLabel('E-mail').fill(email);
  await admin.getByLabel('Role', { exact: true }).selectOption('manager');
  await admin.getByLabel('Only these namespaces').fill('promo');
  await admin.getByLabel('Staging network only').check();
  await admin.getByRole('button', { name: 'Make an invitation' }).click();
  await expect(admin.getByText(`Send this link to ${email}.`)).toBeVisible();
  const link = (await admin.getByText(`${desk.url}/link?secret=`).textContent()) ?? '';
  await expect(admin.getByRole('row', { name: new RegExp(`${email} manager invited`) })).toBeVisible();
  await admin.reload();
  await expect(admin.getByText('/link?secret=')).toHaveCount(0);

  const guest = await browser.newPage({ baseURL: desk.url });
  watch(guest, problems, [/status of 404/]);
  // A mail scanner looks first.
  await guest.goto(link);
  await guest.goto(link);
  await guest.getByLabel('Password').fill(PASSWORD);
  await guest.getByRole('button', { name: 'Create account and sign in' }).click();
  await expect(guest.getByRole('heading', { name: 'Tokens' })).toBeVisible();
  await expect(guest.getByRole('link', { name: 'People' })).toHaveCount(0);
  await guest.goto('/you');
  await expect(guest.getByText('Limited to promo; staging only.')).toBeVisible();
  expect((await guest.goto(link))?.status()).toBe(404);
  await guest.close();
});

test('[74] who is demoted with a dialog open is refused, and nothing is sent', async ({
  pageOf,
  browser,
  desk,
  problems,
}) => {
  const email = `demoted-${Date.now()}@example.com`;
  await desk.manage(['people', 'add', email, '--role', 'admin'], PASSWORD);
  const admin = await pageOf('admin');
  const page = await browser.newPage({ baseURL: desk.url });
  watch(page, problems, []);
  await page.goto('/sign-in?next=/default/tokens/waf-signals-reader?act=revoke');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Type waf-signals-reader to confirm').fill('waf-signals-reader');

  await admin.goto('/people');
  await admin.getByRole('link', { name: email }).click();
  await admin.getByLabel('Role', { exact: true }).selectOption('viewer');
  await admin.getByRole('button', { name: 'Save' }).click();
  await expect(admin.getByText('Role and limits were changed')).toBeVisible();
  await expect(admin.getByText('Not signed in anywhere.')).toBeVisible();

  await desk.control.clearJournal();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('Your session has ended.')).toBeVisible();
  expect((await desk.control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
  await page.close();
});

test('[73] sessions are seen and ended, one and all; a disabled account is out at once', async ({
  pageOf,
  browser,
  desk,
}) => {
  const email = `sessions-${Date.now()}@example.com`;
  await desk.manage(['people', 'add', email, '--role', 'viewer'], PASSWORD);
  const opened = await Promise.all(
    [1, 2].map(async () => {
      const page = await browser.newPage({ baseURL: desk.url });
      await page.goto('/sign-in');
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('heading', { name: 'Tokens' })).toBeVisible();
      return page;
    }),
  );
  const [own, other] = opened;
  if (!own || !other) throw new Error('two pages were opened');
  await own.goto('/you');
  await expect(own.getByText('this session')).toBeVisible();
  await expect(own.getByText('Chrome on Linux from 127.0.0.1')).toHaveCount(2);
  await own.getByRole('main').getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(own.getByText('The session was ended.')).toBeVisible();
  await other.goto('/default/tokens');
  await expect(other).toHaveURL(/\/sign-in/);

  const admin = await pageOf('admin');
  await admin.goto('/people');
  await admin.getByRole('link', { name: email }).click();
  await admin.getByRole('button', { name: 'Disable the account' }).click();
  await expect(admin.getByText('The account is disabled')).toBeVisible();
  await own.goto('/default/tokens');
  await expect(own).toHaveURL(/\/sign-in/);
  await admin.getByLabel(`Type ${email} to confirm`).fill('somebody else');
  await admin.getByRole('button', { name: 'Delete the account' }).click();
  await expect(admin.getByText('The typed address is another one.')).toBeVisible();
  await admin.getByLabel(`Type ${email} to confirm`).fill(email);
  await admin.getByRole('button', { name: 'Delete the account' }).click();
  await expect(admin.getByText('The account was deleted')).toBeVisible();
  for (const page of opened) await page.close();
});

test('[71] another password is another session, and the old cookie is worth nothing', async ({
  browser,
  desk,
  problems,
}) => {
  const email = `password-${Date.now()}@example.com`;
  await desk.manage(['people', 'add', email, '--role', 'viewer'], PASSWORD);
  const context = await browser.newContext({ baseURL: desk.url });
  const page = await context.newPage();
  watch(page, problems, []);
  // A cookie that somebody set before is not taken over.
  await context.addCookies([{ name: 'better-auth.session_token', value: 'planted.value', url: desk.url }]);
  await page.goto('/sign-in?next=/you');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: email })).toBeVisible();
  const before = (await context.cookies()).find(({ name }) => name === 'better-auth.session_token');
  expect(before?.value).not.toBe('planted.value');
  expect(before?.httpOnly).toBe(true);
  expect(before?.sameSite).toBe('Lax');

  await page.getByLabel('Present password').fill('not the password');
  await page.getByLabel('New password').fill('another password for tests');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('This is not your password.')).toBeVisible();
  await expect(page.getByLabel('Present password')).toHaveValue('');
  await page.getByLabel('Present password').fill(PASSWORD);
  await page.getByLabel('New password').fill('another password for tests');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('Your password was changed')).toBeVisible();
  const after = (await context.cookies()).find(({ name }) => name === 'better-auth.session_token');
  expect(after?.value).not.toBe(before?.value);
  const old = await fetch(`${desk.url}/you`, {
    headers: { Cookie: `${before?.name}=${before?.value}` },
    redirect: 'manual',
  });
  expect(old.status).toBe(307);
  await context.close();
});

test('inviting, roles and links work without JavaScript', async ({ pageOf, desk }) => {
  const page = await pageOf('admin', { javaScriptEnabled: false });
  const email = `plain-${Date.now()}@example.com`;
  await page.goto('/people');
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Make an invitation' }).click();
  await expect(page.getByText(`${desk.url}/link?secret=`)).toBeVisible();
  await page.getByRole('button', { name: `Take back the invitation of ${email}` }).click();
  await expect(page.getByText('The invitation was taken back.')).toBeVisible();
  await page.getByRole('link', { name: 'releaser@example.com' }).click();
  await page.getByLabel('Only these namespaces').fill('not a/namespace');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('a/namespace is no namespace')).toBeVisible();
});

test('the last admin stays, and the page says why', async ({ browser, problems }) => {
  const { openDesk } = await import('./fixtures');
  const { desk, close } = await openDesk('last-admin', { people: ['admin'] });
  try {
    const context = await desk.signedIn(browser, 'admin');
    const page = await context.newPage();
    watch(page, problems, []);
    await page.goto('/people');
    await page.getByRole('link', { name: 'admin@example.com', exact: true }).click();
    await page.getByRole('button', { name: 'Disable the account' }).click();
    await expect(page.getByText('admin@example.com is the only active admin without limits.')).toBeVisible();
    await context.close();
  } finally {
    await close();
  }
});

test('an admin with limits sees people, and changes none: the limits could be lifted', async ({
  browser,
  desk,
  problems,
}) => {
  const email = `limited-${Date.now()}@example.com`;
  await desk.manage(['people', 'add', email, '--role', 'admin'], PASSWORD);
  const page = await browser.newPage({ baseURL: desk.url });
  watch(page, problems, []);
  await page.goto('/sign-in?next=/people');
  const signIn = async () => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await signIn();
  await page.getByRole('link', { name: email, exact: true }).click();
  await page.getByLabel('Only these namespaces').fill('cart');
  // The form is open; the limits come meanwhile, and end the session.
  await desk.manage(['people', 'role', email, '--role', 'admin', '--namespaces', 'promo']);
  await page.getByRole('button', { name: 'Save' }).click();
  await signIn();
  await expect(page.getByText('admin, promo. Your account is limited')).toBeVisible();
  await expect(page.getByRole('main').getByRole('button')).toHaveCount(0);
  await page.goto('/people');
  await expect(page.getByText('Your account is limited, so an admin without limits invites.')).toBeVisible();
  await page.close();
});

test('the operator does the same at the shell, beside the running server', async ({ desk, pageOf }) => {
  const email = `shell-${Date.now()}@example.com`;
  expect(await desk.manage(['people', 'invite', email, '--role', 'viewer'])).toContain(
    `${desk.url}/link?secret=`,
  );
  await desk.manage(['people', 'add', email, '--role', 'admin'], PASSWORD);
  await desk.manage([
    'people',
    'role',
    email,
    '--role',
    'manager',
    '--namespaces',
    'cart,promo',
    '--staging',
  ]);
  expect(await desk.manage(['people', 'list'])).toContain(`${email}\tmanager\tcart, promo; staging only`);
  expect(await desk.manage(['people', 'reset-link', email])).toContain('/link?secret=');
  await desk.manage(['people', 'disable', email]);
  const page = await pageOf('admin');
  await page.goto(`/people?q=${email}`);
  await expect(page.getByRole('row', { name: new RegExp(`${email} manager .* disabled`) })).toBeVisible();
  await desk.manage(['people', 'enable', email]);
  await desk.manage(['people', 'sign-out', email]);
  await desk.manage(['people', 'delete', email]);
  await page.reload();
  await expect(page.getByText('Nobody matches.')).toBeVisible();
  await expect(desk.manage(['people', 'disable', 'nobody@example.com'])).rejects.toThrow(
    'There is no account',
  );
});

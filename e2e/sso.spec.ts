// Single sign-on: against a real provider in the browser, and against one that misbehaves by HTTP.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import type { APIResponse, Browser, BrowserContext } from 'playwright/test';
import type { Role } from '@/lib/domain/access';
import { ROOT } from '../scripts/steps.mjs';
import { type Desk, expect, openDesk, PASSWORD, test, watch } from './fixtures';
import { type RealProvider, startRealProvider } from './real-provider';
import { CLIENT, type Fault, type RogueProvider, startRogueProvider } from './rogue-provider';

const ROLES = 'desk-admins=admin,desk-managers=manager,desk=viewer';

type SsoDesk = { desk: Desk; rows: <T>(sql: string) => T[]; close: () => Promise<void> };

/** A desk that signs people in at `issuer`, and a look into its database. */
async function openSsoDesk(
  issuer: string,
  env: Record<string, string> = {},
  people: readonly Role[] = ['admin', 'viewer'],
): Promise<SsoDesk> {
  const folder = mkdtempSync(join(tmpdir(), 'token-desk-sso-'));
  const { desk, close } = await openDesk('sso', {
    people,
    env: {
      DATA_DIR: folder,
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_ROLES: ROLES,
      OIDC_NAME: 'Example ID',
      ...env,
    },
  });
  const rows = <T>(sql: string): T[] => {
    const database = new Libsql(join(folder, 'token-desk.db'), { readonly: true });
    try {
      return database.prepare(sql).all() as T[];
    } finally {
      database.close();
    }
  };
  return {
    desk,
    rows,
    close: async () => {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function roleOf({ rows }: SsoDesk, email: string): string | undefined {
  const people = rows<{ email: string; role: string }>('select email, role from user');
  return people.find((person) => person.email === email)?.role;
}

function sessions({ rows }: SsoDesk): number {
  return rows('select id from session').length;
}

/** The id of the password form's action, as the build gave it. */
function signInAction(): string {
  const path = join(ROOT, '.next', 'server', 'server-reference-manifest.json');
  const { node } = JSON.parse(readFileSync(path, 'utf8')) as {
    node: Record<string, { exportedName: string }>;
  };
  return Object.entries(node).find(([, { exportedName }]) => exportedName === 'signInAction')?.[0] ?? '';
}

type Entry = { action: string; target: string; outcome: string; detail: string };
function lastEntry({ rows }: SsoDesk): Entry | undefined {
  return rows<Entry>('select action, target, outcome, detail from audit order by seq desc limit 1')[0];
}

test.describe('with a real provider', () => {
  let provider: RealProvider;
  let one: SsoDesk;

  test.beforeAll(async () => {
    provider = await startRealProvider();
    one = await openSsoDesk(provider.issuer);
    provider.open(one.desk.url);
  });
  test.afterAll(async () => {
    await one.close();
    await provider.close();
  });

  /** The provider's pages want a font from the outside, which a test does not need. */
  const keepIn = (context: BrowserContext) =>
    context.route(/googleapis\.com/, (route) => route.fulfill({ contentType: 'text/css', body: '' }));

  /** Goes through the provider's own pages as `name`. */
  async function signInAs(browser: Browser, name: string, path: string, problems: string[]) {
    const context = await browser.newContext({ baseURL: one.desk.url });
    await keepIn(context);
    const page = await context.newPage();
    watch(page, problems, []);
    await page.goto(path);
    await page.getByRole('link', { name: 'Example ID' }).click();
    await page.getByPlaceholder('Enter any login').fill(name);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${one.desk.url}/**`);
    return { page, context };
  }

  test('the button signs somebody new in, with the role of the group, where they wanted to go', async ({
    browser,
    problems,
  }) => {
    provider.people.set('new', {
      email: 'New@example.com',
      email_verified: true,
      groups: ['desk', 'desk-managers', 'other'],
    });
    const { page, context } = await signInAs(browser, 'new', '/default/due', problems);
    await expect(page.getByRole('heading', { name: 'Due', exact: true })).toBeVisible();
    expect(roleOf(one, 'new@example.com')).toBe('manager');
    expect(lastEntry(one)).toMatchObject({
      action: 'session.create',
      target: 'new@example.com',
      outcome: 'ok',
    });
    const cookies = await context.cookies();
    expect(cookies.find(({ name }) => name.endsWith('session_token'))).toMatchObject({
      httpOnly: true,
      sameSite: 'Lax',
    });
    // The cookie of the sign-in under way has done its work.
    expect(cookies.some(({ name, domain }) => domain === 'localhost' && name.includes('sso'))).toBe(false);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await context.close();
  });

  test('somebody with an account and the same verified address comes into that account', async ({
    browser,
    problems,
  }) => {
    provider.people.set('viewer', { email: 'viewer@example.com', email_verified: true, groups: ['desk'] });
    const before = one.rows('select id from user').length;
    const { page, context } = await signInAs(browser, 'viewer', '/', problems);
    await expect(page.getByRole('heading', { name: 'Tokens' })).toBeVisible();
    expect(one.rows('select id from user').length).toBe(before);
    await context.close();
  });

  test('who has no group with a role is refused in words', async ({ browser, problems }) => {
    provider.people.set('other', { email: 'other@example.com', email_verified: true, groups: ['other'] });
    const before = sessions(one);
    const { page, context } = await signInAs(browser, 'other', '/', problems);
    await expect(page.getByText('You have no role here.')).toBeVisible();
    await expect(page.getByLabel('Password')).toBeVisible();
    expect(sessions(one)).toBe(before);
    expect(roleOf(one, 'other@example.com')).toBeUndefined();
    await context.close();
  });

  test('the way in works without JavaScript', async ({ browser }) => {
    provider.people.set('plain', { email: 'plain@example.com', email_verified: true, groups: ['desk'] });
    const context = await browser.newContext({ baseURL: one.desk.url, javaScriptEnabled: false });
    await keepIn(context);
    const page = await context.newPage();
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Example ID' }).click();
    await page.getByPlaceholder('Enter any login').fill('plain');
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('heading', { name: 'Tokens' })).toBeVisible();
    await context.close();
  });
});

test.describe('with a provider that misbehaves', () => {
  let provider: RogueProvider;
  let one: SsoDesk;

  test.beforeAll(async () => {
    provider = await startRogueProvider();
    one = await openSsoDesk(provider.issuer);
  });
  test.beforeEach(() => {
    provider.fault = null;
    provider.person = { sub: 'ada', email: 'ada@example.com', email_verified: true, groups: ['desk'] };
  });
  test.afterAll(async () => {
    await one.close();
    await provider.close();
  });

  const get = (context: BrowserContext, url: string): Promise<APIResponse> =>
    context.request.get(url, { maxRedirects: 0 });
  const location = (response: APIResponse) => response.headers().location ?? '';

  /** Begins in `context`, and goes to the provider: the address that the browser is sent back to. */
  async function wayBack(context: BrowserContext, { desk } = one): Promise<URL> {
    const started = await get(context, `${desk.url}/api/sso/start?next=%2Fdefault%2Fdue`);
    expect(started.status()).toBe(303);
    return new URL(location(await get(context, location(started))));
  }

  /** The whole way; the answer is where it ends. */
  async function signIn(context: BrowserContext, at = one): Promise<string> {
    return location(await get(context, (await wayBack(context, at)).href)).replace(at.desk.url, '');
  }

  /** That `run` ends with this code and that nobody has a session after it. */
  async function refuses(
    browser: Browser,
    problem: string,
    run: (context: BrowserContext) => Promise<string>,
  ): Promise<void> {
    const context = await browser.newContext();
    const before = sessions(one);
    const answered = await run(context);
    expect(answered.replace(one.desk.url, '')).toBe(`/sign-in?problem=${problem}`);
    expect(sessions(one)).toBe(before);
    expect((await context.cookies()).filter(({ name }) => name.includes('session_token'))).toEqual([]);
    const asked = await get(context, `${one.desk.url}/default/tokens`);
    expect(location(asked)).toMatch(/^\/sign-in/);
    const entry = lastEntry(one);
    expect(entry).toMatchObject({ action: 'session.create', outcome: 'not-signed-in' });
    expect(JSON.parse(entry?.detail ?? '{}')).toMatchObject({ by: 'sso', problem });
    expect(entry?.detail).not.toMatch(/eyJ|CANARY/);
    await context.close();
  }

  test('without a fault it signs in, so that the refusals below prove something', async ({ browser }) => {
    const context = await browser.newContext();
    expect(await signIn(context)).toBe('/default/due');
    expect((await get(context, `${one.desk.url}/default/due`)).status()).toBe(200);
    await context.close();
  });

  const FAULTS: readonly [title: string, fault: Fault, problem: string, why: RegExp][] = [
    ['a wrong nonce', 'wrong-nonce', 'sso-not-accepted', /"nonce" claim value/],
    ['a missing nonce', 'no-nonce', 'sso-not-accepted', /claim missing/],
    ['a wrong issuer in the ID token', 'wrong-issuer', 'sso-not-accepted', /"iss" \(issuer\) claim/],
    ['a wrong audience', 'wrong-audience', 'sso-not-accepted', /"aud" \(audience\) claim/],
    ['alg none', 'alg-none', 'sso-not-accepted', /"alg" header/],
    ['HS256 with the public key as its secret', 'hs256-public-key', 'sso-not-accepted', /"alg" header/],
    ['HS256 with the client secret', 'hs256-client-secret', 'sso-not-accepted', /"alg" header/],
    ['an ID token that expired', 'expired', 'sso-not-accepted', /"exp"/],
    ['a signature of another key', 'wrong-signature', 'sso-not-accepted', /signature verification/],
    ['an answer without an ID token', 'no-id-token', 'sso-not-accepted', /"id_token"/],
    [
      'the issuer parameter of another provider (mix-up)',
      'iss-other',
      'sso-not-accepted',
      /"iss" .* parameter/,
    ],
    ['a missing issuer parameter (mix-up)', 'iss-missing', 'sso-not-accepted', /"iss" \(issuer\) missing/],
    ['an answer that sends us elsewhere', 'redirect', 'sso-unreachable', /answered 302/],
    ['an answer that is too long', 'endless', 'sso-unreachable', /more than 524288 bytes/],
  ];
  for (const [title, fault, problem, why] of FAULTS) {
    test(`[83] ${title} is refused`, async ({ browser }) => {
      await refuses(browser, problem, (context) => {
        provider.fault = fault;
        return signIn(context);
      });
      // For this reason, and no other.
      expect(JSON.parse(lastEntry(one)?.detail ?? '{}').why).toMatch(why);
    });
  }

  const BROKEN: readonly [title: string, change: (query: URLSearchParams) => void][] = [
    ['a wrong state', (query) => query.set('state', 'x'.repeat(43))],
    ['a missing state', (query) => query.delete('state')],
    ['an empty state', (query) => query.set('state', '')],
  ];
  for (const [title, change] of BROKEN) {
    test(`[83] ${title} is refused`, async ({ browser }) => {
      const before = provider.exchanges.length;
      await refuses(browser, 'sso-again', async (context) => {
        const back = await wayBack(context);
        change(back.searchParams);
        return location(await get(context, back.href));
      });
      expect(provider.exchanges.length).toBe(before);
    });
  }

  test('[83] a state that another browser began is refused, and stays good for that one', async ({
    browser,
  }) => {
    const owner = await browser.newContext();
    const back = await wayBack(owner);
    await refuses(browser, 'sso-again', async (context) => location(await get(context, back.href)));
    await refuses(browser, 'sso-again', async (context) => {
      await wayBack(context);
      return location(await get(context, back.href));
    });
    expect(location(await get(owner, back.href))).toBe(`${one.desk.url}/default/due`);
    await owner.close();
  });

  test('[83] a state that was used is refused, with its cookie too', async ({ browser }) => {
    const owner = await browser.newContext();
    const back = await wayBack(owner);
    const binding = await owner.cookies();
    expect(location(await get(owner, back.href))).toBe(`${one.desk.url}/default/due`);
    await owner.close();
    await refuses(browser, 'sso-again', async (context) => {
      await context.addCookies(binding);
      return location(await get(context, back.href));
    });
  });

  test('[83] a code that was used is refused under a fresh state', async ({ browser }) => {
    const owner = await browser.newContext();
    const used = await wayBack(owner);
    await get(owner, used.href);
    await owner.close();
    await refuses(browser, 'sso-not-accepted', async (context) => {
      const back = await wayBack(context);
      back.searchParams.set('code', used.searchParams.get('code') ?? '');
      return location(await get(context, back.href));
    });
  });

  test('[83] a stolen code is useless: the verifier is another one', async ({ browser }) => {
    const victim = await browser.newContext();
    const stolen = (await wayBack(victim)).searchParams.get('code') ?? '';
    await refuses(browser, 'sso-not-accepted', async (context) => {
      const back = await wayBack(context);
      back.searchParams.set('code', stolen);
      return location(await get(context, back.href));
    });
    expect(provider.exchanges.at(-1)).toMatchObject({ answered: 400 });
    await victim.close();
  });

  test('[83] no code is exchanged without a verifier, and no two have the same', async ({ browser }) => {
    const context = await browser.newContext();
    await signIn(context);
    await signIn(context);
    const verifiers = provider.exchanges.map(({ verifier }) => verifier);
    for (const verifier of verifiers) expect(verifier.length).toBeGreaterThanOrEqual(43);
    expect(new Set(verifiers).size).toBe(verifiers.length);
    await context.close();
  });

  test('[83] an answer twice, an error, and a page of somebody else in the URL are refused', async ({
    browser,
  }) => {
    await refuses(browser, 'sso-not-accepted', async (context) => {
      const back = await wayBack(context);
      back.searchParams.append('code', 'second');
      return location(await get(context, back.href));
    });
    await refuses(browser, 'sso-refused', async (context) => {
      const back = await wayBack(context);
      back.searchParams.delete('code');
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', '<b>call 555 now</b>');
      return location(await get(context, back.href));
    });
    const page = await browser.newPage();
    await page.goto(`${one.desk.url}/sign-in?problem=${encodeURIComponent('<b>call 555 now</b>')}`);
    await expect(page.getByText('call 555')).toHaveCount(0);
    await page.close();
  });

  test('[83] an address that is not verified joins no account and makes none', async ({ browser }) => {
    for (const email_verified of [false, undefined]) {
      for (const email of ['viewer@example.com', 'unverified@example.com']) {
        provider.person = {
          sub: `mallory-${email}`,
          email,
          groups: ['desk-admins'],
          ...(email_verified === undefined ? {} : { email_verified }),
        };
        await refuses(browser, 'sso-not-verified', (context) => signIn(context));
      }
    }
    expect(roleOf(one, 'viewer@example.com')).toBe('viewer');
    expect(roleOf(one, 'unverified@example.com')).toBeUndefined();
  });

  test('[83] an address that was given to somebody new does not bring the account of before', async ({
    browser,
  }) => {
    const context = await browser.newContext();
    expect(await signIn(context)).toBe('/default/due');
    await context.close();
    provider.person = { ...provider.person, sub: 'new-ada' };
    await refuses(browser, 'sso-taken', (other) => signIn(other));
  });

  test('another site may lead to the door, but not through it', async ({ browser }) => {
    const context = await browser.newContext();
    for (const site of ['cross-site', 'same-site']) {
      const answer = await context.request.get(`${one.desk.url}/api/sso/start?next=//evil.example`, {
        headers: { 'Sec-Fetch-Site': site },
        maxRedirects: 0,
      });
      expect(location(answer)).toBe(`${one.desk.url}/sign-in?next=%2F`);
      expect(answer.headers()['set-cookie']).toBeUndefined();
    }
    await context.close();
  });

  test('the role follows the groups at the next sign-in, and ends the other sessions', async ({
    browser,
  }) => {
    const [first, second] = [await browser.newContext(), await browser.newContext()];
    provider.person = { sub: 'bo', email: 'bo@example.com', email_verified: true, groups: ['desk-managers'] };
    await signIn(first);
    expect(roleOf(one, 'bo@example.com')).toBe('manager');
    provider.person = { ...provider.person, groups: ['desk'] };
    await signIn(second);
    expect(roleOf(one, 'bo@example.com')).toBe('viewer');
    expect(location(await get(first, `${one.desk.url}/default/due`))).toMatch(/^\/sign-in/);
    expect((await get(second, `${one.desk.url}/default/due`)).status()).toBe(200);
    // Without any group that has a role: out, everywhere.
    provider.person = { ...provider.person, groups: [] };
    const third = await browser.newContext();
    expect(await signIn(third)).toBe('/sign-in?problem=sso-no-role');
    expect(location(await get(second, `${one.desk.url}/default/due`))).toMatch(/^\/sign-in/);
    for (const context of [first, second, third]) await context.close();
  });

  test('four first sign-ins at once make one account', async ({ browser }) => {
    provider.person = { sub: 'twin', email: 'twin@example.com', email_verified: true, groups: ['desk'] };
    const contexts = await Promise.all(Array.from({ length: 4 }, () => browser.newContext()));
    const backs = await Promise.all(contexts.map((context) => wayBack(context)));
    const ends = await Promise.all(
      contexts.map(async (context, index) => location(await get(context, backs[index]?.href ?? ''))),
    );
    expect(new Set(ends)).toEqual(new Set([`${one.desk.url}/default/due`]));
    expect(one.rows("select id from account where accountId like '% twin'").length).toBe(1);
    for (const context of contexts) await context.close();
  });

  test('the last admin stays one, on record', async ({ browser }) => {
    const context = await browser.newContext();
    provider.person = { sub: 'root', email: 'admin@example.com', email_verified: true, groups: ['desk'] };
    expect(await signIn(context)).toBe('/default/due');
    expect(roleOf(one, 'admin@example.com')).toBe('admin');
    const entries = one.rows<Entry>(
      "select * from audit where action = 'people.follow-role' order by seq desc",
    );
    expect(entries[0]?.detail).toContain('kept: the last admin');
    await context.close();
  });

  test('where passwords are off there is only the button, and a provider that is down says so', async ({
    browser,
    problems,
  }) => {
    const only = await openSsoDesk(provider.issuer, { OIDC_ONLY: 'true' });
    try {
      provider.fault = 'down';
      const page = await browser.newPage({ baseURL: only.desk.url });
      watch(page, problems, []);
      await page.goto('/sign-in');
      await page.getByRole('link', { name: 'Example ID' }).click();
      await expect(page.getByText('The sign-in provider does not answer.')).toBeVisible();
      await expect(page.getByLabel('Password')).toHaveCount(0);
      provider.fault = null;
      await page.getByRole('link', { name: 'Example ID' }).click();
      await expect(page.getByRole('heading', { name: 'Tokens' })).toBeVisible();
      await page.close();
      // Not only hidden: the action refuses too.
      const context = await browser.newContext();
      const sessionsBefore = sessions(only);
      const answer = await context.request.post(`${only.desk.url}/sign-in`, {
        headers: { 'Next-Action': signInAction(), Origin: only.desk.url },
        multipart: {
          _1_email: 'viewer@example.com',
          _1_password: PASSWORD,
          0: JSON.stringify([{ problem: null, values: {} }, '$K1']),
        },
        maxRedirects: 0,
      });
      expect(await answer.text()).toContain('Passwords are off here.');
      expect(sessions(only)).toBe(sessionsBefore);
      await context.close();
    } finally {
      await only.close();
    }
  });

  test('where passwords are off the set-up link works all the same', async ({ browser, problems }) => {
    const only = await openSsoDesk(provider.issuer, { OIDC_ONLY: 'true' }, []);
    try {
      const page = await browser.newPage({ baseURL: only.desk.url });
      watch(page, problems, []);
      await page.goto(/http:\S+\/setup\?secret=\S+/.exec(only.desk.log())?.[0] ?? '');
      await page.getByLabel('E-mail').fill('first@example.com');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Create account and sign in' }).click();
      await expect(page.getByRole('heading', { name: 'Tokens' })).toBeVisible();
      await page.close();
    } finally {
      await only.close();
    }
  });
});

// Every route and every server action of the build × every role. What is not listed here fails the test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIRequestContext } from 'playwright/test';
import { type AccessLevel, can, RIGHTS, type Right, ROLES } from '@/lib/domain/access';
import { makeBundle } from '@/simulator/bundle';
import { ROOT } from '../scripts/steps.mjs';
import { type Desk, expect, test } from './fixtures';

const LEVELS: readonly AccessLevel[] = ['guest', ...ROLES];

function manifest<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, '.next', path), 'utf8')) as T;
}

const request = (name: string) => ({
  name,
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r'] },
  restrictToEdgeWorkerIds: ['4101'],
});

type Call = { method: string; path: string; right: Right; body?: () => string | Buffer };

/** The routes of machines: each method that exists, and the right it needs. */
const ROUTES: Readonly<Record<string, readonly Call[]>> = {
  '/api/health': [{ method: 'GET', path: '/api/health', right: 'app.health' }],
  '/api/ready': [{ method: 'GET', path: '/api/ready', right: 'app.health' }],
  '/api/metrics': [{ method: 'GET', path: '/api/metrics', right: 'metrics.read' }],
  '/api/v1/openapi.json': [{ method: 'GET', path: '/api/v1/openapi.json', right: 'app.docs' }],
  '/api/v1/due': [{ method: 'GET', path: '/api/v1/due', right: 'token.list' }],
  '/api/v1/usage': [{ method: 'GET', path: '/api/v1/usage', right: 'usage.read' }],
  '/api/v1/tokens': [
    { method: 'GET', path: '/api/v1/tokens', right: 'token.list' },
    {
      method: 'POST',
      path: '/api/v1/tokens',
      right: 'token.create',
      body: () => JSON.stringify(request(`m-${crypto.randomUUID().slice(0, 20)}`)),
    },
  ],
  '/api/v1/tokens/[name]': [
    { method: 'GET', path: '/api/v1/tokens/cart-reader', right: 'token.read' },
    { method: 'DELETE', path: '/api/v1/tokens/qa-scratch', right: 'token.revoke' },
  ],
  '/api/v1/tokens/[name]/refresh': [
    { method: 'POST', path: '/api/v1/tokens/store-locator/refresh', right: 'token.refresh' },
  ],
  '/api/v1/tokens/[name]/tokens-file': [
    { method: 'POST', path: '/api/v1/tokens/cart-reader/tokens-file', right: 'token.retrieve' },
  ],
  '/api/v1/bundles/patch': [
    {
      method: 'POST',
      path: '/api/v1/bundles/patch?token=cart-reader',
      right: 'bundle.patch',
      body: () => makeBundle({ name: 'm', version: '1.0.0', tokens: [], style: 'no-file' }),
    },
  ],
  '/api/v1/bundles/inspect': [
    {
      method: 'POST',
      path: '/api/v1/bundles/inspect',
      right: 'bundle.inspect',
      body: () => makeBundle({ name: 'm', version: '1.0.0', tokens: [], style: 'no-file' }),
    },
  ],
  '/[account]/tokens/export': [{ method: 'GET', path: '/default/tokens/export', right: 'token.list' }],
  '/[account]/due/export': [{ method: 'GET', path: '/default/due/export', right: 'token.list' }],
  '/audit/export': [{ method: 'GET', path: '/audit/export?format=jsonl', right: 'audit.read' }],
};

/** Pages: a guest is sent to sign in, everybody else sees them. */
const PAGES: Readonly<Record<string, string>> = {
  '/': '/',
  '/[account]/tokens': '/default/tokens',
  '/[account]/tokens/new': '/default/tokens/new',
  '/[account]/tokens/[name]': '/default/tokens/cart-reader',
  '/[account]/selected': '/default/selected?t=cart-reader&job=refresh',
  '/[account]/runs': '/default/runs',
  '/[account]/runs/[id]': '/default/runs/nobody',
  '/[account]/due': '/default/due',
  '/[account]/edgeworkers': '/default/edgeworkers',
  '/[account]/deployments': '/default/deployments',
  '/[account]/deployments/new': '/default/deployments/new',
  '/[account]/deployments/[id]': '/default/deployments/nobody',
  '/[account]/bundles': '/default/bundles',
  '/tokens': '/tokens',
  '/due': '/due',
  '/keys': '/keys',
  '/api-docs': '/api-docs',
  '/people': '/people',
  '/people/[id]': '/people/nobody',
  '/settings/connections': '/settings/connections',
  '/you': '/you',
  '/audit': '/audit',
  '/settings/findings': '/settings/findings',
  '/settings/notices': '/settings/notices',
};
/** Told to everybody. */
const OPEN = ['/sign-in', '/setup', '/link', '/icon.svg', '/_not-found', '/_global-error'];

/** Calendars: nobody signs in for one, and the address is the secret. What they do is tested in notices.spec.ts. */
const FEEDS = ['/feeds/[secret]'];

/** Patches what is live as of a scan: tested with each role in deployments.spec.ts, on a desk that was scanned. */
const SCANNED = ['/[account]/deployments/patched'];

/** Doors of single sign-on: not there unless it is set up; what they do then is tested in sso.spec.ts. */
const SSO = ['/api/sso/start', '/api/sso/callback'];

async function keyOf(desk: Desk, role: string): Promise<string> {
  return desk.manage(['key', 'create', `matrix-${role}-${crypto.randomUUID()}`, '--role', role]);
}

test('[1] the build has exactly the routes listed here', () => {
  const built = Object.values(manifest<Record<string, string>>('app-path-routes-manifest.json'));
  const listed = [...Object.keys(ROUTES), ...Object.keys(PAGES), ...OPEN, ...FEEDS, ...SCANNED, ...SSO];
  expect(built.sort()).toEqual(listed.sort());
});

test('[1] each route answers who has its right, and refuses everybody else', async ({ desk }) => {
  test.setTimeout(120_000);
  await desk.control.reset();
  const keys = new Map(
    await Promise.all(ROLES.map(async (role) => [role, await keyOf(desk, role)] as const)),
  );
  for (const call of Object.values(ROUTES).flat()) {
    for (const level of LEVELS) {
      const key = level === 'guest' ? undefined : keys.get(level);
      const body = call.body?.();
      const response = await fetch(`${desk.url}${call.path}`, {
        method: call.method,
        headers: {
          ...(key ? { Authorization: `Bearer ${key}` } : {}),
          ...(typeof body === 'string' ? { 'Content-Type': 'application/json' } : {}),
        },
        ...(body ? { body: typeof body === 'string' ? body : new Uint8Array(body) } : {}),
        redirect: 'manual',
      });
      const refusal = level === 'guest' ? 401 : 403;
      const words = `${level} ${call.method} ${call.path}`;
      if (can(level, call.right)) expect([200, 201], words).toContain(response.status);
      else expect(response.status, words).toBe(refusal);
      await response.arrayBuffer();
    }
  }
  const changes = (await desk.control.journal()).filter(({ method }) => method !== 'GET');
  expect(changes.map(({ method }) => method).sort()).toEqual(['DELETE', 'POST', 'POST', 'POST', 'POST']);
});

test('the OpenAPI document has exactly the routes of machines, each with the role it needs', async ({
  desk,
}) => {
  const headers = { Authorization: `Bearer ${await keyOf(desk, 'viewer')}` };
  const document = (await (await fetch(`${desk.url}/api/v1/openapi.json`, { headers })).json()) as {
    paths: Record<string, Record<string, { description: string }>>;
  };
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { description }]) => [
      method.toUpperCase(),
      path,
      roleIn(description),
    ]),
  );
  const listed = Object.entries(ROUTES)
    .filter(([route]) => route.startsWith('/api/'))
    .flatMap(([route, calls]) =>
      calls.map(({ method, right }) => [method, route.replace(/\[(\w+)\]/g, '{$1}'), RIGHTS[right]]),
    );
  expect(described.sort()).toEqual(listed.sort());
});

/** The role that an operation says it needs. */
function roleIn(description: string): string {
  return /Needs the role (\w+)\.$/.exec(description)?.[1] ?? 'guest';
}

test('[1] no route takes a method that is not listed', async ({ desk }) => {
  for (const [route, calls] of Object.entries(ROUTES)) {
    const path = calls[0]?.path ?? '';
    const known = new Set(calls.map(({ method }) => method));
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !known.has(one))) {
      const response = await fetch(`${desk.url}${path}`, {
        method,
        headers: { Origin: desk.url },
        body: '',
      });
      expect(response.status, `${method} ${route}`).toBe(405);
    }
  }
});

test('without its settings there is no single sign-on', async ({ desk }) => {
  for (const path of SSO) {
    const response = await fetch(`${desk.url}${path}?code=x&state=y`, { redirect: 'manual' });
    expect(response.status, path).toBe(404);
    expect(response.headers.get('set-cookie'), path).toBeNull();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await fetch(`${desk.url}${path}`, { method })).status, `${method} ${path}`).toBe(405);
  }
});

test('[10] a guest sees no page but the door', async ({ desk }) => {
  for (const path of Object.values(PAGES)) {
    const response = await fetch(`${desk.url}${path}`, { redirect: 'manual' });
    expect([303, 307, 308], path).toContain(response.status);
    expect(response.headers.get('location'), path).toMatch(/^\/sign-in\?next=/);
    expect(await response.text()).not.toContain('loyalty-points');
  }
});

test('[1] there is no second door: no endpoint of the sign-in library', async ({ desk }) => {
  const paths = [
    'sign-up/email',
    'sign-in/email',
    'get-session',
    'admin/set-role',
    'admin/impersonate-user',
    'admin/set-user-password',
    'admin/create-user',
    'update-user',
    'change-password',
    'list-sessions',
    'ok',
    'error',
  ];
  for (const path of paths) {
    for (const method of ['GET', 'POST']) {
      const response = await fetch(`${desk.url}/api/auth/${path}`, { method });
      expect(response.status, `${method} ${path}`).toBe(404);
    }
  }
});

type ActionManifest = { node: Record<string, { exportedName: string }>; edge: Record<string, unknown> };

/** Each server action, its arguments, and which change at Akamai it makes for whom. */
const ACTIONS: Readonly<
  Record<
    string,
    { fields: Record<string, string>; withState: boolean; changes: { right: Right; method: string } | null }
  >
> = {
  // Of no account: a scan would go on behind the next tests of this desk.
  scanAction: { fields: { account: 'nowhere' }, withState: true, changes: null },
  cancelScanAction: { fields: { account: 'nowhere' }, withState: true, changes: null },
  switchThemeAction: { fields: {}, withState: false, changes: null },
  signOutAction: { fields: {}, withState: false, changes: null },
  rereadAction: { fields: { account: 'default' }, withState: false, changes: null },
  signInAction: {
    fields: { email: 'nobody@example.com', password: 'wrong password', next: '/' },
    withState: true,
    changes: null,
  },
  setupAction: {
    fields: { email: 'intruder@example.com', password: 'a long password', secret: 'guessed' },
    withState: true,
    changes: null,
  },
  claimLinkAction: {
    fields: { secret: 'guessed', password: 'a long password' },
    withState: true,
    changes: null,
  },
  makeKeyAction: {
    fields: { name: 'NAME', role: 'viewer', days: '30' },
    withState: true,
    changes: null,
  },
  saveChannelAction: {
    fields: {
      id: '',
      kind: 'slack',
      name: 'NAME',
      secretUrl: 'https://127.0.0.1:9/',
      dates: 'expiry',
      owner: 'nobody',
      when: 'now',
    },
    withState: true,
    changes: null,
  },
  switchChannelAction: { fields: { id: 'nobody', on: 'yes' }, withState: true, changes: null },
  removeChannelAction: { fields: { id: 'nobody' }, withState: true, changes: null },
  testChannelAction: { fields: { id: 'nobody' }, withState: true, changes: null },
  changeLaddersAction: {
    fields: { expiry: '7', activation: '0', refresh: '', age: '', review: '7' },
    withState: true,
    changes: null,
  },
  makeFeedAction: {
    fields: { name: 'NAME', account: 'default', dates: 'expiry' },
    withState: true,
    changes: null,
  },
  revokeFeedAction: { fields: { id: 'nobody' }, withState: true, changes: null },
  revokeKeyAction: { fields: { name: 'nobody' }, withState: true, changes: null },
  inviteAction: {
    fields: { email: 'invited@example.com', role: 'admin' },
    withState: true,
    changes: null,
  },
  resetLinkAction: { fields: { id: 'nobody' }, withState: true, changes: null },
  withdrawAction: { fields: { email: 'invited@example.com' }, withState: false, changes: null },
  checkAction: { fields: { account: 'default' }, withState: false, changes: null },
  changeLookAction: {
    fields: { account: 'default', name: '', colour: '' },
    withState: true,
    changes: null,
  },
  changeRoleAction: { fields: { id: 'nobody', role: 'admin' }, withState: true, changes: null },
  changeAccountRolesAction: {
    fields: { id: 'nobody', account: 'default', access: 'none' },
    withState: true,
    changes: null,
  },
  setDisabledAction: { fields: { id: 'nobody', disabled: 'yes' }, withState: true, changes: null },
  deletePersonAction: {
    fields: { id: 'nobody', email: 'a@example.com', typed: 'a@example.com' },
    withState: true,
    changes: null,
  },
  endSessionAction: { fields: { person: 'nobody', session: 'all' }, withState: true, changes: null },
  changePasswordAction: {
    fields: { currentPassword: 'wrong password', nextPassword: 'another long password' },
    withState: true,
    changes: null,
  },
  newTokenAction: {
    fields: {
      account: 'default',
      intent: 'create',
      name: 'NAME',
      staging: 'on',
      permission: 'cart:r',
      edgeworkers: 'all',
      attempt: 'ATTEMPT',
    },
    withState: true,
    changes: { right: 'token.create', method: 'POST' },
  },
  refreshAction: {
    fields: { account: 'default', name: 'store-locator', attempt: 'ATTEMPT' },
    withState: true,
    changes: { right: 'token.refresh', method: 'POST' },
  },
  // What a run sends comes later, in bulk.spec.ts: here nobody has the token.
  beginRunAction: {
    fields: { account: 'default', t: 'nobody-has-it', attempt: 'ATTEMPT' },
    withState: true,
    changes: null,
  },
  retryRunAction: {
    fields: { account: 'default', id: 'nobody', attempt: 'ATTEMPT' },
    withState: true,
    changes: null,
  },
  cancelRunAction: { fields: { account: 'default', id: 'nobody' }, withState: true, changes: null },
  // What a deployment sends comes later, in deployments.spec.ts: this desk was never scanned, and nobody has one.
  beginDeploymentAction: {
    fields: {
      account: 'default',
      token: 'cart-reader',
      base: '4103:1.14.0',
      'version-4103-1.14.0': '1.14.1',
      attempt: 'ATTEMPT',
    },
    withState: true,
    changes: null,
  },
  activateAction: {
    fields: { account: 'default', id: 'nobody', network: 'staging', note: '' },
    withState: true,
    changes: null,
  },
  retryUploadAction: {
    fields: { account: 'default', id: 'nobody', position: '0', field: 'version', version: '1.0.1' },
    withState: true,
    changes: null,
  },
  cancelDeploymentAction: { fields: { account: 'default', id: 'nobody' }, withState: true, changes: null },
  changeNotesAction: {
    fields: { account: 'default', t: 'cart-reader', job: 'owner', owner: 'A. Bel' },
    withState: true,
    changes: null,
  },
  changeNoteAction: {
    fields: {
      account: 'default',
      name: 'cart-reader',
      owner: 'A. Bel',
      purpose: '',
      ticket: '',
      tags: '',
      reviewBy: '',
    },
    withState: true,
    changes: null,
  },
  // To no date of the token: refused for everybody, so that what is due on this desk stays so.
  answerAction: {
    fields: { account: 'default', name: 'cart-reader', uuid: 'u', state: 'acknowledged', reason: 'known' },
    withState: true,
    changes: null,
  },
  keepNoteAction: { fields: { account: 'default', name: 'cart-reader' }, withState: true, changes: null },
  // No days: refused for admins too, so that the rules of this desk stay as they are.
  saveRulesAction: { fields: { on: 'legacy', 'days-old': '0' }, withState: true, changes: null },
  revokeAction: {
    fields: { account: 'default', name: 'flags-reader', typed: 'flags-reader', attempt: 'ATTEMPT' },
    withState: true,
    changes: { right: 'token.revoke', method: 'DELETE' },
  },
};

/** Calls an action as the browser does: the reply encoding of React, form fields with the prefix of their part. */
async function callAction(
  api: APIRequestContext,
  desk: Desk,
  id: string,
  { fields, withState }: { fields: Record<string, string>; withState: boolean },
  origin: string | null = desk.url,
): Promise<number> {
  const state = { problem: null, values: {}, step: 'review' };
  const multipart = new FormData();
  for (const [name, value] of Object.entries(fields)) multipart.append(`_1_${name}`, value);
  // Last, as React sends it: what it refers to must be there.
  multipart.append('0', JSON.stringify(withState ? [state, '$K1'] : ['$K1']));
  const response = await api.post(`${desk.url}/sign-in`, {
    headers: { 'Next-Action': id, ...(origin === null ? {} : { Origin: origin }) },
    multipart,
    maxRedirects: 0,
  });
  return response.status();
}

test('[1] each server action changes something for who has its right, and for nobody else', async ({
  browser,
  desk,
}) => {
  test.setTimeout(120_000);
  const { node, edge } = manifest<ActionManifest>('server/server-reference-manifest.json');
  const actions = Object.entries(node).map(([id, { exportedName }]) => ({ id, name: exportedName }));
  expect(edge).toEqual({});
  expect(actions.map(({ name }) => name).sort()).toEqual(Object.keys(ACTIONS).sort());
  await desk.control.reset();
  for (const { id, name } of actions) {
    // Signing out ends the session that the following calls need; it changes nothing at Akamai anyway.
    if (name === 'signOutAction') continue;
    const action = ACTIONS[name];
    if (!action) throw new Error(name);
    for (const level of LEVELS) {
      const context = level === 'guest' ? await browser.newContext() : await desk.signedIn(browser, level);
      await desk.control.clearJournal();
      const unique = crypto.randomUUID();
      const fields = Object.fromEntries(
        Object.entries(action.fields).map(([key, value]) => [
          key,
          value.replace('NAME', `a-${unique.slice(0, 20)}`).replace('ATTEMPT', unique),
        ]),
      );
      await callAction(context.request, desk, id, { fields, withState: action.withState });
      const made = (await desk.control.journal()).filter(({ method }) => method !== 'GET');
      const expected = action.changes && can(level, action.changes.right) ? [action.changes.method] : [];
      expect(
        made.map(({ method }) => method),
        `${level} ${name}`,
      ).toEqual(expected);
      await context.close();
    }
  }
});

test('[6] a change from another site is refused, whatever its headers say', async ({ browser, desk }) => {
  const { node } = manifest<ActionManifest>('server/server-reference-manifest.json');
  const id = Object.entries(node).find(([, { exportedName }]) => exportedName === 'revokeAction')?.[0] ?? '';
  const admin = await desk.signedIn(browser, 'admin');
  await desk.control.reset();
  const fields = {
    account: 'default',
    name: 'qa-scratch',
    typed: 'qa-scratch',
    attempt: crypto.randomUUID(),
  };
  for (const origin of ['https://evil.example', 'null', 'http://localhost:1', null]) {
    await callAction(admin.request, desk, id, { fields, withState: true }, origin);
    const cookies = (await admin.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const deleted = await fetch(`${desk.url}/api/v1/tokens/qa-scratch`, {
      method: 'DELETE',
      headers: {
        Cookie: cookies,
        'X-Forwarded-Host': 'evil.example',
        ...(origin === null ? {} : { Origin: origin }),
      },
    });
    expect(deleted.status, String(origin)).toBe(403);
  }
  const changes = (await desk.control.journal()).filter(({ method }) => method !== 'GET');
  expect(changes).toEqual([]);
  await admin.close();
});

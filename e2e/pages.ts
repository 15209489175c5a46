// All pages for who is signed in and all that they lead to, with the right that each needs, and a desk that has something
// to show on each.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Right, ROLES } from '@/lib/domain/access';
import { uuidOf } from '@/simulator/account';
import { ROOT } from '../scripts/steps.mjs';
import { actionId, type Desk, databaseOf, expect, PASSWORD, reply } from './fixtures';

/** A file that `next build` made. */
export function manifest<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, '.next', path), 'utf8')) as T;
}

/** What there is to see on the desk of the tour. */
export type World = { key: string; invited: string; bystander: string; run: string; deployment: string };

/** The dialog of a date; the simulator gives a name the same uuid in every run. */
export const ANSWER_DIALOG = `/default/due?act=answer&date=refresh-${uuidOf('cart-reader', '1')}`;

/** Each page of the build for who is signed in, the right it needs, and the addresses where all its controls are. */
export const PAGES: Readonly<Record<string, { right: Right; paths: (world: World) => readonly string[] }>> = {
  '/': { right: 'account.list', paths: () => ['/'] },
  '/[account]/tokens': {
    right: 'token.list',
    paths: () => ['/default/tokens?expired=1', '/default/tokens?q=nothing-like-this'],
  },
  '/[account]/tokens/[name]': {
    right: 'token.read',
    paths: () => [
      '/default/tokens/cart-reader',
      '/default/tokens/checkout-rw',
      '/default/tokens/old-login-hints',
      '/default/tokens/cart-reader?act=refresh',
      '/default/tokens/cart-reader?act=revoke',
      '/default/tokens/cart-reader?act=note',
    ],
  },
  '/[account]/selected': {
    right: 'token.list',
    paths: () => [
      '/default/selected?t=cart-reader&t=old-login-hints&job=refresh',
      '/default/selected?t=cart-reader&job=owner',
      '/default/selected?t=cart-reader&job=review',
    ],
  },
  '/[account]/runs': { right: 'token.list', paths: () => ['/default/runs'] },
  '/[account]/runs/[id]': { right: 'token.read', paths: ({ run }) => [`/default/runs/${run}`] },
  // Everybody may prepare a token and hand the link on; creating it is a right of its own.
  '/[account]/tokens/new': {
    right: 'token.list',
    paths: () => ['/default/tokens/new', '/default/tokens/new?from=cart-reader'],
  },
  '/[account]/due': {
    right: 'token.list',
    paths: () => [
      '/default/due?kind=expiry',
      '/default/due?view=month',
      '/default/due?view=charts',
      ANSWER_DIALOG,
    ],
  },
  '/[account]/edgeworkers': {
    right: 'usage.read',
    paths: () => ['/default/edgeworkers', '/default/edgeworkers?q=nothing-like-this'],
  },
  '/[account]/deployments': { right: 'usage.read', paths: () => ['/default/deployments'] },
  '/[account]/deployments/new': {
    right: 'usage.read',
    paths: () => [
      '/default/deployments/new?replaces=cart-session-writer',
      '/default/deployments/new?replaces=cart-reader&token=cart-session-writer&version=4105:1.2.0',
    ],
  },
  '/[account]/deployments/[id]': {
    right: 'usage.read',
    paths: ({ deployment }) => [
      `/default/deployments/${deployment}`,
      `/default/deployments/${deployment}?act=production`,
    ],
  },
  '/[account]/bundles': { right: 'bundle.inspect', paths: () => ['/default/bundles?token=cart-reader'] },
  '/tokens': { right: 'account.list', paths: () => ['/tokens?expired=1'] },
  '/due': { right: 'account.list', paths: () => ['/due?kind=expiry', '/due?view=month', '/due?view=charts'] },
  '/settings/connections': { right: 'account.list', paths: () => ['/settings/connections'] },
  '/settings/notices': {
    right: 'notice.read',
    paths: () => ['/settings/notices', '/settings/notices?add=webhook', '/settings/notices?add=calendar'],
  },
  '/keys': { right: 'key.read', paths: ({ key }) => ['/keys', `/keys?revoke=${key}`] },
  '/api-docs': { right: 'app.docs', paths: () => ['/api-docs'] },
  '/people': { right: 'people.read', paths: () => ['/people'] },
  '/people/[id]': { right: 'people.read', paths: ({ bystander }) => [`/people/${bystander}`] },
  '/you': { right: 'you.read', paths: () => ['/you'] },
  '/settings/findings': {
    right: 'rules.preview',
    paths: () => ['/settings/findings', '/settings/findings?check=1&on=legacy&days-old=90'],
  },
  '/audit': { right: 'audit.read', paths: () => ['/audit', '/audit?entry=1', '/audit?q=nothing-like-this'] },
};

/** What pages link to, or post to, beside pages. */
export const ROUTES: Readonly<Record<string, Right>> = {
  '/[account]/tokens/export': 'token.list',
  '/[account]/due/export': 'token.list',
  '/audit/export': 'audit.read',
  '/[account]/deployments/patched': 'bundle.patch',
  '/api/v1/openapi.json': 'app.docs',
  '/api/v1/bundles/inspect': 'bundle.inspect',
  '/api/v1/bundles/patch': 'bundle.patch',
  '/api/v1/tokens/[name]/tokens-file': 'token.retrieve',
};

/** Signs somebody in once more, as another browser would. */
async function anotherSession(desk: Desk, email: string): Promise<void> {
  const answer = await post(desk, 'signInAction', { email, password: PASSWORD, next: '/' });
  expect(answer.headers.getSetCookie().join(), email).toContain('session_token=');
}

/** A desk with something of everything: an invitation, a key, somebody with two sessions, two of each role's own. */
export async function furnish(desk: Desk): Promise<Omit<World, 'bystander'> & { email: string }> {
  const mark = crypto.randomUUID().slice(0, 8);
  const email = `bystander-${mark}@example.com`;
  const world = { key: `tour-${mark}`, invited: `invited-${mark}@example.com`, email };
  await Promise.all([
    desk.manage(['people', 'add', email, '--role', 'viewer'], PASSWORD),
    desk.manage(['people', 'invite', world.invited, '--role', 'viewer']),
    desk.manage(['key', 'create', world.key, '--role', 'viewer', '--expires', '5']),
  ]);
  const cookie = await managersCookie(desk);
  const [run] = await Promise.all([someRun(desk, cookie), scanned(desk, cookie)]);
  const own = ROLES.map((role) => `${role}@example.com`);
  await Promise.all([email, email, ...own].map((one) => anotherSession(desk, one)));
  return { ...world, run, deployment: someDeployment(desk) };
}

async function managersCookie(desk: Desk): Promise<string> {
  const signedIn = await post(desk, 'signInAction', {
    email: 'manager@example.com',
    password: PASSWORD,
    next: '/',
  });
  return signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** Scans the live versions, so that the pages have something to tell of them. */
async function scanned(desk: Desk, cookie: string): Promise<void> {
  await post(desk, 'scanAction', { account: 'default' }, cookie);
  await expect(async () => {
    const usage = await fetch(`${desk.url}/api/v1/usage`, { headers: { Cookie: cookie } });
    expect(await usage.json()).toMatchObject({ scan: { endedAt: expect.any(String) } });
  }).toPass();
}

/** A run of the manager's that has ended, of a token that is not there: nothing is sent for it. */
async function someRun(desk: Desk, cookie: string): Promise<string> {
  const fields = { account: 'default', t: 'nobody-has-it', attempt: crypto.randomUUID() };
  const begun = await post(desk, 'beginRunAction', fields, cookie);
  const path = begun.headers.get('x-action-redirect')?.split(';')[0] ?? '';
  expect(path).toMatch(/^\/default\/runs\//);
  await expect(async () => {
    const page = await fetch(`${desk.url}${path}`, { headers: { Cookie: cookie } });
    expect(await page.text()).toContain('Retry the 1 failed');
  }).toPass();
  return path.slice('/default/runs/'.length);
}

/** A deployment at rest, with everything that can be done about one: an upload that failed, and activations to ask for. */
function someDeployment(desk: Desk): string {
  const id = crypto.randomUUID();
  const database = databaseOf(desk);
  const steps = [
    [0, 'upload', 'done', null],
    [0, 'staging', 'done', 'CHG-1'],
    [1, 'upload', 'failed', null],
    [2, 'upload', 'done', null],
  ];
  database
    .prepare(
      `insert into deployment (id, attempt, account, actor_kind, actor_id, actor_name, token, replaces, began_at)
       values (?, ?, 'default', 'person', 'gone', 'gone@example.com', 'cart-reader', 'cart-session-writer', ?)`,
    )
    .run(id, id, Date.now());
  const addItem = database.prepare(
    `insert into deployment_item (deployment_id, position, edgeworker, name, base, networks, version)
     values (?, ?, '4105', 'mini-cart', ?, '["staging","production"]', ?)`,
  );
  for (const position of [0, 1, 2]) addItem.run(id, position, `1.${position}.0`, `1.${position}.1`);
  const addStep = database.prepare(
    `insert into deployment_step (deployment_id, position, kind, state, tries, next_at, note, words, at)
     values (?, ?, ?, ?, 1, 0, ?, 'Akamai refused it.', 0)`,
  );
  for (const [position, kind, state, note] of steps) addStep.run(id, position, kind, state, note);
  database.close();
  return id;
}

async function post(desk: Desk, action: string, fields: Record<string, string>, cookie = '') {
  const answer = await fetch(`${desk.url}/sign-in`, {
    method: 'POST',
    headers: { 'Next-Action': actionId(action), Origin: desk.url, Cookie: cookie },
    body: reply(fields),
    redirect: 'manual',
  });
  await answer.arrayBuffer();
  return answer;
}

// A tour of every page as each role: what somebody sees, they may do; what others see and they do not, the server
// refuses them. The pages and the actions are those of the build, so that none is forgotten.
import type { Page } from 'playwright/test';
import { can, type Right, ROLES, type Role } from '@/lib/domain/access';
import { makeBundle } from '@/simulator/bundle';
import { type Desk, detailsRead, expect, test } from './fixtures';
import { furnish, manifest, PAGES, ROUTES, type World } from './pages';

type Fields = readonly (readonly [string, string])[];

/** The right of each server action; what else decides is in its fields, and whether it is about oneself. */
const ACTIONS: Readonly<Record<string, (value: (name: string) => string, isOwn: boolean) => Right>> = {
  switchThemeAction: () => 'app.health',
  signOutAction: () => 'session.end',
  rereadAction: () => 'token.list',
  scanAction: () => 'usage.scan',
  cancelScanAction: () => 'usage.scan',
  newTokenAction: (value) => (value('intent') === 'create' ? 'token.create' : 'token.list'),
  refreshAction: () => 'token.refresh',
  changeNoteAction: () => 'note.change',
  beginRunAction: () => 'token.refresh',
  retryRunAction: () => 'token.refresh',
  cancelRunAction: () => 'token.refresh',
  beginDeploymentAction: () => 'edgeworker.deploy',
  activateAction: () => 'edgeworker.deploy',
  retryUploadAction: () => 'edgeworker.deploy',
  cancelDeploymentAction: () => 'edgeworker.deploy',
  changeNotesAction: () => 'note.change',
  keepNoteAction: () => 'note.change',
  answerAction: () => 'note.change',
  revokeAction: () => 'token.revoke',
  saveRulesAction: () => 'rules.change',
  makeKeyAction: () => 'key.change',
  revokeKeyAction: () => 'key.change',
  inviteAction: () => 'people.change',
  withdrawAction: () => 'people.change',
  changeRoleAction: () => 'people.change',
  changeAccountRolesAction: () => 'people.change',
  checkAction: () => 'connection.check',
  changeLookAction: () => 'account.change',
  saveChannelAction: () => 'notice.change',
  switchChannelAction: () => 'notice.change',
  removeChannelAction: () => 'notice.change',
  testChannelAction: () => 'notice.change',
  changeLaddersAction: () => 'notice.change',
  makeFeedAction: () => 'notice.change',
  revokeFeedAction: () => 'notice.change',
  setDisabledAction: () => 'people.change',
  deletePersonAction: () => 'people.change',
  resetLinkAction: () => 'people.change',
  endSessionAction: (_, isOwn) => (isOwn ? 'you.change' : 'people.change'),
  changePasswordAction: () => 'you.change',
};
/** On the pages for guests. */
const GUESTS_ACTIONS = ['signInAction', 'setupAction', 'claimLinkAction'];

/** What is typed into a form before it is sent, so that nothing but the right can be what is missing. */
const TYPED: Readonly<Record<string, (value: (name: string) => string) => Record<string, string>>> = {
  makeKeyAction: () => ({ name: 'tour-intruder' }),
  inviteAction: () => ({ email: 'tour-intruder@example.com', role: 'admin' }),
  changeRoleAction: () => ({ role: 'admin' }),
  saveChannelAction: () => ({ name: 'tour-intruder', secretUrl: 'https://example.com/' }),
  makeFeedAction: () => ({ name: 'tour-intruder' }),
  deletePersonAction: (value) => ({ typed: value('email') }),
  revokeAction: (value) => ({ typed: value('name') }),
  activateAction: (value) => ({ typed: value('network') }),
};

/** Buttons that a script answers, by their name. */
const BUTTONS: readonly (readonly [RegExp, Right])[] = [
  [/^(Copy|CLI|JSON)/, 'app.health'],
  [/^(Clear$|Select these )/, 'note.change'],
  [/^(Remove |Ask Akamai|Examine again$|Cancel$)/, 'bundle.inspect'],
  [/^(Download |Take .* out$|Cancel the download$)/, 'bundle.patch'],
];

/** So many links of a kind are followed: the same one stands at each of fifty tokens. */
const ALIKE_MAX = 8;
const BUNDLE = makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' });
const REFUSED = 'You may not do that.';

type Form = { page: string; target: string; method: string; fields: Fields };
type Seen = { page: string; links: readonly string[]; forms: readonly Form[]; buttons: readonly string[] };

/** All controls of the page as it stands in the browser, or of `html`, as the server sent it. */
async function controlsOf(page: Page, path: string, html: string | null): Promise<Seen> {
  const found = await page.evaluate((text) => {
    const root = text === null ? document : new DOMParser().parseFromString(text, 'text/html');
    const all = (selector: string) => [...root.querySelectorAll(selector)];
    const forms = [...root.querySelectorAll('form')].flatMap((form) => {
      const fields = [...new FormData(form)].flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' ? [[name, value]] : [],
      );
      const submits = [...form.querySelectorAll('button')].filter(({ type }) => type === 'submit');
      return submits.map(({ name, value }) => ({
        target: form.getAttribute('action') ?? '',
        method: form.method,
        fields: name ? [...fields, [name, value] as [string, string]] : fields,
      }));
    });
    return {
      links: all('a[href]').map((link) => link.getAttribute('href') ?? ''),
      forms,
      buttons: all('button[type=button]').map(
        (button) => button.getAttribute('aria-label') ?? button.textContent?.trim() ?? '',
      ),
    };
  }, html);
  return { ...found, page: path, forms: found.forms.map((form) => ({ page: path, ...form })) };
}

function valueIn(fields: Fields): (name: string) => string {
  return (name) => fields.find(([one]) => one === name)?.[1] ?? '';
}

const ACTION_NAMES = new Map(
  Object.entries(
    manifest<{ node: Record<string, { exportedName: string }> }>('server/server-reference-manifest.json')
      .node,
  ).map(([id, { exportedName }]) => [id, exportedName]),
);

/** The server action that a form posts to, out of the hidden fields that React writes; null for other forms. */
function actionOf({ fields }: Form): string | null {
  for (const [name, value] of fields) {
    const id = /^\$ACTION_ID_(\w+)$/.exec(name)?.[1] ?? /^\$ACTION_\d+:0$/.exec(name)?.[0];
    if (!id) continue;
    const known = ACTION_NAMES.get(id) ?? ACTION_NAMES.get((JSON.parse(value) as { id: string }).id);
    if (!known) throw new Error(`the build has no action ${name} ${value}`);
    return known;
  }
  return null;
}

const ROUTE_PATTERNS = [...Object.keys(PAGES), ...Object.keys(ROUTES)]
  // A fixed name comes before one that may be anything.
  .sort((a, b) => a.split('[').length - b.split('[').length)
  .map((route) => [route, new RegExp(`^${route.replace(/\[\w+\]/g, '[^/]+')}$`)] as const);

function routeOf(pathname: string): string {
  const found = ROUTE_PATTERNS.find(([, pattern]) => pattern.test(pathname));
  if (!found) throw new Error(`no route of the table: ${pathname}`);
  return found[0];
}

/** A control: what it is like (the same for all tokens of a table), its right, and how to use it without a browser. */
type Control = { like: string; right: Right; use: { link: string } | { form: Form } | null };

/** `self` is the id of who sees them. */
function controlsFrom(seen: Seen, self: string): Control[] {
  const base = new URL('http://desk');
  const link = (href: string): Control => {
    const url = new URL(href, new URL(seen.page, base));
    expect(url.origin, href).toBe(base.origin);
    const route = routeOf(url.pathname);
    const names = [...url.searchParams].map(([name, value]) => (name === 'act' ? `act=${value}` : name));
    const right = PAGES[route]?.right ?? ROUTES[route];
    if (!right) throw new Error(route);
    return {
      like: `${route}?${[...new Set(names)].sort()}`,
      right,
      use: { link: url.pathname + url.search },
    };
  };
  const form = (one: Form): Control => {
    const action = actionOf(one);
    if (action) {
      const value = valueIn(one.fields);
      const right = ACTIONS[action]?.(value, value('person') === self);
      if (!right) throw new Error(`no right for ${action}`);
      return { like: `${action} ${value('intent')} ${right}`, right, use: { form: one } };
    }
    if (one.method === 'get') {
      const query = new URLSearchParams(one.fields.map(([name, value]): [string, string] => [name, value]));
      const target = one.target || new URL(one.page, base).pathname;
      return link(`${target}?${query}`);
    }
    return { ...link(one.target), use: { form: one } };
  };
  const button = (name: string): Control => {
    const right = BUTTONS.find(([pattern]) => pattern.test(name))?.[1];
    if (!right) throw new Error(`no right for the button ${name}`);
    return { like: `button ${right}`, right, use: null };
  };
  const within = seen.links.filter((href) => !href.startsWith('#'));
  return [...within.map(link), ...seen.forms.map(form), ...seen.buttons.map(button)];
}

/** Everything that a role sees on all pages, before and after scripts, with dialogs and later steps. */
async function tour(page: Page, role: Role, world: World): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const { right, paths } of Object.values(PAGES)) {
    for (const path of can(role, right) ? paths(world) : []) {
      const answer = await page.goto(path);
      const html = (await answer?.text()) ?? '';
      expect(html.includes(REFUSED), `${role} ${path}`).toBe(false);
      const { pathname, search } = new URL(page.url());
      const shown = pathname + search;
      seen.push(await controlsOf(page, shown, html), await controlsOf(page, shown, null));
    }
  }
  await page.goto('/default/bundles?token=cart-reader');
  const files = ['one.tgz', 'two.tgz'].map((name) => ({
    name,
    mimeType: 'application/gzip',
    buffer: BUNDLE,
  }));
  await page.getByLabel('Drop .tgz bundles here, paste or choose them').setInputFiles(files);
  await expect(page.getByRole('button', { name: 'Remove two.tgz' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: /^\d ready/ })).toBeVisible();
  seen.push(await controlsOf(page, '/default/bundles', null));
  const draft = '/default/tokens/new?name=tour-new&ns=cart:r&ew=all&net=s';
  await page.goto(draft);
  await page.getByRole('button', { name: /^Review/ }).click();
  await expect(page.getByRole('heading', { name: 'Review' })).toBeVisible();
  seen.push(await controlsOf(page, draft, null));
  return seen;
}

/** The controls once each, by what they are like and where they lead. */
function distinct(controls: readonly Control[]): Control[] {
  const key = ({ like, use }: Control) => `${like} ${use && 'link' in use ? use.link : ''}`;
  return [...new Map(controls.map((one) => [key(one), one])).values()];
}

/** How often each right was refused to somebody, as the audit has it. */
async function refusals(admin: Page, email: string): Promise<Record<string, number>> {
  const text = await (await admin.request.get('/audit/export?format=jsonl&outcome=forbidden')).text();
  const counts: Record<string, number> = {};
  for (const line of text.split('\n').filter(Boolean)) {
    const { action, outcome, actor_name } = JSON.parse(line) as Record<string, string>;
    if (outcome !== 'forbidden' || actor_name !== email || !action) continue;
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

test('the tour knows every page for who is signed in, and every action', () => {
  const built = Object.entries(manifest<Record<string, string>>('app-path-routes-manifest.json'));
  const pages = built.filter(([key]) => key.startsWith('/(signed-in)/') && key.endsWith('/page'));
  expect(pages.map(([, route]) => route).sort()).toEqual(Object.keys(PAGES).sort());
  expect([...new Set(ACTION_NAMES.values())].sort()).toEqual(
    [...Object.keys(ACTIONS), ...GUESTS_ACTIONS].sort(),
  );
});

test('[1] each role sees what it may do, and the server refuses what only higher roles see', async ({
  pageOf,
  desk,
}) => {
  test.setTimeout(300_000);
  const { email, ...furnished } = await furnish(desk);
  const pages = new Map<Role, Page>();
  for (const role of ROLES) pages.set(role, await pageOf(role));
  const pageFor = (role: Role): Page => {
    const page = pages.get(role);
    if (!page) throw new Error(role);
    return page;
  };
  const admin = pageFor('admin');
  await detailsRead(admin);
  await admin.goto('/people');
  const ids = await admin
    .locator('a[href^="/people/"]')
    .evaluateAll((links) => links.map((link) => [link.textContent, link.getAttribute('href')]));
  const idOf = (address: string) =>
    ids.find(([text]) => text === address)?.[1]?.slice('/people/'.length) ?? '';
  const world: World = { ...furnished, bystander: idOf(email) };

  const controls = new Map<Role, Control[]>();
  const visit = async (role: Role) => {
    const seen = await tour(pageFor(role), role, world);
    const self = idOf(`${role}@example.com`);
    controls.set(role, distinct(seen.flatMap((one) => controlsFrom(one, self))));
  };
  await Promise.all(ROLES.map(visit));
  await expectSeenIsAllowed(desk, controls, pageFor);

  const before = await stateOf(desk);
  await desk.control.clearJournal();
  for (const role of ROLES) {
    const own = new Set(controls.get(role)?.map(({ like }) => like));
    const above = ROLES.slice(ROLES.indexOf(role) + 1).flatMap((higher) => controls.get(higher) ?? []);
    const hidden = [...new Map(above.map((one) => [one.like, one])).values()].filter(
      ({ like }) => !own.has(like),
    );
    if (role !== 'admin') expect(hidden.length, role).toBeGreaterThan(0);
    await expectHiddenIsRefused(desk, pageFor(role), role, hidden, idOf(`${role}@example.com`), admin);
  }
  expect(await stateOf(desk)).toEqual(before);
  const changes = (await desk.control.journal()).filter(({ method }) => method !== 'GET');
  expect(changes).toEqual([]);
});

/** People with their roles, and keys. */
async function stateOf(desk: Desk): Promise<string[]> {
  return Promise.all([desk.manage(['people', 'list']), desk.manage(['key', 'list'])]);
}

/** Every control that a role sees belongs to a right it has, and every link leads to a page that is there for it. */
async function expectSeenIsAllowed(
  desk: Desk,
  controls: ReadonlyMap<Role, readonly Control[]>,
  pageFor: (role: Role) => Page,
): Promise<void> {
  for (const [role, own] of controls) {
    const forbidden = own.filter(({ right }) => !can(role, right)).map(({ like }) => like);
    expect(forbidden, `${role} sees what it may not do`).toEqual([]);
    const counts = new Map<string, number>();
    const links = own.flatMap(({ like, use }) => {
      counts.set(like, (counts.get(like) ?? 0) + 1);
      return use && 'link' in use && (counts.get(like) ?? 0) <= ALIKE_MAX ? [use.link] : [];
    });
    const follow = async (link: string) => {
      const answer = await pageFor(role).request.get(`${desk.url}${link}`, { maxRedirects: 0 });
      const words = `${role} ${link}`;
      expect(answer.status(), words).toBe(link === '/' ? 307 : 200);
      expect((await answer.text()).includes(REFUSED), words).toBe(false);
    };
    for (let at = 0; at < links.length; at += 8) await Promise.all(links.slice(at, at + 8).map(follow));
  }
}

/** Uses controls of higher roles directly. A refusal of an action is on record, whatever the page around it says. */
async function expectHiddenIsRefused(
  desk: Desk,
  page: Page,
  role: Role,
  hidden: readonly Control[],
  self: string,
  admin: Page,
): Promise<void> {
  const refused = () => refusals(admin, `${role}@example.com`);
  for (const { like, right, use } of hidden) {
    const words = `${role} ${like}`;
    if (use && 'link' in use) {
      const answer = await page.request.get(`${desk.url}${use.link}`, { maxRedirects: 0 });
      const body = await answer.text();
      if (!can(role, right)) {
        expect(answer.status() === 403 || body.includes(REFUSED), words).toBe(true);
        continue;
      }
      // The page is there for this role too: with the controls that it may use, and no other.
      const shown = controlsFrom(await controlsOf(page, use.link, body), self);
      expect(
        shown.filter((one) => !can(role, one.right)),
        words,
      ).toEqual([]);
      continue;
    }
    expect(can(role, right), words).toBe(false);
    if (!use) continue;
    const { form } = use;
    const action = actionOf(form);
    const typed = action ? TYPED[action]?.(valueIn(form.fields)) : undefined;
    const multipart = new FormData();
    for (const [name, value] of form.fields)
      if (typed === undefined || !(name in typed)) multipart.append(name, value);
    for (const [name, value] of Object.entries(typed ?? {})) multipart.append(name, value);
    if (form.target.startsWith('/api/v1/bundles/'))
      multipart.append('bundle', new Blob([new Uint8Array(BUNDLE)]), 'one.tgz');
    const before = await refused();
    const answer = await page.request.post(`${desk.url}${action ? form.page : form.target}`, {
      headers: { Origin: desk.url },
      multipart,
      maxRedirects: 0,
    });
    if (!action) expect(answer.status(), words).toBe(403);
    const after = await refused();
    expect(after[right] ?? 0, `${words}: the refusal of ${right} on record`).toBe((before[right] ?? 0) + 1);
  }
}

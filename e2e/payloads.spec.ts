// What each role is sent: every name of data in the pages' payloads and in the JSON is on a list here. A new name is
// added to it by who has asked themselves whether that role may see it.
import { ROLES, type Role } from '@/lib/domain/access';
import { makeBundle } from '@/simulator/bundle';
import { SIMULATOR_CREDENTIAL } from '@/simulator/server';
import { actionId, type Desk, expect, openDesk, PASSWORD, reply, test } from './fixtures';
import { flightInHtml, flightKeys, jsonKeys } from './flight';
import { furnish, PAGES, type World } from './pages';

const words = (text: string) => text.split(/\s+/).filter(Boolean);

/** On any page: the router's own, links and icons, and the frame of the page. None of them is a name of data. */
const FRAME = new Set(
  words(`
    G P S a b bound c d f h i k l m n p q r s t v key id ref name children title
    error errorScripts errorStyles template templateScripts templateStyles notFound forbidden unauthorized
    parallelRouterKey
    href prefetch scroll className aria-current aria-expanded aria-hidden data-look data-square
    aliases icon node size strokeWidth fill points cx cy rx ry x x1 x2 y y1 y2 width height
    mark action
  `),
);

/** The rows of a table of tokens. */
const ROWS = `today rows pick usedBy withActions refreshHref revokeHref account owner isLegacy isDoubtful status next kind day
  details networks staging production permissions namespaces edgeWorkers`;

/** The bar of the selected ones. */
const PICKED = 'allHref exportHref matching mayNote mayRefresh runsHref';

/** What a page holds of data, and from which role on. */
const DATA: Readonly<Record<string, Partial<Record<Role, string>>>> = {
  '/': { viewer: ROWS, manager: PICKED },
  '/[account]/tokens': { viewer: ROWS, manager: PICKED },
  '/[account]/tokens/[name]': {
    // The texts to copy.
    viewer: 'label text',
    // The scan.
    releaser: 'account submit',
    // The dialogs.
    manager: `attempt closeHref keep keepHref labelledBy look mustType
      note owner purpose reviewBy tags ticket`,
  },
  '/[account]/tokens/new': {
    viewer: `account attempt cliOptions mayCreate taken source
      draft from mode ids networks permissions staging production
      namespaces on geoLocation groupId restrictDataAccess retentionSeconds
      edgeWorkers`,
  },
  '/[account]/selected': { manager: 'account attempt keepHref names job' },
  '/[account]/runs': {},
  '/[account]/runs/[id]': { manager: 'account attempt submit' },
  // The calendar: its days, and the address that its keys change.
  '/[account]/due': {
    viewer: 'aria-label data-day data-due data-today path search',
    // The dialog of an answer.
    manager: 'account back choices closeHref day hidden kind labelledBy latest lead next usual uuid words',
  },
  '/[account]/edgeworkers': {
    viewer: `account rows fault versions version networks tokens entries path token words
      findings severity code text unclear helper`,
    releaser: 'submit',
  },
  '/[account]/deployments': {},
  // The form that uploads.
  '/[account]/deployments/new': {
    manager: `account attempt base canDownload cards downloadTo field heading isSent label replaces submit suggested token
      version`,
  },
  '/[account]/deployments/[id]': {
    manager: 'account closeHref confirm field keepHref label labelledBy network position submit version',
  },
  '/[account]/bundles': { viewer: 'account chosen edgeWorkers label mayPatch text tokens' },
  '/tokens': { viewer: `${ROWS} colour` },
  '/due': { viewer: 'aria-label data-day data-due data-today path search' },
  '/settings/connections': { admin: 'account colour colours' },
  '/settings/notices': { admin: 'accounts activation age channel expiry kind ladders refresh review slug' },
  '/keys': { admin: 'closeHref labelledBy' },
  '/api-docs': { viewer: 'label text' },
  '/people': {},
  '/people/[id]': {
    admin: 'access accounts email isDisabled label namespaces person role roles session slug stagingOnly',
  },
  // One's own sessions.
  '/you': { viewer: 'label person session' },
  '/audit': {},
  // The rules that are to be saved.
  '/settings/findings': { admin: 'fields' },
};

const TOKEN = `name uuid kind status expiry issueDate latestRefreshDate nextScheduledRefreshDate tokenActivationStatus
  allowOnStaging allowOnProduction cpcode namespacePermissions restrictToEdgeWorkerIds`;
const LISTED_TOKEN = `${TOKEN} usage state edgeWorkers onProduction`;
const PROBLEM = 'type title status code detail';
const INSPECTION = `packedBytes unpackedBytes entries path type bytes tokensFile tokensFiles inlined helperVersion
  edgeWorkerVersion suggestedVersion findings severity code text preview validation`;
const PREVIEW = `ok file changes kind namespace token was key isRewritten entriesKept diff before after pieces hidden`;

type Call = { path: string; bundle?: true; data: Partial<Record<Role, string>> };
/** The same for the HTTP API: here a role gets a list of its own, the one below it when there is none. */
const CALLS: readonly Call[] = [
  {
    path: '/api/v1/tokens',
    data: { viewer: `account asOf detailsPending tokens ${LISTED_TOKEN}` },
  },
  {
    path: '/api/v1/usage',
    data: {
      viewer: `account scan beganAt endedAt progress done total isCancelled held problem asOf tokens name uuid state
        uses edgeWorker edgeWorkerName version networks matchedBy entries path key isInlined
        findings severity code text maybe gone unread`,
    },
  },
  { path: '/api/v1/tokens/cart-reader', data: { viewer: LISTED_TOKEN } },
  { path: '/api/v1/tokens/old-login-hints', data: { viewer: LISTED_TOKEN } },
  { path: '/api/v1/tokens/nobody', data: { viewer: `${PROBLEM} upstream errorCode requestId` } },
  {
    path: '/api/v1/due?kind=refresh&window=90',
    data: {
      viewer: `account asOf today detailsPending items kind day daysLeft window words findings
        answer note owner purpose ticket tags reviewBy token ${TOKEN}`,
    },
  },
  { path: '/api/v1/bundles/inspect', bundle: true, data: { viewer: INSPECTION } },
  {
    path: '/api/v1/bundles/inspect?token=cart-reader',
    bundle: true,
    // What a patch would write is for who may patch.
    data: { viewer: PROBLEM, releaser: `${INSPECTION} ${PREVIEW}` },
  },
];

/** For nobody at all: the credential, and the account switch key of the second account. */
const SECRETS = [...Object.values(SIMULATOR_CREDENTIAL), 'CANARY-SWITCH'];

async function signIn(desk: Desk, role: Role): Promise<string> {
  const answer = await fetch(`${desk.url}/sign-in`, {
    method: 'POST',
    headers: { 'Next-Action': actionId('signInAction'), Origin: desk.url },
    body: reply({ email: `${role}@example.com`, password: PASSWORD, next: '/' }),
    redirect: 'manual',
  });
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** The values that no payload for `role` may have, as far as they are in `text`. */
function leaksIn(text: string, role: Role, path: string): string[] {
  const leaks = SECRETS.filter((secret) => text.includes(secret));
  if (role === 'admin') return leaks;
  const addresses = text.match(/[\w.+-]+@[\w-]+\.[\w.-]*\w/g) ?? [];
  leaks.push(...addresses.filter((one) => one !== `${role}@example.com`));
  // Where somebody signed in from is for themselves, and keys with their beginnings are for admins.
  const more = path === '/you' ? /etd_\w+/g : /127\.0\.0\.1|etd_\w+|Mozilla\/\S+/g;
  return [...leaks, ...(text.match(more) ?? [])];
}

test('[86] the payloads of every page and call hold what their role may see, and nothing else', async () => {
  test.setTimeout(180_000);
  const { desk, close } = await openDesk('payloads', {
    people: ROLES,
    env: { ACCOUNT_SWITCH_KEYS: 'second=1-CANARY-SWITCH:1-2RBL' },
  });
  try {
    expect(Object.keys(DATA).sort()).toEqual(Object.keys(PAGES).sort());
    const { email, ...furnished } = await furnish(desk);
    const cookies = new Map<Role, string>();
    for (const role of ROLES) cookies.set(role, await signIn(desk, role));
    const get = async (role: Role, path: string, init: RequestInit = {}) => {
      const headers = { Cookie: cookies.get(role) ?? '', Origin: desk.url, ...init.headers };
      const text = await (await fetch(`${desk.url}${path}`, { ...init, headers })).text();
      expect(leaksIn(text, role, path), `${role} ${path}`).toEqual([]);
      return text;
    };
    const people = await get('admin', '/people');
    const bystander = new RegExp(`/people/([^"]+)"[^>]*>${email}<`).exec(people)?.[1] ?? '';
    const world: World = { ...furnished, bystander };
    // So that rows have all that they can have.
    await expect
      .poll(async () => JSON.parse(await get('viewer', '/api/v1/tokens')))
      .toMatchObject({ detailsPending: 0 });
    // The second account is there, and its key stays where it is.
    expect(people).toContain('/second/tokens');
    expect(bystander).not.toBe('');

    for (const role of ROLES) {
      const upTo = (data: Partial<Record<Role, string>>) =>
        ROLES.slice(0, ROLES.indexOf(role) + 1).map((one) => data[one] ?? '');
      for (const [route, { paths }] of Object.entries(PAGES)) {
        const found = new Set<string>();
        for (const path of paths(world)) {
          const flights = [
            flightInHtml(await get(role, path)),
            await get(role, path, { headers: { RSC: '1' } }),
          ];
          if (path !== '/') for (const flight of flights) expect(flight, path).toContain('"children"');
          for (const key of flights.flatMap((flight) => [...flightKeys(flight)])) found.add(key);
        }
        const data = [...found].filter((key) => !FRAME.has(key)).sort();
        expect(data, `${role} ${route}`).toEqual(words(upTo(DATA[route] ?? {}).join(' ')).sort());
      }
      for (const { path, bundle, data } of CALLS) {
        const body = makeBundle({ name: 'm', version: '1.0.0', tokens: [], style: 'no-file' });
        const init = bundle ? { method: 'POST', body: new Uint8Array(body) } : {};
        const keys = [...jsonKeys(JSON.parse(await get(role, path, init)))].sort();
        const listed = new Set(words(upTo(data).filter(Boolean).at(-1) ?? ''));
        expect(keys, `${role} ${path}`).toEqual([...listed].sort());
      }
      for (const path of ['/default/tokens/export', '/default/due/export']) await get(role, path);
    }
  } finally {
    await close();
  }
});

// A day at work in short: people look at pages, pipelines patch bundles, tokens are made, refreshed and revoked, and
// Akamai misbehaves now and then. The server's memory and open files must come to rest.
import { chromium } from 'playwright';
import { scriptBundle } from '../bench/bundle-of-size';
import { findChromium } from '../chromium.mjs';
import { type Desk, openDesk } from '../desk';
import { openHandles, residentMb } from '../process-figures';

const USERS = 20;
const ROLES = ['viewer', 'releaser', 'manager', 'admin'] as const;
type Role = (typeof ROLES)[number];
const SAMPLE_MS = 5_000;
/** An address, as a folder's name may hold blanks. */
const COLLECT = new URL('./collect.mjs', import.meta.url).href;

export type Soak = {
  minutes: number;
  requests: number;
  /** Tokens that were made, refreshed and then revoked. */
  revoked: number;
  /** Answers of status 500, and anything the server said it did not expect. */
  faults: number;
  /** Resident memory, MiB, and open files: the median of a sixth of the time, after the first and at the end. */
  memory: { early: number; late: number };
  handles: { early: number; late: number };
};

const PAGES: Readonly<Record<Role, readonly string[]>> = {
  viewer: ['/default/tokens', '/default/tokens/cart-reader', '/default/due', '/you', '/api-docs'],
  releaser: [
    '/default/bundles',
    '/default/tokens?q=cart',
    '/default/tokens/waf-signals',
    '/default/edgeworkers',
    '/default/deployments/new?replaces=cart-session-writer',
  ],
  manager: [
    '/default/tokens',
    '/default/tokens/new',
    '/default/tokens/stock-levels?act=revoke',
    '/default/due?view=charts',
    '/default/runs',
  ],
  admin: [
    '/people',
    '/keys',
    '/audit',
    '/tokens',
    '/due?view=month',
    '/settings/notices',
    '/settings/findings',
  ],
};

/** What goes wrong upstream, one after the other. */
const FAULTS = [
  { times: 3, answer: { status: 503, headers: { 'content-type': 'application/json' }, body: '{}' } },
  { times: 2, drop: 'before' as const },
  { times: 2, drop: 'after' as const },
  { times: 2, delayMs: 2_500 },
  { times: 2, answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>no JSON</p>' } },
] as const;

/** Works for `minutes` with 20 users. */
export async function soak(minutes: number, report: (line: string) => void): Promise<Soak> {
  const { desk, close } = await openDesk('soak', {
    people: ROLES,
    env: {
      LOG_LEVEL: 'warn',
      AKAMAI_TIMEOUT: '2',
      USAGE_SCAN_HOURS: '1',
      NODE_OPTIONS: `--import ${COLLECT}`,
    },
  });
  try {
    const cookies = await signIn(desk);
    const key = await desk.manage(['key', 'create', 'soak', '--role', 'admin']);
    await warmUp(desk, cookies, key);
    const end = performance.now() + minutes * 60_000;
    const counted = { requests: 0, failures: 0, revoked: 0 };
    const samples: { memory: number; handles: number }[] = [];
    const isOver = () => performance.now() >= end;
    const user = async (index: number) => {
      const role = ROLES[index % ROLES.length] ?? 'viewer';
      while (!isOver()) {
        await act(desk, { role, cookie: cookies.get(role) ?? '', key, index }, counted);
        await pause(1_000 + Math.random() * 4_000, end);
      }
    };
    const upstream = async () => {
      for (let turn = 0; !isOver(); turn += 1) {
        await pause(10_000, end);
        await desk.control.clearJournal();
        await desk.control.clearFaults();
        const fault = FAULTS[turn % FAULTS.length];
        if (fault) await desk.control.fault(fault);
      }
    };
    const watcher = async () => {
      for (let count = 0; !isOver(); count += 1) {
        await pause(SAMPLE_MS, end);
        const sample = { memory: residentMb(desk.pid), handles: openHandles(desk.pid) };
        samples.push(sample);
        if (count % 60 === 0)
          report(
            `${Math.round((count * SAMPLE_MS) / 60_000)} min: ${counted.requests} requests, ${Math.round(sample.memory)} MiB, ${sample.handles} open files`,
          );
      }
    };
    await Promise.all([...Array.from({ length: USERS }, (_, index) => user(index)), upstream(), watcher()]);
    const unexpected = desk.log().match(/unhandled rejection|uncaught exception/g)?.length ?? 0;
    const sixth = Math.max(1, Math.floor(samples.length / 6));
    const early = samples.slice(sixth, 2 * sixth);
    const late = samples.slice(-sixth);
    return {
      minutes,
      requests: counted.requests,
      revoked: counted.revoked,
      faults: counted.failures + unexpected,
      memory: { early: median(early, 'memory'), late: median(late, 'memory') },
      handles: { early: median(early, 'handles'), late: median(late, 'handles') },
    };
  } finally {
    await close();
  }
}

async function signIn(desk: Desk): Promise<Map<Role, string>> {
  const executablePath = findChromium();
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  try {
    const cookies = new Map<Role, string>();
    for (const role of ROLES) {
      const context = await desk.signedIn(browser, role);
      const jar = await context.cookies();
      cookies.set(role, jar.map(({ name, value }) => `${name}=${value}`).join('; '));
      await context.close();
    }
    return cookies;
  } finally {
    await browser.close();
  }
}

/** Every kind of work once, and again: code that is loaded when first needed is no growth. */
async function warmUp(desk: Desk, cookies: ReadonlyMap<Role, string>, key: string): Promise<void> {
  const counted = { requests: 0, failures: 0, revoked: 0 };
  for (let round = 0; round < 2; round += 1) {
    for (const role of ROLES) {
      const Cookie = cookies.get(role) ?? '';
      for (const page of PAGES[role]) await call(desk, counted, page, { headers: { Cookie } });
    }
    await patch(desk, counted, key);
    await makeRefreshRevoke(desk, counted, key, 0);
  }
  if (counted.failures > 0)
    throw new Error(`${counted.failures} answers of status 500 before anything was wrong`);
}

type User = { role: Role; cookie: string; key: string; index: number };
type Counted = { requests: number; failures: number; revoked: number };

const BUNDLE = new Uint8Array(scriptBundle(100 * 1024));
let made = 0;

async function act(desk: Desk, { role, cookie, key, index }: User, counted: Counted): Promise<void> {
  const page = PAGES[role][Math.floor(Math.random() * PAGES[role].length)] ?? '/';
  await call(desk, counted, page, { headers: { Cookie: cookie } });
  const chance = Math.random();
  if (role === 'releaser' && chance < 0.1) await patch(desk, counted, key);
  if (role === 'admin' && chance < 0.1) await makeRefreshRevoke(desk, counted, key, index);
}

async function call(desk: Desk, counted: Counted, path: string, init: RequestInit = {}): Promise<number> {
  const answer = await fetch(`${desk.url}${path}`, init);
  await answer.arrayBuffer();
  counted.requests += 1;
  if (answer.status === 500) counted.failures += 1;
  return answer.status;
}

async function patch(desk: Desk, counted: Counted, key: string): Promise<void> {
  const headers = { Authorization: `Bearer ${key}` };
  await call(desk, counted, '/api/v1/bundles/patch?token=cart-reader', {
    method: 'POST',
    headers,
    body: BUNDLE,
  });
}

async function makeRefreshRevoke(desk: Desk, counted: Counted, key: string, index: number): Promise<void> {
  made += 1;
  const name = `soak-${index}-${made}`;
  const headers = { Authorization: `Bearer ${key}` };
  const request = {
    name,
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r'] },
    restrictToEdgeWorkerIds: ['4101'],
  };
  await call(desk, counted, '/api/v1/tokens', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });
  await call(desk, counted, `/api/v1/tokens/${name}/refresh`, { method: 'POST', headers });
  // Whether it is used is not known before a scan has seen it.
  const gone = await call(desk, counted, `/api/v1/tokens/${name}?confirm=${name}`, {
    method: 'DELETE',
    headers,
  });
  if (gone < 300) counted.revoked += 1;
}

/** Waits, but not beyond `end`. */
function pause(ms: number, end: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(ms, end - performance.now()))));
}

function median(samples: readonly { memory: number; handles: number }[], what: 'memory' | 'handles'): number {
  const sorted = samples.map((sample) => sample[what]).toSorted((a, b) => a - b);
  return Math.round(sorted[sorted.length >> 1] ?? Number.NaN);
}

/** Prints the figures of `npm run long -- soak [MINUTES]`; throws when memory or open files grow. */
export async function longSoak(): Promise<void> {
  const result = await soak(Number(process.argv[3] ?? 120), console.log);
  console.log(JSON.stringify(result));
  const { memory, handles, faults } = result;
  if (faults > 0) throw new Error(`${faults} answers or log lines that nobody expected`);
  if (memory.late - memory.early > 30) throw new Error('the memory grows');
  if (handles.late - handles.early > 10) throw new Error('open files grow');
}

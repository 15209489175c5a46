// Data folders that cannot be used: the production server says what is wrong with them and ends, or reads on without
// changing anything. Nothing here needs a disk of its own.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { freePort, ROOT } from '../scripts/steps.mjs';
import { type Desk, expect, openDesk, test } from './fixtures';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-disks-'));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
/** Root without the rights that make it stand above the owners of files. */
const PLAIN_ROOT = ['setpriv', '--bounding-set=-dac_override,-dac_read_search,-fowner,-chown'];

/** Starts the server on `dataDir`, and gives its exit code and what it said. */
async function start(dataDir: string, wrapped: readonly string[] = []) {
  const port = await freePort();
  const [command = '', ...args] = [...wrapped, process.execPath, join(ROOT, 'scripts', 'start.mjs')];
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), PUBLIC_URL: `http://localhost:${port}` },
    timeout: 30_000,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, said };
}

function fresh(): string {
  return mkdtempSync(join(folder, 'data-'));
}

type Broken = { make: () => string; wrapped?: readonly string[]; words: RegExp };

const BROKEN: Readonly<Record<string, Broken>> = {
  'the folder of somebody else': {
    // Whoever is not root owns none of the system's folders.
    make: () => {
      if (!isRoot) return '/usr/token-desk';
      const dataDir = fresh();
      chownSync(dataDir, NOBODY, NOBODY);
      return dataDir;
    },
    ...(isRoot ? { wrapped: PLAIN_ROOT } : {}),
    words: /DATA_DIR cannot be used: .*belongs to somebody else/,
  },
  'a file in the place of the folder': {
    make: () => {
      const path = join(fresh(), 'file');
      writeFileSync(path, '');
      return path;
    },
    words: /DATA_DIR cannot be used/,
  },
  'a folder in the place of the database': {
    make: () => {
      const dataDir = fresh();
      mkdirSync(join(dataDir, 'token-desk.db'));
      return dataDir;
    },
    words: /The database in DATA_DIR cannot be opened/,
  },
  'a folder in the place of its log': {
    make: () => {
      const dataDir = fresh();
      writeFileSync(join(dataDir, 'token-desk.db'), '');
      mkdirSync(join(dataDir, 'token-desk.db-wal'));
      return dataDir;
    },
    words: /The disk of DATA_DIR fails/,
  },
  'a folder where a database was, as when its mount is missing': {
    make: () => {
      const dataDir = fresh();
      writeFileSync(join(dataDir, 'cookie-secret'), 'x');
      return dataDir;
    },
    words: /DATA_DIR was used before .* but its database token-desk\.db is missing/,
  },
  'a disk that fails at the first write': {
    make: fresh,
    wrapped: ['prlimit', '--fsize=0'],
    words: /The lock of DATA_DIR cannot be taken/,
  },
  'a disk that fails while the tables are made': {
    make: fresh,
    wrapped: ['prlimit', '--fsize=32768'],
    words: /The disk of DATA_DIR fails/,
  },
};

for (const [name, { make, wrapped = [], words }] of Object.entries(BROKEN))
  test(`[101] ${name}: the server says so and ends with 1`, async () => {
    test.skip(process.platform !== 'linux', 'setpriv and prlimit are of Linux');
    const dataDir = make();
    const { status, said } = await start(dataDir, wrapped);
    expect(said).toMatch(/^Token Desk cannot start\. /m);
    expect(said).toMatch(words);
    expect(said).not.toMatch(/setup\?secret=|unexpected error/);
    expect(status).toBe(1);
    // What may be there has no tables, and so no admin.
    const database = join(dataDir, 'token-desk.db');
    if (!existsSync(database) || !statSync(database).isFile() || statSync(database).size === 0) return;
    const raw = new Libsql(database, { readonly: true });
    expect(raw.prepare('select name from sqlite_schema').all()).toEqual([]);
    raw.close();
  });

/** How the server is. The quickest of some answers counts: other work on the machine is not the server's. */
async function readiness(desk: Desk) {
  const times: number[] = [];
  let answer = { code: 0, status: '', reasons: [] as string[] };
  for (let round = 0; round < 9; round += 1) {
    const started = performance.now();
    const response = await fetch(`${desk.url}/api/ready`);
    const { status, reasons } = (await response.json()) as { status: string; reasons: string[] };
    times.push(performance.now() - started);
    answer = { code: response.status, status, reasons };
  }
  expect(Math.min(...times)).toBeLessThan(50);
  return answer;
}

const READY = { code: 200, status: 'ready', reasons: [] };

test('[101] a disk that begins to fail: reading goes on, changes and readiness say so, and it ends with the failure', async ({
  browser,
}) => {
  test.skip(process.platform !== 'linux', 'prlimit is of Linux');
  const { desk, close } = await openDesk('failing', { people: ['viewer'] });
  try {
    const key = await desk.manage(['key', 'create', 'ci', '--role', 'admin']);
    const context = await desk.signedIn(browser, 'viewer');
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${desk.url}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return answer.status;
    };
    const create = (name: string) =>
      call('POST', '/tokens', {
        name,
        allowOnStaging: true,
        allowOnProduction: false,
        namespacePermissions: { cart: ['r'] },
        restrictToEdgeWorkerIds: ['4101'],
      });
    /** Beyond that size the system answers each write with an error, EFBIG: for SQLite one like any other of a disk. */
    const limitFiles = (bytes: string) =>
      expect(spawnSync('prlimit', ['--pid', String(desk.pid), `--fsize=${bytes}:unlimited`]).status).toBe(0);
    expect(await readiness(desk)).toEqual(READY);
    expect(await create('before')).toBe(201);
    limitFiles('1024');
    await desk.control.clearJournal();
    expect(await create('during')).toBe(503);
    expect((await desk.control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await call('GET', '/tokens')).toBe(200);
    await expect.poll(() => readiness(desk)).toEqual({ code: 503, status: 'degraded', reasons: ['disk'] });
    const page = await context.newPage();
    await page.goto('/default/tokens');
    await expect(page.getByRole('table')).toBeVisible();

    // Signing out cannot be stored: the browser forgets the session, and the page says that the server does not.
    const [cookie] = await context.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByText('You are signed out in this browser only.')).toBeVisible();
    await page.goto('/default/tokens');
    await expect(page).toHaveURL(/sign-in/);
    const copy = { Cookie: `${cookie?.name}=${cookie?.value}` };
    expect((await fetch(`${desk.url}/api/v1/tokens`, { headers: copy })).status).toBe(200);
    expect(desk.log()).toContain('"msg":"the database does not take a change"');

    limitFiles('unlimited');
    await expect.poll(() => readiness(desk)).toEqual(READY);
    expect(await create('after')).toBe(201);
    expect(await desk.manage(['audit', 'verify'])).toContain('whole');
    await context.close();
  } finally {
    await close();
  }
});

test('[99] a server whose lock was taken away says so', async () => {
  const { desk, close } = await openDesk('lock', { people: [] });
  try {
    expect(await readiness(desk)).toEqual(READY);
    rmSync(join(desk.dataDir, 'server.lock'));
    expect(await readiness(desk)).toEqual({ code: 503, status: 'not-ready', reasons: ['lock'] });
    // Another one made it anew: it is not this one's.
    writeFileSync(join(desk.dataDir, 'server.lock'), '', { mode: 0o600 });
    expect(await readiness(desk)).toEqual({ code: 503, status: 'not-ready', reasons: ['lock'] });
  } finally {
    await close();
  }
});

// The data of a running server: a backup beside it, a restore when it is stopped, a second server, and what guests learn.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBundle } from '@/simulator/bundle';
import { freePort, ROOT } from '../scripts/steps.mjs';
import { expect, openDesk, PASSWORD, test } from './fixtures';

test('[102] a backup under load is restored: the audit holds, people sign in, keys work, sessions ended', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const { desk, close } = await openDesk('restore', { people: ['admin'] });
  try {
    const key = await desk.manage(['key', 'create', 'ci', '--role', 'releaser']);
    const context = await desk.signedIn(browser, 'admin');
    const bundle = new Uint8Array(
      makeBundle({ name: 'shop', version: '1.4.2', tokens: [], style: 'no-file' }),
    );
    const patch = () =>
      fetch(`${desk.url}/api/v1/bundles/patch?token=cart-reader`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}` },
        body: bundle,
      });
    let isOver = false;
    const writer = (async () => {
      let patched = 0;
      while (!isOver) {
        expect((await patch()).status).toBe(200);
        patched += 1;
      }
      return patched;
    })();
    const file = join(desk.dataDir, '..', 'backup.db');
    const said = await desk.manage(['backup', file]);
    isOver = true;
    expect(await writer).toBeGreaterThan(0);
    const [, rows, head = ''] = /version \d+, (\d+) audit entries, head ([0-9a-f]{64})$/.exec(said) ?? [];
    expect(Number(rows)).toBeGreaterThan(4);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(desk.manage(['backup', file])).rejects.toThrow('already');
    await expect(desk.manage(['restore', file])).rejects.toThrow(`process ${desk.pid}`);
    // After the backup: it is undone by the restore.
    await desk.manage(['key', 'revoke', 'ci']);
    expect((await patch()).status).toBe(401);
    await desk.kill();
    expect(await desk.manage(['restore', file])).toContain(head);
    expect(
      readdirSync(desk.dataDir).filter((name) => name.includes('.before-restore-')).length,
    ).toBeGreaterThan(0);
    await desk.restart();
    expect(await desk.manage(['audit', 'verify', '--head', head])).toContain('whole');
    expect((await patch()).status).toBe(200);
    const page = await context.newPage();
    await page.goto('/default/tokens');
    await expect(page).toHaveURL(/sign-in/);
    await page.getByLabel('E-mail').fill('admin@example.com');
    await page.getByLabel('Password').fill('a password for tests only');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(/\/tokens/);
    await context.close();
  } finally {
    await close();
  }
});

test('[99] a second server on the same data names the first and ends; the first goes on', async ({
  desk,
}) => {
  const port = await freePort();
  const next = join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next');
  const second = spawn(process.execPath, [next, 'start', '-p', String(port), '-H', '127.0.0.1'], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: desk.dataDir, PUBLIC_URL: `http://localhost:${port}` },
  });
  let said = '';
  second.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const status = await new Promise((resolve) => second.once('close', resolve));
  expect(status).toBe(1);
  expect(said).toContain(`Another server (process ${desk.pid}) runs on this DATA_DIR.`);
  expect((await fetch(`${desk.url}/api/ready`)).status).toBe(200);
});

test('[100] on a full disk pages and lists are there, changes are answered 503, and space ends that without a restart', async ({
  browser,
}) => {
  test.skip(process.getuid?.() !== 0 || process.platform !== 'linux', 'needs root to mount a small disk');
  test.setTimeout(120_000);
  const disk = mkdtempSync(join(tmpdir(), 'token-desk-disk-'));
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]).status).toBe(0);
  const { desk, close } = await openDesk('full', {
    people: ['viewer'],
    env: { DATA_DIR: join(disk, 'data') },
  });
  try {
    const key = await desk.manage(['key', 'create', 'ci', '--role', 'admin']);
    const context = await desk.signedIn(browser, 'viewer');
    const call = async (method: string, body?: unknown) => {
      const answer = await fetch(`${desk.url}/api/v1/tokens`, {
        method,
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { code } = (await answer.json()) as { code?: string };
      return { status: answer.status, code };
    };
    let count = 0;
    const create = () => {
      count += 1;
      return call('POST', {
        name: `full-${count}`,
        allowOnStaging: true,
        allowOnProduction: false,
        namespacePermissions: { cart: ['r'] },
        restrictToEdgeWorkerIds: ['4101'],
      });
    };
    expect((await create()).status).toBe(201);
    const ballast = join(disk, 'ballast');
    spawnSync('sh', ['-c', `cat /dev/zero > "${ballast}"`]);
    // A few may still fit into the space that the database has already.
    let refused = await create();
    while (refused.status === 201 && count < 200) refused = await create();
    expect(refused.status).toBe(503);
    expect(['storage-unavailable', 'audit-unavailable']).toContain(refused.code);
    const ready = async () => (await fetch(`${desk.url}/api/ready`)).json();
    await expect.poll(ready).toEqual({ status: 'degraded', reasons: ['disk'] });
    await desk.control.clearJournal();
    expect((await create()).status).toBe(503);
    expect((await desk.control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await call('GET')).status).toBe(200);
    const page = await context.newPage();
    await page.goto('/default/tokens');
    await expect(page.getByRole('table')).toBeVisible();
    rmSync(ballast);
    expect((await create()).status).toBe(201);
    await expect.poll(ready).toEqual({ status: 'ready', reasons: [] });
    expect(await desk.manage(['audit', 'verify'])).toContain('whole');
    await context.close();
  } finally {
    await close();
    spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});

test('[103] every file of a server that began with umask 000 is for its user only', async () => {
  const previous = process.umask(0);
  // All files are its own and the shell's: none comes from another desk.
  const { desk, close } = await openDesk('umask', { people: [] });
  try {
    await desk.manage(['people', 'add', 'viewer@example.com', '--role', 'viewer'], PASSWORD);
    process.umask(previous);
    const modes = readdirSync(desk.dataDir).map((name) => [
      name,
      statSync(join(desk.dataDir, name)).mode & 0o777,
    ]);
    for (const expected of [
      'cookie-secret',
      'server.lock',
      'server.pid',
      'token-desk.db',
      'token-desk.db-wal',
    ])
      expect(modes).toContainEqual([expected, 0o600]);
    expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([]);
    expect(statSync(desk.dataDir).mode & 0o777).toBe(0o700);
  } finally {
    process.umask(previous);
    await close();
  }
});

test('[113] health and readiness tell guests no version, no path and no name', async ({ desk }) => {
  for (const [path, body] of [
    ['/api/health', { status: 'ok' }],
    ['/api/ready', { status: 'ready', reasons: [] }],
  ] as const) {
    const answer = await fetch(`${desk.url}${path}`);
    expect(answer.status).toBe(200);
    // The whole body: whatever is added has to be looked at here.
    expect(await answer.json()).toEqual(body);
    const headers = JSON.stringify([...answer.headers]);
    expect(headers).not.toMatch(/\d+\.\d+\.\d+|next\.js|node|powered|sqlite|libsql/i);
    expect(headers).not.toContain(desk.dataDir);
  }
});

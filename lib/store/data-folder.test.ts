// The data folder as an operator may find it: any umask, a second server, a lock that was left, a disk that is full,
// read-only or not there. Real processes, a real full disk.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AuditRow, appendAudit, readAudit, verifyAudit } from './audit';
import { backUp } from './backup';
import { StoreError } from './data-folder';
import { openDatabase } from './database';
import { startChild } from './testdata/spawn';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-data-folder-'));
const isRoot = process.getuid?.() === 0;
after(() => rmSync(folder, { recursive: true, force: true }));

function modesIn(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path).map((name) => [name, (statSync(join(path, name)).mode & 0o777).toString(8)]),
  );
}

function row(target: string): AuditRow {
  return {
    phase: 'single',
    intent_seq: null,
    actor_kind: 'operator',
    actor_id: 'operator',
    actor_name: 'operator',
    source: null,
    action: 'test',
    target,
    account: null,
    outcome: 'ok',
    detail: '{}',
    upstream_request_id: null,
  };
}

test('[103] everything in the data folder is for its user only, though the umask allows all', async () => {
  const dataDir = join(folder, 'modes');
  for (const what of ['lock', 'open'] as const) {
    const child = startChild(what, dataDir);
    await child.done;
    // While it is open: the log and its index are there.
    const modes = modesIn(dataDir);
    await child.kill();
    assert.deepEqual(new Set(Object.values(modes)), new Set(['600']), JSON.stringify(modes));
    assert.ok((what === 'open' ? 'token-desk.db-wal' : 'server.pid') in modes);
  }
  assert.equal((statSync(dataDir).mode & 0o777).toString(8), '700');
});

test('[103] wide modes of an older program are narrowed, and a backup is for its user only', async () => {
  const dataDir = join(folder, 'wide');
  const before = umaskZero(() => openDatabase(dataDir));
  for (const name of readdirSync(dataDir)) chmodSync(join(dataDir, name), 0o666);
  chmodSync(dataDir, 0o777);
  const again = umaskZero(() => openDatabase(dataDir));
  assert.deepEqual(new Set(Object.values(modesIn(dataDir))), new Set(['600']));
  assert.equal((statSync(dataDir).mode & 0o777).toString(8), '700');
  const copies = join(folder, 'copies');
  mkdirSync(copies);
  const previous = process.umask(0);
  await backUp(join(copies, 'backup.db'), again).finally(() => process.umask(previous));
  assert.deepEqual(modesIn(copies), { 'backup.db': '600' });
  before.raw.close();
  again.raw.close();
});

function umaskZero<T>(run: () => T): T {
  const previous = process.umask(0);
  try {
    return run();
  } finally {
    process.umask(previous);
  }
}

test('[99] a second server is refused at once with the number of the first; a killed one is no obstacle', async () => {
  const dataDir = join(folder, 'lock');
  const first = startChild('lock', dataDir);
  await first.done;
  const { lockDataFolder } = await import('./server-lock');
  const started = performance.now();
  assert.throws(
    () => lockDataFolder(dataDir),
    new StoreError(`Another server (process ${first.process.pid}) runs on this DATA_DIR. Stop it first.`),
  );
  assert.ok(performance.now() - started < 2_000);
  // The first one still has it.
  await assert.rejects(startChild('lock', dataDir).done, /Another server/);
  await first.kill();
  const next = startChild('lock', dataDir);
  await next.done;
  await next.kill();
});

test('[99] a change of the tables is refused while a server runs, and nothing is changed', async () => {
  const dataDir = join(folder, 'lock-migration');
  const { raw } = openDatabase(dataDir);
  // As if this program knew one version more than the server that runs.
  raw.pragma('user_version = 1');
  const server = startChild('lock', dataDir);
  await server.done;
  assert.throws(() => openDatabase(dataDir), /Another server/);
  assert.deepEqual(raw.pragma('user_version'), [{ user_version: 1 }]);
  await server.kill();
  raw.close();
});

test('[101] no new database is made where one was lost', () => {
  for (const trace of [
    'cookie-secret',
    'token-desk.db.before-restore-20261101T000000000Z',
    'token-desk.db-wal',
  ]) {
    const dataDir = mkdtempSync(join(folder, 'lost-'));
    writeFileSync(join(dataDir, trace), 'x');
    assert.throws(
      () => openDatabase(dataDir),
      (error) => error instanceof StoreError && error.message.includes(trace),
    );
    assert.deepEqual(readdirSync(dataDir), [trace]);
  }
});

test('[101] a file in the place of the folder is refused in words', () => {
  const path = join(folder, 'a-file');
  writeFileSync(path, '');
  assert.throws(() => openDatabase(path), StoreError);
  assert.throws(() => openDatabase(join(path, 'below')), StoreError);
});

test('[101] a database that is none, or is damaged, is refused in words and kept', () => {
  const dataDir = mkdtempSync(join(folder, 'none-'));
  const text = 'this is no database, whatever its name is. '.repeat(50);
  writeFileSync(join(dataDir, 'token-desk.db'), text);
  assert.throws(() => openDatabase(dataDir), StoreError);
  assert.equal(statSync(join(dataDir, 'token-desk.db')).size, text.length);
});

const mountless = isRoot && process.platform === 'linux' ? false : 'needs root to mount a small disk';

/** A disk of 3 MB of its own; gone after `run`. */
async function onSmallDisk(run: (dir: string, makeReadOnly: () => void) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(folder, 'disk-'));
  const mount = (options: string) => {
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  };
  mount('size=3m');
  try {
    await run(dir, () => mount('remount,ro'));
  } finally {
    // Lazily: libsql lets go of its files when the statements are collected.
    spawnSync('umount', ['-l', dir]);
  }
}

test('[100] on a full disk reads work, no write is half done, and all works again when there is space', {
  skip: mountless,
}, async () => {
  await onSmallDisk(async (dir) => {
    const store = openDatabase(join(dir, 'data'));
    appendAudit(row('before'), store);
    fillUp(join(dir, 'ballast'));
    let written = 1;
    assert.throws(() => {
      // The pages that the log has already may be used again.
      for (; written < 2_000; written += 1) appendAudit(row('x'.repeat(2_000)), store);
    });
    assert.equal((await readAudit(5_000, null, store)).length, written);
    assert.equal((await verifyAudit(null, store)).ok, true);
    await assert.rejects(backUp(join(dir, 'backup.db'), store), StoreError);
    assert.deepEqual(readdirSync(dir).sort(), ['ballast', 'data']);
    rmSync(join(dir, 'ballast'));
    assert.equal(appendAudit(row('after'), store), written + 1);
    store.raw.close();
    fillUp(join(dir, 'ballast'));
    assert.throws(() => openDatabase(join(dir, 'other')), StoreError);
  });
});

function fillUp(path: string): void {
  // The disk takes what fits; that it is full is what is wanted.
  spawnSync('sh', ['-c', `cat /dev/zero > "${path}"`]);
  assert.ok(existsSync(path));
}

test('[101] a read-only disk is refused in words at the start', { skip: mountless }, async () => {
  await onSmallDisk(async (dir, makeReadOnly) => {
    const dataDir = join(dir, 'data');
    const first = startChild('open', dataDir);
    await first.done;
    await first.kill();
    makeReadOnly();
    assert.throws(() => openDatabase(dataDir), StoreError);
    await assert.rejects(startChild('lock', dataDir).done, /read-only/);
  });
});

// Backup beside a server that writes, and restore of files of every kind. Real files, real SQL.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AuditRow, appendAudit, readAudit, verifyAudit } from './audit';
import { backUp, restore } from './backup';
import { StoreError } from './data-folder';
import { type Database, openDatabase } from './database';
import { MIGRATIONS } from './migrations';
import { startChild } from './testdata/spawn';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-backup-'));
const opened: Database[] = [];
after(() => {
  for (const { raw } of opened) raw.close();
  rmSync(folder, { recursive: true, force: true });
});

const RESTORE: AuditRow = {
  phase: 'single',
  intent_seq: null,
  actor_kind: 'operator',
  actor_id: 'operator',
  actor_name: 'operator',
  source: null,
  action: 'database.restore',
  target: 'backup.db',
  account: null,
  outcome: 'ok',
  detail: '{}',
  upstream_request_id: null,
};

function newFolder(): string {
  return mkdtempSync(join(folder, 'data-'));
}

function open(dataDir = newFolder()): Database {
  const store = openDatabase(dataDir);
  opened.push(store);
  return store;
}

/** A database with somebody signed in, and an audit of `entries`. */
function filled(entries: number, dataDir = newFolder()): Database {
  const store = open(dataDir);
  store.raw.exec(
    `insert into "user" (id, name, email, "emailVerified", image, "createdAt", "updatedAt", role, disabled)
       values ('u1','ann','ann@example.com',1,null,'2026-11-01','2026-11-01','admin',0);
     insert into "session" values ('s1','2099-11-01','token','2026-11-01','2026-11-01','','','u1');
     insert into setup_secret (hash, created_at, expires_at) values ('h', 1, 2);`,
  );
  for (let entry = 0; entry < entries; entry += 1) appendAudit({ ...RESTORE, action: `e${entry}` }, store);
  return store;
}

/** A backup of a database with an audit of five; `change` may spoil it. */
async function backup(change: (raw: Database['raw']) => void = () => undefined): Promise<string> {
  const source = filled(5);
  change(source.raw);
  const path = join(newFolder(), 'backup.db');
  source.raw.prepare('vacuum into ?').run(path);
  return path;
}

function count(store: Database, table: string): unknown {
  const [row] = store.raw.prepare(`select count(*) as count from "${table}"`).all() as { count: number }[];
  return row?.count;
}

function sums(dataDir: string): Record<string, string> {
  const names = readdirSync(dataDir).filter((name) => !name.startsWith('server.'));
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dataDir, name)))
        .digest('hex'),
    ]),
  );
}

test('[102] a backup has all that was acknowledged, and goes into an empty folder', async () => {
  const source = filled(20);
  const path = join(newFolder(), 'backup.db');
  const made = await backUp(path, source);
  const verdict = await verifyAudit(null, source);
  assert.ok(verdict.ok);
  assert.deepEqual(made, { version: MIGRATIONS.length, rows: 20, head: verdict.head });
  appendAudit(RESTORE, source);
  const target = join(newFolder(), 'new');
  const restored = await restore(path, target, RESTORE);
  assert.deepEqual(restored, { ...made, aside: null });
  const store = open(target);
  assert.equal(count(store, 'user'), 1);
  assert.equal(count(store, 'session'), 0);
  assert.equal(count(store, 'setup_secret'), 0);
  const after = await verifyAudit(made.head, store);
  assert.deepEqual(after.ok && after.rows, 21);
  assert.equal((await readAudit(1, null, store))[0]?.action, 'database.restore');
});

test('a restored backup sends nothing of a run that was under way in it', async () => {
  const source = filled(1);
  source.raw.exec(
    `insert into bulk_run (id, attempt, account, actor_kind, actor_id, actor_name, began_at, next_at)
       values ('r', 'a', 'default', 'person', 'p', 'p@example.com', 1, 1);
     insert into bulk_item (run_id, position, name, state, tries, at) values ('r', 0, 'cart', 'waiting', 0, 1),
       ('r', 1, 'promo', 'sending', 1, 1), ('r', 2, 'geo', 'checking', 1, 1), ('r', 3, 'shop', 'done', 1, 1)`,
  );
  const path = join(newFolder(), 'backup.db');
  await backUp(path, source);
  const target = join(newFolder(), 'new');
  await restore(path, target, RESTORE);
  const states = open(target).raw.prepare('select state from bulk_item order by position').all();
  assert.deepEqual(states, [
    { state: 'unknown' },
    { state: 'unknown' },
    { state: 'unknown' },
    { state: 'done' },
  ]);
});

test('a restored backup sends nothing of a deployment that waited in it', async () => {
  const source = filled(1);
  source.raw.exec(
    `insert into deployment (id, attempt, account, actor_kind, actor_id, actor_name, token, began_at)
       values ('d', 'a', 'default', 'person', 'p', 'p@example.com', 'cart-2', 1);
     insert into deployment_item (deployment_id, position, edgeworker, name, base, networks, version)
       values ('d', 0, '4101', 'cart', '1', '["staging"]', '2');
     insert into deployment_step (deployment_id, position, kind, state, tries, next_at, sent_at, at)
       values ('d', 0, 'upload', 'working', 1, 1, 1, 1), ('d', 0, 'staging', 'waiting', 0, 1, null, 1),
         ('d', 0, 'production', 'working', 1, 1, null, 1)`,
  );
  const path = join(newFolder(), 'backup.db');
  await backUp(path, source);
  const target = join(newFolder(), 'new');
  await restore(path, target, RESTORE);
  const states = open(target).raw.prepare('select kind, state from deployment_step order by kind').all();
  assert.deepEqual(states, [
    { kind: 'production', state: 'cancelled' },
    { kind: 'staging', state: 'cancelled' },
    { kind: 'upload', state: 'working' },
  ]);
});

test('[102] backups beside a writer are whole, each with what was written before it', async () => {
  const source = filled(1);
  let written = 1;
  const writer = setInterval(() => {
    appendAudit(RESTORE, source);
    written += 1;
  }, 1);
  try {
    for (let round = 0; round < 10; round += 1) {
      const before = written;
      const { rows } = await backUp(join(folder, `beside-${round}.db`), source);
      assert.ok(rows >= before && rows <= written);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    clearInterval(writer);
  }
});

test('[102] a backup overwrites nothing', async () => {
  const path = join(newFolder(), 'precious.txt');
  writeFileSync(path, 'precious');
  await assert.rejects(backUp(path, filled(1)), /already/);
  assert.equal(readFileSync(path, 'utf8'), 'precious');
  // Neither is what has the name that a backup has until it is whole.
  const part = join(newFolder(), 'b.db.part');
  writeFileSync(part, 'precious');
  await assert.rejects(backUp(part.replace(/\.part$/, ''), filled(1)), /already/);
  assert.equal(readFileSync(part, 'utf8'), 'precious');
  await assert.rejects(backUp(join(folder, 'no such folder', 'b.db'), filled(1)), StoreError);
});

test('[102] a restore keeps the database that was there, with its log', async () => {
  const dataDir = newFolder();
  // Killed, so that what it wrote is in its log only.
  const writer = startChild('open', dataDir);
  await writer.done;
  await writer.kill();
  assert.ok(statSync(join(dataDir, 'token-desk.db-wal')).size > 0);
  const { aside } = await restore(await backup(), dataDir, RESTORE);
  assert.match(aside ?? '', /token-desk\.db\.before-restore-\d{8}T\d{9}Z$/);
  const moved = newFolder();
  for (const companion of ['', '-wal'])
    copyFileSync(`${aside}${companion}`, join(moved, `token-desk.db${companion}`));
  assert.equal(count(open(moved), 'audit'), 0);
  assert.equal(count(open(dataDir), 'audit'), 6);
});

test('[102] a damaged database is replaced by a backup', async () => {
  const dataDir = newFolder();
  writeFileSync(join(dataDir, 'token-desk.db'), 'no database any more');
  await restore(await backup(), dataDir, RESTORE);
  assert.equal(count(open(dataDir), 'audit'), 6);
});

test('[102] a copy with its log beside it is restored whole, and stays as it is', async () => {
  const dataDir = newFolder();
  filled(7, dataDir);
  const copies = newFolder();
  for (const name of ['token-desk.db', 'token-desk.db-wal'])
    copyFileSync(join(dataDir, name), join(copies, name));
  const before = sums(copies);
  const target = newFolder();
  const { rows } = await restore(join(copies, 'token-desk.db'), target, RESTORE);
  assert.equal(rows, 7);
  assert.deepEqual(sums(copies), before);
});

test('[102] while a server runs nothing is restored', async () => {
  const dataDir = newFolder();
  const server = startChild('lock', dataDir);
  try {
    await server.done;
    await assert.rejects(
      restore(await backup(), dataDir, RESTORE),
      new RegExp(`process ${server.process.pid}`),
    );
    assert.equal(existsSync(join(dataDir, 'token-desk.db')), false);
  } finally {
    // Left alive, it would hold up the end of all tests.
    await server.kill();
  }
});

const REFUSED: Readonly<Record<string, { make: () => Promise<string>; words: RegExp }>> = {
  'no file': { make: async () => join(folder, 'nothing'), words: /There is no file/ },
  'a folder': { make: async () => newFolder(), words: /There is no file/ },
  'an empty file': {
    make: async () => written(Buffer.alloc(0)),
    words: /no SQLite database/,
  },
  'a text': { make: async () => written(Buffer.from('select 1;'.repeat(100))), words: /no SQLite database/ },
  'a file that was cut': {
    make: async () => {
      const whole = readFileSync(await backup());
      return written(whole.subarray(0, whole.length - 4_096 * 3));
    },
    words: /is damaged/,
  },
  'a file with an overwritten page': {
    make: async () => {
      const bytes = readFileSync(await backup());
      bytes.fill(0x5a, 4_096 * 4, 4_096 * 5);
      return written(bytes);
    },
    words: /is damaged/,
  },
  'the database of a newer program': {
    make: () => backup((raw) => raw.pragma('user_version = 99')),
    words: /newer Token Desk/,
  },
  'a bare copy of a database in use': {
    make: async () => {
      const dataDir = newFolder();
      filled(3, dataDir);
      const path = join(newFolder(), 'copy.db');
      copyFileSync(join(dataDir, 'token-desk.db'), path);
      return path;
    },
    words: /manage -- backup/,
  },
  'an audit that was edited': {
    make: () =>
      backup((raw) => raw.exec("drop trigger audit_no_update; update audit set target = 'x' where seq = 3")),
    words: /audit .* was changed at entry 3/,
  },
  'an audit that is open to edits': {
    make: () => backup((raw) => raw.exec('drop trigger audit_no_update')),
    words: /other tables/,
  },
  "another program's database": {
    make: () => backup((raw) => raw.exec('pragma user_version = 0; drop table audit')),
    words: /no database of Token Desk/,
  },
};

function written(bytes: Uint8Array): string {
  const path = join(newFolder(), 'file.db');
  writeFileSync(path, bytes);
  return path;
}

for (const [name, { make, words }] of Object.entries(REFUSED))
  test(`[102] not restored, and nothing is changed: ${name}`, async () => {
    const dataDir = newFolder();
    const present = filled(2, dataDir);
    const before = sums(dataDir);
    await assert.rejects(
      restore(await make(), dataDir, RESTORE),
      (error) => error instanceof StoreError && words.test(error.message),
    );
    assert.deepEqual(sums(dataDir), before);
    assert.equal(count(present, 'audit'), 2);
  });

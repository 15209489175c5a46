// Secrets in the database: real files, real rows.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { backUp } from './backup';
import { StoreError } from './data-folder';
import { type Database, openDatabase } from './database';
import { checkSealed, forgetSealed, seal, unseal } from './sealing';

const SECRET = 'https://hooks.example.com/services/CANARY-HOOK';
const folders: string[] = [];

/** A data folder of its own, with settings that are read anew. */
function opened(env: Record<string, string> = {}): { dataDir: string; store: Database } {
  const dataDir = mkdtempSync(join(tmpdir(), 'token-desk-sealing-'));
  folders.push(dataDir);
  setSettings({ DATA_DIR: dataDir, ...env });
  return { dataDir, store: openDatabase(dataDir) };
}

function setSettings(env: Record<string, string>): void {
  delete process.env.SECRETS_KEY;
  Object.assign(process.env, env);
  (globalThis as { __tokenDesk?: Map<string, unknown> }).__tokenDesk?.delete('settings');
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function addChannel({ raw }: Database, id: string, sealed: string | null): void {
  raw
    .prepare(
      `insert into notice_channel (id, name, kind, target, sealed, kinds, since, last_digest_at, is_on, created_at,
       created_by, updated_at) values (?, ?, 'slack', 'https://…', ?, '[]', '2026-11-26', 0, 1, 0, 'x', 0)`,
    )
    .run(id, `name of ${id}`, sealed);
}

const refused = (error: unknown) => error instanceof StoreError && /another key/.test(error.message);

test('[105] what is sealed opens for its row, and for no other', () => {
  const { store } = opened();
  const sealed = seal(SECRET, 'row-1', store);
  assert.equal(unseal(sealed, 'row-1'), SECRET);
  assert.throws(() => unseal(sealed, 'row-2'), refused);
  assert.notEqual(seal(SECRET, 'row-1', store), sealed);
});

test('[105] nothing of it can be changed, cut or added', () => {
  const { store } = opened();
  const sealed = Buffer.from(seal('x', 'row', store), 'base64url');
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => unseal(changed.toString('base64url'), 'row'), refused, `bit ${bit}`);
  }
  for (let length = 0; length < sealed.length; length += 1)
    assert.throws(() => unseal(sealed.subarray(0, length).toString('base64url'), 'row'), refused);
  assert.throws(() => unseal(Buffer.concat([sealed, sealed]).toString('base64url'), 'row'), refused);
});

test('[103] [105] the key is a file beside the database, for its user only, and made when first needed', () => {
  const umask = process.umask(0);
  try {
    const { dataDir, store } = opened();
    assert.ok(!readdirSync(dataDir).includes('secrets-key'));
    seal('x', 'row', store);
    assert.equal(statSync(join(dataDir, 'secrets-key')).mode & 0o777, 0o600);
    assert.ok(!readdirSync(dataDir).includes('secrets-key.part'));
  } finally {
    process.umask(umask);
  }
});

test('[105] the key of the settings is used where it is set, and no file is made', () => {
  const key = Buffer.alloc(32, 3).toString('base64');
  const { dataDir, store } = opened({ SECRETS_KEY: key });
  const sealed = seal(SECRET, 'row', store);
  assert.ok(!readdirSync(dataDir).includes('secrets-key'));
  setSettings({ DATA_DIR: dataDir });
  assert.throws(() => unseal(sealed, 'row'), refused);
  setSettings({ DATA_DIR: dataDir, SECRETS_KEY: key });
  assert.equal(unseal(sealed, 'row'), SECRET);
});

test('[105] a backup holds the secret in no form that can be read without the key', async () => {
  const { dataDir, store } = opened();
  addChannel(store, 'row', seal(SECRET, 'row', store));
  const file = join(dataDir, 'backup.db');
  await backUp(file, store);
  const bytes = readFileSync(file).toString('latin1');
  assert.ok(bytes.includes('name of row'));
  assert.ok(!bytes.includes('CANARY-HOOK'));
  const key = readFileSync(join(dataDir, 'secrets-key'), 'utf8').trim();
  assert.ok(!bytes.includes(key) && !bytes.includes(Buffer.from(key, 'base64').toString('latin1')));
});

test('[105] with another key, without it, or with a row moved to another place, the start is refused and nothing changes', () => {
  const { dataDir, store } = opened();
  checkSealed(store);
  addChannel(store, 'row-1', seal(SECRET, 'row-1', store));
  checkSealed(store);
  const rows = () => JSON.stringify(store.raw.prepare('select * from notice_channel').all());
  const before = rows();
  const path = join(dataDir, 'secrets-key');
  const key = readFileSync(path);
  for (const wrong of [Buffer.alloc(32, 9).toString('base64'), '', 'x']) {
    writeFileSync(path, wrong);
    assert.throws(() => checkSealed(store), refused, wrong);
  }
  rmSync(path);
  assert.throws(() => checkSealed(store), refused);
  // A new key would make the old secrets unreadable for good, without a word.
  assert.throws(() => seal('x', 'row-2', store), refused);
  assert.ok(!readdirSync(dataDir).includes('secrets-key'));
  assert.equal(rows(), before);
  writeFileSync(path, key);
  checkSealed(store);
  store.raw.prepare("update notice_channel set id = 'row-9'").run();
  assert.throws(() => checkSealed(store), refused);
});

test('[105] of secrets that open none is forgotten', () => {
  const { store } = opened();
  addChannel(store, 'row-1', seal(SECRET, 'row-1', store));
  addChannel(store, 'row-2', seal(SECRET, 'another row', store));
  assert.deepEqual(forgetSealed(store), ['name of row-2']);
  checkSealed(store);
  const rows = store.raw.prepare('select id, is_on from notice_channel where sealed is not null').all();
  assert.deepEqual(rows, [{ id: 'row-1', is_on: 1 }]);
  assert.deepEqual(forgetSealed(store), []);
});

test('[105] a lost key costs the sealed secrets and nothing else', () => {
  const { dataDir, store } = opened();
  addChannel(store, 'row-1', seal(SECRET, 'row-1', store));
  addChannel(store, 'row-2', null);
  rmSync(join(dataDir, 'secrets-key'));
  assert.deepEqual(forgetSealed(store), ['name of row-1']);
  checkSealed(store);
  assert.deepEqual(store.raw.prepare('select id, is_on, sealed from notice_channel order by id').all(), [
    { id: 'row-1', is_on: 0, sealed: null },
    { id: 'row-2', is_on: 1, sealed: null },
  ]);
  assert.equal(unseal(seal('x', 'row-1', store), 'row-1'), 'x');
});

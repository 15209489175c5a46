// Sign-ins under way and roles that follow groups, in a real database.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, mock, test } from 'node:test';
import type { Role } from '@/lib/domain/access';
import { database } from './database';
import { findPersonBySso, followRole, listSsoIds, saveSsoState, takeSsoState } from './sso';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-sso-store-'));
const begun = { nonce: 'n', verifier: 'v', next: '/default/due' };

before(() => {
  Object.assign(process.env, { DATA_DIR: folder, PUBLIC_URL: 'http://localhost:3000' });
});
after(() => {
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

function addPerson(id: string, role: Role, disabled = 0): void {
  const at = new Date().toISOString();
  database()
    .raw.prepare(
      `insert into user (id, name, email, "emailVerified", "createdAt", "updatedAt", role, disabled)
       values (?, ?, ?, 1, ?, ?, ?, ?)`,
    )
    .run(id, id, `${id}@example.com`, at, at, role, disabled);
  database()
    .raw.prepare(
      `insert into session (id, "expiresAt", token, "createdAt", "updatedAt", "userId") values (?, ?, ?, ?, ?, ?)`,
    )
    .run(`session-${id}`, at, `token-${id}`, at, at, id);
}

function sessionsOf(id: string): number {
  return database().raw.prepare('select id from session where "userId" = ?').all(id).length;
}

test('a sign-in under way is taken once', () => {
  saveSsoState('once', begun);
  assert.deepEqual(takeSsoState('once'), begun);
  assert.equal(takeSsoState('once'), null);
  assert.equal(takeSsoState('never'), null);
});

test('a sign-in under way is good for ten minutes', () => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  try {
    saveSsoState('late', begun);
    saveSsoState('in-time', begun);
    mock.timers.setTime(1_000_000 + 10 * 60_000 - 1);
    assert.deepEqual(takeSsoState('in-time'), begun);
    mock.timers.setTime(1_000_000 + 10 * 60_000);
    assert.equal(takeSsoState('late'), null);
  } finally {
    mock.timers.reset();
  }
});

test('whoever begins many sign-ins does not fill the disk', () => {
  const insert = database().raw.prepare(
    'insert into sso_state (hash, nonce, verifier, next, created_at, expires_at) values (?, ?, ?, ?, ?, ?)',
  );
  const fill = database().raw.transaction(() => {
    for (let index = 0; index < 5_000; index += 1)
      insert.run(`flood-${index}`, 'n', 'v', '/', index, Number.MAX_SAFE_INTEGER);
  });
  fill();
  saveSsoState('honest', begun);
  const [row] = database().raw.prepare('select count(*) as count from sso_state').all();
  assert.deepEqual(row, { count: 5_000 });
  assert.equal(takeSsoState('flood-0'), null);
  assert.deepEqual(takeSsoState('honest'), begun);
});

test('a role that changes ends the sessions; the same role leaves them', async () => {
  addPerson('root', 'admin');
  addPerson('ada', 'viewer');
  assert.equal(await followRole('ada', 'viewer'), 'same');
  assert.equal(sessionsOf('ada'), 1);
  assert.equal(await followRole('ada', 'manager'), 'changed');
  assert.equal(sessionsOf('ada'), 0);
  assert.equal(sessionsOf('root'), 1);
});

test('the last active admin stays one; a disabled admin does not count', async () => {
  addPerson('gone', 'admin', 1);
  assert.equal(await followRole('root', 'viewer'), 'kept');
  assert.equal(sessionsOf('root'), 1);
  addPerson('second', 'admin');
  assert.equal(await followRole('root', 'viewer'), 'changed');
  assert.equal(await followRole('second', 'viewer'), 'kept');
});

test('an identity belongs to its issuer: the same subject elsewhere is somebody else', async () => {
  const at = new Date().toISOString();
  database()
    .raw.prepare(
      `insert into account (id, "accountId", "providerId", "userId", "createdAt", "updatedAt") values (?, ?, ?, ?, ?, ?)`,
    )
    .run('a1', 'https://idp.example.com/ 7', 'oidc', 'ada', at, at);
  assert.equal((await findPersonBySso('https://idp.example.com/ 7'))?.id, 'ada');
  assert.equal(await findPersonBySso('https://other.example.com/ 7'), undefined);
  assert.deepEqual(await listSsoIds('ada'), ['https://idp.example.com/ 7']);
});

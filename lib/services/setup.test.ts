// The first admin: made once, by whoever has the open secret. Real database, real hashes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Result } from '@/lib/domain/problem';
import type { Actor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-setup-'));
const PASSWORD = 'a long password';
let guest: Actor;
let operator: Actor;

before(async () => {
  Object.assign(process.env, {
    DATA_DIR: folder,
    PUBLIC_URL: 'https://desk.example.com',
    EDGERC: join(folder, 'edgerc'),
  });
  const { operatorActor, requestActor } = await import('./session');
  const asked = await requestActor(new Request('https://desk.example.com/'));
  assert.ok(asked.ok);
  guest = asked.value;
  operator = operatorActor();
});
after(async () => {
  (await import('@/lib/store/database')).database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<string> {
  const link = await (await import('./setup')).openSetup(operator);
  assert.ok(link.ok && link.value);
  const [, secret] = /^https:\/\/desk\.example\.com\/setup\?secret=([\w-]{43})$/.exec(link.value) ?? [];
  return secret ?? assert.fail(link.value);
}

async function claim(secret: string, email = 'admin@example.com', password = PASSWORD) {
  return (await import('./setup')).claimSetup(guest, secret, email, password, new Headers());
}

async function isOpen(secret: string): Promise<boolean> {
  return (await import('./setup')).isSetupOpen(guest, secret);
}

async function people(): Promise<[email: string, role: string][]> {
  const { listPeopleRows } = await import('@/lib/store/people');
  return (await listPeopleRows()).map(({ email, role }) => [email, role]);
}

function outcome(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.problem.code;
}

// The tests build on each other: there is one first admin in the life of a database.

test('[80] a wrong or empty secret makes nobody', async () => {
  const secret = await open();
  for (const wrong of ['', 'x', `${secret}x`, secret.slice(1), secret.toLowerCase()]) {
    assert.equal(await isOpen(wrong), false);
    assert.equal(outcome(await claim(wrong)), 'not-found');
  }
  assert.equal(await isOpen(secret), true);
  assert.deepEqual(await people(), []);
});

test('the secret itself is not in the database', async () => {
  const secret = await open();
  const { database } = await import('@/lib/store/database');
  const rows = await database().query.selectFrom('setup_secret').selectAll().execute();
  assert.equal(rows.length, 1);
  assert.ok(!JSON.stringify(rows).includes(secret));
});

test('a replaced secret is refused', async () => {
  const [replaced, current] = [await open(), await open()];
  assert.equal(await isOpen(replaced), false);
  assert.equal(outcome(await claim(replaced)), 'not-found');
  assert.equal(await isOpen(current), true);
});

test('an expired secret is refused', async () => {
  const secret = await open();
  const { database } = await import('@/lib/store/database');
  await database().query.updateTable('setup_secret').set({ expires_at: Date.now() }).execute();
  assert.equal(await isOpen(secret), false);
  assert.equal(outcome(await claim(secret)), 'not-found');
  assert.deepEqual(await people(), []);
});

test('a mistyped address or a short password does not use the secret up', async () => {
  const secret = await open();
  const table: [string, string, string][] = [
    ['no address', PASSWORD, 'email'],
    ['admin@example.com', 'too short', 'password'],
    ['admin@example.com', 'x'.repeat(257), 'password'],
  ];
  for (const [email, password, field] of table) {
    const refused = await claim(secret, email, password);
    assert.ok(!refused.ok);
    assert.equal(refused.problem.code, 'invalid-fields');
    assert.deepEqual(Object.keys(refused.problem.fields ?? {}), [field]);
  }
  assert.equal(await isOpen(secret), true);
  assert.deepEqual(await people(), []);
});

test('an address that has an account does not spend the secret', async () => {
  const { addPerson } = await import('./people');
  const secret = await open();
  assert.ok((await addPerson(operator, 'viewer@example.com', PASSWORD, 'viewer')).ok);
  assert.equal(outcome(await claim(secret, 'viewer@example.com')), 'conflict');
  assert.equal(await isOpen(secret), true);
  const { database } = await import('@/lib/store/database');
  await database().query.deleteFrom('user').where('email', '=', 'viewer@example.com').execute();
});

test('of two secrets made at the same time one is open', async () => {
  const secrets = await Promise.all([open(), open()]);
  const isOpenNow = await Promise.all(secrets.map(isOpen));
  assert.equal(isOpenNow.filter(Boolean).length, 1);
});

test('[80] of twenty who claim one secret at once, one becomes the only admin', async () => {
  const secret = await open();
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, index) => claim(secret, `Admin-${index}@example.com`)),
  );
  const outcomes = claims.map(outcome);
  assert.equal(outcomes.filter((one) => one === 'ok').length, 1);
  assert.equal(outcomes.filter((one) => one === 'not-found').length, 19);
  assert.deepEqual(await people(), [[`admin-${outcomes.indexOf('ok')}@example.com`, 'admin']]);
});

test('[81] after that no secret is made, none is open, and the used one is refused', async () => {
  const { openSetup } = await import('./setup');
  const { replaceSetupSecret } = await import('@/lib/store/setup-secret');
  assert.deepEqual(await openSetup(operator), { ok: true, value: null });
  // The hash of an empty secret, as if it had stayed open.
  replaceSetupSecret('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(await isOpen(''), false);
  assert.equal(outcome(await claim('', 'second@example.com')), 'not-found');
  assert.equal((await people()).length, 1);
});

test('the claim is on record, and its secret and password are not', async () => {
  const { readAudit, verifyAudit } = await import('@/lib/store/audit');
  const rows = await readAudit(100, null);
  const won = rows.filter(({ action, outcome: how }) => action === 'setup.claim' && how === 'ok');
  assert.deepEqual(
    won.map(({ target, actor_kind }) => [target, actor_kind]),
    [[(await people())[0]?.[0], 'guest']],
  );
  assert.doesNotMatch(JSON.stringify(rows), /a long password|secret=/);
  assert.ok((await verifyAudit(null)).ok);
});

test('a guest cannot make a set-up link', async () => {
  assert.equal(outcome(await (await import('./setup')).openSetup(guest)), 'not-signed-in');
});

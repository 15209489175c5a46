// Signing in: what tells an attacker nothing, and when it is refused without looking. Real database, real hashes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { claimSignIn, clearSignInFailures } from '@/lib/store/people';
import type { Actor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-sign-in-'));
const PASSWORD = 'a long password';
let guest: Actor;

before(async () => {
  Object.assign(process.env, {
    DATA_DIR: folder,
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: join(folder, 'edgerc'),
  });
  const { operatorActor, requestActor } = await import('./session');
  const { addPerson } = await import('./people');
  const asked = await requestActor(new Request('http://localhost:3000/'));
  assert.ok(asked.ok);
  guest = asked.value;
  for (const email of ['ann@example.com', 'gone@example.com']) {
    assert.ok((await addPerson(operatorActor(), email, PASSWORD, 'viewer')).ok);
  }
  const { database } = await import('@/lib/store/database');
  await database()
    .query.updateTable('user')
    .set({ disabled: 1 })
    .where('email', '=', 'gone@example.com')
    .execute();
});
after(async () => {
  (await import('@/lib/store/database')).database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function signIn(email: string, password: string) {
  return (await import('./people')).signIn(guest, email, password, new Headers());
}

async function sessions(): Promise<number> {
  const { database } = await import('@/lib/store/database');
  return (await database().query.selectFrom('session').select('id').execute()).length;
}

test('[76] a wrong password, an unknown address and a disabled account are told in the same words', async () => {
  const wrong = await signIn('ann@example.com', 'another password');
  assert.ok(!wrong.ok);
  assert.equal(wrong.problem.code, 'not-signed-in');
  assert.deepEqual(await signIn('nobody@example.com', PASSWORD), wrong);
  assert.deepEqual(await signIn('gone@example.com', PASSWORD), wrong);
  assert.deepEqual(await signIn('', ''), wrong);
  assert.deepEqual(await signIn('ann@example.com', 'x'.repeat(257)), wrong);
  assert.equal(await sessions(), 0);
});

test('[77] a blocked address is refused with the right password too, an unknown one in the same words', async () => {
  for (const email of ['ann@example.com', 'stranger@example.com']) {
    for (let failure = 1; failure <= 6; failure += 1) claimSignIn(email);
    const until = claimSignIn(email);
    const refused = await signIn(email, PASSWORD);
    assert.ok(!refused.ok);
    assert.equal(refused.problem.code, 'too-many-requests');
    const { retryAfterSeconds = 0 } = refused.problem;
    assert.ok(retryAfterSeconds > 0 && retryAfterSeconds <= 900);
    assert.match(refused.problem.detail, new RegExp(` ${retryAfterSeconds} seconds `));
    assert.equal(claimSignIn(email), until, 'a refusal does not lengthen the wait');
  }
  assert.equal(await sessions(), 0);
});

test('who signs in begins with no failures again', async () => {
  await clearSignInFailures('ann@example.com');
  for (let failure = 1; failure <= 4; failure += 1) claimSignIn('ann@example.com');
  assert.ok((await signIn(' Ann@Example.com ', PASSWORD)).ok);
  assert.equal(await sessions(), 1);
  for (let failure = 1; failure <= 5; failure += 1) assert.equal(claimSignIn('ann@example.com'), 0);
});

test('[78] of many wrong passwords at the same time, five are tried and the rest have to wait', async () => {
  const results = await Promise.all(
    Array.from({ length: 12 }, () => signIn('burst@example.com', 'a wrong password')),
  );
  const codes = results.map((one) => (one.ok ? 'ok' : one.problem.code));
  assert.equal(codes.filter((code) => code === 'not-signed-in').length, 5);
  assert.equal(codes.filter((code) => code === 'too-many-requests').length, 7);
});

test('an address of any characters leaves an audit that verifies', async () => {
  const { verifyAudit } = await import('@/lib/store/audit');
  await signIn('a\0@x.example', 'x');
  await signIn(`${'x'.repeat(253)}\u{1F600}`, 'x');
  assert.deepEqual((await verifyAudit(null)).ok, true);
});

test('every try is on record, with no password', async () => {
  const { readAudit } = await import('@/lib/store/audit');
  const rows = (await readAudit(100, null)).filter(({ action }) => action === 'session.create');
  const outcomes = rows
    .filter(({ target }) => !/^(burst|a\W|xx)/.test(target))
    .map(({ target, outcome }) => `${target}: ${outcome}`)
    .reverse();
  assert.deepEqual(outcomes, [
    'ann@example.com: not-signed-in',
    'nobody@example.com: not-signed-in',
    'gone@example.com: not-signed-in',
    ': not-signed-in',
    'ann@example.com: not-signed-in',
    'ann@example.com: too-many-requests',
    'stranger@example.com: too-many-requests',
    'ann@example.com: ok',
  ]);
  assert.doesNotMatch(JSON.stringify(rows), /password/);
});

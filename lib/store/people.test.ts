// The wait after failed sign-ins. Real rows; the time that passes is written into them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { database } from './database';
import { claimSignIn, clearSignInFailures } from './people';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-people-'));
before(() => {
  Object.assign(process.env, { DATA_DIR: folder, PUBLIC_URL: 'http://localhost:3000' });
});
after(() => {
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function blockedUntil(email: string): Promise<number> {
  const row = await database()
    .query.selectFrom('sign_in_failure')
    .select('blocked_until')
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst();
  return row?.blocked_until ?? 0;
}

async function endWait(email: string): Promise<void> {
  await database()
    .query.updateTable('sign_in_failure')
    .set({ blocked_until: 1 })
    .where('email', '=', email.toLowerCase())
    .execute();
}

/** Claims one try after another, each when the wait before it is over; each must begin a wait of so many seconds. */
async function failWith(email: string, waits: readonly number[]): Promise<void> {
  for (const [index, seconds] of waits.entries()) {
    await endWait(email);
    const earliest = Date.now() + seconds * 1000;
    assert.equal(claimSignIn(email), 0);
    const latest = Date.now() + seconds * 1000;
    const until = await blockedUntil(email);
    assert.ok(
      until >= earliest && until <= latest,
      `failure ${index + 1} of ${email}: ${until - earliest} ms off`,
    );
  }
}

const WAITS = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900];

test('an address that never failed may sign in', async () => {
  assert.equal(claimSignIn('new@example.com'), 0);
});

test('[77] the fifth failure blocks for 1 s, each one more for twice as long, up to 15 min', async () => {
  await failWith('ann@example.com', WAITS);
});

test('[77] an address without an account waits as long as one with an account', async () => {
  await database()
    .query.insertInto('user')
    .values({
      id: 'u1',
      name: 'bob',
      email: 'bob@example.com',
      emailVerified: 1,
      image: null,
      createdAt: '',
      updatedAt: '',
      role: 'viewer',
      disabled: 0,
      scopeNamespaces: null,
      scopeNetworks: null,
      scopeAccounts: null,
    })
    .execute();
  for (const email of ['bob@example.com', 'nobody@example.com', 'no address', ''])
    await failWith(email, WAITS);
});

test('after ever so many failures the wait is still 15 min', async () => {
  claimSignIn('many@example.com');
  for (const failures of [100, 2_000, 1_000_000]) {
    await database()
      .query.updateTable('sign_in_failure')
      .set({ failures })
      .where('email', '=', 'many@example.com')
      .execute();
    await failWith('many@example.com', [900]);
  }
});

test('capital letters do not make another address', async () => {
  await failWith('carl@example.com', WAITS.slice(0, 5));
  await failWith('CARL@Example.com', [2]);
  assert.equal(claimSignIn('Carl@EXAMPLE.com'), await blockedUntil('carl@example.com'));
});

test('a wait that is over does not reset the count', async () => {
  await failWith('dora@example.com', WAITS.slice(0, 6));
  await failWith('dora@example.com', [4]);
});

test('clearing forgets the failures of one address, and of no other', async () => {
  for (const email of ['eve@example.com', 'fay@example.com']) await failWith(email, WAITS.slice(0, 6));
  await clearSignInFailures('EVE@example.com');
  assert.equal(await blockedUntil('eve@example.com'), 0);
  await failWith('eve@example.com', WAITS.slice(0, 5));
  await failWith('fay@example.com', [4]);
});

test('of many tries at the same time no more are allowed than one after the other', () => {
  const answers = Array.from({ length: 20 }, () => claimSignIn('burst@example.com'));
  assert.equal(answers.filter((until) => until === 0).length, 5);
  assert.ok(answers.slice(5).every((until) => until > Date.now()));
});

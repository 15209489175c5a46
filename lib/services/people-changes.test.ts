// Roles, links and sessions on a real database, with races.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { changePersonRow, claimAddress, forgiveAddress } from '@/lib/store/people';
import type { Actor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-people-'));
const PASSWORD = 'a long password';
const noLimits = { namespaces: '', stagingOnly: false };
let operator: Actor;
let guest: Actor;

before(async () => {
  Object.assign(process.env, {
    DATA_DIR: folder,
    PUBLIC_URL: 'https://desk.example.com',
    EDGERC: join(folder, 'edgerc'),
  });
  const { operatorActor, requestActor } = await import('./session');
  operator = operatorActor();
  const asked = await requestActor(
    new Request('https://desk.example.com/', { headers: { host: 'evil.example' } }),
  );
  assert.ok(asked.ok);
  guest = asked.value;
});
after(async () => {
  (await import('@/lib/store/database')).database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function query() {
  return (await import('@/lib/store/database')).database().query;
}

/** An account without a password, as hashing one takes time that nothing here needs. */
async function account(role: string): Promise<string> {
  const [id, at] = [crypto.randomUUID(), new Date().toISOString()];
  await (await query())
    .insertInto('user')
    .values({
      id,
      name: id,
      email: `${id}@example.com`,
      emailVerified: 1,
      image: null,
      createdAt: at,
      updatedAt: at,
      role,
      disabled: 0,
      scopeNamespaces: null,
      scopeNetworks: null,
      scopeAccounts: null,
    })
    .execute();
  return id;
}

async function session(userId: string): Promise<string> {
  const [id, at] = [crypto.randomUUID(), new Date().toISOString()];
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const rest = { token: id, createdAt: at, updatedAt: at, ipAddress: null, userAgent: null };
  await (await query())
    .insertInto('session')
    .values({ id, userId, expiresAt, ...rest })
    .execute();
  return id;
}

async function activeAdmins(): Promise<number> {
  return (await import('@/lib/store/people')).countFullAdmins();
}

async function secretOf(made: { link: string }): Promise<string> {
  return new URL(made.link).searchParams.get('secret') ?? '';
}

test('[75] the last admin can be changed in everything that leaves one without limits', async () => {
  await (await query()).deleteFrom('user').execute();
  const id = await account('admin');
  assert.equal(changePersonRow(id, { role: 'admin', scopeNamespaces: null }), 'done');
  assert.equal(changePersonRow(id, { scopeNamespaces: '["cart"]' }), 'last-admin');
  assert.equal(changePersonRow(id, { scopeNetworks: '["staging"]' }), 'last-admin');
  assert.equal(changePersonRow(id, { scopeAccounts: '[["acme","viewer"]]' }), 'last-admin');
  assert.equal(changePersonRow(id, { disabled: 1 }), 'last-admin');
  assert.equal(changePersonRow(id, null), 'last-admin');
  assert.equal(changePersonRow('nobody', { role: 'admin' }), 'not-found');
  assert.equal(await activeAdmins(), 1);
});

test('of changes to the accounts of somebody at once each is kept or refused', async () => {
  const { changeAccountRoles } = await import('./people-changes');
  const { findPerson } = await import('@/lib/store/people');
  await account('admin');
  const id = await account('admin');
  const others = ['a', 'b', 'c', 'd'].map((name) => `acme-${name}`);
  assert.equal(
    changePersonRow(id, { scopeAccounts: JSON.stringify(others.map((one) => [one, 'viewer'])) }),
    'done',
  );
  const { operatorActor } = await import('./session');
  const done = await Promise.all(
    others.map((one) => changeAccountRoles(operatorActor(), id, new Map([[one, 'none']]))),
  );
  const kept = new Map(JSON.parse((await findPerson(id))?.scopeAccounts ?? '[]') as [string, string][]);
  assert.ok(done.some(({ ok }) => ok) && done.some(({ ok }) => !ok));
  for (const [index, one] of done.entries()) {
    assert.equal(kept.get(others[index] ?? ''), one.ok ? 'none' : 'viewer');
    if (!one.ok) assert.equal(one.problem.code, 'conflict');
  }
});

test('[73] a change of role, disabling and deleting end the sessions', async () => {
  const { changeRole, deletePerson, setDisabled } = await import('./people-changes');
  const id = await account('viewer');
  const { hasSession } = await import('@/lib/store/people');
  for (const change of [
    () => changeRole(operator, id, 'manager', noLimits),
    () => setDisabled(operator, id, true),
    () => deletePerson(operator, id),
  ]) {
    const open = await session(id);
    assert.equal(await hasSession(open), true);
    assert.ok((await change()).ok);
    assert.equal(await hasSession(open), false);
  }
});

test('limits are read as people write them', async () => {
  const { limitWords, readLimits } = await import('@/lib/domain/limits');
  assert.deepEqual(readLimits({ namespaces: ' cart, promo  cart', stagingOnly: true }), {
    namespaces: '["cart","promo"]',
    networks: '["staging"]',
  });
  assert.deepEqual(readLimits(noLimits), { namespaces: null, networks: null });
  assert.ok('wrong' in readLimits({ namespaces: 'a/b', stagingOnly: false }));
  assert.equal(
    limitWords({ namespaces: ['cart', 'promo'], networks: ['staging'], accounts: null }),
    'cart, promo; staging only',
  );
  assert.equal(limitWords({ namespaces: null, networks: null, accounts: null }), '');
  assert.equal(limitWords({ namespaces: [], networks: [], accounts: null }), 'no namespace; no network');
});

test('[82] an invitation works once of 50 claims at once, and reading does not use it up', async () => {
  const { claimLink, invitePerson, readLink } = await import('./links');
  const made = await invitePerson(operator, ' New@Example.com ', 'manager', {
    namespaces: 'cart',
    stagingOnly: true,
  });
  assert.ok(made.ok);
  assert.equal(made.value.email, 'new@example.com');
  const secret = await secretOf(made.value);
  for (let read = 0; read < 3; read += 1) assert.ok((await readLink(guest, secret)).ok);
  const short = await claimLink(guest, secret, 'short');
  assert.equal(short.ok ? 'ok' : short.problem.code, 'invalid-fields');
  const claims = await Promise.all(Array.from({ length: 50 }, () => claimLink(guest, secret, PASSWORD)));
  assert.equal(claims.filter(({ ok }) => ok).length, 1);
  const again = await claimLink(guest, secret, PASSWORD);
  assert.equal(again.ok ? 'ok' : again.problem.code, 'not-found');
  const row = await (await query())
    .selectFrom('user')
    .selectAll()
    .where('email', '=', 'new@example.com')
    .executeTakeFirst();
  assert.deepEqual(
    [row?.role, row?.scopeNamespaces, row?.scopeNetworks],
    ['manager', '["cart"]', '["staging"]'],
  );
});

test('[82] a reset link is for its account, replaces earlier ones, and ends the sessions', async () => {
  const { claimLink, makeResetLink, readLink } = await import('./links');
  const { hasSession } = await import('@/lib/store/people');
  const person = await (await query())
    .selectFrom('user')
    .select('id')
    .where('email', '=', 'new@example.com')
    .executeTakeFirst();
  const id = person?.id ?? '';
  const [first, second] = [await makeResetLink(operator, id), await makeResetLink(operator, id)];
  assert.ok(first.ok && second.ok);
  assert.ok(!(await readLink(guest, await secretOf(first.value))).ok);
  const open = await session(id);
  const claimed = await claimLink(guest, await secretOf(second.value), 'another long password');
  assert.deepEqual(claimed.ok && claimed.value, { email: 'new@example.com' });
  assert.equal(await hasSession(open), false);
  const { signIn } = await import('./people');
  assert.ok(!(await signIn(guest, 'new@example.com', PASSWORD, new Headers())).ok);
  assert.ok((await signIn(guest, 'new@example.com', 'another long password', new Headers())).ok);
});

test('[82] a link is over after an hour, and when it is taken back', async () => {
  const { invitePerson, readLink, withdrawInvitation } = await import('./links');
  const made = await invitePerson(operator, 'late@example.com', 'viewer', noLimits);
  assert.ok(made.ok);
  assert.ok(made.value.expiresAt - Date.now() <= 3_600_000 && made.value.expiresAt - Date.now() > 3_500_000);
  await (await query())
    .updateTable('one_time_link')
    .set({ expires_at: Date.now() - 1 })
    .where('email', '=', 'late@example.com')
    .execute();
  assert.ok(!(await readLink(guest, await secretOf(made.value))).ok);
  const second = await invitePerson(operator, 'late@example.com', 'viewer', noLimits);
  assert.ok(second.ok);
  assert.ok((await withdrawInvitation(operator, 'late@example.com')).ok);
  assert.ok(!(await readLink(guest, await secretOf(second.value))).ok);
});

test('[82] the links of an admin who is one no more do not work', async () => {
  const { insertLink } = await import('@/lib/store/one-time-links');
  const { readLink } = await import('./links');
  const { createHash } = await import('node:crypto');
  const keeper = await account('admin');
  const maker = await account('admin');
  insertLink({
    hash: createHash('sha256').update('known').digest('hex'),
    purpose: 'invite',
    email: 'friend@example.com',
    role: 'admin',
    scope_namespaces: null,
    scope_networks: null,
    created_by: maker,
  });
  assert.ok((await readLink(guest, 'known')).ok);
  assert.equal(changePersonRow(maker, { role: 'viewer' }), 'done');
  assert.ok(!(await readLink(guest, 'known')).ok);
  assert.equal(changePersonRow(maker, { role: 'admin' }), 'done');
  assert.equal(changePersonRow(keeper, null), 'done');
});

test('[70] a link leads to PUBLIC_URL, whatever Host a request had', async () => {
  const { invitePerson } = await import('./links');
  const made = await invitePerson(operator, 'host@example.com', 'viewer', noLimits);
  assert.ok(made.ok);
  assert.equal(new URL(made.value.link).origin, 'https://desk.example.com');
});

test('[77] an address has 20 failed sign-ins a minute, and right ones do not count', () => {
  for (let right = 0; right < 60; right += 1) {
    assert.equal(claimAddress('192.0.2.1'), 0);
    forgiveAddress('192.0.2.1');
  }
  for (let wrong = 0; wrong < 20; wrong += 1) assert.equal(claimAddress('192.0.2.1'), 0);
  assert.ok(claimAddress('192.0.2.1') > Date.now());
  assert.equal(claimAddress('192.0.2.2'), 0);
});

test('[87] every change of people is on record before and after, with what was and is, and no secret', async () => {
  const { readAudit } = await import('@/lib/store/audit');
  const rows = await readAudit(5_000, null);
  const actions = [
    'people.invite',
    'people.accept',
    'people.reset-link',
    'people.reset-password',
    'people.change-role',
    'people.disable',
    'people.delete',
    'people.withdraw',
  ];
  for (const action of actions) {
    const [intents, outcomes] = ['intent', 'outcome'].map((phase) =>
      rows.filter((row) => row.action === action && row.phase === phase),
    );
    assert.ok(intents && intents.length > 0, action);
    assert.equal(intents.length, outcomes?.length, action);
  }
  assert.match(JSON.stringify(rows), /was\\":/);
  assert.doesNotMatch(JSON.stringify(rows), /long password|secret=/);
});

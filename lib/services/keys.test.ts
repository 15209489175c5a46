// Keys on a real database: what a key may do is looked up at each use, with what its owner may do then.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Role } from '@/lib/domain/access';
import type { Problem, Result } from '@/lib/domain/problem';
import type { Actor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-keys-'));
let operator: Actor;

before(async () => {
  Object.assign(process.env, {
    DATA_DIR: folder,
    PUBLIC_URL: 'https://desk.example.com',
    EDGERC: join(folder, 'edgerc'),
    LOG_LEVEL: 'fatal',
  });
  operator = (await import('./session')).operatorActor();
});
after(async () => {
  (await import('@/lib/store/database')).database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function query() {
  return (await import('@/lib/store/database')).database().query;
}

type Limits = { scopeNamespaces?: string; scopeNetworks?: string; scopeAccounts?: string };

async function account(role: Role, limits: Limits = {}): Promise<string> {
  const [id, at] = [crypto.randomUUID(), new Date().toISOString()];
  const rest = { emailVerified: 1, image: null, createdAt: at, updatedAt: at, disabled: 0 };
  const scope = { scopeNamespaces: null, scopeNetworks: null, scopeAccounts: null, ...limits };
  await (await query())
    .insertInto('user')
    .values({ id, name: id, email: `${id}@example.com`, role, ...rest, ...scope })
    .execute();
  return id;
}

/** A key whose owner is that account: made by the operator, then handed over, as a session needs a browser. */
async function keyOf(owner: string | null, role: Role, limits = { namespaces: '', stagingOnly: false }) {
  const { createKey } = await import('./keys');
  const name = `k-${crypto.randomUUID()}`;
  const made = await createKey(operator, name, role, { limits });
  assert.ok(made.ok);
  await (await query()).updateTable('api_key').set({ owner_id: owner }).where('name', '=', name).execute();
  return { name, key: made.value.key };
}

async function use(key: string): Promise<Result<Actor>> {
  const { requestActor } = await import('./session');
  const headers = { authorization: `Bearer ${key}` };
  return requestActor(new Request('https://desk.example.com/', { headers }));
}

async function actorOf(key: string): Promise<Actor> {
  const used = await use(key);
  assert.ok(used.ok);
  return used.value;
}

async function refusal(key: string): Promise<Problem> {
  const used = await use(key);
  assert.ok(!used.ok);
  return used.problem;
}

test('[85] a key is shown once: the database has its hash and its beginning, an answer has neither', async () => {
  const { listKeys } = await import('./keys');
  const { name, key } = await keyOf(null, 'viewer');
  const row = await (await query())
    .selectFrom('api_key')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  assert.equal(row.shown_prefix, key.slice(0, 8));
  assert.match(row.hash, /^[0-9a-f]{64}$/);
  assert.ok(!JSON.stringify(row).includes(key.slice(8)));
  const listed = await listKeys(operator);
  assert.ok(listed.ok);
  const text = JSON.stringify(listed.value);
  assert.ok(!text.includes(key.slice(8)) && !text.includes(row.hash));
  const audit = JSON.stringify(await (await query()).selectFrom('audit').selectAll().execute());
  assert.ok(!audit.includes(key.slice(4)));
});

test('[85] a key ends after 1 to 365 days, 90 when nothing is said, and its use is noted', async () => {
  const { createKey, listKeys } = await import('./keys');
  for (const days of [0, -1, 366, 1.5, Number.NaN]) {
    const made = await createKey(operator, `days-${days}`, 'viewer', { days });
    assert.ok(!made.ok);
    assert.deepEqual(Object.keys(made.problem.fields ?? {}), ['days']);
  }
  const { name, key } = await keyOf(null, 'viewer');
  const info = async () => {
    const listed = await listKeys(operator);
    assert.ok(listed.ok);
    return listed.value.find((one) => one.name === name);
  };
  assert.equal((await info())?.daysLeft, 90);
  assert.equal((await info())?.lastUsedAt, null);
  await actorOf(key);
  assert.ok((await info())?.lastUsedAt);
});

test('[85] the role is the lower of the key and of its owner as it is now', async () => {
  const { changeRole } = await import('./people-changes');
  await account('admin');
  const owner = await account('admin');
  const [strong, weak] = [await keyOf(owner, 'admin'), await keyOf(owner, 'viewer')];
  const held = await actorOf(strong.key);
  assert.equal(held.level, 'admin');
  assert.equal((await actorOf(weak.key)).level, 'viewer');
  const noLimits = { namespaces: '', stagingOnly: false };
  assert.ok((await changeRole(operator, owner, 'releaser', noLimits)).ok);
  assert.equal((await actorOf(strong.key)).level, 'releaser');
  assert.equal((await actorOf(weak.key)).level, 'viewer');
  const { reloadActor } = await import('./session');
  assert.equal((await reloadActor(held)).level, 'releaser');
});

test('[85] the limits are what lies within those of the key and those of its owner', async () => {
  const owner = await account('admin', { scopeNamespaces: '["cart","promo"]', scopeNetworks: '["staging"]' });
  const scopeOf = async (namespaces: string) =>
    (await actorOf((await keyOf(owner, 'admin', { namespaces, stagingOnly: false })).key)).scope;
  assert.deepEqual(await scopeOf(''), {
    namespaces: ['cart', 'promo'],
    networks: ['staging'],
    accounts: null,
  });
  assert.deepEqual(await scopeOf('promo, geo'), {
    namespaces: ['promo'],
    networks: ['staging'],
    accounts: null,
  });
  assert.deepEqual(await scopeOf('geo'), { namespaces: [], networks: ['staging'], accounts: null });
  const own = await keyOf(null, 'admin', { namespaces: 'geo', stagingOnly: true });
  assert.deepEqual((await actorOf(own.key)).scope, {
    namespaces: ['geo'],
    networks: ['staging'],
    accounts: null,
  });
});

test('[85] expired, revoked, of a disabled or deleted owner: refused in the words of an unknown key', async () => {
  const { newKey } = await import('./key-format');
  const { revokeKey } = await import('./keys');
  const { deletePerson, setDisabled } = await import('./people-changes');
  const { reloadActor } = await import('./session');
  await account('admin');
  const unknown = await refusal(newKey());
  assert.equal(unknown.status, 401);
  const expire = async (name: string) =>
    (await query()).updateTable('api_key').set({ expires_at: 1 }).where('name', '=', name).execute();
  const ends = {
    expired: (name: string) => expire(name),
    revoked: (name: string) => revokeKey(operator, name),
    disabled: (_: string, owner: string) => setDisabled(operator, owner, true),
    deleted: (_: string, owner: string) => deletePerson(operator, owner),
  };
  for (const [how, end] of Object.entries(ends)) {
    const owner = await account('admin');
    const { name, key } = await keyOf(owner, 'admin');
    const held = await actorOf(key);
    await end(name, owner);
    assert.deepEqual(await refusal(key), unknown, how);
    assert.equal((await reloadActor(held)).level, 'guest', how);
  }
});

test('[85] an owner who is enabled again has working keys, and the list says why one does not work', async () => {
  const { listKeys } = await import('./keys');
  const { setDisabled } = await import('./people-changes');
  await account('admin');
  const owner = await account('manager');
  const { name, key } = await keyOf(owner, 'admin');
  const info = async () => {
    const listed = await listKeys(operator);
    assert.ok(listed.ok);
    return listed.value.find((one) => one.name === name);
  };
  assert.deepEqual([(await info())?.level, (await info())?.state], ['manager', 'active']);
  await setDisabled(operator, owner, true);
  assert.equal((await info())?.state, 'owner disabled');
  await setDisabled(operator, owner, false);
  assert.equal((await actorOf(key)).level, 'manager');
});

test('[85] a key that makes a key passes on its owner and its limits', async () => {
  const { createKey } = await import('./keys');
  const owner = await account('admin');
  const first = await actorOf((await keyOf(owner, 'admin', { namespaces: 'cart', stagingOnly: true })).key);
  const made = await createKey(first, `child-${crypto.randomUUID()}`, 'admin');
  assert.ok(made.ok);
  assert.deepEqual((await actorOf(made.value.key)).scope, {
    namespaces: ['cart'],
    networks: ['staging'],
    accounts: null,
  });
  const row = await (await query())
    .selectFrom('api_key')
    .select('owner_id')
    .where('name', '=', made.value.name)
    .executeTakeFirst();
  assert.equal(row?.owner_id, owner);
});

test('[85] on an account a key has at most what its owner has there, as it is now', async () => {
  const { changeAccountRoles } = await import('./people-changes');
  const { createKey } = await import('./keys');
  const { accessOn } = await import('@/lib/domain/access');
  await account('admin');
  const owner = await account('admin', { scopeAccounts: '[["acme","viewer"]]' });
  const { key } = await keyOf(owner, 'admin');
  const first = await actorOf(key);
  assert.equal(accessOn(first.scope.accounts, 'acme'), 'viewer');
  const child = await createKey(first, `child-${crypto.randomUUID()}`, 'admin');
  assert.ok(child.ok);
  assert.equal(accessOn((await actorOf(child.value.key)).scope.accounts, 'acme'), 'viewer');
  assert.ok((await changeAccountRoles(operator, owner, new Map([['acme', 'none']]))).ok);
  for (const one of [key, child.value.key])
    assert.equal(accessOn((await actorOf(one)).scope.accounts, 'acme'), 'none');
});

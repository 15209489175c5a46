// A database that takes no change: reads go on, changes are refused before anything is sent, and all works again as soon
// as it does. (lib/store/data-folder.test.ts has a disk that is really full.)
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Result } from '@/lib/domain/problem';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import type { Actor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-storage-'));
let simulator: Simulator;
let key: string;

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: edgerc,
    AKAMAI_ORIGIN: simulator.url,
  });
  const { createKey } = await import('./keys');
  const { operatorActor } = await import('./session');
  const made = await createKey(operatorActor(), 'ci', 'admin');
  assert.ok(made.ok);
  key = made.value.key;
});
after(async () => {
  (await raw()).close();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

async function raw() {
  return (await import('@/lib/store/database')).database().raw;
}

/** As on a full or read-only disk: each write fails, each read works. */
async function setWritable(isWritable: boolean): Promise<void> {
  (await raw()).pragma(`query_only = ${isWritable ? 'OFF' : 'ON'}`);
}

async function caller(): Promise<Actor> {
  const { requestActor } = await import('./session');
  const asked = await requestActor(
    new Request('http://localhost:3000/', { headers: { authorization: `Bearer ${key}` } }),
  );
  assert.ok(asked.ok);
  return asked.value;
}

function outcome(result: Result<unknown>): string {
  return result.ok ? 'ok' : `${result.problem.status} ${result.problem.code}`;
}

test('[100] while the database takes no change, reads work and every change is refused with 503, nothing sent', async () => {
  const { createToken, refreshToken, revokeToken } = await import('./token-changes');
  const { createKey, listKeys, revokeKey } = await import('./keys');
  const { addPerson, signIn } = await import('./people');
  const { listTokens } = await import('./tokens');
  const { readiness } = await import('./health');
  const request = {
    name: 'full',
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r' as const] },
    restrictToEdgeWorkerIds: ['4101'],
  };
  const changes = async (actor: Actor) => ({
    create: outcome(await createToken(actor, 'default', request, crypto.randomUUID())),
    refresh: outcome(await refreshToken(actor, 'default', 'cart-reader', crypto.randomUUID())),
    revoke: outcome(await revokeToken(actor, 'default', 'full', crypto.randomUUID(), 'full')),
    key: outcome(await createKey(actor, 'another', 'viewer')),
    revokeKey: outcome(await revokeKey(actor, 'another')),
    person: outcome(await addPerson(actor, 'ann@example.com', 'a password for tests only', 'viewer')),
  });
  const sent = async () => {
    const journal = (await (await fetch(`${simulator.controlUrl}/journal`)).json()) as { method: string }[];
    return journal.filter(({ method }) => method !== 'GET').length;
  };
  await setWritable(false);
  const refused = await changes(await caller());
  assert.deepEqual(refused, {
    create: '503 storage-unavailable',
    refresh: '503 storage-unavailable',
    revoke: '503 storage-unavailable',
    key: '503 audit-unavailable',
    revokeKey: '503 audit-unavailable',
    person: '503 audit-unavailable',
  });
  const signedIn = await signIn(
    await caller(),
    'ann@example.com',
    'a password for tests only',
    new Headers(),
  );
  assert.equal(outcome(signedIn), '503 storage-unavailable');
  assert.equal(outcome(await listTokens(await caller(), 'default')), 'ok');
  assert.equal(outcome(await listKeys(await caller())), 'ok');
  assert.equal((await readiness(await caller())).ready, true);
  assert.equal(await sent(), 0);
  await setWritable(true);
  const made = await changes(await caller());
  assert.deepEqual(new Set(Object.values(made)), new Set(['ok']), JSON.stringify(made));
  assert.equal(await sent(), 3);
});

test('[100] who is signed in stays so while the session cannot be renewed', async () => {
  const { auth } = await import('./auth');
  const { requestActor } = await import('./session');
  const body = { email: 'ann@example.com', password: 'a password for tests only' };
  const answer = await (await auth()).api.signInEmail({ body, asResponse: true });
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  // An hour old: it is to be renewed at the next request.
  const expiresAt = new Date(Date.now() + 11 * 60 * 60_000).toISOString();
  (await raw()).prepare('update session set "expiresAt" = ?').run(expiresAt);
  await setWritable(false);
  const asked = await requestActor(new Request('http://localhost:3000/', { headers: { cookie } }));
  assert.equal(asked.ok && asked.value.name, 'ann@example.com');
  await setWritable(true);
});

// Changes on a real database against the simulator: what is on record of them, and who may still make them when their
// turn has come.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TokenRequest } from '@/lib/domain/token-request';
import { Control } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import type { Actor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-changes-'));
const ACCOUNT = 'default';
let simulator: Simulator;
let control: Control;

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  control = new Control(simulator.controlUrl);
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: edgerc,
    AKAMAI_ORIGIN: simulator.url,
    LOG_LEVEL: 'fatal',
  });
});

after(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

function requestFor(name: string): TokenRequest {
  return {
    name,
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { default: ['r'] },
  };
}

async function keyActor(name: string): Promise<Actor> {
  const { createKey } = await import('./keys');
  const { operatorActor, requestActor } = await import('./session');
  const made = await createKey(operatorActor(), name, 'admin');
  assert.ok(made.ok);
  const headers = { authorization: `Bearer ${made.value.key}` };
  const actor = await requestActor(new Request('http://localhost:3000/', { headers }));
  assert.ok(actor.ok);
  return actor.value;
}

async function outcomes(): Promise<
  { action: string; outcome: string | null; upstream_request_id: string | null }[]
> {
  const { database } = await import('@/lib/store/database');
  return database()
    .query.selectFrom('audit')
    .select(['action', 'outcome', 'upstream_request_id'])
    .where('phase', '=', 'outcome')
    .where('action', 'like', 'token.%')
    .orderBy('seq')
    .execute();
}

test("the outcome of a change has Akamai's id of the request", async () => {
  const { createToken, refreshToken, revokeToken } = await import('./token-changes');
  const actor = await keyActor('changer');
  await control.clearJournal();
  assert.ok((await createToken(actor, ACCOUNT, requestFor('on-record'), 'attempt-1')).ok);
  assert.ok((await refreshToken(actor, ACCOUNT, 'on-record', 'attempt-2')).ok);
  assert.ok((await revokeToken(actor, ACCOUNT, 'on-record', 'attempt-3', 'on-record')).ok);
  const sent = (await control.journal()).filter(({ method }) => method !== 'GET');
  assert.equal(new Set(sent.map(({ requestId }) => requestId)).size, 3);
  assert.deepEqual(
    (await outcomes()).map(({ outcome, upstream_request_id: id }) => [outcome, id]),
    sent.map(({ requestId }) => ['ok', requestId]),
  );
});

test('who loses the right while a change waits for its turn is refused, and nothing is sent', async () => {
  const { createToken } = await import('./token-changes');
  const { revokeKey } = await import('./keys');
  const { listTokens } = await import('@/lib/akamai/tokens');
  const { LIMITS } = await import('@/lib/akamai/client');
  const { connect } = await import('./connection');
  const { operatorActor } = await import('./session');
  const actor = await keyActor('loser');
  const connection = await connect(ACCOUNT);
  assert.ok(connection.ok);
  await control.clearJournal();
  // All places of the pace are taken by slow readers.
  const places = LIMITS.pace.atOnceMax;
  await control.fault({ match: { method: 'GET' }, times: places, delayMs: 700 });
  const { client } = connection.value;
  const slow = Array.from({ length: places }, () => listTokens(client, { includeExpired: true }));
  const waiting = createToken(actor, ACCOUNT, requestFor('too-late'), 'attempt-4');
  assert.ok((await revokeKey(operatorActor(), 'loser')).ok);
  const result = await waiting;
  await Promise.all(slow);
  assert.ok(!result.ok);
  assert.equal(result.problem.code, 'not-signed-in');
  assert.deepEqual(
    (await control.journal()).filter(({ method }) => method === 'POST'),
    [],
  );
});

test('[36] a form that is changed while it is being sent is not told that what it asks for now was made', async () => {
  const { createToken } = await import('./token-changes');
  const actor = await keyActor('changes-mind');
  await control.clearJournal();
  await control.fault({ match: { method: 'POST' }, delayMs: 500 });
  const first = createToken(actor, ACCOUNT, requestFor('first-name'), 'attempt-5');
  const again = createToken(actor, ACCOUNT, requestFor('first-name'), 'attempt-5');
  const other = await createToken(actor, ACCOUNT, requestFor('other-name'), 'attempt-5');
  assert.equal(other.ok ? 'ok' : other.problem.code, 'conflict');
  assert.ok((await first).ok && (await again).ok);
  assert.equal((await control.journal()).filter(({ method }) => method === 'POST').length, 1);
});

test('who asked for a change is told soon that its answer is lost, however long the looking up takes', async () => {
  const { createToken } = await import('./token-changes');
  const { checkDoubts, listDoubts } = await import('./doubts');
  const { readToken } = await import('./tokens');
  const actor = await keyActor('patient');
  await control.fault({ match: { method: 'POST' }, drop: 'after' });
  await control.fault({ match: { method: 'GET', path: '/tokens/slow-look$' }, times: 3, silent: 'before' });
  const started = performance.now();
  const created = await createToken(actor, ACCOUNT, requestFor('slow-look'), 'attempt-6');
  assert.equal(created.ok ? 'ok' : created.problem.code, 'outcome-unknown');
  assert.ok(performance.now() - started < 8_000, `${performance.now() - started} ms`);
  // The page that tells of it does not wait for Akamai either.
  const page = performance.now();
  const read = await readToken(actor, ACCOUNT, 'slow-look', 'briefly');
  assert.equal(read.ok ? 'ok' : read.problem.code, 'akamai-timeout');
  assert.ok(performance.now() - page < 1_500, `${performance.now() - page} ms`);
  await control.clearFaults();
  for (;;) {
    const doubts = await listDoubts(actor, ACCOUNT);
    if (doubts.ok && doubts.value.some(({ name, state }) => name === 'slow-look' && state === 'done')) break;
    await checkDoubts();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test('[36] two tabs that change the same token at the same time are one request', async () => {
  const { refreshToken } = await import('./token-changes');
  const actor = await keyActor('two-tabs');
  await control.clearJournal();
  await control.fault({ match: { method: 'POST' }, delayMs: 500 });
  const tabs = await Promise.all(
    ['attempt-7', 'attempt-8'].map((attempt) => refreshToken(actor, ACCOUNT, 'cart-reader', attempt)),
  );
  assert.deepEqual(tabs.map((one) => (one.ok ? 'ok' : one.problem.code)).sort(), ['conflict', 'ok']);
  assert.equal((await control.journal()).filter(({ method }) => method === 'POST').length, 1);
});

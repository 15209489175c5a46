// What a killed server left open is settled at the next start. Real database, the simulator as Akamai.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DOUBT_MS_MAX } from '@/lib/domain/doubt';
import { type AuditRow, appendAudit, verifyAudit } from '@/lib/store/audit';
import { findAct } from '@/lib/store/audit-search';
import { database } from '@/lib/store/database';
import { Control } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { checkDoubts } from './doubts';
import { settleEarlierRun } from './earlier-run';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-earlier-'));
let simulator: Simulator;

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
});
after(async () => {
  await simulator.close();
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An intent that was left alone; its number. */
function leave(intent: Partial<AuditRow>, detail: unknown = {}): number {
  return appendAudit({
    phase: 'intent',
    intent_seq: null,
    actor_kind: 'person',
    actor_id: 'p1',
    actor_name: 'ann@example.com',
    source: null,
    action: 'people.add',
    target: 'b@example.com',
    account: null,
    outcome: null,
    upstream_request_id: null,
    detail: JSON.stringify(detail),
    ...intent,
  });
}

async function outcomesOf(seq: number): Promise<(string | null)[]> {
  return (await findAct(seq))?.outcomes.map(({ outcome }) => outcome) ?? assert.fail();
}

const request = (name: string) => ({
  name,
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r' as const] },
  restrictToEdgeWorkerIds: ['4101'],
});

test('[95] an act without an outcome gets one at the next start, once', async () => {
  const seq = leave({});
  await settleEarlierRun();
  await settleEarlierRun();
  assert.deepEqual(await outcomesOf(seq), ['unknown-after-restart']);
  const act = await findAct(seq);
  assert.equal(act?.outcomes[0]?.actor_kind, 'operator');
  assert.ok((await verifyAudit(null)).ok);
});

test('what `manage` may be doing at this moment is left alone', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() - 180_000 });
  const old = leave({ actor_kind: 'operator' });
  context.mock.timers.reset();
  const young = leave({ actor_kind: 'operator' });
  await settleEarlierRun();
  assert.deepEqual(await outcomesOf(old), ['unknown-after-restart']);
  assert.deepEqual(await outcomesOf(young), []);
});

test('[104] changes of tokens are settled by looking the token up, and nothing is sent', async (context) => {
  const { operatorActor } = await import('./session');
  const { createToken, refreshToken } = await import('./token-changes');
  const created = await createToken(operatorActor(), 'default', request('was-made'), crypto.randomUUID());
  assert.ok(created.ok);
  const { readToken } = await import('./tokens');
  const before_ = await readToken(operatorActor(), 'default', 'store-locator');
  assert.ok(before_.ok);
  assert.ok((await refreshToken(operatorActor(), 'default', 'store-locator', crypto.randomUUID())).ok);
  const control = new Control(simulator.controlUrl);
  await control.clearJournal();
  const account = 'default';
  const other = { ...request('was-made'), namespacePermissions: { cart: ['d'] } };
  const create = { action: 'token.create', account };
  const revoke = { action: 'token.revoke', account };
  const refresh = { action: 'token.refresh', account, target: 'store-locator' };
  const expected: [seq: number, outcome: string][] = [
    [leave({ ...create, target: 'was-made' }, { request: request('was-made') }), 'ok'],
    [leave({ ...create, target: 'was-made' }, { request: other }), 'outcome-unknown'],
    [leave({ ...create, target: 'never-made' }, { request: request('never-made') }), 'not-done'],
    [leave({ ...create, target: 'was-made', account: 'nowhere' }, { request: other }), 'outcome-unknown'],
    [leave({ ...revoke, target: 'never-made' }), 'ok'],
    [leave({ ...revoke, target: 'was-made' }), 'not-done'],
    [leave(refresh, {}), 'unknown-after-restart'],
    [leave(refresh, { uuid: 'another', latestRefresh: null, activation: null }), 'outcome-unknown'],
    [
      leave(refresh, {
        uuid: before_.value.token.uuid,
        latestRefresh: '2001-01-01',
        activation: 'complete',
      }),
      'ok',
    ],
  ];
  await settleEarlierRun();
  assert.deepEqual(await outcomesOf(expected[0]?.[0] ?? 0), [], 'the start does not wait for Akamai');
  // As if an hour had passed: whatever does not tell by then stays unknown.
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() + DOUBT_MS_MAX });
  await checkDoubts();
  context.mock.timers.reset();
  for (const [seq, outcome] of expected) assert.deepEqual(await outcomesOf(seq), [outcome], `entry ${seq}`);
  const methods = (await control.journal()).map(({ method }) => method);
  assert.deepEqual([...new Set(methods)], ['GET']);
});

test('[34] what an earlier run may have sent at its very end is given its time from the start on', async (context) => {
  // The intent is old, for the request waited for its turn, or the server was down for long.
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() - 2 * DOUBT_MS_MAX });
  const late = { action: 'token.create', account: 'default', target: 'works-late' };
  const seq = leave(late, { request: request('works-late') });
  context.mock.timers.reset();
  await settleEarlierRun();
  const { createToken } = await import('@/lib/akamai/tokens');
  const { connect } = await import('./connection');
  const control = new Control(simulator.controlUrl);
  const soon = async (ms: number) => {
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + ms });
    await checkDoubts();
    context.mock.timers.reset();
  };
  await soon(2_000);
  assert.deepEqual(await outcomesOf(seq), [], 'not there yet');
  // Nor is it given up because Akamai does not answer at the start.
  await control.fault({ match: { path: 'works-late' }, times: 20, answer: { status: 500 } });
  await soon(10_000);
  assert.deepEqual(await outcomesOf(seq), [], 'no answer');
  await control.clearFaults();
  const connection = await connect('default');
  assert.ok(connection.ok && (await createToken(connection.value.client, request('works-late'))).ok);
  await soon(50_000);
  assert.deepEqual(await outcomesOf(seq), ['ok']);
});

test('a form that ran is not sent again, and says that nobody knows', async () => {
  const { claimAttempt } = await import('@/lib/store/attempts');
  const { operatorActor } = await import('./session');
  const { revokeToken } = await import('./token-changes');
  const attempt = crypto.randomUUID();
  await claimAttempt({
    id: `operator ${attempt}`,
    actorId: 'operator',
    action: 'token.revoke',
    target: 'default/was-made',
    request: null,
  });
  await settleEarlierRun();
  const again = await revokeToken(operatorActor(), 'default', 'was-made', attempt, 'was-made');
  assert.equal(again.ok ? 'ok' : again.problem.code, 'outcome-unknown');
});

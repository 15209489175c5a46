// Runs that refresh many tokens, on a real database against the simulator over HTTP.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HELD_MS_MAX, NO_ITEMS } from '@/lib/domain/bulk-run';
import { SELECTED_MAX } from '@/lib/domain/selection';
import { database } from '@/lib/store/database';
import { Control } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { beginRun, cancelRun, listOpenRuns, listRuns, type RunView, readRun, retryRun } from './bulk';
import { startBulk, stopBulk, wakeBulk } from './bulk-worker';
import { checkDoubts } from './doubts';
import { settleEarlierRun } from './earlier-run';
import { type Actor, absentActor, operatorActor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-bulk-'));
const ACCOUNT = 'default';
const RATE = 40;
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
    AKAMAI_RATE: String(RATE),
    AKAMAI_TIMEOUT: '1',
    SETTLE_SECONDS: '2',
    LOG_LEVEL: 'fatal',
  });
});

after(async () => {
  await stopBulk();
  await simulator.close();
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The account as seeded with `count` further tokens; their names. */
async function freshTokens(count: number): Promise<string[]> {
  await control.reset();
  await control.change({ addTokens: count });
  return [...simulator.account().tokens.keys()].filter((name) => name.startsWith('service-'));
}

async function person(name: string, role: 'manager' | 'admin'): Promise<Actor> {
  const { addPerson } = await import('./people');
  const added = await addPerson(operatorActor(), `${name}@example.com`, 'a long password', role);
  assert.ok(added.ok);
  return absentActor('person', added.value.id);
}

async function began(actor: Actor, names: readonly string[]): Promise<string> {
  const run = await beginRun(actor, ACCOUNT, names, crypto.randomUUID());
  assert.ok(run.ok, JSON.stringify(run));
  return run.value.id;
}

async function view(id: string): Promise<RunView> {
  const run = await readRun(operatorActor(), ACCOUNT, id);
  assert.ok(run.ok);
  return run.value;
}

/** The run once `isReached` says so. */
async function reached(id: string, isReached: (run: RunView) => boolean): Promise<RunView> {
  for (;;) {
    const run = await view(id);
    if (isReached(run)) return run;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ended = (id: string) => reached(id, (run) => !run.isUnderWay);

/** How often a refresh of each token was sent. */
async function posts(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { method, target } of await control.journal()) {
    const name = method === 'POST' ? /\/tokens\/([^/]+)\/refresh/.exec(target)?.[1] : undefined;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const once = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 1]));
const counts = (given: Partial<typeof NO_ITEMS>) => ({ ...NO_ITEMS, ...given });

/** As a kill leaves it: a token of a run at some step. For before the worker starts. */
async function leaveItem(run: string, attempt: string, isSent: boolean): Promise<void> {
  const { markSent, takeItem } = await import('@/lib/store/bulk-runs');
  const item = takeItem(run, attempt);
  assert.ok(item);
  if (isSent) assert.ok(markSent(run, item.position));
}

/** The intent of a refresh that a killed server left, `attempt` of it. */
async function leaveIntent(name: string, attempt: string, was: object): Promise<void> {
  const { appendAudit } = await import('@/lib/store/audit');
  appendAudit({
    phase: 'intent',
    intent_seq: null,
    actor_kind: 'person',
    actor_id: 'gone',
    actor_name: 'gone@example.com',
    source: null,
    action: 'token.refresh',
    target: name,
    account: ACCOUNT,
    outcome: null,
    upstream_request_id: null,
    detail: JSON.stringify({ ...was, attempt }),
  });
}

// First, as the worker is not started yet: what a killed server left is what these rows say.
test('[104] after a kill, what was not sent is sent, and what was sent is looked up and never sent again', async () => {
  const findToken = (name: string) => simulator.account().tokens.get(name);
  // The first two were refreshed lately: another refresh would leave no trace of its own.
  const names = (await freshTokens(7)).slice(2);
  const [unsent = '', made = '', lost = '', onRecord = '', noted = ''] = names;
  const id = await began(operatorActor(), names);
  const attempts = names.map((name) => `operator ${name}-attempt`);
  const [ofUnsent = '', ofMade = '', ofLost = '', ofRecord = '', ofNoted = ''] = attempts;
  await leaveItem(id, ofUnsent, false);
  for (const attempt of [ofMade, ofLost, ofRecord, ofNoted]) await leaveItem(id, attempt, true);
  const before_ = (name: string) => ({
    uuid: findToken(name)?.uuid,
    latestRefresh: '2001-01-01',
    activation: null,
  });
  const { claimAttempt, settleAttempt } = await import('@/lib/store/attempts');
  for (const [index, name] of names.entries()) {
    const claim = { id: attempts[index] ?? '', actorId: 'operator', action: 'token.refresh' };
    await claimAttempt({ ...claim, target: `${ACCOUNT}/${name}`, request: null });
  }
  // One that was waiting for its turn, one that Akamai made, one that never arrived there.
  await leaveIntent(unsent, ofUnsent, before_(unsent));
  await leaveIntent(made, ofMade, before_(made));
  const latest = findToken(lost)?.latestRefreshDate ?? null;
  await leaveIntent(lost, ofLost, { ...before_(lost), latestRefresh: latest, activation: 'complete' });
  // One whose outcome is on record, and one whose attempt is settled too: killed just after.
  await leaveIntent(onRecord, ofRecord, before_(onRecord));
  const { readOpenIntents } = await import('@/lib/store/audit-search');
  const { settleIntent } = await import('./audit');
  const intents = await readOpenIntents(Number.MAX_SAFE_INTEGER);
  const intent = intents.find(({ target }) => target === onRecord) ?? assert.fail();
  settleIntent(operatorActor(), intent, 'ok', {});
  await settleAttempt(ofNoted, 'done', { ok: true, value: { how: 'done' } });

  await settleEarlierRun();
  const taken = await view(id);
  assert.deepEqual(taken.counts, counts({ waiting: 1, checking: 4 }));
  startBulk();
  const run = await ended(id);
  const states = Object.fromEntries(run.items.map((item) => [item.name, item.state]));
  assert.deepEqual(states, {
    [unsent]: 'done',
    [made]: 'done',
    [lost]: 'failed',
    [onRecord]: 'done',
    [noted]: 'done',
  });
  assert.match(run.items.find(({ name }) => name === lost)?.words ?? '', /was not refreshed/);
  assert.deepEqual(await posts(), once([unsent]));
});

test('a run refreshes each token once, at the pace and behind people, and says so on record', async () => {
  const names = await freshTokens(40);
  const actor = await person('bulk-pace', 'manager');
  const started = performance.now();
  const id = await began(actor, names);
  await reached(id, (run) => run.counts.done > 3);
  // A person's call does not wait for those of the run.
  const { rereadTokens, listTokens } = await import('./tokens');
  await rereadTokens(operatorActor(), ACCOUNT);
  const asked = performance.now();
  assert.ok((await listTokens(operatorActor(), ACCOUNT)).ok);
  const waited = performance.now() - asked;
  const left = (await view(id)).counts.waiting;
  assert.ok(left > 5, `${left} were waiting then`);
  assert.ok(waited < 1_000, `somebody waited ${waited} ms`);
  const run = await ended(id);
  const seconds = (performance.now() - started) / 1_000;
  assert.deepEqual(run.counts, counts({ done: 40 }));
  assert.deepEqual(await posts(), once(names));
  const calls = (await control.journal()).length;
  assert.ok(calls <= RATE + RATE * seconds + 1, `${calls} calls in ${seconds} s`);
  const acts = await database()
    .query.selectFrom('audit')
    .select(['actor_name', 'detail'])
    .where('action', '=', 'token.refresh')
    .where('phase', '=', 'intent')
    .where('actor_name', '=', actor.name)
    .execute();
  assert.equal(acts.length, 40);
  assert.ok(acts.every(({ detail }) => detail.includes(id)));
});

test('a form that is sent twice begins one run, and a token is in one run at a time', async () => {
  const names = await freshTokens(8);
  const attempt = crypto.randomUUID();
  const [one, two] = await Promise.all([
    beginRun(operatorActor(), ACCOUNT, names.slice(0, 6), attempt),
    beginRun(operatorActor(), ACCOUNT, names.slice(0, 6), attempt),
  ]);
  assert.ok(one.ok && two.ok);
  assert.equal(one.value.id, two.value.id);
  const taken = await beginRun(operatorActor(), ACCOUNT, names.slice(0, 6), crypto.randomUUID());
  // Unless the first run was quicker than this line.
  const isOver = !(await view(one.value.id)).isUnderWay;
  if (!isOver) assert.equal(taken.ok ? 'ok' : taken.problem.code, 'conflict');
  const open = await listOpenRuns(operatorActor(), ACCOUNT);
  assert.ok(open.ok && (isOver || open.value.runs.length > 0));
  const other = await began(operatorActor(), names.slice(4));
  await ended(one.value.id);
  await ended(other);
  if (!isOver) assert.deepEqual(await posts(), once(names));
});

test('what is cancelled is not sent any more, and can be taken up by another run', async () => {
  const names = await freshTokens(60);
  const other = await person('bulk-other', 'manager');
  const id = await began(operatorActor(), names);
  await reached(id, (run) => run.counts.done > 2);
  const refused = await cancelRun(other, ACCOUNT, id);
  assert.equal(refused.ok ? 'ok' : refused.problem.code, 'forbidden');
  assert.ok((await cancelRun(operatorActor(), ACCOUNT, id)).ok);
  const run = await ended(id);
  assert.ok(run.counts.cancelled > 0);
  assert.equal(run.counts.done + run.counts.cancelled, 60);
  const sent = await posts();
  assert.equal(Object.keys(sent).length, run.counts.done);
  const again = await cancelRun(operatorActor(), ACCOUNT, id);
  assert.equal(again.ok ? 'ok' : again.problem.code, 'conflict');
  const form = crypto.randomUUID();
  const retried = await retryRun(operatorActor(), ACCOUNT, id, form);
  assert.ok(retried.ok);
  assert.deepEqual(await retryRun(operatorActor(), ACCOUNT, id, form), retried);
  const rest = await ended(retried.value.id);
  assert.deepEqual(rest.counts, counts({ done: run.counts.cancelled }));
  assert.equal(rest.retryOf, id);
  assert.deepEqual(await posts(), once(names));
});

test('a refused token fails in words, holds up no other, and is tried again when asked', async () => {
  const names = await freshTokens(5);
  const [bad = '', ...good] = names;
  const body = JSON.stringify({
    title: 'Bad Request',
    detail: 'Not now.',
    status: 400,
    errorCode: 'EKV_3000',
  });
  const headers = { 'content-type': 'application/problem+json' };
  await control.fault({
    match: { method: 'POST', path: `/${bad}/refresh` },
    answer: { status: 400, headers, body },
  });
  const id = await began(operatorActor(), [...names, 'nobody-has-it']);
  const run = await ended(id);
  assert.deepEqual(run.counts, counts({ done: good.length, failed: 2 }));
  assert.match(run.items[0]?.words ?? '', /Akamai refused the request.*Not now/);
  assert.match(run.items.at(-1)?.words ?? '', /There is no token nobody-has-it/);
  const retried = await retryRun(operatorActor(), ACCOUNT, id, crypto.randomUUID());
  assert.ok(retried.ok);
  const rest = await ended(retried.value.id);
  assert.deepEqual(
    rest.items.map(({ name, state }) => [name, state]),
    [
      [bad, 'done'],
      ['nobody-has-it', 'failed'],
    ],
  );
});

test('a lost answer stays unknown until looking the token up tells, and nothing is sent twice', async () => {
  // The first two were refreshed lately: another refresh would leave no trace of its own.
  const names = (await freshTokens(6)).slice(2);
  const [madeIt = '', lost = ''] = names;
  const match = (name: string) => ({ method: 'POST', path: `/${name}/refresh` });
  // Made after those who asked gave up waiting, and never made.
  await control.fault({ match: match(madeIt), drop: 'after', lateMs: 1_400 });
  await control.fault({ match: match(lost), drop: 'before' });
  const id = await began(operatorActor(), names);
  const unclear = await reached(id, (run) => run.counts.checking + run.counts.done === 4);
  assert.deepEqual(unclear.counts, counts({ checking: 2, done: 2 }));
  assert.ok(unclear.isUnderWay);
  const run = await ended(id);
  const stateOf = (name: string) => run.items.find((item) => item.name === name)?.state;
  assert.equal(stateOf(madeIt), 'done');
  assert.equal(stateOf(lost), 'failed');
  assert.deepEqual(await posts(), once(names));
});

test('what nobody can know stays unknown, and no other run tries it', async (context) => {
  const [name = ''] = await freshTokens(1);
  // Refreshed today already: another refresh leaves no trace of its own.
  const { refreshToken } = await import('./token-changes');
  assert.ok((await refreshToken(operatorActor(), ACCOUNT, name, crypto.randomUUID())).ok);
  await control.fault({ match: { method: 'POST', path: '/refresh' }, drop: 'before' });
  const id = await began(operatorActor(), [name]);
  await reached(id, (run) => run.counts.checking === 1);
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  await checkDoubts();
  context.mock.timers.reset();
  const run = await ended(id);
  assert.deepEqual(run.counts, counts({ unknown: 1 }));
  const retried = await retryRun(operatorActor(), ACCOUNT, id, crypto.randomUUID());
  assert.equal(retried.ok ? 'ok' : retried.problem.code, 'invalid-fields');
});

test('who loses the right while a run goes on: what is left of it is not sent', async () => {
  const { changeRole, setDisabled } = await import('./people-changes');
  for (const lose of [
    (id: string) => changeRole(operatorActor(), id, 'viewer', { namespaces: '', stagingOnly: false }),
    (id: string) => setDisabled(operatorActor(), id, true),
  ]) {
    const names = await freshTokens(60);
    const actor = await person(`bulk-loser-${crypto.randomUUID().slice(0, 8)}`, 'manager');
    const id = await began(actor, names);
    await reached(id, (run) => run.counts.done > 2);
    assert.ok((await lose(actor.id)).ok);
    const run = await ended(id);
    assert.ok(run.counts.failed > 0, JSON.stringify(run.counts));
    assert.equal(run.counts.done + run.counts.failed, 60);
    const words = run.items.find(({ state }) => state === 'failed')?.words ?? '';
    assert.match(words, /may not|not signed in/);
    assert.equal(Object.keys(await posts()).length, run.counts.done);
  }
});

test('a token outside the limits fails alone', async () => {
  const names = await freshTokens(8);
  const actor = await person('bulk-limited', 'manager');
  const { changeRole } = await import('./people-changes');
  const limits = { namespaces: 'cart, promo', stagingOnly: false };
  assert.ok((await changeRole(operatorActor(), actor.id, 'manager', limits)).ok);
  const run = await ended(await began(await absentActor('person', actor.id), names));
  const isOfCart = (name: string) =>
    Object.keys(simulator.account().tokens.get(name)?.namespacePermissions ?? {}).every((one) =>
      ['cart', 'promo'].includes(one),
    );
  const expected = names.map((name) => [name, isOfCart(name) ? 'done' : 'failed']);
  assert.ok(names.some(isOfCart) && !names.every(isOfCart));
  assert.deepEqual(
    run.items.map(({ name, state }) => [name, state]),
    expected,
  );
});

test('while Akamai says stop, tokens wait instead of failing, for an hour at most', async () => {
  const names = await freshTokens(6);
  const headers = { 'content-type': 'application/json', 'retry-after': '1' };
  const answer = { status: 429, headers, body: '{}' };
  await control.fault({ match: { method: 'POST' }, times: 1, answer });
  const id = await began(operatorActor(), names);
  const held = await reached(id, (run) => run.held !== null || !run.isUnderWay);
  assert.match(held.held?.words ?? '', /slow down/);
  assert.deepEqual((await ended(id)).counts, counts({ done: 6 }));
  const sent = Object.values(await posts()).sort();
  // The one that was told to wait was sent again, and no other.
  assert.deepEqual(sent, [1, 1, 1, 1, 1, 2]);

  const others = await freshTokens(3);
  await control.fault({ match: {}, times: 10_000, answer });
  const stuck = await began(operatorActor(), others);
  await reached(stuck, (run) => run.held !== null);
  await database()
    .query.updateTable('bulk_run')
    .set({ held_since: Date.now() - HELD_MS_MAX, next_at: 0 })
    .where('id', '=', stuck)
    .execute();
  wakeBulk();
  const givenUp = await ended(stuck);
  assert.deepEqual(givenUp.counts, counts({ failed: 3 }));
  await control.clearFaults();
  assert.match(givenUp.items[0]?.words ?? '', /tried again for an hour, and given up/);
  assert.deepEqual(await posts(), {});
});

test('too many, none, and a form without an id are refused', async () => {
  const code = async (names: readonly string[], attempt: string) => {
    const run = await beginRun(operatorActor(), ACCOUNT, names, attempt);
    return run.ok ? 'ok' : run.problem.code;
  };
  const many = Array.from({ length: SELECTED_MAX + 1 }, (_, index) => `many-${index}`);
  assert.equal(await code(many, 'a'), 'invalid-fields');
  assert.equal(await code([], 'a'), 'invalid-fields');
  assert.equal(await code(['cart-reader'], ''), 'bad-request');
});

test('runs are listed, and forgotten 90 days after they began', async (context) => {
  const before_ = await listRuns(operatorActor(), ACCOUNT);
  assert.ok(before_.ok && before_.value.length > 5);
  assert.ok(before_.value.every(({ isUnderWay }) => !isUnderWay));
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 91 * 24 * 3_600_000 });
  const id = await began(operatorActor(), ['nobody-has-it']);
  context.mock.timers.reset();
  const listed = await listRuns(operatorActor(), ACCOUNT);
  assert.deepEqual(listed.ok && listed.value.map((run) => run.id), [id]);
  await cancelRun(operatorActor(), ACCOUNT, id);
});

// Last, as it stops the worker.
test('when the server stops, what is being sent ends, and the rest waits for the next start', async () => {
  const names = await freshTokens(60);
  const id = await began(operatorActor(), names);
  await reached(id, (run) => run.counts.done > 1);
  await stopBulk();
  const { counts: left } = await view(id);
  assert.equal(left.sending + left.checking + left.failed, 0, JSON.stringify(left));
  assert.ok(left.waiting > 0);
  assert.equal(left.done + left.waiting, 60);
  assert.equal(Object.keys(await posts()).length, left.done);
});

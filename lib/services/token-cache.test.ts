// What is shown while Akamai is slow, away or has just been changed. Real database, the simulator as Akamai.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Control } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { signedGet } from '@/simulator/signed-get';
import type { Actor } from './session';
import type { TokenOverview } from './tokens';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-cache-'));
const ACCOUNT = 'default';
const LIST = { method: 'GET', path: '^/edgekv/v1/tokens\\?' };
let simulator: Simulator;
let control: Control;
let actor: Actor;
/** The list before each test, as fresh as can be. */
let older: TokenOverview;

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
    // How fast Akamai may be called is no question here.
    AKAMAI_RATE: '100',
  });
  const { createKey } = await import('./keys');
  const { operatorActor, requestActor } = await import('./session');
  const made = await createKey(operatorActor(), 'reader', 'admin');
  assert.ok(made.ok);
  const headers = { authorization: `Bearer ${made.value.key}` };
  const asked = await requestActor(new Request('http://localhost:3000/', { headers }));
  assert.ok(asked.ok);
  actor = asked.value;
});

after(async () => {
  (await import('@/lib/store/database')).database().raw.close();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await control.clearFaults();
  older = await whole();
  await control.clearJournal();
});

/** The whole list, details included. */
async function whole(): Promise<TokenOverview> {
  const { listTokens, rereadTokens } = await import('./tokens');
  await rereadTokens(actor, ACCOUNT);
  for (;;) {
    const listed = await listTokens(actor, ACCOUNT);
    assert.ok(listed.ok, listed.ok ? '' : listed.problem.title);
    if (listed.value.pending.size === 0) return listed.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function calls(path: RegExp): Promise<number> {
  return (await control.journal()).filter(({ target }) => path.test(target)).length;
}

async function timed<T>(run: () => Promise<T>): Promise<{ value: T; took: number }> {
  const started = performance.now();
  const value = await run();
  return { value, took: performance.now() - started };
}

test('who waits briefly gets the older list with its age, and the newer one as soon as it is there', async () => {
  const { listTokens, rereadTokens } = await import('./tokens');
  await control.change({ deleteToken: 'ab-buckets' });
  await control.fault({ match: LIST, delayMs: 1_500 });
  await rereadTokens(actor, ACCOUNT);
  const { value: brief, took } = await timed(() => listTokens(actor, ACCOUNT, 'briefly'));
  assert.ok(took < 1_000, `${took} ms`);
  assert.ok(brief.ok && brief.value.isRefreshing && brief.value.problem === null);
  assert.equal(brief.value.readAt, older.readAt);
  assert.ok(brief.value.tokens.some(({ name }) => name === 'ab-buckets'));
  // Who comes later does not wait again for the same answer.
  const late = await timed(() => listTokens(actor, ACCOUNT, 'briefly'));
  assert.ok(late.took < 300, `${late.took} ms`);
  const full = await listTokens(actor, ACCOUNT);
  assert.ok(full.ok && !full.value.isRefreshing && full.value.readAt > older.readAt);
  assert.ok(!full.value.tokens.some(({ name }) => name === 'ab-buckets'));
  assert.equal(await calls(/^\/edgekv\/v1\/tokens\?/), 1);
});

test('what was read again and is the same stays the same, so that nothing is worked out of it anew', async () => {
  const { readToken } = await import('./tokens');
  const first = await whole();
  assert.ok((await readToken(actor, ACCOUNT, 'cart-reader')).ok);
  assert.equal((await whole()).tokens, first.tokens);
  const token = simulator.account().tokens.get('cart-reader');
  assert.ok(token);
  token.namespacePermissions = { cart: ['r', 'w'] };
  assert.ok((await readToken(actor, ACCOUNT, 'cart-reader')).ok);
  const { tokens } = await whole();
  const found = tokens.find(({ name }) => name === 'cart-reader');
  assert.deepEqual(found?.details?.permissions.get('cart'), ['r', 'w']);
});

test('fifty readers at once are one call: of the list, of a token, of namespaces and of EdgeWorkers', async () => {
  const { listTokens, readToken, rereadTokens } = await import('./tokens');
  const { listEdgeWorkers, listNamespaces } = await import('./inventory');
  const fifty = (read: () => Promise<{ ok: boolean }>) => Array.from({ length: 50 }, read);
  await rereadTokens(actor, ACCOUNT);
  const read = await Promise.all([
    ...fifty(() => listTokens(actor, ACCOUNT)),
    ...fifty(() => readToken(actor, ACCOUNT, 'cart-reader')),
    ...fifty(() => listNamespaces(actor, ACCOUNT)),
    ...fifty(() => listEdgeWorkers(actor, ACCOUNT)),
  ]);
  assert.ok(read.every(({ ok }) => ok));
  const targets = (await control.journal()).map(({ target }) => target).sort();
  assert.deepEqual(targets, [
    '/edgekv/v1/networks/production/namespaces?details=on',
    '/edgekv/v1/networks/staging/namespaces?details=on',
    '/edgekv/v1/tokens/cart-reader',
    '/edgekv/v1/tokens?includeExpired=true',
    '/edgeworkers/v1/ids',
  ]);
});

test('a token is shown as it is known while Akamai is slow, but not after a change that was not read back', async () => {
  const { connect } = await import('./connection');
  const { outdateList } = await import('./token-cache');
  const { readToken } = await import('./tokens');
  const path = '^/edgekv/v1/tokens/cart-reader$';
  const slow = () => control.fault({ match: { method: 'GET', path }, delayMs: 1_200 });
  await slow();
  const brief = await timed(() => readToken(actor, ACCOUNT, 'cart-reader', 'briefly'));
  assert.ok(brief.took < 1_000, `${brief.took} ms`);
  assert.ok(brief.value.ok && brief.value.value.isRefreshing);
  assert.equal(brief.value.value.token.details?.kind, 'auto-refresh');
  assert.ok((await readToken(actor, ACCOUNT, 'cart-reader')).ok);
  const connection = await connect(ACCOUNT);
  assert.ok(connection.ok);
  outdateList(connection.value, 'cart-reader');
  await slow();
  const { value, took } = await timed(() => readToken(actor, ACCOUNT, 'cart-reader', 'briefly'));
  assert.ok(value.ok && !value.value.isRefreshing);
  assert.ok(took >= 1_150, `${took} ms`);
});

test('a list that was asked for before a token was revoked does not bring it back', async () => {
  const { listTokens, rereadTokens } = await import('./tokens');
  const { revokeToken } = await import('./token-changes');
  const body = (await signedGet(simulator.url, '/edgekv/v1/tokens?includeExpired=true')).toString();
  await control.fault({ match: LIST, delayMs: 800, answer: { status: 200, body } });
  await rereadTokens(actor, ACCOUNT);
  const asked = listTokens(actor, ACCOUNT, 'briefly');
  const revoked = await revokeToken(actor, ACCOUNT, 'qa-scratch', crypto.randomUUID(), 'qa-scratch');
  assert.ok(revoked.ok);
  await asked;
  const listed = await listTokens(actor, ACCOUNT);
  assert.ok(listed.ok);
  assert.ok(body.includes('qa-scratch'));
  assert.ok(!listed.value.tokens.some(({ name }) => name === 'qa-scratch'));
});

test('[29] a token whose details cannot be read keeps nobody from the details of the others', async () => {
  const { listTokens, rereadTokens } = await import('./tokens');
  // As if somebody else had refreshed them all: the details of all are asked for again.
  const refreshed = [...simulator.account().tokens.values()].filter((one) => one.latestRefreshDate !== null);
  for (const token of refreshed) token.latestRefreshDate = '2026-01-03';
  const bad = refreshed.slice(0, 2).map(({ name }) => name);
  const path = `^/edgekv/v1/tokens/(${bad.join('|')})$`;
  await control.fault({ match: { path }, times: 100, answer: { status: 200, body: '<html>' } });
  await rereadTokens(actor, ACCOUNT);
  assert.ok((await listTokens(actor, ACCOUNT)).ok);
  // No further reader comes: one round asks for all.
  const asked = async () =>
    new Set((await control.journal()).map(({ target }) => /tokens\/([^?]+)$/.exec(target)?.[1])).size - 1;
  const until = performance.now() + 3_000;
  while ((await asked()) < refreshed.length && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await asked(), refreshed.length);
  const listed = await listTokens(actor, ACCOUNT);
  assert.ok(listed.ok && bad.every((name) => listed.value.pending.has(name)));
});

test('[32] after a clock that was ahead was set right, the list is read again', async (context) => {
  const { listTokens } = await import('./tokens');
  const { listEdgeWorkers, listNamespaces } = await import('./inventory');
  assert.ok((await listNamespaces(actor, ACCOUNT)).ok && (await listEdgeWorkers(actor, ACCOUNT)).ok);
  await control.clearJournal();
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() - 3_600_000 });
  // Akamai would not take the time of the signature.
  await control.fault({ times: 4, answer: { status: 500 } });
  await listTokens(actor, ACCOUNT);
  await Promise.all([listNamespaces(actor, ACCOUNT), listEdgeWorkers(actor, ACCOUNT)]);
  context.mock.timers.reset();
  assert.equal((await control.journal()).length, 4);
});

test('the details of a refreshed token are read again, those of the others are not', async () => {
  // As somebody else would refresh it: this server learns of it by the list only.
  const token = simulator.account().tokens.get('store-locator');
  assert.ok(token);
  token.latestRefreshDate = '2026-01-02';
  await whole();
  const read = (await control.journal()).filter(({ target }) => /tokens\/[^?]+$/.test(target));
  assert.deepEqual(
    read.map(({ target }) => target),
    ['/edgekv/v1/tokens/store-locator'],
  );
});

test('[116] while Akamai is away the older list comes with the reason, and never an empty one', async () => {
  const { listTokens, rereadTokens } = await import('./tokens');
  await control.fault({ match: { path: '.' }, times: 100, answer: { status: 500 } });
  for (let time = 0; time < 8; time += 1) {
    await rereadTokens(actor, ACCOUNT);
    const listed = await listTokens(actor, ACCOUNT, 'briefly');
    assert.ok(listed.ok);
    assert.equal(listed.value.tokens.length, older.tokens.length);
    assert.equal(listed.value.readAt, older.readAt);
    const code = time < 5 ? 'akamai-error' : 'akamai-unreachable';
    assert.equal(listed.value.problem?.code, code);
  }
  assert.equal((await control.journal()).length, 5);
  await control.clearFaults();
  const { connect } = await import('./connection');
  const connection = await connect(ACCOUNT);
  assert.ok(connection.ok);
  const { nextTryAt } = connection.value.client.paceState();
  while (Date.now() <= (nextTryAt ?? 0)) await new Promise((resolve) => setImmediate(resolve));
});

test('what was read is in the database without a value, is written where it differs, and is there after a restart', async () => {
  const { database } = await import('@/lib/store/database');
  const { connect } = await import('./connection');
  const { openSnapshot } = await import('./token-snapshot');
  const { raw } = database();
  const changes = () => (raw.prepare('select total_changes() as n').all() as { n: number }[])[0]?.n;
  const before = changes();
  await whole();
  assert.equal(changes(), before, 'the same list is not written again');
  const connection = await connect(ACCOUNT);
  assert.ok(connection.ok);
  const { restored } = openSnapshot(connection.value.client.id, ACCOUNT);
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  const rows = [...(restored.list?.rows ?? [])].sort(byName);
  assert.deepEqual(
    rows.map((row) => {
      const known = restored.details.get(row.uuid);
      return { ...row, issued: row.issued ?? known?.issued ?? null, details: known?.details ?? null };
    }),
    [...older.tokens].sort(byName),
  );
  const stored = JSON.stringify(raw.prepare('select * from known_token').all());
  assert.ok(stored.includes('geo-blocklist') && !stored.includes('eyJ') && !stored.includes('"value"'));
  // Another credential of the same name is another account.
  assert.equal(openSnapshot('another', ACCOUNT).restored.list, null);
});

test('the day of issue of a legacy token, which the list leaves out, is known once its details are', async () => {
  const legacy = older.tokens.find(({ name }) => name === 'geo-blocklist');
  assert.match(String(legacy?.issued), /^\d{4}-\d\d-\d\d$/);
  const { readToken } = await import('./tokens');
  const read = await readToken(actor, ACCOUNT, 'geo-blocklist');
  assert.ok(read.ok);
  assert.equal(read.value.token.issued, legacy?.issued);
  const again = (await whole()).tokens.find(({ name }) => name === 'geo-blocklist');
  assert.equal(again?.issued, legacy?.issued);
});

test('[100] a database that takes nothing keeps nobody from reading', async () => {
  const { database } = await import('@/lib/store/database');
  const { listTokens, rereadTokens } = await import('./tokens');
  const { raw } = database();
  raw.pragma('query_only = ON');
  await control.change({ deleteToken: 'token1' });
  await rereadTokens(actor, ACCOUNT);
  const listed = await listTokens(actor, ACCOUNT);
  assert.ok(listed.ok && !listed.value.tokens.some(({ name }) => name === 'token1'));
  raw.pragma('query_only = OFF');
  const count = () => raw.prepare('select 1 from known_token').all().length;
  assert.equal(count(), listed.value.tokens.length + 1);
  await whole();
  assert.equal(count(), listed.value.tokens.length);
});

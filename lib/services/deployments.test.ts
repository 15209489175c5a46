// Deployments, on a real database against the simulator over HTTP.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { readArchive } from '@/lib/domain/archive';
import type { BaseVersion } from '@/lib/domain/deployment';
import type { Network } from '@/lib/domain/permissions';
import { readTokensFile } from '@/lib/domain/tokens-file';
import { usageWords } from '@/lib/domain/usage';
import { database } from '@/lib/store/database';
import { insertDeployment, markStepSent, takeStep } from '@/lib/store/deployments';
import { Control } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { previewDeployment } from './deployment-preview';
import { startDeployments, stopDeployments } from './deployment-worker';
import {
  activateUploaded,
  beginDeployment,
  cancelDeployment,
  type Deployment,
  readDeployment,
  retryUpload,
} from './deployments';
import { settleEarlierRun } from './earlier-run';
import { operatorActor } from './session';
import { createToken, revokeToken } from './token-changes';
import { listTokens, rereadTokens } from './tokens';
import { readUsage, scanUsage } from './usage';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-deployments-'));
const ACCOUNT = 'default';
const OLD = 'cart-session-writer';
const NEW = 'cart-session-2';
/** The versions that live on OLD, another one on each network. 4116 does through 4105, on which it depends. */
const LIVE = [
  { edgeWorker: '4101', base: '2.3.1', version: '2.3.2' },
  { edgeWorker: '4101', base: '2.3.0', version: '2.3.0-1' },
  { edgeWorker: '4105', base: '1.2.0', version: '1.2.1' },
  { edgeWorker: '4105', base: '1.1.7', version: '1.1.8' },
  { edgeWorker: '4116', base: '6.1.0', version: '6.1.1' },
  { edgeWorker: '4116', base: '6.0.4', version: '6.0.5' },
] as const;
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
    AKAMAI_RATE: '100',
    AKAMAI_TIMEOUT: '1',
    SETTLE_SECONDS: '2',
    USAGE_SCAN_HOURS: '0',
    ALLOW_UPLOADS: 'true',
    LOG_LEVEL: 'fatal',
  });
});

beforeEach(async () => {
  await control.reset();
  for (const table of ['deployment', 'usage_scan']) database().raw.prepare(`delete from ${table}`).run();
  await scanned();
  // The bundles of EdgeWorker 4101 hold another token too, which failed: Akamai would refuse them for that.
  const other = simulator.account().tokens.get('checkout-rw');
  if (other) other.activation = 'complete';
  const request = {
    name: NEW,
    allowOnStaging: true,
    allowOnProduction: true,
    namespacePermissions: { cart: ['r' as const, 'w' as const] },
    restrictToEdgeWorkerIds: ['4101', '4102', '4103', '4105'],
  };
  const created = await createToken(operatorActor(), ACCOUNT, request, crypto.randomUUID());
  assert.ok(created.ok, JSON.stringify(created));
  await control.clearJournal();
});

after(async () => {
  await stopDeployments();
  await simulator.close();
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function eventually<T>(read: () => Promise<T>, isReached: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (isReached(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function usage() {
  const read = await readUsage(operatorActor(), ACCOUNT);
  assert.ok(read.ok);
  return read.value;
}

async function scanned() {
  const begun = await scanUsage(operatorActor(), ACCOUNT);
  assert.ok(begun.ok, JSON.stringify(begun));
  return eventually(usage, ({ scan }) => scan?.endedAt !== null);
}

async function wordsOf(name: string): Promise<string> {
  const { index } = await usage();
  const of = index.ofToken.get(simulator.account().tokens.get(name)?.uuid ?? '');
  return of ? usageWords(of) : 'not there';
}

type Version = BaseVersion & { version: string };

async function began(versions: readonly Version[] = LIVE, attempt: string = crypto.randomUUID()) {
  const exchange = { token: NEW, replaces: OLD };
  return beginDeployment(operatorActor(), ACCOUNT, exchange, versions, attempt);
}

async function view(id: string): Promise<Deployment> {
  const read = await readDeployment(operatorActor(), ACCOUNT, id);
  assert.ok(read.ok);
  return read.value;
}

const ended = (id: string) =>
  eventually(
    () => view(id),
    ({ isUnderWay }) => !isUnderWay,
  );

/** A deployment whose uploads have ended. */
async function uploaded(versions: readonly Version[] = LIVE): Promise<Deployment> {
  const begun = await began(versions);
  assert.ok(begun.ok, JSON.stringify(begun));
  return ended(begun.value.id);
}

async function activated(id: string, network: Network): Promise<Deployment> {
  const asked = await activateUploaded(operatorActor(), ACCOUNT, id, { network, note: 'token replaced' });
  assert.ok(asked.ok, JSON.stringify(asked));
  return ended(id);
}

const statesOf = ({ items }: Deployment, kind: 'upload' | Network) =>
  items.map(({ steps }) => steps[kind]?.state ?? null);
const wordsOfUpload = ({ items }: Deployment, index = 0) => items[index]?.steps.upload?.words ?? '';

/** Sent changes of EdgeWorkers: uploads and activations. */
async function posts(): Promise<string[]> {
  const changes = (await control.journal()).filter(
    ({ method, target }) => method === 'POST' && /\/ids\/\d+\/(versions|activations)$/.test(target),
  );
  return changes.map(({ target }) => target.replace('/edgeworkers/v1/ids/', ''));
}

function activeOf(id: number): Record<string, string | undefined> {
  const found = simulator.account().edgeWorkers.find((one) => one.id === id);
  const newest = (network: string) =>
    found?.activations.filter((one) => one.network === network).at(-1)?.version ?? undefined;
  return { staging: newest('STAGING'), production: newest('PRODUCTION') };
}

const one = (version: string = LIVE[0].version): Version[] => [{ ...LIVE[0], version }];

// First, as the worker is not started yet: what a killed server left is what these rows say.
test('[104] after a kill, what was not sent is sent, and what was sent is looked up and never sent again', async () => {
  const begun = await began();
  assert.ok(begun.ok);
  const { id } = begun.value;
  const step = (position: number) => ({ deployment_id: id, position, kind: 'upload' as const });
  for (const position of [0, 1, 2, 3]) assert.ok(takeStep(step(position)));
  // The first was being prepared; the second had reached Akamai; the third got lost on its way; the fourth takes longer
  // than SETTLE_SECONDS from the sending, and no longer than that after the answer could have come.
  const intents = database().raw.prepare("select max(seq) as seq from audit where phase = 'intent'").all();
  const { seq } = intents[0] as { seq: number };
  const { makeBundle } = await import('@/simulator/bundle');
  const made = makeBundle({ name: 'cart-api', version: '2.3.0-1', tokens: [], style: 'usual' });
  const { createHash } = await import('node:crypto');
  const found = simulator.account().edgeWorkers.find((worker) => worker.id === 4101);
  found?.versions.push({ version: '2.3.0-1', createdTime: '2026-11-26T00:00:00Z', content: made });
  assert.ok(markStepSent(step(1), seq, createHash('sha256').update(made).digest('hex')));
  assert.ok(markStepSent(step(2), seq, 'a'.repeat(64)));
  const late = makeBundle({ name: 'mini-cart', version: '1.1.8', tokens: [], style: 'usual' });
  assert.ok(markStepSent(step(3), seq, createHash('sha256').update(late).digest('hex')));
  const worker = simulator.account().edgeWorkers.find((one) => one.id === 4105);
  const arrive = () =>
    worker?.versions.push({ version: '1.1.8', createdTime: '2026-11-26T00:00:00Z', content: late });
  setTimeout(arrive, 2_600);
  await settleEarlierRun();
  startDeployments();
  const seen = await ended(id);
  assert.deepEqual(statesOf(seen, 'upload'), ['done', 'done', 'failed', 'done', 'done', 'done']);
  assert.match(wordsOfUpload(seen, 2), /nothing was done/);
  assert.deepEqual((await posts()).sort(), ['4101/versions', '4116/versions', '4116/versions']);
});

test('a token takes the place of another in all live versions, network by network', async () => {
  assert.equal(await wordsOf(OLD), 'used by 3, 3 on production');
  const seen = await uploaded();
  assert.deepEqual(statesOf(seen, 'upload'), Array(6).fill('done'));
  assert.deepEqual(seen.activatable, { staging: 3, production: 3 });
  assert.equal(await wordsOf(OLD), 'used by 3, 3 on production');
  await activated(seen.id, 'staging');
  assert.equal(await wordsOf(OLD), 'used by 3, 3 on production');
  assert.deepEqual(activeOf(4101), { staging: '2.3.2', production: '2.3.0' });
  const last = await activated(seen.id, 'production');
  assert.deepEqual(statesOf(last, 'staging'), ['done', null, 'done', null, 'done', null]);
  assert.deepEqual(statesOf(last, 'production'), [null, 'done', null, 'done', null, 'done']);
  assert.deepEqual(activeOf(4105), { staging: '1.2.1', production: '1.1.8' });
  assert.equal(await wordsOf(OLD), 'unused');
  assert.equal(await wordsOf(NEW), 'used by 3, 3 on production');
  const again = await activateUploaded(operatorActor(), ACCOUNT, seen.id, { network: 'staging', note: '' });
  assert.ok(!again.ok && again.problem.code === 'conflict');
  const actions = actionsOf(seen.id);
  assert.equal(actions.filter((action) => action === 'edgeworker.upload').length, 6);
  assert.equal(actions.filter((action) => action === 'edgeworker.activate').length, 6);
});

/** What was done for a deployment, by the audit. */
function actionsOf(id: string): string[] {
  const rows = database()
    .raw.prepare("select action from audit where phase = 'intent' and detail like ?")
    .all(`%${id}%`);
  return rows.map((row) => String(Object(row).action));
}

test('the preview shows the change of each version, and a version that is free and no other one is told', async () => {
  const exchange = { token: NEW, replaces: OLD };
  const read = await previewDeployment(operatorActor(), ACCOUNT, exchange, LIVE);
  assert.ok(read.ok);
  const told = read.value.map(({ edgeWorker, version, networks, inspection, isPassedOn }) => {
    assert.ok(inspection.ok, JSON.stringify(inspection));
    const { preview, suggestedVersion } = inspection.value;
    const isChanged = preview?.ok && preview.diff.some((line) => JSON.stringify(line).includes(NEW));
    assert.equal(isChanged ?? false, !isPassedOn);
    return [edgeWorker.id, version, networks.join(), suggestedVersion, isPassedOn];
  });
  assert.deepEqual(told, [
    ['4101', '2.3.1', 'staging', '2.3.2', false],
    ['4101', '2.3.0', 'production', '2.3.3', false],
    ['4105', '1.2.0', 'staging', '1.2.1', false],
    ['4105', '1.1.7', 'production', '1.1.8', false],
    ['4116', '6.1.0', 'staging', '6.1.1', true],
    ['4116', '6.0.4', 'production', '6.0.5', true],
  ]);
  const gone = await previewDeployment(operatorActor(), ACCOUNT, exchange, [
    { edgeWorker: '4101', base: '9' },
  ]);
  assert.ok(!gone.ok && gone.problem.code === 'bad-request');
});

test('the preview tells where the new token would not get through', async () => {
  const token = simulator.account().tokens.get(NEW);
  assert.ok(token);
  Object.assign(token, { restrictToEdgeWorkerIds: ['4105'], allowOnProduction: false });
  await detailsRead();
  const exchange = { token: NEW, replaces: OLD };
  const read = await previewDeployment(operatorActor(), ACCOUNT, exchange, LIVE);
  assert.ok(read.ok);
  const told = read.value.map(({ edgeWorker, networks, lost }) => [edgeWorker.id, networks.join(), lost]);
  const nothing = { edgeWorker: false, networks: [] };
  assert.deepEqual(told, [
    ['4101', 'staging', { edgeWorker: true, networks: [] }],
    ['4101', 'production', { edgeWorker: true, networks: ['production'] }],
    ['4105', 'staging', nothing],
    ['4105', 'production', { edgeWorker: false, networks: ['production'] }],
    // They hold it only through another one, whose token it is.
    ['4116', 'staging', nothing],
    ['4116', 'production', nothing],
  ]);
});

let refreshes = 0;

/** Has the details of the two tokens read again, which were changed at Akamai: they are kept for a day of refresh. */
async function detailsRead(): Promise<void> {
  refreshes += 1;
  for (const name of [OLD, NEW]) {
    const token = simulator.account().tokens.get(name);
    assert.ok(token);
    token.latestRefreshDate = `2026-11-${10 + refreshes}`;
  }
  assert.ok((await rereadTokens(operatorActor(), ACCOUNT)).ok);
  await eventually(
    () => listTokens(operatorActor(), ACCOUNT),
    (listed) => listed.ok && listed.value.pending.size === 0,
  );
}

test('only entries of the token that is replaced change: what other tokens hold stays theirs', async () => {
  const token = simulator.account().tokens.get(NEW);
  assert.ok(token);
  // 4101 has an entry of checkout-rw for it, 4105 has none.
  token.namespacePermissions = { ...token.namespacePermissions, default: ['r'] };
  await detailsRead();
  const read = await previewDeployment(operatorActor(), ACCOUNT, { token: NEW, replaces: OLD }, LIVE);
  assert.ok(read.ok);
  const changed = read.value
    .filter(({ isPassedOn }) => !isPassedOn)
    .map(
      ({ inspection }) => inspection.ok && inspection.value.preview?.ok && inspection.value.preview.changes,
    );
  for (const changes of changed) {
    assert.ok(changes);
    const done = changes.filter(({ kind }) => kind !== 'keep').map(({ kind, key }) => `${kind} ${key}`);
    assert.deepEqual(done, ['replace namespace-cart']);
  }
  const seen = await uploaded(LIVE.slice(0, 3));
  assert.deepEqual(statesOf(seen, 'upload'), ['done', 'done', 'done']);
  for (const { edgeWorker, version } of LIVE.slice(0, 3)) {
    const made = simulator
      .account()
      .edgeWorkers.find(({ id }) => String(id) === edgeWorker)
      ?.versions.find((one) => one.version === version);
    const archive = made && (await readArchive(made.content));
    assert.ok(archive?.ok);
    const file = archive.value.entries.find(({ path }) => path.endsWith('edgekv_tokens.js'));
    const items = readTokensFile(Buffer.from(file?.data ?? '').toString());
    assert.ok(items.ok);
    const tokens = items.value.map(({ namespace, token: name }) => `${namespace} ${name}`);
    assert.deepEqual(tokens, [`cart ${NEW}`, ...(edgeWorker === '4101' ? ['default checkout-rw'] : [])]);
  }
});

test('a version that does not hold the token that is replaced is not uploaded', async () => {
  const other = { edgeWorker: '4103', base: '3.2.0', version: '3.2.1' };
  const { index } = await usage();
  const live = index.versions.find(
    ({ edgeWorker, uses }) =>
      edgeWorker.id === '4103' && uses.every(({ known }) => known !== null && known.name !== OLD),
  );
  assert.ok(live);
  const seen = await uploaded([{ ...other, base: live.version }]);
  assert.deepEqual(statesOf(seen, 'upload'), ['failed']);
  assert.match(wordsOfUpload(seen), /does not hold cart-session-writer/);
  assert.deepEqual(await posts(), []);
});

test('one form begins one deployment, and each version is uploaded once', async () => {
  const attempt = crypto.randomUUID();
  const all = await Promise.all([began(one(), attempt), began(one(), attempt), began(one(), attempt)]);
  const ids = new Set(all.map((begun) => (begun.ok ? begun.value.id : 'refused')));
  assert.equal(ids.size, 1);
  const [id = ''] = ids;
  await ended(id);
  assert.deepEqual(await posts(), ['4101/versions']);
});

test('an upload whose answer was lost is looked up: done when it is there', async () => {
  await control.fault({ match: { method: 'POST', path: '/versions$' }, drop: 'after' });
  const seen = await uploaded(one());
  assert.deepEqual(statesOf(seen, 'upload'), ['done']);
  assert.deepEqual(await posts(), ['4101/versions']);
});

test('an upload that got lost on its way has failed, after a while, and can be tried again', async () => {
  await control.fault({ match: { method: 'POST', path: '/versions$' }, drop: 'before' });
  const seen = await uploaded(one());
  assert.deepEqual(statesOf(seen, 'upload'), ['failed']);
  assert.deepEqual(await posts(), ['4101/versions']);
  const retried = await retryUpload(operatorActor(), ACCOUNT, seen.id, { position: 0, version: '2.3.2' });
  assert.ok(retried.ok, JSON.stringify(retried));
  assert.deepEqual(statesOf(await ended(seen.id), 'upload'), ['done']);
  const again = await retryUpload(operatorActor(), ACCOUNT, seen.id, { position: 0, version: '2.3.2' });
  assert.ok(!again.ok && again.problem.code === 'conflict');
});

test('an activation whose answer was lost is looked up, and never sent again', async () => {
  const { id } = await uploaded(one());
  await control.clearJournal();
  await control.fault({ match: { method: 'POST', path: '/activations$' }, drop: 'after' });
  assert.deepEqual(statesOf(await activated(id, 'staging'), 'staging'), ['done']);
  assert.deepEqual(await posts(), ['4101/activations']);
});

test('what Akamai refuses is explained, and can be tried again', async () => {
  const refusal = { type: 'STATIC_VALIDATION_FAILED', message: 'main.js: Unexpected token' };
  await control.change({ edgeWorker: { id: 4101, refusesUploads: refusal } });
  const seen = await uploaded(one());
  assert.deepEqual(statesOf(seen, 'upload'), ['failed']);
  assert.match(wordsOfUpload(seen), /Unexpected token\. The code does not load/);
  await control.change({ edgeWorker: { id: 4101, refusesUploads: null } });
  assert.ok((await retryUpload(operatorActor(), ACCOUNT, seen.id, { position: 0, version: '2.3.2' })).ok);
  assert.deepEqual(statesOf(await ended(seen.id), 'upload'), ['done']);
});

test('a version that is there already is refused, and another one is taken', async () => {
  const seen = await uploaded(one('2.3.0'));
  assert.deepEqual(statesOf(seen, 'upload'), ['failed']);
  assert.match(wordsOfUpload(seen), /already/);
  const wrong = await retryUpload(operatorActor(), ACCOUNT, seen.id, { position: 0, version: '2..3' });
  assert.ok(!wrong.ok && wrong.problem.fields?.['version-4101-2.3.1']);
  assert.ok((await retryUpload(operatorActor(), ACCOUNT, seen.id, { position: 0, version: '2.4.0' })).ok);
  assert.deepEqual(statesOf(await ended(seen.id), 'upload'), ['done']);
});

test('code that became live meanwhile is not replaced', async () => {
  const { id } = await uploaded(one());
  await control.change({ edgeWorker: { id: 4101, active: { STAGING: '2.3.0' } } });
  await control.clearJournal();
  const seen = await activated(id, 'staging');
  assert.deepEqual(statesOf(seen, 'staging'), ['failed']);
  assert.match(seen.items[0]?.steps.staging?.words ?? '', /2\.3\.0 is live on staging now, not 2\.3\.1/);
  assert.deepEqual(await posts(), []);
});

test('what was taken off a network meanwhile is not put there again', async () => {
  const { id } = await uploaded(one());
  await control.change({ edgeWorker: { id: 4101, active: { STAGING: null } } });
  await control.clearJournal();
  const seen = await activated(id, 'staging');
  assert.deepEqual(statesOf(seen, 'staging'), ['failed']);
  assert.match(seen.items[0]?.steps.staging?.words ?? '', /Nothing is live on staging now, not 2\.3\.1/);
  assert.deepEqual(await posts(), []);
});

test('an activation that fails is told, and what was live stays', async () => {
  const { id } = await uploaded(one());
  await control.change({ edgeWorker: { id: 4101, failsOn: ['STAGING'] } });
  const seen = await activated(id, 'staging');
  assert.deepEqual(statesOf(seen, 'staging'), ['failed']);
  assert.match(seen.items[0]?.steps.staging?.words ?? '', /ERROR/);
  assert.equal(await wordsOf(OLD), 'used by 3, 3 on production');
});

test('an activation that is asked for again, and whose answer is lost, is not taken for the one that failed', async () => {
  const { id } = await uploaded(one());
  await control.change({ edgeWorker: { id: 4101, failsOn: ['STAGING'] } });
  assert.deepEqual(statesOf(await activated(id, 'staging'), 'staging'), ['failed']);
  await control.change({ edgeWorker: { id: 4101, failsOn: [] } });
  await control.clearJournal();
  await control.fault({ match: { method: 'POST', path: '/activations$' }, drop: 'before' });
  const lost = await activated(id, 'staging');
  assert.match(lost.items[0]?.steps.staging?.words ?? '', /told that nothing was done/);
  await control.fault({ match: { method: 'POST', path: '/activations$' }, drop: 'after' });
  assert.deepEqual(statesOf(await activated(id, 'staging'), 'staging'), ['done']);
  assert.deepEqual(await posts(), ['4101/activations', '4101/activations']);
});

test('a bundle that would still use the old token is not uploaded', async () => {
  const begun = await beginDeployment(
    operatorActor(),
    ACCOUNT,
    { token: NEW, replaces: 'product-catalog' },
    [{ edgeWorker: '4103', base: '1.14.0', version: '1.14.1' }],
    crypto.randomUUID(),
  );
  assert.ok(begun.ok, JSON.stringify(begun));
  const seen = await ended(begun.value.id);
  assert.deepEqual(statesOf(seen, 'upload'), ['failed']);
  assert.match(wordsOfUpload(seen), /would still use product-catalog/);
  assert.deepEqual(await posts(), []);
});

test('a token goes only where it would get through: to EdgeWorkers and onto networks that it is allowed for', async () => {
  const token = simulator.account().tokens.get(NEW);
  assert.ok(token);
  token.restrictToEdgeWorkerIds = ['4105'];
  const other = await uploaded(one());
  assert.match(wordsOfUpload(other), /cart-session-2 is not allowed for EdgeWorker 4101/);
  assert.deepEqual(await posts(), []);
  token.allowOnProduction = false;
  const { id } = await uploaded([LIVE[3]]);
  const seen = await activated(id, 'production');
  assert.match(seen.items[0]?.steps.production?.words ?? '', /not allowed on production/);
  assert.deepEqual(await posts(), ['4105/versions']);
});

test('where the token before got through nowhere, the new one loses nothing', async () => {
  for (const name of [OLD, NEW]) {
    const token = simulator.account().tokens.get(name);
    assert.ok(token);
    token.allowOnProduction = false;
  }
  await detailsRead();
  const { id } = await uploaded([LIVE[3]]);
  assert.deepEqual(statesOf(await activated(id, 'production'), 'production'), ['done']);
});

test('a version that depends on another one is not activated before the new version of that one is', async () => {
  const refusal = { type: 'STATIC_VALIDATION_FAILED', message: 'Unexpected token' };
  await control.change({ edgeWorker: { id: 4105, refusesUploads: refusal } });
  // 4116 on staging, with 4105 there, on whose code it depends.
  const seen = await uploaded([LIVE[2], LIVE[4]]);
  assert.deepEqual(statesOf(seen, 'upload'), ['failed', 'done']);
  await control.clearJournal();
  const tried = await activated(seen.id, 'staging');
  assert.equal(tried.items[1]?.steps.staging?.state, 'failed');
  assert.match(tried.items[1]?.steps.staging?.words ?? '', /4105, on whose code it depends/);
  assert.deepEqual(await posts(), []);
  await control.change({ edgeWorker: { id: 4105, refusesUploads: null } });
  const again = { position: 0, version: '1.2.1' };
  assert.ok((await retryUpload(operatorActor(), ACCOUNT, seen.id, again)).ok);
  await ended(seen.id);
  assert.deepEqual(statesOf(await activated(seen.id, 'staging'), 'staging'), ['done', 'done']);
});

test('no more than 20 versions are sent in a minute', async () => {
  const replacements = Array.from({ length: 19 }, (_, index) => ({
    edgeWorker: { id: String(5000 + index), name: 'other' },
    base: '1',
    networks: ['staging' as const],
    version: '2',
  }));
  const actor = { actor_kind: 'operator', actor_id: 'operator', actor_name: 'operator' };
  const other = { id: 'other', attempt: 'other', account: ACCOUNT, token: NEW, replaces: null, ...actor };
  insertDeployment(other, replacements);
  const sentAt = (at: number) =>
    database()
      .raw.prepare("update deployment_step set state = 'done', sent_at = ? where deployment_id = 'other'")
      .run(at);
  sentAt(Date.now());
  const begun = await began(LIVE.slice(0, 2));
  assert.ok(begun.ok);
  const { id } = begun.value;
  const half = await eventually(
    () => view(id),
    (seen) => statesOf(seen, 'upload').includes('done'),
  );
  assert.deepEqual(statesOf(half, 'upload').sort(), ['done', 'waiting']);
  const aged = Date.now();
  sentAt(aged - 61_000);
  assert.deepEqual(statesOf(await ended(id), 'upload'), ['done', 'done']);
  const sent = database().raw.prepare('select sent_at from deployment_step where deployment_id = ?').all(id);
  const times = sent.map((row) => Number(Object(row).sent_at)).sort((x, y) => x - y);
  assert.ok((times[0] ?? 0) < aged && (times[1] ?? 0) >= aged, String(times));
});

test('nothing is uploaded before the token is active; what waits can be cancelled', async () => {
  const token = simulator.account().tokens.get(NEW);
  assert.ok(token);
  token.activation = 'never';
  const begun = await began(one());
  assert.ok(begun.ok);
  const { id } = begun.value;
  const waiting = await eventually(
    () => view(id),
    (seen) => wordsOfUpload(seen) !== '' && statesOf(seen, 'upload')[0] === 'waiting',
  );
  assert.match(wordsOfUpload(waiting), /still being activated/);
  const cancelled = await cancelDeployment(operatorActor(), ACCOUNT, id);
  assert.ok(cancelled.ok, JSON.stringify(cancelled));
  assert.deepEqual(statesOf(await ended(id), 'upload'), ['cancelled']);
  assert.deepEqual(await posts(), []);
  const none = await cancelDeployment(operatorActor(), ACCOUNT, id);
  assert.ok(!none.ok && none.problem.code === 'conflict');
});

test('a token that is being put into live versions is revoked only when its name is typed', async () => {
  const token = simulator.account().tokens.get(NEW);
  assert.ok(token);
  token.activation = 'never';
  const revoked = () => revokeToken(operatorActor(), ACCOUNT, NEW, crypto.randomUUID());
  const begun = await began(one());
  assert.ok(begun.ok);
  const done = await revoked();
  assert.ok(!done.ok && done.problem.code === 'confirm-first', JSON.stringify(done));
  assert.match(done.problem.title, /A deployment is putting cart-session-2 into live versions/);
  assert.ok((await cancelDeployment(operatorActor(), ACCOUNT, begun.value.id)).ok);
  await ended(begun.value.id);
  assert.ok((await revoked()).ok);
});

test('what is being prepared can be cancelled until it is sent', async () => {
  const replacements = ['1', '2', '3'].map((version) => ({
    edgeWorker: { id: '5000', name: 'other' },
    base: `0.${version}`,
    networks: ['staging' as const],
    version,
  }));
  const actor = { actor_kind: 'operator', actor_id: 'operator', actor_name: 'operator' };
  const id = crypto.randomUUID();
  insertDeployment({ id, attempt: id, account: ACCOUNT, token: NEW, replaces: null, ...actor }, replacements);
  const step = (position: number) => ({ deployment_id: id, position, kind: 'upload' as const });
  // No await before: the worker has not seen them.
  assert.ok(takeStep(step(0)) && takeStep(step(1)) && markStepSent(step(1), 1, 'a'.repeat(64)));
  assert.ok((await cancelDeployment(operatorActor(), ACCOUNT, id)).ok);
  assert.deepEqual(statesOf(await view(id), 'upload'), ['cancelled', 'working', 'cancelled']);
  assert.equal(markStepSent(step(0), 1, 'a'.repeat(64)), false);
});

test('a step that waits for something is tried less often the longer it does, for about an hour', async () => {
  const token = simulator.account().tokens.get(NEW);
  assert.ok(token);
  token.activation = 'never';
  const begun = await began(one());
  assert.ok(begun.ok);
  const read = () => {
    const [row] = database()
      .raw.prepare('select state, tries, at, next_at from deployment_step where deployment_id = ?')
      .all(begun.value.id);
    const { state, tries, at, next_at: nextAt } = Object(row);
    return Promise.resolve({ state, tries, waits: nextAt - at });
  };
  const first = await eventually(read, ({ state, tries }) => state === 'waiting' && tries === 1);
  assert.ok(first.waits <= 2_000, JSON.stringify(first));
  const again = 'update deployment_step set tries = 50, next_at = 0 where deployment_id = ?';
  database().raw.prepare(again).run(begun.value.id);
  const later = await eventually(read, ({ state, tries }) => state === 'waiting' && tries === 51);
  assert.ok(later.waits >= 9_000, JSON.stringify(later));
  assert.ok((await cancelDeployment(operatorActor(), ACCOUNT, begun.value.id)).ok);
});

// Versions and activations of EdgeWorkers over HTTP: uploads, what refuses them, and what is active when.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { SimToken } from './account';
import { makeBundle, packFiles } from './bundle';
import { Control } from './control';
import { type Simulator, startSimulator } from './server';
import { type SignedAnswer, signedCall } from './signed-get';

const LONG_MS = 60_000;
let simulator: Simulator;
let control: Control;

before(async () => {
  simulator = await startSimulator();
  control = new Control(simulator.controlUrl);
});
after(() => simulator.close());
beforeEach(async () => {
  await control.reset();
  await control.change({ activationMs: LONG_MS });
});

const IDS = '/edgeworkers/v1/ids';
const call = (method: string, path: string, body?: unknown) =>
  signedCall(simulator.url, method, `${IDS}/${path}`, body);
const upload = (bundle: Buffer, id = 4101) => call('POST', `${id}/versions`, bundle);
const activate = (version: string, network = 'STAGING', id = 4101) =>
  call('POST', `${id}/activations`, { network, version, note: 'token rotated' });

type Row = Record<string, unknown>;
const rows = ({ json }: SignedAnswer) => json.activations as Row[];
const history = async (query = '', id = 4101) => rows(await call('GET', `${id}/activations${query}`));
const active = async (id = 4101) =>
  (await history('?activeOnNetwork=true', id)).map(({ network, version }) => `${network} ${version}`);

function token(name: string): SimToken {
  return simulator.account().tokens.get(name) ?? assert.fail(name);
}

function bundle(version = '2.4.0', ...names: string[]): Buffer {
  return makeBundle({ name: 'cart-api', version, tokens: names.map(token), style: 'usual' });
}

function refused(answer: SignedAnswer, status: number, code: string | undefined, detail: RegExp) {
  assert.equal(answer.status, status, JSON.stringify(answer.json));
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  assert.equal(answer.json.errorCode, code);
  assert.match(String(answer.json.detail), detail);
}

/** Waits for what the simulator's clock brings. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 5_000; !(await isSo()); ) assert.ok(Date.now() < end, 'it never came');
}

test('an uploaded bundle is a version with the same bytes, whose checksum is their SHA-256', async () => {
  const bytes = bundle('2.4.0', 'cart-reader');
  const created = await upload(bytes);
  assert.equal(created.status, 201);
  assert.equal(created.headers.get('location'), `${IDS}/4101/versions/2.4.0`);
  assert.equal(created.json.version, '2.4.0');
  const checksum = createHash('sha256').update(bytes).digest('hex');
  assert.equal(created.json.checksum, checksum);
  assert.deepEqual((await call('GET', '4101/versions/2.4.0')).json, created.json);
  assert.deepEqual((await call('GET', '4101/versions/2.4.0/content')).bytes, bytes);
  const { versions } = (await call('GET', '4101/versions')).json;
  assert.deepEqual(
    (versions as Row[]).map(({ version }) => version),
    ['2.3.0', '2.3.1', '2.4.0'],
  );
  const entry = (await control.journal()).find(({ method }) => method === 'POST');
  assert.deepEqual(entry?.upload, { sha256: checksum, bytes: bytes.byteLength });
  assert.equal(entry?.body, '');
});

test('a version that is there, or was, is refused and changes nothing', async () => {
  assert.equal((await upload(bundle())).status, 201);
  refused(await upload(bundle()), 400, 'EW1011', /^Version 2\.4\.0 already exists for EdgeWorker ID 4101$/);
  await control.change({ edgeWorker: { id: 4101, deleteVersion: '2.4.0' } });
  assert.equal((await call('GET', '4101/versions/2.4.0')).status, 404);
  refused(await upload(bundle()), 400, 'EW1011', /already exists/);
  assert.equal((await upload(bundle(), 4102)).status, 201, 'another EdgeWorker may have it');
});

test('what is no bundle, or has a fault that the validation finds, is refused with its words', async () => {
  refused(await upload(Buffer.from('hello')), 400, undefined, /^Invalid tarball provided$/);
  const main = { 'main.js': 'export function onClientRequest() {}\n' };
  refused(await upload(packFiles(main)), 400, undefined, /MISSING_MANDATORY_FILES: bundle\.json is missing/);
  const expired = bundle('2.4.0', 'old-login-hints');
  refused(await upload(expired), 400, undefined, /^ACCESS_TOKEN_EXPIRED: /);
  refused(await upload(bundle('2.4.0', 'checkout-rw')), 400, undefined, /^ACCESS_TOKEN_REFERENCE_INVALID: /);
  const good = bundle('2.4.0', 'cart-reader');
  await control.change({ deleteToken: 'cart-reader' });
  refused(await upload(good), 400, undefined, /^ACCESS_TOKEN_REFERENCE_INVALID: /);
  refused(await upload(bundle(), 9999), 404, 'EW2002', /EdgeWorker ID/);
  assert.equal(((await call('GET', '4101/versions')).json.versions as Row[]).length, 2);
});

test('uploads for an EdgeWorker are refused as a test wants, until it wants it no more', async () => {
  const refusesUploads = { type: 'STATIC_VALIDATION_FAILED', message: 'main.js::1:1 no' };
  await control.change({ edgeWorker: { id: 4101, refusesUploads } });
  refused(await upload(bundle()), 400, undefined, /^STATIC_VALIDATION_FAILED: main\.js::1:1 no$/);
  assert.equal((await upload(bundle(), 4102)).status, 201);
  await control.change({ edgeWorker: { id: 4101, refusesUploads: null } });
  assert.equal((await upload(bundle())).status, 201);
});

test('an activation is presubmitted, in progress, and then the version is active on that network alone', async () => {
  await upload(bundle());
  const started = await activate('2.4.0');
  assert.equal(started.status, 201);
  assert.equal(started.json.status, 'PRESUBMIT');
  assert.equal(started.json.note, 'token rotated');
  assert.equal(started.headers.get('location'), `${IDS}/4101/activations/${started.json.activationId}`);
  const one = async () => (await call('GET', `4101/activations/${started.json.activationId}`)).json.status;
  assert.equal(await one(), 'IN_PROGRESS');
  assert.deepEqual(await active(), ['STAGING 2.3.1', 'PRODUCTION 2.3.0']);

  await control.change({ activationMs: 50 });
  await activate('2.4.0', 'PRODUCTION');
  await until(async () => (await active()).includes('PRODUCTION 2.4.0'));
  assert.deepEqual(await active(), ['PRODUCTION 2.4.0', 'STAGING 2.3.1']);
  assert.equal(await one(), 'IN_PROGRESS', 'the other network waits still');
});

test('the history begins with the newest, and its older rows stay COMPLETE', async () => {
  await control.change({ activationMs: 0 });
  await activate('2.3.1', 'PRODUCTION');
  const all = await history();
  assert.deepEqual(
    all.map(({ network, version, status }) => `${network} ${version} ${status}`),
    [
      'PRODUCTION 2.3.1 COMPLETE',
      'STAGING 2.3.1 COMPLETE',
      'PRODUCTION 2.3.0 COMPLETE',
      'STAGING 2.3.0 COMPLETE',
    ],
  );
  assert.deepEqual(await active(), ['PRODUCTION 2.3.1', 'STAGING 2.3.1']);
  assert.equal((await history('?version=2.3.0')).length, 2);
  assert.equal((await history('?version=2.3.0&activeOnNetwork=true')).length, 0);
  assert.deepEqual(
    (await history('?network=STAGING&activeOnNetwork=true')).map(({ version }) => version),
    ['2.3.1'],
  );
});

test('an activation of what is active, on its way or unknown is refused', async () => {
  refused(await activate('2.3.1'), 400, 'EW1021', /^This version is already being activated on staging$/);
  assert.equal((await activate('2.3.0')).status, 201);
  refused(await activate('2.3.0'), 400, 'EW1021', /^This version is already being activated on staging$/);
  await upload(bundle());
  refused(await activate('2.4.0'), 400, 'EW1021', /^Version 2\.3\.0 is already being activated on staging$/);
  refused(await activate('9.9'), 404, 'EW2002', /version/);
  refused(await activate('2.3.1', 'PREVIEW'), 400, undefined, /network/);
  const note = 'x'.repeat(129);
  const long = await call('POST', '4101/activations', { network: 'STAGING', version: '2.4.0', note });
  refused(long, 400, undefined, /note/);
  assert.equal((await history()).length, 4);
});

test('an activation fails where a test wants it, also one under way, and the old version stays', async () => {
  const { activationId } = (await activate('2.3.0')).json;
  await control.change({ activationMs: 0, edgeWorker: { id: 4101, failsOn: ['PRODUCTION'] } });
  await activate('2.3.1', 'PRODUCTION');
  assert.deepEqual(
    (await history()).slice(0, 2).map(({ network, status }) => `${network} ${status}`),
    ['PRODUCTION ERROR', 'STAGING IN_PROGRESS'],
  );
  assert.deepEqual(await active(), ['STAGING 2.3.1', 'PRODUCTION 2.3.0']);

  await control.change({ edgeWorker: { id: 4101, failsOn: ['STAGING'] } });
  await control.change({ edgeWorker: { id: 4101, finish: true } });
  assert.equal((await call('GET', `4101/activations/${activationId}`)).json.status, 'ERROR');
  assert.deepEqual(await active(), ['STAGING 2.3.1', 'PRODUCTION 2.3.0']);
});

test('what somebody else makes active is active at once; a version can be taken away', async () => {
  await control.change({ edgeWorker: { id: 4101, active: { STAGING: '2.3.0', PRODUCTION: null } } });
  assert.deepEqual(await active(), ['STAGING 2.3.0']);
  assert.equal((await history('?network=PRODUCTION')).length, 1, 'a version taken away is no activation');
  await assert.rejects(
    control.change({ edgeWorker: { id: 4101, active: { STAGING: '7' } } }),
    /no version 7/,
  );
  await assert.rejects(control.change({ edgeWorker: { id: 1 } }), /no EdgeWorker 1/);
});

test('twenty versions are taken in a minute, and as many activations on each network', async () => {
  const header = (answer: SignedAnswer, name: string) => answer.headers.get(`x-ratelimit-${name}`);
  const version = 'version-per-minute';
  for (let made = 1; made <= 20; made += 1) {
    const created = await upload(bundle(`3.${made}`));
    assert.equal(created.status, 201);
    assert.equal(header(created, `${version}-remaining`), String(20 - made));
  }
  const over = await upload(bundle('3.21'));
  refused(over, 429, 'EW3101', /^Version API rate limit exceeded for account A-CCT1377$/);
  assert.equal(header(over, `${version}-limit`), '20');
  assert.equal(header(over, `${version}-remaining`), '0');
  const wait = Date.parse(header(over, `${version}-reset`) ?? '') - Date.now();
  assert.ok(wait > 0 && wait <= 60_000, `${wait}`);
  assert.equal((await call('GET', '4101/versions/3.21')).status, 404);
  await control.change({ rateLimits: { versions: null } });
  assert.equal((await upload(bundle('3.21'))).status, 201);

  await control.change({ activationMs: 0, rateLimits: { activations: 2 } });
  for (const one of ['3.1', '3.2']) assert.equal((await activate(one)).status, 201);
  const late = await activate('3.3');
  refused(late, 429, 'EW3101', /^Activation API rate limit exceeded for account A-CCT1377$/);
  assert.equal(header(late, 'activation-per-network-per-minute-remaining'), '0');
  assert.deepEqual(await active(), ['STAGING 3.2', 'PRODUCTION 2.3.0']);
  assert.equal((await activate('3.3', 'PRODUCTION')).status, 201, 'the other network has its own');
});

test('what is refused counts for no limit', async () => {
  await control.change({ rateLimits: { versions: 1, activations: 1 } });
  assert.equal((await upload(Buffer.from('hello'))).status, 400);
  assert.equal((await upload(bundle())).status, 201);
  assert.equal((await activate('9.9')).status, 404);
  assert.equal((await activate('2.4.0')).status, 201);
});

const revisions = async (query = '', id = 4116) =>
  (await call('GET', `${id}/revisions${query}`)).json.revisions as Row[];
const unpacked = (bytes: Buffer) => gunzipSync(bytes).toString('latin1');

test('an EdgeWorker with a dependency has a combined bundle with the token that its own lacks', async () => {
  const { uuid } = token('cart-session-writer');
  const own = await call('GET', '4116/versions/6.1.0/content');
  assert.ok(!unpacked(own.bytes).includes(uuid));
  assert.match(unpacked(own.bytes), /"edgeWorkerId": 4105/);
  const [revision, ...others] = await revisions('?version=6.1.0&network=STAGING');
  assert.ok(revision && others.length === 0);
  assert.equal(revision.revisionId, `${revision.activationId}-1`);
  assert.equal(revision.revisionActivationStatus, 'COMPLETE');
  const content = await call('GET', `4116/revisions/${revision.revisionId}/content`);
  assert.equal(content.headers.get('content-type'), 'application/gzip');
  assert.equal(createHash('sha256').update(content.bytes).digest('hex'), revision.checksum);
  assert.match(unpacked(content.bytes), /4105\/edgekv_tokens\.js/);
  assert.ok(unpacked(content.bytes).includes(uuid));
  assert.match(
    unpacked(content.bytes),
    /"edgeworker-version": "1\.2\.0"/,
    'the version that is active on staging',
  );
  assert.equal((await revisions()).length, 3);
  assert.deepEqual(await revisions(`?activationId=${revision.activationId}`), [revision]);
  assert.equal((await call('GET', '4116/revisions/9-1/content')).status, 404);
});

test('an EdgeWorker without dependencies has no revision, or a placeholder', async () => {
  assert.deepEqual(await revisions('', 4101), []);
  await control.change({ placeholderRevisions: true });
  const [newest] = await revisions('?version=2.3.1', 4101);
  assert.equal(newest?.revisionId, `${newest?.activationId}-0`);
  const content = await call('GET', `4101/revisions/${newest?.revisionId}/content`);
  assert.match(unpacked(content.bytes), /edgekv_access_tokens/);
});

test('a new version of a dependency renews an EdgeWorker only if that follows it', async () => {
  await control.change({ activationMs: 0 });
  const next = (version: string) => makeBundle({ name: 'mini-cart', version, tokens: [], style: 'usual' });
  await upload(next('1.3.0'), 4105);
  await activate('1.3.0', 'STAGING', 4105);
  const ids = async () => (await revisions('?version=6.1.0')).map(({ revisionId }) => revisionId);
  assert.deepEqual(await ids(), ['3-1']);
  await control.change({ edgeWorker: { id: 4116, followsDependencies: true } });
  assert.deepEqual(await ids(), ['3-2', '3-1']);
  const content = async (id: string) => unpacked((await call('GET', `4116/revisions/${id}/content`)).bytes);
  assert.match(await content('3-2'), /"edgeworker-version": "1\.3\.0"/);
  assert.doesNotMatch(await content('3-1'), /"1\.3\.0"/);
});

test('further EdgeWorkers have two active versions each, of the wanted size and with tokens', async () => {
  const bytes = 30_000;
  await control.change({ addEdgeWorkers: { count: 7, bytes } });
  const { edgeWorkerIds } = (await signedCall(simulator.url, 'GET', IDS)).json;
  const added = (edgeWorkerIds as { edgeWorkerId: number }[]).map((one) => one.edgeWorkerId).slice(16);
  assert.deepEqual(added, [4117, 4118, 4119, 4120, 4121, 4122, 4123]);
  const seen = new Set<string>();
  for (const id of added) {
    assert.deepEqual(await active(id), ['STAGING 1.1.0', 'PRODUCTION 1.0.0']);
    for (const version of ['1.0.0', '1.1.0']) {
      const content = (await call('GET', `${id}/versions/${version}/content`)).bytes;
      assert.ok(content.byteLength > bytes && content.byteLength < bytes * 1.2, `${content.byteLength}`);
      seen.add(createHash('sha256').update(content).digest('hex'));
    }
  }
  assert.equal(seen.size, 14, 'no two are the same');
  const { spans } = await control.live();
  for (const { edgeWorkerId, tokens } of spans)
    if (edgeWorkerId > 4116) assert.ok(tokens.length > 0, String(edgeWorkerId));
});

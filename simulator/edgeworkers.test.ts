// Versions and activations of EdgeWorkers over HTTP: uploads, what refuses them, and what is active when.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
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

// The simulator over HTTP: what it answers as Akamai does, what it refuses, and what its control handle can do.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import EdgeGrid from 'akamai-edgegrid';
import { Control } from './control';
import { type Simulator, startSimulator } from './server';

let simulator: Simulator;
let strict: Simulator;
let control: Control;

before(async () => {
  simulator = await startSimulator({ activationMs: 50 });
  strict = await startSimulator({ strict: true });
  control = new Control(simulator.controlUrl);
});
after(async () => {
  await Promise.all([simulator.close(), strict.close()]);
});
beforeEach(() => control.reset());

type Answered = { status: number; json: Record<string, unknown>; bytes: Buffer; headers: Headers };

async function call(
  method: string,
  path: string,
  body?: unknown,
  { url, credential } = simulator,
): Promise<Answered> {
  const { host, clientToken, clientSecret, accessToken } = credential;
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const edgeGrid = new EdgeGrid(clientToken, clientSecret, accessToken, host);
  const signed = edgeGrid.auth({ method, path, ...(text ? { body: text } : {}), headers: {} }).request as {
    headers: { Authorization: string };
  };
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { Authorization: signed.headers.Authorization },
    ...(text ? { body: text } : {}),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    json: isJson ? JSON.parse(bytes.toString()) : {},
    bytes,
    headers: response.headers,
  };
}

const TOKENS = '/edgekv/v1/tokens';
const asked = {
  name: 'made-here',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r', 'w'] },
};

test('an unsigned call gets EdgeGrid’s own refusal', async () => {
  const response = await fetch(`${simulator.url}${TOKENS}`);
  assert.equal(response.status, 400);
  assert.match(((await response.json()) as { type: string }).type, /pep-authn/);
});

test('the list has rows without details, and expired ones only when asked', async () => {
  const plain = await call('GET', TOKENS);
  const all = await call('GET', `${TOKENS}?includeExpired=true`);
  const rows = (answer: Answered) => answer.json.tokens as Record<string, unknown>[];
  assert.ok(rows(plain).length >= 39);
  assert.equal(rows(all).length, rows(plain).length + 3);
  for (const row of rows(all)) {
    for (const field of ['namespacePermissions', 'cpcode', 'value', 'allowOnStaging'])
      assert.ok(!(field in row));
  }
});

test('a token is created, activates, is refreshed under the same uuid, and revoked', async () => {
  const created = await call('POST', TOKENS, asked);
  assert.equal(created.status, 200);
  assert.deepEqual(created.json.restrictToEdgeWorkerIds, ['all']);
  assert.equal(created.json.expiry, '9999-12-31');
  assert.equal(created.json.tokenActivationStatus, 'IN_PROGRESS');
  const read = async () => (await call('GET', `${TOKENS}/made-here`)).json;
  while ((await read()).tokenActivationStatus !== 'COMPLETE');
  const refreshed = await call('POST', `${TOKENS}/made-here/refresh`);
  assert.equal(refreshed.status, 200);
  assert.equal(refreshed.json.uuid, created.json.uuid);
  assert.equal(refreshed.json.tokenActivationStatus, 'IN_PROGRESS');
  assert.equal((await call('POST', TOKENS, asked)).status, 409);
  const revoked = await call('DELETE', `${TOKENS}/made-here`);
  assert.deepEqual(revoked.json, { name: 'made-here', uuid: created.json.uuid });
  assert.equal((await call('GET', `${TOKENS}/made-here`)).status, 404);
  const again = await call('POST', TOKENS, asked);
  assert.notEqual(again.json.uuid, created.json.uuid, 'a name used again gets another uuid');
});

test('statuses and error codes are those of the documents', async () => {
  const cases: [method: string, path: string, body: unknown, status: number, code: string][] = [
    ['GET', `${TOKENS}/nobody`, undefined, 404, 'EKV_3000'],
    ['GET', `${TOKENS}/old-login-hints`, undefined, 410, 'EKV_3000'],
    ['GET', `${TOKENS}/-wrong`, undefined, 400, 'EKV_2000'],
    ['POST', TOKENS, '{"name":', 422, 'EKV_2001'],
    ['POST', TOKENS, { ...asked, name: 'a b' }, 400, 'EKV_2000'],
    ['POST', TOKENS, { ...asked, allowOnStaging: false }, 400, 'EKV_2000'],
    ['POST', TOKENS, { ...asked, namespacePermissions: { cart: ['x'] } }, 400, 'EKV_2000'],
    [
      'POST',
      TOKENS,
      { ...asked, namespacePermissions: { cart: ['r'], 'open-data': ['r'] } },
      400,
      'EKV_3000',
    ],
    ['GET', '/edgekv/v1/networks/staging/namespaces/nothing', undefined, 400, 'EKV_9000'],
    ['GET', '/edgekv/v1/auth/groups/1', undefined, 403, 'EKV_1000'],
  ];
  for (const [method, path, body, status, code] of cases) {
    const answer = await call(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.equal(answer.json.errorCode, code, `${method} ${path}`);
    assert.match(answer.headers.get('x-trace-id') ?? '', /^[0-9a-f]{16}$/);
  }
});

test('request fields that the OpenAPI does not have are ignored and journalled; strict refuses them', async () => {
  const cliBody = { ...asked, restrictToEwids: ['4101'], expiry: '' };
  const created = await call('POST', TOKENS, cliBody);
  assert.equal(created.status, 200);
  assert.deepEqual(created.json.restrictToEdgeWorkerIds, ['all']);
  const entry = (await control.journal()).find(({ method }) => method === 'POST');
  assert.deepEqual(entry?.unknownFields, ['restrictToEwids']);
  assert.equal((await call('POST', TOKENS, cliBody, strict)).status, 400);
  assert.equal((await call('POST', TOKENS, { ...asked, expiry: '2027-01-31' }, strict)).status, 200);
});

test('namespaces tell more than names only with details=on', async () => {
  const path = '/edgekv/v1/networks/production/namespaces';
  const first = async (query: string) =>
    ((await call('GET', path + query)).json.namespaces as object[])[0] ?? {};
  assert.deepEqual(Object.keys(await first('')), ['namespace']);
  assert.ok('dataAccessPolicy' in (await first('?details=on')));
});

test('an account that is not initialised says so, until it is', async () => {
  await control.change({ initialized: false });
  const before = await call('GET', '/edgekv/v1/initialize');
  assert.equal(before.status, 404);
  assert.equal(before.json.accountStatus, 'UNINITIALIZED');
  assert.equal((await call('GET', TOKENS)).status, 403);
  assert.equal((await call('PUT', '/edgekv/v1/initialize')).status, 201);
  assert.equal((await call('GET', '/edgekv/v1/initialize')).json.accountStatus, 'INITIALIZED');
  assert.equal((await call('GET', TOKENS)).status, 200);
});

test('active versions have a real .tgz with the tokens in it', async () => {
  const { edgeWorkerIds } = (await call('GET', '/edgeworkers/v1/ids')).json as {
    edgeWorkerIds: { edgeWorkerId: number }[];
  };
  assert.equal(edgeWorkerIds.length, 16);
  const active = await call('GET', '/edgeworkers/v1/ids/4101/activations?activeOnNetwork=true');
  const versions = (active.json.activations as { network: string; version: string }[]).map(
    (one) => one.version,
  );
  assert.deepEqual(versions, ['2.3.1', '2.3.0']);
  const content = await call('GET', '/edgeworkers/v1/ids/4101/versions/2.3.0/content');
  assert.equal(content.headers.get('content-type'), 'application/gzip');
  assert.match(gunzipSync(content.bytes).toString('latin1'), /edgekv_access_tokens/);
});

test('the control handle answers otherwise, delays, and drops before or after the effect', async () => {
  await control.fault({ match: { path: 'tokens$' }, answer: { status: 503, body: 'away' } });
  assert.equal((await call('GET', TOKENS)).status, 503);
  assert.equal((await call('GET', TOKENS)).status, 200, 'a fault hits as often as it says');
  await control.fault({ match: { method: 'POST' }, drop: 'before' });
  await assert.rejects(call('POST', TOKENS, asked));
  assert.equal((await call('GET', `${TOKENS}/made-here`)).status, 404);
  await control.fault({ match: { method: 'POST' }, drop: 'after' });
  await assert.rejects(call('POST', TOKENS, asked));
  assert.equal((await call('GET', `${TOKENS}/made-here`)).status, 200);
  const started = performance.now();
  await control.fault({ delayMs: 120 });
  await call('GET', TOKENS);
  assert.ok(performance.now() - started >= 119);
});

test('the seed is a believable company of today', async () => {
  const { tokens } = simulator.account();
  assert.ok(tokens.size >= 40);
  const today = new Date().toISOString().slice(0, 10);
  const all = [...tokens.values()];
  const kinds: [string, boolean][] = [
    ['auto-refresh', all.some((one) => one.value === null)],
    ['legacy', all.some((one) => one.value?.startsWith('eyJ'))],
    ['expired', all.some((one) => one.expiry < today)],
    ['expiring', all.some((one) => one.expiry >= today && one.expiry.startsWith(today.slice(0, 3)))],
    ['in progress', all.some((one) => one.activation === 'never')],
    ['in error', all.some((one) => one.activation === 'error')],
    ['never refreshed', all.some((one) => one.value === null && one.latestRefreshDate === null)],
    ['restricted', all.some((one) => one.restrictToEdgeWorkerIds !== null)],
    ['unrestricted', all.some((one) => one.restrictToEdgeWorkerIds === null)],
  ];
  for (const [kind, isThere] of kinds) assert.ok(isThere, kind);
});

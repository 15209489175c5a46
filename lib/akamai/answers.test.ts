// Every recorded or documented answer of Akamai, read through the real client from a real server.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Result } from '@/lib/domain/problem';
import type { KnownToken } from '@/lib/domain/token';
import type { AkamaiClient } from './client';
import {
  activateVersion,
  createVersion,
  downloadRevision,
  listActivations,
  listEdgeWorkerGroups,
  listEdgeWorkers,
  listLimits,
  listProperties,
  listRevisions,
  listVersions,
  validateBundle,
} from './edgeworkers';
import { getInitialization, listGroups, listNamespaces } from './namespaces';
import { startTestServer, type TestServer } from './test-server';
import { createToken, getToken, getTokensFileEntry, listTokens, refreshToken, revokeToken } from './tokens';

type Fixture = {
  request: { method: string; path: string };
  status: number;
  headers: Record<string, string>;
  body: unknown;
};

const FOLDER = join(import.meta.dirname, 'fixtures');
let server: TestServer;
let current: Fixture;

function fixture(name: string): Fixture {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Fixture;
}

before(async () => {
  server = await startTestServer((_request, response) => {
    const { status, headers, body } = current;
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
});
after(() => server.close());

const request = {
  name: 'shop-reader',
  allowOnStaging: true,
  allowOnProduction: true,
  namespacePermissions: { default: ['r' as const] },
};
const list = (client: AkamaiClient) => listTokens(client, { includeExpired: true });
const get = (client: AkamaiClient) => getToken(client, 'shop-reader');
const activate = (client: AkamaiClient) =>
  activateVersion(client, '70421', { network: 'staging', version: '1.2', note: 'token rotated' });
const upload = (client: AkamaiClient) => createVersion(client, '70421', new Uint8Array([0x1f, 0x8b]));
const validate = (client: AkamaiClient) => validateBundle(client, new Uint8Array([0x1f, 0x8b]));
const create = (client: AkamaiClient) => createToken(client, request);

/** Read once, without a retry. */
async function read<T>(name: string, call: (client: AkamaiClient) => Promise<Result<T>>): Promise<Result<T>> {
  current = fixture(name);
  return call(server.client({ retriesMax: 0 }));
}

const FAILURES: readonly [
  name: string,
  call: (client: AkamaiClient) => Promise<Result<unknown>>,
  code: string,
  more?: { errorCode?: string; requestId?: string; mayHaveHappened?: true },
][] = [
  ['any-429', list, 'akamai-rate-limited'],
  ['any-500', list, 'akamai-error'],
  ['any-500', create, 'akamai-error', { mayHaveHappened: true }],
  ['create-400-invalid-expiry', create, 'akamai-refused'],
  ['create-400-invalid-permission', create, 'akamai-refused'],
  ['create-409', create, 'token-name-taken'],
  ['create-422', create, 'akamai-refused'],
  ['edgegrid-400-invalid-timestamp', list, 'akamai-clock-skew'],
  ['edgegrid-401-inactive-client', list, 'akamai-inactive-client'],
  ['edgegrid-401-signature', list, 'akamai-signature'],
  ['edgegrid-403-grant', list, 'akamai-grant-missing'],
  ['edgegrid-500-forward-origin', get, 'akamai-error'],
  ['ekv-401-context', list, 'akamai-forbidden'],
  ['ew-activation-create-400-active', activate, 'akamai-refused', { errorCode: 'EW1021' }],
  ['ew-activation-create-429', activate, 'akamai-rate-limited', { errorCode: 'EW3101' }],
  ['ew-version-create-400', upload, 'akamai-refused'],
  ['ew-version-create-400-taken', upload, 'version-taken', { errorCode: 'EW1011' }],
  ['ew-403-permission', listEdgeWorkers, 'akamai-forbidden'],
  ['ew-404-id', listEdgeWorkers, 'not-found'],
  ['gateway-504-html', list, 'akamai-error'],
  ['group-forbidden-403', listGroups, 'akamai-forbidden'],
  ['legacy-get-expired-410', get, 'token-expired', { errorCode: 'EKV_3000' }],
  ['namespace-get-400-missing', get, 'akamai-refused'],
  ['permission-missing-400', get, 'akamai-forbidden', { errorCode: 'EKV_1002' }],
  ['policy-entitlement-403', get, 'akamai-forbidden'],
  ['token-404', get, 'token-not-found', { errorCode: 'EKV_3000', requestId: '57243e6cfa11eeff' }],
  ['token-404-old-type-url', get, 'token-not-found', { requestId: 'de0a4ff75b430394' }],
  ['token-name-400', get, 'akamai-refused'],
];

for (const [name, call, code, more] of FAILURES) {
  test(`${name} is ${code}`, async () => {
    const result = await read(name, call);
    assert.ok(!result.ok);
    const { problem } = result;
    assert.equal(problem.code, code);
    assert.equal(problem.upstream?.status, fixture(name).status);
    if (more?.errorCode) assert.equal(problem.upstream?.errorCode, more.errorCode);
    if (more?.requestId) assert.equal(problem.upstream?.requestId, more.requestId);
    assert.equal(problem.mayHaveHappened, more?.mayHaveHappened);
    // `instance` and the addresses of Akamai's servers and of ours stay inside.
    assert.ok(!/error-instances|serverIp|clientIp|luna/.test(JSON.stringify(problem)));
  });
}

function taken<T>(result: Result<T>): T {
  return result.ok ? result.value : assert.fail(`${result.problem.title} ${result.problem.detail}`);
}

test('an empty account is an empty list, whether it answers 404 or 200', async () => {
  for (const name of ['list-empty-404', 'list-empty-200'])
    assert.deepEqual(taken(await read(name, list)), []);
});

test('a 404 page of some gateway is no empty account', async () => {
  current = { request: { method: 'GET', path: '/' }, status: 404, headers: {}, body: '<h1>Not found</h1>' };
  const result = await list(server.client({ retriesMax: 0 }));
  assert.ok(!result.ok && result.problem.code === 'akamai-bad-response');
});

test('the rows of every list are read with their dates and states', async () => {
  for (const name of ['enhanced-list-200', 'legacy-list-200', 'legacy-list-include-expired-200']) {
    const rows = taken(await read(name, list));
    const wire = (fixture(name).body as { tokens: { name: string; expiry: string }[] }).tokens;
    assert.deepEqual(
      rows.map((row) => [row.name, row.expiry ?? '9999-12-31']),
      wire.map((row) => [row.name, row.expiry]),
    );
  }
  const mixed = taken(await read('mixed-list-include-expired-200', list));
  const last = mixed.at(-1) ?? assert.fail();
  // A finite expiry with all the newer fields beside it.
  assert.notEqual(last.expiry, null);
  assert.notEqual(last.activation, null);
});

const EXPECTED: Readonly<Record<string, Partial<KnownToken>>> = {
  'enhanced-get-200': { name: 'shop-writer', activation: 'complete', latestRefresh: '2026-11-02' as never },
  'enhanced-get-activation-error-200': { activation: 'error' },
  'enhanced-get-in-progress-200': { activation: 'in-progress' },
  'enhanced-get-never-refreshed-field-absent-200': { latestRefresh: null },
};

for (const [name, expected] of Object.entries(EXPECTED)) {
  test(`${name} is read right`, async () => {
    const token = taken(await read(name, get));
    for (const [key, value] of Object.entries(expected))
      assert.deepEqual(token[key as keyof KnownToken], value);
    assert.equal(token.expiry, null);
    assert.equal(token.details.kind, 'auto-refresh');
  });
}

test('permissions, networks and EdgeWorkers are as answered', async () => {
  const { details } = taken(await read('enhanced-get-200', get));
  assert.deepEqual([...details.permissions], [['catalog', ['r', 'w']]]);
  assert.deepEqual(details.networks, { staging: true, production: true });
  assert.deepEqual(details.edgeWorkers, ['70421', '70422']);
  assert.equal(details.cpCode, '1900001');
});

test('created tokens are read: all EdgeWorkers, some, and the older world with a value', async () => {
  assert.equal(taken(await read('enhanced-create-200', create)).value.details.edgeWorkers, 'all');
  assert.notEqual(
    taken(await read('enhanced-create-restricted-200', create)).value.details.edgeWorkers,
    'all',
  );
  assert.equal(taken(await read('legacy-create-200', create)).value.details.kind, 'legacy');
});

test('a legacy token tells its rights from its claims, and its value to the tokens file alone', async () => {
  const token = taken(await read('legacy-get-200', get));
  assert.equal(token.details.kind, 'legacy');
  assert.ok(token.details.permissions.size > 0);
  assert.ok(!JSON.stringify(token).includes('eyJ'));
  const { entry } = taken(
    await read('legacy-get-200', (client) => getTokensFileEntry(client, 'legacy-banner')),
  );
  assert.ok('value' in entry && entry.value.startsWith('eyJ'));
});

test('a refresh keeps the uuid and is in progress; a revoke tells the name', async () => {
  const refreshed = taken(
    await read('enhanced-refresh-200', (client) => refreshToken(client, 'shop-reader')),
  );
  assert.equal(refreshed.value.activation, 'in-progress');
  assert.equal(refreshed.value.uuid, (fixture('enhanced-refresh-200').body as { uuid: string }).uuid);
  const revoked = taken(await read('revoke-200', (client) => revokeToken(client, 'shop-reader')));
  assert.deepEqual(revoked.value, { name: 'shop-reader' });
});

test('namespaces are read with and without details', async () => {
  const staging = (client: AkamaiClient) => listNamespaces(client, 'staging');
  const detailed = taken(await read('namespaces-staging-details-200', staging));
  assert.ok(detailed.some(({ restrictDataAccess }) => restrictDataAccess !== null));
  const production = taken(await read('namespaces-production-details-200', staging));
  assert.ok(production.some(({ name }) => name === 'banner'));
  const names = taken(await read('namespaces-staging-names-200', staging));
  assert.ok(names.length > 0 && names.every(({ restrictDataAccess }) => restrictDataAccess === null));
});

test('the state of the account is read, from its odd 404 too', async () => {
  assert.equal(taken(await read('initialize-200', getInitialization)).accountStatus, 'INITIALIZED');
  assert.equal(taken(await read('initialize-102-pending', getInitialization)).accountStatus, 'PENDING');
  assert.equal(
    taken(await read('initialize-404-uninitialized', getInitialization)).accountStatus,
    'UNINITIALIZED',
  );
});

test('groups and EdgeWorkers are read', async () => {
  assert.ok(taken(await read('auth-groups-200', listGroups)).groups.length > 1);
  const ids = taken(await read('ew-ids-200', listEdgeWorkers));
  assert.ok(ids.every(({ id, name }) => /^\d+$/.test(id) && name.length > 0));
});

test('versions, activations and properties of an EdgeWorker are read', async () => {
  const versions = taken(await read('ew-versions-200', (client) => listVersions(client, '70421')));
  assert.deepEqual(
    versions.map(({ version }) => version),
    ['1.0', '1.1'],
  );
  const active = (client: AkamaiClient) => listActivations(client, '70421', { activeOnly: true });
  assert.deepEqual(
    taken(await read('ew-activations-active-200', active)).map(({ network, version }) => [network, version]),
    [
      ['staging', '1.1'],
      ['production', '1.0'],
    ],
  );
  const history = (client: AkamaiClient) => listActivations(client, '70421', { activeOnly: false });
  assert.equal(taken(await read('ew-activations-history-200', history)).at(0)?.status, 'IN_PROGRESS');
  const properties = (client: AkamaiClient) => listProperties(client, '70421');
  assert.equal(taken(await read('ew-properties-200', properties))[0]?.propertyName, 'www.shop.example');
});

test('activations are asked for by version and network, and tell their note and when they changed', async () => {
  const asked = { activeOnly: true, version: '1.2~b', network: 'staging' as const };
  const history = taken(
    await read('ew-activations-history-200', (client) => listActivations(client, '70421', asked)),
  );
  assert.equal(
    server.received.at(-1)?.path,
    '/edgeworkers/v1/ids/70421/activations?version=1.2%7Eb&network=STAGING&activeOnNetwork=true',
  );
  assert.deepEqual(
    history.map(({ note }) => note),
    ['token rotated', null, null],
  );
  assert.equal(history[0]?.changedAt, '2026-06-11T15:08:00Z');
});

test('the revisions of a version are read, or that there are none', async () => {
  const list = (client: AkamaiClient) =>
    listRevisions(client, '70421', { version: '1.1', network: 'staging' });
  const [newest, first] = taken(await read('ew-revisions-200', list));
  assert.equal(
    server.received.at(-1)?.path,
    '/edgeworkers/v1/ids/70421/revisions?version=1.1&network=STAGING',
  );
  assert.deepEqual(
    [newest?.id, newest?.activationId, newest?.network, newest?.status, newest?.changedAt],
    ['7-2', '7', 'staging', 'COMPLETE', '2026-06-12T09:41:20Z'],
  );
  assert.equal(first?.id, '7-1');
  assert.deepEqual(taken(await read('ew-revisions-empty-200', list)), []);
});

test('a new version and its activation are read', async () => {
  const { value: version } = taken(await read('ew-version-create-201', upload));
  assert.equal(version.version, '1.2');
  assert.match(version.checksum ?? '', /^e45c0c3a/);
  const { value: activation } = taken(await read('ew-activation-create-201', activate));
  assert.equal(activation.status, 'PRESUBMIT');
  assert.deepEqual([activation.id, activation.network, activation.note], ['9', 'staging', 'token rotated']);
});

test('no other ID, version or revision gets into a path', async () => {
  const client = server.client({ retriesMax: 0 });
  const before = server.received.length;
  const wrong = ['../groups', '1/../2', '', '0', '1?x=1'];
  const asked = { network: 'staging' as const, note: '' };
  const results = await Promise.all([
    ...wrong.flatMap((id) => [
      createVersion(client, id, new Uint8Array([0x1f, 0x8b])),
      activateVersion(client, id, { ...asked, version: '1' }),
      listActivations(client, id, { activeOnly: true }),
      listRevisions(client, id, { version: '1' }),
      downloadRevision(client, id, '1-1'),
    ]),
    ...['..', 'a/b', '', 'a b'].flatMap((version) => [
      activateVersion(client, '1', { ...asked, version }),
      listActivations(client, '1', { activeOnly: true, version }),
      listRevisions(client, '1', { version }),
    ]),
    ...['1', '1-', '-1', '1-1/..', 'activations', '1-1?x'].map((one) => downloadRevision(client, '1', one)),
  ]);
  for (const result of results) assert.ok(!result.ok && result.problem.code === 'not-found');
  assert.equal(server.received.length, before);
});

test('what Akamai finds in a bundle is read, of whatever type', async () => {
  assert.deepEqual(taken(await read('ew-validation-ok-200', validate)).errors, []);
  assert.equal(taken(await read('ew-validation-many-200', validate)).errors.length, 2);
  const invalid = taken(await read('ew-validation-reference-invalid-200', validate));
  assert.match(invalid.errors[0]?.type ?? '', /REFERENCE_INVALID/);
  const expiring = taken(await read('ew-validation-token-expiring-200', validate));
  assert.equal(expiring.warnings[0]?.type, 'ACCESS_TOKEN_EXPIRING_SOON');
});

test('groups and limits of EdgeWorkers are read', async () => {
  assert.ok(taken(await read('ew-groups-200', listEdgeWorkerGroups))[0]?.capabilities.includes('ACTIVATE'));
  assert.equal(taken(await read('ew-limits-200', listLimits)).length, 4);
});

test('[30] a gateway that gave a change up does not tell that nothing happened', async () => {
  let status = 408;
  const gateway = await startTestServer((_request, response) => response.writeHead(status).end());
  for (status of [408, 499]) {
    const refreshed = await refreshToken(gateway.client(), 'cart-rw');
    assert.ok(!refreshed.ok && refreshed.problem.mayHaveHappened, String(status));
  }
  await gateway.close();
});

test('no answer is left unread', () => {
  const source = readFileSync(import.meta.filename, 'utf8');
  const unread = readdirSync(FOLDER)
    .map((name) => name.replace('.json', ''))
    .filter((name) => !source.includes(`'${name}'`));
  assert.deepEqual(unread, []);
});

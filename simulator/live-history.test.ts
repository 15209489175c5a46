// The history that tells, after the fact, whether a version was ever live with a token that had been revoked.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { SimToken } from './account';
import { type BundleStyle, makeBundle, packFiles } from './bundle';
import { Control } from './control';
import { type LiveSpan, overlapsOf } from './live-history';
import { type Simulator, startSimulator } from './server';
import { signedCall } from './signed-get';

const at = (minute: number) => new Date(Date.parse('2026-11-26T10:00:00Z') + minute * 60_000).toISOString();
const span = (from: number, to: number | null, ...tokens: string[]): LiveSpan => ({
  edgeWorkerId: 4101,
  network: 'STAGING',
  version: '1.0',
  revisionId: null,
  from: at(from),
  to: to === null ? null : at(to),
  tokens: tokens.map((name) => ({ name, uuid: `uuid of ${name}` })),
});
const revoked = (minute: number, name: string) => ({ at: at(minute), name, uuid: `uuid of ${name}` });

const OVERLAPS: readonly [why: string, span: LiveSpan, found: [from: number, to: number | null][]][] = [
  ['ended before the revocation', span(0, 10, 'a'), []],
  ['ended in the moment of the revocation', span(0, 20, 'a'), []],
  ['lasted longer', span(0, 30, 'a'), [[20, 30]]],
  ['is live still', span(0, null, 'a'), [[20, null]]],
  ['began afterwards', span(40, 50, 'a'), [[40, 50]]],
  ['began in that moment', span(20, null, 'a'), [[20, null]]],
  ['held another token', span(0, null, 'b'), []],
  [
    'held two that were revoked',
    span(0, null, 'a', 'c'),
    [
      [20, null],
      [25, null],
    ],
  ],
];

for (const [why, one, found] of OVERLAPS) {
  test(`a version that ${why}`, () => {
    const overlaps = overlapsOf({ spans: [one], revocations: [revoked(20, 'a'), revoked(25, 'c')] });
    assert.deepEqual(
      overlaps.map(({ from, to }) => [from, to]),
      found.map(([from, to]) => [at(from), to === null ? null : at(to)]),
    );
  });
}

test('a name that is used again is another token', () => {
  const spans = [{ ...span(0, null), tokens: [{ name: 'a', uuid: 'a later uuid' }] }];
  assert.deepEqual(overlapsOf({ spans, revocations: [revoked(20, 'a')] }), []);
});

let simulator: Simulator;
let control: Control;

before(async () => {
  simulator = await startSimulator();
  control = new Control(simulator.controlUrl);
});
after(() => simulator.close());
beforeEach(async () => {
  await control.reset();
  await control.change({ activationMs: 0 });
});

const call = (method: string, path: string, body?: unknown) => signedCall(simulator.url, method, path, body);

function token(name: string): SimToken {
  return simulator.account().tokens.get(name) ?? assert.fail(name);
}

async function revoke(name: string) {
  assert.equal((await call('DELETE', `/edgekv/v1/tokens/${name}`)).status, 200);
}

async function deploy(id: number, version: string, names: string[], style: BundleStyle = 'usual') {
  const bundle = makeBundle({ name: 'shop', version, tokens: names.map(token), style });
  const path = `/edgeworkers/v1/ids/${id}`;
  assert.equal((await call('POST', `${path}/versions`, bundle)).status, 201);
  for (const network of ['STAGING', 'PRODUCTION'])
    assert.equal((await call('POST', `${path}/activations`, { network, version })).status, 201);
}

const overlaps = async () =>
  overlapsOf(await control.live()).map(
    ({ edgeWorkerId, network, version, token, to }) =>
      `${edgeWorkerId} ${network} ${version} ${token} ${to === null ? 'still' : 'ended'}`,
  );

test('each style of a bundle holds the tokens that it is told to hold, and no token of a comment', async () => {
  const { spans } = await control.live();
  const heldBy = (id: number) =>
    new Set(
      spans.filter((one) => one.edgeWorkerId === id).flatMap(({ tokens }) => tokens.map((one) => one.name)),
    );
  assert.deepEqual([...heldBy(4103)].sort(), ['cart-reader', 'product-catalog'], 'inlined into main.js');
  assert.deepEqual([...heldBy(4110)], ['search-hints'], 'in lib/');
  assert.deepEqual([...heldBy(4108)], ['legacy-promo'], 'by its value');
  assert.deepEqual([...heldBy(4115)], []);
  const { uuid } = token('cart-reader');
  const content = packFiles({
    'bundle.json': '{"edgeworker-version":"9"}',
    'main.js': `// reference: "${uuid}"\nexport const a = 'https://x'; /* "${uuid}" */\n`,
  });
  assert.equal((await call('POST', '/edgeworkers/v1/ids/4102/versions', content)).status, 201);
  await control.change({ edgeWorker: { id: 4102, active: { STAGING: '9' } } });
  const last = (await control.live()).spans.filter(({ version }) => version === '9');
  assert.deepEqual(
    last.map(({ tokens }) => tokens),
    [[]],
  );
});

test('a token that is replaced everywhere before it is revoked leaves no overlap', async () => {
  await deploy(4114, '2.0.0', ['cart-reader']);
  await revoke('consent-state');
  assert.deepEqual(await overlaps(), []);
  const { revocations } = await control.live();
  assert.deepEqual(
    revocations.map(({ name }) => name),
    ['consent-state'],
  );
});

test('a token that is revoked too early leaves one for each network, which ends when its version does', async () => {
  await revoke('consent-state');
  assert.deepEqual(await overlaps(), [
    '4114 STAGING 1.5.1 consent-state still',
    '4114 PRODUCTION 1.5.0 consent-state still',
  ]);
  await deploy(4114, '2.0.0', ['cart-reader']);
  assert.deepEqual(await overlaps(), [
    '4114 STAGING 1.5.1 consent-state ended',
    '4114 PRODUCTION 1.5.0 consent-state ended',
  ]);
  await control.change({ edgeWorker: { id: 4114, active: { STAGING: '1.5.1' } } });
  assert.equal((await overlaps()).filter((one) => one.includes('STAGING')).length, 2, 'it came back');
  await control.change({ edgeWorker: { id: 4114, active: { STAGING: null, PRODUCTION: null } } });
  assert.ok((await overlaps()).every((one) => one.endsWith('ended')));
});

test('a token that somebody deletes elsewhere counts too, and an activation that fails changes nothing', async () => {
  await control.change({ edgeWorker: { id: 4114, failsOn: ['PRODUCTION'] } });
  await deploy(4114, '2.0.0', ['cart-reader']);
  await control.change({ deleteToken: 'consent-state' });
  assert.deepEqual(await overlaps(), ['4114 PRODUCTION 1.5.0 consent-state still']);
});

test('the token of a dependency is live in the EdgeWorker that imports it, until that is renewed', async () => {
  await deploy(4105, '2.0.0', ['cart-reader']);
  await revoke('cart-session-writer');
  const imported = async () => (await overlaps()).filter((one) => /^(4105|4116)/.test(one));
  assert.deepEqual(await imported(), [
    '4116 STAGING 6.1.0 cart-session-writer still',
    '4116 PRODUCTION 6.0.4 cart-session-writer still',
  ]);
  await control.change({ edgeWorker: { id: 4116, followsDependencies: true } });
  assert.deepEqual(await imported(), []);
});

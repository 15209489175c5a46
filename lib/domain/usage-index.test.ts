// The usage index: what is used, unused and unknown, by what a scan could read and by whom a token lets through.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BundleFacts, PlacedFact } from './bundle-doctor';
import type { BundleFinding } from './bundle-finding';
import { tokenFactOf } from './bundle-token-use';
import { TODAY, tokenOf } from './corpus/usage-bundles';
import type { Network } from './permissions';
import type { Token } from './token';
import { indexUsage, type ScannedVersion } from './usage-index';

const UUID = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const OTHER = '0641a39e-0e7f-5a82-ad19-798347276a89';
const TOKEN = tokenOf('cart-rw', UUID, 'cart:rw');
const BOTH: readonly Network[] = ['staging', 'production'];

function factOf(key: string, reference: string, more: Partial<PlacedFact> = {}): PlacedFact {
  const namespace = key.replace('namespace-', '');
  const held = { token: null, form: 'reference', reference, value: null } as const;
  const item = { key, namespace, isPrefixed: key !== namespace, ...held };
  return { ...tokenFactOf(item), path: 'edgekv_tokens.js', isInlined: false, isCertain: true, ...more };
}

function factsOf(more: Partial<BundleFacts> = {}): BundleFacts {
  const none = { uses: [], dependencies: [], findings: [], senders: [] };
  return { hasHelper: true, helperVersion: '0.6.3', ...none, ...more };
}

function foundAs(code: string): BundleFinding {
  return { severity: 'info', code, text: `It is said of ${code}.` };
}

type Live = { id?: string; networks?: readonly Network[]; isCombined?: boolean };

function version(read: BundleFacts | string, live: Live = {}): ScannedVersion {
  const { id = '4101', networks = BOTH, isCombined = false } = live;
  const place = { edgeWorker: { id, name: `service-${id}` }, version: '1.0.0', networks, isCombined };
  return typeof read === 'string'
    ? { ...place, facts: null, fault: read }
    : { ...place, facts: read, fault: null };
}

/** EdgeWorkers that have nothing live. */
const ELSEWHERE = ['9'];

type Rest = { unread?: readonly string[]; isComplete?: boolean };

function indexOf(versions: readonly ScannedVersion[], tokens: readonly Token[], rest: Rest = {}) {
  const unread = (rest.unread ?? []).map((id) => ({
    edgeWorker: { id, name: `service-${id}` },
    fault: 'It did not answer.',
  }));
  const idle = ELSEWHERE.map((id) => ({ id, name: `service-${id}` }));
  return indexUsage({ versions, unread, idle, isComplete: rest.isComplete ?? true }, tokens, TODAY);
}

function usageOf(versions: readonly ScannedVersion[], token: Token = TOKEN, rest: Rest = {}) {
  return indexOf(versions, [token], rest).ofToken.get(token.uuid) ?? assert.fail();
}

test('a token that a live version holds is used, whatever else could not be read', () => {
  const usage = usageOf([
    version(factsOf({ uses: [factOf('namespace-cart', UUID)] })),
    version('It is damaged.', { id: '4102' }),
  ]);
  assert.equal(usage.state, 'used');
  assert.deepEqual(
    usage.uses.map(({ edgeWorker, matchedBy, entries }) => [edgeWorker.id, matchedBy, entries]),
    [['4101', 'reference', [{ path: 'edgekv_tokens.js', key: 'namespace-cart', isInlined: false }]]],
  );
  assert.deepEqual(usage.maybe, [
    { edgeWorker: { id: '4102', name: 'service-4102' }, version: '1.0.0', why: 'It is damaged.' },
  ]);
});

test('several entries of one token are one use, as sure as the surest', () => {
  const legacy = tokenOf('promo-old', OTHER, 'promo:r', '2026-12-20');
  const byName = { token: 'promo-old', form: 'value' as const, reference: null };
  const uses = [factOf('namespace-promo', '', byName), factOf('namespace-default', OTHER)];
  const usage = usageOf([version(factsOf({ uses }))], legacy);
  assert.deepEqual(
    usage.uses.map(({ matchedBy, entries }) => [matchedBy, entries.map(({ key }) => key)]),
    [['reference', ['namespace-promo', 'namespace-default']]],
  );
});

test('a text in code that is a token only if the account has such a one counts as soon as it has', () => {
  const uses = [factOf('?', UUID, { isInlined: true, isCertain: false })];
  const facts = factsOf({ uses, senders: [foundAs('token-unknown')] });
  assert.equal(usageOf([version(facts)]).state, 'used');
  assert.deepEqual(indexOf([version(facts)], [TOKEN]).versions[0]?.unclear, []);
  const other = tokenOf('another', OTHER, 'cart:r');
  assert.equal(usageOf([version(facts)], other).state, 'unknown');
  assert.deepEqual(indexOf([version(facts)], [other]).versions[0]?.uses, []);
});

test('of two entries of one key in one tokens file the first is no use', () => {
  const uses = [factOf('namespace-cart', UUID), factOf('namespace-cart', OTHER)];
  assert.equal(usageOf([version(factsOf({ uses }))]).state, 'unused');
  const inCode = uses.map((one) => ({ ...one, isInlined: true }));
  assert.equal(usageOf([version(factsOf({ uses: inCode }))]).state, 'used');
  const inTwoFiles = uses.map((one, index) => ({ ...one, path: `${index}/edgekv_tokens.js` }));
  assert.equal(usageOf([version(factsOf({ uses: inTwoFiles }))]).state, 'used');
});

/** What a bundle is said to be, and whether a token that is not in it may be used all the same. */
const UNCLEAR: readonly [string, BundleFacts, boolean][] = [
  ['nothing is said', factsOf(), false],
  ['the tokens file is unreadable', factsOf({ findings: [foundAs('tokens-file-unreadable')] }), true],
  ['a token is computed', factsOf({ findings: [foundAs('token-unknown')] }), true],
  ['code was not searched', factsOf({ findings: [foundAs('code-not-searched')] }), true],
  ['code sends a token that was not found', factsOf({ senders: [foundAs('token-unknown')] }), true],
  ['another thing is wrong', factsOf({ findings: [foundAs('old-helper')] }), false],
  ['a namespace is chosen at run time', factsOf({ findings: [foundAs('namespace-unknown')] }), false],
  ['an entry is a placeholder', factsOf({ uses: [factOf('namespace-cart', '#TOKEN#')] }), true],
  ['an entry is another token', factsOf({ uses: [factOf('namespace-cart', OTHER)] }), false],
  [
    'an entry is empty',
    factsOf({ uses: [factOf('namespace-cart', '', { form: 'none', reference: null })] }),
    false,
  ],
];

for (const [name, facts, isUnclear] of UNCLEAR) {
  test(`${name}: a token that is not there is ${isUnclear ? 'unknown' : 'unused'}`, () => {
    const usage = usageOf([version(facts)]);
    assert.equal(usage.state, isUnclear ? 'unknown' : 'unused');
    assert.equal(usage.maybe.length, isUnclear ? 1 : 0);
    const [live] = indexOf([version(facts)], [TOKEN]).versions;
    // What leaves a use unclear is told as that, and nowhere else.
    const codes = new Set(live?.findings.map(({ code }) => code));
    for (const code of ['tokens-file-unreadable', 'token-unknown', 'code-not-searched'])
      assert.ok(!codes.has(code));
    assert.equal(codes.has('old-helper'), name === 'another thing is wrong');
  });
}

test('dependencies are unknown unless their code was read with it', () => {
  const facts = factsOf({ dependencies: ['4105', '4106'] });
  const alone = usageOf([version(facts)]);
  assert.equal(alone.state, 'unknown');
  assert.match(alone.maybe[0]?.why ?? '', /EdgeWorker 4105, EdgeWorker 4106 .* not read/);
  assert.equal(usageOf([version(facts, { isCombined: true })]).state, 'unused');
});

test('a version that runs as another revision on each network may use a token once', () => {
  const facts = factsOf({ findings: [foundAs('token-unknown')] });
  const networks = (['staging', 'production'] as const).map((one) => version(facts, { networks: [one] }));
  assert.deepEqual(
    usageOf(networks).maybe.map(({ edgeWorker, version: name }) => [edgeWorker.id, name]),
    [['4101', '1.0.0']],
  );
});

/** By restriction and network: what token, where something unclear is live, and whether that may use it. */
const MAY_USE: readonly [string, Token, Live, boolean][] = [
  ['for all', TOKEN, {}, true],
  ['for that EdgeWorker', tokenOf('t', UUID, 'a:r', null, { edgeWorkers: ['4101', '9'] }), {}, true],
  ['for others', tokenOf('t', UUID, 'a:r', null, { edgeWorkers: ['9'] }), {}, false],
  ['for nobody that is named', tokenOf('t', UUID, 'a:r', null, { edgeWorkers: [] }), {}, false],
  [
    'for staging, live on both',
    tokenOf('t', UUID, 'a:r', null, { networks: ['staging'] }),
    { networks: BOTH },
    true,
  ],
  [
    'for staging, live on production',
    tokenOf('t', UUID, 'a:r', null, { networks: ['staging'] }),
    { networks: ['production'] },
    false,
  ],
  [
    'for production, live on production',
    tokenOf('t', UUID, 'a:r', null, { networks: ['production'] }),
    { networks: ['production'] },
    true,
  ],
  ['with rights that are not known yet', { ...TOKEN, details: null }, { networks: ['staging'] }, true],
];

for (const [name, token, live, may] of MAY_USE) {
  test(`a token ${name}: an unclear version leaves it ${may ? 'unknown' : 'unused'}`, () => {
    assert.equal(usageOf([version('It is damaged.', live)], token).state, may ? 'unknown' : 'unused');
  });
}

test('an EdgeWorker of which it is not known what is live may use what it has rights for, on any network', () => {
  const staging = tokenOf('t', UUID, 'a:r', null, { networks: ['staging'] });
  const usage = usageOf([], staging, { unread: ['4109'] });
  assert.equal(usage.state, 'unknown');
  assert.deepEqual(usage.maybe, [
    { edgeWorker: { id: '4109', name: 'service-4109' }, version: null, why: 'It did not answer.' },
  ]);
  const others = tokenOf('t', UUID, 'a:r', null, { edgeWorkers: ['9'] });
  assert.equal(usageOf([], others, { unread: ['4109'] }).state, 'unused');
});

test('as long as not all EdgeWorkers were looked at, nothing is unused', () => {
  const live = version(factsOf({ uses: [factOf('namespace-cart', UUID)] }));
  const other = tokenOf('t', OTHER, 'a:r', null, { edgeWorkers: ['9'] });
  const index = indexOf([live], [TOKEN, other], { isComplete: false });
  assert.equal(index.ofToken.get(UUID)?.state, 'used');
  assert.equal(index.ofToken.get(OTHER)?.state, 'unknown');
  assert.deepEqual(index.ofToken.get(OTHER)?.maybe, []);
});

test('versions stand by EdgeWorker ID as a number, and an index without any says that all is unused', () => {
  const ids = ['4110', '999', '4101'].map((id) => version(factsOf(), { id }));
  assert.deepEqual(
    indexOf(ids, []).versions.map(({ edgeWorker }) => edgeWorker.id),
    ['999', '4101', '4110'],
  );
  assert.equal(usageOf([]).state, 'unused');
});

test('a restriction that the token has stands in the findings of the version that breaks it', () => {
  const token = tokenOf('cart-rw', UUID, 'cart:rw', null, { edgeWorkers: ['9'] });
  const usage = usageOf([version(factsOf({ uses: [factOf('namespace-cart', UUID)] }))], token);
  assert.deepEqual(
    usage.uses.map(({ findings }) => findings.map(({ code }) => code)),
    [['edgeworker-not-allowed']],
  );
});

test('what is wrong with one token is not said where another one is used', () => {
  const restricted = tokenOf('geo-ro', OTHER, 'geo:r', null, { edgeWorkers: ['9'] });
  const uses = [factOf('namespace-cart', UUID), factOf('namespace-geo', OTHER)];
  const index = indexOf([version(factsOf({ uses, findings: [foundAs('old-helper')] }))], [TOKEN, restricted]);
  const codesOf = (uuid: string) =>
    index.ofToken.get(uuid)?.uses.flatMap(({ findings }) => findings.map(({ code }) => code));
  assert.deepEqual(codesOf(UUID), ['old-helper']);
  assert.deepEqual(codesOf(OTHER), ['old-helper', 'edgeworker-not-allowed']);
  assert.deepEqual(
    index.versions[0]?.findings.map(({ code }) => code),
    ['old-helper', 'edgeworker-not-allowed'],
  );
});

test('an EdgeWorker that the token is for and nobody listed makes its use unknown, and is named', () => {
  const read = version(factsOf());
  const usage = usageOf([read], restrictedTo('4101', '9999'));
  assert.deepEqual([usage.state, usage.maybe.map(({ edgeWorker }) => edgeWorker.id)], ['unknown', ['9999']]);
  assert.equal(usageOf([read], restrictedTo('4101')).state, 'unused');
  assert.equal(usageOf([], restrictedTo('4102'), { unread: ['4102'] }).maybe.length, 1);
});

test('a JWT that may be one of several tokens leaves the use of each unknown', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { exp: Date.parse('2026-12-20T23:59:59Z') / 1000, 'namespace-promo': ['r'], env: ['p'] };
  const value = `${part({ alg: 'RS256' })}.${part(claims)}.${'s'.repeat(80)}`;
  const item = {
    key: '?',
    namespace: '?',
    isPrefixed: false,
    token: null,
    form: 'value',
    reference: null,
  } as const;
  const fact = { ...tokenFactOf({ ...item, value }), path: 'main.js', isInlined: true, isCertain: true };
  const live = [version(factsOf({ uses: [fact] }))];
  const one = tokenOf('promo-1', UUID, 'promo:r', '2026-12-20');
  const same = tokenOf('promo-2', OTHER, 'promo:r', '2026-12-20');
  const states = (...tokens: Token[]) =>
    tokens.map(({ uuid }) => indexOf(live, tokens).ofToken.get(uuid)?.state);
  assert.deepEqual(states(one, same), ['unknown', 'unknown']);
  assert.deepEqual(states({ ...one, details: null }), ['unknown']);
  const revisions = BOTH.map((network) => version(factsOf({ uses: [fact] }), { networks: [network] }));
  assert.equal(indexOf(revisions, [one, same]).ofToken.get(UUID)?.maybe.length, 1);
  assert.deepEqual(states(one, tokenOf('promo-3', OTHER, 'promo:rw', '2026-12-20')), ['used', 'unused']);
  assert.deepEqual(states(tokenOf('promo-3', OTHER, 'promo:r', '2026-12-21')), ['unused']);
});

function restrictedTo(...edgeWorkers: string[]): Token {
  const { details } = TOKEN;
  assert.ok(details);
  return { ...TOKEN, details: { ...details, edgeWorkers } };
}

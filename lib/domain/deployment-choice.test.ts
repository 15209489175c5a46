import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  canStandIn,
  countParts,
  leftWords,
  lostAccess,
  parseBase,
  partsInWords,
  printBase,
} from './deployment';
import type { Token, TokenDetails } from './token';

test('a live version is read from an address as it was written', () => {
  for (const one of [
    { edgeWorker: '4101', base: '2.3.1' },
    { edgeWorker: '7', base: 'a_b~c-1.0' },
  ])
    assert.deepEqual(parseBase(printBase(one)), one);
  for (const text of ['', '4101', '4101:', ':2.3.1', 'x:1', '4101:2:3', '4101:2..3', '4101:2 3', '4101:é'])
    assert.equal(parseBase(text), null, text);
});

function token(details: Partial<TokenDetails> | null): Pick<Token, 'details'> {
  const all: TokenDetails = {
    kind: 'auto-refresh',
    cpCode: null,
    networks: { staging: true, production: true },
    permissions: new Map([['cart', ['r', 'w']]]),
    edgeWorkers: ['1', '2'],
  };
  return { details: details && { ...all, ...details } };
}

test('a token may stand in for another when it may do all of what that one may', () => {
  const old = token({});
  assert.equal(canStandIn(token({}), old), true);
  assert.equal(canStandIn(token({ edgeWorkers: 'all' }), old), true);
  assert.equal(canStandIn(token({ edgeWorkers: ['2', '3', '1'] }), old), true);
  assert.equal(canStandIn(old, token({ edgeWorkers: 'all' })), false);
  assert.equal(canStandIn(token({ edgeWorkers: ['1'] }), old), false);
  assert.equal(canStandIn(token({ networks: { staging: true, production: false } }), old), false);
  assert.equal(canStandIn(old, token({ networks: { staging: true, production: false } })), true);
  assert.equal(canStandIn(token({ permissions: new Map([['cart', ['r']]]) }), old), false);
  assert.equal(canStandIn(token({ permissions: new Map([['other', ['r', 'w']]]) }), old), false);
  assert.equal(canStandIn(token(null), old), false);
  assert.equal(canStandIn(old, token(null)), false);
});

const STAGING = { staging: true, production: false };
const NOWHERE = { staging: false, production: false };

const LOSSES: readonly [string, Partial<TokenDetails>, Partial<TokenDetails> | null, boolean, string][] = [
  ['the same may all', {}, {}, false, ''],
  ['it is for all EdgeWorkers', { edgeWorkers: 'all' }, {}, false, ''],
  ['it is for other EdgeWorkers', { edgeWorkers: ['2'] }, {}, true, ''],
  ['neither is for the EdgeWorker', { edgeWorkers: ['2'] }, { edgeWorkers: ['3'] }, false, ''],
  ['it is for other EdgeWorkers, and none was before', { edgeWorkers: ['2'] }, null, true, ''],
  ['it is for staging only', { networks: STAGING }, {}, false, 'production'],
  ['both are for staging only', { networks: STAGING }, { networks: STAGING }, false, ''],
  [
    'it is for no network, and the other for staging',
    { networks: NOWHERE },
    { networks: STAGING },
    false,
    'staging',
  ],
  ['it is for no network, and none was before', { networks: NOWHERE }, null, false, 'staging production'],
  ['it lacks both', { edgeWorkers: [], networks: STAGING }, { edgeWorkers: 'all' }, true, 'production'],
];

for (const [name, its, before, edgeWorker, networks] of LOSSES) {
  test(`what a version on both networks loses with another token when ${name}`, () => {
    const details = token(its).details;
    assert.ok(details);
    const live = { edgeWorker: '1', networks: ['staging', 'production'] as const };
    const lost = lostAccess(details, before && token(before).details, live);
    assert.deepEqual({ ...lost, networks: lost.networks.join(' ') }, { edgeWorker, networks });
  });
}

test('a network that a version is not live on is none that it loses', () => {
  const { details } = token({ networks: STAGING });
  assert.ok(details);
  assert.deepEqual(lostAccess(details, null, { edgeWorker: '1', networks: ['staging'] }).networks, []);
});

const use = (name: string, namespace: string) => ({
  key: `namespace-${namespace}`,
  isPrefixed: true,
  namespace,
  form: 'reference' as const,
  token: name,
  reference: 'u',
  known: { name, uuid: 'u', status: 'active' as const, matchedBy: 'reference' as const },
  legacy: null,
});
const change = (kind: 'replace' | 'keep', namespace: string) => ({
  kind,
  key: `namespace-${namespace}`,
  namespace,
  token: 'new',
  was: null,
});
const exchange = { token: 'new', replaces: 'old' };

test('it is told when a bundle would still hold the token that must go', () => {
  const tokensFile = { items: [use('old', 'cart'), use('other', 'promo')] };
  assert.equal(leftWords({ tokensFile, inlined: [] }, [change('replace', 'cart')], exchange), null);
  assert.equal(leftWords({ tokensFile: null, inlined: [] }, [], exchange), null);
  const kept = leftWords({ tokensFile, inlined: [] }, [change('keep', 'cart')], exchange);
  assert.match(kept ?? '', /^old stays for namespace-cart: new has no permission/);
  const inlined = [{ ...use('old', 'cart'), path: 'main.js' }];
  assert.match(
    leftWords({ tokensFile, inlined }, [change('replace', 'cart')], exchange) ?? '',
    /^old stands in main\.js too, for namespace-cart/,
  );
});

test('how far a deployment is counts what each version can become, and no more', () => {
  const done = { state: 'done' as const };
  const items = [
    {
      networks: ['staging', 'production'] as const,
      steps: { upload: done, staging: done, production: null },
    },
    {
      networks: ['production'] as const,
      steps: { upload: { state: 'failed' as const }, staging: null, production: null },
    },
  ];
  const parts = countParts(items);
  assert.equal(partsInWords(parts), '1 of 2 uploaded, 1 of 1 active on staging, 0 of 2 active on production');
  assert.equal(
    partsInWords({ ...parts, staging: { done: 0, all: 0 } }),
    '1 of 2 uploaded, 0 of 2 active on production',
  );
});

// What is told of a token's use: counts, words, and live versions with tokens that are gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlacedUse } from './bundle-token-use';
import type { Network } from './permissions';
import { countUses, goneUses, type LiveUse, type UsageState, usageWords, type VersionUsage } from './usage';

const UUID = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';

function liveUse(id: string, ...networks: Network[]): LiveUse {
  const none = { entries: [], findings: [] };
  return { edgeWorker: { id, name: id }, version: '1', networks, matchedBy: 'reference', ...none };
}

const COUNTS: readonly [string, UsageState, readonly LiveUse[], number, number, string][] = [
  [
    'one on both networks',
    'used',
    [liveUse('1', 'staging', 'production')],
    1,
    1,
    'used by 1, 1 on production',
  ],
  ['one on staging', 'used', [liveUse('1', 'staging')], 1, 0, 'used by 1, none on production'],
  [
    'one with another version on each network',
    'used',
    [liveUse('1', 'staging'), liveUse('1', 'production')],
    1,
    1,
    'used by 1, 1 on production',
  ],
  [
    'three, two of them on production',
    'used',
    [liveUse('1', 'staging'), liveUse('2', 'production'), liveUse('3', 'production', 'staging')],
    3,
    2,
    'used by 3, 2 on production',
  ],
  ['none', 'unused', [], 0, 0, 'unused'],
  ['none that is known', 'unknown', [], 0, 0, 'unknown'],
];

for (const [name, state, uses, all, onProduction, words] of COUNTS) {
  test(`${name}: counted by EdgeWorker, as “${words}”`, () => {
    assert.deepEqual(countUses({ uses }), { all, onProduction });
    assert.equal(usageWords({ state, uses, maybe: [] }), words);
  });
}

const KNOWN = { name: 'cart-rw', uuid: UUID, status: 'active', matchedBy: 'reference' } as const;
const LEGACY: NonNullable<PlacedUse['legacy']> = {
  issued: null,
  expires: null,
  namespaces: ['cart'],
  networks: { staging: true, production: true },
  edgeWorkers: 'all',
};

function entry(more: Partial<PlacedUse>): PlacedUse {
  return {
    ...{ key: 'namespace-cart', namespace: 'cart', isPrefixed: true, token: 'cart-rw' },
    ...{ form: 'reference', reference: UUID, known: null, legacy: null },
    ...{ path: 'edgekv_tokens.js', isInlined: false },
    ...more,
  };
}

const GONE: readonly [string, PlacedUse, boolean][] = [
  ['a reference that no token has', entry({}), true],
  ['a reference that a token has', entry({ known: KNOWN }), false],
  ['a placeholder for a reference', entry({ reference: '#TOKEN#' }), false],
  ['no reference', entry({ form: 'none', reference: null }), false],
  ['a JWT that is of no token', entry({ form: 'value', reference: null, legacy: LEGACY }), true],
  [
    'a JWT that is of a token',
    entry({ form: 'value', reference: null, legacy: LEGACY, known: KNOWN }),
    false,
  ],
  ['a placeholder for a value', entry({ form: 'value', reference: null }), false],
  ['a JWT and a reference of no token', entry({ form: 'both', legacy: LEGACY }), true],
  // The value is sent, and it is none.
  ['a placeholder for a value beside a reference', entry({ form: 'both' }), false],
];

for (const [name, use, isGone] of GONE) {
  test(`${name} is ${isGone ? '' : 'not '}told as gone`, () => {
    const other = entry({ key: 'namespace-other', known: KNOWN });
    const live: VersionUsage = {
      ...{ edgeWorker: { id: '1', name: 'cart' }, version: '1.0.0', networks: ['staging'] },
      ...{ uses: [other, use], findings: [], unclear: [], helperVersion: null },
    };
    const { edgeWorker, version, networks } = live;
    const expected = isGone ? [{ edgeWorker, version, networks, entries: [use] }] : [];
    assert.deepEqual(goneUses({ versions: [live] }), expected);
  });
}

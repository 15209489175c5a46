import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  affectedBy,
  doubtSentence,
  type KnownUse,
  type RevokeDoubt,
  revokeDoubt,
  SCAN_OLD_MS,
} from './revoke-check';
import type { LiveUse, TokenUsage } from './usage';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const use = (id: string, networks: LiveUse['networks']): LiveUse => ({
  edgeWorker: { id, name: `worker-${id}` },
  version: '1',
  networks,
  matchedBy: 'reference',
  entries: [],
  findings: [],
});
const unused: TokenUsage = { state: 'unused', uses: [], maybe: [] };
const maybe = [{ edgeWorker: { id: '9', name: 'nine' }, version: null, why: 'It was not looked at yet.' }];
const unknown: TokenUsage = { state: 'unknown', uses: [], maybe };
const used: TokenUsage = {
  state: 'used',
  uses: [use('4', ['staging']), use('4', ['production']), use('7', ['staging'])],
  maybe,
};

type Known = Pick<KnownUse, 'usage' | 'asOf'> & Partial<KnownUse>;
const CASES: readonly [string, Known, RevokeDoubt | null, RegExp | null][] = [
  ['nothing holds it, by a look just now', { usage: unused, asOf: NOW }, null, null],
  ['nothing holds it, by a look a day ago', { usage: unused, asOf: NOW - SCAN_OLD_MS }, null, null],
  ['by an older look', { usage: unused, asOf: NOW - SCAN_OLD_MS - 1 }, 'old', /more than a day ago/],
  [
    'it is used',
    { usage: used, asOf: NOW },
    'used',
    /^t is used by 2 EdgeWorkers, live on production and staging\.$/,
  ],
  ['it was used, by an old look', { usage: used, asOf: 0 }, 'used', /used by 2/],
  [
    'one uses it',
    { usage: { ...used, uses: [use('7', ['staging'])] }, asOf: NOW },
    'used',
    /used by 1 EdgeWorker, live on staging/,
  ],
  [
    'nothing holds it, and a deployment puts it in',
    { usage: unused, asOf: NOW, isBeingDeployed: true },
    'deploying',
    /^A deployment is putting t into live versions\.$/,
  ],
  ['it is put into more than use it', { usage: used, asOf: NOW, isBeingDeployed: true }, 'used', /used by 2/],
  [
    'it is put in, and nothing was ever scanned',
    { usage: null, asOf: null, isBeingDeployed: true },
    'deploying',
    /A deployment/,
  ],
  ['it could not be read', { usage: unknown, asOf: NOW }, 'unknown', /could not be read/],
  ['the token is not in the index', { usage: null, asOf: NOW }, 'unknown', /could not be read/],
  ['nothing was ever scanned', { usage: null, asOf: null }, 'never', /Nobody has looked/],
  ['the first scan has only begun', { usage: unknown, asOf: null }, 'never', /Nobody has looked/],
];

for (const [what, told, doubt, words] of CASES) {
  const known = { isBeingDeployed: false, ...told };
  test(`revoking asks again for the right reason: ${what}`, () => {
    assert.equal(revokeDoubt(known, NOW), doubt);
    if (doubt && words) assert.match(doubtSentence('t', doubt, known), words);
  });
}

test('those that use it or may are looked at again, each once', () => {
  assert.deepEqual(affectedBy(used), ['4', '7', '9']);
  assert.deepEqual(affectedBy(unused), []);
});

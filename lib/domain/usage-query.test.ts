import assert from 'node:assert/strict';
import test from 'node:test';
import type { PlacedUse } from './bundle-token-use';
import type { Network } from './permissions';
import { strayWords, type UsageIndex, type VersionUsage } from './usage';
import {
  countShows,
  EDGEWORKERS_PER_PAGE,
  edgeWorkersOf,
  parseUsageQuery,
  printUsageQuery,
  queryEdgeWorkers,
  type UsageQuery,
} from './usage-query';

const GONE = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';

function use(reference: string, known: string | null): PlacedUse {
  return {
    key: 'namespace-cart',
    namespace: 'cart',
    isPrefixed: true,
    token: known ?? 'former',
    form: 'reference',
    reference,
    known: known === null ? null : { name: known, uuid: reference, status: 'active', matchedBy: 'reference' },
    legacy: null,
    path: 'edgekv_tokens.js',
    isInlined: false,
  };
}

function live(id: string, name: string, network: Network, more: Partial<VersionUsage> = {}): VersionUsage {
  const edgeWorker = { id, name };
  const version = network === 'staging' ? '2.0' : '1.0';
  const nothing = { uses: [], findings: [], unclear: [], helperVersion: null };
  return { edgeWorker, version, networks: [network], ...nothing, ...more };
}

const index: UsageIndex = {
  versions: [
    live('90', 'shop', 'staging', { uses: [use(GONE, 'cart-rw')] }),
    live('90', 'shop', 'production', {
      findings: [{ severity: 'info', code: 'x', text: 'Something to know.' }],
    }),
    live('100', 'promo', 'production', { uses: [use(GONE, null)] }),
    live('101', 'banner', 'staging', {
      findings: [{ severity: 'warning', code: 'bare-key', text: 'Bare.' }],
    }),
    live('102', 'bots', 'staging', { unclear: ['A file was too large to be searched.'] }),
  ],
  unread: [
    { edgeWorker: { id: '90', name: 'shop' }, fault: 'Forbidden (403)' },
    { edgeWorker: { id: '200', name: 'late' }, fault: 'It was not looked at yet.' },
  ],
  idle: [{ id: '8', name: 'sleeper' }],
  isComplete: true,
  ofToken: new Map(),
};
const all = edgeWorkersOf(index);

function ids(query: Partial<UsageQuery>): string[] {
  return queryEdgeWorkers(all, { q: '', show: null, page: 1, ...query }).rows.map((row) => row.edgeWorker.id);
}

test('each EdgeWorker stands there once, by ID: with what is live, what could not be read, or nothing', () => {
  assert.deepEqual(ids({}), ['8', '90', '100', '101', '102', '200']);
  assert.deepEqual(
    all.map(({ versions, fault }) => [versions.length, fault]),
    [
      [0, null],
      [2, 'Forbidden (403)'],
      [1, null],
      [1, null],
      [1, null],
      [0, 'It was not looked at yet.'],
    ],
  );
});

test('with problems are those with an error, a warning or a token that is gone; unclear those not read in full', () => {
  assert.deepEqual(ids({ show: 'problems' }), ['100', '101']);
  assert.deepEqual(ids({ show: 'unclear' }), ['90', '102', '200']);
  assert.deepEqual(countShows(all), { problems: 2, unclear: 3 });
});

test('a text finds IDs, names, versions, tokens and keys', () => {
  const table: [string, string[]][] = [
    ['10', ['100', '101', '102']],
    ['PROMO', ['100']],
    ['2.0', ['90', '101', '102']],
    ['cart-rw', ['90']],
    ['former', ['100']],
    ['namespace-cart', ['90', '100']],
    [GONE.slice(0, 8), ['90', '100']],
    ['nothing', []],
  ];
  for (const [q, expected] of table) assert.deepEqual(ids({ q }), expected, q);
});

test('a page beyond the last shows the last', () => {
  const many = Array.from({ length: EDGEWORKERS_PER_PAGE + 1 }, (_, at) => ({
    edgeWorker: { id: String(at + 1), name: '' },
    versions: [],
    fault: null,
  }));
  const { page, pages, rows, matching } = queryEdgeWorkers(many, { q: '', show: null, page: 7 });
  assert.deepEqual([page, pages, rows.length, matching], [2, 2, 1, EDGEWORKERS_PER_PAGE + 1]);
});

test('a printed query is read back the same, and what means nothing is left out', () => {
  for (const query of [
    { q: 'a&b', show: 'unclear', page: 3 },
    { q: '', show: null, page: 1 },
  ] satisfies UsageQuery[])
    assert.deepEqual(parseUsageQuery(Object.fromEntries(new URLSearchParams(printUsageQuery(query)))), query);
  assert.deepEqual(parseUsageQuery({ show: 'all', page: '-1' }), { q: '', show: null, page: 1 });
  assert.equal(printUsageQuery({ q: '', show: null, page: 1 }), '');
});

test('an entry that fits no token is said to be gone only when it can be a token', () => {
  assert.match(strayWords(use(GONE, null)), /^gone/);
  assert.match(strayWords(use('TOKEN_REFERENCE', null)), /placeholder/);
  assert.match(strayWords({ ...use('', null), form: 'none', reference: null }), /neither/);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Day, parseDay } from './day';
import { parsePermissions } from './permissions';
import type { AllowedEdgeWorkers, Token } from './token';
import { EMPTY_NOTE } from './token-note';
import {
  DEFAULT_TOKEN_QUERY,
  hasFilters,
  parseTokenQuery,
  printTokenQuery,
  queryTokens,
  ROWS_PER_PAGE,
  type TokenQuery,
} from './token-query';
import type { LiveUse, TokenUsage } from './usage';

function day(text: string): Day {
  const parsed = parseDay(text);
  assert.ok(parsed);
  return parsed;
}

const today = day('2026-11-24');

function token(
  name: string,
  given: {
    ns?: string;
    ew?: AllowedEdgeWorkers;
    expiry?: string;
    next?: string;
    staging?: boolean;
    failed?: boolean;
  } = {},
): Token {
  const permissions = parsePermissions(given.ns ?? '');
  assert.ok(permissions);
  return {
    name,
    uuid: `${name}-uuid`,
    expiry: given.expiry ? day(given.expiry) : null,
    issued: null,
    latestRefresh: null,
    nextRefresh: given.next ? day(given.next) : null,
    activation: given.failed ? 'error' : 'complete',
    details: given.ns
      ? {
          kind: given.expiry ? 'legacy' : 'auto-refresh',
          cpCode: null,
          networks: { staging: given.staging ?? false, production: true },
          permissions,
          edgeWorkers: given.ew ?? 'all',
        }
      : null,
  };
}

const tokens = [
  token('cart', { ns: 'cart+rw,default+r', ew: ['1234'], next: '2026-12-21' }),
  token('promo', { ns: 'promo+d', expiry: '2026-12-03', staging: true }),
  token('old', { ns: 'promo+r', expiry: '2026-11-02' }),
  token('unread', { next: '2026-11-25' }),
  token('broken', { ns: 'default+r', failed: true }),
];

function names(change: Partial<TokenQuery>): string[] {
  return queryTokens(tokens, { ...DEFAULT_TOKEN_QUERY, ...change }, today).rows.map((row) => row.name);
}

test('soonest date first, no date last, expired ones hidden', () => {
  assert.deepEqual(names({}), ['unread', 'promo', 'cart', 'broken']);
  assert.deepEqual(names({ descending: true }), ['cart', 'promo', 'unread', 'broken']);
  assert.deepEqual(names({ includeExpired: true }), ['unread', 'promo', 'cart', 'broken', 'old']);
});

test('other orders: by name, and by risk', () => {
  assert.deepEqual(names({ sort: 'name' }), ['broken', 'cart', 'promo', 'unread']);
  assert.deepEqual(names({ sort: 'name', descending: true }), ['unread', 'promo', 'cart', 'broken']);
  assert.deepEqual(names({ sort: 'status' }), ['broken', 'promo', 'cart', 'unread']);
});

test('each filter narrows, and a token whose details are not known is kept apart at the end', () => {
  const table: [Partial<TokenQuery>, string[]][] = [
    [{ status: 'expiring' }, ['promo']],
    [{ status: 'expired', includeExpired: true }, ['old']],
    [{ kind: 'legacy' }, ['promo']],
    [{ network: 'staging' }, ['promo', 'unread']],
    [{ namespace: 'default' }, ['cart', 'broken', 'unread']],
    [{ permission: 'd' }, ['promo', 'unread']],
    [{ namespace: 'default', permission: 'w' }, ['unread']],
    [{ edgeWorker: '1234' }, ['promo', 'cart', 'broken', 'unread']],
    [{ edgeWorker: '99' }, ['promo', 'broken', 'unread']],
    [{ q: 'CART' }, ['cart', 'unread']],
    [{ q: 'promo' }, ['promo', 'unread']],
    [{ q: '123' }, ['cart', 'unread']],
    [{ q: 'unread' }, ['unread']],
    [{ q: 'cart-uu' }, ['cart', 'unread']],
  ];
  for (const [change, expected] of table) assert.deepEqual(names(change), expected, JSON.stringify(change));
  const page = queryTokens(tokens, { ...DEFAULT_TOKEN_QUERY, network: 'staging' }, today);
  assert.deepEqual([page.matching, page.undecided], [1, 1]);
});

function liveOn(id: string, ...networks: LiveUse['networks']): LiveUse {
  const edgeWorker = { id, name: `ew-${id}` };
  return { edgeWorker, version: '1.0', networks, matchedBy: 'reference', entries: [], findings: [] };
}

const usages = new Map<string, TokenUsage>([
  ['cart-uuid', { state: 'used', uses: [liveOn('1', 'production'), liveOn('2', 'staging')], maybe: [] }],
  ['promo-uuid', { state: 'used', uses: [liveOn('1', 'staging'), liveOn('2', 'staging')], maybe: [] }],
  ['broken-uuid', { state: 'unused', uses: [], maybe: [] }],
  ['unread-uuid', { state: 'unknown', uses: [], maybe: [] }],
]);

function usedNames(change: Partial<TokenQuery>): string[] {
  const query = { ...DEFAULT_TOKEN_QUERY, ...change };
  return queryTokens(tokens, query, today, new Map(), usages).rows.map((row) => row.name);
}

test('a filter by use leaves what is used so for certain, and nothing is unused that was never scanned', () => {
  assert.deepEqual(usedNames({ usage: 'used' }), ['promo', 'cart']);
  assert.deepEqual(usedNames({ usage: 'production' }), ['cart']);
  assert.deepEqual(usedNames({ usage: 'unused' }), ['broken']);
  assert.deepEqual(usedNames({ usage: 'unknown' }), ['unread']);
  assert.deepEqual(names({ usage: 'unused' }), []);
  assert.deepEqual(names({ usage: 'unknown' }), ['unread', 'promo', 'cart', 'broken']);
});

test('by use: production weighs most, and what is unknown stays at the end', () => {
  assert.deepEqual(usedNames({ sort: 'usage' }), ['broken', 'promo', 'cart', 'unread']);
  assert.deepEqual(usedNames({ sort: 'usage', descending: true }), ['cart', 'promo', 'broken', 'unread']);
});

test('a page beyond the last shows the last', () => {
  const many = Array.from({ length: ROWS_PER_PAGE + 1 }, (_, index) => token(`t${index}`, { ns: 'a+r' }));
  const page = queryTokens(many, { ...DEFAULT_TOKEN_QUERY, page: 9 }, today);
  assert.deepEqual([page.page, page.pages, page.rows.length], [2, 2, 1]);
  const empty = queryTokens([], DEFAULT_TOKEN_QUERY, today);
  assert.deepEqual([empty.page, empty.pages, empty.rows.length], [1, 1, 0]);
});

test('a printed query is read back the same', () => {
  const query = fc.record(
    {
      q: fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.trim()),
      status: fc.constantFrom(null, 'active', 'failed', 'expiring'),
      kind: fc.constantFrom(null, 'legacy', 'auto-refresh'),
      network: fc.constantFrom(null, 'staging', 'production'),
      namespace: fc.constantFrom(null, 'default', 'a&b'),
      permission: fc.constantFrom(null, 'r', 'd'),
      edgeWorker: fc.constantFrom(null, '1234'),
      owner: fc.constantFrom(null, 'A. Bel', 'none'),
      usage: fc.constantFrom(null, 'used', 'production', 'unused', 'unknown'),
      includeExpired: fc.boolean(),
      sort: fc.constantFrom('name', 'status', 'usage', 'date'),
      descending: fc.boolean(),
      page: fc.integer({ min: 1, max: 99 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(query, (given) => {
      const read = parseTokenQuery(
        Object.fromEntries(new URLSearchParams(printTokenQuery(given as TokenQuery))),
      );
      assert.deepEqual(read, given);
    }),
  );
  assert.equal(printTokenQuery(DEFAULT_TOKEN_QUERY), '');
});

test('junk in the URL is left out', () => {
  const junk = {
    status: 'gone',
    kind: ['legacy', 'x'],
    net: '',
    perm: 'z',
    sort: 'constructor',
    page: '-3',
    q: undefined,
  };
  assert.deepEqual(parseTokenQuery(junk), { ...DEFAULT_TOKEN_QUERY, kind: 'legacy' });
  assert.equal(hasFilters(DEFAULT_TOKEN_QUERY), false);
  assert.equal(hasFilters({ ...DEFAULT_TOKEN_QUERY, includeExpired: true }), false);
  assert.equal(hasFilters({ ...DEFAULT_TOKEN_QUERY, q: 'x' }), true);
});

test('owner, purpose and tags are searched, and owners are a filter', () => {
  const tokens = [token('a'), token('b'), token('c')];
  const note = { ...EMPTY_NOTE, owner: 'A. Bel', purpose: 'Carts', tags: ['checkout'] };
  const notes = new Map([['a-uuid', note]]);
  const found = (query: Partial<TokenQuery>) =>
    queryTokens(tokens, { ...DEFAULT_TOKEN_QUERY, ...query }, today, notes).rows.map(({ name }) => name);
  for (const q of ['bel', 'cart', 'CHECK']) assert.deepEqual(found({ q }).slice(0, 1), ['a'], q);
  assert.deepEqual(found({ owner: 'a. bel' }), ['a']);
  assert.deepEqual(found({ owner: 'none' }), ['b', 'c']);
  assert.deepEqual(found({ owner: 'nobody' }), []);
  assert.equal(printTokenQuery({ ...DEFAULT_TOKEN_QUERY, owner: 'A. Bel' }), 'owner=A.+Bel');
  assert.equal(parseTokenQuery({ owner: 'A. Bel' }).owner, 'A. Bel');
  assert.equal(hasFilters({ ...DEFAULT_TOKEN_QUERY, owner: 'none' }), true);
});

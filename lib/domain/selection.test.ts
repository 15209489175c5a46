import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Day, parseDay } from './day';
import { choose, parseSelection, printSelection, SELECTED_MAX, type Surroundings } from './selection';
import type { Token } from './token';
import { DEFAULT_TOKEN_QUERY } from './token-query';

function day(text: string): Day {
  return parseDay(text) ?? assert.fail();
}

function token(name: string, expiry: string | null = null): Token {
  return {
    name,
    uuid: `${name}-uuid`,
    expiry: expiry === null ? null : day(expiry),
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: 'complete',
    details: null,
  };
}

const around: Surroundings = {
  today: day('2026-11-26'),
  usages: new Map(),
  notes: new Map(),
  isWithinLimits: ({ name }) => name !== 'foreign',
  isInDoubt: (name) => name === 'doubtful',
  isInRun: (name) => name === 'running',
};
const all = [
  token('cart'),
  token('promo'),
  token('old', '2026-12-24'),
  token('dead', '2026-11-25'),
  token('foreign'),
  token('doubtful'),
  token('running'),
];
const names = [...all.map(({ name }) => name), 'nobody'];

test('a selection is read from the URL as it is printed into it', () => {
  for (const selection of [
    { names: ['cart', 'a&b=c'], query: null, job: 'refresh' as const, withLegacy: true },
    { names: ['cart'], query: null, job: null, withLegacy: false },
    {
      names: [],
      query: { ...DEFAULT_TOKEN_QUERY, q: 'shop', includeExpired: true },
      job: 'owner' as const,
      withLegacy: false,
    },
  ]) {
    const parameters = new URLSearchParams(printSelection(selection));
    const given = Object.fromEntries([...parameters.keys()].map((key) => [key, parameters.getAll(key)]));
    const single = Object.fromEntries(
      Object.entries(given).map(([key, values]) => [key, values.length === 1 ? (values[0] ?? '') : values]),
    );
    assert.deepEqual(parseSelection(single), selection);
  }
});

test('a name that stands there twice is taken once', () => {
  assert.deepEqual(parseSelection({ t: ['cart', 'cart', ''] }).names, ['cart']);
});

test('a refresh leaves out what cannot be refreshed, and says why', () => {
  const { tokens, leftOut } = choose(all, parseSelection({ t: names, job: 'refresh' }), around);
  assert.deepEqual(
    tokens.map(({ name }) => name),
    ['cart', 'promo'],
  );
  assert.deepEqual(Object.fromEntries(leftOut), {
    legacy: ['old'],
    expired: ['dead'],
    limits: ['foreign'],
    'in-doubt': ['doubtful'],
    'in-run': ['running'],
    gone: ['nobody'],
  });
});

test('legacy tokens are tried when somebody asks for it', () => {
  const asked = parseSelection({ t: ['old', 'dead'], job: 'refresh', legacy: '1' });
  assert.deepEqual(
    choose(all, asked, around).tokens.map(({ name }) => name),
    ['old'],
  );
});

test('an owner can be set on whatever lies within the limits', () => {
  const { tokens, leftOut } = choose(all, parseSelection({ t: names, job: 'owner' }), around);
  assert.equal(tokens.length, all.length - 1);
  assert.deepEqual([...leftOut.keys()], ['limits', 'gone']);
});

test('everything that matches reaches over all pages, up to the most that is taken at once', () => {
  const many = Array.from({ length: SELECTED_MAX + 3 }, (_, index) => token(`shop-${index}`));
  const asked = parseSelection({ all: '1', q: 'shop', t: 'cart', page: '7', job: 'refresh' });
  const { tokens, leftOut } = choose([...many, ...all], asked, around);
  assert.equal(tokens.length, SELECTED_MAX);
  assert.equal(leftOut.get('too-many')?.length, 3);
});

test('everything that matches a filter by use is no more than the table shows', () => {
  const asked = parseSelection({ all: '1', usage: 'unused', job: 'owner' });
  assert.deepEqual(choose(all, asked, around).tokens, []);
  const usages = new Map([[all[0]?.uuid ?? '', { state: 'unused' as const, uses: [], maybe: [] }]]);
  const { tokens } = choose(all, asked, { ...around, usages });
  assert.deepEqual(tokens, [all[0]]);
});

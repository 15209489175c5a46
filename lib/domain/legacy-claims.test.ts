import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLegacyClaims } from './legacy-claims';

function jwt(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

function read(claims: unknown) {
  return readLegacyClaims(jwt(claims)) ?? assert.fail('it was no JWT');
}

const seconds = (text: string) => Date.parse(text) / 1000;

test('the claims of a real token are its details, its days and its id', () => {
  const claims = read({
    ewids: 'all',
    sub: '99001',
    'namespace-default': ['r', 'd', 'w'],
    'namespace-promo': ['r'],
    cpc: '1377366',
    iss: 'akamai.com/EdgeDB/Pulsar/v0.14.0',
    exp: seconds('2026-12-20T23:59:59Z'),
    env: ['s', 'p'],
    iat: seconds('2026-06-23T08:00:00Z'),
    jti: 'b8f0c4de-3a1f-5a82-ad19-798347276a89',
    reqid: 'customer',
    noecl: true,
  });
  assert.deepEqual(claims, {
    details: {
      kind: 'legacy',
      cpCode: '1377366',
      networks: { staging: true, production: true },
      permissions: new Map([
        ['default', ['r', 'w', 'd']],
        ['promo', ['r']],
      ]),
      edgeWorkers: 'all',
    },
    issued: '2026-06-23',
    expires: '2026-12-20',
    id: 'b8f0c4de-3a1f-5a82-ad19-798347276a89',
  });
});

const DAYS: readonly [exp: unknown, expires: string | null][] = [
  // The last second of the day is the end: both spellings of it are that day.
  [seconds('2026-12-20T23:59:59Z'), '2026-12-20'],
  [seconds('2026-12-21T00:00:00Z'), '2026-12-20'],
  [seconds('2026-12-21T00:00:01Z'), '2026-12-21'],
  [seconds('2026-12-20T23:59:59Z') + 0.5, '2026-12-20'],
  [1, '1970-01-01'],
  [253_402_300_799, '9999-12-31'],
  [253_402_300_801, null],
  // Milliseconds instead of seconds, and other numbers that no calendar has.
  [seconds('2026-12-20T23:59:59Z') * 1000, null],
  [Number.MAX_SAFE_INTEGER, null],
  [1e300, null],
  [0, null],
  [-1, null],
  ['1797811199', null],
  [null, null],
  [undefined, null],
];

for (const [exp, expires] of DAYS) {
  test(`exp ${exp} is ${expires ?? 'no day'}`, () => {
    assert.equal(read({ exp }).expires, expires);
  });
}

const EDGEWORKERS: readonly [ewids: unknown, ids: 'all' | readonly string[]][] = [
  ['all', 'all'],
  [undefined, 'all'],
  ['', 'all'],
  ['4101,4102', ['4101', '4102']],
  [' 4101 , 4102 ', ['4101', '4102']],
  [
    ['4101', 4102],
    ['4101', '4102'],
  ],
  [4101, ['4101']],
  [['all'], 'all'],
  [{ a: 1 }, 'all'],
];

for (const [ewids, ids] of EDGEWORKERS) {
  test(`ewids ${JSON.stringify(ewids)} is ${JSON.stringify(ids)}`, () => {
    assert.deepEqual(read({ ewids }).details.edgeWorkers, ids);
  });
}

const NONE: readonly string[] = [
  '',
  'eyJ',
  'a.b',
  '..',
  'a..c',
  'not a JWT at all.',
  '#EDGEKV_TOKEN#',
  `${jwt({})}.more`,
  `${jwt({})}\n"`,
  jwt('text'),
  jwt([1, 2]),
  jwt(null),
  jwt({ padding: 'x'.repeat(20_000) }),
  'eyJhbGciOiJub25lIn0.eyJ.x',
];

for (const text of NONE) {
  test(`no JWT: ${text.slice(0, 40)}`, () => {
    assert.equal(readLegacyClaims(text), null);
  });
}

test('a line end behind it, as people paste it, changes nothing', () => {
  assert.deepEqual(readLegacyClaims(`${jwt({ exp: 1 })}\n`), read({ exp: 1 }));
});

test('rights that are no texts are left out, whatever they are', () => {
  const deep = JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`) as unknown;
  const { details } = read({
    'namespace-a': [{ toString: null }, deep, null, 3, 'w', 'x', 'r'],
    'namespace-b': 'r',
  });
  assert.deepEqual([...details.permissions], [['a', ['r', 'w']]]);
});

test('no text at all throws (property)', () => {
  const claim = fc.record({
    exp: fc.anything(),
    iat: fc.anything(),
    env: fc.anything(),
    ewids: fc.anything(),
    cpc: fc.anything(),
    jti: fc.anything(),
    'namespace-a': fc.anything(),
  });
  const texts = fc.oneof(
    fc.string(),
    fc.json().map((text) => `a.${Buffer.from(text).toString('base64url')}.b`),
    claim.map((value) => `a.${Buffer.from(stringify(value)).toString('base64url')}.b`),
  );
  fc.assert(fc.property(texts, (text) => readLegacyClaims(text) !== undefined));
});

function stringify(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)) ?? 'null';
}

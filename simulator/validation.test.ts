// What the simulator's validation says, as Akamai's documentation has it, over the seeded account.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { SimToken } from './account';
import { type BundleStyle, makeBundle, packFiles } from './bundle';
import { seedAccount } from './seed';
import { validate } from './validation';

const now = Date.parse('2026-11-25T12:00:00Z');
const account = seedAccount({ now, empty: false, extraTokens: 0 });

function said(bundle: Buffer, at = now): string[] {
  const { errors, warnings } = validate(account, bundle, at);
  return [...errors.map(({ type }) => type), ...warnings.map(({ type }) => `warning ${type}`)];
}

function token(name: string): SimToken {
  return account.tokens.get(name) ?? assert.fail(name);
}

function bundle(style: BundleStyle, ...names: string[]): Buffer {
  return makeBundle({ name: 'shop', version: '1.0.0', tokens: names.map(token), style });
}

const USUAL = {
  'main.js': 'export function onClientRequest() {}\n',
  'bundle.json': '{"edgeworker-version":"1.0.0"}',
};
const withTokens = (text: string) => packFiles({ ...USUAL, 'edgekv_tokens.js': text });

const CASES: readonly [why: string, bundle: () => Buffer, said: readonly string[]][] = [
  ['a good bundle with a reference', () => bundle('usual', 'cart-reader'), []],
  ['the same in every good style', () => bundle('by-hand', 'cart-reader'), []],
  ['a good bundle without tokens', () => packFiles(USUAL), []],
  ['no gzip', () => Buffer.from('hello'), ['INVALID_GZIP_FORMAT']],
  ['gzip of no tar', () => gzipSync('hello'.repeat(500)), ['INVALID_TAR_ARCHIVE']],
  [
    'an empty archive',
    () => gzipSync(Buffer.alloc(1024)),
    ['EMPTY_TARBALL', 'MISSING_MANDATORY_FILES', 'MISSING_MANDATORY_FILES'],
  ],
  [
    'names that begin with ./',
    () => bundle('dot-names', 'cart-reader'),
    ['MISSING_MANDATORY_FILES', 'MISSING_MANDATORY_FILES'],
  ],
  ['no main.js', () => packFiles({ 'bundle.json': USUAL['bundle.json'] }), ['MISSING_MANDATORY_FILES']],
  ['an executable file', () => packFiles(USUAL, '', ['main.js']), ['INVALID_FILE_PERMISSION']],
  [
    'a main.js with a syntax error',
    () => packFiles({ ...USUAL, 'main.js': 'if (' }),
    ['STATIC_VALIDATION_FAILED'],
  ],
  [
    'a bundle.json without a version',
    () => packFiles({ ...USUAL, 'bundle.json': '{}' }),
    ['INVALID_MANIFEST'],
  ],
  [
    'a bundle.json with a bad version',
    () => packFiles({ ...USUAL, 'bundle.json': '{"edgeworker-version":"a..b"}' }),
    ['INVALID_MANIFEST'],
  ],
  ['a bundle.json that is no JSON', () => packFiles({ ...USUAL, 'bundle.json': '{' }), ['INVALID_MANIFEST']],
  ['the helper without a tokens file', () => bundle('no-file'), ['EDGEKV_TOKENS_FILE_MISSING']],
  [
    'more than 512 KB',
    () => packFiles({ ...USUAL, 'data.bin': randomBytes(600 * 1024) }),
    ['MAX_COMPRESSED_SIZE_EXCEEDED'],
  ],
  [
    'more than 1 MB unpacked',
    () => packFiles({ ...USUAL, 'data.bin': Buffer.alloc(2 * 1024 * 1024) }),
    ['MAX_UNCOMPRESSED_SIZE_EXCEEDED'],
  ],
  ['a bomb', () => gzipSync(Buffer.alloc(65 * 1024 * 1024)), ['MAX_UNCOMPRESSED_SIZE_EXCEEDED']],
  [
    'a reference of no token',
    () => withTokens('t = { reference: "0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11" }'),
    ['ACCESS_TOKEN_REFERENCE_INVALID'],
  ],
  ['a reference in a comment', () => withTokens('// reference: "0b9c32a3"\n/* value: "x" */'), []],
  [
    'a token whose activation failed',
    () => bundle('usual', 'checkout-rw'),
    ['ACCESS_TOKEN_REFERENCE_INVALID'],
  ],
  [
    'a token that is being activated',
    () => bundle('usual', 'checkout-rw-2'),
    ['ACCESS_TOKEN_REFERENCE_INVALID'],
  ],
  ['a JWT of the account', () => bundle('usual', 'legacy-banner'), []],
  [
    'a JWT that expires in ten days',
    () => bundle('usual', 'legacy-promo'),
    ['warning ACCESS_TOKEN_EXPIRING_SOON'],
  ],
  ['a JWT that has expired', () => bundle('usual', 'old-login-hints'), ['ACCESS_TOKEN_EXPIRED']],
  ['a JWT of no token', () => withTokens('t = { "value": "eyJ.a.b" }'), ['ACCESS_TOKEN_INVALID']],
];

for (const [why, make, expected] of CASES) {
  test(`validation of ${why}`, () => {
    assert.deepEqual(said(make()), expected);
  });
}

test('a legacy token works through the end of its last day', () => {
  const { expiry } = token('legacy-promo');
  const promo = bundle('usual', 'legacy-promo');
  assert.deepEqual(said(promo, Date.parse(`${expiry}T23:59:59Z`)), ['warning ACCESS_TOKEN_EXPIRING_SOON']);
  assert.deepEqual(said(promo, Date.parse(`${expiry}T23:59:59Z`) + 1_000), ['ACCESS_TOKEN_EXPIRED']);
});

test('the words of a syntax error say where it is', () => {
  const [error] = validate(account, packFiles({ ...USUAL, 'main.js': '\nexport var a b;' }), now).errors;
  assert.equal(error?.message, 'static validation failed : main.js::2:14 SyntaxError: Unexpected token.');
});

test('what is said of the seeded bundles is meant, one by one', () => {
  const told = account.edgeWorkers.map(({ id, versions }) => {
    const kinds = new Set(versions.flatMap(({ content }) => said(content)));
    return [id, ...kinds];
  });
  assert.deepEqual(
    told.filter(([, first]) => first !== undefined),
    [
      [4101, 'ACCESS_TOKEN_REFERENCE_INVALID'],
      [4102, 'ACCESS_TOKEN_REFERENCE_INVALID'],
      [4104, 'ACCESS_TOKEN_REFERENCE_INVALID'],
      [4106, 'warning ACCESS_TOKEN_EXPIRING_SOON'],
      [4107, 'MISSING_MANDATORY_FILES'],
      [4108, 'warning ACCESS_TOKEN_EXPIRING_SOON'],
      [4112, 'warning ACCESS_TOKEN_EXPIRING_SOON'],
      [4115, 'EDGEKV_TOKENS_FILE_MISSING'],
    ],
  );
});

test('every seeded bundle carries the tokens that it is told to carry', () => {
  const carried = new Map(
    account.edgeWorkers.map(({ id, versions }) => [
      id,
      String(versions.map(({ content }) => unpacked(content))),
    ]),
  );
  const expected: [id: number, names: string][] = [
    [4101, 'cart-session-writer checkout-rw'],
    [4102, 'checkout-rw stock-levels'],
    [4103, 'product-catalog cart-reader'],
    [4104, 'checkout-rw'],
    [4105, 'cart-session-writer'],
    [4106, 'price-feed-us price-feed-emea'],
    [4107, 'redirects-reader'],
    [4108, 'legacy-promo'],
    [4109, 'ab-buckets'],
    [4110, 'search-hints'],
    [4111, 'store-locator'],
    [4112, 'geo-router geo-blocklist'],
    [4113, 'waf-signals-reader'],
    [4114, 'consent-state'],
  ];
  for (const [id, names] of expected) {
    for (const name of names.split(' ')) {
      const { value, uuid } = token(name);
      assert.ok(carried.get(id)?.includes(value ?? uuid), `${id} ${name}`);
    }
  }
});

function unpacked(content: Buffer): string {
  return gunzipSync(content).toString('latin1');
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenFindings } from './bundle-token-findings';
import { type PlacedUse, tokenUseOf } from './bundle-token-use';
import { addDays, type Day, parseDay } from './day';
import { parsePermissions } from './permissions';
import type { Token, TokenDetails } from './token';
import { UNKNOWN_KEY } from './token-use-words';

const today = day('2026-11-25');
const CART = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const PROMO = '0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11';

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text);
}

type Given = Partial<Omit<Token, 'details'>> & { ns?: string; details?: Partial<TokenDetails> | null };

function token(name: string, uuid: string, { ns = 'cart:rw', details, ...given }: Given = {}): Token {
  const expiry = given.expiry ?? null;
  const all: TokenDetails = {
    kind: expiry === null ? 'auto-refresh' : 'legacy',
    cpCode: null,
    networks: { staging: true, production: true },
    permissions: parsePermissions(ns) ?? assert.fail(ns),
    edgeWorkers: 'all',
    ...details,
  };
  return {
    name,
    uuid,
    expiry,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: expiry === null ? 'complete' : null,
    ...given,
    details: details === null ? null : all,
  };
}

/** A JWT for promo, by default. */
function jwt(claims: Record<string, unknown> = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const usual = { exp: seconds('2027-05-01'), env: ['s', 'p'], ewids: 'all', 'namespace-promo': ['r'] };
  return `${part({ alg: 'RS256' })}.${part({ ...usual, ...claims })}.${'s'.repeat(80)}`;
}

function seconds(text: string): number {
  return Date.parse(`${text}T23:59:59Z`) / 1000;
}

type Entry = {
  key: string;
  name?: string | null;
  reference?: string;
  value?: string;
  path?: string;
  inCode?: boolean;
};
type Options = { edgeWorker?: string | null; hasHelper?: boolean };

function found(entries: readonly Entry[], tokens: readonly Token[] | null, options: Options = {}): string[] {
  const context = { tokens, today, edgeWorker: options.edgeWorker ?? null };
  const uses = entries.map(
    ({ key, name = 'cart-rw', reference = null, value = null, path, inCode }): PlacedUse => {
      const isPrefixed = key.startsWith('namespace-');
      const namespace = isPrefixed ? key.slice('namespace-'.length) : key;
      const form =
        value !== null ? (reference !== null ? 'both' : 'value') : reference !== null ? 'reference' : 'none';
      const item = { key, namespace, isPrefixed, token: name, form, reference, value } as const;
      return { ...tokenUseOf(item, context), path: path ?? 'edgekv_tokens.js', isInlined: inCode ?? false };
    },
  );
  return tokenFindings(uses, context, options.hasHelper ?? true).map(
    ({ severity, code, text }) => `${severity} ${code}: ${text}`,
  );
}

const cart = token('cart-rw', CART);
const cartEntry: Entry = { key: 'namespace-cart', reference: CART };
const promoEntry: Entry = { key: 'namespace-promo', name: 'promo-old', value: jwt() };

const CASES: readonly [
  why: string,
  entries: readonly Entry[],
  tokens: readonly Token[] | null,
  found: readonly string[],
  options?: Options,
][] = [
  ['a good entry', [cartEntry], [cart], []],
  ['a good JWT', [promoEntry], [token('promo-old', PROMO, { expiry: day('2027-05-01'), ns: 'promo:r' })], []],
  // Not known is not gone.
  ['tokens that are not known', [cartEntry, promoEntry], null, []],
  ['details that are not read', [cartEntry], [token('cart-rw', CART, { details: null })], []],

  // The state of the token.
  [
    'an expired token',
    [cartEntry],
    [token('cart-rw', CART, { expiry: day('2026-11-24') })],
    ['error token-expired: cart-rw has expired.'],
  ],
  // The last day counts to its end.
  [
    'expiry today',
    [cartEntry],
    [token('cart-rw', CART, { expiry: today })],
    ['warning token-expiring: cart-rw expires on 25 Nov 2026.'],
  ],
  [
    'expiry in 30 days',
    [cartEntry],
    [token('cart-rw', CART, { expiry: addDays(today, 30) })],
    ['warning token-expiring: cart-rw expires on 25 Dec 2026.'],
  ],
  ['expiry in 31 days', [cartEntry], [token('cart-rw', CART, { expiry: addDays(today, 31) })], []],
  [
    'a failed token',
    [cartEntry],
    [token('cart-rw', CART, { activation: 'error' })],
    ['error token-failed: cart-rw could not be activated.'],
  ],
  [
    'a token that is being activated',
    [cartEntry],
    [token('cart-rw', CART, { activation: 'in-progress' })],
    ['warning token-activating: cart-rw is still being activated; EdgeWorkers cannot use it yet.'],
  ],
  [
    'a revoked token',
    [cartEntry],
    [],
    ['error token-gone: cart-rw: no token of this account has that reference; it may be revoked.'],
  ],
  [
    'a token made again under its name',
    [cartEntry],
    [token('cart-rw', PROMO)],
    [
      'error token-gone: cart-rw: the token of that name has another reference, as it was made again; the bundle needs the new one.',
    ],
  ],
  [
    'a JWT of no token',
    [promoEntry],
    [cart],
    ['warning token-gone: promo-old: no token of this account fits this JWT; it may be revoked.'],
  ],
  [
    'the state of one token is told once, however many entries it has',
    [cartEntry, { ...cartEntry, key: 'namespace-default' }],
    [token('cart-rw', CART, { activation: 'error', ns: 'cart:r,default:r' })],
    ['error token-failed: cart-rw could not be activated.'],
  ],

  // What the JWT says of itself.
  [
    'an expired JWT',
    [{ ...promoEntry, value: jwt({ exp: seconds('2026-11-24') }) }],
    null,
    ['error jwt-expired: The JWT of promo-old says that it expired on 24 Nov 2026.'],
  ],
  [
    'an expired JWT of no token',
    [{ ...promoEntry, value: jwt({ exp: seconds('2026-11-24') }) }],
    [],
    ['error jwt-expired: The JWT of promo-old says that it expired on 24 Nov 2026.'],
  ],
  [
    'a JWT of today',
    [{ ...promoEntry, value: jwt({ exp: seconds('2026-11-25') }) }],
    null,
    ['warning jwt-expiring: The JWT of promo-old says that it expires on 25 Nov 2026.'],
  ],
  [
    'a JWT to the first second of today',
    [{ ...promoEntry, value: jwt({ exp: Date.parse('2026-11-25T00:00:00Z') / 1000 }) }],
    null,
    ['error jwt-expired: The JWT of promo-old says that it expired on 24 Nov 2026.'],
  ],
  ['a JWT of the far future', [{ ...promoEntry, value: jwt({ exp: 253_402_300_799 }) }], null, []],
  [
    'a JWT of an absurd day',
    [{ ...promoEntry, value: jwt({ exp: 1e300 }) }],
    null,
    ['info jwt-undated: The JWT of promo-old names no day of expiry.'],
  ],
  [
    'a JWT whose token tells the same day is said once',
    [{ ...promoEntry, value: jwt({ exp: seconds('2026-11-30') }) }],
    [token('promo-old', PROMO, { expiry: day('2026-11-30'), ns: 'promo:r' })],
    ['warning token-expiring: promo-old expires on 30 Nov 2026.'],
  ],
  [
    'an old JWT of a name that was used again',
    [{ ...promoEntry, value: jwt({ exp: seconds('2025-02-01') }) }],
    [token('promo-old', PROMO, { expiry: day('2027-05-01') })],
    ['error jwt-expired: The JWT of promo-old says that it expired on 1 Feb 2025.'],
  ],

  // The entry itself.
  [
    'a bare key',
    [{ ...cartEntry, key: 'cart' }],
    [cart],
    ['error bare-key: The entry cart lacks the prefix namespace-: the helper never reads it.'],
  ],
  [
    'a bare key beside the right one',
    [{ ...cartEntry, key: 'cart' }, cartEntry],
    [cart],
    ['warning bare-key: The entry cart lacks the prefix namespace-: the helper never reads it.'],
  ],
  [
    'a bare key without the helper',
    [{ ...cartEntry, key: 'cart' }],
    [cart],
    ['warning bare-key: The entry cart lacks the prefix namespace-: the helper never reads it.'],
    { hasHelper: false },
  ],
  [
    'a bare key in code of one’s own',
    [{ ...cartEntry, key: 'cart', inCode: true }],
    [cart],
    [],
    { hasHelper: false },
  ],
  [
    'a token in code that does not say what for',
    [{ ...cartEntry, key: UNKNOWN_KEY, inCode: true }],
    [cart],
    [],
  ],
  [
    'a key twice: only the last counts, and only its token’s state',
    [{ ...cartEntry, reference: PROMO }, cartEntry],
    [cart, token('gone', PROMO, { activation: 'error' })],
    ['warning duplicate-key: The entry namespace-cart stands more than once: only the last one counts.'],
  ],
  ['a key in two files', [cartEntry, { ...cartEntry, path: 'lib/edgekv_tokens.js' }], [cart], []],
  [
    'a key twice in code, as for two networks',
    [
      { ...cartEntry, inCode: true },
      { ...cartEntry, inCode: true },
    ],
    [cart],
    [],
  ],
  [
    'a value and a reference',
    [{ ...promoEntry, reference: CART }],
    [
      token('promo-old', PROMO, { expiry: day('2027-05-01'), ns: 'promo:r' }),
      token('cart-rw', CART, { activation: 'error' }),
    ],
    ['warning both-forms: The entry namespace-promo has a value and a reference: the helper uses the value.'],
  ],
  [
    'neither value nor reference',
    [{ key: 'namespace-cart' }],
    [token('cart-rw', CART, { activation: 'error' })],
    ['error entry-empty: The entry namespace-cart has neither value nor reference: the helper fails.'],
  ],
  [
    'a placeholder for the reference',
    [{ ...cartEntry, reference: '#REF#' }],
    [cart],
    [
      'warning placeholder: namespace-cart: the reference of this entry is no uuid. Is it a placeholder that is filled in later?',
    ],
  ],
  [
    'a placeholder for the value',
    [{ ...promoEntry, value: '#JWT#' }],
    [],
    [
      'warning placeholder: namespace-promo: the value of this entry is no JWT. Is it a placeholder that is filled in later?',
    ],
  ],

  // What the token allows.
  [
    'another namespace',
    [{ ...cartEntry, key: 'namespace-geo' }],
    [cart],
    ['error namespace-not-allowed: cart-rw has no rights on the namespace geo.'],
  ],
  [
    'another namespace, by the JWT’s word',
    [{ ...promoEntry, key: 'namespace-geo' }],
    null,
    ['error namespace-not-allowed: The JWT of promo-old has no rights on the namespace geo.'],
  ],
  [
    'another namespace, said once by the account and not by the JWT too',
    [{ ...promoEntry, key: 'namespace-geo' }],
    [token('promo-old', PROMO, { expiry: day('2027-05-01'), ns: 'promo:r' })],
    ['error namespace-not-allowed: promo-old has no rights on the namespace geo.'],
  ],
  [
    'one network',
    [cartEntry],
    [token('cart-rw', CART, { details: { networks: { staging: true, production: false } } })],
    ['info one-network: cart-rw works on staging only.'],
  ],
  [
    'one network, by the JWT’s word',
    [{ ...promoEntry, value: jwt({ env: ['p'] }) }],
    null,
    ['info one-network: The JWT of promo-old works on production only.'],
  ],
  ['networks that nobody tells', [{ ...promoEntry, value: jwt({ env: null }) }], null, []],
  [
    'an EdgeWorker that is allowed',
    [cartEntry],
    [token('cart-rw', CART, { details: { edgeWorkers: ['4101'] } })],
    [],
    { edgeWorker: '4101' },
  ],
  [
    'an EdgeWorker that is not allowed',
    [cartEntry],
    [token('cart-rw', CART, { details: { edgeWorkers: ['4101'] } })],
    ['error edgeworker-not-allowed: cart-rw is not allowed for EdgeWorker 4102.'],
    { edgeWorker: '4102' },
  ],
  [
    'an EdgeWorker that is not allowed, by the JWT’s word',
    [{ ...promoEntry, value: jwt({ ewids: '4101' }) }],
    null,
    ['error edgeworker-not-allowed: The JWT of promo-old is not allowed for EdgeWorker 4102.'],
    { edgeWorker: '4102' },
  ],
  [
    'an EdgeWorker that is not known',
    [cartEntry],
    [token('cart-rw', CART, { details: { edgeWorkers: ['4101'] } })],
    [],
  ],
];

for (const [why, entries, tokens, expected, options] of CASES) {
  test(`what is said of ${why}`, () => {
    assert.deepEqual(found(entries, tokens, options), expected);
  });
}

const on = (network: 'staging' | 'production') => ({
  networks: { staging: network === 'staging', production: network === 'production' },
});
const geoEntry: Entry = { key: 'namespace-geo', name: 'geo-r', reference: PROMO };

test('tokens of two networks that never meet are told, and tokens that meet are not', () => {
  const staging = token('cart-rw', CART, { details: on('staging') });
  const apart = found(
    [cartEntry, geoEntry],
    [staging, token('geo-r', PROMO, { ns: 'geo:r', details: on('production') })],
  );
  assert.deepEqual(
    apart.filter((one) => !one.startsWith('info')),
    [
      'warning no-common-network: On no network do all tokens work: cart-rw on staging and geo-r on production.',
    ],
  );
  const together = found([cartEntry, geoEntry], [staging, token('geo-r', PROMO, { ns: 'geo:r' })]);
  assert.deepEqual(together, ['info one-network: cart-rw works on staging only.']);
});

test('one token for each network of a namespace, as code may choose between them, is no fault', () => {
  const tokens = [
    token('cart-rw', CART, { details: on('staging') }),
    token('cart-p', PROMO, { details: on('production') }),
  ];
  const entries = [cartEntry, { ...cartEntry, name: 'cart-p', reference: PROMO }].map((one) => ({
    ...one,
    inCode: true,
  }));
  assert.deepEqual(
    found(
      [...entries, { ...geoEntry, reference: '7d1f0c55-2b1e-4c43-9a39-53c9a7f0b6aa' }],
      [...tokens, token('geo-r', '7d1f0c55-2b1e-4c43-9a39-53c9a7f0b6aa', { ns: 'geo:r' })],
    ).filter((one) => !one.startsWith('info')),
    [],
  );
});

test('tokens that no EdgeWorker may use together are told, unless the EdgeWorker is known', () => {
  const tokens = [
    token('cart-rw', CART, { details: { edgeWorkers: ['4101', '4102'] } }),
    token('geo-r', PROMO, { ns: 'geo:r', details: { edgeWorkers: ['4103'] } }),
  ];
  assert.deepEqual(found([cartEntry, geoEntry], tokens), [
    'warning no-common-edgeworker: No EdgeWorker may use all of cart-rw and geo-r.',
  ]);
  assert.deepEqual(found([cartEntry, geoEntry], tokens, { edgeWorker: '4103' }), [
    'error edgeworker-not-allowed: cart-rw is not allowed for EdgeWorker 4103.',
  ]);
});

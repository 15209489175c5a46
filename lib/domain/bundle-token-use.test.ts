import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type TokenUse, tokenUseOf } from './bundle-token-use';
import { type Day, parseDay } from './day';
import { parsePermissions } from './permissions';
import type { Token, TokenDetails } from './token';
import type { SecretItem } from './tokens-file';

const today = day('2026-11-25');
const CART = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const PROMO = '0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11';
const JTI = 'b8f0c4de-3a1f-5a82-ad19-798347276a89';

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text);
}

type Given = Partial<Omit<Token, 'details'>> & { ns?: string; details?: Partial<TokenDetails> | null };

function token(name: string, uuid: string, { ns = 'cart:rw', details, ...given }: Given = {}): Token {
  const expiry = given.expiry ?? null;
  return {
    name,
    uuid,
    expiry,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: expiry === null ? 'complete' : null,
    ...given,
    details:
      details === null
        ? null
        : {
            kind: expiry === null ? 'auto-refresh' : 'legacy',
            cpCode: null,
            networks: { staging: true, production: true },
            permissions: parsePermissions(ns) ?? assert.fail(ns),
            edgeWorkers: 'all',
            ...details,
          },
  };
}

function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const expires = { exp: Date.parse('2026-12-20T23:59:59Z') / 1000, env: ['s', 'p'], ewids: 'all' };
  return `${part({ alg: 'RS256' })}.${part({ ...expires, ...claims })}.${'s'.repeat(80)}`;
}

function item(given: Partial<SecretItem>): SecretItem {
  const { value = null, reference = null } = given;
  const form =
    value !== null ? (reference !== null ? 'both' : 'value') : reference !== null ? 'reference' : 'none';
  return {
    key: 'namespace-cart',
    namespace: 'cart',
    isPrefixed: true,
    token: 'cart-rw',
    form,
    reference,
    value,
    ...given,
  };
}

function use(given: Partial<SecretItem>, tokens: readonly Token[] | null): TokenUse {
  return tokenUseOf(item(given), { tokens, today, edgeWorker: null });
}

const PROMO_JWT = jwt({ 'namespace-promo': ['r'] });
const promo = token('promo-old', PROMO, { ns: 'promo:r', expiry: day('2026-12-20') });
const cart = token('cart-rw', CART);

const MATCHES: readonly [
  why: string,
  given: Partial<SecretItem>,
  tokens: readonly Token[] | null,
  match: readonly [name: string, matchedBy: string] | null,
][] = [
  ['its reference', { reference: CART }, [cart], ['cart-rw', 'reference']],
  ['its reference, in capitals', { reference: CART.toUpperCase() }, [cart], ['cart-rw', 'reference']],
  [
    'its reference, under another name',
    { reference: CART, token: 'renamed' },
    [cart],
    ['cart-rw', 'reference'],
  ],
  ['its reference, without a name', { reference: CART, token: null }, [cart], ['cart-rw', 'reference']],
  // A name used again gets another reference.
  ['not its name, when it has a reference of its own', { reference: PROMO }, [cart], null],
  [
    'its JWT’s id',
    { value: jwt({ jti: JTI }), token: 'x' },
    [token('a', JTI, { expiry: day('2027-01-01') })],
    ['a', 'claims'],
  ],
  [
    'its JWT’s last day and its name',
    { value: PROMO_JWT, token: 'promo-old' },
    [promo],
    ['promo-old', 'claims'],
  ],
  [
    'the same, when the token’s details are not read yet',
    { value: PROMO_JWT, token: 'promo-old' },
    [{ ...promo, details: null }],
    ['promo-old', 'claims'],
  ],
  [
    'its JWT’s last day and rights, under another name',
    { value: PROMO_JWT, token: 'x' },
    [promo],
    ['promo-old', 'claims'],
  ],
  [
    'its JWT’s last day and rights, without a name',
    { value: PROMO_JWT, token: null },
    [promo],
    ['promo-old', 'claims'],
  ],
  [
    'not its last day alone',
    { value: PROMO_JWT, token: 'x' },
    [token('y', PROMO, { ns: 'promo:rw', expiry: day('2026-12-20') })],
    null,
  ],
  [
    'not its last day and rights, when two have them',
    { value: PROMO_JWT, token: 'x' },
    [promo, { ...promo, name: 'promo-old-2', uuid: CART }],
    null,
  ],
  [
    'not its name, when its JWT is of another day',
    { value: PROMO_JWT, token: 'promo-old' },
    [token('promo-old', PROMO, { expiry: day('2027-03-01') })],
    null,
  ],
  [
    'its name alone, when its JWT tells no day',
    { value: jwt({ exp: null }), token: 'promo-old' },
    [promo],
    ['promo-old', 'name'],
  ],
  [
    'its name alone, when its value is a placeholder',
    { value: '#TOKEN#', token: 'promo-old' },
    [promo],
    ['promo-old', 'name'],
  ],
  [
    'its name alone, when its reference is a placeholder',
    { reference: '#REF#' },
    [cart],
    ['cart-rw', 'name'],
  ],
  ['its name alone, when it has neither value nor reference', {}, [cart], ['cart-rw', 'name']],
  ['not a token that has no values', { value: '#TOKEN#' }, [cart], null],
  // The helper uses the value.
  [
    'its JWT before its reference',
    { value: PROMO_JWT, reference: CART, token: 'promo-old' },
    [cart, promo],
    ['promo-old', 'claims'],
  ],
  ['nothing without a name', { token: null, value: '#TOKEN#' }, [cart, promo], null],
  ['nothing, when the tokens are not known', { reference: CART }, null, null],
  ['nothing, when there are none', { reference: CART }, [], null],
];

for (const [why, given, tokens, match] of MATCHES) {
  test(`a use is known by ${why}`, () => {
    const { known } = use(given, tokens);
    assert.deepEqual(known && [known.name, known.matchedBy], match);
  });
}

test('the token’s state is the one of today', () => {
  const states: [Given, string][] = [
    [{}, 'active'],
    [{ activation: 'in-progress' }, 'activating'],
    [{ activation: 'error' }, 'failed'],
    [{ expiry: day('2026-11-25') }, 'expiring'],
    [{ expiry: day('2026-11-24') }, 'expired'],
  ];
  for (const [given, status] of states) {
    assert.equal(use({ reference: CART }, [token('cart-rw', CART, given)]).known?.status, status);
  }
});

test('what the JWT claims is told beside the token, its own words only', () => {
  const value = jwt({
    'namespace-promo': ['r'],
    'namespace-geo': ['w'],
    env: ['p'],
    ewids: '4101,4102',
    iat: 1_782_201_600,
  });
  assert.deepEqual(use({ value }, null).legacy, {
    issued: '2026-06-23',
    expires: '2026-12-20',
    namespaces: ['promo', 'geo'],
    networks: { staging: false, production: true },
    edgeWorkers: ['4101', '4102'],
  });
  assert.equal(use({ value: 'x' }, null).legacy, null);
  assert.equal(use({ reference: CART }, null).legacy, null);
});

test('a name, key and reference of the greatest length stay as they are', () => {
  const space = 'n'.repeat(32);
  const long = { key: `namespace-${space}`, namespace: space, token: 't'.repeat(32), reference: CART };
  const { key, namespace, token: name, reference } = use(long, null);
  assert.deepEqual({ key, namespace, token: name, reference }, long);
  const bare = use({ key: space, namespace: space, isPrefixed: false, reference: CART }, null);
  assert.equal(bare.key, space);
});

test('no part of a secret is in what is returned, whichever field it stands in (property)', () => {
  const secrets = fc.oneof(
    fc.uint8Array({ minLength: 40, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc.record({ 'namespace-a': fc.constant(['r']), note: fc.string() }).map(jwt),
    fc.string({ minLength: 65, maxLength: 200 }).map((text) => text.replaceAll(/\s/g, '.')),
  );
  const fields = fc.subarray(['token', 'reference', 'namespace', 'claim'] as const);
  fc.assert(
    fc.property(secrets, fields, fc.boolean(), (secret, where, isPrefixed) => {
      const at = (field: (typeof where)[number], otherwise: string) =>
        where.includes(field) ? secret : otherwise;
      const value = where.includes('claim') ? jwt({ [`namespace-${secret}`]: ['r'] }) : secret;
      const namespace = at('namespace', 'cart');
      const given = item({
        value,
        token: at('token', 'cart-rw'),
        reference: at('reference', CART),
        key: isPrefixed ? `namespace-${namespace}` : namespace,
        namespace,
        isPrefixed,
      });
      const told = JSON.stringify(tokenUseOf(given, { tokens: [cart, promo], today, edgeWorker: null }));
      for (const text of [secret, value]) {
        for (let start = 0; start + 40 <= text.length; start += 20) {
          const part = JSON.stringify(text.slice(start, start + 40)).slice(1, -1);
          assert.ok(!told.includes(part), `${part} in ${told}`);
        }
      }
    }),
    { numRuns: 500 },
  );
});

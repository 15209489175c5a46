import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_KEY, usesSentence } from './token-use-words';

test('what a bundle uses, known and unknown, in a file and in code', () => {
  const known = { name: 'cart-rw', status: 'active' };
  assert.equal(
    usesSentence([
      { key: 'namespace-cart', token: 'old', known },
      { key: 'namespace-promo', token: 'promo-ro', known: null },
      { key: 'geo', token: null, known: null },
      { key: UNKNOWN_KEY, token: null, known: null },
      { key: UNKNOWN_KEY, token: null, known },
    ]),
    'Uses cart-rw for namespace-cart (active), promo-ro for namespace-promo, a token for geo, a token in the code, cart-rw in the code (active)',
  );
  assert.equal(usesSentence([]), 'Uses no token that was found.');
});

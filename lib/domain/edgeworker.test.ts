import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guessEdgeWorker } from './edgeworker';

const ALL = [
  { id: '4101', name: 'cart-api' },
  { id: '4102', name: 'cart' },
  { id: '4103', name: 'Checkout' },
  { id: '7', name: 'seven' },
];

test('a bundle is for the EdgeWorker whose name or ID its file name holds', () => {
  for (const [file, id] of [
    ['cart-api-2.3.1.tgz', '4101'],
    ['cart-api.tgz', '4101'],
    ['cart-2.3.1.tgz', '4102'],
    ['cart_api.tgz', '4102'],
    ['CHECKOUT.tgz', '4103'],
    ['4103.tgz', '4103'],
    ['bundle_4101_final.tgz', '4101'],
  ] as const)
    assert.equal(guessEdgeWorker(file, ALL)?.id, id, file);
});

test('what fits none or several is not guessed', () => {
  for (const file of ['bundle.tgz', 'cartoon.tgz', 'cart2.tgz', '4101-4102.tgz', '41011.tgz', ''])
    assert.equal(guessEdgeWorker(file, ALL), null, file);
  assert.equal(
    guessEdgeWorker('twin.tgz', [
      { id: '1', name: 'twin' },
      { id: '2', name: 'twin' },
    ]),
    null,
  );
});

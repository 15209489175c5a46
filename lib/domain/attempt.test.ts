import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextAttempt } from './attempt';
import { failedCall } from './failed-call';
import { fail } from './problem';

const refused = fail('akamai-refused', 400, 'no', 'no').problem;
const unknown = fail('outcome-unknown', 504, 'unknown', 'unknown').problem;

test('a form that was not sent yet has its own key', () => {
  assert.equal(nextAttempt('a', undefined, null), 'a');
});

test('a step without a Problem keeps the key, so that both steps are one attempt', () => {
  assert.equal(nextAttempt('a', 'a', null), 'a');
});

test('after a refusal the next attempt is another one, through the review step too', () => {
  const second = nextAttempt('a', 'a', refused);
  assert.notEqual(second, 'a');
  assert.equal(nextAttempt('a', second, null), second);
  assert.notEqual(nextAttempt('a', second, refused), second);
});

test('while the outcome is not known the attempt stays the same, so that nothing is sent again', () => {
  assert.equal(nextAttempt('a', 'a', unknown), 'a');
});

test('[36] a form whose call to the server was lost, or ended badly there, is still the same attempt', () => {
  const fromServer = Object.assign(new Error('An error occurred'), { digest: '123' });
  for (const error of [new TypeError('Failed to fetch'), new Error('<h1>504</h1>'), fromServer])
    assert.equal(nextAttempt('a', 'a', failedCall(error)), 'a', error.message);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsInWords, fateOf, holdMs, isUnderWay, NO_ITEMS, retryWords, TRIES_MAX } from './bulk-run';
import { PROBLEM_CODES } from './problem';

test('what was sent is sent again for a rate limit only', () => {
  const again = PROBLEM_CODES.filter((code) =>
    ['hold', 'again'].includes(fateOf({ code }, { wasSent: true, tries: 1 })),
  );
  assert.deepEqual(again, ['akamai-rate-limited']);
});

test('a lost answer is looked up, whatever was sent', () => {
  for (const wasSent of [true, false])
    assert.equal(fateOf({ code: 'outcome-unknown' }, { wasSent, tries: 1 }), 'checking');
});

test('before anything was sent, trouble with Akamai or our own disk makes the run wait', () => {
  for (const code of ['busy', 'akamai-unreachable', 'storage-unavailable', 'audit-unavailable'] as const)
    assert.equal(fateOf({ code }, { wasSent: false, tries: 9 }), 'hold', code);
  for (const code of ['forbidden', 'not-signed-in', 'token-not-found', 'token-expired', 'conflict'] as const)
    assert.equal(fateOf({ code }, { wasSent: false, tries: 1 }), 'failed', code);
});

test('trouble with one token is tried again so many times, and holds up no other', () => {
  assert.equal(fateOf({ code: 'akamai-error' }, { wasSent: false, tries: TRIES_MAX - 1 }), 'again');
  assert.equal(fateOf({ code: 'akamai-error' }, { wasSent: false, tries: TRIES_MAX }), 'failed');
});

test('a held run waits as long as Akamai asks, within bounds', () => {
  assert.equal(holdMs({ retryAfterSeconds: 7 }), 7_000);
  assert.equal(holdMs({ retryAfterSeconds: 0 }), 1_000);
  assert.equal(holdMs({ retryAfterSeconds: 86_400 }), 60_000);
  assert.equal(holdMs({}), 10_000);
});

test('a run is under way while a token waits, is sent or is looked up', () => {
  for (const state of ['waiting', 'sending', 'checking'] as const)
    assert.ok(isUnderWay({ ...NO_ITEMS, done: 3, [state]: 1 }), state);
  assert.ok(!isUnderWay({ ...NO_ITEMS, done: 3, failed: 1, unknown: 1, cancelled: 1 }));
});

test('counts and what is left to try stand in words', () => {
  assert.equal(
    countsInWords({ ...NO_ITEMS, waiting: 187, done: 12, failed: 1 }),
    '12 refreshed, 1 failed, 187 waiting',
  );
  assert.equal(retryWords({ ...NO_ITEMS, done: 2, unknown: 1 }), null);
  assert.equal(retryWords({ ...NO_ITEMS, failed: 2 }), 'Retry the 2 failed');
  assert.equal(retryWords({ ...NO_ITEMS, cancelled: 5 }), 'Refresh the 5 that were cancelled');
  assert.match(retryWords({ ...NO_ITEMS, failed: 2, cancelled: 5 }) ?? '', /2 failed and the 5 cancelled/);
});

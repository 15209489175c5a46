import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtRounds } from './doubts';

test('[33] whatever way an answer is lost, nothing is sent twice and nothing false is told', async () => {
  const { changes, atOnce, later, notSent, ...wrong } = await doubtRounds(5, () => {});
  assert.equal(changes, atOnce + later);
  assert.ok(notSent < changes / 2, `${notSent} not sent`);
  // Both ways of settling were taken.
  assert.ok(atOnce > 0 && later > 0, `${atOnce} at once, ${later} later`);
  assert.deepEqual(wrong, { duplicates: 0, falseFailures: 0, falseSuccesses: 0, untold: 0 });
});

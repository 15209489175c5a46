import assert from 'node:assert/strict';
import test from 'node:test';
import { ageInWords, minutesAndSeconds } from './age';

const NOW = Date.UTC(2026, 10, 24, 12);
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

test('an age is said in its largest fitting unit, rounded', () => {
  const table: [number, string][] = [
    [0, '0 s ago'],
    [499, '0 s ago'],
    [500, '1 s ago'],
    [12 * SECOND, '12 s ago'],
    [59 * SECOND, '59 s ago'],
    [MINUTE - 1, '1 min ago'],
    [MINUTE, '1 min ago'],
    [89 * SECOND, '1 min ago'],
    [90 * SECOND, '2 min ago'],
    [59 * MINUTE, '59 min ago'],
    [HOUR - 1, '1 h ago'],
    [HOUR, '1 h ago'],
    [5 * HOUR, '5 h ago'],
    [47 * HOUR, '47 h ago'],
    [2 * DAY, '2 days ago'],
    [60 * HOUR, '3 days ago'],
    [365 * DAY, '365 days ago'],
  ];
  for (const [age, words] of table) assert.equal(ageInWords(NOW - age, NOW), words, String(age));
});

test('what seems to lie ahead, when two clocks differ, is new', () => {
  assert.equal(ageInWords(NOW + 1, NOW), '0 s ago');
  assert.equal(ageInWords(NOW + DAY, NOW), '0 s ago');
});

test('a countdown has minutes and two digits of seconds', () => {
  const table: [number, string][] = [
    [0, '0:00'],
    [5, '0:05'],
    [42, '0:42'],
    [60, '1:00'],
    [600, '10:00'],
  ];
  for (const [seconds, words] of table) assert.equal(minutesAndSeconds(seconds), words);
});

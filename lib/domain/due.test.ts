import assert from 'node:assert/strict';
import test from 'node:test';
import { addDays, type Day, parseDay } from './day';
import { dueList, dueWindow, isStuck } from './due';
import type { ActivationStatus, Token } from './token';

const today = parseDay('2026-11-24') as Day;

function token(given: {
  expiryIn?: number;
  refreshIn?: number;
  activation?: ActivationStatus;
  issuedAgo?: number;
}): Token {
  const at = (days: number | undefined) => (days === undefined ? null : addDays(today, days));
  return {
    name: `t${JSON.stringify(given)}`,
    uuid: 'u',
    expiry: at(given.expiryIn),
    nextRefresh: at(given.refreshIn),
    issued: given.issuedAgo === undefined ? null : addDays(today, -given.issuedAgo),
    latestRefresh: null,
    activation: given.activation ?? null,
    details: null,
  };
}

test('each date falls into its window, the edges included', () => {
  const table: [number, string][] = [
    [-400, 'overdue'],
    [-1, 'overdue'],
    [0, '7'],
    [7, '7'],
    [8, '30'],
    [30, '30'],
    [31, '90'],
    [90, '90'],
    [91, 'later'],
    [4000, 'later'],
  ];
  for (const [days, window] of table) {
    assert.equal(dueWindow(token({ expiryIn: days }), today), window, `expiry in ${days}`);
    assert.equal(dueWindow(token({ refreshIn: days }), today), window, `refresh in ${days}`);
  }
  assert.equal(dueWindow(token({}), today), 'never');
});

test('every token is in exactly one window, soonest first', () => {
  const tokens = [token({ refreshIn: 20 }), token({}), token({ expiryIn: 9 }), token({ expiryIn: -2 })];
  const { windows } = dueList(tokens, today);
  assert.equal([...windows.values()].flat().length, tokens.length);
  assert.deepEqual(
    windows.get('30')?.map((one) => one.expiry ?? one.nextRefresh),
    ['2026-12-03', '2026-12-14'],
  );
});

test('a failed activation is stuck, one in progress only after a day', () => {
  assert.equal(isStuck(token({ activation: 'error' }), today), true);
  assert.equal(isStuck(token({ activation: 'in-progress', issuedAgo: 0 }), today), false);
  assert.equal(isStuck(token({ activation: 'in-progress', issuedAgo: 1 }), today), true);
  assert.equal(isStuck(token({ activation: 'in-progress' }), today), true);
  assert.equal(isStuck(token({ activation: 'complete', issuedAgo: 9 }), today), false);
});

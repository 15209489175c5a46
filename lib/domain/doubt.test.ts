import assert from 'node:assert/strict';
import test from 'node:test';
import { type Day, parseDay } from './day';
import { DOUBT_MS_MAX, type Doubt, type Found, judge, type Verdict } from './doubt';
import type { KnownToken } from './token';
import type { TokenRequest } from './token-request';

const SENT = Date.parse('2026-03-10T12:00:00Z');
const SETTLE_MS = 60_000;

function day(text: string): Day {
  const parsed = parseDay(text);
  assert.ok(parsed);
  return parsed;
}

const request: TokenRequest = {
  name: 'shop-reader',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r'] },
};

const token: KnownToken = {
  name: 'shop-reader',
  uuid: 'a',
  expiry: null,
  issued: day('2026-03-10'),
  latestRefresh: null,
  nextRefresh: null,
  activation: 'complete',
  details: {
    kind: 'auto-refresh',
    cpCode: null,
    networks: { staging: true, production: false },
    permissions: new Map([['cart', ['r']]]),
    edgeWorkers: 'all',
  },
};

const place = { account: 'default', name: 'shop-reader', since: SENT };
const create: Doubt = { ...place, action: 'token.create', request };
const revoke: Doubt = { ...place, action: 'token.revoke', uuid: 'a' };
const refresh: Doubt = {
  ...place,
  action: 'token.refresh',
  uuid: 'a',
  latestRefresh: day('2026-02-01'),
  activation: 'complete',
};
const refreshedOn = (text: string): KnownToken => ({ ...token, latestRefresh: day(text) });

/** What is said at once, and once Akamai has had the time to work it off. */
const TABLE: readonly [what: string, Doubt, Found, early: Verdict, late: Verdict][] = [
  ['created as asked', create, token, 'done', 'done'],
  ['created, without an issue date', create, { ...token, issued: null }, 'done', 'done'],
  ['created a day before by their clock', create, { ...token, issued: day('2026-03-09') }, 'done', 'done'],
  ['not there', create, 'missing', 'open', 'not-done'],
  ['taken long before', create, { ...token, issued: day('2026-03-08') }, 'not-done', 'not-done'],
  [
    'there, but not as asked',
    create,
    { ...token, details: { ...token.details, networks: { staging: true, production: true } } },
    'open',
    'untold',
  ],
  ['expired', create, 'expired', 'open', 'untold'],
  ['revoked', revoke, 'missing', 'done', 'done'],
  ['still there', revoke, token, 'open', 'not-done'],
  ['another of the name', revoke, { ...token, uuid: 'b' }, 'done', 'done'],
  ['an expired one is still there', { ...revoke, uuid: null }, 'expired', 'open', 'not-done'],
  ['nobody knows which one it was', { ...revoke, uuid: null }, token, 'open', 'not-done'],
  ['refreshed', refresh, refreshedOn('2026-03-10'), 'done', 'done'],
  ['activation began', refresh, { ...refreshedOn('2026-02-01'), activation: 'in-progress' }, 'done', 'done'],
  ['not refreshed', refresh, refreshedOn('2026-02-01'), 'open', 'not-done'],
  ['never refreshed', { ...refresh, latestRefresh: null }, token, 'open', 'not-done'],
  [
    'refreshed that day already',
    { ...refresh, latestRefresh: day('2026-03-10') },
    refreshedOn('2026-03-10'),
    'open',
    'untold',
  ],
  [
    'activation was under way',
    { ...refresh, activation: 'in-progress' },
    { ...refreshedOn('2026-02-01'), activation: 'in-progress' },
    'open',
    'untold',
  ],
  ['revoked meanwhile', refresh, 'missing', 'open', 'untold'],
  ['another of the name', refresh, { ...token, uuid: 'b' }, 'open', 'untold'],
];

for (const [what, doubt, found, early, late] of TABLE) {
  test(`${doubt.action}, ${what}: ${early}, then ${late}`, () => {
    assert.equal(judge(doubt, found, SETTLE_MS - 1, SETTLE_MS), early);
    assert.equal(judge(doubt, found, SETTLE_MS, SETTLE_MS), late);
  });
}

test('while Akamai does not answer it stays open, for an hour', () => {
  for (const doubt of [create, revoke, refresh]) {
    assert.equal(judge(doubt, 'no-answer', DOUBT_MS_MAX - 1, SETTLE_MS), 'open');
    assert.equal(judge(doubt, 'no-answer', DOUBT_MS_MAX, SETTLE_MS), 'untold');
  }
});

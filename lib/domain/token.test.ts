import assert from 'node:assert/strict';
import test from 'node:test';
import { type Day, parseDay } from './day';
import { type ActivationStatus, nextDate, type TokenListing, tokenKind, tokenStatus } from './token';

function day(text: string): Day {
  const parsed = parseDay(text);
  assert.ok(parsed);
  return parsed;
}

function listing(
  expiry: string | null,
  activation: ActivationStatus | null = null,
  nextRefresh: string | null = null,
): TokenListing {
  return {
    name: 'shop-reader',
    uuid: '0641a39e-0e7f-5a82-ad19-798347276a89',
    expiry: expiry === null ? null : day(expiry),
    issued: null,
    latestRefresh: null,
    nextRefresh: nextRefresh === null ? null : day(nextRefresh),
    activation,
  };
}

test('a token has one status, and an expiry day still counts', () => {
  const today = day('2026-11-24');
  const table: [TokenListing, string][] = [
    [listing('2026-11-23'), 'expired'],
    [listing('2026-11-24'), 'expiring'],
    [listing('2026-12-24'), 'expiring'],
    [listing('2026-12-25'), 'active'],
    [listing(null, 'complete'), 'active'],
    [listing(null, 'in-progress'), 'activating'],
    [listing(null, 'error'), 'failed'],
    [listing('2026-11-01', 'error'), 'expired'],
    [listing('2026-11-30', 'error'), 'failed'],
    [listing(null), 'active'],
  ];
  for (const [token, status] of table) assert.equal(tokenStatus(token, today), status, JSON.stringify(token));
});

test('the date that matters next is the expiry, else the refresh, else none', () => {
  assert.deepEqual(nextDate(listing('2026-12-05', null, '2026-11-30')), {
    kind: 'expires',
    day: '2026-12-05',
  });
  assert.deepEqual(nextDate(listing(null, 'complete', '2026-11-30')), {
    kind: 'refreshes',
    day: '2026-11-30',
  });
  assert.equal(nextDate(listing(null, 'complete')), null);
});

test('the kind is told by the details when they are known, by the expiry before', () => {
  assert.equal(tokenKind({ ...listing('2026-12-05'), details: null }), 'legacy');
  assert.equal(tokenKind({ ...listing(null), details: null }), 'auto-refresh');
  const details = {
    kind: 'auto-refresh',
    cpCode: null,
    networks: { staging: true, production: false },
    permissions: new Map(),
    edgeWorkers: 'all',
  } as const;
  assert.equal(tokenKind({ ...listing('2026-12-05'), details }), 'auto-refresh');
});

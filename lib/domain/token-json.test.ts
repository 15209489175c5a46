import assert from 'node:assert/strict';
import test from 'node:test';
import { type Day, parseDay } from './day';
import { parsePermissions } from './permissions';
import type { Token, TokenDetails } from './token';
import { tokenJson, usageJson } from './token-json';

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text);
}

const today = day('2026-11-24');
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJld2lkcyI6ImFsbCJ9.c2lnbmF0dXJl';
const details: TokenDetails = {
  kind: 'auto-refresh',
  cpCode: '98765',
  networks: { staging: true, production: false },
  permissions: parsePermissions('cart+rw,default+r') ?? assert.fail(),
  edgeWorkers: ['4101', '4102'],
};
const token: Token = {
  name: 'cart-rw',
  uuid: '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
  expiry: null,
  issued: day('2026-09-01'),
  latestRefresh: day('2026-11-20'),
  nextRefresh: day('2026-12-04'),
  activation: 'complete',
  details,
};

test("a token is answered in Akamai's words, with the kind and status that we tell", () => {
  assert.deepEqual(tokenJson(token, today), {
    name: 'cart-rw',
    uuid: '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
    kind: 'auto-refresh',
    status: 'active',
    expiry: '9999-12-31',
    issueDate: '2026-09-01',
    latestRefreshDate: '2026-11-20',
    nextScheduledRefreshDate: '2026-12-04',
    tokenActivationStatus: 'COMPLETE',
    cpcode: '98765',
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r', 'w'], default: ['r'] },
    restrictToEdgeWorkerIds: ['4101', '4102'],
  });
});

test('what is not known is null, and no field is missing', () => {
  const unread: Token = {
    ...token,
    expiry: day('2026-12-05'),
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: null,
    details: null,
  };
  const answer = tokenJson(unread, today);
  assert.deepEqual(Object.keys(answer), Object.keys(tokenJson(token, today)));
  const { name, uuid, kind, status, expiry, ...rest } = answer;
  assert.deepEqual(
    [name, uuid, kind, status, expiry],
    ['cart-rw', token.uuid, 'legacy', 'expiring', '2026-12-05'],
  );
  assert.deepEqual([...new Set(Object.values(rest))], [null]);
});

test('an activation has the word that Akamai has for it', () => {
  const table = [
    ['in-progress', 'IN_PROGRESS', 'activating'],
    ['complete', 'COMPLETE', 'active'],
    ['error', 'ERROR', 'failed'],
  ] as const;
  for (const [activation, word, status] of table) {
    const answer = tokenJson({ ...token, activation }, today);
    assert.deepEqual([answer.tokenActivationStatus, answer.status], [word, status]);
  }
});

test('all EdgeWorkers is a list of the one word all', () => {
  const answer = tokenJson({ ...token, details: { ...details, edgeWorkers: 'all' } }, today);
  assert.deepEqual(answer.restrictToEdgeWorkerIds, ['all']);
});

test('a value is never answered, even when it came along', () => {
  const withValue = { ...token, value: JWT, details: { ...details, kind: 'legacy' as const, value: JWT } };
  assert.ok(!JSON.stringify(tokenJson(withValue, today)).includes('eyJ'));
});

test('the use of a token is counted only as far as it is known', () => {
  const live = { edgeWorker: { id: '4101', name: 'cart' }, version: '1.0', networks: ['staging'] as const };
  const use = { ...live, matchedBy: 'reference' as const, entries: [], findings: [] };
  assert.deepEqual(usageJson({ state: 'used', uses: [use, use], maybe: [] }), {
    state: 'used',
    edgeWorkers: 1,
    onProduction: 0,
  });
  assert.deepEqual(usageJson({ state: 'unknown', uses: [], maybe: [] }), {
    state: 'unknown',
    edgeWorkers: null,
    onProduction: null,
  });
  assert.equal(usageJson(undefined), null);
});

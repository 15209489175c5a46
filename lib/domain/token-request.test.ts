import assert from 'node:assert/strict';
import test from 'node:test';
import { requestEdgeWorkers, requestPermissions, tokenRequestSchema } from './token-request';

const good = {
  name: 'cart-rw',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['w', 'r'] },
};

test('a right request is read; no restriction means all EdgeWorkers', () => {
  const request = tokenRequestSchema.parse(good);
  assert.deepEqual(requestPermissions(request), new Map([['cart', ['r', 'w']]]));
  assert.equal(requestEdgeWorkers(request), 'all');
  assert.deepEqual(
    requestEdgeWorkers(tokenRequestSchema.parse({ ...good, restrictToEdgeWorkerIds: ['1234'] })),
    ['1234'],
  );
});

test('each broken rule is named at its field', () => {
  const twentyOne = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`n${index}`, ['r']]));
  const table: [object, string][] = [
    [{ name: '' }, 'name'],
    [{ name: '-x' }, 'name'],
    [{ name: 'a b' }, 'name'],
    [{ name: 'x'.repeat(33) }, 'name'],
    [{ name: 7 }, 'name'],
    [{ allowOnStaging: false }, 'networks'],
    [{ allowOnStaging: 'yes' }, 'allowOnStaging'],
    [{ namespacePermissions: {} }, 'namespacePermissions'],
    [{ namespacePermissions: twentyOne }, 'namespacePermissions'],
    [{ namespacePermissions: { cart: [] } }, 'namespacePermissions'],
    [{ namespacePermissions: { cart: ['x'] } }, 'namespacePermissions'],
    [{ namespacePermissions: { cart: ['r', 'r'] } }, 'namespacePermissions'],
    [{ namespacePermissions: { '-cart': ['r'] } }, 'namespacePermissions'],
    [{ restrictToEdgeWorkerIds: [] }, 'restrictToEdgeWorkerIds'],
    [{ restrictToEdgeWorkerIds: ['0'] }, 'restrictToEdgeWorkerIds'],
    [{ restrictToEdgeWorkerIds: ['1', '1'] }, 'restrictToEdgeWorkerIds'],
  ];
  for (const [change, field] of table) {
    const parsed = tokenRequestSchema.safeParse({ ...good, ...change });
    assert.equal(parsed.success, false, JSON.stringify(change));
    assert.ok(
      parsed.error?.issues.some((issue) => issue.path[0] === field),
      `${JSON.stringify(change)} at ${field}`,
    );
  }
});

test('fields that Akamai does not have are refused, the CLI spelling included', () => {
  for (const extra of [{ restrictToEwids: ['all'] }, { expiry: '2027-01-01' }, { role: 'admin' }]) {
    assert.equal(tokenRequestSchema.safeParse({ ...good, ...extra }).success, false);
  }
});

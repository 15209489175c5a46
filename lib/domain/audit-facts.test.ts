import assert from 'node:assert/strict';
import test from 'node:test';
import { auditChanges, auditFacts } from './audit-facts';

test('a request is read line by line', () => {
  const request = {
    name: 'cart',
    allowOnStaging: true,
    allowOnProduction: false,
    namespacePermissions: { cart: ['r', 'w'] },
    restrictToEdgeWorkerIds: [],
    expiry: null,
  };
  assert.deepEqual(auditFacts({ request }), [
    { name: 'request › name', text: 'cart' },
    { name: 'request › staging', text: 'yes' },
    { name: 'request › production', text: 'no' },
    { name: 'request › namespaces › cart', text: 'r, w' },
  ]);
});

test('a patch tells both sums, and its changes apart', () => {
  const change = {
    kind: 'replace',
    key: 'namespace-cart',
    namespace: 'cart',
    token: 'new',
    was: { token: 'old', form: 'reference' },
  };
  const added = { ...change, kind: 'add', key: 'namespace-promo', was: null };
  const batch = { bundles: [{ name: 'a.tgz', after: 'ff', changes: [change] }] };
  assert.deepEqual(auditFacts({ before: 'aa', after: 'bb', changes: [change] }), [
    { name: 'sha256 before', text: 'aa' },
    { name: 'sha256 after', text: 'bb' },
  ]);
  assert.deepEqual(auditChanges({ changes: [change, added] }), [
    { kind: 'replace', key: 'namespace-cart', was: 'old', is: 'new' },
    { kind: 'add', key: 'namespace-promo', was: null, is: 'new' },
  ]);
  assert.deepEqual(auditChanges(batch), [
    { kind: 'replace', key: 'a.tgz › namespace-cart', was: 'old', is: 'new' },
  ]);
  assert.deepEqual(
    auditFacts(batch).map(({ name }) => name),
    ['bundles › 1 › name', 'bundles › 1 › sha256 after'],
  );
});

test('no detail is too odd, too deep or too long', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100; level += 1) deep = { a: deep };
  for (const odd of [null, undefined, 'text', 7, [], {}, [[1]], { changes: 'none' }, deep]) {
    assert.ok(Array.isArray(auditFacts(odd)));
    assert.deepEqual(auditChanges(odd), []);
  }
  assert.equal(auditFacts(Array.from({ length: 5_000 }, (_, index) => ({ index }))).length, 200);
  assert.deepEqual(auditFacts(JSON.parse('{"__proto__": "x", "toString": 1}')), [
    { name: '__proto__', text: 'x' },
    { name: 'toString', text: '1' },
  ]);
});

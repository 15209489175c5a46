import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  columnState,
  joinWords,
  NAME_PATTERN,
  orderPermissions,
  PERMISSIONS,
  parsePermissions,
  permissionWords,
  printPermissions,
  setNamespace,
  togglePermission,
} from './permissions';

const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$/);
const held = fc.subarray([...PERMISSIONS], { minLength: 1 });
const permissions = fc
  .uniqueArray(fc.tuple(name, held), { selector: ([one]) => one, maxLength: 20 })
  .map((all) => new Map(all));

test('what is printed is read back the same', () => {
  fc.assert(
    fc.property(permissions, (given) => assert.deepEqual(parsePermissions(printPermissions(given)), given)),
  );
});

test('the CLI spelling and the link spelling are read, in any letter order', () => {
  assert.deepEqual(
    parsePermissions('default+dwr,cart:r'),
    new Map([
      ['default', ['r', 'w', 'd']],
      ['cart', ['r']],
    ]),
  );
  assert.deepEqual(parsePermissions(''), new Map());
});

test('a malformed permission is refused, never guessed', () => {
  for (const text of [
    'default',
    'default+',
    'default+x',
    'default+rr',
    'a+r,a+w',
    '-a+r',
    'a b+r',
    ',',
    'a+r,',
    '+r',
    'a+rwdr',
    `${'x'.repeat(33)}+r`,
  ]) {
    assert.equal(parsePermissions(text), null, text);
  }
});

test('toggling twice changes nothing', () => {
  fc.assert(
    fc.property(permissions, name, fc.constantFrom(...PERMISSIONS), (given, namespace, permission) => {
      const twice = togglePermission(togglePermission(given, namespace, permission), namespace, permission);
      assert.deepEqual(new Map([...twice].sort()), new Map([...given].sort()));
    }),
  );
});

test('a namespace left without permissions is gone', () => {
  const given = new Map([['cart', ['r'] as const]]);
  assert.equal(togglePermission(given, 'cart', 'r').has('cart'), false);
  assert.equal(setNamespace(given, 'cart', []).size, 0);
  assert.deepEqual([...given.keys()], ['cart'], 'the input is not changed');
});

test('a column is all, some or none of the shown namespaces', () => {
  const given = parsePermissions('a+rw,b+r');
  assert.ok(given);
  assert.equal(columnState(given, ['a', 'b'], 'r'), 'all');
  assert.equal(columnState(given, ['a', 'b'], 'w'), 'some');
  assert.equal(columnState(given, ['a', 'b'], 'd'), 'none');
  assert.equal(columnState(given, [], 'r'), 'none');
});

test('permissions are ordered and said in words', () => {
  assert.deepEqual(orderPermissions(['d', 'r', 'd', 'x']), ['r', 'd']);
  assert.equal(permissionWords(['d', 'w', 'r']), 'read, write and delete');
  assert.equal(permissionWords(['r', 'd']), 'read and delete');
  assert.equal(joinWords([]), '');
});

test("names follow Akamai's rule", () => {
  for (const good of ['a', '_x', '9', 'A-b_9', 'x'.repeat(32)]) assert.match(good, NAME_PATTERN);
  for (const bad of ['', '-a', 'a b', 'ä', 'a/b', '..', 'x'.repeat(33), 'a\n'])
    assert.doesNotMatch(bad, NAME_PATTERN);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isWellFormedKey, newKey } from './key-format';
import { hashSecret } from './secrets';

test('a made key is well-formed, and no two are the same', () => {
  const keys = Array.from({ length: 200 }, newKey);
  for (const key of keys) {
    assert.match(key, /^etd_[\w-]{43}[0-9a-f]{8}$/);
    assert.ok(isWellFormedKey(key), key);
  }
  assert.equal(new Set(keys).size, keys.length);
});

test('a key with one changed character is told, wherever it is', () => {
  const key = newKey();
  const character = fc.constantFrom(...'ABCXYZabcxyz0189-_ .é');
  fc.assert(
    fc.property(fc.nat(key.length - 1), character, (at, other) => {
      fc.pre(key[at] !== other);
      assert.equal(isWellFormedKey(key.slice(0, at) + other + key.slice(at + 1)), false);
    }),
    { numRuns: 500 },
  );
});

test('a key that was cut, lengthened, or whose neighbours changed places is told', () => {
  const key = newKey();
  for (const wrong of [
    '',
    'etd_',
    key.slice(0, -1),
    key.slice(1),
    `${key}0`,
    `${key}\n`,
    ` ${key}`,
    key.toUpperCase(),
    `${key}${key}`,
    `etd_${'A'.repeat(43)}00000000`,
  ]) {
    assert.equal(isWellFormedKey(wrong), false, JSON.stringify(wrong));
  }
  for (let at = 0; at + 1 < key.length; at += 1) {
    const [first = '', second = ''] = key.slice(at, at + 2);
    const swapped = key.slice(0, at) + second + first + key.slice(at + 2);
    assert.equal(isWellFormedKey(swapped), first === second, swapped);
  }
});

test('keys that were given out stay well-formed and keep their hash', () => {
  const key = `etd_${'A'.repeat(43)}0c2b5986`;
  assert.equal(isWellFormedKey(key), true);
  assert.equal(hashSecret(key), '8609dfc80ad1a4f48821ee715796e241cc41d6a6fa98d5713e8c2e1760ac2460');
  assert.notEqual(hashSecret(newKey()), hashSecret(newKey()));
});

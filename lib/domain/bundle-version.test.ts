import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isEdgeWorkerVersion, suggestVersion } from './bundle-version';

const VERSIONS: readonly [version: string, isOne: boolean][] = [
  ['1', true],
  ['1.0.0', true],
  ['v1_2~3-rc.1', true],
  ['a'.repeat(32), true],
  ['a'.repeat(33), false],
  ['', false],
  ['.', false],
  ['..', false],
  ['1..0', false],
  ['1.0.', true],
  ['1 0', false],
  ['1+2', false],
  ['1\n', false],
  ['é', false],
];

for (const [version, isOne] of VERSIONS) {
  test(`${JSON.stringify(version)} is ${isOne ? 'a' : 'no'} version for an EdgeWorker`, () => {
    assert.equal(isEdgeWorkerVersion(version), isOne);
  });
}

const NEXT: readonly [current: string, next: string][] = [
  ['1.4.2', '1.4.3'],
  ['1.4.9', '1.4.10'],
  ['1.0', '1.1'],
  ['7', '8'],
  ['v7', 'v8'],
  ['v7-beta', 'v8-beta'],
  ['1.4.2-rc.1', '1.4.2-rc.2'],
  ['1.4.2-rc', '1.4.3-rc'],
  ['build-0099', 'build-0100'],
  ['1.0.007', '1.0.008'],
  ['latest', 'latest-2'],
  ['latest-2', 'latest-3'],
  // A day that is none, or another commit, would say something that is not so.
  ['2026-11-30', '2026-11-30-2'],
  ['2026-11-30-2', '2026-11-30-3'],
  ['20261130', '20261130-2'],
  ['1.0.20261130', '1.0.20261130-2'],
  ['2026.11.30', '2026.11.30-2'],
  ['a1b2c3d', 'a1b2c3d-2'],
  ['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789ab-2'],
  // A time is a number like others.
  ['20261130120000', '20261130120001'],
  ['999999999', '1000000000'],
  ['a'.repeat(32), `${'a'.repeat(28)}-2`],
  [`${'x'.repeat(31)}9`, `${'x'.repeat(30)}10`],
  [`9${'-'.repeat(31)}`, `10${'-'.repeat(30)}`],
  // What is no version at all.
  ['', '1.0.1'],
  ['..', '1.0.1'],
  ['1.0.0+build 5', '1.0.0-build-6'],
  ['ü', '1.0.1'],
];

for (const [current, next] of NEXT) {
  test(`after ${JSON.stringify(current)} comes ${next}`, () => {
    assert.equal(suggestVersion(current, new Set()), next);
  });
}

test('what is taken is passed over, however much is', () => {
  const taken = new Set(Array.from({ length: 1_000 }, (_, index) => `1.0.${index}`));
  assert.equal(suggestVersion('1.0.3', taken), '1.0.1000');
  assert.equal(suggestVersion('1.0.0', new Set(['1.0.0', '1.0.1', '1.0.3'])), '1.0.2');
});

test('what is suggested is a version, free, and another than the one that is there (property)', () => {
  const any = fc.oneof(fc.string({ maxLength: 60 }), fc.stringMatching(/^[A-Za-z0-9._~-]{1,40}$/));
  fc.assert(
    fc.property(any, fc.array(any, { maxLength: 5 }), (current, others) => {
      const first = suggestVersion(current, new Set());
      const taken = new Set([current, ...others, first]);
      const second = suggestVersion(current, taken);
      for (const one of [first, second]) assert.ok(isEdgeWorkerVersion(one), `${current}: ${one}`);
      assert.notEqual(first, current);
      assert.ok(!taken.has(second));
    }),
    { numRuns: 1_000 },
  );
});

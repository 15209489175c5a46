import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { gzipSync, inflateRawSync } from 'node:zlib';
import { gunzipBounded, gzipParts } from './archive-gzip';
import { bytesOf, randomOf } from './corpus/archives-random';

const KIB = 1024;
const MIB = 1024 * KIB;
const hasGzip = spawnSync('gzip', ['--version']).status === 0;
const needsGzip = { skip: hasGzip ? false : 'gzip is not installed' };
// Code as it is in bundles, and larger than one piece.
const CODE = Buffer.concat(
  Array.from({ length: 3 }, () => readFileSync(createRequire(import.meta.url).resolve('acorn'))),
);

/** `bytes` cut at random places, some parts empty. */
function partsOf(bytes: Buffer, seed: number): Buffer[] {
  const random = randomOf(seed);
  const cuts = Array.from({ length: 8 }, () => random.below(bytes.byteLength + 1)).sort((a, b) => a - b);
  return [
    Buffer.alloc(0),
    ...[0, ...cuts].map((cut, index) => bytes.subarray(cut, cuts[index] ?? bytes.byteLength)),
  ];
}

const KINDS: readonly [what: string, bytes: Buffer][] = [
  ['code', CODE],
  ['noise', bytesOf(2 * MIB + 5, 1)],
  ['zeros', Buffer.alloc(3 * MIB)],
  ['lines', Buffer.alloc(2 * MIB, 'the same line again\n')],
  ['a word', Buffer.from('hello')],
];

describe('packing', () => {
  for (const size of [0, 1, 32 * KIB, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 512 * KIB, 800 * KIB]) {
    test(`${size} bytes in any parts give one gzip member that unpacks to the same`, async () => {
      const bytes = Buffer.concat([CODE, CODE]).subarray(0, size);
      const packed = await gzipParts([bytes]);
      // The whole between header and trailer is one raw stream: a second member would not be.
      assert.ok(inflateRawSync(packed.subarray(10, -8)).equals(bytes));
      const unpacked = await gunzipBounded(packed, MIB);
      assert.ok(unpacked.ok && unpacked.bytes.equals(bytes) && unpacked.notes.length === 0);
      for (const seed of [1, 2, 3]) {
        assert.ok((await gzipParts(partsOf(bytes, seed))).equals(packed), 'the parts show in the bytes');
      }
    });
  }

  for (const [what, bytes] of KINDS) {
    test(`${what}: at most 1 % larger than gzip -6, and gzip unpacks it`, needsGzip, async () => {
      const packed = await gzipParts([bytes]);
      const usual = spawnSync('gzip', ['-6', '-n', '-c'], { input: bytes, maxBuffer: 8 * MIB }).stdout;
      const least = Math.min(usual.byteLength, gzipSync(bytes, { level: 6 }).byteLength);
      // A few bytes count for much where there are few.
      assert.ok(packed.byteLength <= least * 1.01 + 32, `${packed.byteLength} instead of ${least}`);
      const unpacked = spawnSync('gzip', ['-d', '-c'], { input: packed, maxBuffer: 8 * MIB });
      assert.equal(unpacked.stderr.toString(), '');
      assert.ok(unpacked.stdout.equals(bytes));
    });
  }

  test('an empty part does not lose the checksum of what came before it', async () => {
    const packed = await gzipParts([Buffer.from('before'), new Uint8Array(new ArrayBuffer(0))]);
    const unpacked = await gunzipBounded(packed, MIB);
    assert.ok(unpacked.ok && unpacked.bytes.toString() === 'before');
  });
});

describe('unpacking', () => {
  test('a size that the trailer tells is no reason to take memory', async () => {
    const small = gzipSync('small');
    small.writeUInt32LE(31 * MIB, small.byteLength - 4);
    const before = process.memoryUsage().arrayBuffers;
    const results = await Promise.all(Array.from({ length: 20 }, () => gunzipBounded(small, 32 * MIB)));
    assert.ok(process.memoryUsage().arrayBuffers - before < 40 * MIB);
    assert.ok(results.every((result) => !result.ok && result.why === 'damaged'));
  });

  test('exactly the limit is taken, one byte more is not, in one member or in several', async () => {
    const limit = MIB;
    const whole = Buffer.alloc(limit, 'x');
    const members = Buffer.concat([gzipSync(whole.subarray(0, 5)), gzipSync(whole.subarray(5))]);
    for (const packed of [gzipSync(whole), members]) {
      const taken = await gunzipBounded(packed, limit);
      assert.ok(taken.ok && taken.bytes.equals(whole));
      assert.deepEqual(await gunzipBounded(packed, limit - 1), { ok: false, why: 'too-large' });
      const more = await gunzipBounded(Buffer.concat([packed, gzipSync('y')]), limit);
      assert.deepEqual(more, { ok: false, why: 'too-large' });
    }
  });

  test('every cut of gzip data is told as one', async () => {
    const packed = gzipSync(CODE.subarray(0, 3_000));
    for (let at = 18; at < packed.byteLength; at += 1) {
      assert.deepEqual(
        await gunzipBounded(packed.subarray(0, at), MIB),
        { ok: false, why: 'cut' },
        `at ${at}`,
      );
    }
  });
});

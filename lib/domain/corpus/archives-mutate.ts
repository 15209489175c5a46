// Damage for archives: pure, and the same for the same seed. Most of it keeps checksums right, since damage that a
// checksum shows is refused before it can mean two things.
import { gunzipSync, gzipSync } from 'node:zlib';
import { FIELDS, KEYS, NAMES, TYPES, VALUES } from './archives-mutate-values';
import type { Random } from './archives-random';
import { BLOCK, block, longLink, longName, octal, padded, pax, record, sealed } from './archives-tar';

/** A mutation of a tar; `other` is another one to take from. */
type Mutation = (tar: Buffer, random: Random, other: Buffer) => Buffer;

/** Where headers are, as far as the sizes in them lead there. */
function headersOf(tar: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at + BLOCK <= tar.byteLength; ) {
    if (tar[at] === 0) break;
    found.push(at);
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8);
    at += BLOCK + (Number.isSafeInteger(size) && size > 0 ? Math.ceil(size / BLOCK) * BLOCK : 0);
  }
  return found;
}

/** A place at which a block begins, a header mostly. */
function blockIn(tar: Buffer, random: Random): number {
  const headers = headersOf(tar);
  if (headers.length > 0 && random.below(4) > 0) return random.pick(headers);
  return random.below(Math.max(1, Math.floor(tar.byteLength / BLOCK))) * BLOCK;
}

function withBlock(tar: Buffer, at: number, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(tar);
  const one = copy.subarray(at, at + BLOCK);
  if (one.byteLength < BLOCK) return copy;
  change(one);
  sealed(one);
  return copy;
}

function inserted(tar: Buffer, at: number, part: Buffer): Buffer {
  return Buffer.concat([tar.subarray(0, at), part, tar.subarray(at)]);
}

/** One to three records, some with a length that is wrong. */
function records(random: Random): Buffer {
  return Buffer.concat(
    Array.from({ length: 1 + random.below(3) }, () => {
      const one = record(random.pick(KEYS), random.pick(VALUES));
      if (random.below(8) > 0) return one;
      const space = one.indexOf(0x20);
      return Buffer.concat([Buffer.from(String(one.byteLength + random.below(5) - 2)), one.subarray(space)]);
    }),
  );
}

const editField: Mutation = (tar, random) =>
  withBlock(tar, blockIn(tar, random), (bytes) => {
    const [at, length, values] = random.pick(FIELDS);
    if (random.below(2) > 0) bytes.fill(0, at, at + length);
    Buffer.from(random.pick(values)).copy(bytes, at, 0, length);
  });

const editByte: Mutation = (tar, random) =>
  withBlock(tar, blockIn(tar, random), (bytes) => {
    bytes[random.below(BLOCK)] = random.pick([
      0,
      0x0a,
      0x20,
      0x2f,
      0x30,
      0x35,
      0x78,
      0x80,
      0xff,
      random.below(256),
    ]);
  });

const lieAboutSize: Mutation = (tar, random) =>
  withBlock(tar, blockIn(tar, random), (bytes) => {
    const size = Number.parseInt(bytes.toString('latin1', 124, 136), 8) || 0;
    const lie = Math.max(
      0,
      size + random.pick([-1_024, -512, -511, -1, 1, 511, 512, 513, 1_024, random.below(4_096) - 2_048]),
    );
    bytes.write(octal(lie, 12), 124, 'latin1');
  });

/** Each with how often it is taken, compared with the others. */
const TAR_MUTATIONS: readonly (readonly [weight: number, mutation: Mutation])[] = [
  [6, editField],
  [2, (tar, random, other) => editField(editField(tar, random, other), random, other)],
  [4, editByte],
  [3, lieAboutSize],
  [2, (tar, random) => flipped(tar, random)],
  [1, (tar, random) => tar.subarray(0, random.below(tar.byteLength))],
  [1, (tar, random) => tar.subarray(0, random.below(tar.byteLength / BLOCK) * BLOCK)],
  [2, (tar, random) => swapped(tar, blockIn(tar, random), blockIn(tar, random))],
  [
    1,
    (tar, random) =>
      inserted(
        tar,
        blockIn(tar, random),
        tar.subarray(blockIn(tar, random)).subarray(0, BLOCK * (1 + random.below(3))),
      ),
  ],
  [1, (tar, random) => removed(tar, blockIn(tar, random), BLOCK * (1 + random.below(3)))],
  [1, (tar, random) => inserted(tar, blockIn(tar, random), Buffer.alloc(BLOCK))],
  [
    2,
    (tar, random, other) =>
      Buffer.concat([tar.subarray(0, blockIn(tar, random)), other.subarray(blockIn(other, random))]),
  ],
  [
    5,
    (tar, random) =>
      inserted(
        tar,
        blockIn(tar, random),
        pax(records(random), { type: random.pick(['x', 'x', 'x', 'g', 'X']) }),
      ),
  ],
  [
    2,
    (tar, random) =>
      inserted(tar, blockIn(tar, random), random.pick([longName, longLink])(random.pick(NAMES))),
  ],
  [1, (tar, random) => inserted(tar, blockIn(tar, random), longBody(random))],
  [
    2,
    (tar, random) =>
      inserted(
        tar,
        blockIn(tar, random),
        block(random.pick(NAMES), 0, { type: random.pick(TYPES), link: random.pick(NAMES) }),
      ),
  ],
  [
    1,
    (tar, random) =>
      Buffer.concat([
        tar,
        random.pick([Buffer.alloc(random.below(2_000)), Buffer.from('x'), tar.subarray(0, 2 * BLOCK)]),
      ]),
  ],
];

/** A long name whose body goes on behind its end. */
function longBody(random: Random): Buffer {
  const body = Buffer.from(`${random.pick(NAMES)}${random.pick(['', '\0', '\0more', '\0a\nb'])}`);
  const size = Math.max(0, body.byteLength - random.below(3));
  return Buffer.concat([
    block('././@LongLink', size, { type: random.pick(['L', 'K']), magic: 'gnu' }),
    padded(body),
  ]);
}

function flipped(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let times = 1 + random.below(4); times > 0 && copy.byteLength > 0; times -= 1) {
    const at = random.below(copy.byteLength);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  }
  return copy;
}

function swapped(tar: Buffer, a: number, b: number): Buffer {
  const copy = Buffer.from(tar);
  tar.copy(copy, a, b, b + BLOCK);
  tar.copy(copy, b, a, a + BLOCK);
  return copy;
}

function removed(tar: Buffer, at: number, length: number): Buffer {
  return Buffer.concat([tar.subarray(0, at), tar.subarray(at + length)]);
}

const GZIP_MUTATIONS: readonly ((packed: Buffer, random: Random) => Buffer)[] = [
  flipped,
  (packed, random) => packed.subarray(0, random.below(packed.byteLength)),
  (packed, random) => Buffer.concat([packed, Buffer.alloc(random.below(600), random.pick([0, 0, 0, 1]))]),
  (packed, random) => Buffer.concat([packed, random.pick([packed, gzipSync(''), Buffer.from('trailing')])]),
  (packed, random) => {
    const tar = gunzipSync(packed);
    const at = random.below(tar.byteLength);
    return Buffer.concat([gzipSync(tar.subarray(0, at)), gzipSync(tar.subarray(at))]);
  },
  (packed) => gunzipSync(packed),
];

const WEIGHTED = TAR_MUTATIONS.flatMap(([weight, mutation]) =>
  Array.from({ length: weight }, () => mutation),
);

/** One damaged archive out of `tars`, one to three times damaged. */
export function mutated(tars: readonly Buffer[], random: Random): Buffer {
  let tar = random.pick(tars);
  for (let times = random.pick([1, 1, 1, 2, 2, 3]); times > 0; times -= 1)
    tar = random.pick(WEIGHTED)(tar, random, random.pick(tars));
  const packed = gzipSync(tar, { level: 1 });
  return random.below(12) === 0 ? random.pick(GZIP_MUTATIONS)(packed, random) : packed;
}

// gzip with bounds: unpacking stops at a limit and tells what lies behind the data; packing uses all cores and gives
// the same bytes for the same input.
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, crc32, createDeflateRaw, createGunzip, deflateRaw } from 'node:zlib';
import { isZero } from './archive-header';

export type Gunzipped =
  | { ok: true; bytes: Buffer; notes: readonly string[] }
  | { ok: false; why: 'cut' | 'damaged' | 'trailing' | 'too-large' };

const READ_CHUNK = 256 * 1024;
/** Deflate makes at most this much of one byte. */
const RATIO_MAX = 1_032;

/**
 * Unpacks one or more gzip members into at most `bytesMax` bytes. Only zeros may follow them. Memory: the unpacked bytes
 * once where the trailer tells their size, as it does for a single member, else twice; a bomb is stopped at `bytesMax`.
 */
export function gunzipBounded(packed: Uint8Array, bytesMax: number): Promise<Gunzipped> {
  return new Promise((resolve) => {
    const told = sizeTold(packed);
    // In one piece, so that nothing is copied. The trailer may lie, so it is believed within what is possible only.
    const expected = Math.min(told ?? 0, packed.byteLength * RATIO_MAX, bytesMax);
    const gunzip = createGunzip({ chunkSize: Math.max(READ_CHUNK, expected + 1) });
    const pieces: Buffer[] = [];
    let size = 0;
    const stop = (result: Gunzipped) => {
      gunzip.destroy();
      resolve(result);
    };
    gunzip.on('data', (piece: Buffer) => {
      size += piece.byteLength;
      if (size > bytesMax) return stop({ ok: false, why: 'too-large' });
      pieces.push(piece);
    });
    gunzip.on('error', (error: NodeJS.ErrnoException) =>
      stop({ ok: false, why: error.code === 'Z_BUF_ERROR' ? 'cut' : 'damaged' }),
    );
    gunzip.on('end', () => {
      const whole = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
      const behind = whole.subarray(gunzip.bytesWritten);
      // zlib stops at a zero behind a member and looks no further.
      if (!isZero(behind, 0, behind.byteLength)) return stop({ ok: false, why: 'trailing' });
      const notes: string[] = [];
      if (behind.byteLength > 0) notes.push('Zeros follow the gzip data; they were left out.');
      if (behind.byteLength === 0 && told !== size)
        notes.push('The gzip data has several members; they were joined.');
      const [only, second] = pieces;
      resolve({ ok: true, bytes: only && !second ? only : Buffer.concat(pieces, size), notes });
    });
    gunzip.end(packed);
  });
}

/** The size that the trailer of the last member tells, modulo 2^32. */
function sizeTold(packed: Uint8Array): number | null {
  if (packed.byteLength < 18) return null;
  return new DataView(packed.buffer, packed.byteOffset).getUint32(packed.byteLength - 4, true);
}

const LEVEL = 6;
/** Up to this, one piece; more is cut into pieces of at most twice this, packed at the same time. */
const ONE_PIECE = 256 * 1024;
/** Each piece is told what is before it, so that the loss is small. */
const WINDOW = 32 * 1024;
/** A piece costs up to 24 bytes: below this, as for zeros, that is more than 1 %, and one go is fast. */
const WORTHWHILE = 2_400;
/** Pieces at work at once: the threads that Node has for such work. */
const AT_ONCE = 4;
// No time, no name, system unknown: the same input gives the same bytes.
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

const deflate = promisify(deflateRaw);

/** The parts, joined and packed as one gzip member. */
export async function gzipParts(given: readonly Uint8Array[]): Promise<Buffer> {
  // zlib answers an empty buffer that has no memory with the sum of nothing, and forgets what came before.
  const parts = given.filter((part) => part.byteLength > 0);
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const packed = await deflatePieces(parts, size);
  const packedSize = packed.reduce((sum, piece) => sum + piece.byteLength, 0);
  const isTiny = packed.length > 1 && packedSize < packed.length * WORTHWHILE;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(
    parts.reduce((sum, part) => crc32(part, sum), 0),
    0,
  );
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...(isTiny ? await deflateWhole(parts) : packed), trailer]);
}

/** Raw deflate data in pieces that make one stream: all but the last end at a byte, and none says that it is the last. */
async function deflatePieces(parts: readonly Uint8Array[], size: number): Promise<Buffer[]> {
  // An even number of the same size, so that two cores are done at the same time.
  const count = size <= ONE_PIECE ? 1 : 2 * Math.ceil(size / (4 * ONE_PIECE));
  const length = Math.ceil(size / count);
  const packed: Buffer[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) {
      const start = index * length;
      const piece = sliceOf(parts, Math.max(0, start - WINDOW), Math.min(size, start + length));
      const own = Math.min(start, WINDOW);
      packed[index] = await deflate(piece.subarray(own), {
        level: LEVEL,
        ...(own > 0 ? { dictionary: piece.subarray(0, own) } : {}),
        finishFlush: index === count - 1 ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work));
  return packed;
}

async function deflateWhole(parts: readonly Uint8Array[]): Promise<Buffer[]> {
  const packed: Buffer[] = [];
  for await (const piece of Readable.from(parts).pipe(createDeflateRaw({ level: LEVEL }))) packed.push(piece);
  return packed;
}

/** Bytes `from` to `to` of the joined parts; a view when they lie in one part. */
function sliceOf(parts: readonly Uint8Array[], from: number, to: number): Uint8Array {
  const found: Uint8Array[] = [];
  let at = 0;
  for (const part of parts) {
    if (at < to && at + part.byteLength > from)
      found.push(part.subarray(Math.max(0, from - at), Math.min(part.byteLength, to - at)));
    at += part.byteLength;
  }
  const [only, second] = found;
  return only && !second ? only : Buffer.concat(found, to - from);
}

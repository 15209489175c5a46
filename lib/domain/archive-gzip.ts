// gzip with bounds: unpacking stops at a limit and tells what lies behind the data; packing uses all cores and gives
// the same bytes for the same input.
import { promisify } from 'node:util';
import { constants, crc32, createGunzip, deflateRaw } from 'node:zlib';

export type Gunzipped =
  | { ok: true; bytes: Buffer; notes: readonly string[] }
  | { ok: false; why: 'cut' | 'damaged' | 'trailing' | 'too-large' };

const READ_CHUNK = 256 * 1024;

/** Unpacks one or more gzip members into at most `bytesMax` bytes. Only zeros may follow them. */
export function gunzipBounded(packed: Uint8Array, bytesMax: number): Promise<Gunzipped> {
  return new Promise((resolve) => {
    const told = sizeTold(packed);
    // What the trailer tells may be a lie, so it only decides where the copying begins.
    let bytes = Buffer.allocUnsafe(Math.min(told ?? READ_CHUNK, bytesMax));
    let size = 0;
    const gunzip = createGunzip({ chunkSize: READ_CHUNK });
    const stop = (result: Gunzipped) => {
      gunzip.destroy();
      resolve(result);
    };
    gunzip.on('data', (chunk: Buffer) => {
      if (size + chunk.byteLength > bytesMax) return stop({ ok: false, why: 'too-large' });
      if (size + chunk.byteLength > bytes.byteLength) {
        const larger = Buffer.allocUnsafe(Math.min(bytesMax, Math.max(size + chunk.byteLength, size * 2)));
        bytes.copy(larger, 0, 0, size);
        bytes = larger;
      }
      chunk.copy(bytes, size);
      size += chunk.byteLength;
    });
    gunzip.on('error', (error: NodeJS.ErrnoException) =>
      stop({ ok: false, why: error.code === 'Z_BUF_ERROR' ? 'cut' : 'damaged' }),
    );
    gunzip.on('end', () => {
      const behind = packed.subarray(gunzip.bytesWritten);
      // zlib stops at a zero behind a member and looks no further.
      if (behind.some((byte) => byte !== 0)) return stop({ ok: false, why: 'trailing' });
      const notes: string[] = [];
      if (behind.byteLength > 0) notes.push('Zeros follow the gzip data; they were left out.');
      if (behind.byteLength === 0 && told !== size)
        notes.push('The gzip data has several members; they were joined.');
      resolve({ ok: true, bytes: bytes.subarray(0, size), notes });
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
/** Pieces of this size are packed at the same time; each is told the 32 KiB before it, so that the loss is small. */
const PIECE = 256 * 1024;
const WINDOW = 32 * 1024;
/** Pieces at work at once: the threads that Node has for such work. */
const AT_ONCE = 4;
// No time, no name, system unknown: the same input gives the same bytes.
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

const deflate = promisify(deflateRaw);

/** The parts, joined and packed as one gzip member. */
export async function gzipParts(parts: readonly Uint8Array[]): Promise<Buffer> {
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const count = Math.max(1, Math.ceil(size / PIECE));
  const packed: Buffer[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) {
      const start = index * PIECE;
      const piece = sliceOf(parts, Math.max(0, start - WINDOW), Math.min(size, start + PIECE));
      const own = Math.min(start, WINDOW);
      packed[index] = await deflate(piece.subarray(own), {
        level: LEVEL,
        ...(own > 0 ? { dictionary: piece.subarray(0, own) } : {}),
        finishFlush: index === count - 1 ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work));
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(
    parts.reduce((sum, part) => crc32(part, sum), 0),
    0,
  );
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...packed, trailer]);
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

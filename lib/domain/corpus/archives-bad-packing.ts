// What is no archive at all, gzip data that is damaged or a bomb, and archives behind archives.
import { deflateRawSync, gzipSync } from 'node:zlib';
import { type ArchiveCase, MAIN, refused, tokens, usual } from './archives-case';
import { bytesOf } from './archives-random';
import { END, file, tgz } from './archives-tar';

const MIB = 1024 * 1024;
const tar = () => Buffer.concat([usual(), tokens(), END]);
const packed = () => gzipSync(tar());
/** Bombs need not be small. */
const fast = (bytes: Buffer) => gzipSync(bytes, { level: 1 });

const noGzip = (name: string, says: RegExp, bytes: () => Buffer) =>
  refused(name, says, bytes, 'bundle-not-gzip');
const noArchive = (name: string, bytes: string | Buffer) =>
  noGzip(name, /no gzip file/, () => Buffer.from(bytes));
const damaged = (name: string, says: RegExp, bytes: () => Buffer) =>
  refused(name, says, bytes, 'bundle-damaged');
const tooLarge = (name: string, bytes: () => Buffer) =>
  refused(name, /unpacks to more than 32 MiB/, bytes, 'bundle-too-large');

const CUT = /ends too early/;
const DAMAGED = /cannot be unpacked/;

function changed(bytes: Buffer, at: number, to: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.byteLength + at : at;
  copy[index] = to(copy[index] ?? 0);
  return copy;
}

const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Cut at fixed places and at even distances. */
const cuts = [1, 2, 3, 9, 10, 11, 18, -1, -4, -8, -9].map((at) =>
  at === 1
    ? noGzip('gzip data cut to one byte', /no gzip file/, () => packed().subarray(0, 1))
    : damaged(`gzip data cut at byte ${at}`, CUT, () => packed().subarray(0, at)),
);
const evenCuts = Array.from({ length: 20 }, (_, index) =>
  damaged(`gzip data cut after ${(index + 1) * 4} %`, CUT, () =>
    packed().subarray(0, Math.floor((packed().byteLength * (index + 1) * 4) / 100)),
  ),
);

export const badPacking: readonly ArchiveCase[] = [
  noArchive('nothing at all', ''),
  noArchive('a text', 'Hello, this is no bundle.\n'),
  noArchive('an HTML page', '<!doctype html><title>404</title>'),
  noArchive('JSON', '{"error": "not found"}'),
  noArchive('a zip file', Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\0\0'), bytesOf(200, 1)])),
  noArchive('an empty zip file', Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)])),
  noArchive('a bzip2 file', Buffer.concat([Buffer.from('BZh91AY&SY'), bytesOf(200, 2)])),
  noArchive('an xz file', Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), bytesOf(200, 3)])),
  noArchive('a zstd file', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), bytesOf(200, 4)])),
  noArchive('an lz4 file', Buffer.concat([Buffer.from([4, 0x22, 0x4d, 0x18]), bytesOf(200, 4)])),
  noArchive('a program of compress', Buffer.concat([Buffer.from([0x1f, 0x9d, 0x90]), bytesOf(200, 4)])),
  noArchive('JavaScript', MAIN),
  noArchive('noise', bytesOf(5_000, 5)),
  noArchive('zeros', Buffer.alloc(10_240)),
  noArchive('half a header block of a tar', Buffer.from('main.js')),
  noGzip('a plain tar whose first header is damaged', /no gzip file/, () =>
    changed(tar(), 0, (byte) => byte ^ 1),
  ),
  noGzip('raw deflate data', /no gzip file/, () => deflateRawSync(tar())),
  refused('a plain tar with data behind its end', /behind its end marker/, () =>
    Buffer.concat([tar(), Buffer.from('x')]),
  ),
  tooLarge('a plain tar of more than 32 MiB', () =>
    Buffer.concat([file('big', Buffer.alloc(33 * MIB)), END]),
  ),

  refused('gzip of a text', /no tar archive/, () => gzipSync('Hello.\n')),
  refused('gzip of a long text', /header is damaged/, () => gzipSync('Hello. '.repeat(1_000))),
  refused('gzip of nothing', /no tar archive/, () => gzipSync('')),
  refused('gzip of zeros', /holds no file/, () => gzipSync(Buffer.alloc(10_240))),
  refused('gzip in gzip', /no tar archive|damaged/, () =>
    gzipSync(gzipSync(Buffer.concat([tar(), bytesOf(5_000, 3)]))),
  ),
  refused('gzip of a zip file', /header is damaged/, () =>
    gzipSync(Buffer.concat([Buffer.from('PK\x03\x04'), bytesOf(2_000, 1)])),
  ),
  refused('gzip of noise', /header is damaged/, () => gzipSync(bytesOf(5_000, 6))),

  ...cuts,
  ...evenCuts,
  damaged('an unknown method', DAMAGED, () => changed(packed(), 2, () => 7)),
  damaged('a reserved flag', DAMAGED, () => changed(packed(), 3, () => 0x80)),
  damaged('a flag for a field that is not there', DAMAGED, () => changed(packed(), 3, () => 2)),
  damaged('a wrong checksum', DAMAGED, () => changed(packed(), -5, (byte) => byte ^ 1)),
  damaged('a wrong length', DAMAGED, () => changed(packed(), -1, (byte) => byte ^ 1)),
  damaged('a bit of the data changed', DAMAGED, () =>
    changed(gzipSync(tar(), { level: 0 }), 700, (byte) => byte ^ 0x10),
  ),
  damaged('a block of an unknown kind', DAMAGED, () =>
    Buffer.concat([HEADER, Buffer.from([7]), packed().subarray(10)]),
  ),
  damaged('data cut, the trailer kept', DAMAGED, () =>
    Buffer.concat([packed().subarray(0, 100), packed().subarray(-8)]),
  ),
  damaged('text behind the gzip data', DAMAGED, () =>
    Buffer.concat([packed(), Buffer.from('-- \nsent by mail\n')]),
  ),
  damaged('one byte behind the gzip data', DAMAGED, () => Buffer.concat([packed(), Buffer.from('x')])),
  damaged('zeros and text behind the gzip data', /data behind the end/, () =>
    Buffer.concat([packed(), Buffer.alloc(10), Buffer.from('x')]),
  ),
  damaged('zeros and an archive behind the gzip data', /data behind the end/, () =>
    Buffer.concat([packed(), Buffer.alloc(512), packed()]),
  ),
  damaged('a second gzip member that is cut', CUT, () => Buffer.concat([packed(), packed().subarray(0, 40)])),
  damaged('a second gzip member that is damaged', DAMAGED, () =>
    Buffer.concat([packed(), changed(packed(), -6, (byte) => byte ^ 4)]),
  ),
  refused('a second archive in a second gzip member', /behind its end marker/, () =>
    Buffer.concat([packed(), tgz(file('late.js'))]),
  ),
  refused('a tokens file in a second gzip member, behind the end', /behind its end marker/, () =>
    Buffer.concat([packed(), gzipSync(tokens())]),
  ),
  refused('the same archive twice', /behind its end marker/, () => Buffer.concat([packed(), packed()])),

  tooLarge('a bomb of zeros', () => fast(Buffer.alloc(48 * MIB))),
  tooLarge('a bomb one byte above the limit', () => fast(Buffer.alloc(32 * MIB + 1))),
  tooLarge('a bomb of text', () => fast(Buffer.alloc(34 * MIB, 'bomb '))),
  tooLarge('a bomb behind a valid archive', () => fast(Buffer.concat([tar(), Buffer.alloc(34 * MIB)]))),
  tooLarge('a bomb of many members', () =>
    Buffer.alloc(40 * fast(Buffer.alloc(MIB)).byteLength, fast(Buffer.alloc(MIB))),
  ),
  tooLarge('a bomb that says it is small', () => {
    const bomb = fast(Buffer.alloc(34 * MIB));
    bomb.writeUInt32LE(512, bomb.byteLength - 4);
    return bomb;
  }),
  tooLarge('an entry that is a bomb', () =>
    fast(Buffer.concat([usual(), file('big', Buffer.alloc(34 * MIB)), END])),
  ),
  refused('400,000 empty gzip members', /no tar archive/, () =>
    Buffer.concat(Array.from({ length: 400_000 }, () => EMPTY)),
  ),
  damaged('a million empty blocks of deflate', CUT, () =>
    Buffer.concat([HEADER, Buffer.alloc(5_000_000, Buffer.from([0, 0, 0, 0xff, 0xff]))]),
  ),
  damaged('many empty blocks of the fixed code', CUT, () =>
    Buffer.concat([HEADER, Buffer.alloc(2_000_000, Buffer.from([2, 8, 0x20, 0x80, 0]))]),
  ),
];

const EMPTY = gzipSync('');

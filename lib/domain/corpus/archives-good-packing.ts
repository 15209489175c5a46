// Legitimate archives by how they are packed, by their ends, their size, and by where the tokens file stands.
import { crc32, gzipSync } from 'node:zlib';
import { type ArchiveCase, accepted, MAIN, TOKENS, tokens, usual } from './archives-case';
import { bytesOf } from './archives-random';
import { base256, directory, END, file, longName, octal, pax, symlink, tgz, tgzOpen } from './archives-tar';

const tar = () => Buffer.concat([usual(), tokens(), END]);

/** The gzip data of `bytes` with header fields that gzip itself seldom writes. */
function gzipWith(
  bytes: Buffer,
  flags: { text?: boolean; crc?: boolean; extra?: string; name?: string; comment?: string },
): Buffer {
  const plain = gzipSync(bytes);
  const bits =
    Number(flags.text ?? false) |
    (Number(flags.crc ?? false) << 1) |
    (flags.extra ? 4 : 0) |
    (flags.name ? 8 : 0) |
    (flags.comment ? 16 : 0);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(Buffer.byteLength(flags.extra ?? ''));
  const head = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, bits, 0x15, 0xcd, 0x5b, 0x07, 2, 3]),
    ...(flags.extra ? [length, Buffer.from(flags.extra)] : []),
    ...(flags.name ? [Buffer.from(`${flags.name}\0`, 'latin1')] : []),
    ...(flags.comment ? [Buffer.from(`${flags.comment}\0`, 'latin1')] : []),
  ]);
  const check = Buffer.alloc(2);
  check.writeUInt16LE(crc32(head) & 0xffff);
  return Buffer.concat([head, ...(flags.crc ? [check] : []), plain.subarray(10)]);
}

const several = /several members/;
const noEnd = /no end marker/;

export const goodPacking: readonly ArchiveCase[] = [
  accepted('no end marker', () => tgzOpen(usual(), tokens()), { note: noEnd }),
  accepted('no end marker, and no tokens file', () => tgzOpen(usual()), { note: noEnd, entries: 2 }),
  accepted('one block of zeros at the end', () => tgzOpen(usual(), tokens(), Buffer.alloc(512))),
  accepted('padding up to ten kilobytes', () => tgzOpen(usual(), tokens(), Buffer.alloc(10_240 - 3_072))),
  accepted('padding up to a blocking factor of 126', () => tgzOpen(usual(), tokens(), Buffer.alloc(64_512))),
  accepted('a megabyte of padding', () => tgzOpen(usual(), tokens(), Buffer.alloc(1024 * 1024))),
  accepted('padding that ends inside a block', () => tgzOpen(usual(), tokens(), Buffer.alloc(1_300))),
  accepted('a part of a zero block at the end', () => tgzOpen(usual(), tokens(), Buffer.alloc(100))),
  accepted('a plain tar', () => tar(), { note: /plain \.tar/ }),
  accepted('a plain tar without an end', () => Buffer.concat([usual(), tokens()]), { note: noEnd }),
  accepted(
    'two gzip members',
    () => Buffer.concat([gzipSync(tar().subarray(0, 700)), gzipSync(tar().subarray(700))]),
    { note: several },
  ),
  accepted(
    'a gzip member for each block',
    () =>
      Buffer.concat(
        Array.from({ length: tar().byteLength / 512 }, (_, index) =>
          gzipSync(tar().subarray(index * 512, index * 512 + 512)),
        ),
      ),
    { note: several },
  ),
  accepted('an empty gzip member at the end', () => Buffer.concat([gzipSync(tar()), gzipSync('')]), {
    note: several,
  }),
  accepted('zeros behind the gzip data', () => Buffer.concat([gzipSync(tar()), Buffer.alloc(777)]), {
    note: /Zeros follow/,
  }),
  accepted(
    'zeros behind two gzip members',
    () =>
      Buffer.concat([gzipSync(tar().subarray(0, 512)), gzipSync(tar().subarray(512)), Buffer.alloc(4_096)]),
    { note: /Zeros follow/ },
  ),
  accepted('a file name in the gzip header', () => gzipWith(tar(), { name: 'bundle.tar' })),
  accepted('an extra field in the gzip header', () => gzipWith(tar(), { extra: 'AB\x02\x00xy' })),
  accepted('a comment in the gzip header', () => gzipWith(tar(), { comment: 'built by hand' })),
  accepted('a checksum in the gzip header', () => gzipWith(tar(), { crc: true, name: 'bundle.tar' })),
  accepted('all fields in the gzip header', () =>
    gzipWith(tar(), { text: true, crc: true, name: 'b.tar', comment: 'c', extra: 'EX\x01\x00z' }),
  ),
  accepted('gzip level 0', () => gzipSync(tar(), { level: 0 })),
  accepted('gzip level 1', () => gzipSync(tar(), { level: 1 })),
  accepted('gzip level 9', () => gzipSync(tar(), { level: 9 })),
  accepted('gzip with a small window', () => gzipSync(tar(), { windowBits: 9, memLevel: 1 })),

  accepted('the tokens file first', () => tgz(tokens(), usual())),
  accepted('the tokens file last', () => tgz(usual(), tokens())),
  accepted('the tokens file in the middle', () => tgz(file('a.js'), tokens(), usual(), file('z.js'))),
  accepted('the tokens file alone', () => tgz(tokens()), { finding: 'file-missing' }),
  accepted('no tokens file', () => tgz(usual()), { entries: 2 }),
  accepted('no tokens file, and a name of the last entry that is long', () =>
    tgz(usual(), longName('x'.repeat(150)), file('x'.repeat(100), 'x', { magic: 'gnu' })),
  ),
  accepted('the tokens file with its own pax size', () =>
    tgz(
      usual(),
      pax({ size: String(TOKENS.length), mtime: '1.25', uid: '77' }),
      file('edgekv_tokens.js', TOKENS, { size: octal(0, 12) }),
    ),
  ),
  accepted('the tokens file with only a pax size', () =>
    tgz(pax({ size: String(TOKENS.length) }), file('edgekv_tokens.js', TOKENS), usual()),
  ),
  accepted('the tokens file under a pax path', () =>
    tgz(usual(), pax({ path: 'edgekv_tokens.js', mtime: '1.25' }), file('something', TOKENS), file('z')),
  ),
  accepted('the tokens file under a GNU long name', () =>
    tgz(longName('edgekv_tokens.js'), file('cut', TOKENS, { magic: 'gnu' }), usual()),
  ),
  accepted(
    'the tokens file with a mode of 0755',
    () => tgz(usual(), file('edgekv_tokens.js', TOKENS, { mode: octal(0o755, 8) })),
    {
      finding: 'executable',
    },
  ),
  accepted('the tokens file with owner names', () =>
    tgz(
      usual(),
      file('edgekv_tokens.js', TOKENS, {
        uname: 'jane',
        gname: 'www-data',
        uid: octal(33, 8),
        dev: octal(0, 8),
      }),
    ),
  ),
  accepted('the tokens file in v7', () =>
    tgz(file('edgekv_tokens.js', TOKENS, { magic: 'v7', type: '\0' }), usual()),
  ),
  accepted('the tokens file as a contiguous file', () =>
    tgz(file('edgekv_tokens.js', TOKENS, { type: '7' }), usual()),
  ),
  accepted('the tokens file with a size in base-256', () =>
    tgz(file('edgekv_tokens.js', TOKENS, { size: base256(TOKENS.length, 12), magic: 'gnu' }), usual()),
  ),
  accepted('the tokens file with a size that ends in a space', () =>
    tgz(file('edgekv_tokens.js', TOKENS, { size: `${TOKENS.length.toString(8)} ` }), usual()),
  ),
  accepted('the tokens file in a ustar prefix of dots', () =>
    tgz(usual(), file('edgekv_tokens.js', TOKENS, { prefix: './.' })),
  ),
  accepted('an empty tokens file', () => tgz(usual(), file('edgekv_tokens.js', ''))),
  accepted('the tokens file only beside the helper that imports it', () =>
    tgz(
      file('main.js', "import { edgekv_access_tokens } from './lib/edgekv_tokens.js';\n"),
      file('lib/edgekv_tokens.js', TOKENS),
    ),
  ),
  accepted('a link to another tokens file beside the real one', () =>
    tgz(usual(), tokens(), symlink('lib/edgekv_tokens.js', '../edgekv_tokens.js')),
  ),

  accepted(
    '2,000 entries',
    () => tgz(tokens(), ...Array.from({ length: 1_999 }, (_, index) => file(`f/${index}.js`, 'x'))),
    { entries: 2_000 },
  ),
  accepted('2,000 entries with a pax header each', () =>
    tgz(
      tokens(),
      ...Array.from({ length: 1_999 }, (_, index) =>
        Buffer.concat([
          pax({ mtime: `${index}.5`, atime: '1.5', ctime: '1.25', 'SCHILY.xattr.user.a': 'b' }),
          file(`f/${index}.js`, 'x'),
        ]),
      ),
    ),
  ),
  accepted('1,000 directories', () =>
    tgz(usual(), tokens(), ...Array.from({ length: 1_000 }, (_, index) => directory(`d${index}/`))),
  ),
  accepted('a helper of 17 KB', () =>
    tgz(usual(), file('edgekv.js', `/* Version: 0.6.3 */\n${'// helper\n'.repeat(1_700)}`), tokens()),
  ),
  accepted(
    'a main file of 3 MB',
    () => tgz(file('main.js', `${MAIN}${'// text\n'.repeat(400_000)}`), tokens()),
    { finding: 'too-large-unpacked' },
  ),
  accepted('noise of 6 MB', () => tgz(usual(), file('noise.bin', bytesOf(6 * 1024 * 1024, 7)), tokens()), {
    finding: 'too-large-packed',
  }),
  accepted('31 MB of text', () =>
    tgz(usual(), file('text.txt', Buffer.alloc(31 * 1024 * 1024, 'the same line again\n')), tokens()),
  ),
];

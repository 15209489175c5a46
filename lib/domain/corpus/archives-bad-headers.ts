// Damaged and lying header blocks: checksums, numbers, sizes, and blocks that GNU tar, Python and node-tar read
// differently.
import { gzipSync } from 'node:zlib';
import { type ArchiveCase, MAIN, refused, TOKENS, tokens, usual } from './archives-case';
import { BLOCK, base256, block, directory, END, file, octal, padded, tgz, tgzOpen } from './archives-tar';

const damaged = (name: string, ...entries: Buffer[]) =>
  refused(name, /header is damaged/, () => tgz(usual(), ...entries, tokens()));

const one = (fields: Parameters<typeof file>[2]) => file('a.js', MAIN, fields);

/** Each field with something that is no number there. */
const NO_NUMBERS: readonly [what: string, value: string][] = [
  ['letters', 'abcdefg\0'],
  ['a nine', '0000009\0'],
  ['a sign', '-000001\0'],
  ['a zero before the digits', '\x000000644'],
  ['digits behind a zero', '00001\x0012'],
  ['a tab', '\t000644\0'],
];
const FIELDS = ['mode', 'uid', 'gid', 'size', 'mtime'] as const;
const numbers = FIELDS.flatMap((field) =>
  NO_NUMBERS.map(([what, value]) => damaged(`${what} in the ${field}`, one({ [field]: value }))),
);

const cut = (name: string, says: RegExp, bytes: () => Buffer) =>
  refused(name, says, () => gzipSync(bytes(), { level: 1 }));
const whole = () => Buffer.concat([usual(), tokens(), file('z.bin', 'z'.repeat(3_000)), END]);

/** What is left of an archive that was cut here, and what is said about it. */
const CUTS: readonly [at: number, says: RegExp][] = [
  [100, /no tar archive/],
  [511, /no tar archive/],
  [512, /middle of a file/],
  [513, /middle of a file/],
  [600, /not padded/],
  [1_024 + 1, /middle of a header/],
  [1_024 + 511, /middle of a header/],
  [1_024 + 512, /middle of a file/],
  [2_048 + 200, /middle of a header/],
  [2_560 + 10, /middle of a file/],
  [3_072 + 512 + 1_000, /middle of a file/],
  [3_072 + 512 + 2_999, /middle of a file/],
  [3_072 + 512 + 3_000, /not padded/],
];

export const badHeaders: readonly ArchiveCase[] = [
  ...numbers,
  damaged('a checksum that is one too large', Buffer.concat([flipped(one({}), 150), Buffer.alloc(0)])),
  damaged('a checksum of zeros', one({ checksum: '\0\0\0\0\0\0\0\0' })),
  damaged('a checksum of spaces', one({ checksum: '        ' })),
  damaged('a checksum with a letter behind it', one({ checksum: '012345x ' })),
  damaged('a checksum of signed bytes, as old Suns wrote it', signedSum('caf\xe9.js')),
  damaged('a name with one bit changed', flipped(one({}), 0)),
  damaged('a block of noise', padded(Buffer.alloc(BLOCK, 0x5a))),
  damaged('text instead of a header', padded('This is the end of the archive.\n')),
  damaged('a negative size', one({ size: base256(-1, 12) })),
  damaged('a size beyond all numbers', one({ size: Buffer.from([0x80, ...Array(11).fill(0xff)]) })),
  damaged('a size with only its first bit set', one({ size: Buffer.from([0xc0, ...Array(11).fill(0)]) })),
  damaged('a size of spaces', one({ size: '            ' })),
  damaged('a mode of spaces', one({ mode: '        ' })),
  damaged('an owner of spaces', one({ uid: '        ' })),
  damaged('a negative owner', one({ uid: base256(-2, 8) })),
  damaged('an owner beyond 32 bits', one({ gid: base256(2 ** 33, 8) })),
  damaged('an owner whose group is fine but who is beyond 32 bits', one({ uid: base256(2 ** 32, 8) })),
  damaged('a negative mode', one({ mode: base256(-1, 8) })),
  damaged('device numbers that are none', one({ dev: 'no digit' })),
  damaged('a prefix without a magic, which Python alone reads', one({ magic: 'v7', prefix: 'sub' })),
  damaged(
    'a prefix in a GNU header, where times stand',
    one({ magic: 'gnu', prefix: octal(1_700_000_000, 12) }),
  ),
  damaged('a prefix without a version, which node-tar does not read', one({ magic: 'zeros', prefix: 'sub' })),
  damaged('times of star that are no numbers', one({ raw: [[476, '1abcdefghij 1abcdefghij ']] })),
  damaged(
    'sparse data of old GNU without the type for it',
    one({
      magic: 'gnu',
      raw: [
        [386, octal(0, 12)],
        [398, octal(5, 12)],
      ],
    }),
  ),
  damaged('an old GNU header that says it goes on', one({ magic: 'gnu', raw: [[482, '\x01']] })),
  refused('a checksum without an end, which node-tar reads on', /differently/, () => {
    const sum = block('a.js', 0).toString('latin1', 148, 154);
    return tgz(usual(), block('a.js', 0, { checksum: `00${sum}` }));
  }),
  refused('a prefix that only node-tar sees', /differently/, () => tgz(one({ raw: [[475, 'x']] }), usual())),
  refused('a name with a line end behind its zero, which node-tar reads on', /differently/, () =>
    tgz(usual(), file('a.js', 'x', { raw: [[0, 'a.js\0b\nedgekv_tokens.js']] })),
  ),
  refused('a link target with a line end behind its zero', /differently/, () =>
    tgz(usual(), block('l', 0, { type: '2', link: 'main.js\0x\n/../../etc' })),
  ),
  refused('a time that node-tar cannot hold', /differently/, () =>
    tgz(usual(), one({ mtime: Buffer.from([0xff, 0, ...Array(10).fill(0)]) })),
  ),
  refused('a size beyond the end', /middle of a file/, () =>
    tgz(usual(), one({ size: octal(1_000_000, 12) })),
  ),
  refused('the largest octal size', /middle of a file/, () => tgz(usual(), one({ size: '777777777777' }))),
  refused('a large size in base-256', /middle of a file/, () =>
    tgz(usual(), one({ size: base256(2 ** 40, 12) })),
  ),
  refused('a size that swallows the next header', /damaged|middle|data behind/, () =>
    tgz(file('a.js', MAIN, { size: octal(600, 12) }), usual()),
  ),
  refused('a size that is too small, so that content is read as a header', /damaged/, () =>
    tgz(file('a.js', 'x'.repeat(2_000), { size: octal(512, 12) }), usual()),
  ),
  refused('a size of nothing before content', /damaged/, () =>
    tgz(file('a.js', MAIN, { size: octal(0, 12) }), usual()),
  ),
  refused('a tokens file that lies about its size', /middle of a file/, () =>
    tgzOpen(usual(), file('edgekv_tokens.js', TOKENS, { size: octal(5_000, 12) })),
  ),
  ...CUTS.map(([at, says]) => cut(`a tar cut at byte ${at}`, says, () => whole().subarray(0, at))),
  cut('a tar that lacks its first byte', /header is damaged/, () => whole().subarray(1)),
  cut('a tar that lacks its first block', /header is damaged/, () => whole().subarray(BLOCK)),
  cut('a tar with a byte too much in the middle', /header is damaged/, () =>
    Buffer.concat([whole().subarray(0, 1_024), Buffer.from('x'), whole().subarray(1_024)]),
  ),
  cut('only directories', /holds no file/, () => Buffer.concat([directory('a/'), directory('b/'), END])),
  cut('only an end marker', /holds no file/, () => END),
  cut('an end marker first and entries behind it', /behind its end marker/, () =>
    Buffer.concat([END, usual(), END]),
  ),
  cut('a lone block of zeros between entries', /behind its end marker/, () =>
    Buffer.concat([usual(), Buffer.alloc(BLOCK), tokens(), END]),
  ),
  cut('an entry behind the end marker', /behind its end marker/, () =>
    Buffer.concat([usual(), END, file('late.js'), END]),
  ),
  cut('a tokens file behind the end marker', /behind its end marker/, () =>
    Buffer.concat([usual(), END, tokens(), END]),
  ),
  cut('a second tokens file behind the end marker', /behind its end marker/, () =>
    Buffer.concat([usual(), tokens(), END, tokens(), END]),
  ),
  cut('one byte behind the end marker', /behind its end marker/, () =>
    Buffer.concat([usual(), END, Buffer.from('\x01')]),
  ),
  cut('one byte far behind the end marker', /behind its end marker/, () =>
    Buffer.concat([usual(), Buffer.alloc(200_000), Buffer.from('\x01')]),
  ),
  cut('two megabytes of zeros behind the end marker', /of padding/, () =>
    Buffer.concat([usual(), Buffer.alloc(2 * 1024 * 1024)]),
  ),
  cut('31 megabytes of zeros behind the end marker', /of padding/, () =>
    Buffer.concat([usual(), Buffer.alloc(31 * 1024 * 1024)]),
  ),
];

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** A block whose checksum adds its bytes as signed ones. */
function signedSum(name: string): Buffer {
  const bytes = block(Buffer.from(name, 'latin1'), 0);
  const right = Number.parseInt(bytes.toString('latin1', 148, 154), 8);
  return block(Buffer.from(name, 'latin1'), 0, {
    checksum: `${(right - 256).toString(8).padStart(6, '0')}\0 `,
  });
}

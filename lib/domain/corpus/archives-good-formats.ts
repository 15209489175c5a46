// Legitimate archives by the formats and the writers that are around.
import { type ArchiveCase, accepted, MAIN, MANIFEST, TOKENS, tokens, usual } from './archives-case';
import {
  base256,
  block,
  directory,
  END,
  type Fields,
  file,
  globalPax,
  hardLink,
  octal,
  padded,
  pax,
  record,
  symlink,
  tgz,
} from './archives-tar';

/** A small bundle with every block in one format. */
function bundle(fields: Fields, before: () => Buffer = () => Buffer.alloc(0)): Buffer {
  const one = (name: string, text: string) => Buffer.concat([before(), file(name, text, fields)]);
  return tgz(one('main.js', MAIN), one('bundle.json', MANIFEST), one('edgekv_tokens.js', TOKENS));
}

const star: Fields = {
  raw: [
    [476, `${octal(1_700_000_001, 12).slice(0, 11)} `],
    [488, `${octal(1_700_000_002, 12).slice(0, 11)} `],
    [508, 'tar\0'],
  ],
};

const owners: Fields = { uname: 'jane', gname: 'staff', uid: octal(1000, 8), gid: octal(100, 8) };

export const goodFormats: readonly ArchiveCase[] = [
  accepted('ustar', () => bundle({ dev: octal(0, 8), ...owners }), { entries: 3 }),
  accepted('gnu', () => bundle({ magic: 'gnu', ...owners })),
  accepted('old gnu, with the kind of file in the mode', () =>
    bundle({ magic: 'gnu', mode: octal(0o100644, 8) }),
  ),
  accepted('v7', () => bundle({ magic: 'v7', type: '\0', dev: octal(0, 8) })),
  accepted('star, with times behind the prefix', () => bundle(star)),
  accepted('ustar without a version', () => bundle({ magic: 'zeros' })),
  accepted('pax with times below a second', () =>
    bundle({}, () => pax({ mtime: '1700000000.123456789', atime: '1700000000.5', ctime: '1700000000' })),
  ),
  accepted('pax with a negative time', () => bundle({}, () => pax({ mtime: '-86400.25' }))),
  accepted('pax as Python writes it', () =>
    bundle({}, () => pax({ mtime: '1700000000.5' }, { raw: [[0, '././@PaxHeader\0\0\0\0\0']] })),
  ),
  accepted(
    'pax names said twice, as the official CLI does when an entry had a pax header (tar-stream 2)',
    () => {
      const twice = (key: string, name: string) =>
        pax(Buffer.concat([record(key, name), record(key, name), record('mtime', '1700000000.5')]));
      const named = (name: string, text: string) => Buffer.concat([twice('path', name), file(name, text)]);
      const link = Buffer.concat([twice('linkpath', 'main.js'), symlink('./l.js', 'main.js')]);
      return tgz(
        named('./main.js', MAIN),
        named('./edgekv_tokens.js', TOKENS),
        file('./bundle.json', MANIFEST),
        link,
      );
    },
  ),
  accepted('pax as bsdtar writes it, with ids of the file system', () =>
    bundle({ ...owners }, () =>
      pax({
        mtime: '1700000000.1',
        'LIBARCHIVE.creationtime': '1700000000.2',
        'SCHILY.dev': '16777233',
        'SCHILY.ino': '12345678',
        'SCHILY.nlink': '1',
        'LIBARCHIVE.xattr.com.apple.provenance': 'AQIAfF7x',
        'SCHILY.xattr.com.apple.provenance': Buffer.from([1, 2, 0, 0x7c, 0x5e, 0xf1, 0xff, 0x0a]),
      }),
    ),
  ),
  accepted('a comment for one entry', () => bundle({}, () => pax({ comment: 'by hand' }))),
  accepted('a comment of several lines', () =>
    bundle({}, () => pax({ comment: 'first\nsecond line\n\nlast' })),
  ),
  accepted('access lists and a security label', () =>
    bundle({}, () =>
      pax({
        'SCHILY.acl.access': 'user::rw-\ngroup::r--\nother::r--',
        'RHT.security.selinux': 'unconfined_u:object_r:user_home_t:s0\0',
        'SCHILY.fflags': 'nodump',
      }),
    ),
  ),
  accepted('an attribute of bytes that are no text', () =>
    bundle({}, () =>
      pax({ 'SCHILY.xattr.user.sum': Buffer.from([0, 0x0a, 0xff, 0xfe, 0x3d, 0x0a, 0x20, 0x0a]) }),
    ),
  ),
  accepted('an attribute whose key has spaces and letters beyond ASCII', () =>
    bundle({}, () => pax(record('SCHILY.xattr.user.größe des Bildes', '1'))),
  ),
  accepted('pax keys that are names of JavaScript', () =>
    bundle({}, () => pax({ constructor: '1', hasOwnProperty: '2', toString: '3', __defineGetter__: '4' })),
  ),
  accepted('a pax key called __proto__', () => bundle({}, () => pax(record('__proto__', 'x')))),
  accepted('owners in pax records', () =>
    bundle({}, () => pax({ uid: '3000000', gid: '4294967294', uname: 'jürgen', gname: 'staff' })),
  ),
  accepted('sizes in pax records', () =>
    tgz(pax({ size: String(MAIN.length) }), file('main.js', MAIN, { size: octal(0, 12) }), tokens()),
  ),
  accepted('an empty pax header', () => tgz(block('./PaxHeaders/x', 0, { type: 'x' }), usual(), tokens())),
  accepted('the pax header of Solaris', () =>
    bundle({}, () => pax({ mtime: '1700000000.5' }, { type: 'X' })),
  ),
  accepted('what git archive writes', () =>
    tgz(
      globalPax(
        { comment: 'f4b2c8d1e0a97b3c5d6e7f8091a2b3c4d5e6f708' },
        { mode: octal(0o666, 8), uname: 'root', gname: 'root' },
      ),
      directory('sub/', { mode: octal(0o775, 8), uname: 'root' }),
      file('sub/a.js', 'x', { mode: octal(0o664, 8), uname: 'root' }),
      usual(),
      tokens(),
    ),
  ),
  accepted('a global header with times and owners', () =>
    tgz(globalPax({ mtime: '1700000000.25', uid: '5', gname: 'staff' }), usual(), tokens()),
  ),
  accepted('two global headers, one between entries', () =>
    tgz(
      globalPax({ comment: 'a' }),
      usual(),
      globalPax({ comment: 'b', mtime: '3' }),
      tokens(),
      file('z', ''),
    ),
  ),
  accepted('a global header and one for each entry', () =>
    tgz(
      globalPax({ comment: 'all' }),
      pax({ mtime: '1.5' }),
      file('main.js', MAIN),
      pax({ mtime: '2.5' }),
      tokens(),
    ),
  ),
  accepted('a volume label in a global header', () =>
    tgz(globalPax({ 'GNU.volume.label': 'bundle' }), usual(), tokens()),
  ),
  accepted('a character set that says UTF-8', () =>
    bundle({}, () => pax({ hdrcharset: 'ISO-IR 10646 2000 UTF-8', mtime: '1.5' })),
  ),
  accepted('a name that is no UTF-8, declared as such', () => {
    const name = Buffer.from('caf\xe9.txt', 'latin1');
    return tgz(pax({ hdrcharset: 'BINARY', path: name }), file(name, 'x'), usual(), tokens());
  }),
  accepted('numbers as npm packs them: a space and a zero behind', () => {
    const npm = { mode: '000644 \0', uid: '', gid: '', mtime: '03560116604 ' };
    const size = `${MAIN.length.toString(8).padStart(11, '0')} `;
    return tgz(file('package/main.js', MAIN, { ...npm, size }), file('package/package.json', '{}', npm));
  }),
  accepted('numbers with spaces before them, as old tars write them', () =>
    bundle({ magic: 'v7', mode: '   644 \0', uid: '     0 \0', gid: '     0 \0', mtime: '14524770400 ' }),
  ),
  accepted('numbers without anything behind them', () =>
    bundle({ mode: '00100644', uid: '00001750', gid: '00001750', mtime: '014524770400' }),
  ),
  accepted('numbers left out', () => bundle({ uid: '', gid: '', mtime: '', mode: '' })),
  accepted('spaces for the device numbers', () => bundle({ dev: '        ' })),
  accepted('device numbers with a space before and a zero behind', () => bundle({ dev: '      0\0' })),
  accepted('a checksum of seven digits', () => {
    const one = block('main.js', MAIN.length);
    const sum = one.toString('latin1', 148, 154);
    return tgz(block('main.js', MAIN.length, { checksum: `0${sum} ` }), padded(MAIN), tokens());
  }),
  accepted('a checksum with spaces before it', () => {
    const sum = block('main.js', MAIN.length).toString('latin1', 149, 154);
    return tgz(block('main.js', MAIN.length, { checksum: ` ${sum}\0 ` }), padded(MAIN), tokens());
  }),
  accepted('a size in base-256', () =>
    tgz(file('main.js', MAIN, { size: base256(MAIN.length, 12) }), tokens()),
  ),
  accepted('owners in base-256', () =>
    bundle({ uid: base256(4_294_967_294, 8), gid: base256(3_000_000, 8) }),
  ),
  accepted('a mode in base-256', () => bundle({ mode: base256(0o644, 8) })),
  accepted('a time before 1970', () => bundle({ mtime: base256(-86_400, 12) })),
  accepted('a time far from now', () => bundle({ mtime: base256(2 ** 34, 12) })),
  accepted('set-user and sticky bits', () => bundle({ mode: octal(0o6644, 8) })),
  accepted('a contiguous file', () => bundle({ type: '7' })),
  accepted('files of the old type in a ustar archive', () => bundle({ type: '\0' })),
  accepted('left-overs behind the zeros of names', () =>
    bundle({ uname: 'jane\0old', gname: 'staff\0older', raw: [[80, '\0remains']] }),
  ),
  accepted('left-overs behind the data of files', () =>
    tgz(
      block('main.js', MAIN.length),
      padded(MAIN, 0x61),
      block('edgekv_tokens.js', TOKENS.length),
      padded(TOKENS, 0x62),
    ),
  ),
  accepted('links in v7', () =>
    tgz(
      file('main.js', MAIN, { magic: 'v7', type: '\0' }),
      symlink('s.js', 'main.js', { magic: 'v7' }),
      hardLink('h.js', 'main.js', { magic: 'v7' }),
    ),
  ),
  accepted('two archives in a row of formats', () =>
    tgz(
      file('main.js', MAIN, { magic: 'gnu' }),
      pax({ mtime: '1.5' }),
      file('bundle.json', MANIFEST),
      file('edgekv_tokens.js', TOKENS, { magic: 'v7', type: '\0' }),
    ),
  ),
  accepted('an end marker of many blocks', () => tgz(usual(), tokens(), END, END, END)),
];

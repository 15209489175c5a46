// Hostile and damaged extended headers: pax records that lie, readers that disagree on them, and too many of them.
import { type ArchiveCase, refused, TOKENS, tokens, usual } from './archives-case';
import {
  block,
  file,
  globalPax,
  longLink,
  longName,
  octal,
  padded,
  pax,
  record,
  symlink,
  tgz,
  tgzOpen,
} from './archives-tar';

const says = (words: RegExp) => (name: string, make: () => Buffer) =>
  refused(name, words, () => tgz(usual(), make(), tokens()));
const damaged = says(/extended header is damaged/);
const sparse = says(/sparse file/);

/** A pax header with these bytes as its body, before a harmless file. */
const body = (text: string | Buffer) => Buffer.concat([pax(Buffer.from(text)), file('a.js')]);

const BODIES: readonly [what: string, text: string | Buffer][] = [
  ['a length that is too long', '99 path=b.js\n'],
  ['a length that is too short', '8 path=b.js\n'],
  ['a length of zero', '0 path=b.js\n'],
  ['a negative length', '-13 path=b.js\n'],
  ['a length with a zero before it', '013 path=b.js\n'],
  ['a length in another notation', '0xd path=b.js\n'],
  ['no length', 'path=b.js\n'],
  ['a length without a space', '12path=b.js\n'],
  ['two spaces behind the length, which GNU tar skips', '14  path=b.js\n'],
  ['a tab behind the length', '14 \tpath=b.js\n'],
  ['no sign between key and value', '13 path:b.js\n'],
  ['no line end', '13 path=b.jsx'],
  ['text behind the last record', '13 path=b.js\nmore'],
  ['zeros behind the last record', '13 path=b.js\n\0\0\0'],
  ['an empty key, at which Python stops', Buffer.concat([record('', 'x'), record('path', 'b.js')])],
  ['a zero in a key', record('path\0x', 'b.js')],
  ['a line end in a key', record('comment\n12 path', 'b')],
  ['a character set that is none', record('hdrcharset', 'latin1')],
  [
    'a character set that is no text',
    Buffer.concat([
      record('hdrcharset', 'BINARY'),
      record('comment', Buffer.from('9 hdrcharset=\xff\n', 'latin1')),
    ]),
  ],
];

const VALUES: readonly [key: string, value: string][] = [
  ['size', ''],
  ['size', '-1'],
  ['size', '0x10'],
  ['size', '1e3'],
  ['size', ' 2'],
  ['size', '2.0'],
  ['size', '99999999999999999999'],
  ['mtime', 'yesterday'],
  ['mtime', ''],
  ['atime', '1,5'],
  ['ctime', '--1'],
  ['uid', '-1'],
  ['uid', '4294967296'],
  ['gid', 'staff'],
];

const SPARSE = [
  { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'a.js', 'GNU.sparse.realsize': '9' },
  { 'GNU.sparse.map': '0,1,5,1', 'GNU.sparse.numblocks': '2', 'GNU.sparse.size': '6' },
  {
    'GNU.sparse.numblocks': '1',
    'GNU.sparse.offset': '0',
    'GNU.sparse.numbytes': '1',
    'GNU.sparse.size': '6',
  },
  { 'GNU.sparse.name': 'edgekv_tokens.js' },
  { 'GNU.sparse.realsize': '1000000000' },
  { 'SCHILY.realsize': '1000' },
  { 'SUN.holesdata': ' 0 512 1024' },
  { 'GNU.dumpdir': 'Ya.js\0\0' },
];

export const badExtended: readonly ArchiveCase[] = [
  ...BODIES.map(([what, text]) => damaged(`a pax header with ${what}`, () => body(text))),
  ...VALUES.map(([key, value]) =>
    says(new RegExp(`no valid ${key}`))(`${key}=${value} in a pax header`, () => body(record(key, value))),
  ),
  ...SPARSE.map((records, index) =>
    sparse(`a sparse or partial file by pax records, ${index + 1}`, () =>
      Buffer.concat([pax(records), file('a.js')]),
    ),
  ),
  sparse('a sparse file by a global header', () =>
    Buffer.concat([globalPax({ 'GNU.sparse.major': '1' }), file('a.js')]),
  ),
  says(/part of an archive/)('a part of an archive of several volumes', () =>
    Buffer.concat([
      globalPax({ 'GNU.volume.filename': 'a.js', 'GNU.volume.size': '9', 'GNU.volume.offset': '5' }),
      file('a.js'),
    ]),
  ),
  says(/sparse file/)('an old GNU sparse file', () =>
    file('a.js', 'x', {
      type: 'S',
      magic: 'gnu',
      raw: [
        [386, octal(0, 12)],
        [398, octal(1, 12)],
        [483, octal(1_000, 12)],
      ],
    }),
  ),

  damaged('records in the padding of a pax header, which Python reads', () => {
    const one = record('mtime', '1.5');
    return Buffer.concat([
      block('x', one.byteLength, { type: 'x' }),
      padded(Buffer.concat([one, record('path', 'edgekv_tokens.js')])),
      file('a.js'),
    ]);
  }),
  damaged('a GNU long name without its zero, and more behind it', () =>
    Buffer.concat([
      block('././@LongLink', 4, { type: 'L', magic: 'gnu' }),
      padded('a.jsx/../../x'),
      file('a.js'),
    ]),
  ),
  says(/differently/)('a GNU long name with a line end behind its zero, which node-tar reads on', () =>
    Buffer.concat([
      file('././@LongLink', 'a.js\0b\n/edgekv_tokens.js', { type: 'L', magic: 'gnu' }),
      file('a.js'),
    ]),
  ),
  says(/differently/)('a pax path in the lines of a comment, which node-tar takes', () =>
    Buffer.concat([pax({ comment: `hidden\n${record('path', 'edgekv_tokens.js')}` }), file('a.js')]),
  ),
  says(/differently/)('a pax size in the lines of an attribute, which node-tar takes', () =>
    Buffer.concat([pax({ 'SCHILY.xattr.user.a': `\n${record('size', '512')}\n` }), file('a.js', TOKENS)]),
  ),
  says(/differently/)('a pax link in the lines of a comment', () =>
    Buffer.concat([pax({ comment: `\n${record('linkpath', '/etc/passwd')}` }), symlink('l', 'main.js')]),
  ),
  says(/differently/)('a size in the lines of a global comment', () =>
    Buffer.concat([globalPax({ comment: `\n${record('size', '0')}` }), file('a.js')]),
  ),
  says(/differently/)('a pax path that is no UTF-8, which node-tar drops', () =>
    Buffer.concat([pax({ path: Buffer.from('caf\xe9.js', 'latin1') }), file('coffee.js')]),
  ),
  says(/differently/)('a pax path with a line end, which node-tar drops', () =>
    Buffer.concat([pax({ path: 'a\nb.js' }), file('a.js')]),
  ),
  says(/differently/)('a pax header without a name', () =>
    Buffer.concat([file('', record('mtime', '1.5'), { type: 'x' }), file('a.js')]),
  ),

  says(/two extended headers/)('two pax headers', () =>
    Buffer.concat([pax({ mtime: '1.5' }), pax({ mtime: '2.5' }), file('a.js')]),
  ),
  says(/two long names/)('two GNU long names', () =>
    Buffer.concat([longName('a.js'), longName('b.js'), file('c.js')]),
  ),
  says(/two long names/)('two GNU long links', () =>
    Buffer.concat([longLink('a'), longLink('b'), symlink('c', 'd')]),
  ),
  says(/two long names/)('a GNU long name and a pax path', () =>
    Buffer.concat([longName('a.js'), pax({ path: 'b.js' }), file('c.js')]),
  ),
  says(/two long names/)('a pax path and a GNU long name', () =>
    Buffer.concat([pax({ path: 'b.js' }), longName('a.js'), file('c.js')]),
  ),
  says(/two long names/)('a GNU long link and a pax link', () =>
    Buffer.concat([longLink('main.js'), pax({ linkpath: 'bundle.json' }), symlink('l', 'x')]),
  ),
  says(/two long names/)('a pax link and a GNU long link', () =>
    Buffer.concat([pax({ linkpath: 'bundle.json' }), longLink('main.js'), symlink('l', 'x')]),
  ),
  says(/says "path" twice/)('a pax path twice', () =>
    body(Buffer.concat([record('path', 'b.js'), record('path', 'c.js')])),
  ),
  says(/says "path" twice/)(
    'a pax path twice in bytes that are no UTF-8, the same to who reads them as such',
    () => body(Buffer.concat([record('path', Buffer.from([0xfe])), record('path', Buffer.from([0xff]))])),
  ),
  says(/says "size" twice/)('a pax size twice', () =>
    body(Buffer.concat([record('size', '2'), record('size', '0')])),
  ),
  says(/says "linkpath" twice/)('a pax link twice', () =>
    body(Buffer.concat([record('linkpath', 'b'), record('linkpath', 'c')])),
  ),

  says(/global header sets "path"/)('a global path', () =>
    Buffer.concat([globalPax({ path: 'edgekv_tokens.js' }), file('a.js')]),
  ),
  says(/global header sets "linkpath"/)('a global link', () =>
    Buffer.concat([globalPax({ linkpath: 'x' }), file('a.js')]),
  ),
  says(/global header sets "size"/)('a global size', () =>
    Buffer.concat([globalPax({ size: '0' }), file('a.js')]),
  ),
  says(/global header stands between/)('a global header between a pax header and its entry', () =>
    Buffer.concat([pax({ mtime: '1.5' }), globalPax({ comment: 'x' }), file('a.js')]),
  ),
  refused('a pax header at the end', /no entry behind it/, () => tgz(usual(), pax({ path: 'a' }))),
  refused('a GNU long name at the end', /no entry behind it/, () => tgz(usual(), longName('a'))),
  refused('a global header at the end, at which Python fails', /no entry behind it/, () =>
    tgz(usual(), globalPax({ comment: 'x' })),
  ),
  refused('a global header at the end without a marker', /no entry behind it/, () =>
    tgzOpen(usual(), globalPax({ comment: 'x' })),
  ),
  refused('only a global header', /no entry behind it/, () => tgz(globalPax({ comment: 'x' }))),
  refused('a pax size that is larger than the rest', /middle of a file/, () =>
    tgz(usual(), pax({ size: '99999999' }), file('a.js')),
  ),
  refused('a pax size that is smaller than the content', /header is damaged/, () =>
    tgz(usual(), pax({ size: '0' }), file('a.js')),
  ),
  refused(
    'a pax size that hides an entry in the content of another',
    /header is damaged|same name|differently|middle|behind/,
    () => tgz(usual(), pax({ size: '0' }), file('a.js', Buffer.concat([tokens(), Buffer.from('x')]))),
  ),
  refused('a pax size for a symbolic link', /has content/, () =>
    tgz(usual(), pax({ size: '512' }), symlink('l', 'main.js'), file('x')),
  ),
  refused('a pax header that is cut', /middle of a file/, () =>
    tgzOpen(usual(), pax({ comment: 'x'.repeat(2_000) }).subarray(0, 1_024)),
  ),
];

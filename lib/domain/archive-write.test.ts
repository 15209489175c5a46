// What is written anew: links that become files, names without ./, and new files under long paths.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Archive, readArchive } from './archive';
import { writeArchive } from './archive-write';
import { tokens, usual } from './corpus/archives-case';
import { differencesOf, type Pending } from './corpus/archives-compare';
import {
  hasGnuTar,
  hasPython,
  listGnuTar,
  listNodeTar,
  listOurs,
  listPython,
} from './corpus/archives-readers';
import {
  directory,
  file,
  hardLink,
  longLink,
  longName,
  octal,
  pax,
  symlink,
  tgz,
} from './corpus/archives-tar';

const DATA = Buffer.from('export {};\n');

async function archiveOf(packed: Uint8Array): Promise<Archive> {
  const result = await readArchive(packed);
  return result.ok ? result.value : assert.fail(`${result.problem.title} ${result.problem.detail}`);
}

/** What was written, for the other readers: each is started once, at the end. */
const pending: Pending[] = [];

/** The archive with `path` written. */
async function written(packed: Buffer, path: string, stripPrefix = false): Promise<Archive> {
  const archive = await archiveOf(packed);
  const entry = archive.entries.find(({ normalized }) => normalized === path);
  const replacement = entry ? { entry, data: DATA } : { path, data: DATA };
  const bytes = await writeArchive(archive, [replacement], { stripPrefix });
  const now = await archiveOf(bytes);
  const expected = listOurs(now);
  pending.push({ name: expected.join(), bytes, expected });
  return now;
}

const LONG = `lib/${'x'.repeat(150)}.js`;
const gnu = { magic: 'gnu' } as const;

const LINKS: readonly [what: string, link: () => Buffer][] = [
  ['a symbolic link', () => symlink('edgekv_tokens.js', 'main.js')],
  ['a hard link', () => hardLink('edgekv_tokens.js', 'main.js', { mode: octal(0o755, 8) })],
  ['a link in v7', () => hardLink('edgekv_tokens.js', 'main.js', { magic: 'v7' })],
  [
    'a link with a GNU long target',
    () => Buffer.concat([longLink(LONG), symlink('edgekv_tokens.js', LONG.slice(0, 100), gnu)]),
  ],
  [
    'a link with a GNU long target and a long name',
    () =>
      Buffer.concat([longName('edgekv_tokens.js'), longLink(LONG), symlink('cut', LONG.slice(0, 100), gnu)]),
  ],
  [
    'a link with a pax target, size and time',
    () =>
      Buffer.concat([pax({ linkpath: LONG, size: '0', mtime: '1.5' }), symlink('edgekv_tokens.js', 'lib')]),
  ],
  [
    'a link with a pax target only',
    () => Buffer.concat([pax({ linkpath: LONG }), symlink('edgekv_tokens.js', 'lib')]),
  ],
];

describe('a link in the place of the tokens file', () => {
  for (const [what, link] of LINKS) {
    test(`${what} becomes a plain file in its place, not executable, and nothing is left of its target`, async () => {
      const now = await written(tgz(usual(), link(), file('z.js')), 'edgekv_tokens.js');
      const at = now.entries.findIndex(({ path }) => path === 'edgekv_tokens.js');
      const entry = now.entries[at] ?? assert.fail();
      assert.deepEqual([at, entry.type, entry.mode, entry.linkPath], [2, 'file', 0o644, null]);
      assert.ok(DATA.equals(entry.data));
      const blocks = Buffer.from(now.bytes.subarray(entry.start, entry.header + 512)).toString('latin1');
      assert.ok(!blocks.includes('main.js') && !blocks.includes('xxx'), blocks);
    });
  }

  test('a time in a pax header stays when the target goes', async () => {
    const link = Buffer.concat([pax({ linkpath: LONG, mtime: '1.5' }), symlink('edgekv_tokens.js', 'lib')]);
    const now = await written(tgz(usual(), link), 'edgekv_tokens.js');
    const entry = now.entries[2] ?? assert.fail();
    assert.ok(Buffer.from(now.bytes.subarray(entry.start, entry.header)).includes('13 mtime=1.5\n'));
  });
});

describe('a new file', () => {
  const NEW = [
    'edgekv_tokens.js',
    `${'d'.repeat(83)}/edgekv_tokens.js`,
    `${'d'.repeat(84)}/edgekv_tokens.js`,
  ];
  for (const path of [...NEW, `${'ü'.repeat(120)}/${'日'.repeat(60)}/edgekv_tokens.js`]) {
    test(`stands at the end, whatever the length of its path: ${Buffer.byteLength(path)} bytes`, async () => {
      const now = await written(tgz(usual()), path);
      const entry = now.entries.at(-1) ?? assert.fail();
      assert.deepEqual([entry.path, entry.type, entry.mode], [path, 'file', 0o644]);
      assert.ok(DATA.equals(entry.data));
    });
  }
});

describe('names without ./', () => {
  const CASES: readonly [what: string, packed: () => Buffer, names: string[]][] = [
    [
      'in the block',
      () => tgz(file('./a.js'), file('././b.js'), file('.//c.js'), file('.///./d.js')),
      ['a.js', 'b.js', 'c.js', 'd.js'],
    ],
    [
      'of the root, which goes',
      () => tgz(directory('./'), directory('.'), directory('./.'), file('./a.js')),
      ['a.js'],
    ],
    ['of directories', () => tgz(directory('./a/'), directory('./b'), file('./a/x')), ['a/', 'b', 'a/x']],
    [
      'in the prefix',
      () => tgz(file('a.js', 'x', { prefix: '.' }), file('b.js', 'x', { prefix: './d' })),
      ['a.js', 'd/b.js'],
    ],
    [
      'in prefix and name',
      () => tgz(file('./a.js', 'x', { prefix: './.' }), file('b.js', 'x', { prefix: './/.' })),
      ['a.js', 'b.js'],
    ],
    [
      'only at their beginning',
      () => tgz(file('a/./b.js'), file('./c/./d.js'), file('...js'), file('.a.js')),
      ['a/./b.js', 'c/./d.js', '...js', '.a.js'],
    ],
    [
      'in a GNU long name',
      () => tgz(longName(`./${LONG}`), file(`./${LONG}`.slice(0, 100), 'x', gnu)),
      [LONG],
    ],
    [
      'in a pax path',
      () => tgz(pax({ path: `./${LONG}`, mtime: '1.5' }), file(`./${LONG}`.slice(0, 100))),
      [LONG],
    ],
  ];
  for (const [what, packed, names] of CASES) {
    test(what, async () => {
      const now = await written(Buffer.from(packed()), 'edgekv_tokens.js', true);
      assert.deepEqual(
        now.entries.map(({ path }) => path),
        [...names, 'edgekv_tokens.js'],
      );
    });
  }

  test('targets of hard links lose it too, those of symbolic links are no names', async () => {
    const packed = tgz(
      file('./a.js'),
      hardLink('./b.js', './a.js'),
      hardLink('c.js', './a.js'),
      symlink('./d.js', './a.js'),
      tokens(),
    );
    const now = await written(packed, 'edgekv_tokens.js', true);
    assert.deepEqual(
      now.entries.map(({ path, linkPath }) => [path, linkPath]),
      [
        ['a.js', null],
        ['b.js', 'a.js'],
        ['c.js', 'a.js'],
        ['d.js', './a.js'],
        ['edgekv_tokens.js', null],
      ],
    );
  });

  test('that holds for targets in extended headers too', async () => {
    const cut = `./${LONG}`.slice(0, 100);
    const packed = tgz(
      longName(`./${LONG}`),
      file(cut, 'x', gnu),
      Buffer.concat([pax({ linkpath: `./${LONG}` }), hardLink('./a', cut)]),
      Buffer.concat([longLink(`./${LONG}`), hardLink('./b', cut, gnu)]),
      Buffer.concat([pax({ linkpath: `./${LONG}` }), symlink('./c', cut)]),
      Buffer.concat([longLink(`./${LONG}`), symlink('./d', cut, gnu)]),
    );
    const now = await written(packed, 'edgekv_tokens.js', true);
    assert.deepEqual(
      now.entries.map(({ path, linkPath }) => [path, linkPath]),
      [
        [LONG, null],
        ['a', LONG],
        ['b', LONG],
        ['c', `./${LONG}`],
        ['d', `./${LONG}`],
        ['edgekv_tokens.js', null],
      ],
    );
  });

  test('times that star keeps behind a prefix stay', async () => {
    const times = `${octal(5, 12).slice(0, 11)} ${octal(6, 12).slice(0, 11)} `;
    const now = await written(
      tgz(file('a.js', 'x', { prefix: './d', raw: [[476, times]] })),
      'edgekv_tokens.js',
      true,
    );
    assert.equal(now.entries[0]?.path, 'd/a.js');
    assert.equal(Buffer.from(now.bytes.subarray(476, 500)).toString('latin1'), times);
  });

  test('bytes of a name that are no UTF-8 stay what they are', async () => {
    const now = await written(tgz(file(Buffer.from('./caf\xe9.js', 'latin1'))), 'edgekv_tokens.js', true);
    assert.equal(Buffer.from(now.bytes.subarray(0, 8)).toString('latin1'), 'caf\xe9.js\0');
  });
});

test('an archive written without a replacement is the same tar', async () => {
  const archive = await archiveOf(tgz(usual(), pax({ mtime: '1.5' }), tokens()));
  const again = await archiveOf(await writeArchive(archive, []));
  assert.equal(Buffer.compare(again.bytes, archive.bytes), 0);
});

describe('all that was written here', () => {
  const archives = () => pending.map(({ bytes }) => bytes);

  test('is read by GNU tar as by us', { skip: hasGnuTar ? false : 'GNU tar is not installed' }, () => {
    assert.deepEqual(differencesOf('GNU tar', listGnuTar(archives()), pending), []);
  });

  test('is read by Python as by us', { skip: hasPython ? false : 'Python 3 is not installed' }, () => {
    assert.deepEqual(differencesOf('Python', listPython(archives()), pending), []);
  });

  test('is read by node-tar as by us', () => {
    assert.ok(pending.length > 20);
    assert.deepEqual(differencesOf('node-tar', archives().map(listNodeTar), pending), []);
  });
});

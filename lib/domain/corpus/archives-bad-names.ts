// Hostile archives by the names in them: out of the bundle, twice, or in the place of the tokens file.
import { type ArchiveCase, refused, TOKENS, tokens, usual } from './archives-case';
import { directory, file, hardLink, longName, octal, pax, symlink, tgz } from './archives-tar';

const OUT: readonly [name: string, says: RegExp][] = [
  ['../x', /leads out of the bundle/],
  ['..', /leads out of the bundle/],
  ['a/../../x', /leads out of the bundle/],
  ['./../x', /leads out of the bundle/],
  ['a/..', /leads out of the bundle/],
  ['a/./..//x', /leads out of the bundle/],
  ['../edgekv_tokens.js', /leads out of the bundle/],
  ['a/../edgekv_tokens.js', /leads out of the bundle/],
  ['/etc/passwd', /not relative/],
  ['//host/share', /not relative/],
  ['/', /not relative/],
  ['C:/x', /not relative/],
  ['c:x', /not relative/],
  ['./c:x', /not relative/],
  ['C:\\x', /not relative/],
  ['\\\\host\\share\\x', /not relative/],
  ['\\x', /not relative/],
  ['a\\..\\..\\x', /not relative/],
  ['\\\\?\\C:\\x', /not relative/],
  ['', /read an entry differently|valid name/],
];

/** Ways to name an entry, so that each rule holds for each of them. */
const WAYS: readonly [way: string, entry: (name: string) => Buffer][] = [
  ['in the block', (name) => file(name)],
  ['in a pax path', (name) => Buffer.concat([pax({ path: name }), file('harmless')])],
  ['in a GNU long name', (name) => Buffer.concat([longName(name), file('harmless', 'x', { magic: 'gnu' })])],
  ['of a directory', (name) => directory(name)],
];

const outside = OUT.flatMap(([name, says]) =>
  WAYS.filter(([way]) => way === 'in the block' || !['c:x', '//host/share', '\\x'].includes(name)).map(
    ([way, entry]) =>
      refused(`the name ${JSON.stringify(name)} ${way}`, says, () => tgz(usual(), entry(name), tokens())),
  ),
);

const twice = (name: string, ...entries: Buffer[]) =>
  refused(name, /same name twice/, () => tgz(usual(), ...entries));

/** What some system or eye takes for edgekv_tokens.js. */
const LOOKALIKES: readonly [what: string, name: string][] = [
  ['capital letters', 'EDGEKV_TOKENS.JS'],
  ['one capital letter', 'edgeKV_tokens.js'],
  ['full-width letters', 'ｅdgekv_tokens.js'],
  ['a long s', 'edgekv_token\u017f.js'],
  ['a Kelvin sign', 'edge\u212av_tokens.js'],
  ['a zero-width space', 'edgekv_tokens\u200b.js'],
  ['a soft hyphen', 'edgekv\u00ad_tokens.js'],
  ['a dot at the end', 'edgekv_tokens.js.'],
  ['a space at the end', 'edgekv_tokens.js '],
];

const lookalikes = LOOKALIKES.flatMap(([what, name]) => [
  twice(`the tokens file and one with ${what}`, tokens(), file(name, TOKENS)),
  refused(`only a tokens file with ${what}`, /case or Unicode form/, () => tgz(usual(), file(name, TOKENS))),
  refused(`a tokens file with ${what} in a folder`, /case or Unicode form/, () =>
    tgz(usual(), tokens(), file(`lib/${name}`, TOKENS)),
  ),
]);

export const badNames: readonly ArchiveCase[] = [
  ...outside,
  twice('one name twice', file('a.js', '1'), file('a.js', '2')),
  twice('a and ./a', file('a.js'), file('./a.js')),
  twice('a and .//a', file('a.js'), file('.//a.js')),
  twice('a/b and a//b', file('a/b'), file('a//b')),
  twice('a/b and a/./b', file('a/b'), file('a/./b')),
  twice('a file and a directory of one name', file('a'), directory('a/')),
  twice('a directory and a file of one name', directory('a'), file('a')),
  twice('a file and a symbolic link of one name', file('a'), symlink('a', 'main.js')),
  twice('a file and a hard link of one name', file('a'), hardLink('a', 'main.js')),
  twice('a hard link to itself', hardLink('main.js', 'main.js')),
  twice('a name in the block and in a pax path', file('a.js'), pax({ path: 'a.js' }), file('b.js')),
  twice(
    'a name in a pax path and in a GNU long name',
    pax({ path: 'a.js' }),
    file('b'),
    longName('a.js'),
    file('c'),
  ),
  twice('a name and the same in a ustar prefix', file('d/a.js'), file('a.js', 'x', { prefix: 'd' })),
  twice(
    'two names that are the same without what is no UTF-8',
    file(Buffer.from('caf\xe9', 'latin1')),
    file(Buffer.from('caf\xe8', 'latin1')),
  ),
  twice('two tokens files', tokens(), tokens()),
  twice('the tokens file and ./edgekv_tokens.js', tokens(), file('./edgekv_tokens.js', TOKENS)),
  twice('the tokens file and a link of its name', tokens(), symlink('./edgekv_tokens.js', 'main.js')),
  ...lookalikes,
  refused('a directory in the place of the tokens file', /directory has the name/, () =>
    tgz(usual(), directory('edgekv_tokens.js/')),
  ),
  refused('a file below the place of the tokens file', /directory has the name/, () =>
    tgz(usual(), file('edgekv_tokens.js/a.js')),
  ),
  refused(
    'a directory called like the tokens file, in capitals',
    /directory has the name|case or Unicode/,
    () => tgz(usual(), directory('EdgeKV_Tokens.js/')),
  ),
  refused('an entry below a file', /below a file or a link/, () => tgz(usual(), file('main.js/x'))),
  refused('an entry below a file that comes later', /below a file or a link/, () =>
    tgz(usual(), file('a/b'), file('a')),
  ),
  refused('an entry below a hard link', /below a file or a link/, () =>
    tgz(usual(), hardLink('a', 'main.js'), file('a/b')),
  ),
  refused('an entry below a symbolic link', /below a file or a link/, () =>
    tgz(usual(), symlink('a', 'sub'), file('a/b')),
  ),
  refused('a tokens file below a symbolic link', /below a file or a link/, () =>
    tgz(usual(), symlink('lib', 'sub'), file('lib/edgekv_tokens.js', TOKENS)),
  ),
  refused('a directory below a symbolic link', /below a file or a link/, () =>
    tgz(usual(), symlink('a', '.'), directory('a/b/')),
  ),
  refused('a name of 513 bytes', /longer than 512 bytes/, () =>
    tgz(usual(), pax({ path: 'n'.repeat(513) }), file('n')),
  ),
  refused('a depth of 33', /nested too deep/, () =>
    tgz(usual(), file(Array.from({ length: 33 }, () => 'd').join('/'))),
  ),
  refused('a pax path with a zero in it', /valid name|damaged/, () =>
    tgz(usual(), pax({ path: 'a.js\0.txt' }), file('a.js')),
  ),
  refused('an empty pax path', /valid name/, () => tgz(usual(), pax({ path: '' }), file('a.js'))),
  refused('an empty GNU long name', /valid name/, () => tgz(usual(), longName(''), file('a.js'))),
  refused('a file that is the root', /none|valid name/, () => tgz(usual(), file('.'))),
  refused('a link that is the root', /none|valid name/, () => tgz(usual(), symlink('./', 'main.js'))),
  refused('a file whose name ends with a slash', /that of a directory/, () => tgz(usual(), file('a/', ''))),
  refused('a file with content whose name ends with a slash', /that of a directory/, () =>
    tgz(usual(), file('a/', 'content')),
  ),
  refused('a symbolic link whose name ends with a slash', /that of a directory/, () =>
    tgz(usual(), symlink('a/', 'main.js')),
  ),
  refused('a file whose pax path ends with a slash', /that of a directory/, () =>
    tgz(usual(), pax({ path: 'a/' }), file('a', '')),
  ),
  refused('a file whose long name ends with a slash', /that of a directory/, () =>
    tgz(usual(), longName('a/'), file('a', '')),
  ),
  refused('a file of the old type whose long name only ends with a slash', /that of a directory/, () =>
    tgz(usual(), longName('a/'), file('a', '', { type: '\0' })),
  ),
  refused(
    'a file of the old type whose long name only does not end with a slash',
    /that of a directory/,
    () => tgz(usual(), longName('a'), file('a/', '', { type: '\0' })),
  ),
  refused('a file of the old type with content that is a directory by name', /has content/, () =>
    tgz(usual(), file('a/', 'content', { type: '\0', size: octal(7, 12) })),
  ),
];

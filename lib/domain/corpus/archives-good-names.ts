// Legitimate archives by the names in them: long ones, odd ones, links and directories.
import { type ArchiveCase, accepted, MAIN, TOKENS, tokens, usual } from './archives-case';
import { directory, file, hardLink, longLink, longName, octal, pax, symlink, tgz } from './archives-tar';

const LONG = `assets/${'a'.repeat(60)}/${'b'.repeat(80)}.txt`;
/** GNU tar cuts the name at 100 bytes for the block, here just behind a slash. */
const CUT_AT_SLASH = `${'d'.repeat(99)}/main-part.js`;
const BYTES_500 = Array.from({ length: 10 }, (_, index) => `${index}${'p'.repeat(48)}`)
  .join('/')
  .padEnd(500, 'q');
const UMLAUTS = `assets/${'ü'.repeat(60)}/größe.txt`;
const gnu = { magic: 'gnu' } as const;

/** An entry with GNU's long name, cut in its own block as GNU tar cuts it. */
function gnuLong(name: string, data = 'x\n'): Buffer {
  return Buffer.concat([longName(name), file(Buffer.from(name).subarray(0, 100), data, gnu)]);
}

function paxLong(name: string, data = 'x\n'): Buffer {
  return Buffer.concat([pax({ path: name }), file(Buffer.from(name).subarray(0, 100), data)]);
}

const dots = (name: string, data = 'x\n') => file(`./${name}`, data);
const dotted = () => Buffer.concat([directory('./'), dots('main.js', MAIN), dots('bundle.json', '{}')]);

export const goodNames: readonly ArchiveCase[] = [
  accepted('a name of exactly 100 bytes', () =>
    tgz(file('n'.repeat(100), 'x', { mode: octal(0o644, 8) }), tokens()),
  ),
  accepted('a GNU long name', () => tgz(gnuLong(LONG), usual(), tokens())),
  accepted('a GNU long name that is cut at a slash', () => tgz(gnuLong(CUT_AT_SLASH, MAIN), tokens())),
  accepted('a pax name that is cut at a slash', () => tgz(paxLong(CUT_AT_SLASH, MAIN), tokens())),
  accepted('a GNU long name of a directory', () =>
    tgz(longName(`${LONG}/`), directory(LONG.slice(0, 100), gnu), gnuLong(`${LONG}/x`), tokens()),
  ),
  accepted('a GNU long name with letters beyond ASCII, cut inside one', () =>
    tgz(gnuLong(UMLAUTS), tokens()),
  ),
  accepted('a GNU long link', () =>
    tgz(gnuLong(LONG), longLink(LONG), symlink('link', LONG.slice(0, 100), gnu), tokens()),
  ),
  accepted('a GNU long link and a long name', () =>
    tgz(
      gnuLong(LONG),
      longLink(LONG),
      longName(`${LONG}2`),
      hardLink(LONG.slice(0, 100), LONG.slice(0, 100), gnu),
      tokens(),
    ),
  ),
  accepted('a GNU long link before a hard link', () =>
    tgz(gnuLong(LONG), longLink(LONG), hardLink('hard.txt', LONG.slice(0, 100), gnu), tokens()),
  ),
  accepted('a GNU long name of 500 bytes', () => tgz(gnuLong(BYTES_500), tokens())),
  accepted('a GNU long name for a short one', () => tgz(gnuLong('short.txt'), tokens())),
  accepted('a pax path of 500 bytes', () => tgz(paxLong(BYTES_500), tokens())),
  accepted('a pax path with letters beyond ASCII', () => tgz(paxLong('größe/日本語/😀.txt'), tokens())),
  accepted('a pax path of a directory', () =>
    tgz(pax({ path: `${LONG}/` }), directory('cut/'), paxLong(`${LONG}/x`), tokens()),
  ),
  accepted('a pax link', () =>
    tgz(paxLong(LONG), pax({ linkpath: LONG }), symlink('link', LONG.slice(0, 100)), tokens()),
  ),
  accepted('a pax link of a hard link', () =>
    tgz(
      paxLong(LONG),
      pax({ linkpath: LONG, path: 'hard/ü' }),
      hardLink('hard', LONG.slice(0, 100)),
      tokens(),
    ),
  ),
  accepted('a ustar prefix', () =>
    tgz(file('name.txt', 'x', { prefix: `deep/${'p'.repeat(100)}` }), tokens()),
  ),
  accepted('a ustar prefix of 155 bytes and a name of 100', () =>
    tgz(file('n'.repeat(100), 'x', { prefix: `d/${'p'.repeat(153)}` }), tokens()),
  ),
  accepted('a ustar prefix of 131 bytes', () => tgz(file('n', 'x', { prefix: 'p'.repeat(131) }), tokens())),
  accepted('a ustar prefix before a directory', () =>
    tgz(directory('sub/', { prefix: 'deep/er' }), usual(), tokens()),
  ),
  accepted('a name in Latin-1', () => tgz(file(Buffer.from('caf\xe9.txt', 'latin1')), usual(), tokens())),
  accepted('a GNU long name in Latin-1', () => {
    const name = Buffer.from(`caf\xe9/${'x'.repeat(120)}`, 'latin1');
    return tgz(longName(name), file(name.subarray(0, 100), 'x', gnu), tokens());
  }),
  accepted('a name with spaces, quotes and signs', () =>
    tgz(file(`a "b" 'c' & $d; -> (e) %20 #.js`), file('-rf'), tokens()),
  ),
  accepted('a name with a line end and an escape', () => tgz(file('a\nb\u001b[31m.txt'), usual(), tokens())),
  accepted('a name with a direction mark', () => tgz(file('a\u202etxt.js'), usual(), tokens())),
  accepted('two names that differ in case', () =>
    tgz(file('Main.js', MAIN), file('main.js', MAIN), tokens()),
  ),
  accepted('files that begin like the tokens file', () =>
    tgz(
      file('edgekv_tokens.json', '{}'),
      file('edgekv_tokens.js.bak', 'x'),
      file('edgekv-tokens.js', 'x'),
      tokens(),
    ),
  ),
  accepted('a depth of 32', () => tgz(file(Array.from({ length: 32 }, () => 'd').join('/')), tokens())),
  accepted('names with doubled slashes and dots inside', () => tgz(file('a//b/./c.txt'), usual(), tokens())),
  accepted(
    'the whole folder, with ./ before each name',
    () => tgz(dotted(), dots('edgekv_tokens.js', TOKENS)),
    {
      finding: 'dot-prefix',
      entries: 4,
    },
  ),
  accepted('the root as a single dot', () =>
    tgz(directory('.'), dots('main.js', MAIN), dots('edgekv_tokens.js', TOKENS)),
  ),
  accepted('././ and .// before names', () =>
    tgz(file('././main.js', MAIN), file('.//bundle.json', '{}'), file('././/edgekv_tokens.js', TOKENS)),
  ),
  accepted('./ before pax paths', () =>
    tgz(
      dotted(),
      pax({ path: `./${LONG}` }),
      file(`./${LONG}`.slice(0, 100)),
      pax({ path: './edgekv_tokens.js', size: String(TOKENS.length) }),
      dots('edgekv_tokens.js', TOKENS),
    ),
  ),
  accepted('./ before GNU long names and links', () =>
    tgz(
      gnuLong(`./${LONG}`),
      longLink(`./${LONG}`),
      hardLink('./hard', `./${LONG}`.slice(0, 100), gnu),
      dots('edgekv_tokens.js', TOKENS),
    ),
  ),
  accepted('a ustar prefix of a dot', () => tgz(file('main.js', MAIN, { prefix: '.' }), tokens())),
  accepted('a ustar prefix that begins with ./', () =>
    tgz(file('x.js', MAIN, { prefix: './sub/er' }), tokens()),
  ),
  accepted('a ustar prefix of dots before a name with one', () =>
    tgz(file('./x.js', MAIN, { prefix: './.' }), file('./y.js', MAIN, { prefix: '.' }), tokens()),
  ),
  accepted('hard links with and without ./', () =>
    tgz(
      dotted(),
      hardLink('./copy.js', './main.js'),
      hardLink('copy2.js', './main.js'),
      hardLink('./copy3.js', 'main.js'),
    ),
  ),
  accepted('a symbolic link whose target begins with ./', () =>
    tgz(dotted(), symlink('./link.js', './main.js')),
  ),
  accepted('a symbolic link at the root', () => tgz(usual(), symlink('link.js', 'main.js'), tokens())),
  accepted('a symbolic link up, inside', () =>
    tgz(usual(), symlink('a/b/link.js', '../../main.js'), tokens()),
  ),
  accepted('a symbolic link to nothing, inside', () =>
    tgz(usual(), symlink('link.js', 'sub/none.js'), tokens()),
  ),
  accepted('a symbolic link to a directory, and one through it', () =>
    tgz(
      usual(),
      directory('lib/'),
      file('lib/a.js'),
      symlink('l', 'lib/'),
      symlink('m.js', 'l/a.js'),
      tokens(),
    ),
  ),
  accepted('a symbolic link to the root', () => tgz(usual(), symlink('sub/root', '..'), tokens())),
  accepted('a hard link', () => tgz(usual(), hardLink('copy.js', 'main.js'), tokens())),
  accepted('a hard link to a hard link', () =>
    tgz(usual(), hardLink('b.js', 'main.js'), hardLink('c.js', 'b.js'), tokens()),
  ),
  accepted('a hard link to the tokens file', () =>
    tgz(usual(), tokens(), hardLink('copy/edgekv_tokens2.js', 'edgekv_tokens.js')),
  ),
  accepted('directories with and without a slash', () =>
    tgz(directory('a/'), directory('b'), file('a/x'), file('b/y'), usual(), tokens()),
  ),
  accepted('directories of the old type, by their slash', () =>
    tgz(
      directory('a/', { type: '\0', magic: 'v7' }),
      file('a/x', 'x', { magic: 'v7', type: '\0' }),
      usual(),
      tokens(),
    ),
  ),
  accepted('a directory twice, and behind its files', () =>
    tgz(file('a/x'), directory('a/'), directory('a'), usual(), tokens()),
  ),
  accepted('files below a directory that has no entry', () => tgz(file('x/y/z.js'), usual(), tokens())),
  accepted('an empty file', () => tgz(file('empty.txt', ''), usual(), tokens())),
  accepted('files of one block and of one byte more', () =>
    tgz(file('a', 'a'.repeat(512)), file('b', 'b'.repeat(513)), usual(), tokens()),
  ),
  accepted('AppleDouble files of macOS', () => tgz(file('._main.js', 'Mac OS X'), usual(), tokens())),
];

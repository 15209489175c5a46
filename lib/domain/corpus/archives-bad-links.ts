// Hostile archives by their links, and by entries that are no file, directory or link.
import { type ArchiveCase, refused, TOKENS, tokens, usual } from './archives-case';
import { directory, file, hardLink, longLink, octal, pax, symlink, tgz } from './archives-tar';

const leaves = (name: string, ...entries: Buffer[]) =>
  refused(name, /link leads out of the bundle/, () => tgz(usual(), ...entries, tokens()));

const nowhere = (name: string, ...entries: Buffer[]) =>
  refused(name, /hard link leads to no file/, () => tgz(usual(), ...entries, tokens()));

const none = (name: string, says: RegExp, ...entries: Buffer[]) =>
  refused(name, says, () => tgz(usual(), ...entries, tokens()));

const OTHER_TYPES: readonly [type: string, what: string][] = [
  ['3', 'a character device'],
  ['4', 'a block device'],
  ['6', 'a pipe'],
  ['D', 'a dump directory'],
  ['M', 'a part of a file'],
  ['S', 'a sparse file'],
  ['V', 'a volume label'],
  ['N', 'type N'],
  ['A', 'type A'],
  ['I', 'type I'],
  ['E', 'type E'],
  ['8', 'type 8'],
  ['9', 'type 9'],
  ['Z', 'type Z'],
  [' ', 'unknown type'],
  ['\u007f', 'unknown type'],
];

const others = OTHER_TYPES.map(([type, what]) =>
  none(
    `an entry of type ${JSON.stringify(type)}`,
    new RegExp(`no file, directory or link \\(${what}\\)`),
    file('strange', '', { type, dev: octal(1, 8) }),
  ),
);

/** The tokens file itself as a link is a question, not a refusal: the user may mean the file behind it. */
const asked = (name: string, ...entries: Buffer[]) =>
  refused(
    name,
    /is a (sym)?link/,
    () => tgz(usual(), file('other.js', TOKENS), ...entries),
    'tokens-file-choice',
  );

export const badLinks: readonly ArchiveCase[] = [
  leaves('a symbolic link to ..', symlink('a', '..')),
  leaves('a symbolic link up and out', symlink('a/b', '../../x')),
  leaves('a symbolic link that goes in and out', symlink('a', 'b/../../x')),
  leaves('a symbolic link to an absolute path', symlink('a', '/etc/passwd')),
  leaves('a symbolic link to a drive', symlink('a', 'C:/x')),
  leaves('a symbolic link to a UNC path', symlink('a', '\\\\host\\share')),
  leaves('a symbolic link with a backslash', symlink('a', '..\\x')),
  leaves('a hard link to ..', hardLink('a', '../x')),
  leaves('a hard link that goes in and out', hardLink('a', 'b/../../x')),
  leaves('a hard link with .. that stays inside', hardLink('a', 'sub/../main.js')),
  leaves('a hard link to an absolute path', hardLink('a', '/etc/passwd')),
  leaves('a pax link that leads out', pax({ linkpath: '../x' }), symlink('a', 'main.js')),
  leaves('an empty pax link', pax({ linkpath: '' }), symlink('a', 'main.js')),
  leaves('a pax link with a zero', pax({ linkpath: 'main.js\0/../../x' }), symlink('a', 'main.js')),
  leaves('a GNU long link that leads out', longLink(`../${'x'.repeat(120)}`), symlink('a', 'main.js')),
  leaves(
    'a symbolic link up behind another link',
    symlink('d/e/l', '../../main'),
    symlink('m', 'd/e/l/../../x'),
  ),
  leaves(
    'a symbolic link up below another link',
    directory('a/'),
    symlink('a/b', '..'),
    symlink('l', 'a'),
    symlink('m', 'l/b/..'),
  ),
  leaves('a symbolic link up behind one that comes later', symlink('m', 'd/l/../x'), symlink('d/l', '..')),
  nowhere('a hard link to nothing', hardLink('a', 'none.js')),
  nowhere('a hard link to what comes later', hardLink('a', 'later.js'), file('later.js')),
  nowhere('a hard link to a directory', directory('d/'), hardLink('a', 'd')),
  nowhere(
    'a hard link to a symbolic link, which leads elsewhere from there',
    symlink('d/e/s', '../../main.js'),
    hardLink('h', 'd/e/s'),
  ),
  nowhere('a hard link through a symbolic link', directory('d/'), symlink('l', 'd'), hardLink('h', 'l/x')),
  none('a symbolic link without a target', /link leads out|differently/, symlink('a', '')),
  none('a hard link without a target', /link leads out|differently/, hardLink('a', '')),
  none(
    'a symbolic link whose target stands in a pax record only',
    /differently/,
    pax({ linkpath: 'main.js' }),
    symlink('a', ''),
  ),
  none(
    'a symbolic link whose target stands in a GNU long link only',
    /differently/,
    longLink('main.js'),
    symlink('a', ''),
  ),
  none('a file with a link target', /differently/, file('a', 'x', { link: 'main.js' })),
  none('a directory with a link target', /differently/, directory('a/', { link: 'main.js' })),
  none(
    'a GNU long name with a link target',
    /differently/,
    file('././@LongLink', 'name\0', { type: 'L', link: 'x' }),
    file('name'),
  ),
  none(
    'a symbolic link with content',
    /has content/,
    symlink('a', 'main.js', { size: octal(3, 12) }),
    file('abc').subarray(512),
  ),
  none(
    'a hard link with content',
    /has content/,
    hardLink('a', 'main.js', { size: octal(3, 12) }),
    file('abc').subarray(512),
  ),
  none(
    'a directory with content',
    /has content/,
    directory('a/', { size: octal(3, 12) }),
    file('abc').subarray(512),
  ),
  none(
    'a directory with a size and nothing behind it',
    /middle of a file/,
    directory('a/', { size: octal(4096, 12) }),
  ),
  none(
    'a directory with content by a pax size',
    /has content/,
    pax({ size: '3' }),
    directory('a/'),
    file('abc').subarray(512),
  ),
  asked('a tokens file that is a symbolic link', symlink('edgekv_tokens.js', 'other.js')),
  asked('a tokens file that is a hard link', hardLink('edgekv_tokens.js', 'other.js')),
  asked('a tokens file that is a symbolic link to nothing', symlink('edgekv_tokens.js', 'none.js')),
  asked('a tokens file that is a symbolic link to itself', symlink('edgekv_tokens.js', 'edgekv_tokens.js')),
  ...others,
];

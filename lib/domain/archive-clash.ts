// Entries that get into each other's way. Two entries of one name, an entry below a file or link, or a link to a link may
// mean two things to two readers.
import { type ArchiveEntry, type EntryType, TOKENS_FILE } from './archive';
import { goesUpBehindLink, resolveInside } from './archive-path';
import { Refused } from './archive-refusal';

/** Throws Refused for the first entry that does. */
export function refuseClashes(entries: readonly ArchiveEntry[]): void {
  const types = new Map<string, EntryType>();
  const folded = entries.map(({ normalized }) => foldedSegments(normalized));
  for (const [index, { normalized, type, path, linkPath }] of entries.entries()) {
    // Case and Unicode form matter for our own file only: on some systems they would be one file.
    const own = folded[index];
    const key = own?.at(-1) === TOKENS_FILE ? own.join('/') : normalized;
    const before = types.get(key);
    if (before && !(before === 'directory' && type === 'directory'))
      throw new Refused('it holds the same name twice', index, path);
    types.set(key, type);
    if (type !== 'link' || linkPath === null) continue;
    const target = types.get(resolveInside(normalized, linkPath, false));
    // A hard link to a symbolic link is one in another place, from where it leads elsewhere.
    if (target !== 'file' && target !== 'link')
      throw new Refused('a hard link leads to no file before it', index, path);
  }
  refuseBelow(entries);
  const isSymlink = (path: string) => types.get(path) === 'symlink';
  for (const [index, entry] of entries.entries()) {
    const { normalized, type, path, linkPath } = entry;
    refuseSpelling(entry, index, folded[index] ?? null);
    if (type === 'symlink' && linkPath !== null && goesUpBehindLink(normalized, linkPath, isSymlink))
      throw new Refused('a link leads out of the bundle', index, path);
  }
}

/** In the order of their parts, what lies below an entry comes right behind it. */
function refuseBelow(entries: readonly ArchiveEntry[]): void {
  const sorted = entries
    .map((entry, index) => ({ entry, index, key: entry.normalized.replaceAll('/', '\0') }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  for (const [at, { entry, key }] of sorted.entries()) {
    const next = sorted[at + 1];
    if (entry.type !== 'directory' && next?.key.startsWith(`${key}\0`))
      throw new Refused('an entry lies below a file or a link', next.index, next.entry.path);
  }
}

/** A patched bundle may get an edgekv_tokens.js: nothing may stand that some systems would take for the same file. */
function refuseSpelling({ normalized, type, path }: ArchiveEntry, index: number, own: string[] | null): void {
  const at = own?.indexOf(TOKENS_FILE) ?? -1;
  if (!own || at < 0) return;
  if (at < own.length - 1 || type === 'directory')
    throw new Refused(`a directory has the name ${TOKENS_FILE}`, index, path);
  if (normalized !== TOKENS_FILE && !normalized.endsWith(`/${TOKENS_FILE}`))
    throw new Refused(`a name differs from ${TOKENS_FILE} in case or Unicode form only`, index, path);
}

/** The parts of a path in one spelling for all that macOS or Windows take for the same; null without our file's name. */
function foldedSegments(path: string): string[] | null {
  const isPlain = /^[ -~]*$/.test(path);
  const same = isPlain ? path : path.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  const lower = same.toLowerCase();
  if (!lower.includes(TOKENS_FILE)) return null;
  return lower.split('/').map((segment) => segment.replace(/[. ]+$/, ''));
}

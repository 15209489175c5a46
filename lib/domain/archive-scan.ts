// A strict, linear scan of a tar in memory. node-tar's parser is not used: it takes far more than linear time on zeros
// behind the end marker and drops damaged entries in silence (measured).
import type { ARCHIVE_LIMITS, Archive, ArchiveEntry, EntryType } from './archive';
import { refuseClashes } from './archive-clash';
import { BLOCK, type BlockKind, type HeaderBlock, isZero, readHeader } from './archive-header';
import { behindEntry, type Metadata, NO_METADATA, readMetadata } from './archive-metadata';
import { safePath, staysInside } from './archive-path';
import { Refused } from './archive-refusal';
import { isReadTheSame } from './archive-second-reading';

/** The entries of a tar. Throws Refused. */
export function scanTar(bytes: Buffer, notes: string[], limits: typeof ARCHIVE_LIMITS): Archive {
  if (bytes.byteLength < BLOCK) throw new Refused('it holds no tar archive');
  const entries: ArchiveEntry[] = [];
  let meta: Metadata = NO_METADATA;
  let at = 0;
  for (;;) {
    const index = entries.length;
    if (at === bytes.byteLength) {
      notes.push('The archive has no end marker.');
      break;
    }
    if (isZero(bytes, at, Math.min(at + BLOCK, bytes.byteLength))) break;
    if (at + BLOCK > bytes.byteLength) throw new Refused('it ends in the middle of a header', index);
    const header = readHeader(bytes, at);
    if (!header)
      throw new Refused('a header is damaged (its checksum, a number or its name is wrong)', index);
    const { kind } = header;
    if (!kind)
      throw new Refused(
        `an entry is no file, directory or link (${typeWord(header.flag)})`,
        index,
        header.path,
      );
    const isEntry = isEntryType(kind);
    const size = isEntry ? (meta.size ?? header.size) : header.size;
    const end = endOfData(bytes, at + BLOCK, size, index, header.path);
    if (isEntry) {
      if (index >= limits.entriesMax)
        throw new Refused(`it has more than ${limits.entriesMax} entries`, index);
      entries.push(toEntry(bytes, { header, type: kind, meta, at, size, end }, index, limits));
      meta = behindEntry(meta);
    } else {
      if (!isReadTheSame(bytes, at, meta.second, { kind, path: header.path, linkPath: null, size }))
        throw new Refused(TWO_READINGS, index, header.path);
      meta = readMetadata(bytes, { kind, at, size }, meta, index, limits);
    }
    at = end;
  }
  if (meta.count > 0 || meta.isGlobalOpen)
    throw new Refused('an extended header has no entry behind it', entries.length);
  refuseTail(bytes, at, limits);
  if (!entries.some((entry) => entry.type !== 'directory')) throw new Refused('it holds no file');
  refuseClashes(entries);
  return { bytes, entries, endOfEntries: at, notes };
}

const TWO_READINGS = 'tar programs would read an entry differently';

function isEntryType(kind: BlockKind): kind is EntryType {
  return kind === 'file' || kind === 'directory' || kind === 'link' || kind === 'symlink';
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a pipe',
  D: 'a dump directory',
  M: 'a part of a file',
  S: 'a sparse file',
  V: 'a volume label',
};

function typeWord(flag: string): string {
  return TYPE_WORDS[flag] ?? (/^[!-~]$/.test(flag) ? `type ${flag}` : 'unknown type');
}

/** Where the data at `from` ends with its padding. */
function endOfData(bytes: Buffer, from: number, size: number, index: number, path: string): number {
  const end = from + Math.ceil(size / BLOCK) * BLOCK;
  if (from + size > bytes.byteLength) throw new Refused('it ends in the middle of a file', index, path);
  if (end > bytes.byteLength) throw new Refused('its last file is not padded', index, path);
  return end;
}

/** Behind the entries there may be zeros only, and not without end. */
function refuseTail(bytes: Buffer, at: number, { paddingBytesMax }: typeof ARCHIVE_LIMITS): void {
  if (!isZero(bytes, at, bytes.byteLength)) throw new Refused('there is data behind its end marker');
  if (bytes.byteLength - at > paddingBytesMax)
    throw new Refused(`more than ${paddingBytesMax / 1024 / 1024} MiB of padding follow its end marker`);
}

type Found = { header: HeaderBlock; type: EntryType; meta: Metadata; at: number; size: number; end: number };

function toEntry(
  bytes: Buffer,
  { header, type: told, meta, at, size, end }: Found,
  index: number,
  limits: typeof ARCHIVE_LIMITS,
): ArchiveEntry {
  const path = meta.path ?? header.path;
  const normalized = safePath(path, limits);
  if (!normalized.ok) throw new Refused(normalized.why, index, path);
  const type = typeByName(header, told, path);
  if (type === null) throw new Refused('a name is that of a directory, but the entry is none', index, path);
  if (type !== 'file' && size > 0) throw new Refused('a directory or link has content', index, path);
  const isLink = type === 'link' || type === 'symlink';
  const linkPath = isLink ? (meta.link ?? header.linkPath) : null;
  if (linkPath !== null && !staysInside(normalized.path, linkPath, type === 'symlink'))
    throw new Refused('a link leads out of the bundle', index, path);
  if (!isReadTheSame(bytes, at, meta.second, { kind: type, path, linkPath, size }))
    throw new Refused(TWO_READINGS, index, path);
  return {
    path,
    normalized: normalized.path,
    type,
    mode: header.mode,
    linkPath,
    start: meta.count > 0 ? meta.start : at,
    header: at,
    data: bytes.subarray(at + BLOCK, at + BLOCK + size),
    end,
  };
}

/** Before tar knew directories, a slash behind a file's name made one. Null where readers do not agree that it does. */
function typeByName({ flag, name }: HeaderBlock, told: EntryType, path: string): EntryType | null {
  if (told === 'directory') return told;
  const isNamedSo = /(^|\/)\.?$/.test(path);
  // Of files of the old type Python asks the block's own name, GNU tar and node-tar the long one.
  if (flag === '\0' && name.endsWith('/')) return path.endsWith('/') ? 'directory' : null;
  return isNamedSo ? null : told;
}

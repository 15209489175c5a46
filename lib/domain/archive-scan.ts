// A strict, linear scan of a tar in memory. node-tar's parser is not used: it takes far more than linear time on zeros
// behind the end marker and drops damaged entries in silence (measured).
import type { ARCHIVE_LIMITS, Archive, ArchiveEntry, EntryType } from './archive';
import { BLOCK, type HeaderBlock, readHeader } from './archive-header';
import { META_TYPES, type Metadata, NO_METADATA, readMetadata } from './archive-metadata';
import { safePath, staysInside } from './archive-path';
import { Refused } from './archive-refusal';

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
    const isMeta = META_TYPES.has(header.type);
    const size = isMeta ? header.size : (meta.size ?? header.size);
    const dataAt = at + BLOCK;
    const end = dataAt + Math.ceil(size / BLOCK) * BLOCK;
    if (dataAt + size > bytes.byteLength)
      throw new Refused('it ends in the middle of a file', index, header.path);
    if (end > bytes.byteLength) throw new Refused('its last file is not padded', index, header.path);
    const data = bytes.subarray(dataAt, dataAt + size);
    if (isMeta) {
      meta = readMetadata(header.type, data, meta, at, index, limits);
    } else {
      if (index >= limits.entriesMax)
        throw new Refused(`it has more than ${limits.entriesMax} entries`, index);
      entries.push(toEntry(header, data, meta, at, end, index, limits));
      meta = { ...NO_METADATA, total: meta.total, globals: meta.globals };
    }
    at = end;
  }
  if (meta.count > 0) throw new Refused('an extended header has no entry behind it', entries.length);
  if (!isZero(bytes, at, bytes.byteLength)) throw new Refused('there is data behind its end marker');
  if (bytes.byteLength - at > limits.paddingBytesMax)
    throw new Refused(
      `more than ${limits.paddingBytesMax / 1024 / 1024} MiB of padding follow its end marker`,
    );
  if (!entries.some((entry) => entry.type !== 'directory')) throw new Refused('it holds no file');
  refuseClashes(entries);
  return { bytes, entries, endOfEntries: at, notes };
}

const TYPES: Readonly<Record<string, EntryType>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Link: 'link',
  SymbolicLink: 'symlink',
  Directory: 'directory',
};

function toEntry(
  header: HeaderBlock,
  data: Buffer,
  meta: Metadata,
  at: number,
  end: number,
  index: number,
  limits: typeof ARCHIVE_LIMITS,
): ArchiveEntry {
  const path = meta.path ?? header.path;
  const known = TYPES[header.type];
  if (!known) throw new Refused(`an entry is no file, directory or link (${header.type})`, index, path);
  const type = known === 'file' && path.endsWith('/') ? 'directory' : known;
  if (type !== 'file' && data.byteLength > 0)
    throw new Refused('a directory or link has content', index, path);
  const normalized = safePath(path, limits);
  if (!normalized.ok) throw new Refused(normalized.why, index, path);
  if (normalized.path === '' && type !== 'directory')
    throw new Refused('an entry has no valid name', index, path);
  const linkPath = type === 'link' || type === 'symlink' ? (meta.link ?? header.linkPath) : null;
  if (linkPath !== null && !staysInside(normalized.path, linkPath, type === 'symlink'))
    throw new Refused('a link leads out of the bundle', index, path);
  return {
    path,
    normalized: normalized.path,
    type,
    mode: header.mode,
    linkPath,
    start: meta.count > 0 ? meta.start : at,
    header: at,
    data,
    end,
    paxSize: meta.size !== null,
  };
}

/** Two entries of one name, or an entry below a file or link, may mean two things to two readers. */
function refuseClashes(entries: readonly ArchiveEntry[]): void {
  const types = new Map<string, EntryType>();
  for (const [index, { normalized, type, path }] of entries.entries()) {
    // Case and Unicode form matter for our own file only: on some systems they would be one file.
    const key = isTokensFileLike(normalized) ? TOKENS_FILE_KEY : normalized;
    const before = types.get(key);
    if (before && !(before === 'directory' && type === 'directory'))
      throw new Refused('it holds the same name twice', index, path);
    types.set(key, type);
  }
  for (const [index, { normalized, path }] of entries.entries()) {
    for (let slash = normalized.indexOf('/'); slash >= 0; slash = normalized.indexOf('/', slash + 1)) {
      const parent = types.get(normalized.slice(0, slash));
      if (parent && parent !== 'directory')
        throw new Refused('an entry lies below a file or a link', index, path);
    }
  }
}

const TOKENS_FILE_KEY = 'edgekv_tokens.js';

function isTokensFileLike(path: string): boolean {
  return path.normalize('NFKC').toLowerCase() === TOKENS_FILE_KEY;
}

const ZEROS = Buffer.alloc(64 * 1024);

function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += ZEROS.byteLength) {
    const until = Math.min(at + ZEROS.byteLength, to);
    if (ZEROS.compare(bytes, at, until, 0, until - at) !== 0) return false;
  }
  return true;
}

// EdgeWorkers bundles: a strict, linear scan of a .tgz in memory, and a rewrite of one entry that copies every other
// block as it is. Nothing is ever extracted. node-tar's Header decodes single blocks; its parser is not used,
// because it is far more than linear on zeros behind the end marker (measured).
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Header } from 'tar';
import { fail, ok, type Problem, type Result } from './problem';
import { visibleText } from './visible-text';

/** Limits on what is taken. Akamai's own are 512 KB packed and 1 MB unpacked, so these leave ample room. */
export const ARCHIVE_LIMITS = {
  unpackedBytesMax: 32 * 1024 * 1024,
  entriesMax: 2_000,
  pathBytesMax: 512,
  depthMax: 32,
  metadataBytesMax: 64 * 1024,
  metadataTotalMax: 1024 * 1024,
  metadataInARowMax: 4,
};

const BLOCK = 512;
const GZIP_LEVEL = 6;

export type EntryType = 'file' | 'directory' | 'link' | 'symlink';

export type ArchiveEntry = {
  /** As the archive spells it. */
  path: string;
  /** Without leading `./`, repeated and trailing slashes. */
  normalized: string;
  type: EntryType;
  mode: number;
  linkPath: string | null;
  /** Where the entry begins, extended headers included, and where its own header block is. */
  start: number;
  header: number;
  data: Uint8Array;
  /** Behind its data and padding. */
  end: number;
  /** Whether an extended header overrides the size, which then must go when the size changes. */
  paxSize: boolean;
};

export type Archive = {
  /** The whole unpacked tar. */
  bytes: Uint8Array;
  entries: readonly ArchiveEntry[];
  /** Where the end marker begins: new entries go here. */
  endOfEntries: number;
  /** Odd but harmless things that were accepted, in words. */
  notes: readonly string[];
};

/** Refusals inside the scan; turned into a Problem at its border. */
class Refused extends Error {
  constructor(
    readonly what: string,
    readonly index: number | null = null,
    readonly path = '',
  ) {
    super(what);
  }
}

/**
 * Unpacks and scans a bundle. Problems: `bundle-not-gzip`, `bundle-damaged`, `bundle-refused` (422), `bundle-too-large`
 * (413); each names the entry and the reason.
 */
export async function readArchive(packed: Uint8Array): Promise<Result<Archive>> {
  const unpacked = await unpack(packed);
  if (!unpacked.ok) return unpacked;
  const { bytes, notes } = unpacked.value;
  try {
    return ok(scan(bytes, notes));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const where =
      error.index === null ? '' : ` Entry ${error.index + 1}${error.path ? ` (${shown(error.path)})` : ''}.`;
    return fail(
      'bundle-refused',
      422,
      `The bundle was refused: ${error.what}.`,
      `Nothing was changed.${where} Pack it again with tar -czf.`,
    );
  }
}

function shown(path: string): string {
  const visible = visibleText(path);
  return visible.length > 80 ? `${visible.slice(0, 80)}…` : visible;
}

const unzip = promisify(gunzip);
const zip = promisify(gzip);

async function unpack(packed: Uint8Array): Promise<Result<{ bytes: Uint8Array; notes: string[] }>> {
  const { unpackedBytesMax } = ARCHIVE_LIMITS;
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) {
    // Some build tools forget the gzip step; Akamai wants it, so the answer is packed.
    if (isTarHeader(packed, 0) && packed.byteLength <= unpackedBytesMax) {
      return ok({
        bytes: packed,
        notes: ['The bundle was a plain .tar; it was compressed, as Akamai wants it.'],
      });
    }
    return notGzip(packed);
  }
  try {
    return ok({ bytes: await unzip(packed, { maxOutputLength: unpackedBytesMax }), notes: [] });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      const limit = `${unpackedBytesMax / 1024 / 1024} MiB`;
      return fail(
        'bundle-too-large',
        413,
        `The bundle unpacks to more than ${limit}.`,
        'Nothing was changed. Akamai takes 1 MB.',
      );
    }
    const why = code === 'Z_BUF_ERROR' ? 'it ends too early' : 'its gzip data is damaged';
    return fail(
      'bundle-damaged',
      422,
      `The bundle cannot be unpacked: ${why}.`,
      'Nothing was changed. Send the whole file, or pack it again.',
    );
  }
}

const KNOWN_STARTS: readonly [start: string, what: string][] = [
  ['504b', 'a zip file'],
  ['425a68', 'a bzip2 file'],
  ['fd377a', 'an xz file'],
  ['28b52f', 'a zstd file'],
  ['7b', 'a JSON file'],
  ['3c', 'an HTML or XML file'],
];

function notGzip(packed: Uint8Array): { ok: false; problem: Problem } {
  const hex = Buffer.from(packed.subarray(0, 4)).toString('hex');
  const known = KNOWN_STARTS.find(([start]) => hex.startsWith(start));
  const begins =
    packed.byteLength === 0
      ? 'The file is empty.'
      : `It begins with ${hex.replace(/(..)(?=.)/g, '$1 ')}${known ? `, ${known[1]}` : ''}.`;
  return fail(
    'bundle-not-gzip',
    422,
    'This is no gzip file.',
    `Nothing was changed. ${begins} Pack the bundle with tar -czf.`,
  );
}

function isTarHeader(bytes: Uint8Array, at: number): boolean {
  return (
    bytes.byteLength >= at + BLOCK &&
    decodeHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at) !== null
  );
}

/** The header block at `at`; null when it is none: a wrong checksum, or a number that node-tar throws for. */
function decodeHeader(buffer: Buffer, at: number): Header | null {
  try {
    const header = new Header(buffer, at);
    return header.cksumValid ? header : null;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

const TYPES: Readonly<Record<string, EntryType>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Link: 'link',
  SymbolicLink: 'symlink',
  Directory: 'directory',
};

function scan(bytes: Uint8Array, notes: string[]): Archive {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.byteLength < BLOCK) throw new Refused('it holds no tar archive');
  const entries: ArchiveEntry[] = [];
  const meta = {
    start: 0,
    count: 0,
    total: 0,
    hasPax: false,
    size: null as number | null,
    path: null as string | null,
    link: null as string | null,
  };
  let at = 0;
  for (;;) {
    if (at === buffer.byteLength) {
      notes.push('The archive has no end marker.');
      break;
    }
    if (at + BLOCK > buffer.byteLength)
      throw new Refused('it ends in the middle of a header', entries.length);
    if (isZero(buffer, at, at + BLOCK)) break;
    const header = decodeHeader(buffer, at);
    if (!header) throw new Refused('a header is damaged (its checksum or a number is wrong)', entries.length);
    const size = meta.size ?? header.size ?? 0;
    if (!Number.isSafeInteger(size) || size < 0)
      throw new Refused('an entry has no valid size', entries.length, header.path);
    const own = META_TYPES.has(header.type) ? (header.size ?? -1) : size;
    const dataAt = at + BLOCK;
    const end = dataAt + Math.ceil(own / BLOCK) * BLOCK;
    if (own < 0 || dataAt + own > buffer.byteLength)
      throw new Refused('it ends in the middle of a file', entries.length, header.path);
    if (end > buffer.byteLength)
      throw new Refused('its last file is not padded', entries.length, header.path);
    if (META_TYPES.has(header.type)) {
      readMetadata(header, buffer.subarray(dataAt, dataAt + own), meta, at, entries.length);
      at = end;
      continue;
    }
    if (entries.length >= ARCHIVE_LIMITS.entriesMax)
      throw new Refused(`it has more than ${ARCHIVE_LIMITS.entriesMax} entries`, entries.length);
    const entry = toEntry(header, buffer.subarray(dataAt, dataAt + own), meta, at, end, entries.length);
    entries.push(entry);
    Object.assign(meta, { start: 0, count: 0, hasPax: false, size: null, path: null, link: null });
    at = end;
  }
  if (meta.count > 0) throw new Refused('an extended header has no entry behind it', entries.length);
  if (!isZero(buffer, at, buffer.byteLength)) throw new Refused('there is data behind its end marker');
  if (entries.length === 0) throw new Refused('it holds no file');
  refuseDuplicates(entries);
  return { bytes, entries, endOfEntries: at, notes };
}

const META_TYPES = new Set([
  'ExtendedHeader',
  'GlobalExtendedHeader',
  'NextFileHasLongPath',
  'NextFileHasLongLinkpath',
  'OldExtendedHeader',
  'OldGnuLongPath',
]);

type Metadata = {
  start: number;
  count: number;
  total: number;
  /** Whether a pax header was seen, and the size it sets. */
  hasPax: boolean;
  size: number | null;
  path: string | null;
  link: string | null;
};

function readMetadata(header: Header, data: Buffer, meta: Metadata, at: number, index: number): void {
  const { metadataBytesMax, metadataInARowMax, metadataTotalMax } = ARCHIVE_LIMITS;
  if (meta.count === 0) meta.start = at;
  meta.count += 1;
  meta.total += data.byteLength;
  if (data.byteLength > metadataBytesMax || meta.total > metadataTotalMax || meta.count > metadataInARowMax) {
    throw new Refused('it has too many or too large extended headers', index);
  }
  if (header.type === 'NextFileHasLongPath' || header.type === 'OldGnuLongPath') {
    meta.path = cut(data);
    return;
  }
  if (header.type === 'NextFileHasLongLinkpath') {
    meta.link = cut(data);
    return;
  }
  const records = readPax(data, index);
  const isGlobal = header.type === 'GlobalExtendedHeader';
  for (const key of records.keys()) {
    if (key.startsWith('GNU.sparse')) throw new Refused('it has a sparse file', index);
    if (isGlobal && ['path', 'linkpath', 'size'].includes(key))
      throw new Refused(`a global header sets "${key}" for all entries`, index);
  }
  if (isGlobal) return;
  if (meta.hasPax) throw new Refused('an entry has two extended headers', index);
  const size = records.get('size');
  if (size !== undefined && !/^\d{1,15}$/.test(size))
    throw new Refused('an extended header has no valid size', index);
  meta.hasPax = true;
  if (size !== undefined) meta.size = Number(size);
  meta.path = records.get('path') ?? meta.path;
  meta.link = records.get('linkpath') ?? meta.link;
}

/** `length key=value\n` records, every length checked: a wrong one is how two readers come to see two archives. */
function readPax(data: Buffer, index: number): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.byteLength; ) {
    const space = data.indexOf(0x20, at);
    const digits = space < 0 ? '' : data.toString('latin1', at, space);
    const end = at + Number(digits);
    const equals = data.indexOf(0x3d, space);
    if (
      !/^[1-9]\d{0,6}$/.test(digits) ||
      end > data.byteLength ||
      data[end - 1] !== 0x0a ||
      equals < 0 ||
      equals >= end
    ) {
      throw new Refused('an extended header is damaged', index);
    }
    records.set(data.toString('utf8', space + 1, equals), data.toString('utf8', equals + 1, end - 1));
    at = end;
  }
  return records;
}

function cut(data: Buffer): string {
  const zero = data.indexOf(0);
  return data.toString('utf8', 0, zero < 0 ? data.byteLength : zero);
}

function toEntry(
  header: Header,
  data: Buffer,
  meta: Metadata,
  at: number,
  end: number,
  index: number,
): ArchiveEntry {
  const path = meta.path ?? header.path ?? '';
  const type = TYPES[header.type];
  if (!type) throw new Refused(`an entry is no file, directory or link (${header.type})`, index, path);
  if (type !== 'file' && data.byteLength > 0)
    throw new Refused('a directory or link has content', index, path);
  const normalized = safePath(path, index);
  const linkPath = type === 'link' || type === 'symlink' ? (meta.link ?? header.linkpath ?? '') : null;
  if (linkPath !== null) refuseEscape(normalized, linkPath, type, index, path);
  return {
    path,
    normalized,
    type: type === 'file' && path.endsWith('/') ? 'directory' : type,
    mode: header.mode ?? 0,
    linkPath,
    start: meta.count > 0 ? meta.start : at,
    header: at,
    data,
    end,
    paxSize: meta.size !== null,
  };
}

/** A path below the archive's root, or a refusal: traversal, absolute, drive, UNC and control characters. */
function safePath(path: string, index: number): string {
  if (path === '' || path.includes('\0')) throw new Refused('an entry has no valid name', index, path);
  if (Buffer.byteLength(path) > ARCHIVE_LIMITS.pathBytesMax)
    throw new Refused(`a name is longer than ${ARCHIVE_LIMITS.pathBytesMax} bytes`, index, path);
  if (path.startsWith('/') || path.includes('\\') || /^[A-Za-z]:/.test(path))
    throw new Refused('a name is not relative to the bundle', index, path);
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw new Refused('a name leads out of the bundle (..)', index, path);
  if (segments.length > ARCHIVE_LIMITS.depthMax) throw new Refused('a name is nested too deep', index, path);
  return segments.join('/');
}

function refuseEscape(
  normalized: string,
  target: string,
  type: EntryType,
  index: number,
  path: string,
): void {
  const isOdd =
    target === '' ||
    target.startsWith('/') ||
    target.includes('\\') ||
    target.includes('\0') ||
    /^[A-Za-z]:/.test(target);
  const base = type === 'symlink' ? normalized.split('/').slice(0, -1) : [];
  let depth = base.length;
  for (const segment of target.split('/')) {
    if (segment === '..') depth -= 1;
    else if (segment !== '' && segment !== '.') depth += 1;
    if (depth < 0) throw new Refused('a link leads out of the bundle', index, path);
  }
  if (isOdd) throw new Refused('a link leads out of the bundle', index, path);
}

/** Two entries of one name may mean two things to two readers; only a directory may be named again. */
function refuseDuplicates(entries: readonly ArchiveEntry[]): void {
  const seen = new Map<string, ArchiveEntry>();
  for (const [index, entry] of entries.entries()) {
    // Case and Unicode form matter for our own file only: on some systems they would be one file.
    const key = isTokensFileLike(entry.normalized) ? TOKENS_FILE : entry.normalized;
    const before = seen.get(key);
    if (before && !(before.type === 'directory' && entry.type === 'directory')) {
      throw new Refused('it holds the same name twice', index, entry.path);
    }
    seen.set(key, entry);
  }
}

export const TOKENS_FILE = 'edgekv_tokens.js';

function isTokensFileLike(path: string): boolean {
  return path.normalize('NFKC').toLowerCase() === TOKENS_FILE;
}

function isZero(buffer: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += BLOCK) {
    if (ZEROS.compare(buffer, at, Math.min(at + BLOCK, to), 0, Math.min(BLOCK, to - at)) !== 0) return false;
  }
  return true;
}

const ZEROS = Buffer.alloc(BLOCK);

/** A file to put in: the entry it replaces, or a new path at the end of the archive. */
export type Replacement = { data: Uint8Array; entry: ArchiveEntry } | { data: Uint8Array; path: string };

/** The archive as .tgz with the files replaced or added; every other block is the same. The same input, the same bytes. */
export async function writeArchive(
  archive: Archive,
  replacements: readonly Replacement[],
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let at = 0;
  const changed = replacements
    .flatMap((one) => ('entry' in one ? [one] : []))
    .sort((a, b) => a.entry.start - b.entry.start);
  for (const { entry, data } of changed) {
    parts.push(archive.bytes.subarray(at, entry.start));
    parts.push(
      entry.paxSize ? metadataWithoutSize(archive, entry) : archive.bytes.subarray(entry.start, entry.header),
    );
    parts.push(
      resizedHeader(archive.bytes.subarray(entry.header, entry.header + BLOCK), data.byteLength),
      ...padded(data),
    );
    at = entry.end;
  }
  parts.push(archive.bytes.subarray(at, archive.endOfEntries));
  for (const one of replacements) {
    if ('path' in one) parts.push(newHeader(one.path, one.data.byteLength), ...padded(one.data));
  }
  parts.push(archive.bytes.subarray(archive.endOfEntries));
  return zip(Buffer.concat(parts), { level: GZIP_LEVEL });
}

function padded(data: Uint8Array): Uint8Array[] {
  const rest = data.byteLength % BLOCK;
  return rest === 0 ? [data] : [data, ZEROS.subarray(0, BLOCK - rest)];
}

/** The header block with another size; mode, owner, time and names stay. */
function resizedHeader(block: Uint8Array, size: number): Buffer {
  const header = Buffer.from(block);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  return withChecksum(header);
}

function newHeader(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  // Not executable: Akamai refuses executable files. A fixed time, so that the same input gives the same bytes.
  new Header({ path, mode: 0o644, uid: 0, gid: 0, size, mtime: new Date(0), type: 'File' }).encode(block);
  return block;
}

function withChecksum(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** The extended headers of an entry with the size record cut out; an emptied one goes away. */
function metadataWithoutSize(archive: Archive, entry: ArchiveEntry): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = entry.start; at < entry.header; ) {
    const block = archive.bytes.subarray(at, at + BLOCK);
    const header = new Header(Buffer.from(block));
    const size = header.size ?? 0;
    const data = Buffer.from(archive.bytes.subarray(at + BLOCK, at + BLOCK + size));
    const next = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (header.type === 'ExtendedHeader') {
      const kept = paxRecords(data).filter((record) => !/^\d+ size=/.test(record.toString('latin1')));
      const joined = Buffer.concat(kept);
      if (joined.byteLength > 0) parts.push(resizedHeader(block, joined.byteLength), ...padded(joined));
    } else {
      parts.push(archive.bytes.subarray(at, next));
    }
    at = next;
  }
  return Buffer.concat(parts);
}

function paxRecords(data: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < data.byteLength; ) {
    const length = Number.parseInt(data.toString('latin1', at, data.indexOf(0x20, at)), 10);
    records.push(data.subarray(at, at + length));
    at += length;
  }
  return records;
}

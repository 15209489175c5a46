// Writes a scanned archive again with some files replaced or added. Every other block is copied as it is.
import { Header } from 'tar';
import type { Archive, ArchiveEntry } from './archive';
import { gzipParts } from './archive-gzip';
import { BLOCK } from './archive-header';
import { paxRecords, printPax } from './archive-metadata';

/** A file to put in: for an entry (a link becomes a file), or under a new path at the end of the archive. */
export type Replacement = { data: Uint8Array; entry: ArchiveEntry } | { data: Uint8Array; path: string };

export type WriteOptions = {
  /** Write all names without a leading `./`, which Akamai refuses. */
  stripPrefix?: boolean;
};

/** The archive as .tgz. The same input gives the same bytes. */
export function writeArchive(
  archive: Archive,
  replacements: readonly Replacement[],
  { stripPrefix = false }: WriteOptions = {},
): Promise<Buffer> {
  const { bytes, entries, endOfEntries } = archive;
  const parts: Uint8Array[] = [];
  let copied = 0;
  const copyUntil = (at: number) => {
    if (at > copied) parts.push(bytes.subarray(copied, at));
    copied = at;
  };
  for (const entry of entries) {
    const replacement = replacements.find((one) => 'entry' in one && one.entry === entry);
    const isStripped = stripPrefix && hasPrefix(entry);
    if (!replacement && !isStripped) continue;
    copyUntil(entry.start);
    copied = entry.end;
    // The root itself has no name left.
    if (isStripped && entry.normalized === '') continue;
    parts.push(...rewritten(archive, entry, replacement?.data ?? null, isStripped));
    if (replacement) parts.push(...padded(replacement.data));
    else parts.push(bytes.subarray(entry.header + BLOCK, entry.end));
  }
  copyUntil(endOfEntries);
  for (const one of replacements) {
    if ('path' in one) parts.push(newHeader(one.path, one.data.byteLength), ...padded(one.data));
  }
  copyUntil(bytes.byteLength);
  return gzipParts(parts);
}

/** Whether a name or a hard link's target of the entry begins with `./`. */
export function hasPrefix({ path, type, linkPath }: ArchiveEntry): boolean {
  return isPrefixed(path) || (type === 'link' && linkPath !== null && isPrefixed(linkPath));
}

function isPrefixed(path: string): boolean {
  return /^\.(\/|$)/.test(path);
}

function withoutPrefix(path: string): string {
  return path.replace(/^(\.\/+)+/, '');
}

/** The extended headers and the header block of an entry, for other data or without the prefix. */
function rewritten(
  { bytes }: Archive,
  entry: ArchiveEntry,
  data: Uint8Array | null,
  isStripped: boolean,
): Uint8Array[] {
  const isLink = data !== null && entry.type !== 'file';
  const parts: Uint8Array[] = [];
  for (let at = entry.start; at < entry.header; ) {
    const block = bytes.subarray(at, at + BLOCK);
    const header = new Header(Buffer.from(block));
    const size = header.size ?? 0;
    const body = Buffer.from(bytes.subarray(at + BLOCK, at + BLOCK + size));
    const isLongLink = header.type === 'NextFileHasLongLinkpath';
    if (header.type === 'ExtendedHeader' || header.type === 'OldExtendedHeader') {
      const kept = [...paxRecords(body)].flatMap((record) =>
        keptRecord(record, {
          dropSize: data !== null,
          dropLink: isLink,
          isStripped,
          isHardLink: entry.type === 'link',
        }),
      );
      const joined = Buffer.concat(kept);
      if (joined.byteLength > 0) parts.push(resized(block, joined.byteLength), ...padded(joined));
    } else if (!(isLink && isLongLink)) {
      const strips = isStripped && (!isLongLink || entry.type === 'link');
      const text = strips ? Buffer.from(`${withoutPrefix(untilZero(body))}\0`, 'latin1') : body;
      parts.push(strips ? resized(block, text.byteLength) : block, ...padded(text));
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  const block = Buffer.from(bytes.subarray(entry.header, entry.header + BLOCK));
  if (isLink) asFile(block);
  if (isStripped) stripNames(block, entry.type === 'link');
  if (data) setSize(block, data.byteLength);
  return [...parts, sealed(block)];
}

function keptRecord(
  record: Buffer,
  options: { dropSize: boolean; dropLink: boolean; isStripped: boolean; isHardLink: boolean },
): Buffer[] {
  const [, key = '', value = ''] = /^\d+ ([^=]+)=([\s\S]*)\n$/.exec(record.toString('latin1')) ?? [];
  if (key === 'size' && options.dropSize) return [];
  if (key === 'linkpath' && options.dropLink) return [];
  const isName = key === 'path' || (key === 'linkpath' && options.isHardLink);
  return [
    options.isStripped && isName && isPrefixed(value)
      ? printPax(key, Buffer.from(withoutPrefix(value), 'latin1'))
      : record,
  ];
}

function padded(data: Uint8Array): Uint8Array[] {
  const rest = data.byteLength % BLOCK;
  return rest === 0 ? [data] : [data, Buffer.alloc(BLOCK - rest)];
}

/** The header block with another size; mode, owner, time and names stay. */
function resized(block: Uint8Array, size: number): Buffer {
  const header = Buffer.from(block);
  setSize(header, size);
  return sealed(header);
}

function setSize(header: Buffer, size: number): void {
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
}

/** A link's block as that of a plain file: no target, and not executable, which links always are. */
function asFile(header: Buffer): void {
  header.write('0000644\0', 100, 'latin1');
  header.write('0', 156, 'latin1');
  header.fill(0, 157, 257);
}

/** Name, prefix field and (for a hard link) target without `./`. */
function stripNames(header: Buffer, isHardLink: boolean): void {
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? untilZero(header.subarray(345, 500)) : '';
  if (prefix === '.') writeField(header, 345, 155, '');
  else if (isPrefixed(prefix)) writeField(header, 345, 155, withoutPrefix(prefix));
  else if (prefix === '') writeField(header, 0, 100, withoutPrefix(untilZero(header.subarray(0, 100))));
  if (isHardLink) writeField(header, 157, 100, withoutPrefix(untilZero(header.subarray(157, 257))));
}

function writeField(header: Buffer, at: number, length: number, text: string): void {
  header.fill(0, at, at + length);
  header.write(text, at, length, 'latin1');
}

/** The bytes up to the first zero, as latin1: what is not UTF-8 stays what it is. */
function untilZero(field: Buffer): string {
  const zero = field.indexOf(0);
  return field.toString('latin1', 0, zero < 0 ? field.byteLength : zero);
}

function newHeader(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  // Not executable: Akamai refuses executable files. A fixed time, so that the same input gives the same bytes.
  new Header({ path, mode: 0o644, uid: 0, gid: 0, size, mtime: new Date(0), type: 'File' }).encode(block);
  return block;
}

function sealed(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

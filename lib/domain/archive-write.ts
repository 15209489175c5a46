// Writes a scanned archive again with some files replaced or added. Every other block is copied as it is.
import type { Archive, ArchiveEntry } from './archive';
import { fileBlocks, paddingOf, rewrittenHeaders } from './archive-entry-write';
import { gzipParts } from './archive-gzip';
import { BLOCK } from './archive-header';

/** A file to put in: for an entry (a link becomes a file), or under a new path at the end of the archive. */
export type Replacement = { data: Uint8Array; entry: ArchiveEntry } | { data: Uint8Array; path: string };

export type WriteOptions = {
  /** Write all names without a leading `./`, which Akamai refuses. */
  stripPrefix?: boolean;
};

/**
 * The archive as .tgz. The same input gives the same bytes. Besides the archive it needs memory for the packed bytes
 * twice and for four pieces of 544 KiB.
 */
export function writeArchive(
  archive: Archive,
  replacements: readonly Replacement[],
  options: WriteOptions = {},
): Promise<Buffer> {
  return gzipParts(archiveParts(archive, replacements, options));
}

/** The archive as the parts of a tar, to be joined. The blocks that stay are views. */
export function archiveParts(
  archive: Archive,
  replacements: readonly Replacement[],
  { stripPrefix = false }: WriteOptions,
): Uint8Array[] {
  const { bytes, entries, endOfEntries } = archive;
  const parts: Uint8Array[] = [];
  let copied = 0;
  const copyUntil = (at: number) => {
    if (at > copied) parts.push(bytes.subarray(copied, at));
    copied = at;
  };
  for (const entry of entries) {
    const data = replacements.find((one) => 'entry' in one && one.entry === entry)?.data ?? null;
    const isStripped = stripPrefix && hasPrefix(entry);
    if (!data && !isStripped) continue;
    copyUntil(entry.start);
    copied = entry.end;
    // The root itself has no name left.
    if (isStripped && entry.normalized === '') continue;
    parts.push(...rewrittenHeaders(archive, entry, data, isStripped));
    if (data) parts.push(data, ...paddingOf(data));
    else parts.push(bytes.subarray(entry.header + BLOCK, entry.end));
  }
  copyUntil(endOfEntries);
  for (const one of replacements) {
    if ('path' in one) parts.push(...fileBlocks(one.path, one.data));
  }
  copyUntil(bytes.byteLength);
  return parts;
}

/** Whether a name or a hard link's target of the entry begins with `./`. */
export function hasPrefix({ path, type, linkPath }: ArchiveEntry): boolean {
  return isPrefixed(path) || (type === 'link' && linkPath !== null && isPrefixed(linkPath));
}

function isPrefixed(path: string): boolean {
  return /^\.(\/|$)/.test(path);
}

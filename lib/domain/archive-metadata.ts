// Extended headers of a tar: pax records, and GNU's long names and links. What they say until their entry comes.
import type { ARCHIVE_LIMITS } from './archive';
import { BLOCK, type BlockKind, isZero } from './archive-header';
import { NO_RECORDS, type PaxRecords, readPax } from './archive-pax';
import { Refused } from './archive-refusal';
import { NOTHING_READ, readExtended, type SecondReading } from './archive-second-reading';

/** What the extended headers before an entry say about it. */
export type Metadata = {
  /** Where the first of them begins. */
  start: number;
  count: number;
  hasPax: boolean;
  size: number | null;
  path: string | null;
  link: string | null;
  /** Bytes and lines of all extended headers so far in the archive, and how many of them were global. */
  total: number;
  lines: number;
  globals: number;
  /** A global header that no entry followed yet. */
  isGlobalOpen: boolean;
  second: SecondReading;
};

export const NO_METADATA: Metadata = {
  start: 0,
  count: 0,
  hasPax: false,
  size: null,
  path: null,
  link: null,
  total: 0,
  lines: 0,
  globals: 0,
  isGlobalOpen: false,
  second: NOTHING_READ,
};

/** What is left of it behind the entry: the counts, and what is global. */
export function behindEntry({ total, lines, globals, second }: Metadata): Metadata {
  return { ...NO_METADATA, total, lines, globals, second: { ...second, own: null } };
}

/** An extended header: what it is, where its block begins, and the size of its body. */
export type ExtendedHeader = { kind: BlockKind; at: number; size: number };

/** `before` and what one more extended header adds; `index`: of the entry that it stands before. Throws Refused. */
export function readMetadata(
  bytes: Buffer,
  { kind, at, size }: ExtendedHeader,
  before: Metadata,
  index: number,
  limits: typeof ARCHIVE_LIMITS,
): Metadata {
  const isGlobal = kind === 'pax-global';
  const total = before.total + size;
  // A global header belongs to no entry.
  const counted: Metadata = isGlobal
    ? { ...before, total, globals: before.globals + 1, isGlobalOpen: true }
    : { ...before, total, start: before.count === 0 ? at : before.start, count: before.count + 1 };
  if (
    size > limits.metadataBytesMax ||
    counted.total > limits.metadataTotalMax ||
    counted.globals > limits.globalHeadersMax
  )
    throw new Refused('it has too many or too large extended headers', index);
  if (isGlobal && before.count > 0)
    throw new Refused('a global header stands between an extended header and its entry', index);
  // Python reads on into the padding, and so does GNU tar for a name without its zero.
  if (!isZero(bytes, at + BLOCK + size, at + BLOCK + Math.ceil(size / BLOCK) * BLOCK))
    throw new Refused('an extended header is damaged', index);
  const data = bytes.subarray(at + BLOCK, at + BLOCK + size);
  const isPax = kind === 'pax' || isGlobal;
  const pax = isPax ? readPax(data, limits.metadataLinesMax - before.lines, index) : NO_RECORDS;
  const meta: Metadata = {
    ...counted,
    lines: before.lines + pax.lines,
    second: readExtended(kind, data.toString('utf8'), pax, before.second),
  };
  if (kind === 'long-path') return { ...meta, path: once(before.path, untilZero(data), index) };
  if (kind === 'long-link') return { ...meta, link: once(before.link, untilZero(data), index) };
  return isGlobal ? withGlobal(meta, pax, index) : withPax(meta, pax, index);
}

function withGlobal(meta: Metadata, { records }: PaxRecords, index: number): Metadata {
  const key = ['path', 'linkpath', 'size'].find((one) => records.has(one));
  if (key !== undefined) throw new Refused(`a global header sets "${key}" for all entries`, index);
  return meta;
}

function withPax(meta: Metadata, { records }: PaxRecords, index: number): Metadata {
  if (meta.hasPax) throw new Refused('an entry has two extended headers', index);
  const [path, link, size] = [records.get('path'), records.get('linkpath'), records.get('size')];
  return {
    ...meta,
    hasPax: true,
    size: size === undefined ? meta.size : Number(size),
    path: path === undefined ? meta.path : once(meta.path, path, index),
    link: link === undefined ? meta.link : once(meta.link, link, index),
  };
}

/** Of two long names Python takes the first and the others the last. So no entry has more than three such headers. */
function once(before: string | null, text: string, index: number): string {
  if (before !== null) throw new Refused('an entry has two long names', index);
  return text;
}

function untilZero(data: Buffer): string {
  const zero = data.indexOf(0);
  return data.toString('utf8', 0, zero < 0 ? data.byteLength : zero);
}

// Extended headers of a tar: pax records, and GNU's long names and links.
import type { ARCHIVE_LIMITS } from './archive';
import { Refused } from './archive-refusal';

/** What the extended headers before an entry say about it. */
export type Metadata = {
  /** Where the first of them begins. */
  start: number;
  count: number;
  /** Bytes of all extended headers so far in the archive, and how many of them were global. */
  total: number;
  globals: number;
  hasPax: boolean;
  size: number | null;
  path: string | null;
  link: string | null;
};

export const NO_METADATA: Metadata = {
  start: 0,
  count: 0,
  total: 0,
  globals: 0,
  hasPax: false,
  size: null,
  path: null,
  link: null,
};

export const META_TYPES: ReadonlySet<string> = new Set([
  'ExtendedHeader',
  'GlobalExtendedHeader',
  'NextFileHasLongPath',
  'NextFileHasLongLinkpath',
  'OldExtendedHeader',
  'OldGnuLongPath',
]);

const LONG_PATH: ReadonlySet<string> = new Set(['NextFileHasLongPath', 'OldGnuLongPath']);

/** `before` and what one more extended header adds. Throws Refused. */
export function readMetadata(
  type: string,
  data: Buffer,
  before: Metadata,
  at: number,
  index: number,
  limits: typeof ARCHIVE_LIMITS,
): Metadata {
  const isGlobal = type === 'GlobalExtendedHeader';
  const total = before.total + data.byteLength;
  // A global header belongs to no entry.
  const meta: Metadata = isGlobal
    ? { ...before, total, globals: before.globals + 1 }
    : { ...before, total, start: before.count === 0 ? at : before.start, count: before.count + 1 };
  if (
    data.byteLength > limits.metadataBytesMax ||
    meta.total > limits.metadataTotalMax ||
    meta.count > limits.metadataInARowMax ||
    meta.globals > limits.globalHeadersMax
  )
    throw new Refused('it has too many or too large extended headers', index);
  if (isGlobal && before.count > 0)
    throw new Refused('a global header stands between an extended header and its entry', index);
  if (LONG_PATH.has(type)) {
    if (before.path !== null) throw new Refused('an entry has two long names', index);
    return { ...meta, path: untilZero(data) };
  }
  if (type === 'NextFileHasLongLinkpath') {
    if (before.link !== null) throw new Refused('an entry has two long names', index);
    return { ...meta, link: untilZero(data) };
  }
  const records = readPax(data, index);
  for (const key of records.keys()) {
    if (key.startsWith('GNU.sparse')) throw new Refused('it has a sparse file', index);
    if (isGlobal && ['path', 'linkpath', 'size'].includes(key))
      throw new Refused(`a global header sets "${key}" for all entries`, index);
  }
  if (isGlobal) return meta;
  if (before.hasPax) throw new Refused('an entry has two extended headers', index);
  if (before.path !== null && records.has('path')) throw new Refused('an entry has two long names', index);
  const size = records.get('size');
  if (size !== undefined && !/^\d{1,15}$/.test(size))
    throw new Refused('an extended header has no valid size', index);
  return {
    ...meta,
    hasPax: true,
    size: size === undefined ? meta.size : Number(size),
    path: records.get('path') ?? meta.path,
    link: records.get('linkpath') ?? meta.link,
  };
}

/** Said twice, these would mean one thing to one reader and another to the next. */
const ONCE = ['path', 'linkpath', 'size'];

/** `length key=value\n` records, every length checked: a wrong one is how two readers come to see two archives. */
function readPax(data: Buffer, index: number): Map<string, string> {
  const records = new Map<string, string>();
  let read = 0;
  for (const record of paxRecords(data)) {
    const space = record.indexOf(0x20);
    const equals = record.indexOf(0x3d, space);
    if (equals < 0 || record.at(-1) !== 0x0a) break;
    const key = record.toString('utf8', space + 1, equals);
    if (ONCE.includes(key) && records.has(key))
      throw new Refused(`an extended header says "${key}" twice`, index);
    records.set(key, record.toString('utf8', equals + 1, record.byteLength - 1));
    read += record.byteLength;
  }
  if (read !== data.byteLength) throw new Refused('an extended header is damaged', index);
  return records;
}

/** The records of a pax header as they stand, up to the first that has no valid length. */
export function* paxRecords(data: Buffer): Generator<Buffer> {
  for (let at = 0; at < data.byteLength; ) {
    const space = data.indexOf(0x20, at);
    const digits = space < 0 || space - at > 7 ? '' : data.toString('latin1', at, space);
    const end = at + Number(digits);
    if (!/^[1-9]\d{0,6}$/.test(digits) || end > data.byteLength || end <= space) return;
    yield data.subarray(at, end);
    at = end;
  }
}

/** One pax record with its own length in front. */
export function printPax(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.byteLength + String(rest.byteLength).length;
  // The digits of the length count too, and may be one more than those of the rest.
  length = rest.byteLength + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function untilZero(data: Buffer): string {
  const zero = data.indexOf(0);
  return data.toString('utf8', 0, zero < 0 ? data.byteLength : zero);
}

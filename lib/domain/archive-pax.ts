// Records of a pax header: `length key=value\n`. Every length is checked: a wrong one is how two readers come to see two
// archives.
import { Refused } from './archive-refusal';

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

/**
 * Said twice and differently, these would mean one thing to one reader and another to the next. Twice the same is what
 * the official CLI writes, when an entry had a pax header already.
 */
const ONCE: ReadonlySet<string> = new Set(['path', 'linkpath', 'size']);

/** No reader but GNU tar or star puts such a file together. Keys that begin so. */
const PARTIAL = ['GNU.sparse', 'GNU.dumpdir', 'SCHILY.realsize', 'SUN.holesdata'];
const VOLUMES = ['GNU.volume.filename', 'GNU.volume.size', 'GNU.volume.offset'];

/** What GNU tar takes; at anything else it fails, where others go on. */
const FORMS: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['size', (value: string) => /^\d{1,15}$/.test(value)],
  ['uid', isId],
  ['gid', isId],
  ['mtime', isTime],
  ['atime', isTime],
  ['ctime', isTime],
]);

/** Records by key, how many there are, and over how many lines. */
export type PaxRecords = { records: ReadonlyMap<string, string>; count: number; lines: number };

export const NO_RECORDS: PaxRecords = { records: new Map(), count: 0, lines: 0 };

/** The records of a pax header. Throws Refused for what is damaged or what readers disagree on. */
export function readPax(data: Buffer, linesMax: number, index: number): PaxRecords {
  const records = new Map<string, string>();
  const said = new Map<string, Buffer>();
  const damaged = () => new Refused('an extended header is damaged', index);
  const lines = countLines(data);
  if (lines > linesMax) throw new Refused('it has too many or too large extended headers', index);
  let [read, count] = [0, 0];
  for (const record of paxRecords(data)) {
    count += 1;
    const space = record.indexOf(0x20);
    const equals = record.indexOf(0x3d, space);
    if (equals < 0 || record.at(-1) !== 0x0a) break;
    const key = record.toString('utf8', space + 1, equals);
    // GNU tar skips spaces before a key and ends it at a zero; Python stops at an empty one; node-tar at a line's end.
    if (!/^[^\s\0][^\n\0]*$/.test(key)) throw damaged();
    // By bytes: as text, all that is no UTF-8 looks the same.
    if (ONCE.has(key) && said.get(key)?.equals(record) === false)
      throw new Refused(`an extended header says "${key}" twice`, index);
    said.set(key, record);
    if (PARTIAL.some((start) => key.startsWith(start))) throw new Refused('it has a sparse file', index);
    if (VOLUMES.includes(key)) throw new Refused('it is a part of an archive', index);
    const value = record.toString('utf8', equals + 1, record.byteLength - 1);
    if (FORMS.get(key)?.(value) === false) throw new Refused(`an extended header has no valid ${key}`, index);
    records.set(key, value);
    read += record.byteLength;
  }
  if (read !== data.byteLength || !isCharsetClear(data, records)) throw damaged();
  return { records, count, lines };
}

/** Each record ends a line; what ends more lines costs time, here and in other readers. */
function countLines(data: Buffer): number {
  let lines = 0;
  for (let at = data.indexOf(0x0a); at >= 0; at = data.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}

/** Python looks for the character set anywhere in the header, and stumbles over one that is no UTF-8. */
function isCharsetClear(data: Buffer, records: ReadonlyMap<string, string>): boolean {
  const first = data.indexOf('hdrcharset=');
  if (first < 0) return true;
  const value = records.get('hdrcharset');
  return data.indexOf('hdrcharset=', first + 1) < 0 && (value === 'BINARY' || value === UTF8);
}

const UTF8 = 'ISO-IR 10646 2000 UTF-8';

function isId(value: string): boolean {
  return /^\d{1,10}$/.test(value) && Number(value) < 2 ** 32;
}

function isTime(value: string): boolean {
  return /^-?\d{1,15}(\.\d{0,40})?$/.test(value);
}

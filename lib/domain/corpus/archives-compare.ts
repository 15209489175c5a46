// What has to be the same in a patched bundle, and what other readers have to find in it.
import type { Archive, ArchiveEntry } from '../archive';
import { hasPrefix } from '../archive-write';
import { type Listing, listOurs, type Reading } from './archives-readers';

/** An archive to read with other programs, packed or not, and what has to be found in it. */
export type Pending = { name: string; bytes: Buffer; expected: Listing };

/** What a patch of `file` changed that it must not change, in words; `isStripped`: names were to lose their `./`. */
export function changesBeside(before: Archive, now: Archive, file: string, isStripped: boolean): string[] {
  const others = ({ entries }: Archive) => entries.filter(({ normalized }) => normalized !== file);
  const kept = others(before).filter((entry) => !isStripped || !isNameless(entry));
  const expected = listOurs({ entries: isStripped ? kept.map(withoutPrefix) : kept });
  const fresh = others(now);
  const found = listOurs({ entries: fresh });
  const faults: string[] = [];
  if (!isEqual(expected, found))
    faults.push(`it lists\n${found.join('\n')}\ninstead of\n${expected.join('\n')}`);
  for (const [index, entry] of kept.entries()) {
    const other = fresh[index];
    if (isStripped && hasPrefix(entry)) continue;
    if (!other || !blocksOf(before, entry).equals(blocksOf(now, other)))
      faults.push(`blocks of ${entry.path} changed`);
  }
  if (!outside(before).equals(outside(now))) faults.push('bytes that belong to no entry changed');
  return isStripped ? faults : [...faults, ...changesAround(before, now, file)];
}

/** Before and behind the blocks of `file` every byte is the same. */
function changesAround(before: Archive, now: Archive, file: string): string[] {
  const of = (archive: Archive) => archive.entries.find(({ normalized }) => normalized === file);
  const [old, fresh] = [of(before), of(now)];
  if (!fresh) return ['the tokens file is missing'];
  const start = old?.start ?? before.endOfEntries;
  const end = old?.end ?? before.endOfEntries;
  const isSame =
    Buffer.compare(before.bytes.subarray(0, start), now.bytes.subarray(0, fresh.start)) === 0 &&
    Buffer.compare(before.bytes.subarray(end), now.bytes.subarray(fresh.end)) === 0;
  return isSame ? [] : ['bytes before or behind the tokens file changed'];
}

/** The entry's blocks with its extended headers. */
function blocksOf({ bytes }: Archive, { start, end }: ArchiveEntry): Buffer {
  return Buffer.from(bytes.subarray(start, end));
}

/** Global headers, the end marker, padding. */
function outside({ bytes, entries }: Archive): Buffer {
  const gaps = entries.map(({ start }, index) => bytes.subarray(entries[index - 1]?.end ?? 0, start));
  return Buffer.concat([...gaps, bytes.subarray(entries.at(-1)?.end ?? 0)]);
}

/** The root has no name without its `./`, and goes. */
function isNameless(entry: ArchiveEntry): boolean {
  return entry.normalized === '' && hasPrefix(entry);
}

function withoutPrefix(entry: ArchiveEntry): ArchiveEntry {
  const without = (path: string) => path.replace(/^(\.\/+)+/, '');
  const { path, type, linkPath } = entry;
  return {
    ...entry,
    path: without(path),
    linkPath: type === 'link' && linkPath !== null ? without(linkPath) : linkPath,
  };
}

/** Every difference between what we and another reader find, in words. */
export function differencesOf(
  reader: string,
  readings: readonly Reading[],
  pending: readonly Pending[],
): string[] {
  return pending.flatMap(({ name, expected }, index) => {
    const reading = readings[index] ?? { failed: 'no answer' };
    if ('failed' in reading) return [`${name}: ${reader} fails: ${reading.failed}`];
    if (isEqual(reading, expected)) return [];
    return [`${name}: ${reader} reads\n${reading.join('\n')}\ninstead of\n${expected.join('\n')}`];
  });
}

function isEqual(a: Listing, b: Listing): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

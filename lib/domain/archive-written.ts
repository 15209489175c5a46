// An archive as it was written, read again before it is packed: every other entry is what it was, or nothing is handed out.
import { ARCHIVE_LIMITS, type Archive, scanArchive } from './archive';
import type { Replacement } from './archive-write';
import { ok, type Result } from './problem';

/**
 * Larger ones are not read again, as that takes as much memory once more. Akamai takes 5 MB at most, so nobody can use
 * them.
 */
const READ_AGAIN_BYTES_MAX = 8 * 1024 * 1024;

/**
 * What `look` finds in the archive that `parts` make, after every entry was compared with what it was in `before`, or
 * with its replacement. `look` must keep nothing of the archive: its memory is used again. Large archives are not
 * compared, and `look` sees them as they were. Problems: `bundle-refused` (422) when a file was added to as many as may
 * be. Throws when something else was written than intended.
 */
export function lookAtWritten<T>(
  parts: readonly Uint8Array[],
  before: Archive,
  replacements: readonly Replacement[],
  look: (written: Archive) => T,
): Result<T> {
  const size = sizeOf(parts);
  if (size > READ_AGAIN_BYTES_MAX) return ok(look(before));
  const tar = joined(parts, size);
  try {
    const written = scanArchive(tar, []);
    if (written.ok) {
      compare(written.value, before, replacements);
      return ok(look(written.value));
    }
    if (before.entries.length >= ARCHIVE_LIMITS.entriesMax) return written;
    throw new Error(`a patched bundle cannot be read back: ${written.problem.title}`);
  } finally {
    // Nothing of a bundle is kept, in memory neither.
    tar.fill(0);
  }
}

/** Bytes of all parts together. */
export function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

let memory = Buffer.alloc(0);

/**
 * The parts in one piece, in memory that is used again: a new piece for each patch makes the garbage collector run so
 * often that it costs more than the comparison (measured). Nothing else runs while it is looked at.
 */
function joined(parts: readonly Uint8Array[], size: number): Buffer {
  if (memory.byteLength < size) memory = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const part of parts) {
    memory.set(part, at);
    at += part.byteLength;
  }
  return memory.subarray(0, size);
}

type Content = { normalized: string; type: string; linkPath: string | null; data: Uint8Array };

function compare(written: Archive, before: Archive, replacements: readonly Replacement[]): void {
  const expected = before.entries.map((entry): Content => {
    const one = replacements.find((other) => 'entry' in other && other.entry === entry);
    // A link that is replaced becomes a file.
    return one ? { ...entry, type: 'file', linkPath: null, data: one.data } : entry;
  });
  const added = replacements.flatMap((one): Content[] =>
    'path' in one ? [{ normalized: one.path, type: 'file', linkPath: null, data: one.data }] : [],
  );
  // Without `./`, the root itself has no entry any more.
  const wanted = [...expected, ...added].filter(({ normalized }) => normalized !== '');
  const there = written.entries.filter(({ normalized }) => normalized !== '');
  const isRight = there.every((entry, index) => {
    const one = wanted[index];
    return one !== undefined && isSame(one, entry);
  });
  if (!isRight || there.length !== wanted.length)
    throw new Error('a patched bundle did not read back as intended');
}

function isSame(one: Content, other: Content): boolean {
  const leadsTo = ({ linkPath }: Content) => linkPath?.replace(/^(\.\/+)+/, '');
  return (
    one.normalized === other.normalized &&
    one.type === other.type &&
    Buffer.compare(one.data, other.data) === 0 &&
    leadsTo(one) === leadsTo(other)
  );
}

// Files of a bundle by their path, where links lead, and their text.
import type { Archive, ArchiveEntry } from './archive';
import { resolveInside } from './archive-path';

/** `data` as UTF-8, its BOM kept so that it stays in the file; null when it is none. */
export function decodeText(data: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch (error) {
    // What is no UTF-8 is a TypeError.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** The plain file at `path`, which is below the root and without `./`. */
export function fileAt({ entries }: Archive, path: string): ArchiveEntry | null {
  return entries.find((entry) => entry.normalized === path && entry.type === 'file') ?? null;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Entries by their path. */
export function entriesByPath({ entries }: Archive): ReadonlyMap<string, ArchiveEntry> {
  return new Map(entries.map((entry) => [entry.normalized, entry]));
}

/** As many as Linux follows; more are a circle to everybody. */
const LINKS_MAX = 40;

/** What an entry is in the end, links followed: a file, or a path at which none is; null when they lead in a circle. */
export function endOfLink(
  byPath: ReadonlyMap<string, ArchiveEntry>,
  entry: ArchiveEntry,
): { path: string; file: Uint8Array | null } | null {
  let path = entry.normalized;
  for (let links = 0; links <= LINKS_MAX; links += 1) {
    const current = byPath.get(path);
    if (!current || current.linkPath === null)
      return { path, file: current?.type === 'file' ? current.data : null };
    path = resolveInside(path, current.linkPath, current.type === 'symlink');
  }
  return null;
}

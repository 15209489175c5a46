// Files of a bundle by their path, and their text.
import type { Archive, ArchiveEntry } from './archive';

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

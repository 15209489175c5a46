// Names inside a bundle: relative, below its root, and the same to every reader.
import type { ARCHIVE_LIMITS } from './archive';

/** The path below the archive's root, without `./` and repeated slashes; or why it is refused. */
export function safePath(
  path: string,
  { pathBytesMax, depthMax }: typeof ARCHIVE_LIMITS,
): { ok: true; path: string } | { ok: false; why: string } {
  if (path === '' || path.includes('\0')) return { ok: false, why: 'an entry has no valid name' };
  if (Buffer.byteLength(path) > pathBytesMax)
    return { ok: false, why: `a name is longer than ${pathBytesMax} bytes` };
  if (!isRelative(path)) return { ok: false, why: 'a name is not relative to the bundle' };
  const segments = segmentsOf(path);
  if (segments.includes('..')) return { ok: false, why: 'a name leads out of the bundle (..)' };
  if (segments.length > depthMax) return { ok: false, why: 'a name is nested too deep' };
  return { ok: true, path: segments.join('/') };
}

/** Whether a link at `from` leads to somewhere inside the bundle. A hard link counts from the root. */
export function staysInside(from: string, target: string, isSymlink: boolean): boolean {
  if (target === '' || target.includes('\0') || !isRelative(target)) return false;
  let depth = isSymlink ? from.split('/').length - 1 : 0;
  for (const segment of segmentsOf(target)) {
    depth += segment === '..' ? -1 : 1;
    if (depth < 0) return false;
  }
  return true;
}

/** Where `target`, as spelled in the entry `from`, leads; relative to the root. */
export function resolveInside(from: string, target: string, isSymlink: boolean): string {
  const resolved = isSymlink ? from.split('/').slice(0, -1) : [];
  for (const segment of segmentsOf(target)) {
    if (segment === '..') resolved.pop();
    else resolved.push(segment);
  }
  return resolved.join('/');
}

/** No absolute path, drive or UNC name. */
function isRelative(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\\') && !/^[A-Za-z]:/.test(path);
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}

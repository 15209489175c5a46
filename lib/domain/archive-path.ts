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
  const normalized = segments.join('/');
  // A ./ may hide a drive, and may be stripped.
  if (!isRelative(normalized)) return { ok: false, why: 'a name is not relative to the bundle' };
  return { ok: true, path: normalized };
}

/** Whether a link at `from` leads to somewhere inside the bundle. A hard link counts from the root, without `..`. */
export function staysInside(from: string, target: string, isSymlink: boolean): boolean {
  if (target === '' || target.includes('\0') || !isRelative(target)) return false;
  const segments = segmentsOf(target);
  // GNU tar leaves out what stands before a .. in a hard link's target, others go up.
  if (!isSymlink) return !segments.includes('..');
  let depth = from.split('/').length - 1;
  for (const segment of segments) {
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

/**
 * Whether a symbolic link at `from` goes up again behind another link: where that leads is seen on the disk only, and
 * may be outside although each link for itself stays inside.
 */
export function goesUpBehindLink(from: string, target: string, isLink: (path: string) => boolean): boolean {
  const resolved = from.split('/').slice(0, -1);
  let isBehind = false;
  for (const segment of segmentsOf(target)) {
    if (segment === '..') {
      if (isBehind) return true;
      resolved.pop();
    } else {
      resolved.push(segment);
      isBehind ||= isLink(resolved.join('/'));
    }
  }
  return false;
}

/** No absolute path, drive or UNC name. */
function isRelative(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\\') && !/^[A-Za-z]:/.test(path);
}

/** The parts of a path between its slashes, without empty ones and `.`. */
function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}

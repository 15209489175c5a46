// Whether a file lies on a read-only mount, as the secrets of containers do: nobody can change its mode there.
import { readFile, realpath } from 'node:fs/promises';
import { sep } from 'node:path';

/** Linux tells; elsewhere it is false. */
export async function isOnReadOnlyMount(path: string): Promise<boolean> {
  try {
    const [mounts, real] = await Promise.all([readFile('/proc/self/mountinfo', 'utf8'), realpath(path)]);
    return isReadOnlyAt(mounts, real);
  } catch {
    // No such list here, or no such file: then nothing speaks for a read-only mount.
    return false;
  }
}

/** Whether the mount that holds the absolute `path` is read-only, by a list of mounts (proc_pid_mountinfo(5)). */
export function isReadOnlyAt(mountinfo: string, path: string): boolean {
  let found = { point: '', isReadOnly: false };
  for (const line of mountinfo.split('\n')) {
    const [, , , , point, options] = line.split(' ');
    if (point === undefined || options === undefined) continue;
    const folder = point.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
    const isAbove = path === folder || path.startsWith(folder === sep ? sep : `${folder}${sep}`);
    // A later one hides an earlier one at the same place.
    if (isAbove && folder.length >= found.point.length)
      found = { point: folder, isReadOnly: options.split(',').includes('ro') };
  }
  return found.isReadOnly;
}

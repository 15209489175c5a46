// The data folder and the modes of what is in it: for its user only, whatever the umask.
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** The data folder cannot be used; the message is one sentence for the operator. */
export class StoreError extends Error {}

export const DATABASE_FILE = 'token-desk.db';
/** What SQLite keeps beside a database while it is open. */
export const COMPANIONS = ['-wal', '-shm'] as const;

/** Makes the folder where it is missing, with mode 0700. Throws StoreError when it cannot be used. */
export function prepareFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!statSync(dataDir).isDirectory()) throw new StoreError('DATA_DIR is wrong: it is not a folder.');
    chmodSync(dataDir, 0o700);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      'DATA_DIR cannot be used: it cannot be made, is read-only, or belongs to somebody else.',
      {
        cause: error,
      },
    );
  }
}

/** Makes an empty file with mode 0600; false when something is there already. SQLite itself would make it readable. */
export function makePrivateFile(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Throws StoreError when a database was here and is not any more: a mount that is missing, or a restore that was
 * interrupted. A new, empty database would hide that, and its set-up link would make somebody else the admin.
 */
export function refuseLostDatabase(dataDir: string): void {
  if (existsSync(join(dataDir, DATABASE_FILE))) return;
  const trace = readdirSync(dataDir).find(
    (name) => name === 'cookie-secret' || name.startsWith(DATABASE_FILE),
  );
  if (trace === undefined) return;
  throw new StoreError(
    `DATA_DIR was used before (it holds ${trace}), but its database ${DATABASE_FILE} is missing. Mount or restore it (npm run manage -- restore FILE), or choose an empty folder.`,
  );
}

const PROBE = 'write.probe';
const PROBE_BYTES = 4_096;

/** Writes a small file and removes it again. Throws what the system says when the folder does not take it. */
export function probeFolder(dataDir: string): void {
  const path = join(dataDir, PROBE);
  try {
    writeFileSync(path, new Uint8Array(PROBE_BYTES), { mode: 0o600 });
  } finally {
    rmSync(path, { force: true });
  }
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function flush(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The time as a part of file names, e.g. `20261125T235959123Z`. */
export function stamp(at: Date): string {
  return at.toISOString().replace(/[-:.]/g, '');
}

// One server on a data folder. The lock is a transaction held open on a file of its own, so that the system releases
// it when the process ends, however it ends.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { once } from '@/lib/platform/once';
import { makePrivateFile, prepareFolder, StoreError } from './data-folder';

const LOCK = 'server.lock';
/** Who holds it, to be named to the next. */
const HOLDER = 'server.pid';

/** Takes the lock for the life of this process. Throws StoreError when another process has it. */
export function lockDataFolder(dataDir: string): void {
  once(`server-lock ${dataDir}`, () => {
    prepareFolder(dataDir);
    const holder = join(dataDir, HOLDER);
    const path = join(dataDir, LOCK);
    const lock = openLock(path);
    try {
      lock.exec('begin exclusive');
    } catch (error) {
      lock.close();
      const busy = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
      if (!busy) throw unusable(error);
      throw new StoreError(
        `Another server (process ${readHolder(holder)}) runs on this DATA_DIR. Stop it first.`,
      );
    }
    try {
      makePrivateFile(holder);
      chmodSync(holder, 0o600);
      writeFileSync(holder, String(process.pid));
    } catch (error) {
      lock.close();
      throw unusable(error);
    }
    const { dev, ino } = statSync(path);
    locked().set(dataDir, { dev, ino });
    return lock;
  });
}

/**
 * Whether the lock that this process took does not keep others away any more: its file was removed or replaced (or the
 * whole mount was), or another server says that it has it. The system tells nobody.
 */
export function hasLostLock(dataDir: string): boolean {
  const taken = locked().get(dataDir);
  if (!taken) return false;
  const found = statSync(join(dataDir, LOCK), { throwIfNoEntry: false });
  const isOurs = found?.dev === taken.dev && found.ino === taken.ino;
  return !isOurs || readHolder(join(dataDir, HOLDER)) !== String(process.pid);
}

function locked(): Map<string, { dev: number; ino: number }> {
  return once('server-locks', () => new Map());
}

function openLock(path: string): Libsql.Database {
  try {
    makePrivateFile(path);
    chmodSync(path, 0o600);
    return new Libsql(path);
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(cause: unknown): StoreError {
  return new StoreError(
    'The lock of DATA_DIR cannot be taken: the folder is read-only, full, or belongs to somebody else.',
    { cause },
  );
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The holder has not written it yet.
    return 'unknown';
  }
}

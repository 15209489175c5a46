// One server on a data folder. The lock is a transaction held open on a file of its own, so that the system releases
// it when the process ends, however it ends.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { once } from '@/lib/platform/once';
import { StoreError } from './database';

/** Takes the lock for the life of this process. Throws StoreError when another server has it. */
export function lockDataFolder(dataDir: string): void {
  once(`server-lock ${dataDir}`, () => {
    const path = join(dataDir, 'server.lock');
    const holder = join(dataDir, 'server.pid');
    const lock = new Libsql(path);
    chmodSync(path, 0o600);
    try {
      lock.exec('begin exclusive');
    } catch (error) {
      lock.close();
      const busy = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
      if (!busy) throw new StoreError('The lock of DATA_DIR cannot be taken.', { cause: error });
      throw new StoreError(
        `Another server (process ${readHolder(holder)}) runs on this DATA_DIR. Stop it first.`,
      );
    }
    writeFileSync(holder, String(process.pid), { mode: 0o600 });
    return lock;
  });
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'unknown';
  }
}

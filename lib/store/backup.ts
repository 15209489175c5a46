// Backup and restore: one whole file out while the server runs, one whole file in while it does not. Nothing takes the
// place of the database before it was examined from end to end.
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import Libsql from 'libsql';
import { now } from '@/lib/platform/clock';
import { type AuditRow, appendAudit, verifyAudit } from './audit';
import {
  COMPANIONS,
  DATABASE_FILE,
  flush,
  makePrivateFile,
  prepareFolder,
  StoreError,
  stamp,
} from './data-folder';
import { copyInto, type Database, migrate, openFile, readVersion, wrap } from './database';
import { lockDataFolder } from './server-lock';

export type Examined = {
  /** The version of the database in the file. */
  version: number;
  /** Entries of the audit, and the hash of its last one. */
  rows: number;
  head: string;
};
export type Restored = Examined & {
  /** Where the database is that was there before; null when there was none. */
  aside: string | null;
};

/**
 * Copies `source` to the new file `path` (mode 0600) beside a running server, and examines the copy. Throws StoreError:
 * there is a file already, it cannot be written, or the copy is not whole (then it is removed).
 */
export async function backUp(path: string, source: Database): Promise<Examined> {
  const target = resolve(path);
  if (existsSync(target)) throw new StoreError(`There is a file ${path} already. Nothing was written.`);
  const before = await verifyAudit(null, source);
  if (!before.ok)
    throw new StoreError(`The audit was changed at entry ${before.seq}: ${before.why}. Nothing was written.`);
  try {
    copyInto(source.raw, target);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`${path} cannot be written. Nothing was kept of it.`, { cause: error });
  }
  const copy = openFile(target);
  try {
    return await examine(copy, path, before.head);
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  } finally {
    copy.close();
  }
}

/**
 * Puts the database in `path` in the place of the one in `dataDir`, which is kept aside. `path` stays as it is. All
 * sessions and unused links of the backup are ended: who signed out since must not be signed in again. Runs that were under
 * way are ended too: nobody knows how far they came since. Throws
 * StoreError, and then nothing was changed: a server runs, or the file is not whole, not ours, newer than this program.
 */
export async function restore(path: string, dataDir: string, entry: AuditRow): Promise<Restored> {
  refuseForeignFile(path);
  prepareFolder(dataDir);
  lockDataFolder(dataDir);
  const next = join(dataDir, `${DATABASE_FILE}.restoring`);
  removeDatabase(next);
  try {
    // A copy is examined: opening a file with its log folds the log into it.
    for (const companion of ['', '-wal']) {
      if (!existsSync(path + companion)) continue;
      copyPrivately(path + companion, next + companion);
    }
    const raw = openFile(next);
    let examined: Examined;
    try {
      examined = await examine(raw, path, null);
      migrate(raw);
      refuseOtherTables(raw, path);
      endSessions(raw);
      endWhatWaits(raw);
      appendAudit(entry, wrap(raw));
      // One file again, whatever it was.
      raw.pragma('journal_mode = DELETE');
    } finally {
      raw.close();
    }
    flush(next);
    return { ...examined, aside: swap(next, dataDir) };
  } catch (error) {
    removeDatabase(next);
    throw error;
  }
}

/** The names and texts of all tables, indexes and triggers: what a migrated database must share with a fresh one. */
export function schemaOf(raw: Libsql.Database): string {
  const rows = raw
    .prepare("select type, name, sql from sqlite_schema where name not like 'sqlite_%' order by name")
    .all();
  return JSON.stringify(rows, null, 1);
}

function refuseForeignFile(path: string): void {
  if (!existsSync(path) || !statSync(path).isFile()) throw new StoreError(`There is no file ${path}.`);
  const header = Buffer.alloc(100);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, header);
  } finally {
    closeSync(handle);
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0')
    throw new StoreError(`${path} is no SQLite database. Nothing was changed.`);
  // Bytes 18 and 19: 2 means that the newest changes may be in a log beside the file.
  if ((header[18] === 2 || header[19] === 2) && !existsSync(`${path}-wal`))
    throw new StoreError(
      `${path} is a bare copy of a database in use, without its log: the newest changes may be missing. Nothing was changed. Make backups with "npm run manage -- backup FILE".`,
    );
}

/** Throws StoreError for a database that is newer, damaged, or whose audit does not hold (`head`: must be in it). */
async function examine(raw: Libsql.Database, path: string, head: string | null): Promise<Examined> {
  const { version, complaint } = inspect(raw, path);
  if (JSON.stringify(complaint) !== '{"integrity_check":"ok"}')
    throw new StoreError(`${path} is damaged: ${JSON.stringify(complaint)}. Nothing was changed.`);
  const [audit] = raw.prepare("select 1 from sqlite_schema where type = 'table' and name = 'audit'").all();
  if (version === 0 || audit === undefined)
    throw new StoreError(`${path} is no database of Token Desk. Nothing was changed.`);
  const verdict = await verifyAudit(head, wrap(raw));
  if (!verdict.ok)
    throw new StoreError(
      `The audit in ${path} was changed at entry ${verdict.seq}: ${verdict.why}. Nothing was changed.`,
    );
  return { version, rows: verdict.rows, head: verdict.head };
}

function inspect(raw: Libsql.Database, path: string): { version: number; complaint: unknown } {
  try {
    const version = readVersion(raw);
    const [complaint] = raw.prepare('pragma integrity_check(1)').all();
    return { version, complaint };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`${path} is damaged. Nothing was changed.`, { cause: error });
  }
}

/** Throws StoreError when a table, index or trigger is not ours: a missing trigger would leave the audit open to edits. */
function refuseOtherTables(raw: Libsql.Database, path: string): void {
  const fresh = new Libsql(':memory:');
  try {
    migrate(fresh);
    if (schemaOf(fresh) !== schemaOf(raw))
      throw new StoreError(`${path} has other tables than Token Desk makes. Nothing was changed.`);
  } finally {
    fresh.close();
  }
}

function endSessions(raw: Libsql.Database): void {
  const end = raw.transaction(() => {
    for (const table of ['session', 'verification', 'sso_state']) raw.exec(`delete from ${table}`);
    for (const table of ['setup_secret', 'one_time_link'])
      raw.exec(`delete from ${table} where used_at is null`);
  });
  end.immediate();
}

/** What waits in a backup may have been sent since it was made, and nothing is sent twice. */
function endWhatWaits(raw: Libsql.Database): void {
  raw
    .prepare(
      "update bulk_item set state = 'unknown', words = ?, at = ? where state in ('waiting', 'sending', 'checking')",
    )
    .run(
      'A backup was restored in the middle of this. See what the token is like before you refresh it again.',
      now(),
    );
  // Of what had been sent before the backup the look-up still tells; what waited is for people to ask for again.
  raw
    .prepare(
      `update deployment_step set state = 'cancelled', words = ?, at = ?
       where state = 'waiting' or (state = 'working' and sent_at is null)`,
    )
    .run('A backup was restored in the middle of this. See what is live before you ask for it again.', now());
}

/**
 * Puts `next` into its place. In between there is no database, and a start is refused: a log of the one before could
 * be taken for the new one's. Returns where the one before is.
 */
function swap(next: string, dataDir: string): string | null {
  const path = join(dataDir, DATABASE_FILE);
  const aside = existsSync(path) ? `${path}.before-restore-${stamp(new Date(now()))}` : null;
  if (aside !== null) {
    // The log first, and as a copy: whenever this is interrupted, the database before is whole in one of the places.
    if (existsSync(`${path}-wal`)) copyPrivately(`${path}-wal`, `${aside}-wal`);
    renameSync(path, aside);
  }
  for (const companion of COMPANIONS) rmSync(path + companion, { force: true });
  flush(dataDir);
  renameSync(next, path);
  flush(dataDir);
  return aside;
}

function copyPrivately(from: string, to: string): void {
  makePrivateFile(to);
  copyFileSync(from, to);
  chmodSync(to, 0o600);
  flush(to);
}

function removeDatabase(path: string): void {
  for (const companion of ['', '-journal', ...COMPANIONS]) rmSync(path + companion, { force: true });
}

// The one database: an SQLite file in the data folder, through libsql. Opened once in a process; readable by its user only.
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { once } from '@/lib/platform/once';
import {
  COMPANIONS,
  DATABASE_FILE,
  flush,
  makePrivateFile,
  prepareFolder,
  refuseLostDatabase,
  StoreError,
  stamp,
} from './data-folder';
import { MIGRATIONS } from './migrations';
import type { Schema } from './schema';
import { lockDataFolder } from './server-lock';

export type Database = {
  /** For queries. No transactions through it: they would interleave with those of `raw`. */
  query: Kysely<Schema>;
  /** The connection itself, for transactions that run in one piece. */
  raw: Libsql.Database;
};

const BUSY_MS = 5_000;

/** The database of this process, opened and migrated at the first call. Throws StoreError. */
export function database(): Database {
  return once('database', () => openDatabase(settings().dataDir));
}

/** Opens the database in `dataDir`, makes both if they are missing, and brings it to the newest version. */
export function openDatabase(dataDir: string): Database {
  prepareFolder(dataDir);
  refuseLostDatabase(dataDir);
  const path = join(dataDir, DATABASE_FILE);
  const raw = openFile(path);
  try {
    // Before anything is written: a newer program's database stays as it is.
    readVersion(raw);
    // FULL: a row that was acknowledged is on the disk.
    raw.pragma('journal_mode = WAL');
    raw.pragma('synchronous = FULL');
    raw.pragma('foreign_keys = ON');
    migrateFolder(raw, dataDir);
    // New ones take their mode from the database file; these may be older than that.
    for (const companion of COMPANIONS) if (existsSync(path + companion)) chmodSync(path + companion, 0o600);
    return wrap(raw);
  } catch (error) {
    raw.close();
    throw asStoreError(error);
  }
}

/** Opens a file as it is, or makes it: for its user only. Throws StoreError. */
export function openFile(path: string): Libsql.Database {
  try {
    makePrivateFile(path);
    chmodSync(path, 0o600);
    const raw = new Libsql(path);
    raw.pragma(`busy_timeout = ${BUSY_MS}`);
    return raw;
  } catch (error) {
    throw asStoreError(error);
  }
}

/** A connection with its queries. */
export function wrap(raw: Libsql.Database): Database {
  // libsql has better-sqlite3's interface, which is the one this dialect expects.
  return { query: new Kysely<Schema>({ dialect: new SqliteDialect({ database: raw }) }), raw };
}

/** Runs what is missing, all in one transaction. */
export function migrate(raw: Libsql.Database): void {
  raw.exec('begin immediate');
  try {
    // Read inside the transaction: a second process may be migrating at the same time.
    const version = readVersion(raw);
    for (const statement of MIGRATIONS.slice(version).flat()) raw.exec(statement);
    raw.pragma(`user_version = ${MIGRATIONS.length}`);
    raw.exec('commit');
  } catch (error) {
    // A disk that fails has ended the transaction already; another rollback would hide why.
    if (raw.inTransaction) raw.exec('rollback');
    throw error;
  }
}

/** The version of the database, 0 for an empty one. Throws StoreError for one that is newer than this program. */
export function readVersion(raw: Libsql.Database): number {
  const [row] = raw.prepare('pragma user_version').all();
  const version = typeof row === 'object' && row !== null && 'user_version' in row ? row.user_version : null;
  if (typeof version !== 'number') throw new StoreError('The database cannot be read.');
  if (version > MIGRATIONS.length)
    throw new StoreError(
      `The database was written by a newer Token Desk: it has version ${version}, and this one knows ${MIGRATIONS.length}. Nothing was changed.`,
    );
  return version;
}

/** Copies the whole database to `path`, which must be free, as one consistent file that is on the disk at the end. */
export function copyInto(raw: Libsql.Database, path: string): void {
  // Under another name until it is whole, so that a copy that was interrupted is not taken for one.
  const part = `${path}.part`;
  if (!makePrivateFile(part)) throw new StoreError(`There is a file ${part} already. Remove it first.`);
  try {
    raw.prepare('vacuum into ?').run(part);
    flush(part);
    renameSync(part, path);
    flush(join(path, '..'));
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

function migrateFolder(raw: Libsql.Database, dataDir: string): void {
  const version = readVersion(raw);
  if (version === MIGRATIONS.length) return;
  if (version > 0) {
    // A server of the version before must not find other tables under its feet.
    lockDataFolder(dataDir);
    const name = `${DATABASE_FILE}.before-version-${MIGRATIONS.length}-${stamp(new Date(now()))}`;
    copyInto(raw, join(dataDir, name));
  }
  migrate(raw);
}

const REASONS: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'The disk of DATA_DIR is full.',
  SQLITE_READONLY: 'DATA_DIR is read-only.',
  SQLITE_CANTOPEN: 'The database in DATA_DIR cannot be opened by this user.',
  SQLITE_IOERR: 'The disk of DATA_DIR fails.',
  SQLITE_NOTADB: 'The database in DATA_DIR is no database.',
  SQLITE_CORRUPT: 'The database in DATA_DIR is damaged. Restore a backup (npm run manage -- restore FILE).',
  SQLITE_BUSY: 'The database in DATA_DIR is held by another program.',
  ENOSPC: 'The disk of DATA_DIR is full.',
  EIO: 'The disk of DATA_DIR fails.',
  EFBIG: 'DATA_DIR does not take files of that size (a limit of the process, or of the disk).',
  EROFS: 'DATA_DIR is read-only.',
  EACCES: 'DATA_DIR belongs to somebody else.',
  EPERM: 'DATA_DIR belongs to somebody else.',
};

function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  // What libsql says when it cannot open a file has no code.
  const isUnopened = error.message.startsWith('ConnectionFailed');
  const code = isUnopened ? 'SQLITE_CANTOPEN' : 'code' in error ? String(error.code) : '';
  // Extended codes name the place: SQLITE_IOERR_FSYNC.
  const known = Object.keys(REASONS).find((name) => code === name || code.startsWith(`${name}_`));
  return known === undefined ? error : new StoreError(`${REASONS[known]} (${code})`, { cause: error });
}

// The one database: an SQLite file in the data folder, through libsql. Opened once in a process; readable by its user only.
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { settings } from '@/lib/platform/env';
import { once } from '@/lib/platform/once';
import { MIGRATIONS } from './migrations';
import type { Schema } from './schema';

export type Database = {
  /** For queries. No transactions through it: they would interleave with those of `raw`. */
  query: Kysely<Schema>;
  /** The connection itself, for transactions that run in one piece. */
  raw: Libsql.Database;
};

/** The data folder cannot be used; the message is one sentence for the operator. */
export class StoreError extends Error {}

const DATABASE_FILE = 'token-desk.db';
const BUSY_MS = 5_000;

/** The database of this process, opened and migrated at the first call. Throws StoreError. */
export function database(): Database {
  return once('database', () => openDatabase(settings().dataDir));
}

/** Opens the database in `dataDir`, makes both if they are missing, and brings it to the newest version. */
export function openDatabase(dataDir: string): Database {
  prepareFolder(dataDir);
  const path = join(dataDir, DATABASE_FILE);
  const isNew = !existsSync(path);
  const raw = new Libsql(path);
  chmodSync(path, 0o600);
  // FULL: a row that was acknowledged is on the disk. WAL and shm files take their mode from the database file.
  raw.pragma('journal_mode = WAL');
  raw.pragma('synchronous = FULL');
  raw.pragma('foreign_keys = ON');
  raw.pragma(`busy_timeout = ${BUSY_MS}`);
  migrate(raw, isNew ? null : join(dataDir, 'before-migration.db'));
  // libsql has better-sqlite3's interface, which is the one this dialect expects.
  const query = new Kysely<Schema>({ dialect: new SqliteDialect({ database: raw }) });
  return { query, raw };
}

function prepareFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!statSync(dataDir).isDirectory()) throw new StoreError('DATA_DIR is wrong: it is not a folder.');
    chmodSync(dataDir, 0o700);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError('DATA_DIR cannot be used: it cannot be made, or belongs to somebody else.', {
      cause: error,
    });
  }
}

/** Runs what is missing, all in one transaction; a copy is kept of a database that has something in it. */
function migrate(raw: Libsql.Database, backup: string | null): void {
  const run = raw.transaction(() => {
    // Read inside the transaction: a second process may be migrating at the same time.
    const version = readVersion(raw);
    for (const statement of MIGRATIONS.slice(version).flat()) raw.exec(statement);
    raw.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  const version = readVersion(raw);
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      'The database in DATA_DIR was written by a newer version of Token Desk. Nothing was changed.',
    );
  }
  if (version === MIGRATIONS.length) return;
  if (backup && version > 0 && !existsSync(backup)) raw.prepare('vacuum into ?').run(backup);
  run.immediate();
}

function readVersion(raw: Libsql.Database): number {
  const [row] = raw.prepare('pragma user_version').all();
  const version = typeof row === 'object' && row !== null && 'user_version' in row ? row.user_version : null;
  if (typeof version !== 'number') throw new StoreError('The database in DATA_DIR cannot be read.');
  return version;
}

// Every released version's database comes to the newest one, whatever happens meanwhile; a newer one stays as it is.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import Libsql from 'libsql';
import { verifyAudit } from './audit';
import { schemaOf } from './backup';
import { StoreError } from './data-folder';
import { openDatabase, openFile } from './database';
import { MIGRATIONS } from './migrations';
import { startChild } from './testdata/spawn';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-migrations-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const DUMPS = readdirSync(join(import.meta.dirname, 'testdata')).filter((name) => name.endsWith('.sql'));

/** A data folder with the database of a dump in it. */
function dumped(dump: string, more = ''): string {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const raw = openFile(join(dataDir, 'token-desk.db'));
  raw.exec(readFileSync(join(import.meta.dirname, 'testdata', dump), 'utf8') + more);
  raw.close();
  return dataDir;
}

function schemaOfFresh(): string {
  const { raw } = openDatabase(mkdtempSync(join(folder, 'fresh-')));
  try {
    return schemaOf(raw);
  } finally {
    raw.close();
  }
}

type Row = Readonly<Record<string, unknown>>;

/** All rows of all tables, by table. */
function rowsOf(raw: Libsql.Database): Record<string, Row[]> {
  const tables = raw.prepare("select name from sqlite_schema where type = 'table'").all() as {
    name: string;
  }[];
  return Object.fromEntries(
    tables.map(({ name }) => [name, raw.prepare(`select * from "${name}" order by rowid`).all() as Row[]]),
  );
}

test('[108] there is a dump of every released version before this one', () => {
  const expected = Array.from({ length: MIGRATIONS.length - 1 }, (_, index) => `version-${index + 1}.sql`);
  assert.deepEqual(DUMPS.sort(), expected);
});

for (const dump of DUMPS)
  test(`[108] ${dump}: the tables are those of a fresh database, no row is lost, and a copy was kept`, async () => {
    const dataDir = dumped(dump);
    const old = openFile(join(dataDir, 'token-desk.db'));
    const before = rowsOf(old);
    const version = old.pragma('user_version');
    old.close();
    const store = openDatabase(dataDir);
    assert.equal(schemaOf(store.raw), schemaOfFresh());
    const rows = rowsOf(store.raw);
    for (const [table, kept] of Object.entries(before)) {
      assert.equal(rows[table]?.length, kept.length, table);
      for (const [index, row] of kept.entries())
        assert.deepEqual({ ...rows[table]?.[index], ...row }, rows[table]?.[index], table);
    }
    assert.ok((before.audit?.length ?? 0) > 0);
    assert.equal((await verifyAudit(null, store)).ok, true);
    assert.deepEqual(store.raw.pragma('foreign_key_check'), []);
    const copies = readdirSync(dataDir).filter((name) => name.includes('.before-version-'));
    assert.equal(copies.length, 1);
    assert.match(
      copies[0] ?? '',
      new RegExp(`^token-desk\\.db\\.before-version-${MIGRATIONS.length}-\\d{8}T\\d{9}Z$`),
    );
    const copy = new Libsql(join(dataDir, copies[0] ?? ''));
    assert.deepEqual(rowsOf(copy), before);
    assert.deepEqual(copy.pragma('user_version'), version);
    copy.close();
    store.raw.close();
  });

/** Moments of a migration, by what is in the data folder then. */
const MOMENTS: Readonly<Record<string, (names: readonly string[], logBytes: number) => boolean>> = {
  'the copy is being written': (names) => names.some((name) => name.endsWith('.part')),
  'the copy is written': (names) => names.some((name) => /before-version-.*Z$/.test(name)),
  'the new tables are in the log': (_, logBytes) => logBytes > 200_000,
  'all is done': () => false,
};

for (const [moment, isReached] of Object.entries(MOMENTS))
  test(`[108] killed when ${moment}: the database is of the version before or of the new one, and then migrates`, async () => {
    // Large, so that the copy and the indexes take long enough to be hit. The audit's hashes do not matter here.
    const more = `drop trigger audit_no_replace;
      insert into audit select seq + 1000000 * n, at, phase, intent_seq, actor_kind, actor_id, actor_name, source, action,
        target, account, outcome, detail, upstream_request_id, prev_hash, hash || '-' || n
      from audit, (with recursive c (n) as (select 1 union all select n + 1 from c where n < 4000) select n from c);`;
    const dataDir = dumped('version-1.sql', more);
    const child = startChild('open', dataDir);
    let isDone = false;
    const end = child.done.then(() => {
      isDone = true;
    });
    while (!isDone && !isReached(readdirSync(dataDir), bytesOf(join(dataDir, 'token-desk.db-wal'))))
      await new Promise((resolve) => setImmediate(resolve));
    await child.kill();
    await end.catch((error: unknown) => assert.equal(String(error), 'Error'));
    const raw = openFile(join(dataDir, 'token-desk.db'));
    const [{ user_version: version } = { user_version: 0 }] = raw.pragma('user_version') as {
      user_version: number;
    }[];
    assert.ok(version === 1 || version === MIGRATIONS.length);
    if (moment === 'all is done') assert.equal(version, MIGRATIONS.length);
    assert.equal(schemaOf(raw).includes('one_time_link'), version !== 1);
    assert.deepEqual(raw.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    assert.equal(rowsOf(raw).audit?.length, 12_003);
    raw.close();
    const store = openDatabase(dataDir);
    assert.deepEqual(store.raw.pragma('user_version'), [{ user_version: MIGRATIONS.length }]);
    store.raw.close();
  });

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

test('[109] an older program refuses the database of a newer one, and changes nothing in it', () => {
  const dataDir = mkdtempSync(join(folder, 'newer-'));
  const path = join(dataDir, 'token-desk.db');
  const newer = openFile(path);
  newer.exec(
    `create table of_tomorrow (a); insert into of_tomorrow values (1); pragma user_version = ${MIGRATIONS.length + 1}`,
  );
  newer.close();
  const sum = () => createHash('sha256').update(readFileSync(path)).digest('hex');
  const before = sum();
  assert.throws(
    () => openDatabase(dataDir),
    (error) => error instanceof StoreError && /newer Token Desk/.test(error.message),
  );
  assert.equal(sum(), before);
  assert.deepEqual(readdirSync(dataDir), ['token-desk.db']);
});

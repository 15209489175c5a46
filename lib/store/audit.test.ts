// The audit's chain against somebody with the database file in their hands. Real files, real SQL.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AuditRow, appendAudit, readAudit, verifyAudit, verifyTail } from './audit';
import { findActs } from './audit-search';
import { type Database, openDatabase } from './database';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-audit-'));
const opened: Database[] = [];
after(() => {
  for (const { raw } of opened) raw.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(dataDir = mkdtempSync(join(folder, 'data-'))): Database {
  const database = openDatabase(dataDir);
  opened.push(database);
  return database;
}

function row(target: string): AuditRow {
  return {
    phase: 'outcome',
    intent_seq: 1,
    actor_kind: 'person',
    actor_id: 'p1',
    actor_name: 'ann@example.com',
    source: null,
    action: 'token.create',
    target,
    account: 'default',
    outcome: 'ok',
    detail: '{}',
    upstream_request_id: '3f2a',
  };
}

/** An audit of five rows, whose triggers are gone, and its head. */
async function unguarded(): Promise<{ database: Database; head: string }> {
  const database = open();
  for (const target of ['t1', 't2', 't3', 't4', 't5']) appendAudit(row(target), database);
  const verdict = await verifyAudit(null, database);
  assert.ok(verdict.ok);
  database.raw.exec('drop trigger audit_no_update');
  database.raw.exec('drop trigger audit_no_delete');
  database.raw.exec('drop trigger audit_no_replace');
  return { database, head: verdict.head };
}

/** The row that is blamed after `sql`. */
async function blamed(sql: string, known: 'with the head' | 'without the head'): Promise<number | 'nothing'> {
  const { database, head } = await unguarded();
  database.raw.exec(sql);
  const verdict = await verifyAudit(known === 'with the head' ? head : null, database);
  return verdict.ok ? 'nothing' : verdict.seq;
}

test('a row cannot be replaced, and none can be put before the last', () => {
  const database = open();
  for (const target of ['t1', 't2']) appendAudit(row(target), database);
  const columns = 'at, phase, actor_kind, actor_id, actor_name, action, target, detail, prev_hash, hash';
  for (const [verb, seq] of [
    ['insert or replace', 1],
    ['insert or replace', 2],
    ['insert', 0],
  ] as const) {
    const sql = `${verb} into audit (seq, ${columns}) values (${seq}, 1, 'single', 'p', 'p', 'p', 'a', 't', '{}', 'x', 'y${seq}')`;
    assert.throws(() => database.raw.exec(sql), /append-only/);
  }
});

test('an empty audit is right, and so is every audit that only grew', async () => {
  const database = open();
  const empty = await verifyAudit(null, database);
  assert.ok(empty.ok);
  const heads = [empty.head];
  for (let count = 1; count <= 4; count += 1) {
    assert.equal(appendAudit(row(`t${count}`), database), count);
    const verdict = await verifyAudit(heads.at(-1) ?? null, database);
    assert.ok(verdict.ok);
    assert.equal(verdict.rows, count);
    heads.push(verdict.head);
  }
  assert.equal(new Set(heads).size, heads.length);
  for (const head of heads) assert.ok((await verifyAudit(head, database)).ok);
});

test('rows come back as they were written, the newest first, in pages', async () => {
  const database = open();
  const odd = { ...row('"quotes", \u{1f600}\n'), source: null, account: null, upstream_request_id: null };
  for (const one of [row('t1'), odd, row('t3')]) appendAudit(one, database);
  const [third, second] = await readAudit(2, null, database);
  assert.deepEqual([third?.seq, third?.target], [3, 't3']);
  const { seq, at, prev_hash, hash, ...written } = second ?? assert.fail();
  assert.deepEqual(written, odd);
  assert.deepEqual(
    (await readAudit(2, 2, database)).map((one) => one.target),
    ['t1'],
  );
  assert.ok((await verifyAudit(null, database)).ok);
});

test('[90] a row can be neither changed nor deleted', async () => {
  const database = open();
  appendAudit(row('t1'), database);
  for (const sql of [
    "update audit set actor_name = 'eve'",
    'update audit set hash = hash',
    'delete from audit',
    'delete from audit where seq = 1',
  ]) {
    assert.throws(() => database.raw.exec(sql), /append-only/, sql);
  }
  assert.equal((await verifyAudit(null, database)).ok, true);
});

test('[88] an edit of any column is found at its row', async () => {
  const edits = [
    'at = at + 1',
    "phase = 'single'",
    'intent_seq = 2',
    'intent_seq = null',
    "actor_kind = 'key'",
    "actor_id = 'p2'",
    "actor_name = 'eve@example.com'",
    "source = ''",
    "action = 'token.revoke'",
    "target = 'T3'",
    'account = null',
    "outcome = 'forbidden'",
    "detail = '{} '",
    "upstream_request_id = '3f2b'",
    "prev_hash = 'x'",
    "hash = 'x'",
  ];
  for (const edit of edits) {
    assert.equal(await blamed(`update audit set ${edit} where seq = 3`, 'without the head'), 3, edit);
  }
});

test('text that moves from one column to the next is found', async () => {
  const sql = "update audit set actor_id = 'p1ann', actor_name = '@example.com' where seq = 3";
  assert.equal(await blamed(sql, 'without the head'), 3);
});

test('a row that went is found at the one after it, the last one by the head', async () => {
  for (const gone of [1, 2, 3, 4]) {
    assert.equal(await blamed(`delete from audit where seq = ${gone}`, 'without the head'), gone + 1);
  }
  const last = 'delete from audit where seq = 5';
  assert.equal(await blamed(last, 'with the head'), 4);
  assert.equal(await blamed(last, 'without the head'), 'nothing');
});

test('[88] a cut tail is found by the head, wherever it was cut', async () => {
  for (const kept of [0, 1, 2, 3, 4]) {
    assert.equal(await blamed(`delete from audit where seq > ${kept}`, 'with the head'), kept);
  }
});

test('a row that went is found when the ones after it are numbered anew', async () => {
  const sql = 'delete from audit where seq = 2; update audit set seq = seq - 1 where seq > 2';
  assert.equal(await blamed(sql, 'without the head'), 2);
});

test('[88] two rows that changed places are found at the first', async () => {
  const swap = 'update audit set seq = -2 where seq = 2; update audit set seq = 2 where seq = 4;';
  assert.equal(await blamed(`${swap} update audit set seq = 4 where seq = -2`, 'without the head'), 2);
});

test('a row that was put in is found', async () => {
  const copy = `insert into audit select 6, at, phase, intent_seq, actor_kind, actor_id, actor_name, source, action,
    target, account, outcome, detail, upstream_request_id, hash, 'forged' from audit where seq = 5`;
  assert.equal(await blamed(copy, 'without the head'), 6);
});

test('an edit whose hash was made anew is found at the next row, at the last one by the head', async () => {
  for (const [seq, found] of [
    [3, 4],
    [5, 5],
  ] as const) {
    const { database, head } = await unguarded();
    const [before] = await readAudit(1, seq, database);
    const forger = open();
    for (let count = 1; count < seq; count += 1) appendAudit(row(`t${count}`), forger);
    forger.raw.exec('drop trigger audit_no_update');
    // Our own code makes the forged row, so that its hash is right for what it says.
    forger.raw.prepare('update audit set hash = ? where seq = ?').run(before?.hash, seq - 1);
    appendAudit(row('forged'), forger);
    const [forged] = await readAudit(1, null, forger);
    assert.ok(forged);
    database.raw
      .prepare('update audit set at = ?, target = ?, hash = ? where seq = ?')
      .run(forged.at, forged.target, forged.hash, seq);
    const verdict = await verifyAudit(head, database);
    assert.equal(verdict.ok ? 'nothing' : verdict.seq, found);
  }
});

test('the verdict says what happened', async () => {
  const table: [sql: string, why: RegExp][] = [
    ["update audit set target = 'x' where seq = 3", /^it was edited$/],
    ['delete from audit where seq = 3', /^a row before it is missing$/],
    ["update audit set prev_hash = 'x' where seq = 3", /^it does not follow the row before it$/],
    ['delete from audit where seq = 5', /^rows after it are missing/],
  ];
  for (const [sql, why] of table) {
    const { database, head } = await unguarded();
    database.raw.exec(sql);
    const verdict = await verifyAudit(head, database);
    assert.match(verdict.ok ? 'nothing' : verdict.why, why, sql);
  }
});

test('a head of another audit is not here', async () => {
  const { database } = await unguarded();
  const verdict = await verifyAudit('f'.repeat(64), database);
  assert.equal(verdict.ok ? 'nothing' : verdict.seq, 5);
});

test('[89] two connections that write in turn make one chain', async () => {
  const dataDir = mkdtempSync(join(folder, 'shared-'));
  const [first, second] = [open(dataDir), open(dataDir)];
  for (let count = 1; count <= 20; count += 1) {
    assert.equal(appendAudit(row(`t${count}`), count % 2 === 0 ? first : second), count);
  }
  const verdicts = [await verifyAudit(null, first), await verifyAudit(null, second)];
  assert.deepEqual(verdicts[0], verdicts[1]);
  assert.ok(verdicts[0]?.ok);
  assert.equal(verdicts[0].rows, 20);
});

const COLUMNS = [
  ...[
    'seq',
    'at',
    'phase',
    'intent_seq',
    'actor_kind',
    'actor_id',
    'actor_name',
    'source',
    'action',
    'target',
  ],
  ...['account', 'outcome', 'detail', 'upstream_request_id', 'prev_hash', 'hash'],
];

/** Numbers from 0 to 1 that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `value` with one bit turned, as somebody with the raw file could. */
function flipped(value: unknown, random: () => number): string | number {
  if (typeof value === 'number') return Number(BigInt(value) ^ (1n << BigInt(Math.floor(random() * 20))));
  if (typeof value !== 'string' || value === '') return '0';
  const place = Math.floor(random() * value.length);
  const turned = String.fromCharCode(value.charCodeAt(place) ^ (1 << Math.floor(random() * 3)));
  return value.slice(0, place) + turned + value.slice(place + 1);
}

test('[88] a bit turned in any column of 200 entries is found at its entry', async () => {
  const database = open();
  const { raw } = database;
  raw.pragma('synchronous = OFF');
  const random = seeded(88);
  for (let count = 1; count <= 200; count += 1) appendAudit(row(`t${count}`), database);
  for (const trigger of ['audit_no_update', 'audit_no_delete', 'audit_no_replace'])
    raw.exec(`drop trigger ${trigger}`);
  raw.pragma('ignore_check_constraints = ON');
  const found = { right: 0, all: 0 };
  for (let seq = 1; seq <= 200; seq += 1) {
    const [was] = await database.query.selectFrom('audit').selectAll().where('seq', '=', seq).execute();
    for (const column of COLUMNS) {
      const value = Object.entries(was ?? {}).find(([name]) => name === column)?.[1] ?? null;
      // Its number moved elsewhere, an entry is missing; so that no other one has the number, a high bit is turned.
      const edited = column === 'seq' ? seq + 1024 : flipped(value, random);
      raw.prepare(`update audit set ${column} = ? where seq = ?`).run(edited, seq);
      const verdict = await verifyAudit(null, database);
      const expected = column === 'seq' ? (seq === 200 ? 1224 : seq + 1) : seq;
      found.all += 1;
      if (!verdict.ok && verdict.seq === expected) found.right += 1;
      const edge = column === 'seq' ? edited : seq;
      raw.prepare(`update audit set ${column} = ? where seq = ?`).run(value, edge);
    }
  }
  assert.deepEqual(found, { right: 200 * COLUMNS.length, all: 200 * COLUMNS.length });
  assert.ok((await verifyAudit(null, database)).ok);
});

test('[88] what went, was put in, changed places or was cut is found beyond the first page', async () => {
  const database = open();
  const { raw } = database;
  raw.pragma('synchronous = OFF');
  for (let count = 1; count <= 2_500; count += 1) appendAudit(row(`t${count}`), database);
  const whole = await verifyAudit(null, database);
  assert.ok(whole.ok);
  const head = `${whole.rows}:${whole.head}`;
  for (const trigger of ['audit_no_update', 'audit_no_delete', 'audit_no_replace'])
    raw.exec(`drop trigger ${trigger}`);
  const copy = (seq: number) => `insert into audit select ${seq}, at, phase, intent_seq, actor_kind, actor_id,
    actor_name, source, action, target, account, outcome, detail, upstream_request_id, prev_hash, 'forged'
    from audit where seq = 1500`;
  const swap = `update audit set seq = -1 where seq = 1000; update audit set seq = 1000 where seq = 1001;
    update audit set seq = 1001 where seq = -1`;
  for (const [sql, first] of [
    ['delete from audit where seq = 1000', 1001],
    ['delete from audit where seq between 900 and 2100', 2101],
    [`update audit set seq = seq + 9000 where seq > 1500; ${copy(1501)}`, 1501],
    [copy(0), 0],
    [copy(-5), -5],
    [swap, 1000],
    ['delete from audit where seq > 2000', 2000],
    ['delete from audit', 0],
  ] as const) {
    raw.exec('begin');
    raw.exec(sql);
    const verdict = await verifyAudit(head, database);
    raw.exec('rollback');
    assert.equal(verdict.ok ? 'nothing' : verdict.seq, first, sql);
  }
  assert.ok((await verifyAudit(head, database)).ok);
});

test('[88] a head with its number tells a chain that was made anew', async () => {
  const { database } = await unguarded();
  const other = await unguarded();
  const verdict = await verifyAudit(null, other.database);
  assert.ok(verdict.ok);
  const anew = await verifyAudit(`3:${'a'.repeat(64)}`, database);
  assert.deepEqual(anew, { ok: false, seq: 3, why: 'it is not the entry of the given head' });
  assert.ok((await verifyAudit(`5:${verdict.head}`, other.database)).ok);
});

test('the newest entries are checked without the rest', async () => {
  const { database } = await unguarded();
  assert.ok((await verifyTail(3, database)).ok);
  assert.ok((await verifyTail(100, database)).ok);
  database.raw.exec("update audit set target = 'x' where seq = 1");
  assert.ok((await verifyTail(3, database)).ok);
  database.raw.exec("update audit set target = 'x' where seq = 4");
  const verdict = await verifyTail(3, database);
  assert.equal(verdict.ok ? 'nothing' : verdict.seq, 4);
  assert.ok((await verifyTail(3, open())).ok);
});

test('[92] a clock that went back is noted, and the order stays', async (context) => {
  const database = open();
  context.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 25, 12) });
  for (const target of ['t1', 't2']) appendAudit(row(target), database);
  context.mock.timers.setTime(Date.UTC(2026, 10, 25, 11));
  for (const target of ['t3', 't4']) appendAudit(row(target), database);
  const verdict = await verifyAudit(null, database);
  assert.deepEqual(verdict.ok && verdict.clockWentBack, [3]);
  const read = await readAudit(10, null, database);
  assert.deepEqual(
    read.map(({ target }) => target),
    ['t4', 't3', 't2', 't1'],
  );
});

/** A process with `writers` connections that write in turn, `entries` each; it says so when it begins. */
function startWriter(dataDir: string, writers: number, entries: number) {
  const code = `
    import { setImmediate } from 'node:timers/promises';
    import { openDatabase } from './lib/store/database.ts';
    import { appendAudit } from './lib/store/audit.ts';
    const row = ${JSON.stringify(row('by a process'))};
    const write = async (database) => {
      for (let count = 0; count < ${entries}; count += 1) {
        appendAudit(row, database);
        if (count === 0) console.log('writing');
        await setImmediate();
      }
    };
    await Promise.all(Array.from({ length: ${writers} }, () => write(openDatabase(${JSON.stringify(dataDir)}))));`;
  const command = ['--conditions=react-server', '--import', 'tsx', '--input-type=module', '--eval', code];
  return spawn(process.execPath, command, {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('[89] eight writers in two processes make one chain without a gap', async () => {
  const dataDir = mkdtempSync(join(folder, 'processes-'));
  const database = open(dataDir);
  const processes = [startWriter(dataDir, 4, 1_000), startWriter(dataDir, 4, 1_000)];
  const statuses = await Promise.all(processes.map((child) => once(child, 'exit')));
  assert.deepEqual(
    statuses.map(([status]) => status),
    [0, 0],
  );
  const verdict = await verifyAudit(null, database);
  assert.equal(verdict.ok && verdict.rows, 8_000);
});

test('[89] a writer that is killed leaves a whole chain', async () => {
  const dataDir = mkdtempSync(join(folder, 'killed-'));
  const database = open(dataDir);
  let rows = 0;
  for (let times = 1; times <= 5; times += 1) {
    const child = startWriter(dataDir, 2, 100_000);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const verdict = await verifyAudit(null, database);
    assert.ok(verdict.ok && verdict.rows > rows);
    rows = verdict.rows;
  }
});

test('[90] no statement of ours changes or deletes an entry', () => {
  const root = join(import.meta.dirname, '..');
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );
  assert.ok(sources.length > 100);
  const changing =
    /(update|delete from|replace into|drop table|alter table)\s+"?audit\b|(updateTable|deleteFrom|replaceInto)\('audit'/i;
  const found = sources.filter((path) => changing.test(readFileSync(join(root, path), 'utf8')));
  assert.deepEqual(found, []);
  assert.match("query.deleteFrom('audit')", changing);
  assert.match('DELETE FROM audit where', changing);
});

test('a search for a text goes on where it stopped, and finds what only an outcome tells', async () => {
  const database = open();
  database.raw.pragma('synchronous = OFF');
  const alone = { ...row('other'), phase: 'single' as const, intent_seq: null };
  const intent = appendAudit({ ...alone, phase: 'intent', outcome: null }, database);
  for (let count = 0; count < 20_100; count += 1) appendAudit(alone, database);
  appendAudit({ ...row('other'), intent_seq: intent, detail: '{"after":"f00d"}' }, database);
  const all = {
    actor: '',
    action: null,
    target: '',
    outcome: null,
    isOpen: false,
    fromAt: null,
    beforeAt: null,
  };
  const near = await findActs({ ...all, q: 'f00d' }, 51, null, database);
  assert.deepEqual(near, { acts: [], backTo: 103 });
  const far = await findActs({ ...all, q: 'f00d' }, 51, near.backTo, database);
  assert.deepEqual([far.acts.map(({ first }) => first.seq), far.backTo], [[intent], null]);
  assert.equal((await findActs({ ...all, q: '' }, 51, null, database)).backTo, null);
});

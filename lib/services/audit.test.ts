// No change without its record, also when the record cannot be written. Real database; a trigger is the full disk.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseAuditQuery } from '@/lib/domain/audit-query';
import { ok } from '@/lib/domain/problem';
import { readAudit, verifyAudit } from '@/lib/store/audit';
import { database } from '@/lib/store/database';
import { auditIsBehind, recordSingle, withAudit } from './audit';
import type { Actor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-audited-'));
let actor: Actor;

before(async () => {
  Object.assign(process.env, {
    DATA_DIR: folder,
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: join(folder, 'edgerc'),
  });
  actor = (await import('./session')).operatorActor();
});
after(() => {
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

const act = (target: string) => ({ action: 'key.create', target, account: null });

function fillDisk(): void {
  database().raw.exec(
    `create trigger full before insert on audit begin select raise(abort, 'database or disk is full'); end`,
  );
}
function freeDisk(): void {
  database().raw.exec('drop trigger full');
}

/** The newest entries as `phase outcome target`, oldest of them first. */
async function newest(count: number): Promise<string[]> {
  const rows = await readAudit(count, null);
  return rows.map(({ phase, outcome, target }) => `${phase} ${outcome} ${target}`).reverse();
}

async function ready() {
  return (await import('./health')).readiness(actor);
}

test('[87] a change and a download have one entry before and one after', async () => {
  const { createKey, revokeKey } = await import('./keys');
  const { addPerson, resetPassword } = await import('./people');
  const { exportAudit } = await import('./audit-log');
  const acts: [target: string, outcome: string, run: () => Promise<unknown>][] = [
    ['k', 'ok', () => createKey(actor, 'k', 'viewer')],
    ['k', 'conflict', () => createKey(actor, 'k', 'viewer')],
    ['k', 'ok', () => revokeKey(actor, 'k')],
    ['a@example.com', 'ok', () => addPerson(actor, 'a@example.com', 'a long password', 'viewer')],
    ['a@example.com', 'ok', () => resetPassword(actor, 'a@example.com', 'another long password')],
    ['b@example.com', 'not-found', () => resetPassword(actor, 'b@example.com', 'another long password')],
    ['', 'ok', () => exportAudit(actor, parseAuditQuery({}), 'csv')],
  ];
  for (const [target, outcome, run] of acts) {
    const from = (await readAudit(1, null))[0]?.seq ?? 0;
    await run();
    const [after_, intent, earlier] = await readAudit(3, null);
    assert.equal(earlier?.seq ?? 0, from);
    assert.deepEqual([intent?.phase, intent?.outcome, intent?.target], ['intent', null, target]);
    assert.deepEqual([after_?.phase, after_?.outcome, after_?.target], ['outcome', outcome, target]);
    assert.equal(after_?.intent_seq, intent?.seq);
  }
});

test('[87] a fault of ours is an outcome too, and goes on its way', async () => {
  const failing = withAudit(actor, act('faulty'), () => Promise.reject(new Error('a fault')));
  await assert.rejects(failing, /a fault/);
  assert.deepEqual(await newest(2), ['intent null faulty', 'outcome internal faulty']);
});

test('[95] what cannot be put on record before is not done', async () => {
  let ran = false;
  fillDisk();
  const result = await withAudit(actor, act('never'), async () => {
    ran = true;
    return ok(null);
  });
  freeDisk();
  assert.equal(ran, false);
  assert.equal(result.ok ? 'ok' : result.problem.code, 'audit-unavailable');
  assert.equal(result.ok ? 200 : result.problem.status, 503);
  // Nothing happened, so nothing is missing on record.
  assert.deepEqual(await ready(), { ready: true, reasons: [] });
});

test('[95] what was done is told as done, and is put on record as soon as that works', async () => {
  const result = await withAudit(
    actor,
    act('late'),
    async () => {
      fillDisk();
      return ok('made');
    },
    (value) => ({ value }),
  );
  assert.deepEqual(result, ok('made'));
  assert.deepEqual(await newest(1), ['intent null late']);
  assert.deepEqual(await ready(), { ready: false, reasons: ['audit'] });
  assert.equal((await withAudit(actor, act('next'), async () => ok(null))).ok, false);
  freeDisk();
  assert.deepEqual(await ready(), { ready: true, reasons: [] });
  assert.deepEqual(await newest(2), ['intent null late', 'outcome ok late']);
  const [outcome] = await readAudit(1, null);
  assert.deepEqual(JSON.parse(outcome?.detail ?? '').detail, { value: 'made' });
  assert.match(JSON.parse(outcome?.detail ?? '').happenedAt, /^\d{4}-.*Z$/);
});

test('[95] outcomes that are late come before what happens next, in their order', async () => {
  const failing = (target: string) =>
    withAudit(actor, act(target), async () => {
      fillDisk();
      return ok(null);
    });
  await failing('first');
  freeDisk();
  recordSingle(actor, act('second'), 'ok');
  assert.deepEqual(await newest(3), ['intent null first', 'outcome ok first', 'single ok second']);
  assert.equal(auditIsBehind(), false);
  assert.ok((await verifyAudit(null)).ok);
});

test('[87] an export ends with its own intent, and holds no formula', async () => {
  const { exportAudit } = await import('./audit-log');
  recordSingle(actor, act('=1+1'), 'ok');
  for (const format of ['csv', 'jsonl'] as const) {
    const exported = await exportAudit(actor, parseAuditQuery({}), format);
    assert.ok(exported.ok);
    let text = '';
    for await (const piece of exported.value) text += piece;
    const last = text.trim().split('\n').at(-1) ?? '';
    assert.match(last, /audit\.export/);
    assert.match(last, /intent/);
    if (format === 'csv') assert.match(text, /,'=1\+1,/);
    if (format === 'jsonl') assert.match(text, /"target":"=1\+1"/);
  }
});

test('every filter finds its acts, whole, and nothing else', async () => {
  const { searchAudit } = await import('./audit-log');
  const { createKey } = await import('./keys');
  await createKey(actor, 'filter_me', 'viewer');
  await createKey(actor, 'filter_me', 'viewer');
  const found = async (given: Record<string, string>) => {
    const page = await searchAudit(actor, parseAuditQuery(given));
    assert.ok(page.ok);
    return page.value.acts.map(({ target, outcome }) => `${target} ${outcome}`);
  };
  const day = new Date().toISOString().slice(0, 10);
  assert.deepEqual(await found({ target: 'filter_' }), ['filter_me conflict', 'filter_me ok']);
  assert.deepEqual(await found({ target: 'filter_', outcome: 'ok' }), ['filter_me ok']);
  assert.deepEqual(await found({ q: 'FILTER_M', from: day, to: day }), [
    'filter_me conflict',
    'filter_me ok',
  ]);
  // The mark of any letter in a pattern is a letter here.
  assert.deepEqual(await found({ q: 'filter%' }), []);
  assert.deepEqual(await found({ q: 'There is a key filter_me' }), ['filter_me conflict']);
  assert.deepEqual(
    await found({ target: 'filter_', actor: 'oper', action: 'key.create', outcome: 'conflict' }),
    ['filter_me conflict'],
  );
  for (const none of [
    { actor: 'perator' },
    { action: 'key' },
    { outcome: 'o' },
    { to: '2001-01-01' },
    { from: '2999-01-01' },
  ]) {
    assert.deepEqual(await found(none), [], JSON.stringify(none));
  }
  assert.deepEqual(await found({ outcome: 'open' }), []);
});

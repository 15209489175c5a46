// Notes of many tokens at once, on a real database against the simulator.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseDay } from '@/lib/domain/day';
import { database } from '@/lib/store/database';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { changeNote, changeNotes, readNotes } from './notes';
import { absentActor, operatorActor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-notes-'));
const ACCOUNT = 'default';
let simulator: Simulator;

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: edgerc,
    AKAMAI_ORIGIN: simulator.url,
    LOG_LEVEL: 'fatal',
  });
});

after(async () => {
  await simulator.close();
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function noteOf(name: string) {
  const notes = await readNotes(operatorActor(), ACCOUNT);
  assert.ok(notes.ok);
  return notes.value.get(simulator.account().tokens.get(name)?.uuid ?? '');
}

const input = { owner: 'A. Bel', purpose: 'Prices', ticket: '', tags: 'seo', reviewBy: '2027-03-31' };

test('an owner is set on many tokens, and the rest of each note stays', async () => {
  const actor = operatorActor();
  assert.ok((await changeNote(actor, ACCOUNT, 'cart-reader', input)).ok);
  const names = ['cart-reader', 'store-locator', 'nobody-has-it', 'cart-reader'];
  const changed = await changeNotes(actor, ACCOUNT, names, { owner: ' Team Cart ' });
  assert.ok(changed.ok);
  assert.deepEqual([...changed.value.changed].sort(), ['cart-reader', 'store-locator']);
  assert.deepEqual(
    changed.value.failed.map(({ name, problem }) => [name, problem.code]),
    [['nobody-has-it', 'token-not-found']],
  );
  const kept = { purpose: 'Prices', ticket: null, tags: ['seo'], reviewBy: parseDay('2027-03-31') };
  assert.deepEqual(await noteOf('cart-reader'), { owner: 'Team Cart', ...kept });
  assert.equal((await noteOf('store-locator'))?.owner, 'Team Cart');
  assert.ok((await changeNotes(actor, ACCOUNT, ['cart-reader'], { reviewBy: '2027-04-30' })).ok);
  const reviewBy = parseDay('2027-04-30');
  assert.deepEqual(await noteOf('cart-reader'), { owner: 'Team Cart', ...kept, reviewBy });
  const acts = await database()
    .query.selectFrom('audit')
    .select('target')
    .where('action', '=', 'note.change')
    .where('outcome', '=', 'ok')
    .execute();
  assert.equal(acts.length, 4);
});

test('what cannot be noted changes nothing, and a token outside the limits fails alone', async () => {
  for (const part of [{ reviewBy: 'soon' }, { reviewBy: '' }, { owner: ' ' }]) {
    const wrong = await changeNotes(operatorActor(), ACCOUNT, ['store-locator'], part);
    assert.deepEqual(wrong.ok ? null : Object.keys(wrong.problem.fields ?? {}), Object.keys(part));
  }
  const { addPerson } = await import('./people');
  const { changeRole } = await import('./people-changes');
  const added = await addPerson(operatorActor(), 'notes@example.com', 'a long password', 'manager');
  assert.ok(added.ok);
  const limits = { namespaces: 'cart', stagingOnly: false };
  assert.ok((await changeRole(operatorActor(), added.value.id, 'manager', limits)).ok);
  const actor = await absentActor('person', added.value.id);
  const changed = await changeNotes(actor, ACCOUNT, ['cart-reader', 'store-locator'], { owner: 'B' });
  assert.ok(changed.ok);
  assert.deepEqual(changed.value.changed, ['cart-reader']);
  assert.deepEqual(
    changed.value.failed.map(({ problem }) => problem.code),
    ['forbidden'],
  );
  assert.equal((await noteOf('store-locator'))?.owner, 'Team Cart');
});

test('notes that are written together do not get into each other’s way', async () => {
  const { listTokens, readToken } = await import('./tokens');
  const listed = await listTokens(operatorActor(), ACCOUNT);
  assert.ok(listed.ok);
  const names = listed.value.tokens.map(({ name }) => name).slice(0, 20);
  // Known with details, so that all are written in the same moment.
  for (const name of names) await readToken(operatorActor(), ACCOUNT, name);
  const changed = await changeNotes(operatorActor(), ACCOUNT, names, { owner: 'C' });
  assert.ok(changed.ok);
  assert.deepEqual(changed.value.failed, []);
  const singles = await Promise.all(
    names.map((name) => changeNote(operatorActor(), ACCOUNT, name, { ...input, owner: 'D' })),
  );
  assert.deepEqual(
    singles.filter(({ ok }) => !ok),
    [],
  );
});

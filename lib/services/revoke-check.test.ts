// The last look before a token is revoked, on a real database against the simulator over HTTP.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { database } from '@/lib/store/database';
import { Control } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { createKey } from './keys';
import { type Actor, operatorActor, requestActor } from './session';
import { revokeToken } from './token-changes';
import { readUsage, scanUsage } from './usage';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-revoke-'));
const ACCOUNT = 'default';
let simulator: Simulator;
let control: Control;

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  control = new Control(simulator.controlUrl);
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: edgerc,
    AKAMAI_ORIGIN: simulator.url,
    AKAMAI_RATE: '100',
    AKAMAI_TIMEOUT: '2',
    USAGE_SCAN_HOURS: '0',
    LOG_LEVEL: 'fatal',
  });
});

beforeEach(async () => {
  await control.reset();
  database().raw.prepare('delete from usage_scan').run();
});

after(async () => {
  await simulator.close();
  database().raw.close();
  rmSync(folder, { recursive: true, force: true });
});

async function scanned(): Promise<void> {
  const begun = await scanUsage(operatorActor(), ACCOUNT);
  assert.ok(begun.ok, JSON.stringify(begun));
  for (;;) {
    const read = await readUsage(operatorActor(), ACCOUNT);
    if (read.ok && read.value.scan?.endedAt) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function keyActor(): Promise<Actor> {
  const made = await createKey(operatorActor(), `ci-${crypto.randomUUID()}`, 'admin');
  assert.ok(made.ok, JSON.stringify(made));
  const request = new Request('http://localhost/', {
    headers: { authorization: `Bearer ${made.value.key}` },
  });
  const actor = await requestActor(request);
  assert.ok(actor.ok);
  return actor.value;
}

/** What comes of revoking the token: `revoked`, or why not. */
async function revoked(
  name: string,
  typed: string | null = null,
  actor: Actor = operatorActor(),
): Promise<string> {
  const done = await revokeToken(actor, ACCOUNT, name, crypto.randomUUID(), typed);
  assert.equal(simulator.account().tokens.has(name), !done.ok);
  return done.ok ? 'revoked' : `${done.problem.code}: ${done.problem.title}`;
}

test('[38] what is used is revoked only when its name is typed, by people and by keys', async () => {
  await scanned();
  const words = 'confirm-first: checkout-rw is used by 3 EdgeWorkers, live on production and staging.';
  assert.equal(await revoked('checkout-rw'), words);
  assert.equal(await revoked('checkout-rw', 'checkout'), words);
  assert.equal(await revoked('checkout-rw', null, await keyActor()), words);
  assert.equal(await revoked('checkout-rw', 'checkout-rw'), 'revoked');
  const [row] = database()
    .raw.prepare(
      "select detail from audit where action = 'token.revoke' and phase = 'intent' order by seq desc",
    )
    .all();
  assert.match(String(Object(row).detail), /used by 3, 3 on production/);
});

test('what nobody uses, by a look of today, is revoked without typing', async () => {
  await scanned();
  assert.equal(await revoked('qa-scratch'), 'revoked');
});

test('before the first scan, and long after the last one, people type the name, and keys go on', async () => {
  assert.match(await revoked('qa-scratch'), /^confirm-first: Nobody has looked yet/);
  assert.equal(await revoked('qa-scratch', null, await keyActor()), 'revoked');
  await scanned();
  const old = Date.now() - 25 * 60 * 60_000;
  database().raw.prepare("update usage_edgeworker set read_at = ? where id = '4115'").run(old);
  assert.match(await revoked('public-banner'), /^confirm-first: It is more than a day ago/);
  assert.equal(await revoked('public-banner', null, await keyActor()), 'revoked');
});

test('what used it is looked at again just before: it may use it no more', async () => {
  await scanned();
  assert.match(
    await revoked('ab-buckets'),
    /^confirm-first: ab-buckets is used by 1 EdgeWorker, live on staging/,
  );
  await control.change({ edgeWorker: { id: 4109, active: { STAGING: null } } });
  await control.clearJournal();
  assert.equal(await revoked('ab-buckets'), 'revoked');
  const asked = (await control.journal()).filter(({ target }) => target.startsWith('/edgeworkers'));
  assert.deepEqual(
    asked.map(({ target }) => target),
    ['/edgeworkers/v1/ids/4109/activations?activeOnNetwork=true'],
  );
});

test('when it cannot be looked at again, what was known counts', async () => {
  await scanned();
  await control.fault({
    match: { path: '/ids/4109/activations' },
    times: 100,
    answer: { status: 403, body: '{"title":"Forbidden"}' },
  });
  assert.match(await revoked('ab-buckets'), /^confirm-first: ab-buckets is used by 1/);
});

test('a token that the list does not have yet is not taken for one that is gone', async () => {
  await scanned();
  const { tokens } = simulator.account();
  const token = tokens.get('qa-scratch') ?? assert.fail();
  const uuid = '00000000-0000-5000-8000-000000000001';
  tokens.set('made-elsewhere', { ...token, name: 'made-elsewhere', uuid });
  await control.fault({
    match: { method: 'GET', path: '/edgekv/v1/tokens(\\?|$)' },
    times: 100,
    answer: { status: 500, body: '{"title":"Internal error"}' },
  });
  assert.match(await revoked('made-elsewhere'), /^confirm-first: Whether a live version uses/);
  assert.equal(await revoked('made-elsewhere', 'made-elsewhere'), 'revoked');
});

test('a form sent again after its token was revoked gets the same outcome', async () => {
  await scanned();
  const attempt = crypto.randomUUID();
  const all = [1, 2].map(() => revokeToken(operatorActor(), ACCOUNT, 'qa-scratch', attempt));
  for (const done of await Promise.all(all)) assert.ok(done.ok, JSON.stringify(done));
  assert.ok((await revokeToken(operatorActor(), ACCOUNT, 'qa-scratch', attempt)).ok);
});

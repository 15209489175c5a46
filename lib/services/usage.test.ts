// The scan of live versions, on a real database against the simulator over HTTP.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { usageWords } from '@/lib/domain/usage';
import { database } from '@/lib/store/database';
import { beginScan, listBundles, putEdgeWorkers, putReading } from '@/lib/store/usage';
import { packFiles } from '@/simulator/bundle';
import { Control } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { bundleFiles } from '@/simulator/validation';
import { connect } from './connection';
import { operatorActor } from './session';
import { cancelScan, readUsage, scanUsage, type Usage } from './usage';
import { startUsage } from './usage-worker';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-usage-'));
const ACCOUNT = 'default';
/** Of the account as seeded: EdgeWorkers, and among them one with dependencies, with another version on each network. */
const COUNT = 16;
const STOREFRONT = '4116';
/** A token that every EdgeWorker may use, on production too, and none does. */
const ANYBODYS = 'maintenance-switch';
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

async function usage(): Promise<Usage> {
  const read = await readUsage(operatorActor(), ACCOUNT);
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}

/** The usage once `isReached` says so. */
async function reached(isReached: (usage: Usage) => boolean): Promise<Usage> {
  for (;;) {
    const now = await usage();
    if (isReached(now)) return now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function scanned(): Promise<Usage> {
  const begun = await scanUsage(operatorActor(), ACCOUNT);
  assert.ok(begun.ok, JSON.stringify(begun));
  return reached(({ scan }) => scan?.endedAt !== null);
}

function words({ index }: Usage, name: string): string {
  const uuid = simulator.account().tokens.get(name)?.uuid ?? '';
  const of = index.ofToken.get(uuid);
  assert.ok(of, `${name} is not in the index`);
  return usageWords(of);
}

function usesOf({ index }: Usage, name: string) {
  return index.ofToken.get(simulator.account().tokens.get(name)?.uuid ?? '')?.uses ?? [];
}

async function calls(): Promise<string[]> {
  return (await control.journal())
    .filter(({ target }) => target.startsWith('/edgeworkers'))
    .map(({ target }) => target);
}

test('a scan tells which live versions use each token, and how sure that is', async () => {
  assert.equal((await usage()).scan, null);
  const seen = await scanned();
  assert.deepEqual(seen.scan?.progress, { done: COUNT, total: COUNT });
  assert.equal(words(seen, 'checkout-rw'), 'used by 3, 3 on production');
  assert.equal(words(seen, 'ab-buckets'), 'used by 1, none on production');
  assert.equal(words(seen, 'legacy-promo'), 'used by 1, 1 on production');
  assert.equal(words(seen, 'qa-scratch'), 'unused');
  const matched = Object.fromEntries(
    ['checkout-rw', 'legacy-promo'].map((name) => [name, usesOf(seen, name)[0]?.matchedBy]),
  );
  assert.deepEqual(matched, { 'checkout-rw': 'reference', 'legacy-promo': 'claims' });
  const [bare] = usesOf(seen, 'ab-buckets');
  assert.deepEqual(bare?.entries, [{ path: 'edgekv_tokens.js', key: 'default', isInlined: false }]);
  assert.ok(bare?.findings.some(({ code }) => code === 'bare-key'));
});

test('what a dependency holds is read out of the combined bundle, and is not known without it', async () => {
  const seen = await scanned();
  const through = usesOf(seen, 'cart-session-writer').filter(
    ({ edgeWorker }) => edgeWorker.id === STOREFRONT,
  );
  assert.deepEqual(through.map(({ networks }) => networks.join()).sort(), ['production', 'staging']);
  database().raw.prepare('delete from usage_scan').run();
  await control.fault({
    match: { path: `/${STOREFRONT}/revisions` },
    times: 100,
    answer: { status: 404, body: '{"title":"Not found","errorCode":"EW2002"}' },
  });
  const without = await scanned();
  const storefront = without.index.versions.filter(({ edgeWorker }) => edgeWorker.id === STOREFRONT);
  assert.equal(storefront.length, 2);
  for (const { unclear } of storefront)
    assert.match(unclear.join(), /EdgeWorker 4105 runs with it, and was not read/);
  assert.equal(words(without, ANYBODYS), 'unknown');
});

test('where only the combined bundle cannot be read, what the version itself holds is told', async () => {
  const account = simulator.account();
  const own = account.edgeWorkers.find(({ id }) => String(id) === STOREFRONT)?.versions.at(-1);
  const { uuid: reference } = account.tokens.get('qa-scratch') ?? assert.fail();
  const entry = JSON.stringify({ 'namespace-qa': { name: 'qa-scratch', reference } });
  const files = Object.fromEntries((own && bundleFiles(own.content)) ?? []);
  files['edgekv_tokens.js'] = Buffer.from(
    `var edgekv_access_tokens = ${entry};\nexport { edgekv_access_tokens };`,
  );
  Object.assign(own ?? {}, { content: packFiles(files) });
  await control.fault({
    match: { path: `/${STOREFRONT}/revisions/.*/content` },
    times: 100,
    answer: { status: 404, body: '{"title":"Not found","errorCode":"EW2002"}' },
  });
  // As it was read by another test.
  database().raw.prepare('delete from usage_version where edgeworker = ?').run(STOREFRONT);
  const seen = await scanned();
  assert.match(words(seen, 'qa-scratch'), /^used by 1/);
  for (const { edgeWorker, unclear } of seen.index.versions)
    if (edgeWorker.id === STOREFRONT) assert.match(unclear.join(), /EdgeWorker 4105 .* was not read/);
});

test('a version is downloaded once: the next scan asks only what is live', async () => {
  await scanned();
  const first = (await calls()).filter((target) => target.endsWith('/content'));
  assert.equal(first.length, new Set(first).size);
  const versions = simulator.account().edgeWorkers.reduce((sum, one) => sum + one.versions.length, 0);
  const isRevision = (target: string) => target.includes('/revisions/');
  assert.equal(first.filter((target) => !isRevision(target)).length, versions);
  assert.equal(first.filter(isRevision).length, 2);
  await control.clearJournal();
  await scanned();
  const again = await calls();
  const count = (part: string) => again.filter((target) => target.includes(part)).length;
  const counts = [count('/ids'), count('activeOnNetwork=true'), count(`/${STOREFRONT}/revisions?version=`)];
  assert.deepEqual(counts, [1 + COUNT + 2, COUNT, 2], String(again));
});

test('what is known is as old as the list of EdgeWorkers, whichever of them were looked at since', async () => {
  await scanned();
  const age =
    'update usage_scan set began_at = began_at - ?, listed_at = listed_at - ?, ended_at = ended_at - ?';
  const days = 2 * 24 * 60 * 60_000;
  database().raw.prepare(age).run(days, days, days);
  const { asOf } = await usage();
  assert.ok(asOf !== null && asOf < Date.now() - days + 60_000, String(asOf));
  const began = Date.now();
  const again = await scanned();
  assert.ok((again.asOf ?? 0) >= began, String(again.asOf));
});

test('what an older version of this program read of a bundle counts as not read, and is read again', async () => {
  await scanned();
  const connection = await connect(ACCOUNT);
  assert.ok(connection.ok);
  const { id } = connection.value.client;
  const read = listBundles(id).length;
  database().raw.prepare(`update usage_version set format = format - 1, facts = '{"uses":[]}'`).run();
  assert.deepEqual(listBundles(id), []);
  await scanned();
  assert.equal(listBundles(id).length, read);
});

test('nothing of a bundle is kept but what the doctor tells: no value and no code', async () => {
  await scanned();
  const values = [...simulator.account().tokens.values()].flatMap(({ value }) => value ?? []);
  assert.ok(values.length > 0);
  const stored = JSON.stringify(database().raw.prepare('select * from usage_version').all());
  assert.ok(stored.includes('legacy-promo'));
  for (const value of values) {
    const [, payload = '', signature = ''] = value.split('.');
    assert.ok(!stored.includes(payload) && !stored.includes(signature));
  }
  assert.ok(!stored.includes('import {'));
});

test('a bundle that cannot be read leaves unknown what it may use, and nothing else', async () => {
  await control.fault({
    match: { path: '/edgeworkers/v1/ids/4114/versions/1[.]5[.]0/content' },
    times: 100,
    answer: { status: 403, body: '{"title":"Forbidden"}' },
  });
  const seen = await scanned();
  assert.equal(words(seen, ANYBODYS), 'unknown');
  // Of the version on staging it is known.
  assert.equal(words(seen, 'consent-state'), 'used by 1, none on production');
  const restricted = [...seen.index.ofToken]
    .filter(([, { state }]) => state === 'unused')
    .map(([uuid]) => uuid);
  const other = [...simulator.account().tokens.values()].find(
    ({ uuid, restrictToEdgeWorkerIds: ids }) => restricted.includes(uuid) && ids && !ids.includes('4114'),
  );
  assert.ok(other, 'a token that EdgeWorker 4114 may not use is still known to be unused');
  await control.clearFaults();
  assert.equal(words(await scanned(), ANYBODYS), 'unused');
});

test('a credential without the EdgeWorkers grant is told, and what was known stays', async () => {
  await scanned();
  await control.change({ grants: { edgekv: true, edgeworkers: false } });
  const seen = await scanned();
  assert.match(seen.scan?.problem ?? '', /EdgeWorkers/);
  assert.equal(words(seen, 'checkout-rw'), 'used by 3, 3 on production');
});

test('a scan can be cancelled, and what was not looked at is said', async () => {
  await control.fault({
    match: { path: '/edgeworkers/v1/ids/4110/activations' },
    times: 100,
    silent: 'before',
  });
  assert.ok((await scanUsage(operatorActor(), ACCOUNT)).ok);
  await reached(({ scan }) => scan?.progress?.done === COUNT - 1);
  const second = await scanUsage(operatorActor(), ACCOUNT);
  assert.ok(!second.ok && second.problem.code === 'conflict');
  assert.ok((await cancelScan(operatorActor(), ACCOUNT)).ok);
  const seen = await usage();
  assert.equal(seen.scan?.isCancelled, true);
  assert.deepEqual(
    seen.index.unread.map(({ edgeWorker, fault }) => [edgeWorker.id, fault]),
    [['4110', 'It was not looked at yet.']],
  );
  assert.equal(words(seen, ANYBODYS), 'unknown');
  const none = await cancelScan(operatorActor(), ACCOUNT);
  assert.ok(!none.ok && none.problem.code === 'conflict');
});

test('while nothing gets through a scan waits, says why, and goes on by itself', async () => {
  await control.fault({
    match: { path: '/edgeworkers/v1/ids/4101/activations' },
    times: 1,
    answer: { status: 429, body: '{"title":"Too many requests"}', headers: { 'retry-after': '1' } },
  });
  assert.ok((await scanUsage(operatorActor(), ACCOUNT)).ok);
  const seen = await reached(({ scan }) => scan?.endedAt !== null);
  assert.equal(seen.scan?.problem, null);
  assert.deepEqual(seen.scan?.progress, { done: COUNT, total: COUNT });
});

// Last, as it starts the worker's clock.
test('[104] a scan that a killed server began goes on where it was, after the start', async () => {
  await scanned();
  const connection = await connect(ACCOUNT);
  assert.ok(connection.ok);
  const { id } = connection.value.client;
  await until(() => beginScan(id, ACCOUNT));
  const edgeWorkers = simulator.account().edgeWorkers.map(({ id: one, name }) => ({ id: String(one), name }));
  putEdgeWorkers(id, edgeWorkers);
  const live = { staging: '2.3.1', production: '2.3.0', staging_revision: '', production_revision: '' };
  putReading(id, '4101', live);
  await control.clearJournal();
  startUsage();
  await reached(({ scan }) => scan?.endedAt !== null);
  const asked = await calls();
  assert.ok(!asked.some((target) => target.includes('/4101/')), 'it was read already');
  assert.equal(asked.filter((target) => target.includes('/activations')).length, COUNT - 1);
});

/** A scan begins a millisecond after the last one ended, at the earliest. */
async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
}

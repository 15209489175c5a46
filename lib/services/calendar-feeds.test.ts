// Calendars by their secret: what they hold, who reads them, and that a wrong address tells nothing.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import ICAL from 'ical.js';
import { addDays, dayAt } from '@/lib/domain/day';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { listFeeds, makeFeed, readFeed, revokeFeed } from './calendar-feeds';
import { operatorActor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-feeds-'));
let simulator: Simulator;

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'https://desk.example.com',
    EDGERC: edgerc,
    AKAMAI_ORIGIN: simulator.url,
    LOG_LEVEL: 'fatal',
  });
});

after(async () => {
  (await database()).raw.close();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

async function database() {
  return (await import('@/lib/store/database')).database();
}

/** A new calendar; its id and secret. */
async function made(kinds: readonly string[] = ['expiry']): Promise<{ id: string; secret: string }> {
  const name = crypto.randomUUID();
  const feed = await makeFeed(operatorActor(), { name, account: 'default', kinds });
  assert.ok(feed.ok);
  const listed = await listFeeds(operatorActor());
  const id = listed.ok ? listed.value.find((one) => one.name === name)?.id : undefined;
  const [, secret] = /^https:\/\/desk\.example\.com\/feeds\/(.+)\.ics$/.exec(feed.value.url) ?? [];
  assert.ok(id && secret);
  return { id, secret };
}

async function read(secret: string): Promise<string | number> {
  const calendar = await readFeed(operatorActor(), secret);
  return calendar.ok ? calendar.value : calendar.problem.status;
}

test('[67] the secret has 256 random bits, and what is stored of it is its hash', async () => {
  const { raw } = await database();
  const { secret } = await made();
  assert.equal(Buffer.from(secret, 'base64url').length, 32);
  assert.notEqual((await made()).secret, secret);
  raw.pragma('wal_checkpoint(truncate)');
  const file = readFileSync(join(folder, 'data', 'token-desk.db')).toString('latin1');
  assert.ok(!file.includes(secret) && !file.includes(Buffer.from(secret, 'base64url').toString('latin1')));
  const listed = await listFeeds(operatorActor());
  assert.ok(!JSON.stringify(listed).includes(secret));
});

test('[67] the calendar has the dates of its account and kinds, and no value of any token', async () => {
  const { secret } = await made(['expiry', 'refresh']);
  const text = await read(secret);
  assert.ok(typeof text === 'string');
  const events = new ICAL.Component(ICAL.parse(text))
    .getAllSubcomponents('vevent')
    .map((component) => new ICAL.Event(component));
  const promo = events.find(({ summary }) => summary === 'legacy-promo: Expiry');
  assert.equal(promo?.startDate.toString(), addDays(dayAt(Date.now()), 10));
  assert.ok(events.some(({ summary }) => summary.endsWith(': Refresh')));
  assert.ok(!events.some(({ summary }) => /: (Review|Activation)/.test(summary)));
  assert.equal(new Set(events.map(({ uid }) => uid)).size, events.length);
  assert.doesNotMatch(text, /CANARY|eyJ/);
});

test('[67] a revoked calendar is gone at the next request, and so is one whose maker may make none any more', async () => {
  const { raw } = await database();
  const { id, secret } = await made();
  assert.equal(typeof (await read(secret)), 'string');
  assert.ok((await revokeFeed(operatorActor(), id)).ok);
  assert.equal(await read(secret), 404);
  assert.equal((await revokeFeed(operatorActor(), id)).ok, false);
  const { addPerson } = await import('./people');
  const person = await addPerson(operatorActor(), 'maker@example.com', 'a long password', 'admin');
  assert.ok(person.ok);
  const owned = await made();
  raw.prepare('update calendar_feed set owner_id = ? where id = ?').run(person.value.id, owned.id);
  assert.equal(typeof (await read(owned.secret)), 'string');
  for (const change of [
    `"scopeAccounts" = '[["another","none"]]'`,
    `"scopeAccounts" = null, role = 'manager'`,
    `role = 'admin', disabled = 1`,
  ]) {
    raw.prepare(`update user set ${change} where id = ?`).run(person.value.id);
    assert.equal(await read(owned.secret), 404, change);
  }
  raw.prepare('delete from user where id = ?').run(person.value.id);
  assert.equal(await read(owned.secret), 404);
});

test('[67] a wrong secret, one of no form and a revoked one take the same time', async () => {
  const { id, secret } = await made();
  await revokeFeed(operatorActor(), id);
  const wrong = [secret, 'A'.repeat(43), `${secret.slice(0, -1)}A`, '', 'x', '../etc', 'A'.repeat(4_000)];
  const times = new Map<string, number[]>(wrong.map((one) => [one, []]));
  for (let round = 0; round < 60; round += 1)
    for (const one of wrong) {
      const started = performance.now();
      assert.equal(await read(one), 404);
      times.get(one)?.push(performance.now() - started);
    }
  const medians = [...times.values()].map((all) => all.sort((a, b) => a - b)[all.length >> 1] ?? 0);
  assert.ok(Math.max(...medians) - Math.min(...medians) < 5, medians.join(' '));
});

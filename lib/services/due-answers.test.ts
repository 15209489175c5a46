// Answers to what is due, from the service to the disk: who may give them, what they do to the list, to notices and to
// calendars, and what is on record of them. The simulator as Akamai, a database in a folder.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addDays, addMonths } from '@/lib/domain/day';
import type { DueItem, DueKind } from '@/lib/domain/due';
import type { Result } from '@/lib/domain/problem';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { answerDue, readAnswers, reviewToken, type SeenDate, showDueAgain } from './due-answers';
import type { Actor } from './session';
import { today } from './surroundings';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-answers-'));
let simulator: Simulator;
let operator: Actor;

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'https://desk.example.com',
    EDGERC: edgerc,
    AKAMAI_ORIGIN: simulator.url,
    AKAMAI_RATE: '100',
    LOG_LEVEL: 'fatal',
  });
  operator = (await import('./session')).operatorActor();
  const { changeNote } = await import('./notes');
  const note = { owner: 'A. Bel', purpose: 'carts', ticket: '', tags: 'shop', reviewBy: today() };
  value(await changeNote(operator, 'default', 'cart-reader', note));
});

after(async () => {
  (await database()).raw.close();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

async function database() {
  return (await import('@/lib/store/database')).database();
}

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : `${result.problem.title} ${JSON.stringify(result.problem.fields)}`);
  return result.value;
}

function outcome(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.problem.code;
}

async function itemOf(name: string, kind: DueKind): Promise<DueItem> {
  const { readDue } = await import('./due');
  const { items } = value(await readDue(operator, 'default'));
  return items.find((item) => item.token.name === name && item.kind === kind) ?? assert.fail(name);
}

function seen({ token: { name, uuid }, kind, day }: DueItem): SeenDate {
  return { name, uuid, kind, day };
}

const acknowledge = { state: 'acknowledged', reason: 'replaced in spring', until: '', otherDay: '' };
const snooze = () => ({ ...acknowledge, state: 'snoozed', until: addDays(today(), 7) });
const review = (more = {}) => ({ remark: '', until: addMonths(today(), 6), otherDay: '', ...more });

/** The newest acts on record, with their detail. */
async function acts(action: string): Promise<Record<string, unknown>[]> {
  const rows = (await database()).raw
    .prepare("select target, detail from audit where action = ? and phase = 'intent' order by seq")
    .all(action) as { target: string; detail: string }[];
  return rows.map(({ target, detail }) => ({ target, ...JSON.parse(detail) }));
}

test('a date is acknowledged, snoozed and shown again, each on record with its reason', async () => {
  const item = await itemOf('legacy-promo', 'expiry');
  const { uuid } = item.token;
  assert.equal(item.answer, null);
  assert.equal(outcome(await showDueAgain(operator, 'default', seen(item))), 'not-found');
  value(await answerDue(operator, 'default', seen(item), acknowledge));
  const by = { by: 'operator', on: today() };
  const known = { state: 'acknowledged', until: null, reason: 'replaced in spring', ...by };
  assert.deepEqual((await itemOf('legacy-promo', 'expiry')).answer, known);
  value(await answerDue(operator, 'default', seen(item), snooze()));
  const until = addDays(today(), 7);
  const waits = { ...known, state: 'snoozed', until };
  assert.deepEqual((await itemOf('legacy-promo', 'expiry')).answer, waits);
  assert.equal((await itemOf('geo-blocklist', 'expiry')).answer, null);
  value(await showDueAgain(operator, 'default', seen(item)));
  assert.equal((await itemOf('legacy-promo', 'expiry')).answer, null);
  assert.equal(outcome(await showDueAgain(operator, 'default', seen(item))), 'not-found');
  const date = { target: 'legacy-promo', uuid, kind: 'expiry', day: item.day };
  const reason = 'replaced in spring';
  assert.deepEqual(await acts('due.acknowledge'), [{ ...date, until: null, reason }]);
  assert.deepEqual(await acts('due.snooze'), [{ ...date, until, reason }]);
  assert.deepEqual(await acts('due.show-again'), [{ ...date, was: waits }]);
});

test('what is no answer, or not to a date that is there, changes nothing', async () => {
  const item = await itemOf('geo-blocklist', 'expiry');
  const table: [string, SeenDate, Parameters<typeof answerDue>[3], string][] = [
    ['no reason', seen(item), { ...acknowledge, reason: ' ' }, 'invalid-fields'],
    ['after the expiry', seen(item), snooze(), 'invalid-fields'],
    ['another day', { ...seen(item), day: addDays(item.day, 1) }, acknowledge, 'conflict'],
    ['another kind', { ...seen(item), kind: 'review' }, acknowledge, 'conflict'],
    ['no kind', { ...seen(item), kind: '' }, acknowledge, 'conflict'],
    ['another token of that name', { ...seen(item), uuid: 'u' }, acknowledge, 'conflict'],
    ['no token', { ...seen(item), name: 'nobody-made-this' }, acknowledge, 'token-not-found'],
  ];
  for (const [name, date, input, expected] of table)
    assert.equal(outcome(await answerDue(operator, 'default', date, input)), expected, name);
  assert.equal(outcome(await answerDue(operator, 'nowhere', seen(item), acknowledge)), 'unknown-account');
  assert.equal(
    outcome(await reviewToken(operator, 'default', { ...seen(item), uuid: 'u' }, review())),
    'conflict',
  );
  assert.equal(outcome(await reviewToken(operator, 'default', seen(item), review())), 'invalid-fields');
  assert.equal((await itemOf('geo-blocklist', 'expiry')).answer, null);
  assert.equal(value(await readAnswers(operator, 'default')).reviews.size, 0);
});

test('a token that is reviewed stays, and only its review-by moves', async () => {
  const before = await itemOf('cart-reader', 'review');
  value(await reviewToken(operator, 'default', seen(before), review({ remark: 'still in use' })));
  const { note, day } = await itemOf('cart-reader', 'review');
  const reviewBy = addMonths(today(), 6);
  assert.equal(day, reviewBy);
  assert.deepEqual(note, { owner: 'A. Bel', purpose: 'carts', ticket: null, tags: ['shop'], reviewBy });
  const { uuid } = before.token;
  assert.deepEqual(value(await readAnswers(operator, 'default')).reviews.get(uuid), {
    by: 'operator',
    on: today(),
    remark: 'still in use',
  });
  const nextYear = review({ otherDay: addMonths(today(), 12) });
  value(await reviewToken(operator, 'default', seen(before), nextYear));
  assert.equal((await itemOf('cart-reader', 'review')).day, addMonths(today(), 12));
  const target = 'cart-reader';
  assert.deepEqual(await acts('token.review'), [
    { target, uuid, remark: 'still in use', 'review by': { was: today(), is: reviewBy } },
    { target, uuid, remark: null, 'review by': { was: reviewBy, is: addMonths(today(), 12) } },
  ]);
  // Nothing was noted of this one before.
  const bare = await itemOf('catalog-preview', 'refresh');
  value(await reviewToken(operator, 'default', seen(bare), review()));
  assert.equal((await itemOf('catalog-preview', 'review')).note.owner, null);
});

test('who is limited answers for tokens within the limits only', async () => {
  const { createKey } = await import('./keys');
  const { requestActor } = await import('./session');
  const limits = { namespaces: 'promo', stagingOnly: false };
  const key = value(await createKey(operator, 'limited', 'manager', { limits })).key;
  const headers = { authorization: `Bearer ${key}` };
  const limited = value(await requestActor(new Request('http://localhost:3000/', { headers })));
  const [within, beyond] = [await itemOf('legacy-promo', 'expiry'), await itemOf('cart-reader', 'review')];
  assert.deepEqual([...(within.token.details?.permissions.keys() ?? [])], ['promo']);
  assert.equal(outcome(await answerDue(limited, 'default', seen(within), acknowledge)), 'ok');
  assert.equal(outcome(await showDueAgain(limited, 'default', seen(within))), 'ok');
  assert.equal(outcome(await answerDue(limited, 'default', seen(beyond), acknowledge)), 'forbidden');
  assert.equal(outcome(await showDueAgain(limited, 'default', seen(beyond))), 'forbidden');
  assert.equal(outcome(await reviewToken(limited, 'default', seen(beyond), review())), 'forbidden');
});

test('notices and calendars know what is answered: it is not told, and it stays in the calendar', async () => {
  const { datesOfAccount } = await import('./notices');
  const { makeFeed, readFeed } = await import('./calendar-feeds');
  const item = await itemOf('legacy-promo', 'expiry');
  value(await answerDue(operator, 'default', seen(item), snooze()));
  const dates = (await datesOfAccount('default', today(), 'fully'))?.dates ?? [];
  const states = dates.filter(({ answer }) => answer).map(({ name, answer }) => `${name} ${answer?.state}`);
  // The age of the one reviewed above waits for its next review.
  assert.deepEqual(states, ['legacy-promo snoozed', 'catalog-preview reviewed']);
  const feed = value(await makeFeed(operator, { name: 'answers', account: 'default', kinds: ['expiry'] }));
  const secret = /feeds\/(.+)\.ics$/.exec(feed.url)?.[1] ?? '';
  const text = value(await readFeed(operator, secret)).replaceAll('\r\n ', '');
  const event = text.split('BEGIN:VEVENT').find((one) => one.includes('SUMMARY:legacy-promo: Expiry'));
  assert.match(event ?? '', /Snoozed until \d+ \w+ \d{4}\./);
  // Whoever has the address of the calendar gets neither the reason nor who gave it.
  assert.doesNotMatch(text, /replaced in spring|operator/);
  assert.equal(text.match(/Snoozed until/g)?.length, 1);
});

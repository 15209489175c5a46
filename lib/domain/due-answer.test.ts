import assert from 'node:assert/strict';
import test from 'node:test';
import { addDays, type Day, parseDay } from './day';
import { DUE_KINDS, type DueKind, dueItems } from './due';
import {
  ANSWER_LIMITS,
  type Answers,
  answerKey,
  answerWords,
  type GivenAnswer,
  latestReview,
  latestSnooze,
  personWords,
  type Review,
  readAnswer,
  readReview,
  reviewChoices,
  snoozeChoices,
} from './due-answer';
import type { Token } from './token';
import { EMPTY_NOTE } from './token-note';

const day = (text: string): Day => parseDay(text) ?? assert.fail(text);
const today = day('2026-11-26');
const later = (count: number) => addDays(today, count);
const BY = { by: 'a.bel@example.com', on: day('2026-11-20') };

function token(given: Partial<Token>): Token {
  return {
    name: 't',
    uuid: 'u',
    expiry: null,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: null,
    details: null,
    ...given,
  };
}

function given(kind: DueKind, answer: Partial<GivenAnswer>, review?: Review): Answers {
  const full = { state: 'acknowledged' as const, day: today, until: null, reason: 'known', ...BY, ...answer };
  return {
    given: new Map([[answerKey('u', kind), full]]),
    reviews: new Map(review ? [['u', review]] : []),
  };
}

/** The answers that hold on `on`, by kind. */
function held(
  one: Token,
  answers: Answers,
  { on = today, reviewBy = null as Day | null, ageDays = 30 } = {},
) {
  const notes = new Map([['u', { ...EMPTY_NOTE, reviewBy }]]);
  const items = dueItems([one], notes, { ageDays }, on, { answers });
  return Object.fromEntries(
    DUE_KINDS.flatMap((kind) => {
      const item = items.find((found) => found.kind === kind);
      return item ? [[kind, item.answer?.state ?? null]] : [];
    }),
  );
}

test('an answer holds for its date alone: not for another kind, another day, or another token', () => {
  const one = token({ expiry: later(9), nextRefresh: later(9) });
  assert.deepEqual(held(one, given('expiry', { day: later(9) })), { expiry: 'acknowledged', refresh: null });
  assert.deepEqual(held(one, given('refresh', { day: later(9) })), { expiry: null, refresh: 'acknowledged' });
  assert.deepEqual(held(one, given('expiry', { day: later(10) })), { expiry: null, refresh: null });
  assert.deepEqual(held({ ...one, uuid: 'u-2' }, given('expiry', { day: later(9) })), {
    expiry: null,
    refresh: null,
  });
  // Acknowledged is acknowledged when the day has come and gone, too.
  assert.deepEqual(held(token({ expiry: later(9) }), given('expiry', { day: later(9) }), { on: later(20) }), {
    expiry: 'acknowledged',
  });
});

test('a snooze ends on its day', () => {
  const one = token({ nextRefresh: later(20) });
  const answers = given('refresh', { state: 'snoozed', day: later(20), until: later(7) });
  const table: [number, string | null][] = [
    [0, 'snoozed'],
    [6, 'snoozed'],
    [7, null],
    [8, null],
  ];
  for (const [days, state] of table)
    assert.deepEqual(held(one, answers, { on: later(days) }), { refresh: state }, `${days}`);
});

test('the age of a reviewed token waits for its review-by, wherever that is moved; nothing else of it does', () => {
  const review: Review = { ...BY, remark: null };
  const answers: Answers = { given: new Map(), reviews: new Map([['u', review]]) };
  const one = token({ issued: later(-100) });
  const state = (reviewBy: Day | null, on = today) => held(one, answers, { reviewBy, on }).age;
  assert.equal(state(later(180)), 'reviewed');
  assert.equal(state(later(180), later(179)), 'reviewed');
  assert.equal(state(later(180), later(180)), null);
  assert.equal(state(later(-1)), null);
  assert.equal(state(null), null);
  assert.equal(held(one, { given: new Map(), reviews: new Map() }, { reviewBy: later(180) }).age, null);
  // An age that comes only after the next review is not answered yet.
  assert.deepEqual(held(one, answers, { reviewBy: later(180), ageDays: 400 }), { age: null, review: null });
  assert.deepEqual(
    held(token({ issued: later(-100), expiry: later(-70) }), answers, { reviewBy: later(9) }),
    {
      expiry: null,
    },
  );
  const both = given('age', { state: 'snoozed', day: later(-70), until: later(7) }, review);
  assert.equal(held(one, both, { reviewBy: later(180) }).age, 'snoozed');
  assert.equal(held(one, both, { reviewBy: later(180), on: later(7) }).age, 'reviewed');
});

test('what is offered lies within what is allowed; an expiry is due again on its day at the latest', () => {
  const table: [kind: DueKind, inDays: number, offered: number[]][] = [
    ['refresh', -5, [7, 14, 30]],
    ['review', 3, [7, 14, 30]],
    ['expiry', 100, [7, 14, 30]],
    ['expiry', 30, [7, 14, 30]],
    ['expiry', 10, [7, 10]],
    ['expiry', 1, [1]],
    ['expiry', 0, []],
    ['expiry', -1, []],
  ];
  for (const [kind, inDays, offered] of table)
    assert.deepEqual(
      snoozeChoices({ kind, day: later(inDays) }, today).map((one) => one.day),
      offered.map(later),
      `${kind} ${inDays}`,
    );
  assert.equal(latestSnooze({ kind: 'refresh', day: later(3) }, today), later(365));
  const offeredFor = (expiry: Day | null) => {
    const { choices, usual } = reviewChoices(expiry, today);
    return [...choices.map((one) => one.day), `usual ${usual}`];
  };
  assert.deepEqual(offeredFor(null), ['2027-02-26', '2027-05-26', '2027-11-26', 'usual 2027-05-26']);
  assert.deepEqual(offeredFor(day('2027-03-01')), ['2027-02-26', 'usual 2027-02-26']);
  assert.deepEqual(offeredFor(later(10)), [later(10), `usual ${later(10)}`]);
  assert.deepEqual(offeredFor(today), ['usual null']);
  assert.equal(reviewChoices(null, today).choices[1]?.words, 'in 6 months, on 26 May 2027');
  assert.equal(reviewChoices(later(10), today).choices[0]?.words, 'when it expires, on 6 Dec 2026');
  assert.equal(latestReview(null, today), '2028-11-26');
});

test('an answer needs a reason and a day within bounds; the day that is typed wins', () => {
  const date = { kind: 'refresh' as const, day: later(3) };
  const read = (input: Partial<Parameters<typeof readAnswer>[0]>, of: { kind: DueKind; day: Day } = date) => {
    const answer = readAnswer(
      { state: 'snoozed', reason: ' waits ', until: later(7), otherDay: '', ...input },
      of,
      today,
    );
    return answer.ok ? `${answer.state} ${answer.until} ${answer.reason}` : Object.keys(answer.fields).join();
  };
  const expiry = { kind: 'expiry' as const, day: later(10) };
  const table: [string, Parameters<typeof read>, string][] = [
    ['offered', [{}], `snoozed ${later(7)} waits`],
    ['typed', [{ otherDay: later(9) }], `snoozed ${later(9)} waits`],
    ['acknowledged has no day', [{ state: 'acknowledged' }], 'acknowledged null waits'],
    ['today', [{ until: today }], 'until'],
    ['past', [{ otherDay: later(-1) }], 'otherDay'],
    ['a year', [{ otherDay: later(365) }], `snoozed ${later(365)} waits`],
    ['more', [{ otherDay: later(366) }], 'otherDay'],
    ['no day', [{ until: '' }], 'until'],
    ['no such day', [{ otherDay: '2027-02-30' }], 'otherDay'],
    ['the day of an expiry', [{ otherDay: later(10) }, expiry], `snoozed ${later(10)} waits`],
    ['after an expiry', [{ otherDay: later(11) }, expiry], 'otherDay'],
    ['no reason', [{ reason: '  ' }], 'reason'],
    ['a long reason', [{ reason: 'x'.repeat(ANSWER_LIMITS.reason + 1) }], 'reason'],
    ['no such answer', [{ state: 'reviewed' }], 'state'],
    ['nothing', [{ state: '', reason: '', until: '' }], 'state,reason'],
  ];
  for (const [name, given, expected] of table) assert.equal(read(...given), expected, name);
});

test('a review moves to a day within two years and before the token ends; a remark is optional', () => {
  const read = (input: Partial<Parameters<typeof readReview>[0]>, expiry: Day | null = null) => {
    const review = readReview({ remark: '', until: later(180), otherDay: '', ...input }, expiry, today);
    return review.ok ? `${review.reviewBy} ${review.remark}` : Object.keys(review.fields).join();
  };
  assert.equal(read({}), `${later(180)} null`);
  assert.equal(read({ remark: ' ok ', otherDay: '2028-11-26' }), '2028-11-26 ok');
  assert.equal(read({ otherDay: '2028-11-27' }), 'otherDay');
  assert.equal(read({ until: today }), 'until');
  assert.equal(read({}, later(179)), 'until');
  assert.equal(read({}, today), 'until');
  assert.equal(read({ remark: 'x'.repeat(301) }), 'remark');
});

test('answers are said in words, without the address of who gave them', () => {
  const answer = { state: 'snoozed' as const, until: later(7), reason: 'waits', ...BY };
  assert.equal(answerWords(answer), 'Snoozed until 3 Dec 2026 by a.bel on 20 Nov 2026: waits');
  assert.equal(
    answerWords({ ...answer, state: 'acknowledged', until: null }),
    'Acknowledged by a.bel on 20 Nov 2026: waits',
  );
  assert.equal(
    answerWords({ ...answer, state: 'reviewed', reason: null }),
    'Kept until 3 Dec 2026 by a.bel on 20 Nov 2026',
  );
  assert.equal(personWords('operator'), 'operator');
  assert.equal(personWords('@odd'), '@odd');
});

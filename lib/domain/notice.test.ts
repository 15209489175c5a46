import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDays, type Day, daysBetween, parseDay } from './day';
import { DUE_KINDS, type DueItem, type DueKind } from './due';
import type { AnswerState, DueAnswer } from './due-answer';
import {
  type DueDate,
  datedItems,
  dateKey,
  dueNotices,
  heardDates,
  hearsOf,
  type Ladder,
  reachedStep,
  readLadder,
  stepWords,
  type Told,
  USUAL_LADDERS,
} from './notice';
import { EMPTY_NOTE } from './token-note';

const LADDER: Ladder = [60, 30, 14, 7, 1, 0, -1];

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text);
}

const DATE: DueDate = {
  account: 'default',
  name: 'shop',
  uuid: 'u-1',
  kind: 'expiry',
  day: day('2027-03-01'),
  owner: null,
  answer: null,
};
const LONG_AGO = day('2020-01-01');

/** What was told, as those who are told remember it. */
function inMap(told: ReadonlyMap<string, number>): Told {
  return (date) => told.get(dateKey(date)) ?? null;
}

/** Somebody who is told, over many days. */
function listener(since: Day = LONG_AGO, ladder: Ladder = LADDER) {
  const told = new Map<string, number>();
  const ladders = Object.fromEntries(DUE_KINDS.map((kind) => [kind, ladder])) as typeof USUAL_LADDERS;
  return {
    told,
    /** The steps told on `today`, remembered as told. */
    hear: (dates: readonly DueDate[], today: Day): number[] => {
      const notices = dueNotices(dates, { ladders, told: inMap(told), since, today });
      for (const notice of notices) told.set(dateKey(notice), notice.step);
      return notices.map(({ step }) => step);
    },
  };
}

test('the newest step that is reached, whatever is left', () => {
  const table: [daysLeft: number, step: number | null][] = [
    [100_000, null],
    [61, null],
    [60, 60],
    [59, 60],
    [31, 60],
    [30, 30],
    [29, 30],
    [15, 30],
    [14, 14],
    [8, 14],
    [7, 7],
    [2, 7],
    [1, 1],
    [0, 0],
    [-1, -1],
    [-2, -1],
    [-5_000, -1],
  ];
  for (const [daysLeft, step] of table) assert.equal(reachedStep(LADDER, daysLeft), step, `${daysLeft}`);
  assert.equal(reachedStep([], 0), null);
  assert.equal(reachedStep([0], 1), null);
  assert.equal(reachedStep([0], -9), 0);
  assert.equal(reachedStep([7, 1], -9), 1);
});

test('day after day each step is told once, on its day', () => {
  const { hear } = listener();
  const heard: [number, number][] = [];
  for (let left = 70; left >= -30; left -= 1)
    for (const step of hear([DATE], addDays(DATE.day, -left))) heard.push([left, step]);
  assert.deepEqual(
    heard,
    LADDER.map((step) => [step, step]),
  );
});

test('however often a day is looked at, nothing is told twice', () => {
  const { hear } = listener();
  const today = addDays(DATE.day, -30);
  assert.deepEqual([hear([DATE], today), hear([DATE], today), hear([DATE], today)], [[30], [], []]);
});

test('[115] who slept for days is told the newest step only, and then goes on', () => {
  const { hear } = listener();
  assert.deepEqual(hear([DATE], addDays(DATE.day, -60)), [60]);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -5)), [7]);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -4)), []);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -1)), [1]);
  assert.deepEqual(hear([DATE], addDays(DATE.day, 40)), [-1]);
  assert.deepEqual(hear([DATE], addDays(DATE.day, 41)), []);
});

test('[115] a clock that is set back tells nothing twice, and one set forward and back goes on where it was', () => {
  const { hear } = listener();
  assert.deepEqual(hear([DATE], addDays(DATE.day, -14)), [14]);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -40)), []);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -30)), []);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -14)), []);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -7)), [7]);
  // Ten years too far: what was told too early is not told again.
  assert.deepEqual(hear([DATE], addDays(DATE.day, 3_650)), [-1]);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -1)), []);
});

test('a date that moves begins its ladder anew, and goes on with the old one when it moves back', () => {
  const { hear } = listener();
  const moved = { ...DATE, day: addDays(DATE.day, 100) };
  assert.deepEqual(hear([DATE], addDays(DATE.day, -7)), [7]);
  assert.deepEqual(hear([moved], addDays(DATE.day, -6)), []);
  assert.deepEqual(hear([moved], addDays(moved.day, -60)), [60]);
  assert.deepEqual(hear([{ ...DATE, day: addDays(moved.day, -60) }], addDays(moved.day, -61)), [1]);
  assert.deepEqual(hear([moved], addDays(moved.day, -59)), []);
});

test('each kind of date and each token has a ladder of its own', () => {
  const { hear } = listener();
  const today = addDays(DATE.day, -30);
  const dates: DueDate[] = [DATE, { ...DATE, kind: 'review' }, { ...DATE, uuid: 'u-2' }];
  assert.deepEqual(hear(dates, today), [30, 30, 30]);
  assert.deepEqual(hear([...dates, { ...DATE, kind: 'age' }], today), [30]);
});

test('a token that is seen through two accounts is told once', () => {
  const { hear } = listener();
  assert.deepEqual(hear([DATE, { ...DATE, account: 'other' }], addDays(DATE.day, -7)), [7]);
  assert.deepEqual(hear([{ ...DATE, account: 'other' }], addDays(DATE.day, -7)), []);
});

test('an expiry of before one listened is no news; any other date that is past still asks for something', () => {
  const today = addDays(DATE.day, 10);
  for (const kind of DUE_KINDS)
    assert.deepEqual(listener(today).hear([{ ...DATE, kind }], today), kind === 'expiry' ? [] : [-1], kind);
  assert.deepEqual(listener(DATE.day).hear([DATE], today), [-1]);
  assert.deepEqual(listener(addDays(DATE.day, 1)).hear([DATE], today), []);
});

test('a step that is added later is told when it is the newest, and one that is taken away is not missed', () => {
  const today = addDays(DATE.day, -20);
  const told30: Told = () => 30;
  const with20 = { ...USUAL_LADDERS, expiry: [30, 20] };
  assert.deepEqual(
    dueNotices([DATE], { ladders: with20, told: told30, since: LONG_AGO, today }).map(({ step }) => step),
    [20],
  );
  const with45 = { ...USUAL_LADDERS, expiry: [45, 30] };
  assert.deepEqual(dueNotices([DATE], { ladders: with45, told: told30, since: LONG_AGO, today }), []);
  const none = { ...USUAL_LADDERS, expiry: [] };
  assert.deepEqual(dueNotices([DATE], { ladders: none, told: () => null, since: LONG_AGO, today }), []);
});

test('a channel hears of its accounts, kinds and owner; the owner in capitals is the same', () => {
  const dates: DueDate[] = [
    { ...DATE, owner: 'A. Bel' },
    { ...DATE, kind: 'review', owner: 'A. Bel' },
    { ...DATE, account: 'media', owner: 'a. bel' },
    { ...DATE, owner: 'C. Dee' },
    DATE,
  ];
  const all = { kinds: DUE_KINDS, accounts: null, owner: null };
  assert.deepEqual(heardDates(all, dates), dates);
  assert.deepEqual(heardDates({ ...all, owner: 'a. BEL' }, dates), dates.slice(0, 3));
  assert.deepEqual(heardDates({ ...all, kinds: ['review'] }, dates), dates.slice(1, 2));
  assert.deepEqual(heardDates({ ...all, accounts: ['media'] }, dates), dates.slice(2, 3));
  assert.deepEqual(heardDates({ ...all, accounts: [] }, dates), []);
  assert.ok(hearsOf({ accounts: null }, 'media') && !hearsOf({ accounts: ['default'] }, 'media'));
});

test('nobody is told of an activation before its day is known', () => {
  const item = (kind: DueKind, issued: Day | null): DueItem => ({
    kind,
    day: DATE.day,
    answer: null,
    usage: null,
    note: { ...EMPTY_NOTE, owner: 'A. Bel' },
    token: {
      ...{ name: 'shop', uuid: 'u-1', issued, activation: 'error' as const },
      ...{ expiry: null, latestRefresh: null, nextRefresh: null, details: null },
    },
  });
  const known = [item('activation', addDays(DATE.day, -1)), item('expiry', null)];
  const dated = datedItems('media', [item('activation', null), ...known]);
  assert.deepEqual(
    dated,
    (['activation', 'expiry'] as const).map((kind) => ({ ...DATE, account: 'media', kind, owner: 'A. Bel' })),
  );
});

test('what is answered is not told, but that an expiry has come; taken back, the newest step is', () => {
  const answer = (state: AnswerState): DueAnswer => ({
    state,
    until: null,
    reason: 'known',
    by: 'a.bel@example.com',
    on: LONG_AGO,
  });
  const table: [kind: DueKind, state: AnswerState, told: [daysLeft: number, step: number][]][] = [
    [
      'expiry',
      'acknowledged',
      [
        [0, 0],
        [-1, -1],
      ],
    ],
    ['activation', 'acknowledged', []],
    ['refresh', 'snoozed', []],
    ['age', 'reviewed', []],
    ['review', 'acknowledged', []],
  ];
  for (const [kind, state, told] of table) {
    const { hear } = listener();
    const answered = { ...DATE, kind, answer: answer(state) };
    const heard: [number, number][] = [];
    for (let left = 70; left >= -5; left -= 1)
      for (const step of hear([answered], addDays(DATE.day, -left))) heard.push([left, step]);
    assert.deepEqual(heard, told, `${kind} ${state}`);
  }
  const { hear } = listener();
  const snoozed = { ...DATE, answer: answer('snoozed') };
  assert.deepEqual(hear([DATE], addDays(DATE.day, -60)), [60]);
  assert.deepEqual(hear([snoozed], addDays(DATE.day, -30)), []);
  assert.deepEqual(hear([snoozed], addDays(DATE.day, -14)), []);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -10)), [14]);
  assert.deepEqual(hear([DATE], addDays(DATE.day, -9)), []);
});

test('over leap days and the ends of years the steps are days of the calendar', () => {
  const table: [due: string, today: string, step: number | null][] = [
    ['2028-03-01', '2028-02-23', 7],
    ['2028-03-01', '2028-02-22', 14],
    ['2027-03-01', '2027-02-22', 7],
    ['2027-01-01', '2026-12-31', 1],
    ['2027-01-01', '2026-12-18', 14],
    ['2026-03-29', '2026-03-28', 1],
    ['2026-10-25', '2026-10-26', -1],
    ['9998-12-31', '9998-12-31', 0],
  ];
  for (const [due, today, step] of table) {
    const heard = listener().hear([{ ...DATE, day: day(due) }], day(today));
    assert.deepEqual(heard, [step], `${due} on ${today}`);
  }
});

test('[115] whatever the clock does: each step once at most, downwards, and nothing that is reached is lost', () => {
  const moves = fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 40 });
  const steps = fc.uniqueArray(fc.integer({ min: -90, max: 365 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(moves, steps, (jumps, given) => {
      const ladder = given.toSorted((a, b) => b - a);
      const { hear, told } = listener(LONG_AGO, ladder);
      let today = addDays(DATE.day, -100);
      const heard: number[] = [];
      for (const jump of jumps) {
        today = addDays(today, jump);
        heard.push(...hear([DATE], today));
        const reached = reachedStep(ladder, daysBetween(today, DATE.day));
        const last = told.get(dateKey(DATE)) ?? Number.POSITIVE_INFINITY;
        assert.ok(reached === null || last <= reached, `${reached} was reached and not told`);
      }
      assert.deepEqual(
        heard,
        [...new Set(heard)].toSorted((a, b) => b - a),
      );
      assert.ok(heard.every((step) => ladder.includes(step)));
    }),
    { numRuns: 2_000 },
  );
});

test('a ladder is read as it is typed', () => {
  const table: [string, Ladder | null][] = [
    ['60, 30, 14, 7, 1, 0, -1', [60, 30, 14, 7, 1, 0, -1]],
    ['1 7 1,7', [7, 1]],
    ['', []],
    [' , ', []],
    ['-0 0', [0]],
    ['365 -90', [365, -90]],
    ['366', null],
    ['-91', null],
    ['1.5', null],
    ['7d', null],
    ['１', null],
    ['--1', null],
    [Array.from({ length: 21 }, (_, index) => index).join(' '), null],
  ];
  for (const [text, ladder] of table) assert.deepEqual(readLadder(text), ladder, text);
});

test('steps in words', () => {
  const words = [60, 1, 0, -1, -7].map(stepWords);
  assert.deepEqual(words, ['60 days before', '1 day before', 'on the day', '1 day after', '7 days after']);
});

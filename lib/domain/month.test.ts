import assert from 'node:assert/strict';
import test from 'node:test';
import { type Day, parseDay } from './day';
import {
  addMonths,
  dayAfterKey,
  dayOfMonthWords,
  type Month,
  monthWeeks,
  monthWords,
  parseMonth,
} from './month';

const month = (text: string): Month => parseMonth(text) ?? assert.fail(text);
const day = (text: string): Day => parseDay(text) ?? assert.fail(text);

test('a month is drawn in weeks from Monday on, each of its days once', () => {
  assert.deepEqual(
    monthWeeks(month('2026-12')).map((week) => week.map((one) => Number(one?.slice(8) ?? 0))),
    [
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9, 10, 11, 12, 13],
      [14, 15, 16, 17, 18, 19, 20],
      [21, 22, 23, 24, 25, 26, 27],
      [28, 29, 30, 31, 0, 0, 0],
    ],
  );
  const lengths: [string, number, number][] = [
    ['2027-02', 28, 4],
    ['2028-02', 29, 5],
    ['2026-08', 31, 6],
    ['2000-02', 29, 5],
    ['2100-02', 28, 4],
  ];
  for (const [text, days, weeks] of lengths) {
    const drawn = monthWeeks(month(text));
    assert.equal(drawn.length, weeks, text);
    assert.equal(drawn.flat().filter((one) => one !== null).length, days, text);
    assert.ok(drawn.every((week) => week.length === 7 && week.some((one) => one !== null)));
  }
});

test('only months that can be shown are months', () => {
  for (const text of ['2026-13', '2026-00', '2026-1', '1999-12', '9999-01', '', '2026-12-03', 'now'])
    assert.equal(parseMonth(text), null, text);
  assert.equal(addMonths(month('2026-12'), 1), '2027-01');
  assert.equal(addMonths(month('2026-01'), -1), '2025-12');
  assert.equal(addMonths(month('9998-12'), 1), null);
  assert.equal(addMonths(month('2000-01'), -1), null);
  assert.equal(monthWords(month('2026-12')), 'December 2026');
  assert.equal(dayOfMonthWords(day('2026-12-03')), '3 December');
});

test('keys lead where the date grid of the ARIA practices has them lead', () => {
  const table: [string, string, string | null][] = [
    ['2026-12-03', 'ArrowRight', '2026-12-04'],
    ['2026-12-31', 'ArrowRight', '2027-01-01'],
    ['2026-12-01', 'ArrowLeft', '2026-11-30'],
    ['2026-12-03', 'ArrowUp', '2026-11-26'],
    ['2026-12-30', 'ArrowDown', '2027-01-06'],
    ['2026-12-03', 'Home', '2026-11-30'],
    ['2026-12-07', 'Home', '2026-12-07'],
    ['2026-12-03', 'End', '2026-12-06'],
    ['2026-12-06', 'End', '2026-12-06'],
    ['2026-12-31', 'PageUp', '2026-11-30'],
    ['2027-01-31', 'PageDown', '2027-02-28'],
    ['2027-01-09', 'PageDown', '2027-02-09'],
    ['2028-02-29', 'Shift+PageUp', '2027-02-28'],
    ['2026-12-03', 'Shift+PageDown', '2027-12-03'],
    ['2026-12-03', 'Enter', null],
    ['2026-12-03', 'Shift+ArrowRight', null],
    ['2026-12-03', 'Control+Home', null],
    ['2026-12-03', 'constructor', null],
    ['9998-12-31', 'ArrowRight', null],
    ['2000-01-15', 'PageUp', null],
  ];
  for (const [from, pressed, to] of table) {
    const key = pressed.split('+').pop() ?? '';
    const modifiers = { metaKey: false, altKey: false, ctrlKey: pressed.startsWith('Control') };
    assert.equal(
      dayAfterKey(day(from), { key, shiftKey: pressed.startsWith('Shift'), ...modifiers }),
      to,
      pressed,
    );
  }
});

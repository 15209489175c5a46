import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import fc from 'fast-check';
import {
  addDays,
  addMonths,
  type Day,
  dayAt,
  daysBetween,
  distanceInWords,
  formatDay,
  parseDay,
} from './day';

function day(text: string): Day {
  const parsed = parseDay(text);
  assert.ok(parsed, `${text} is a day`);
  return parsed;
}

test('real calendar days are read, a time part is cut off', () => {
  for (const text of ['2026-11-24', '2024-02-29', '2000-02-29', '9999-12-31', '2026-12-31', '1970-01-01']) {
    assert.equal(parseDay(text), text);
  }
  assert.equal(parseDay('2026-11-24T00:00:00Z'), '2026-11-24');
  assert.equal(parseDay('2026-11-24T23:59:59+14:00'), '2026-11-24');
});

test('what is no calendar day is refused', () => {
  const bad = [
    '',
    'INDEFINITE',
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-11-31',
    '2026-1-1',
    '26-11-24',
  ];
  for (const text of [
    ...bad,
    '2026/11/24',
    '24-11-2026',
    '0099-01-01x',
    ' 2026-11-24',
    '2026-11-24 00:00',
    '20261124',
  ]) {
    assert.equal(parseDay(text), null, text);
  }
});

test('distances count calendar days over leap days, month ends and year ends', () => {
  const table: [string, string, number][] = [
    ['2026-11-24', '2026-11-24', 0],
    ['2026-11-24', '2026-11-25', 1],
    ['2026-11-24', '2026-11-23', -1],
    ['2024-02-28', '2024-03-01', 2],
    ['2026-02-28', '2026-03-01', 1],
    ['2026-12-31', '2027-01-01', 1],
    ['2026-03-28', '2026-03-30', 2], // the European clock change
    ['2026-10-31', '2026-11-02', 2], // the American one
    ['2026-11-24', '9999-12-31', 2912115],
  ];
  for (const [from, to, days] of table) assert.equal(daysBetween(day(from), day(to)), days, `${from} ${to}`);
});

test('adding days and counting them agree', () => {
  fc.assert(
    fc.property(fc.integer({ min: -40_000, max: 40_000 }), (count) => {
      const start = day('2026-11-24');
      assert.equal(daysBetween(start, addDays(start, count)), count);
    }),
  );
});

test('a day is printed the same in every zone from UTC-11 to UTC+14', () => {
  const script = `import('./lib/domain/day.ts').then((d) => { const x = d.default ?? d; const day = x.parseDay('2026-12-05');
    console.log(x.formatDay(day), x.daysBetween(x.dayAt(Date.UTC(2026, 10, 24, 23, 59, 59)), day), x.dayAt(Date.UTC(2026, 10, 24, 0, 0, 0))) })`;
  for (const zone of [
    'Pacific/Pago_Pago',
    'America/New_York',
    'UTC',
    'Europe/Berlin',
    'Asia/Kathmandu',
    'Pacific/Kiritimati',
  ]) {
    const printed = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
    assert.equal(printed.trim(), '5 Dec 2026 11 2026-11-24', zone);
  }
});

test('distances are said in words', () => {
  const today = day('2026-11-24');
  const table: [string, string][] = [
    ['2026-11-24', 'Today'],
    ['2026-11-25', 'Tomorrow'],
    ['2026-11-23', 'Yesterday'],
    ['2026-12-04', 'In 10 days'],
    ['2026-11-02', '22 days ago'],
    ['2027-04-24', 'In 5 months'],
    ['2029-11-24', 'In 3 years'],
  ];
  for (const [then, words] of table) assert.equal(distanceInWords(today, day(then)), words);
  assert.equal(formatDay(day('2026-12-21')), '21 Dec 2026');
  assert.equal(dayAt(0), '1970-01-01');
});

test('a number of months later is the same day, or the last of a shorter month', () => {
  const table: [string, number, string][] = [
    ['2026-11-26', 6, '2027-05-26'],
    ['2026-11-26', 12, '2027-11-26'],
    ['2026-08-31', 6, '2027-02-28'],
    ['2027-08-31', 6, '2028-02-29'],
    ['2026-12-31', 3, '2027-03-31'],
    ['2026-12-31', 2, '2027-02-28'],
    ['2028-02-29', 12, '2029-02-28'],
    ['2026-01-31', 24, '2028-01-31'],
    ['2026-03-31', -1, '2026-02-28'],
  ];
  for (const [from, months, to] of table)
    assert.equal(addMonths(day(from), months), to, `${from} + ${months}`);
});

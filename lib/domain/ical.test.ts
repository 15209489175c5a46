// The calendar is read back by two libraries that have nothing in common with ours.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { convertIcsCalendar } from 'ts-ics';
import { addDays, type Day, parseDay } from './day';
import { type CalendarEvent, printCalendar } from './ical';

const READ_AT = Date.UTC(2026, 10, 26, 2, 3, 4, 567);

function day(value: string): Day {
  return parseDay(value) ?? assert.fail(value);
}

function event(more: Partial<CalendarEvent> = {}): CalendarEvent {
  return {
    uid: 'u-1-expiry@token-desk',
    day: day('2026-12-24'),
    summary: 'shop expires',
    description: 'Account default.',
    url: 'https://desk.example.com/default/tokens/shop',
    ...more,
  };
}

function print(events: readonly CalendarEvent[], name = 'Due in default'): string {
  return printCalendar({ name, readAt: READ_AT, events });
}

type Read = { uid: string; day: string; until: string; summary: string; description: string; url: string };

/** By ical.js. */
function readOne(printed: string): Read[] {
  const calendar = new ICAL.Component(ICAL.parse(printed));
  assert.deepEqual(
    calendar.getAllSubcomponents().map(({ name }) => name),
    calendar.getAllSubcomponents('vevent').map(() => 'vevent'),
  );
  return calendar.getAllSubcomponents('vevent').map((component) => {
    assert.deepEqual(component.getAllSubcomponents(), []);
    const found = new ICAL.Event(component);
    assert.ok(found.startDate.isDate && found.endDate.isDate);
    return {
      uid: found.uid,
      day: found.startDate.toString(),
      until: found.endDate.toString(),
      summary: found.summary,
      description: found.description,
      url: String(component.getFirstPropertyValue('url')),
    };
  });
}

/** By ts-ics. */
function readOther(printed: string): Read[] {
  const { events = [] } = convertIcsCalendar(undefined, printed);
  return events.map((found) => {
    assert.equal(found.start.type, 'DATE');
    return {
      uid: found.uid,
      day: found.start.date.toISOString().slice(0, 10),
      until: found.end?.date.toISOString().slice(0, 10) ?? '',
      summary: found.summary,
      description: found.description ?? '',
      url: found.url ?? '',
    };
  });
}

function expected({ day: on, ...rest }: CalendarEvent): Read {
  return { ...rest, day: on, until: addDays(on, 1) };
}

test('[66] two libraries read back what was written', () => {
  const events = [
    event(),
    event({ uid: 'u-2-review@token-desk', day: day('2028-02-29'), summary: 'a, b; c\\d: "e"' }),
    event({ uid: 'u-3', day: day('9998-12-31'), summary: 'größe 🚀', description: 'one\ntwo' }),
  ];
  const printed = print(events);
  assert.deepEqual(readOne(printed), events.map(expected));
  assert.deepEqual(readOther(printed), events.map(expected));
  assert.match(printed, /\r\nDTSTAMP:20261126T020304Z\r\n/);
});

test('[66] an account without dates is a calendar without events', () => {
  assert.deepEqual(readOne(print([])), []);
  assert.deepEqual(readOther(print([])), []);
});

test('[66] a name adds no component and no property, whatever line breaks it holds', () => {
  for (const lines of ['\r\n', '\n', '\r', '\u2028', '\u0085', '\\n', '\r\n ', '\u000b', '\u000c']) {
    const summary = `a${lines}BEGIN:VALARM${lines}TRIGGER:-PT1M${lines}END:VALARM${lines}ATTENDEE:mailto:x@y`;
    const printed = print([event({ summary, description: summary, uid: summary })], summary);
    const plain = print([event()]);
    const properties = (text: string) =>
      text
        .replaceAll('\r\n ', '')
        .split('\r\n')
        .map((line) => line.split(/[:;]/, 1)[0]);
    assert.deepEqual(properties(printed), properties(plain), JSON.stringify(lines));
    // The other library looks for the words anywhere in an event, so that it is no judge here.
    assert.equal(readOne(printed).length, 1);
  }
});

test('[66] every line has at most 75 octets, ends with CRLF, and is cut between characters', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(texts, texts, (summary, description) => {
      const printed = print([event({ summary, description })], summary);
      const lines = printed.split('\r\n');
      assert.equal(lines.pop(), '');
      for (const line of lines) {
        assert.ok(Buffer.byteLength(line) <= 75, line);
        assert.doesNotMatch(line, /[\r\n]/);
        // A cut character would be a half one here.
        assert.ok(line.isWellFormed(), line);
      }
    }),
    { numRuns: 500 },
  );
});

test('[66] any text without control characters comes back as it was', () => {
  const texts = fc
    .string({ unit: 'binary', maxLength: 120 })
    .map((text) => text.toWellFormed().replace(/[\p{Cc}\u2028\u2029]/gu, ''));
  fc.assert(
    fc.property(texts, texts, (summary, description) => {
      const [read] = readOne(print([event({ summary, description })]));
      assert.equal(read?.summary ?? '', summary);
      assert.equal(read?.description ?? '', description);
    }),
    { numRuns: 1_000 },
  );
});

test('[66] the day is the same in five time zones', () => {
  const program = `
    import { printCalendar } from './lib/domain/ical.ts';
    import { parseDay } from './lib/domain/day.ts';
    const days = ['2026-01-01', '2026-03-29', '2026-10-25', '2026-12-31', '2028-02-29'].map(parseDay);
    const event = (day) => ({ uid: day, day, summary: day, description: '', url: 'https://desk.example.com/' });
    process.stdout.write(printCalendar({ name: 'x', readAt: ${READ_AT}, events: days.map(event) }));`;
  const printed = [
    'UTC',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
    'Asia/Kathmandu',
    'America/New_York',
  ].map((zone) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      { cwd: join(import.meta.dirname, '..', '..'), encoding: 'utf8', env: { ...process.env, TZ: zone } },
    );
    assert.equal(status, 0, stderr);
    return stdout;
  });
  assert.equal(new Set(printed).size, 1);
  assert.deepEqual(
    [...(printed[0] ?? '').matchAll(/DTSTART;VALUE=DATE:(\d+)/g)].map(([, one]) => one),
    ['20260101', '20260329', '20261025', '20261231', '20280229'],
  );
});

test('[66] an address is encoded, whatever is in it', () => {
  const printed = print([event({ url: 'https://desk.example.com/default/tokens/a\r\nBEGIN:VALARM b;c,d' })]);
  assert.doesNotMatch(printed, /^BEGIN:VALARM/m);
  assert.equal(readOne(printed)[0]?.url, 'https://desk.example.com/default/tokens/aBEGIN:VALARM%20b;c,d');
});

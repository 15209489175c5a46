// A calendar of whole days as text (RFC 5545): what calendar programs subscribe to.
import { addDays, type Day } from './day';

export type CalendarEvent = {
  /** Stays the same when the day moves, so that the event moves and is not doubled. */
  uid: string;
  day: Day;
  summary: string;
  description: string;
  /** An http or https address, encoded. */
  url: string;
};

export type Calendar = {
  name: string;
  /** When the facts were read, milliseconds since 1970. */
  readAt: number;
  events: readonly CalendarEvent[];
};

const LINE_OCTETS = 75;

/** The calendar as text. Days are VALUE=DATE: they are the same day in every zone. */
export function printCalendar({ name, readAt, events }: Calendar): string {
  const stamp = `${new Date(readAt).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//EdgeKV Token Desk//Due//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${text(name)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT6H',
    'X-PUBLISHED-TTL:PT6H',
    ...events.flatMap((event) => [
      'BEGIN:VEVENT',
      `UID:${text(event.uid)}`,
      `DTSTAMP:${stamp}`,
      `DTSTART;VALUE=DATE:${date(event.day)}`,
      `DTEND;VALUE=DATE:${date(addDays(event.day, 1))}`,
      `SUMMARY:${text(event.summary)}`,
      `DESCRIPTION:${text(event.description)}`,
      `URL:${new URL(event.url).href}`,
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function date(day: Day): string {
  return day.replaceAll('-', '');
}

/** A value of type TEXT: what has a meaning is escaped, a line break is `\n`, other control characters are dropped. */
function text(value: string): string {
  return (
    value
      .toWellFormed()
      .replace(/[\\;,]/g, '\\$&')
      .replace(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
  );
}

/** A line cut into pieces of at most 75 octets, between characters; each further piece begins with a space. */
function fold(line: string): string {
  const encoder = new TextEncoder();
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > LINE_OCTETS) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

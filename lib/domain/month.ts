// A month as the calendar draws it: weeks from Monday on, and where the keys of a date grid lead.
import { addDays, type Day, parseDay } from './day';

/** `YYYY-MM`, from 2000-01 to 9998-12. */
export type Month = string & { readonly __month: unique symbol };

const NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;

/** The month that `text` names, or null when it is none that can be shown. */
export function parseMonth(text: string): Month | null {
  return /^(?:[2-8]\d{3}|9[0-8]\d\d|99[0-8]\d|999[0-8])-(?:0[1-9]|1[0-2])$/.test(text)
    ? (text as Month)
    : null;
}

/** The month of `day`; null when it cannot be shown. */
export function monthOf(day: Day): Month | null {
  return parseMonth(day.slice(0, 7));
}

/** The month `count` months later (earlier, when negative); null beyond what can be shown. */
export function addMonths(month: Month, count: number): Month | null {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const index = year * 12 + number - 1 + count;
  return parseMonth(`${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`);
}

/** `December 2026`. */
export function monthWords(month: Month): string {
  const [year, number] = month.split('-');
  return `${NAMES[Number(number) - 1]} ${year}`;
}

/** `3 December`. */
export function dayOfMonthWords(day: Day): string {
  const [, number, date] = day.split('-');
  return `${Number(date)} ${NAMES[Number(number) - 1]}`;
}

function firstDay(month: Month): Day {
  return `${month}-01` as Day;
}

/** 0 is Monday. */
function weekday(day: Day): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** The days of a month in weeks from Monday to Sunday; null where a week belongs to another month. */
export function monthWeeks(month: Month): (Day | null)[][] {
  const first = firstDay(month);
  const start = addDays(first, -weekday(first));
  const weeks: (Day | null)[][] = [];
  for (let monday = start; monday < first || monday.startsWith(month); monday = addDays(monday, 7)) {
    const week = Array.from({ length: 7 }, (_, index) => addDays(monday, index));
    weeks.push(week.map((day) => (day.startsWith(month) ? day : null)));
  }
  return weeks;
}

/** The same date in another month, or that month's last day where it has no such date; null beyond what can be shown. */
function sameDate(day: Day, months: number): Day | null {
  const month = monthOf(day);
  const target = month && addMonths(month, months);
  if (!target) return null;
  for (let date = Number(day.slice(8)); date > 27; date -= 1) {
    const found = parseDay(`${target}-${date}`);
    if (found) return found;
  }
  return parseDay(`${target}-${day.slice(8)}`);
}

type PressedKey = { key: string; shiftKey: boolean; ctrlKey: boolean; metaKey: boolean; altKey: boolean };

/**
 * Where a key leads from `day`, as the ARIA Authoring Practices have it for a grid of dates: arrows by day and week,
 * Home and End to Monday and Sunday, Page Up and Page Down by month, with Shift by year. Null: the key is not ours.
 */
export function dayAfterKey(day: Day, { key, shiftKey, ctrlKey, metaKey, altKey }: PressedKey): Day | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === 'PageUp') return sameDate(day, shiftKey ? -12 : -1);
  if (key === 'PageDown') return sameDate(day, shiftKey ? 12 : 1);
  if (shiftKey) return null;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -7,
    ArrowDown: 7,
    Home: -weekday(day),
    End: 6 - weekday(day),
  };
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (step === undefined) return null;
  const next = addDays(day, step);
  return monthOf(next) === null ? null : next;
}

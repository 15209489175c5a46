// Calendar days as Akamai writes them: YYYY-MM-DD, no clock and no zone. Nothing here makes a local Date,
// because a day that goes through one is printed a day late or early in half of the world.

/** A valid calendar day, `YYYY-MM-DD`. Days compare as strings. */
export type Day = string & { readonly __day: unique symbol };

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MS_PER_DAY = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** The day that `text` names, or null when it is no real day. A time part as in `2026-11-24T00:00:00Z` is cut off. */
export function parseDay(text: string): Day | null {
  const date = /^\d{4}-\d{2}-\d{2}(?=T|$)/.exec(text)?.[0];
  const parts = date ? DAY.exec(date) : null;
  if (!date || !parts) return null;
  const utc = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])));
  // Years 0 to 99 are read as 1900 to 1999 by Date.UTC; no token is that old, and the comparison refuses them.
  return utc.toISOString().slice(0, 10) === date ? (date as Day) : null;
}

/** The calendar day in UTC at `epochMs` milliseconds: the day Akamai's dates are counted in. */
export function dayAt(epochMs: number): Day {
  return new Date(epochMs).toISOString().slice(0, 10) as Day;
}

function ordinal(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`) / MS_PER_DAY;
}

/** Whole days from `from` to `to`: negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return ordinal(to) - ordinal(from);
}

/** The day `count` days after `day` (before, when negative). */
export function addDays(day: Day, count: number): Day {
  return dayAt((ordinal(day) + count) * MS_PER_DAY);
}

/** The same day `count` months later, or the last one of that month when it has no such day. */
export function addMonths(day: Day, count: number): Day {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return dayAt(Date.UTC(year, month - 1 + count, Math.min(date, lastOfMonth)));
}

/** `2026-12-21` as `21 Dec 2026`. */
export function formatDay(day: Day): string {
  const [year, month, date] = day.split('-');
  return `${Number(date)} ${MONTHS[Number(month) - 1]} ${year}`;
}

/** How far `day` is from `today`, in words: `Today`, `Tomorrow`, `In 10 days`, `In 5 months`, `Yesterday`, `22 days ago`. */
export function distanceInWords(today: Day, day: Day): string {
  const days = daysBetween(today, day);
  if (days === 0) return 'Today';
  if (days === 1) return 'Tomorrow';
  if (days === -1) return 'Yesterday';
  const span = spanInWords(Math.abs(days));
  return days > 0 ? `In ${span}` : `${span} ago`;
}

function spanInWords(days: number): string {
  if (days < 100) return `${days} days`;
  const months = Math.round(days / 30.44);
  if (months < 24) return `${months} months`;
  return `${Math.round(days / 365.25)} years`;
}

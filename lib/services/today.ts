// Today, for pages and routes: they may not ask the clock themselves.
import 'server-only';
import { type Day, dayAt } from '@/lib/domain/day';
import { now } from '@/lib/platform/clock';

/** Today's calendar day in UTC, the zone of Akamai's dates. */
export function today(): Day {
  return dayAt(now());
}

/** Now, milliseconds since 1970: for ages on pages. */
export function currentTime(): number {
  return now();
}

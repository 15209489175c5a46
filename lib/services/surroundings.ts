// What pages and routes may not ask for themselves: the clock, a fresh id, our own address.
import 'server-only';
import { type Day, dayAt } from '@/lib/domain/day';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';

/** Today's calendar day in UTC, the zone of Akamai's dates. */
export function today(): Day {
  return dayAt(now());
}

/** Now, milliseconds since 1970: for ages on pages. */
export function currentTime(): number {
  return now();
}

/** A new id for a form that changes something: the form is carried out once, however often it is sent. */
export function newAttempt(): string {
  return crypto.randomUUID();
}

/** The address people use, for examples on pages. */
export function publicUrl(): string {
  return settings().publicUrl;
}

/** The other way to sign in: the words on its button, and whether it is the only one. Null when it is not set up. */
export function singleSignOn(): { name: string; only: boolean } | null {
  const { sso } = settings();
  return sso && { name: sso.name, only: sso.only };
}

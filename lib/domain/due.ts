// What is due and when: every token in one window by its next date, and activations that are stuck.
import { type Day, daysBetween } from './day';
import { nextDate, type Token } from './token';

export const DUE_WINDOWS = ['overdue', '7', '30', '90', 'later', 'never'] as const;
/** `never`: does not expire, and Akamai names no next refresh. */
export type DueWindow = (typeof DUE_WINDOWS)[number];

export const DUE_WINDOW_WORDS: Record<DueWindow, string> = {
  overdue: 'Overdue',
  '7': 'Within 7 days',
  '30': 'Within 30 days',
  '90': 'Within 90 days',
  later: 'Later',
  never: 'Does not expire',
};

/** An activation in progress this many days after issue or refresh counts as stuck; it normally takes minutes. */
export const STUCK_AFTER_DAYS = 1;

/** The window of a token on `today` (UTC). A date of today is still to come: an expiry holds to 23:59:59 UTC. */
export function dueWindow(token: Token, today: Day): DueWindow {
  const next = nextDate(token);
  if (!next) return 'never';
  const days = daysBetween(today, next.day);
  if (days < 0) return 'overdue';
  if (days <= 7) return '7';
  if (days <= 30) return '30';
  return days <= 90 ? '90' : 'later';
}

/** Whether a token's activation failed, or has been in progress for longer than it should. */
export function isStuck(token: Token, today: Day): boolean {
  if (token.activation === 'error') return true;
  if (token.activation !== 'in-progress') return false;
  const since = token.latestRefresh ?? token.issued;
  return since === null || daysBetween(since, today) >= STUCK_AFTER_DAYS;
}

export type DueList = { stuck: readonly Token[]; windows: ReadonlyMap<DueWindow, readonly Token[]> };

/** All tokens by window, soonest first within each; every token is in exactly one. Stuck ones are named besides. */
export function dueList(tokens: readonly Token[], today: Day): DueList {
  const windows = new Map<DueWindow, Token[]>(DUE_WINDOWS.map((window) => [window, []]));
  const key = (token: Token) => `${nextDate(token)?.day ?? '9999-12-31'} ${token.name}`;
  const sorted = [...tokens].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  for (const token of sorted) windows.get(dueWindow(token, today))?.push(token);
  return { stuck: sorted.filter((token) => isStuck(token, today)), windows };
}

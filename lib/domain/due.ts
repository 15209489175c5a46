// What is due and when: every date of a token that somebody should know of, in windows from today on, riskiest first.
// Days are calendar days in UTC, as Akamai counts them: no zone and no clock change can move one.
import type { AccountLook } from './account';
import { addDays, type Day, daysBetween } from './day';
import { type Answers, answerTo, type DueAnswer, NO_ANSWERS } from './due-answer';
import { type Token, tokenStatus } from './token';
import { EMPTY_NOTE, type TokenNote } from './token-note';
import type { Notes } from './token-query';
import { countUses, type TokenUsage, type UsageIndex } from './usage';

/**
 * `expiry`: a legacy token ends. `activation`: it failed, or has been in progress for too long. `refresh`: Akamai's next
 * scheduled one. `age`: issued or refreshed as many days ago as the rule allows. `review`: the day people chose.
 */
export const DUE_KINDS = ['expiry', 'activation', 'refresh', 'age', 'review'] as const;
export type DueKind = (typeof DUE_KINDS)[number];

export const DUE_KIND_WORDS: Record<DueKind, string> = {
  expiry: 'Expiry',
  activation: 'Activation',
  refresh: 'Refresh',
  age: 'Age',
  review: 'Review',
};

/** Of which account a row is, where those of several stand together. */
type Placed = { account?: AccountLook };

/** What is known of its token besides. `usage` is null while nothing was scanned. */
type Known = { note: TokenNote; usage: TokenUsage | null };

/** One date of a token, and the answer that holds for it; null when it waits for one. */
export type DueItem = Placed & Known & { kind: DueKind; token: Token; day: Day; answer: DueAnswer | null };

/** A token that has no date at all. */
export type Dateless = Placed & Known & { kind: null; token: Token; day: null; answer: null };

/** `ageDays`: after how many days without refresh a token is too old; null when nobody wants to know. */
export type DueRules = { ageDays: number | null };

export const DUE_WINDOWS = ['overdue', '7', '30', '90', 'later', 'never'] as const;
/** `never`: no date at all. */
export type DueWindow = (typeof DUE_WINDOWS)[number];

export const DUE_WINDOW_WORDS: Record<DueWindow, string> = {
  overdue: 'Overdue',
  '7': 'Within 7 days',
  '30': 'Within 30 days',
  '90': 'Within 90 days',
  later: 'Later',
  never: 'No date',
};

/** An activation in progress this many days after issue or refresh counts as stuck; it normally takes minutes. */
const STUCK_AFTER_DAYS = 1;

/** The last day that a date can have. Akamai writes the year 9999 for "never", so nothing is due then. */
const LAST_DAY = '9998-12-31';

/** The window of `day` on `today` (UTC). A date of today is still to come: an expiry holds to 23:59:59 UTC. */
export function dueWindow(day: Day | null, today: Day): DueWindow {
  if (day === null) return 'never';
  if (day < today) return 'overdue';
  if (day <= lastDayWithin(7, today)) return '7';
  if (day <= lastDayWithin(30, today)) return '30';
  return day <= lastDayWithin(90, today) ? '90' : 'later';
}

const lastDays = new Map<string, Day>();

/** `days` after `today`. Kept: thousands of dates are asked about the same few days. */
export function lastDayWithin(days: 7 | 30 | 90, today: Day): Day {
  const key = `${today} ${days}`;
  const known = lastDays.get(key);
  if (known) return known;
  if (lastDays.size > 100) lastDays.clear();
  const last = addDays(today, days);
  lastDays.set(key, last);
  return last;
}

type Usages = UsageIndex['ofToken'];
const NO_USAGES: Usages = new Map();

/** Every date of every token on `today` (UTC), riskiest first (see `byRisk`); the answered ones among them. */
export function dueItems(
  tokens: readonly Token[],
  notes: Notes,
  rules: DueRules,
  today: Day,
  { answers = NO_ANSWERS, usage = NO_USAGES }: { answers?: Answers; usage?: Usages | undefined } = {},
): readonly DueItem[] {
  const items = tokens.flatMap((token) => {
    return itemsOf(token, knownOf(token, notes, usage), { rules, answers, today });
  });
  return byRisk(items, today);
}

/** The tokens that `items` has no date of, by name. */
export function datelessTokens(
  tokens: readonly Token[],
  items: readonly DueItem[],
  notes: Notes,
  usage: Usages = NO_USAGES,
): readonly Dateless[] {
  const dated = new Set(items.map(({ token }) => token.uuid));
  return tokens
    .filter(({ uuid }) => !dated.has(uuid))
    .map((token): Dateless => {
      return { kind: null, token, day: null, answer: null, ...knownOf(token, notes, usage) };
    })
    .sort((a, b) => (a.token.name < b.token.name ? -1 : 1));
}

function knownOf({ uuid }: Token, notes: Notes, usage: Usages): Known {
  return { note: notes.get(uuid) ?? EMPTY_NOTE, usage: usage.get(uuid) ?? null };
}

function itemsOf(
  token: Token,
  known: Known,
  { rules, answers, today }: { rules: DueRules; answers: Answers; today: Day },
): DueItem[] {
  const days: Record<DueKind, Day | null> = {
    expiry: token.expiry,
    activation: activationDay(token, today),
    refresh: token.nextRefresh,
    age: ageDay(token, rules.ageDays, today),
    review: known.note.reviewBy,
  };
  // An expired token can be neither refreshed nor activated, and it is gone from the list within a month.
  const kinds = tokenStatus(token, today) === 'expired' ? (['expiry'] as const) : DUE_KINDS;
  return kinds.flatMap((kind) => {
    const day = days[kind];
    if (day === null || day > LAST_DAY) return [];
    const { reviewBy } = known.note;
    const answer = answerTo({ kind, day }, { uuid: token.uuid, reviewBy }, answers, today);
    return [{ kind, token, day, answer, ...known }];
  });
}

/** Since when the activation has failed or is stuck; null when neither is so. A day that is not known is today. */
function activationDay(token: Token, today: Day): Day | null {
  const began = lastIssue(token);
  const since = began !== null && began < today ? began : today;
  if (token.activation === 'error') return since;
  if (token.activation !== 'in-progress') return null;
  if (began === null) return today;
  const stuckOn = addDays(since, STUCK_AFTER_DAYS);
  return stuckOn <= today ? stuckOn : null;
}

/** When the token is too old, unless it expires or is refreshed before: a refresh starts its age anew. */
function ageDay(token: Token, ageDays: number | null, today: Day): Day | null {
  const since = lastIssue(token);
  if (ageDays === null || since === null || daysBetween(since, LAST_DAY as Day) < ageDays) return null;
  const day = addDays(since, ageDays);
  const comesBefore = (other: Day | null) => other !== null && today <= other && other <= day;
  return comesBefore(token.expiry) || comesBefore(token.nextRefresh) ? null : day;
}

/** The day of the last refresh, or of the issue when there was none. */
export function lastIssue(token: Token): Day | null {
  return token.latestRefresh ?? token.issued;
}

/** Whether it is allowed on production. As long as that is not known it counts as allowed. */
function mayRunOnProduction({ details }: Token): boolean {
  return details?.networks.production ?? true;
}

/** 0 for what is used, of tokens that are allowed on production there; 1 for what may be used; 2 for what is not. */
function usedRank({ token, usage }: DueItem): 0 | 1 | 2 {
  if (usage?.state === 'unused') return 2;
  if (usage?.state !== 'used') return 1;
  return mayRunOnProduction(token) && countUses(usage).onProduction === 0 ? 1 : 0;
}

/**
 * Whether this can fail requests on production within a week: a token that ends, unless nothing uses it, or one that does
 * not get active.
 */
export function isUrgent({ kind, token, day, usage }: DueItem, today: Day): boolean {
  if (kind !== 'activation' && kind !== 'expiry') return false;
  if (kind === 'expiry' && usage?.state === 'unused') return false;
  return mayRunOnProduction(token) && (kind === 'activation' || day <= lastDayWithin(7, today));
}

/**
 * Riskiest first: (1) what is urgent on production, (2) the earlier window, (3) in a window what is allowed on
 * production, (4) of those what is used there before what may be, and unused tokens last, (5) what stops a token before
 * what only should be looked at, in the order of DUE_KINDS, (6) the earlier day, (7) the name.
 */
export function byRisk(items: readonly DueItem[], today: Day): readonly DueItem[] {
  // One text for each, worked out once: all of its parts but the name have the same length.
  const key = (item: DueItem) =>
    [
      isUrgent(item, today) ? 0 : 1,
      DUE_WINDOWS.indexOf(dueWindow(item.day, today)),
      mayRunOnProduction(item.token) ? 0 : 1,
      usedRank(item),
      DUE_KINDS.indexOf(item.kind),
      item.day,
      item.token.name,
    ].join(' ');
  return items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
}

/** `expires in 9 days, used by 3 on production, owner A. Bel`. */
export function dueWords(item: DueItem | Dateless, today: Day): string {
  const { kind, token, day, note, usage } = item;
  const what = kind === null ? 'has no date' : happening(kind, token, daysBetween(today, day));
  return `${what}, ${placeWords(token, usage)}, ${note.owner === null ? 'no owner' : `owner ${note.owner}`}`;
}

function happening(kind: DueKind, token: Token, days: number): string {
  const when = days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`;
  const late = days === -1 ? '1 day' : `${-days} days`;
  switch (kind) {
    case 'expiry':
      return days < 0 ? `expired ${late} ago` : `expires ${when}`;
    case 'refresh':
      return days < 0 ? `refresh overdue by ${late}` : `refreshes ${when}`;
    case 'age':
      return days < 0 ? `too old for ${late}` : `too old ${when}`;
    case 'review':
      return days < 0 ? `review overdue by ${late}` : `review ${when}`;
    case 'activation': {
      if (token.activation === 'error') return `activation failed ${days === 0 ? 'today' : `${late} ago`}`;
      return days === 0 ? 'activation stuck' : `activation stuck for ${late}`;
    }
  }
}

/** By whom it is used; as long as that is not known, where it is allowed. */
function placeWords({ details }: Token, usage: TokenUsage | null): string {
  if (usage?.state === 'unused') return 'unused';
  if (usage?.state === 'used') {
    const { all, onProduction } = countUses(usage);
    return onProduction > 0 ? `used by ${onProduction} on production` : `used by ${all} on staging`;
  }
  if (!details) return 'networks not known';
  const { staging, production } = details.networks;
  if (production) return 'allowed on production';
  return staging ? 'on staging only' : 'on no network';
}

// What people answer to what is due: it is known, it can wait, or the token was looked at and stays. An answer is to one
// date: when the date moves, the answer is void, and nobody has to take it back.
import { addDays, addMonths, type Day, daysBetween, formatDay, parseDay } from './day';
import type { DueKind } from './due';

/**
 * `acknowledged`: known, and no more of it until its date moves. `snoozed`: not before a day. `reviewed`: an age that
 * does not matter until the next review, because somebody looked at the token and keeps it.
 */
export const ANSWER_STATES = ['acknowledged', 'snoozed', 'reviewed'] as const;
export type AnswerState = (typeof ANSWER_STATES)[number];

export type DueAnswer = {
  state: AnswerState;
  /** From this day on it is due again; null when only another date ends it. */
  until: Day | null;
  /** Null where a review has no remark. */
  reason: string | null;
  /** Who gave it; see `personWords`. */
  by: string;
  on: Day;
};

/** An answer as it was given, and the date it was given to. */
export type GivenAnswer = DueAnswer & { state: 'acknowledged' | 'snoozed'; reason: string; day: Day };

/** That somebody looked at a token and keeps it. */
export type Review = { by: string; on: Day; remark: string | null };

/** `given`: by `answerKey`. `reviews`: the last one of each token, by uuid. */
export type Answers = {
  given: ReadonlyMap<string, GivenAnswer>;
  reviews: ReadonlyMap<string, Review>;
};

export const NO_ANSWERS: Answers = { given: new Map(), reviews: new Map() };

export const ANSWER_LIMITS = { reason: 300, snoozeDays: 365, reviewMonths: 24 } as const;

/** Days of snoozing and months of keeping that are offered; whoever wants another one gives the day. */
const SNOOZE_DAYS = [7, 14, 30] as const;
const REVIEW_MONTHS = [3, 6, 12] as const;
const USUAL_REVIEW_MONTHS = 6;

/** What tells the dates of all tokens apart while they do not move. */
export function answerKey(uuid: string, kind: DueKind): string {
  return `${kind} ${uuid}`;
}

type Date = { kind: DueKind; day: Day };

/**
 * The answer that holds on `today` for a date; null when it is due. An answer to another day of the same kind is void, and
 * a snooze ends on its day. An age that comes before the review-by of a reviewed token waits for it: the review said that
 * the token stays until then, and `reviewBy` is where people shorten that.
 */
export function answerTo(
  { kind, day }: Date,
  token: { uuid: string; reviewBy: Day | null },
  { given, reviews }: Answers,
  today: Day,
): DueAnswer | null {
  const own = given.get(answerKey(token.uuid, kind));
  if (own && own.day === day && (own.until === null || today < own.until)) {
    const { day: _, ...answer } = own;
    return answer;
  }
  const review = kind === 'age' ? reviews.get(token.uuid) : undefined;
  if (!review || token.reviewBy === null || today >= token.reviewBy || day > token.reviewBy) return null;
  return {
    state: 'reviewed',
    until: token.reviewBy,
    reason: review.remark,
    by: review.by,
    on: review.on,
  };
}

/** The last day until which a date can be snoozed. An expiry is due again on its own day: then the edge refuses the token. */
export function latestSnooze({ kind, day }: Date, today: Day): Day {
  const latest = addDays(today, ANSWER_LIMITS.snoozeDays);
  return kind === 'expiry' && day < latest ? day : latest;
}

/** The last day that a review can be moved to: none after the token's expiry, when there is nothing to keep. */
export function latestReview(expiry: Day | null, today: Day): Day {
  const latest = addMonths(today, ANSWER_LIMITS.reviewMonths);
  return expiry !== null && expiry < latest ? expiry : latest;
}

/** A day that is offered: `in 6 months, on 26 May 2027`. */
export type DayChoice = { day: Day; words: string };

/** The days that are offered for snoozing, the soonest first; none when it is too late for it. */
export function snoozeChoices(date: Date, today: Day): readonly DayChoice[] {
  const latest = latestSnooze(date, today);
  const days = SNOOZE_DAYS.map((count) => choice(`${count} days`, addDays(today, count)));
  const before = days.filter(({ day }) => day < latest);
  const isSoon = daysBetween(today, latest) <= Math.max(...SNOOZE_DAYS);
  return isSoon && latest > today ? [...before, atExpiry(latest)] : before;
}

/** The days that are offered for the next review, and which of them is usual; none when the token ends today or has. */
export function reviewChoices(
  expiry: Day | null,
  today: Day,
): { choices: readonly DayChoice[]; usual: Day | null } {
  const latest = latestReview(expiry, today);
  const fitting = REVIEW_MONTHS.map((count) => choice(`${count} months`, addMonths(today, count))).filter(
    ({ day }) => day <= latest,
  );
  const choices = fitting.length === 0 && latest > today ? [atExpiry(latest)] : fitting;
  const wanted = addMonths(today, USUAL_REVIEW_MONTHS);
  const usual = choices.find(({ day }) => day === wanted) ?? choices.at(-1);
  return { choices, usual: usual?.day ?? null };
}

function choice(words: string, day: Day): DayChoice {
  return { day, words: `in ${words}, on ${formatDay(day)}` };
}

function atExpiry(day: Day): DayChoice {
  return { day, words: `when it expires, on ${formatDay(day)}` };
}

/** What was typed: `until` is a day that was offered, `otherDay` one that was given and wins. */
export type AnswerInput = Readonly<Record<'state' | 'reason' | 'until' | 'otherDay', string>>;

type Refused = { ok: false; fields: Record<string, string[]> };
type ReadAnswer = { ok: true; state: 'acknowledged' | 'snoozed'; until: Day | null; reason: string };

/** Reads an acknowledgement or a snooze of `date`; both need a reason. */
export function readAnswer(input: AnswerInput, date: Date, today: Day): ReadAnswer | Refused {
  const fields: Record<string, string[]> = {};
  const state = input.state === 'acknowledged' || input.state === 'snoozed' ? input.state : null;
  if (state === null) fields.state = ['Acknowledge it or snooze it.'];
  const reason = readText(input.reason, fields, 'reason');
  if (reason === '') fields.reason = ['Give a reason: whoever comes after you reads it.'];
  const until = state === 'snoozed' ? readDay(input, latestSnooze(date, today), today, fields) : null;
  if (state === null || Object.keys(fields).length > 0) return { ok: false, fields };
  return { ok: true, state, until, reason };
}

export type ReviewInput = Readonly<Record<'remark' | 'until' | 'otherDay', string>>;

type ReadReview = { ok: true; reviewBy: Day; remark: string | null };

/** Reads a review of a token that ends on `expiry`; the remark may be empty. */
export function readReview(input: ReviewInput, expiry: Day | null, today: Day): ReadReview | Refused {
  const fields: Record<string, string[]> = {};
  const remark = readText(input.remark, fields, 'remark');
  const reviewBy = readDay(input, latestReview(expiry, today), today, fields);
  if (reviewBy === null || Object.keys(fields).length > 0) return { ok: false, fields };
  return { ok: true, reviewBy, remark: remark || null };
}

function readText(given: string, fields: Record<string, string[]>, name: string): string {
  const text = given.trim();
  if (text.length > ANSWER_LIMITS.reason) fields[name] = [`At most ${ANSWER_LIMITS.reason} characters.`];
  return text;
}

/** The day that was typed, else the one that was chosen. */
function readDay(
  { until, otherDay }: Pick<AnswerInput, 'until' | 'otherDay'>,
  latest: Day,
  today: Day,
  fields: Record<string, string[]>,
): Day | null {
  const name = otherDay.trim() === '' ? 'until' : 'otherDay';
  const day = parseDay(otherDay.trim() || until.trim());
  if (day !== null && today < day && day <= latest) return day;
  fields[name] = [
    latest > today
      ? `Give a day from ${formatDay(addDays(today, 1))} to ${formatDay(latest)}.`
      : 'There is no later day any more.',
  ];
  return null;
}

/** Somebody as colleagues know them: of an e-mail address what stands before the @, as addresses are for admins. */
export function personWords(by: string): string {
  return by.split('@')[0] || by;
}

/** `Snoozed until 3 Dec 2026 by a.bel on 26 Nov 2026: waiting for the release`. */
export function answerWords({ state, until, reason, by, on }: DueAnswer): string {
  const what = {
    acknowledged: 'Acknowledged',
    snoozed: `Snoozed until ${until === null ? 'it changes' : formatDay(until)}`,
    reviewed: `Kept until ${until === null ? 'the next review' : formatDay(until)}`,
  }[state];
  return `${what} by ${personWords(by)} on ${formatDay(on)}${reason === null ? '' : `: ${reason}`}`;
}

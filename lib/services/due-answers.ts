// Answers to what is due: acknowledge, snooze, show again; and the review after which a token stays.
import 'server-only';
import { dayAt, parseDay } from '@/lib/domain/day';
import { DUE_KINDS, type DueItem, dueItems } from '@/lib/domain/due';
import {
  type AnswerInput,
  type Answers,
  answerKey,
  type GivenAnswer,
  type ReviewInput,
  readAnswer,
  readReview,
} from '@/lib/domain/due-answer';
import { dueRules } from '@/lib/domain/findings';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import type { Token } from '@/lib/domain/token';
import {
  listAnswerRows,
  listReviewRows,
  putAnswerRow,
  putReview,
  removeAnswerRow,
} from '@/lib/store/due-answers';
import type { DueAnswerTable } from '@/lib/store/schema';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { connect } from './connection';
import { readFindingRules } from './due-rules';
import { noteTarget, readNotes } from './notes';
import type { Actor } from './session';
import { mustStore } from './storage';
import { today } from './surroundings';

/** A date as somebody saw it, in the words of the form that they send. */
export type SeenDate = Readonly<Record<'name' | 'uuid' | 'kind' | 'day', string>>;

/** What was answered in an account. Problems: `not-signed-in`, `unknown-account`. */
export async function readAnswers(actor: Actor, account: string): Promise<Result<Answers>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const [given, reviews] = await Promise.all([listAnswerRows(account), listReviewRows(account)]);
  return ok({
    given: new Map(given.flatMap(toGiven)),
    reviews: new Map(
      reviews.map((row) => [
        row.uuid,
        { by: row.reviewed_by, on: dayAt(row.reviewed_at), remark: row.remark },
      ]),
    ),
  });
}

/** An answer to a kind or a day that this program does not know is none. */
function toGiven(row: DueAnswerTable): [string, GivenAnswer][] {
  const kind = DUE_KINDS.find((one) => one === row.kind);
  const day = parseDay(row.day);
  if (!kind || !day) return [];
  const { state, reason, answered_by: by } = row;
  const until = row.until === null ? null : parseDay(row.until);
  return [[answerKey(row.uuid, kind), { state, day, until, reason, by, on: dayAt(row.answered_at) }]];
}

/**
 * Acknowledges or snoozes a date, with a reason. Problems: `invalid-fields`, `conflict` when the date moved or is gone,
 * `token-not-found`, `forbidden`, `audit-unavailable`, `storage-unavailable`, those of Akamai when nothing is known of
 * the token yet.
 */
export async function answerDue(
  actor: Actor,
  account: string,
  seen: SeenDate,
  input: AnswerInput,
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'note.change', { account });
  if (!allowed.ok) return allowed;
  const found = await findDate(actor, account, seen);
  if (!found.ok) return found;
  const { kind, day, token } = found.value;
  const read = readAnswer(input, { kind, day }, today());
  if (!read.ok) return notAnswered(read.fields);
  const { state, until, reason } = read;
  const { uuid, name } = token;
  const act = {
    action: state === 'snoozed' ? 'due.snooze' : 'due.acknowledge',
    target: name,
    account,
    detail: { uuid, kind, day, until, reason },
  };
  return withAudit(actor, act, async () => {
    const row = { account, uuid, kind, day, state, until, reason, answered_by: actor.name };
    const stored = await mustStore(() => putAnswerRow(row));
    return stored.ok ? ok(null) : stored;
  });
}

/** Takes an acknowledgement or a snooze back. Problems: as `answerDue`, and `not-found` when there is none. */
export async function showDueAgain(actor: Actor, account: string, seen: SeenDate): Promise<Result<null>> {
  const allowed = await authorize(actor, 'note.change', { account });
  if (!allowed.ok) return allowed;
  const found = await findDate(actor, account, seen);
  if (!found.ok) return found;
  const { kind, day, token, answer } = found.value;
  if (answer === null || answer.state === 'reviewed') return noAnswer();
  const { uuid, name } = token;
  const detail = { uuid, kind, day, was: answer };
  return withAudit(actor, { action: 'due.show-again', target: name, account, detail }, async () => {
    const removed = await mustStore(() => removeAnswerRow({ account, uuid, kind, day }));
    if (!removed.ok) return removed;
    return removed.value ? ok(null) : noAnswer();
  });
}

/**
 * Puts on record that somebody looked at a token and keeps it, and moves its review-by. Problems: as `answerDue`;
 * `conflict` when the token is another one than the one seen.
 */
export async function reviewToken(
  actor: Actor,
  account: string,
  seen: Pick<SeenDate, 'name' | 'uuid'>,
  input: ReviewInput,
): Promise<Result<null>> {
  const allowed = await authorize(actor, 'note.change', { account });
  if (!allowed.ok) return allowed;
  const token = await seenToken(actor, account, seen);
  if (!token.ok) return token;
  const { uuid, name, expiry } = token.value;
  const read = readReview(input, expiry, today());
  if (!read.ok) return notAnswered(read.fields);
  const notes = await readNotes(actor, account);
  if (!notes.ok) return notes;
  const was = notes.value.get(uuid)?.reviewBy ?? null;
  const { reviewBy, remark } = read;
  const detail = { uuid, remark, 'review by': { was, is: reviewBy } };
  return withAudit(actor, { action: 'token.review', target: name, account, detail }, async () => {
    const row = { account, uuid, name, remark, review_by: reviewBy, reviewed_by: actor.name };
    const stored = await mustStore(() => putReview(row));
    return stored.ok ? ok(null) : stored;
  });
}

/** The date that was seen, if the token still has it. */
async function findDate(actor: Actor, account: string, seen: SeenDate): Promise<Result<DueItem>> {
  const token = await seenToken(actor, account, seen);
  if (!token.ok) return token;
  const [notes, answers, rules] = await Promise.all([
    readNotes(actor, account),
    readAnswers(actor, account),
    readFindingRules(actor),
  ]);
  if (!notes.ok) return notes;
  if (!answers.ok) return answers;
  if (!rules.ok) return rules;
  const items = dueItems([token.value], notes.value, dueRules(rules.value), today(), {
    answers: answers.value,
  });
  const item = items.find(({ kind, day }) => kind === seen.kind && day === seen.day);
  return item ? ok(item) : moved();
}

async function seenToken(
  actor: Actor,
  account: string,
  { name, uuid }: Pick<SeenDate, 'name' | 'uuid'>,
): Promise<Result<Token>> {
  const token = await noteTarget(actor, account, name);
  return token.ok && token.value.uuid !== uuid ? moved() : token;
}

function notAnswered(fields: Record<string, string[]>) {
  return fail('invalid-fields', 422, 'This is no answer.', 'Nothing was changed.', { fields });
}

function moved(): { ok: false; problem: Problem } {
  return fail(
    'conflict',
    409,
    'This date is no longer there.',
    'The token or its date changed meanwhile. Nothing was changed: look at the list again.',
  );
}

function noAnswer(): { ok: false; problem: Problem } {
  return fail('not-found', 404, 'Nobody acknowledged or snoozed this.', 'Nothing was changed.');
}

// What can be answered to a date: reviewed and kept, acknowledged, snoozed; or that it is shown again.
import type { Route } from 'next';
import Link from 'next/link';
import { Modal } from '@/components/ui/modal';
import { type Day, formatDay } from '@/lib/domain/day';
import { DUE_KIND_WORDS, dueWords } from '@/lib/domain/due';
import {
  answerWords,
  latestReview,
  latestSnooze,
  reviewChoices,
  snoozeChoices,
} from '@/lib/domain/due-answer';
import type { DueRow } from '@/lib/domain/due-query';
import { visibleText } from '@/lib/domain/visible-text';
import { AcknowledgeForm, type AnswerTarget, ReviewForm, ShowAgainForm, SnoozeForm } from './answer-forms';

type AnswerDialogProps = {
  row: DueRow;
  today: Day;
  action: AnswerTarget['action'];
  account: string;
  /** The list as it stands in the address, without `?`. */
  back: string;
  /** The row to go on with; `afterReview` when all rows of this token are answered. */
  next: { after: string; afterReview: string };
  closeHref: Route;
};

export function AnswerDialog({ row, today, account, back, next, closeHref, action }: AnswerDialogProps) {
  const { kind, token, day, answer } = row;
  const seen = { account, name: token.name, uuid: token.uuid, kind: kind ?? '', day: day ?? '', back };
  const target = { action, hidden: { ...seen, next: next.after } };
  const review = reviewChoices(token.expiry, today);
  const date = kind === null ? null : { kind, day };
  const snooze = date === null ? [] : snoozeChoices(date, today);
  return (
    <Modal labelledBy="answer-title" closeHref={closeHref}>
      <h2 id="answer-title" className="text-xl [overflow-wrap:anywhere]">
        {visibleText(token.name)}
      </h2>
      <p className="mb-4 text-m text-ink-2 first-letter:uppercase [overflow-wrap:anywhere]">
        {visibleText(dueWords(row, today))}
        {day !== null && `, ${formatDay(day)}`}
      </p>
      {answer && (
        <div className="mb-4 grid gap-3 border-t border-line pt-3 text-m">
          <p className="[overflow-wrap:anywhere]">{visibleText(answerWords(answer))}.</p>
          {answer.state !== 'reviewed' && <ShowAgainForm {...target} />}
        </div>
      )}
      {review.usual !== null && (
        <section aria-labelledby="answer-review" className="border-t border-line py-3">
          <h3 id="answer-review" className="font-semibold">
            You looked at the token, and it stays
          </h3>
          <p className="mb-3 text-m text-ink-2">
            {kind === null || kind === 'review' || kind === 'age'
              ? 'Its review-by moves, and until then its age does not matter.'
              : `Its review-by moves; the ${DUE_KIND_WORDS[kind].toLowerCase()} stays on the list.`}
          </p>
          <ReviewForm
            action={action}
            hidden={{ ...seen, next: next.afterReview }}
            choices={review.choices}
            usual={review.usual}
            latest={latestReview(token.expiry, today)}
          />
        </section>
      )}
      {date && (
        <AcknowledgeForm
          {...target}
          lead={`Known: no more of it until its date changes.${
            kind === 'expiry' ? ' Notices tell the day itself all the same.' : ''
          }`}
        />
      )}
      {date && snooze[0] && (
        <SnoozeForm {...target} choices={snooze} usual={snooze[0].day} latest={latestSnooze(date, today)} />
      )}
      <p className="flex justify-end border-t border-line pt-3">
        <Link href={closeHref} scroll={false} className="button">
          Cancel
        </Link>
      </p>
    </Modal>
  );
}

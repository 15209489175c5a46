// What is known of a token besides Akamai, and the form that says it.
import { formatDay } from '@/lib/domain/day';
import { personWords, type Review } from '@/lib/domain/due-answer';
import type { TokenNote } from '@/lib/domain/token-note';
import { visibleText } from '@/lib/domain/visible-text';

/** `review`: the last one, if there was any. */
export function NoteFacts({ note, review = null }: { note: TokenNote; review?: Review | null }) {
  const { owner, purpose, ticket, tags, reviewBy } = note;
  const facts: readonly [label: string, value: React.ReactNode][] = [
    ['Owner', owner && visibleText(owner)],
    ['Purpose', purpose && visibleText(purpose)],
    [
      'Ticket',
      ticket && (
        <span className="[overflow-wrap:anywhere]">
          <a href={ticket} rel="noreferrer noopener">
            {visibleText(ticket)}
          </a>
        </span>
      ),
    ],
    ['Tags', tags.length > 0 && tags.map(visibleText).join(', ')],
    ['Review by', reviewBy && formatDay(reviewBy)],
  ];

  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-m">
      {facts.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-ink-3">{label}</dt>
          <dd>{value || <span className="text-ink-3">not known</span>}</dd>
        </div>
      ))}
      {review && (
        <div className="contents">
          <dt className="text-ink-3">Reviewed</dt>
          <dd className="[overflow-wrap:anywhere]">
            {visibleText(
              `by ${personWords(review.by)} on ${formatDay(review.on)}${review.remark === null ? '' : `: ${review.remark}`}`,
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

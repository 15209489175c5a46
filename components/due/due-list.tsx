// What is due, in words and riskiest first: what is urgent, then window by window, then tokens without a date.
import type { Route } from 'next';
import Link from 'next/link';
import { AccountName } from '@/components/shell/account-mark';
import { DayRuler, Networks, Permissions } from '@/components/tokens/marks';
import type { AccountLook } from '@/lib/domain/account';
import { type Day, daysBetween, formatDay } from '@/lib/domain/day';
import {
  DUE_KIND_WORDS,
  DUE_WINDOW_WORDS,
  DUE_WINDOWS,
  dueWindow,
  dueWords,
  isUrgent,
} from '@/lib/domain/due';
import { answerWords } from '@/lib/domain/due-answer';
import { type DueRow, rowId, tokenKey } from '@/lib/domain/due-query';
import { FINDING_WORDS, type Finding } from '@/lib/domain/findings';
import { visibleText } from '@/lib/domain/visible-text';
import { KindMark } from './kind-mark';

export type DueListProps = {
  rows: readonly DueRow[];
  today: Day;
  findings: ReadonlyMap<string, readonly Finding[]>;
  /** Whether the details of its token are still being read. */
  isPending: (row: DueRow) => boolean;
  tokenHref: (row: DueRow) => Route;
  /** The dialog of a row, null for who may not answer it; and null for who may answer none. */
  answerHref: ((row: DueRow) => Route | null) | null;
  /** Where the name of a row's account leads, where there are several. */
  accountHref: ((account: AccountLook) => Route) | null;
};

type Group = { id: string; title: string; rows: readonly DueRow[] };

export function DueList({ rows, today, ...rest }: DueListProps) {
  return groupsOf(rows, today).map((group) => <DueGroup key={group.id} {...rest} {...group} today={today} />);
}

/** The rows come in this order already; each is in one group. */
function groupsOf(rows: readonly DueRow[], today: Day): readonly Group[] {
  const isFirst = (row: DueRow) => row.kind !== null && isUrgent(row, today);
  const urgent = rows.filter(isFirst);
  const others = rows.filter((row) => !isFirst(row));
  const groups = [
    { id: 'urgent', title: 'Fails requests on production, or can within 7 days', rows: urgent },
    ...DUE_WINDOWS.map((window) => ({
      id: `window-${window}`,
      title: DUE_WINDOW_WORDS[window],
      rows: others.filter(({ day }) => dueWindow(day, today) === window),
    })),
  ];
  return groups.filter((group) => group.rows.length > 0);
}

function DueGroup({ id, title, rows, ...rest }: Group & DueListProps) {
  return (
    <section aria-labelledby={id} className="mb-6">
      <h2 id={id} className="border-b border-line-strong pb-1.5 text-m">
        {title} <span className="font-normal text-ink-3">{rows.length}</span>
      </h2>
      <table className="table cards cards:table-fixed">
        <caption className="sr-only">{title}</caption>
        {/* The same places in every group. */}
        <colgroup>
          {rest.accountHref && <col className="w-32" />}
          <col className={rest.accountHref ? 'w-40' : 'w-48'} />
          <col />
          <col className={rest.accountHref ? 'w-36' : 'w-44'} />
          <col className="w-16" />
          <col className="w-28" />
          {rest.answerHref && <col className="w-24" />}
        </colgroup>
        <thead className="sr-only">
          <tr>
            {rest.accountHref && <th scope="col">Account</th>}
            <th scope="col">Token</th>
            <th scope="col">What is due</th>
            <th scope="col">Permissions</th>
            <th scope="col">Networks</th>
            <th scope="col">Kind of date</th>
            {rest.answerHref && <th scope="col">Answer</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DueTableRow key={rowId(row)} row={row} {...rest} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

type RowProps = Omit<DueListProps, 'rows'> & { row: DueRow };

function DueTableRow({ row, today, findings, isPending, tokenHref, answerHref, accountHref }: RowProps) {
  const { token, kind, day, answer, account } = row;
  const reviewHref = answerHref?.(row) ?? null;
  const all = [...(token.details?.permissions ?? [])];
  const [first] = all;
  // That nobody owns or uses it is in the words already.
  const found = (findings.get(tokenKey(row)) ?? []).filter(
    ({ code }) => code !== 'no-owner' && code !== 'unused',
  );
  return (
    <tr>
      {accountHref && account && (
        // On a card it shares the line of the answer.
        <td className={`c-account ${first ? 'max-cards:[grid-area:4/1]' : 'max-cards:[grid-area:3/1]'}`}>
          <Link
            href={accountHref(account)}
            prefetch={false}
            className="block text-ink-2 no-underline hover:text-ink hover:underline"
          >
            <AccountName account={account} oneLine />
          </Link>
        </td>
      )}
      <th scope="row" className="c-name">
        <Link
          href={tokenHref(row)}
          prefetch={false}
          className="font-medium text-ink no-underline [overflow-wrap:anywhere] hover:text-accent-text hover:underline"
        >
          {visibleText(token.name)}
        </Link>
      </th>
      {/* On a card the words have the whole width, and come before the permissions. */}
      <td className="c-date cards:py-1.5 max-cards:[grid-area:2/1/auto/-1]">
        <span className="flex items-center gap-2.5">
          {/* A day that has passed is not on the ruler: only its place is kept. */}
          <span className={day === null || day < today ? 'invisible max-cards:hidden' : 'contents'}>
            <DayRuler
              days={day === null ? 0 : daysBetween(today, day)}
              look={lookOf(row, today)}
              withDot={day !== null}
            />
          </span>
          <span className="min-w-0 leading-tight">
            <span className={`block first-letter:uppercase [overflow-wrap:anywhere] ${lookOf(row, today)}`}>
              {visibleText(dueWords(row, today))}
            </span>
            <span className="block text-s text-ink-3">
              {day !== null && <time dateTime={day}>{formatDay(day)}</time>}
              {found.length > 0 && (
                <>
                  {day !== null && ' · '}
                  {found.map(({ code }) => FINDING_WORDS[code]).join(', ')}
                </>
              )}
            </span>
            {answer && (
              <span className="block text-s text-ink-2 [overflow-wrap:anywhere]">
                {visibleText(answerWords(answer))}
              </span>
            )}
          </span>
        </span>
      </td>
      <td className={`c-perm max-cards:[grid-area:3/1/auto/3] ${first ? '' : 'max-cards:hidden'}`}>
        {first ? (
          <span className="inline-flex max-w-full min-w-0 items-center gap-2">
            <Permissions namespace={first[0]} held={first[1]} />
            {all.length > 1 && <span className="text-s text-ink-3">+{all.length - 1}</span>}
          </span>
        ) : (
          <span className="text-ink-3">{isPending(row) ? 'Loading' : '–'}</span>
        )}
      </td>
      <td className={`c-nets max-cards:[grid-area:3/3] ${token.details ? '' : 'max-cards:hidden'}`}>
        {token.details && <Networks networks={token.details.networks} />}
      </td>
      <td className="c-status">
        {kind !== null && (
          <span className="inline-flex items-center gap-1.5 text-s text-ink-2">
            <KindMark kind={kind} />
            {DUE_KIND_WORDS[kind]}
          </span>
        )}
      </td>
      {answerHref && (
        // Below the permissions of a card, or in their place.
        <td
          className={`c-act text-end ${first ? 'max-cards:[grid-area:4/2/auto/-1]' : 'max-cards:[grid-area:3/2/auto/-1]'}`}
        >
          {reviewHref && (
            <Link
              id={rowId(row)}
              href={reviewHref}
              prefetch={false}
              scroll={false}
              className="button"
              data-look="plain"
            >
              Review…
              <span className="sr-only">
                {' '}
                {visibleText(token.name)}, {kind === null ? 'no date' : DUE_KIND_WORDS[kind]}
              </span>
            </Link>
          )}
        </td>
      )}
    </tr>
  );
}

function lookOf({ kind, day, usage }: DueRow, today: Day): string {
  if (kind === null) return 'text-ink-2';
  // It ends, or has ended, and nothing fails.
  if (kind === 'expiry' && usage?.state === 'unused') return 'text-ink';
  const days = daysBetween(today, day);
  if (days < 0 || kind === 'activation' || (kind === 'expiry' && days <= 7)) return 'text-danger';
  return kind === 'expiry' && days <= 30 ? 'text-attention' : 'text-ink';
}

// What is due: every date of every token in words, as a month or as charts. All of it stands in the URL.
import { Download } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { AnswerDialog } from '@/components/due/answer-dialog';
import { AgeChart, WeekChart } from '@/components/due/due-charts';
import { DueFilters } from '@/components/due/due-filters';
import { DueList } from '@/components/due/due-list';
import { FocusTarget } from '@/components/due/focus-target';
import { MonthCalendar } from '@/components/due/month-calendar';
import { StaleData } from '@/components/tokens/stale-data';
import { Icon } from '@/components/ui/icon';
import { Notice } from '@/components/ui/notice';
import { Poll } from '@/components/ui/poll';
import { ageInWords } from '@/lib/domain/age';
import { type Day, formatDay } from '@/lib/domain/day';
import { type DueItem, dueWindow } from '@/lib/domain/due';
import { ageCounts, dueWeeks } from '@/lib/domain/due-charts';
import {
  DUE_ROWS_PER_PAGE,
  DUE_VIEWS,
  type DueQuery,
  type DueRow,
  type DueSpan,
  type DueView,
  filterDue,
  hasDueFilters,
  parseDueQuery,
  printDueQuery,
  rowAfter,
  rowId,
} from '@/lib/domain/due-query';
import type { FindingCode } from '@/lib/domain/findings';
import { type Month, monthOf } from '@/lib/domain/month';
import type { Token } from '@/lib/domain/token';
import { type DueOverview, readDue } from '@/lib/services/due';
import type { Actor } from '@/lib/services/session';
import { currentTime, today } from '@/lib/services/surroundings';
import { showFirst } from '@/lib/services/tokens';
import { PageFrame, ProblemPage } from '../../page-frame';
import { mayOn, signedIn } from '../../signed-in';
import { answerAction } from './actions';

export const metadata: Metadata = { title: 'Due' };

export default async function DuePage({ params, searchParams }: PageProps<'/[account]/due'>) {
  const account = decodeURIComponent((await params).account);
  const given = await searchParams;
  const query = parseDueQuery(given);
  const base = `/${encodeURIComponent(account)}`;
  const search = printDueQuery(query);
  const actor = await signedIn(search ? `${base}/due?${search}` : `${base}/due`);
  const due = await readDue(actor, account, 'briefly');
  return (
    <PageFrame actor={actor} account={account} section="due">
      {due.ok ? (
        <Due actor={actor} account={account} base={base} query={query} due={due.value} given={given} />
      ) : (
        <ProblemPage title="Due" problem={due.problem} />
      )}
    </PageFrame>
  );
}

/** `act=answer&date=…` opens the dialog of a row, `done` tells what became of it. */
type Given = Readonly<Record<string, string | string[] | undefined>>;
type DueProps = {
  actor: Actor;
  account: string;
  base: string;
  query: DueQuery;
  due: DueOverview;
  given: Given;
};
type Href = (change: Partial<DueQuery>) => Route;

async function Due({ actor, account, base, query, due, given }: DueProps) {
  const { problem, pending, readAt, isRefreshing } = due;
  const day = today();
  const href: Href = (change) => {
    const search = printDueQuery({ ...query, page: 1, ...change });
    return (search ? `${base}/due?${search}` : `${base}/due`) as Route;
  };
  const rows = filterDue(due, shownBy(query), day);
  const shown =
    query.view === 'list'
      ? pageOf(rows, query.page)
      : query.view === 'month'
        ? inMonth(rows, query, day)
        : [];
  const mayAnswer = mayOn(actor, account, 'note.change');
  const answering = mayAnswer && given.act === 'answer' ? rowOf(due, given.date) : null;
  const here = href({ page: query.page });
  if (pending.size > 0)
    await showFirst(
      actor,
      account,
      shown.slice(0, DUE_ROWS_PER_PAGE).map(({ token }) => token.name),
    );
  const list = {
    today: day,
    findings: due.findings,
    pending,
    tokenHref: (name: string) => `${base}/tokens/${encodeURIComponent(name)}` as Route,
    answerHref: mayAnswer ? (row: DueRow) => withParameters(here, { act: 'answer', date: rowId(row) }) : null,
  };
  return (
    <>
      <Head base={base} query={query} due={due} today={day} href={href} />
      {problem && (
        <div className="mb-5 empty:hidden">
          <StaleData problem={problem} age={ageInWords(readAt, currentTime())} />
        </div>
      )}
      {typeof given.done === 'string' && DONE.has(given.done) && !answering && (
        <div className="mb-5">
          <Notice look="ok" title={DONE.get(given.done) ?? ''} />
        </div>
      )}
      <Ruler query={query} due={due} today={day} href={href} />
      <div className="mb-6 grid grid-cols-[minmax(0,1fr)] gap-2">
        <DueFilters
          query={query}
          owners={ownersOf(due)}
          counts={findingCounts(due)}
          clearHref={href({ kinds: [], span: null, finding: null, owner: null, answered: null })}
        />
        <AnsweredLine query={query} due={due} today={day} href={href} />
        {!due.knowsNamespaces && (
          <p className="text-s text-ink-3">
            The namespaces could not be read: findings about them are missing now.
          </p>
        )}
      </div>
      {query.view === 'charts' ? (
        <Charts rows={rows} today={day} />
      ) : query.view === 'month' ? (
        <MonthView {...list} base={base} query={query} rows={rows} listed={shown} href={href} />
      ) : shown.length === 0 ? (
        <Nothing query={query} due={due} />
      ) : (
        <DueList {...list} rows={shown} />
      )}
      {query.view === 'list' && <Pager count={rows.length} query={query} href={href} />}
      {answering ? (
        <AnswerDialog
          row={answering}
          today={day}
          action={answerAction}
          account={account}
          back={printDueQuery(query)}
          next={{ after: idAfter(shown, answering, false), afterReview: idAfter(shown, answering, true) }}
          closeHref={`${here}#${encodeURIComponent(rowId(answering))}` as Route}
        />
      ) : (
        <FocusTarget />
      )}
      {(isRefreshing || (pending.size > 0 && !problem)) && !answering && (
        <Poll mark={`${readAt} ${pending.size}`} />
      )}
    </>
  );
}

/** What became of a row, for who is back from its dialog. */
const DONE: ReadonlyMap<string, string> = new Map([
  ['reviewed', 'It was reviewed, and stays.'],
  ['acknowledged', 'It was acknowledged.'],
  ['snoozed', 'It was snoozed.'],
  ['open', 'It is shown again.'],
]);

/** List and month leave out what is answered, unless that is asked for. The charts count everything. */
function shownBy(query: DueQuery): DueQuery {
  return query.view === 'charts' ? query : { ...query, answered: query.answered ?? 'no' };
}

function rowOf(due: DueOverview, date: Given[string]): DueRow | null {
  return [...due.items, ...due.dateless].find((row) => rowId(row) === date) ?? null;
}

function idAfter(rows: readonly DueRow[], row: DueRow, ofAnother: boolean): string {
  const next = rowAfter(rows, row, ofAnother);
  return next ? rowId(next) : '';
}

function withParameters(href: Route, parameters: Record<string, string>): Route {
  const more = new URLSearchParams(parameters);
  return `${href}${href.includes('?') ? '&' : '?'}${more}` as Route;
}

const VIEW_WORDS: Record<DueView, string> = { list: 'List', month: 'Month', charts: 'Charts' };

type PartProps = { query: DueQuery; due: DueOverview; today: Day; href: Href };

function Head({ base, query, due, today: day, href }: PartProps & { base: string }) {
  const soon = due.items.filter(
    (item) => item.answer === null && ['7', '30', '90'].includes(dueWindow(item.day, day)),
  ).length;
  const forever = due.tokens.filter((token) => token.expiry === null).length;
  const { view: _, month: __, day: ___, page: ____, ...filter } = query;
  const filters = printDueQuery(filter);
  return (
    <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-2">
      <div className="grid flex-[1_1_16rem] gap-1">
        <h1>Due</h1>
        <p className="text-m text-ink-2">
          <b className="font-semibold text-ink">{soon}</b> dates in the next 90 days · {forever} tokens do not
          expire · as of {ageInWords(due.readAt, currentTime())}
        </p>
      </div>
      <nav aria-label="View" className="flex">
        {DUE_VIEWS.map((view) => (
          <Link
            key={view}
            href={href({ view, day: null, month: view === 'month' ? query.month : null })}
            prefetch={false}
            aria-current={view === query.view ? 'page' : undefined}
            className="button -ml-px rounded-none shadow-none first:ml-0 first:rounded-l-control last:rounded-r-control aria-[current=page]:z-1 aria-[current=page]:border-ink-2 aria-[current=page]:bg-sunken"
          >
            {VIEW_WORDS[view]}
          </Link>
        ))}
      </nav>
      <p className="flex gap-1">
        {(['csv', 'json'] as const).map((format) => (
          <a
            key={format}
            href={`${base}/due/export?format=${format}${filters && `&${filters}`}`}
            className="button"
            data-look="plain"
            download
          >
            <span className="max-sm:hidden">
              <Icon of={Download} small />
            </span>
            {format.toUpperCase()}
          </a>
        ))}
      </p>
    </div>
  );
}

const RULER: readonly (readonly [span: DueSpan | null, words: string])[] = [
  ['overdue', 'overdue'],
  ['7', 'within 7 days'],
  ['30', 'within 30 days'],
  ['90', 'within 90 days'],
  [null, 'all'],
  ['never', 'no date'],
];

/** The windows as a scale of time: each mark counts what it would leave, and leaves it when it is followed. */
function Ruler({ query, due, today: day, href }: PartProps) {
  return (
    <nav aria-label="Window" className="mb-5 grid grid-cols-3 border-t border-ink-2 text-m sm:grid-cols-6">
      {RULER.map(([span, words]) => {
        const count = filterDue(due, { ...shownBy(query), span }, day).length;
        const isBad = span === 'overdue' && count > 0;
        return (
          <Link
            key={words}
            href={href({ span })}
            prefetch={false}
            aria-current={span === query.span ? 'true' : undefined}
            className="block border-l border-line px-3 pt-3 pb-2 text-ink no-underline first:border-l-ink-2 hover:bg-accent-soft aria-[current=true]:bg-accent-soft"
          >
            <b className={`block text-xl font-semibold ${isBad ? 'text-danger' : ''}`}>{count}</b>
            <span className="text-s text-ink-2">{words}</span>
          </Link>
        );
      })}
    </nav>
  );
}

/** How many are left out because somebody answered them, or that only those are shown. */
function AnsweredLine({ query, due, today: day, href }: PartProps) {
  if (query.answered === 'yes')
    return (
      <p className="text-m text-ink-2">
        Only what is acknowledged, snoozed or kept.{' '}
        <Link href={href({ answered: null })} prefetch={false}>
          Show what waits
        </Link>
      </p>
    );
  const count = filterDue(due, { ...query, answered: 'yes' }, day).length;
  if (count === 0 || query.view === 'charts') return null;
  return (
    <p className="text-m text-ink-2">
      {count} {count === 1 ? 'is' : 'are'} acknowledged, snoozed or kept.{' '}
      <Link href={href({ answered: 'yes' })} prefetch={false}>
        Show {count === 1 ? 'it' : 'them'}
      </Link>
    </p>
  );
}

type MonthViewProps = Omit<Parameters<typeof DueList>[0], 'rows'> & {
  base: string;
  query: DueQuery;
  rows: readonly DueRow[];
  /** Of them, those below the calendar. */
  listed: readonly DueRow[];
  href: Href;
};

/** The rows of the month that is shown, or of its chosen day. */
function inMonth(rows: readonly DueRow[], query: DueQuery, today: Day): readonly DueRow[] {
  const month = query.month ?? monthOf(today);
  if (!month) return [];
  const chosen = chosenIn(month, query);
  return rows.filter(({ day }) => (chosen ? day === chosen : (day?.startsWith(month) ?? false)));
}

function chosenIn(month: Month, { day }: DueQuery): Day | null {
  return day?.startsWith(month) ? day : null;
}

function MonthView({ base, query, rows, listed, href, ...list }: MonthViewProps) {
  const month = query.month ?? monthOf(list.today);
  if (!month) return null;
  const items = rows.filter((row): row is DueItem => row.day?.startsWith(month) ?? false);
  const chosen = chosenIn(month, query);
  return (
    <>
      <MonthCalendar
        month={month}
        today={list.today}
        chosen={chosen}
        items={items}
        path={`${base}/due`}
        search={printDueQuery({ ...query, month: null, day: null, page: 1 })}
        href={href}
      />
      <p role="status" className="mb-3 text-m text-ink-2">
        {listed.length === 0 ? 'Nothing is due' : listed.length === 1 ? '1 date' : `${listed.length} dates`}{' '}
        {chosen ? `on ${formatDay(chosen)}` : 'in this month'}.
      </p>
      <DueList {...list} rows={listed} />
    </>
  );
}

function Charts({ rows, today: day }: { rows: readonly DueRow[]; today: Day }) {
  const items = rows.filter((row): row is DueItem => row.kind !== null);
  const tokens = [...new Map<string, Token>(rows.map(({ token }) => [token.uuid, token])).values()];
  return (
    <>
      <WeekChart weeks={dueWeeks(items, day)} overdue={items.filter((item) => item.day < day).length} />
      <AgeChart ages={ageCounts(tokens, day)} />
    </>
  );
}

function Nothing({ query, due }: Pick<PartProps, 'query' | 'due'>) {
  return (
    <p className="rounded-control border border-dashed border-line-strong px-6 py-8">
      {hasDueFilters(query)
        ? 'Nothing matches these filters.'
        : due.tokens.length > 0
          ? 'Nothing waits: all that is due is acknowledged, snoozed or kept.'
          : 'Nothing is due: this account has no token.'}
    </p>
  );
}

function pageOf(rows: readonly DueRow[], page: number): readonly DueRow[] {
  const last = Math.max(1, Math.ceil(rows.length / DUE_ROWS_PER_PAGE));
  const first = (Math.min(page, last) - 1) * DUE_ROWS_PER_PAGE;
  return rows.slice(first, first + DUE_ROWS_PER_PAGE);
}

function Pager({ count, query, href }: { count: number; query: DueQuery; href: Href }) {
  const pages = Math.ceil(count / DUE_ROWS_PER_PAGE);
  const page = Math.min(query.page, pages);
  if (pages <= 1) return null;
  return (
    <nav aria-label="Pages" className="mt-4 flex items-center gap-2 text-m">
      {page > 1 && (
        <Link href={href({ page: page - 1 })} prefetch={false} className="button">
          Previous
        </Link>
      )}
      <span className="text-ink-2">
        Page {page} of {pages}
      </span>
      {page < pages && (
        <Link href={href({ page: page + 1 })} prefetch={false} className="button">
          Next
        </Link>
      )}
    </nav>
  );
}

function ownersOf({ items, dateless }: DueOverview): readonly string[] {
  const owners = [...items, ...dateless].flatMap(({ note }) => note.owner ?? []);
  return [...new Set(owners)].sort();
}

function findingCounts({ findings }: DueOverview): ReadonlyMap<FindingCode, number> {
  const counts = new Map<FindingCode, number>();
  for (const { code } of [...findings.values()].flat()) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

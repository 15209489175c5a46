// What is due, of one account or of all: the windows, the filters, and the rows as a list, a month or charts. All of it
// stands in the URL.
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { type Day, formatDay } from '@/lib/domain/day';
import { type DueItem, lastDayWithin } from '@/lib/domain/due';
import { ageCounts, dueWeeks } from '@/lib/domain/due-charts';
import {
  chosenDay,
  DUE_ROWS_PER_PAGE,
  DUE_VIEWS,
  type DueQuery,
  type DueRow,
  type DueSource,
  type DueSpan,
  type FoundDue,
  filterDue,
  hasDueFilters,
  printDueQuery,
  rowId,
  shownBy,
  shownMonth,
  tokenKey,
  type DueView as View,
} from '@/lib/domain/due-query';
import type { FindingCode } from '@/lib/domain/findings';
import type { Token } from '@/lib/domain/token';
import { AgeChart, WeekChart } from './due-charts';
import { DueFilters } from './due-filters';
import { DueList, type DueListProps } from './due-list';
import { MonthCalendar } from './month-calendar';

type DueViewProps = Omit<DueListProps, 'rows' | 'findings'> & {
  title: string;
  /** How old it is, or of how many accounts. */
  asOf: string;
  /** The address without its query. */
  path: string;
  source: DueSource;
  query: DueQuery;
  /** Of `source`, what `query` finds. */
  found: FoundDue;
  /** What to know of the data before reading them. */
  told: ReactNode;
  /** The live versions that hold tokens which are gone. */
  gone: ReactNode;
  /** All of them, whatever is due. */
  tokens: readonly Token[];
  /** Beside the views. */
  files?: ReactNode;
  /** That something could not be looked for. */
  remark: string | null;
};

/** The page at `path` in the state of `query`. */
export function dueHref(path: string, query: Partial<DueQuery>): Route {
  const search = printDueQuery(query);
  return (search ? `${path}?${search}` : path) as Route;
}

/** The dialog of a row on the page of its account. */
export function answerHref(path: string, query: Partial<DueQuery>, row: DueRow): Route {
  const list = dueHref(path, query);
  const dialog = new URLSearchParams({ act: 'answer', date: rowId(row) });
  return `${list}${list.includes('?') ? '&' : '?'}${dialog}` as Route;
}

export function DueView(props: DueViewProps) {
  const { title, asOf, path, source, query, found, told, gone, tokens, files, remark, ...list } = props;
  const { rows, listed, shown } = found;
  const href: Href = (change) => dueHref(path, { ...query, page: 1, ...change });
  const part = { query, source, today: list.today, href };
  return (
    <>
      <Head {...part} title={title} asOf={asOf} files={files} tokens={tokens} />
      {told}
      <Ruler {...part} />
      <div className="mb-6 grid grid-cols-[minmax(0,1fr)] gap-2">
        <DueFilters
          query={query}
          owners={ownersOf(source)}
          counts={findingCounts(source)}
          clearHref={href({ kinds: [], span: null, finding: null, owner: null, answered: null })}
        />
        <AnsweredLine {...part} />
        {remark && <p className="text-s text-ink-3">{remark}</p>}
      </div>
      {gone}
      {query.view === 'charts' ? (
        <Charts rows={rows} today={list.today} />
      ) : query.view === 'month' ? (
        <Month {...part} path={path} rows={rows} listed={listed} />
      ) : (
        listed.length === 0 && <Nothing query={query} hasTokens={tokens.length > 0} />
      )}
      <DueList {...list} findings={source.findings} rows={shown} />
      <Pager count={listed.length} query={query} href={href} />
    </>
  );
}

type Href = (change: Partial<DueQuery>) => Route;
type PartProps = { query: DueQuery; source: DueSource; today: Day; href: Href };

const VIEW_WORDS: Record<View, string> = { list: 'List', month: 'Month', charts: 'Charts' };

type HeadProps = PartProps & { title: string; asOf: string; files: ReactNode; tokens: readonly Token[] };

function Head({ title, asOf, files, tokens, query, source, today: day, href }: HeadProps) {
  const soon = source.items.filter(
    ({ answer, day: due }) => answer === null && due >= day && due <= lastDayWithin(90, day),
  ).length;
  const forever = tokens.filter(({ expiry }) => expiry === null).length;
  return (
    <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-2">
      <div className="grid flex-[1_1_16rem] gap-1">
        <h1>{title}</h1>
        <p className="text-m text-ink-2">
          <b className="font-semibold text-ink">{soon}</b> dates in the next 90 days · {forever} tokens do not
          expire · {asOf}
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
      {files}
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
function Ruler({ query, source, today: day, href }: PartProps) {
  return (
    <nav aria-label="Window" className="mb-5 grid grid-cols-3 border-t border-ink-2 text-m sm:grid-cols-6">
      {RULER.map(([span, words]) => {
        const count = filterDue(source, { ...shownBy(query), span }, day).length;
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
function AnsweredLine({ query, source, today: day, href }: PartProps) {
  if (query.answered === 'yes')
    return (
      <p className="text-m text-ink-2">
        Only what is acknowledged, snoozed or kept.{' '}
        <Link href={href({ answered: null })} prefetch={false}>
          Show what waits
        </Link>
      </p>
    );
  const count = filterDue(source, { ...query, answered: 'yes' }, day).length;
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

type MonthProps = PartProps & { path: string } & Pick<FoundDue, 'rows' | 'listed'>;

function Month({ path, query, rows, listed, href, today }: MonthProps) {
  const month = shownMonth(query, today);
  if (!month) return null;
  const items = rows.filter((row): row is DueItem => row.day?.startsWith(month) ?? false);
  const chosen = chosenDay(month, query);
  return (
    <>
      <MonthCalendar
        month={month}
        today={today}
        chosen={chosen}
        items={items}
        path={path}
        search={printDueQuery({ ...query, month: null, day: null, page: 1 })}
        href={href}
      />
      <p role="status" className="mb-3 text-m text-ink-2">
        {listed.length === 0 ? 'Nothing is due' : listed.length === 1 ? '1 date' : `${listed.length} dates`}{' '}
        {chosen ? `on ${formatDay(chosen)}` : 'in this month'}.
      </p>
    </>
  );
}

function Charts({ rows, today: day }: { rows: readonly DueRow[]; today: Day }) {
  const items = rows.filter((row): row is DueItem => row.kind !== null);
  const tokens = [...new Map<string, Token>(rows.map((row) => [tokenKey(row), row.token])).values()];
  return (
    <>
      <WeekChart weeks={dueWeeks(items, day)} overdue={items.filter((item) => item.day < day).length} />
      <AgeChart ages={ageCounts(tokens, day)} />
    </>
  );
}

function Nothing({ query, hasTokens }: { query: DueQuery; hasTokens: boolean }) {
  return (
    <p className="rounded-control border border-dashed border-line-strong px-6 py-8">
      {hasDueFilters(query)
        ? 'Nothing matches these filters.'
        : hasTokens
          ? 'Nothing waits: all that is due is acknowledged, snoozed or kept.'
          : 'Nothing is due: there is no token.'}
    </p>
  );
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

function ownersOf({ items, dateless }: DueSource): readonly string[] {
  const owners = [...items, ...dateless].flatMap(({ note }) => note.owner ?? []);
  return [...new Set(owners)].sort();
}

function findingCounts({ findings }: DueSource): ReadonlyMap<FindingCode, number> {
  const counts = new Map<FindingCode, number>();
  for (const { code } of [...findings.values()].flat()) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

// What is due: every date of every token in words, as a month or as charts. All of it stands in the URL.
import { Download } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { AgeChart, WeekChart } from '@/components/due/due-charts';
import { DueFilters } from '@/components/due/due-filters';
import { DueList } from '@/components/due/due-list';
import { MonthCalendar } from '@/components/due/month-calendar';
import { StaleData } from '@/components/tokens/stale-data';
import { Icon } from '@/components/ui/icon';
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
} from '@/lib/domain/due-query';
import type { FindingCode } from '@/lib/domain/findings';
import { monthOf } from '@/lib/domain/month';
import type { Token } from '@/lib/domain/token';
import { type DueOverview, readDue } from '@/lib/services/due';
import type { Actor } from '@/lib/services/session';
import { currentTime, today } from '@/lib/services/surroundings';
import { showFirst } from '@/lib/services/tokens';
import { PageFrame, ProblemPage } from '../../page-frame';
import { signedIn } from '../../signed-in';

export const metadata: Metadata = { title: 'Due' };

export default async function DuePage({ params, searchParams }: PageProps<'/[account]/due'>) {
  const account = decodeURIComponent((await params).account);
  const query = parseDueQuery(await searchParams);
  const base = `/${encodeURIComponent(account)}`;
  const search = printDueQuery(query);
  const actor = await signedIn(search ? `${base}/due?${search}` : `${base}/due`);
  const due = await readDue(actor, account, 'briefly');
  return (
    <PageFrame actor={actor} account={account} section="due">
      {due.ok ? (
        <Due actor={actor} account={account} base={base} query={query} due={due.value} />
      ) : (
        <ProblemPage title="Due" problem={due.problem} />
      )}
    </PageFrame>
  );
}

type DueProps = { actor: Actor; account: string; base: string; query: DueQuery; due: DueOverview };
type Href = (change: Partial<DueQuery>) => Route;

async function Due({ actor, account, base, query, due }: DueProps) {
  const { problem, pending, readAt, isRefreshing } = due;
  const day = today();
  const href: Href = (change) => {
    const search = printDueQuery({ ...query, page: 1, ...change });
    return (search ? `${base}/due?${search}` : `${base}/due`) as Route;
  };
  const rows = filterDue(due, query, day);
  const shown = query.view === 'list' ? pageOf(rows, query.page) : rows;
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
  };
  return (
    <>
      <Head base={base} query={query} due={due} today={day} href={href} />
      {problem && (
        <div className="mb-5 empty:hidden">
          <StaleData problem={problem} age={ageInWords(readAt, currentTime())} />
        </div>
      )}
      <Ruler query={query} due={due} today={day} href={href} />
      <div className="mb-6 grid grid-cols-[minmax(0,1fr)] gap-2">
        <DueFilters
          query={query}
          owners={ownersOf(due)}
          counts={findingCounts(due)}
          clearHref={href({ kinds: [], span: null, finding: null, owner: null })}
        />
        {!due.knowsNamespaces && (
          <p className="text-s text-ink-3">
            The namespaces could not be read: findings about them are missing now.
          </p>
        )}
      </div>
      {query.view === 'charts' ? (
        <Charts rows={rows} today={day} />
      ) : query.view === 'month' ? (
        <MonthView {...list} base={base} query={query} rows={rows} href={href} />
      ) : shown.length === 0 ? (
        <Nothing query={query} />
      ) : (
        <DueList {...list} rows={shown} />
      )}
      {query.view === 'list' && <Pager count={rows.length} query={query} href={href} />}
      {(isRefreshing || (pending.size > 0 && !problem)) && <Poll mark={`${readAt} ${pending.size}`} />}
    </>
  );
}

const VIEW_WORDS: Record<DueView, string> = { list: 'List', month: 'Month', charts: 'Charts' };

type PartProps = { query: DueQuery; due: DueOverview; today: Day; href: Href };

function Head({ base, query, due, today: day, href }: PartProps & { base: string }) {
  const soon = due.items.filter((item) => ['7', '30', '90'].includes(dueWindow(item.day, day))).length;
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
        const count = filterDue(due, { ...query, span }, day).length;
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

type MonthViewProps = Omit<Parameters<typeof DueList>[0], 'rows'> & {
  base: string;
  query: DueQuery;
  rows: readonly DueRow[];
  href: Href;
};

function MonthView({ base, query, rows, href, ...list }: MonthViewProps) {
  const month = query.month ?? monthOf(list.today);
  if (!month) return null;
  const items = rows.filter((row): row is DueItem => row.day?.startsWith(month) ?? false);
  const chosen = query.day?.startsWith(month) ? query.day : null;
  const listed = chosen ? items.filter(({ day }) => day === chosen) : items;
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

function Nothing({ query }: { query: DueQuery }) {
  return (
    <p className="rounded-control border border-dashed border-line-strong px-6 py-8">
      {hasDueFilters(query) ? 'Nothing matches these filters.' : 'Nothing is due: this account has no token.'}
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

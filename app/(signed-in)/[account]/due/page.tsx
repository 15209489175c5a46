// What is due: every token by its next date, in windows, and activations that are stuck.
import { Download } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { Networks, Permissions, Status, Until } from '@/components/tokens/marks';
import { StaleData } from '@/components/tokens/stale-data';
import { Icon } from '@/components/ui/icon';
import { Poll } from '@/components/ui/poll';
import { Tag } from '@/components/ui/tag';
import { ageInWords } from '@/lib/domain/age';
import type { Day } from '@/lib/domain/day';
import { DUE_WINDOW_WORDS, DUE_WINDOWS, type DueWindow, dueList } from '@/lib/domain/due';
import { nextDate, type Token, tokenKind, tokenStatus } from '@/lib/domain/token';
import { visibleText } from '@/lib/domain/visible-text';
import { currentTime, today } from '@/lib/services/surroundings';
import { listTokens, type TokenOverview } from '@/lib/services/tokens';
import { PageFrame, ProblemPage } from '../../page-frame';
import { signedIn } from '../../signed-in';

export const metadata: Metadata = { title: 'Due' };

export default async function DuePage({ params }: PageProps<'/[account]/due'>) {
  const account = decodeURIComponent((await params).account);
  const base = `/${encodeURIComponent(account)}`;
  const actor = await signedIn(`${base}/due`);
  const listed = await listTokens(actor, account, 'briefly');
  return (
    <PageFrame actor={actor} account={account} section="due">
      {listed.ok ? (
        <Due base={base} overview={listed.value} />
      ) : (
        <ProblemPage title="Due" problem={listed.problem} />
      )}
    </PageFrame>
  );
}

function Due({
  base,
  overview: { tokens, readAt, problem, isRefreshing, pending },
}: {
  base: string;
  overview: TokenOverview;
}) {
  const day = today();
  const { stuck, windows } = dueList(tokens, day);
  const soon = (['7', '30', '90'] as const).reduce(
    (sum, window) => sum + (windows.get(window)?.length ?? 0),
    0,
  );
  const forever = tokens.filter((token) => token.expiry === null).length;
  return (
    <>
      <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="grid flex-[1_1_16rem] gap-1">
          <h1>Due</h1>
          <p className="text-m text-ink-2">
            <b className="font-semibold text-ink">{soon}</b> dates in the next 90 days · {forever} tokens do
            not expire · as of {ageInWords(readAt, currentTime())}
          </p>
        </div>
        <a href={`${base}/due/export`} className="button" download>
          <Icon of={Download} small />
          CSV
        </a>
      </div>
      {problem && (
        <div className="mb-5 empty:hidden">
          <StaleData problem={problem} age={ageInWords(readAt, currentTime())} />
        </div>
      )}
      <Ruler windows={windows} stuck={stuck.length} />
      {stuck.length > 0 && (
        <DueGroup
          id="stuck"
          title="Activation failed or stuck"
          tokens={stuck}
          base={base}
          today={day}
          pending={pending}
          withStatus
        />
      )}
      {DUE_WINDOWS.map((window) => (
        <DueGroup
          key={window}
          id={`window-${window}`}
          title={DUE_WINDOW_WORDS[window]}
          tokens={windows.get(window) ?? []}
          base={base}
          today={day}
          pending={pending}
        />
      ))}
      {(isRefreshing || (pending.size > 0 && !problem)) && <Poll mark={`${readAt} ${pending.size}`} />}
    </>
  );
}

const RULER_WORDS: Record<DueWindow, string> = {
  overdue: 'overdue',
  '7': '7 days',
  '30': '30 days',
  '90': '90 days',
  later: 'later',
  never: 'never',
};

/** The windows as a scale of time, each a link to its group. */
function Ruler({ windows, stuck }: { windows: ReadonlyMap<DueWindow, readonly Token[]>; stuck: number }) {
  return (
    <nav aria-label="Windows" className="mb-6 grid grid-cols-4 border-t border-ink-2 text-m sm:grid-cols-7">
      <RulerMark href="#stuck" count={stuck} words="stuck" isBad={stuck > 0} />
      {DUE_WINDOWS.map((window) => {
        const count = windows.get(window)?.length ?? 0;
        return (
          <RulerMark
            key={window}
            href={`#window-${window}`}
            count={count}
            words={RULER_WORDS[window]}
            isBad={window === 'overdue' && count > 0}
          />
        );
      })}
    </nav>
  );
}

function RulerMark({
  href,
  count,
  words,
  isBad,
}: {
  href: string;
  count: number;
  words: string;
  isBad: boolean;
}) {
  const inside = (
    <>
      <b className={`block text-xl font-semibold ${isBad ? 'text-danger' : ''}`}>{count}</b>
      <span className="text-s text-ink-2">{words}</span>
    </>
  );
  const frame = 'block border-l border-line px-3 pt-3 pb-2 text-ink no-underline first:border-l-ink-2';
  return count === 0 ? (
    <p className={`${frame}`}>{inside}</p>
  ) : (
    <a href={href} className={`${frame} hover:bg-accent-soft`}>
      {inside}
    </a>
  );
}

type GroupProps = {
  id: string;
  title: string;
  tokens: readonly Token[];
  base: string;
  today: Day;
  pending: ReadonlySet<string>;
  withStatus?: boolean;
};

function DueGroup({ id, title, tokens, base, today: day, pending, withStatus }: GroupProps) {
  if (tokens.length === 0) return null;
  return (
    <section aria-labelledby={id} className="mb-6">
      <h2 id={id} className="border-b border-line-strong pb-1.5 text-m">
        {title} <span className="font-normal text-ink-3">{tokens.length}</span>
      </h2>
      <table className="table cards">
        <caption className="sr-only">{title}</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Next date</th>
            <th scope="col">Permissions</th>
            <th scope="col">Networks</th>
            <th scope="col">What happens</th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <DueRow
              key={token.name}
              token={token}
              base={base}
              today={day}
              isPending={pending.has(token.name)}
              withStatus={withStatus ?? false}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

type RowProps = { token: Token; base: string; today: Day; isPending: boolean; withStatus: boolean };

function DueRow({ token, base, today: day, isPending, withStatus }: RowProps) {
  const all = [...(token.details?.permissions ?? [])];
  const [first] = all;
  return (
    <tr>
      <th scope="row" className="c-name cards:w-64">
        <Link
          href={`${base}/tokens/${encodeURIComponent(token.name)}` as Route}
          prefetch={false}
          className="font-medium text-ink no-underline hover:text-accent-text hover:underline"
        >
          {visibleText(token.name)}
        </Link>
      </th>
      <td className="c-date cards:w-72">
        <Until token={token} today={day} />
      </td>
      <td className="c-perm">
        {first ? (
          <span className="inline-flex items-center gap-2">
            <Permissions namespace={first[0]} held={first[1]} />
            {all.length > 1 && <span className="text-s text-ink-3">+{all.length - 1}</span>}
          </span>
        ) : (
          <span className="text-ink-3">{isPending ? 'Loading' : '–'}</span>
        )}
      </td>
      <td className="c-nets cards:w-20">{token.details && <Networks networks={token.details.networks} />}</td>
      <td className="c-status cards:w-44 cards:text-end">
        {withStatus ? <Status status={tokenStatus(token, day)} /> : <Happening token={token} today={day} />}
      </td>
    </tr>
  );
}

function Happening({ token, today: day }: { token: Token; today: Day }) {
  const next = nextDate(token);
  const status = tokenStatus(token, day);
  if (status === 'expired') return <Tag look="danger">expired</Tag>;
  if (next?.kind === 'expires')
    return <Tag look={status === 'expiring' ? 'attention' : 'plain'}>expires</Tag>;
  if (next && next.day < day) return <Tag look="danger">refresh overdue</Tag>;
  return <span className="text-s text-ink-3">{next ? 'refresh' : tokenKind(token)}</span>;
}

// What is due in one account, and the dialog that answers to a date.
import { Download } from 'lucide-react';
import type { Metadata, Route } from 'next';
import { AnswerDialog } from '@/components/due/answer-dialog';
import { answerHref, DueView, dueHref } from '@/components/due/due-view';
import { FocusTarget } from '@/components/due/focus-target';
import { GoneTokens } from '@/components/due/gone-tokens';
import { StaleData } from '@/components/tokens/stale-data';
import { Icon } from '@/components/ui/icon';
import { Notice } from '@/components/ui/notice';
import { Poll } from '@/components/ui/poll';
import { ageInWords } from '@/lib/domain/age';
import {
  type DueQuery,
  type DueRow,
  findDue,
  parseDueQuery,
  printDueQuery,
  rowAfter,
  rowId,
} from '@/lib/domain/due-query';
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
  const actor = await signedIn(dueHref(`${base}/due`, query));
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

async function Due({ actor, account, base, query, due, given }: DueProps) {
  const { problem, pending, readAt, isRefreshing } = due;
  const day = today();
  const path = `${base}/due`;
  const found = findDue(due, query, day);
  const { shown } = found;
  const mayAnswer = mayOn(actor, account, 'note.change');
  const answering = mayAnswer && given.act === 'answer' ? rowOf(due, given.date) : null;
  const here = dueHref(path, query);
  if (pending.size > 0)
    await showFirst(
      actor,
      account,
      shown.map(({ token }) => token.name),
    );
  return (
    <>
      <DueView
        title="Due"
        asOf={`as of ${ageInWords(readAt, currentTime())}`}
        path={path}
        source={due}
        query={query}
        found={found}
        today={day}
        told={
          <>
            {problem && (
              <div className="mb-5 empty:hidden">
                <StaleData problem={problem} age={ageInWords(readAt, currentTime())} isAgeTold />
              </div>
            )}
            {typeof given.done === 'string' && DONE.has(given.done) && !answering && (
              <div className="mb-5">
                <Notice look="ok" title={DONE.get(given.done) ?? ''} />
              </div>
            )}
          </>
        }
        gone={
          <GoneTokens accounts={[{ href: `${base}/edgeworkers` as Route, account: null, gone: due.gone }]} />
        }
        tokens={due.tokens}
        files={<Files path={path} query={query} />}
        remark={
          due.knowsNamespaces
            ? null
            : 'The namespaces could not be read: findings about them are missing now.'
        }
        isPending={({ token }) => pending.has(token.name)}
        tokenHref={({ token }) => `${base}/tokens/${encodeURIComponent(token.name)}` as Route}
        answerHref={mayAnswer ? (row) => answerHref(path, query, row) : null}
        accountHref={null}
      />
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

function rowOf(due: DueOverview, date: Given[string]): DueRow | null {
  return [...due.items, ...due.dateless].find((row) => rowId(row) === date) ?? null;
}

function idAfter(rows: readonly DueRow[], row: DueRow, ofAnother: boolean): string {
  const next = rowAfter(rows, row, ofAnother);
  return next ? rowId(next) : '';
}

/** What the filters leave, to download. */
function Files({ path, query }: { path: string; query: DueQuery }) {
  const { view: _, month: __, day: ___, page: ____, ...filter } = query;
  const filters = printDueQuery(filter);
  return (
    <p className="flex gap-1">
      {(['csv', 'json'] as const).map((format) => (
        <a
          key={format}
          href={`${path}/export?format=${format}${filters && `&${filters}`}`}
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
  );
}

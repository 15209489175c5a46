// All tokens of an account: search, filters, order and page stand in the URL.
import { Download, Plus, RefreshCw } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { RunNotice, runHref } from '@/components/bulk/run-parts';
import { Doubts } from '@/components/tokens/doubts';
import { Filters } from '@/components/tokens/filters';
import { NoMatch } from '@/components/tokens/no-match';
import { SelectionBar } from '@/components/tokens/selection-bar';
import { ShownCount } from '@/components/tokens/shown-count';
import { StaleData } from '@/components/tokens/stale-data';
import { TokenTable } from '@/components/tokens/token-table';
import { ButtonForm } from '@/components/ui/button-form';
import { Icon } from '@/components/ui/icon';
import { Notice } from '@/components/ui/notice';
import { Pager } from '@/components/ui/pager';
import { Poll } from '@/components/ui/poll';
import { edgeWorkersHref } from '@/components/usage/usage-parts';
import { ageInWords } from '@/lib/domain/age';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import { printSelection } from '@/lib/domain/selection';
import { type Token, tokenStatus } from '@/lib/domain/token';
import {
  type Notes,
  ownersOf,
  parseTokenQuery,
  printTokenQuery,
  queryTokens,
  type TokenQuery,
} from '@/lib/domain/token-query';
import type { Usages } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';
import { listOpenRuns, type RunSummary } from '@/lib/services/bulk';
import { type DoubtView, listDoubts } from '@/lib/services/doubts';
import { listEdgeWorkers } from '@/lib/services/inventory';
import { readNotes } from '@/lib/services/notes';
import type { Actor } from '@/lib/services/session';
import { currentTime, today } from '@/lib/services/surroundings';
import { listTokens, showFirst, type TokenOverview } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';
import { rereadAction } from '../../actions';
import { PageFrame, ProblemPage } from '../../page-frame';
import { mayOn, signedIn } from '../../signed-in';

export const metadata: Metadata = { title: 'Tokens' };

export default async function TokensPage({ params, searchParams }: PageProps<'/[account]/tokens'>) {
  const account = decodeURIComponent((await params).account);
  const sought = await searchParams;
  const query = parseTokenQuery(sought);
  const base = `/${encodeURIComponent(account)}/tokens`;
  const search = printTokenQuery(query);
  const actor = await signedIn(search ? `${base}?${search}` : base);
  // Together, so that a slow Akamai is waited for once.
  const [listed, edgeWorkers] = await Promise.all([
    listTokens(actor, account, 'briefly'),
    listEdgeWorkers(actor, account, 'briefly'),
  ]);
  const doubts = await listDoubts(actor, account);
  const open = await listOpenRuns(actor, account);
  return (
    <PageFrame actor={actor} account={account} section="tokens">
      {listed.ok ? (
        <>
          <Revoked name={sought.revoked} tokens={listed.value.tokens} />
          <Tokens
            actor={actor}
            account={account}
            base={base}
            query={query}
            overview={listed.value}
            doubts={doubts.ok ? doubts.value : []}
            runs={open.ok ? open.value.runs : []}
            edgeWorkers={edgeWorkers.ok ? edgeWorkers.value : []}
          />
        </>
      ) : (
        <ProblemPage title="Tokens" problem={listed.problem}>
          <Reread account={account} label="Try again" />
        </ProblemPage>
      )}
    </PageFrame>
  );
}

type TokensProps = {
  actor: Actor;
  account: string;
  base: string;
  query: TokenQuery;
  overview: TokenOverview;
  doubts: readonly DoubtView[];
  runs: readonly RunSummary[];
  edgeWorkers: readonly EdgeWorker[];
};

async function Tokens({ actor, account, base, query, overview, doubts, runs, edgeWorkers }: TokensProps) {
  const { tokens, readAt, problem, isRefreshing, pending } = overview;
  const day = today();
  const noted = await readNotes(actor, account);
  const notes: Notes = noted.ok ? noted.value : new Map();
  const usage = await readUsage(actor, account, 'briefly');
  const usages: Usages = usage.ok ? usage.value.usages : new Map();
  const scannedAt = usage.ok ? usage.value.asOf : null;
  const page = queryTokens(tokens, query, day, notes, usages);
  const href = (changed: TokenQuery) => {
    const search = printTokenQuery(changed);
    return (search ? `${base}?${search}` : base) as Route;
  };
  const tokenHref = ({ name }: Token, act?: 'refresh' | 'revoke') =>
    `${base}/${encodeURIComponent(name)}${act ? `?act=${act}` : ''}` as Route;
  if (pending.size > 0)
    await showFirst(
      actor,
      account,
      page.rows.map((row) => row.name),
    );
  const names = edgeWorkers.map(({ id, name }) => ({ value: id, label: visibleText(`${id} ${name}`) }));
  const namespaces = [
    ...new Set(tokens.flatMap((token) => [...(token.details?.permissions.keys() ?? [])])),
  ].sort();
  // What was found to be done shows in the table itself.
  const openDoubts = doubts.filter(({ state }) => state !== 'done');
  const checking = openDoubts.filter(({ state }) => state === 'checking');
  const expired = tokens.filter((token) => tokenStatus(token, day) === 'expired').length;
  const mayRefresh = mayOn(actor, account, 'token.refresh');
  const mayNote = mayOn(actor, account, 'note.change');
  const mayPick = mayRefresh || mayNote;
  return (
    <>
      <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="grid flex-[1_1_16rem] gap-1">
          <h1>Tokens</h1>
          <p className="text-m text-ink-2">
            <b className="font-semibold text-ink">{tokens.length - expired}</b> in use
            {expired > 0 && ` · ${expired} expired still count against the limit`} · as of{' '}
            {ageInWords(readAt, currentTime())}
          </p>
        </div>
        <Reread account={account} />
        {mayOn(actor, account, 'token.create') && (
          <Link href={`${base}/new` as Route} prefetch={false} className="button" data-look="primary">
            <Icon of={Plus} />
            New token
          </Link>
        )}
      </div>
      {runs.length > 0 && (
        <div className="mb-5 grid gap-3">
          {runs.map((run) => (
            <RunNotice key={run.id} account={account} run={run} />
          ))}
        </div>
      )}
      {openDoubts.length > 0 && (
        <div className="mb-5 grid gap-3">
          <Doubts
            doubts={openDoubts}
            now={currentTime()}
            base={base}
            mayCreate={mayOn(actor, account, 'token.create')}
            withLinks
          />
        </div>
      )}
      {problem && (
        <div className="mb-5 empty:hidden">
          <StaleData problem={problem} age={ageInWords(readAt, currentTime())} isAgeTold />
        </div>
      )}
      {tokens.length === 0 ? (
        <EmptyAccount base={base} mayCreate={mayOn(actor, account, 'token.create')} />
      ) : (
        <>
          <Filters
            query={query}
            namespaces={namespaces}
            edgeWorkers={names}
            owners={ownersOf(notes)}
            href={href}
          />
          <ShownCount
            matching={page.matching}
            undecided={page.undecided}
            pending={pending.size}
            total={tokens.length}
          >
            <Link href={edgeWorkersHref(account)} prefetch={false} className="ml-auto text-ink-3">
              {scannedAt === null
                ? 'EdgeWorkers never scanned'
                : `EdgeWorkers scanned ${ageInWords(scannedAt, currentTime())}`}
            </Link>
            <a
              href={`${base}/export?${printTokenQuery(query)}`}
              className="button"
              data-look="plain"
              download
            >
              <Icon of={Download} />
              CSV
            </a>
          </ShownCount>
          {page.rows.length === 0 ? (
            <NoMatch query={query} expired={expired} href={href} base={base as Route} />
          ) : (
            <form action={`/${encodeURIComponent(account)}/selected`} autoComplete="off">
              <TokenTable
                caption={`Tokens of ${account}`}
                tokens={page.rows}
                today={day}
                query={query}
                sortHref={(sort, descending) => href({ ...query, sort, descending, page: 1 })}
                tokenHref={tokenHref}
                isBusy={pending.size > 0}
                isPending={({ name }) => pending.has(name)}
                notes={notes}
                usages={usages}
                isDoubtful={({ name }) => checking.some((one) => one.name === name)}
                mayRefresh={mayRefresh}
                mayRevoke={mayOn(actor, account, 'token.revoke')}
                mayPick={mayPick}
              />
              {mayPick && (
                <SelectionBar
                  matching={page.matching}
                  allHref={`/${encodeURIComponent(account)}/selected?${selectionOf(query)}` as Route}
                  exportHref={`${base}/export`}
                  runsHref={runHref(account)}
                  mayRefresh={mayRefresh}
                  mayNote={mayNote}
                />
              )}
            </form>
          )}
          <Pager page={page} href={(number) => href({ ...query, page: number })} />
        </>
      )}
      {(isRefreshing || (pending.size > 0 && !problem) || checking.length > 0 || runs.length > 0) && (
        <Poll mark={`${readAt} ${pending.size} ${checking.length} ${runs.length}`} />
      )}
    </>
  );
}

/** Everything that matches, as the page of the selection takes it. */
function selectionOf(query: TokenQuery): string {
  return printSelection({ names: [], query, job: null, withLegacy: false });
}

/** Says that a token was revoked, when the URL says so and the list agrees. */
function Revoked({ name, tokens }: { name: unknown; tokens: readonly Token[] }) {
  if (typeof name !== 'string' || tokens.some((token) => token.name === name)) return null;
  return (
    <div className="mb-5">
      <Notice
        look="ok"
        title={`${visibleText(name)} was revoked.`}
        text="Bundles that still hold it get HTTP 401 from EdgeKV."
      />
    </div>
  );
}

/** Asks Akamai again for the same view. Without a label it is the small round arrow. */
function Reread({ account, label }: { account: string; label?: string }) {
  return (
    <ButtonForm action={rereadAction}>
      <input type="hidden" name="account" value={account} />
      <button
        type="submit"
        className="button"
        {...(label ? {} : { 'data-look': 'plain', 'data-square': true })}
      >
        <Icon of={RefreshCw} />
        {label ?? <span className="sr-only">Read again from Akamai</span>}
      </button>
    </ButtonForm>
  );
}

function EmptyAccount({ base, mayCreate }: { base: string; mayCreate: boolean }) {
  return (
    <div className="grid justify-items-start gap-3 rounded-control border border-dashed border-line-strong px-6 py-8">
      <p>This account has no EdgeKV access token yet.</p>
      {mayCreate && (
        <Link href={`${base}/new` as Route} className="button" data-look="primary">
          Create the first one
        </Link>
      )}
    </div>
  );
}

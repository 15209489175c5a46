// Tokens that somebody selected in the table, by name or by its filters, and what is to be done with them. All of it
// stands in the URL.
import { ChevronLeft, Download } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { NotesForm, RefreshForm } from '@/components/bulk/job-forms';
import { RunNotice } from '@/components/bulk/run-parts';
import { Status } from '@/components/tokens/marks';
import { Icon } from '@/components/ui/icon';
import { can, touchedBy } from '@/lib/domain/access';
import type { Day } from '@/lib/domain/day';
import {
  type Chosen,
  choose,
  JOBS,
  type Job,
  LEFT_OUT,
  LEFT_OUT_WORDS,
  parseSelection,
  printSelection,
  type Selection,
} from '@/lib/domain/selection';
import { type Token, tokenStatus } from '@/lib/domain/token';
import { printTokenQuery } from '@/lib/domain/token-query';
import { visibleText } from '@/lib/domain/visible-text';
import { listOpenRuns } from '@/lib/services/bulk';
import { listDoubts } from '@/lib/services/doubts';
import { readNotes } from '@/lib/services/notes';
import type { Actor } from '@/lib/services/session';
import { newAttempt, today } from '@/lib/services/surroundings';
import { listTokens } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';
import { PageFrame, ProblemPage } from '../../page-frame';
import { mayOn, signedIn } from '../../signed-in';
import { StaleTokens } from '../stale-tokens';
import { beginRunAction, changeNotesAction } from './actions';

export const metadata: Metadata = { title: 'Selected tokens' };

const JOB_RIGHTS = {
  refresh: 'token.refresh',
  owner: 'note.change',
  review: 'note.change',
} as const satisfies Record<Job, string>;
const JOB_WORDS: Readonly<Record<Job, string>> = { refresh: 'Refresh', owner: 'Owner', review: 'Review by' };

const TAB =
  '-mb-px flex min-h-9 flex-none items-center border-b-2 border-transparent text-ink-2 no-underline hover:text-ink max-sm:min-h-11 aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink';

export default async function SelectedPage({ params, searchParams }: PageProps<'/[account]/selected'>) {
  const account = decodeURIComponent((await params).account);
  const selection = parseSelection(await searchParams);
  const base = `/${encodeURIComponent(account)}`;
  const actor = await signedIn(`${base}/selected?${printSelection(selection)}`);
  const listed = await listTokens(actor, account, 'briefly');
  const tokensHref =
    `${base}/tokens${selection.query ? `?${printTokenQuery(selection.query)}` : ''}` as Route;
  return (
    <PageFrame actor={actor} account={account} section="tokens">
      <Link
        href={tokensHref}
        prefetch={false}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-m text-ink-2 no-underline hover:text-ink hover:underline"
      >
        <Icon of={ChevronLeft} small />
        Tokens
      </Link>
      {listed.ok ? (
        <>
          <StaleTokens listed={listed.value} />
          <Selected
            actor={actor}
            account={account}
            selection={selection}
            tokens={listed.value.tokens}
            tokensHref={tokensHref}
          />
        </>
      ) : (
        <ProblemPage title="Selected tokens" problem={listed.problem} />
      )}
    </PageFrame>
  );
}

type SelectedProps = {
  actor: Actor;
  account: string;
  selection: Selection;
  tokens: readonly Token[];
  tokensHref: Route;
};

async function Selected({ actor, account, selection, tokens, tokensHref }: SelectedProps) {
  const [notes, usage, doubts, open] = await Promise.all([
    readNotes(actor, account),
    readUsage(actor, account, 'briefly'),
    listDoubts(actor, account),
    listOpenRuns(actor, account),
  ]);
  const allowed = JOBS.filter((one) => mayOn(actor, account, JOB_RIGHTS[one]));
  const job = allowed.find((one) => one === selection.job) ?? null;
  const asked = { ...selection, job };
  const inDoubt = new Set(
    doubts.ok ? doubts.value.filter(({ state }) => state === 'checking').map(({ name }) => name) : [],
  );
  const day = today();
  const chosen = choose(tokens, asked, {
    today: day,
    notes: notes.ok ? notes.value : new Map(),
    usages: usage.ok ? usage.value.usages : new Map(),
    isWithinLimits: (token) => job === null || isWithinLimits(actor, account, job, token),
    isInDoubt: (name) => inDoubt.has(name),
    isInRun: (name) => open.ok && open.value.names.has(name),
  });
  const count = chosen.tokens.length;
  if (count === 0 && chosen.leftOut.size === 0)
    return (
      <div className="grid justify-items-start gap-3">
        <h1>No token is selected</h1>
        <p className="text-ink-2">Tick tokens in the table, or select all that match its filters.</p>
      </div>
    );
  const own = `/${encodeURIComponent(account)}/selected`;
  const names = chosen.tokens.map(({ name }) => name);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <div className="grid gap-4">
        <h1>{heading(job, count)}</h1>
        <nav
          aria-label="What to do with them"
          className="flex gap-5 overflow-x-auto border-b border-line text-m"
        >
          {allowed.map((one) => (
            <Link
              key={one}
              href={`${own}?${printSelection({ ...selection, job: one })}` as Route}
              prefetch={false}
              className={TAB}
              aria-current={one === job ? 'page' : undefined}
            >
              {JOB_WORDS[one]}
            </Link>
          ))}
          <a
            href={`/${encodeURIComponent(account)}/tokens/export?${printSelection({ ...selection, job: null })}`}
            className={`${TAB} gap-1.5`}
            download
          >
            <Icon of={Download} small />
            CSV
          </a>
        </nav>
      </div>
      {open.ok && open.value.runs.map((run) => <RunNotice key={run.id} account={account} run={run} />)}
      {job === 'refresh' && count > 0 && (
        <section aria-label="Refresh" className="grid max-w-2xl gap-4">
          <p className="text-ink-2">
            Akamai renews what is behind each reference. The references stay, and bundles need no change. It
            is done in the background, as fast as Akamai allows and after what people wait for; you can leave
            the page and find it again under Runs.
          </p>
          <RefreshForm
            action={beginRunAction}
            account={account}
            names={names}
            attempt={newAttempt()}
            keepHref={tokensHref}
          />
        </section>
      )}
      {(job === 'owner' || job === 'review') && count > 0 && (
        <NotesForm
          key={job}
          action={changeNotesAction}
          account={account}
          names={names}
          job={job}
          keepHref={tokensHref}
        />
      )}
      <LeftOutList chosen={chosen} />
      {job === 'refresh' && (chosen.leftOut.get('legacy')?.length ?? 0) > 0 && (
        <p className="text-m">
          <Link href={`${own}?${printSelection({ ...asked, withLegacy: true })}` as Route} prefetch={false}>
            Try the legacy tokens too
          </Link>{' '}
          <span className="text-ink-2">Each shows what Akamai answers.</span>
        </p>
      )}
      {count > 0 && (
        <ChosenList tokens={chosen.tokens} base={`/${encodeURIComponent(account)}/tokens`} day={day} />
      )}
    </div>
  );
}

function heading(job: Job | null, count: number): string {
  const tokens = count === 1 ? '1 token' : `${count} tokens`;
  if (job === 'refresh') return `Refresh ${tokens}`;
  if (job === 'owner') return `Set the owner of ${tokens}`;
  return job === 'review' ? `Set the review of ${tokens}` : `${tokens} selected`;
}

function isWithinLimits({ level, scope }: Actor, account: string, job: Job, { details }: Token): boolean {
  return !details || can(level, JOB_RIGHTS[job], scope, touchedBy(account, details));
}

function ChosenList({ tokens, base, day }: { tokens: readonly Token[]; base: string; day: Day }) {
  return (
    <section aria-labelledby="chosen">
      <h2 id="chosen" className="mb-2">
        {tokens.length === 1 ? 'This token' : `These ${tokens.length} tokens`}
      </h2>
      <ul className="grid gap-x-8 text-m sm:grid-cols-2 xl:grid-cols-3">
        {tokens.map((token) => (
          <li
            key={token.name}
            className="flex min-h-8 items-center justify-between gap-3 border-b border-line py-1"
          >
            <Link
              href={`${base}/${encodeURIComponent(token.name)}` as Route}
              prefetch={false}
              className="min-w-0 text-ink no-underline [overflow-wrap:anywhere] hover:text-accent-text hover:underline"
            >
              {visibleText(token.name)}
            </Link>
            <span className="flex-none">
              <Status status={tokenStatus(token, day)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Beyond these the names of one reason are counted. */
const NAMED_MAX = 30;

function LeftOutList({ chosen: { leftOut } }: { chosen: Chosen }) {
  const present = LEFT_OUT.filter((why) => (leftOut.get(why)?.length ?? 0) > 0);
  if (present.length === 0) return null;
  return (
    <section aria-labelledby="left-out">
      <h2 id="left-out" className="mb-2">
        Left out
      </h2>
      <dl className="grid gap-2 text-m">
        {present.map((why) => {
          const names = leftOut.get(why) ?? [];
          return (
            <div key={why}>
              <dt className="font-medium">{LEFT_OUT_WORDS[why]}</dt>
              <dd className="text-ink-2 [overflow-wrap:anywhere]">
                {names.slice(0, NAMED_MAX).map(visibleText).join(', ')}
                {names.length > NAMED_MAX && ` and ${names.length - NAMED_MAX} more`}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

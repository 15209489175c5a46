// One token: all that Akamai knows of it, and what can be done with it. `?act=` opens a dialog over it.
import { ChevronLeft, CopyPlus, Download, RefreshCw } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { RunNotice } from '@/components/bulk/run-parts';
import { newDeploymentHref } from '@/components/deployments/hrefs';
import { ChangeForm } from '@/components/tokens/change-form';
import { Doubts } from '@/components/tokens/doubts';
import { FindingList } from '@/components/tokens/finding-list';
import { Networks, Status } from '@/components/tokens/marks';
import { NoteFacts } from '@/components/tokens/note';
import { KeepNoteForm, NoteForm } from '@/components/tokens/note-form';
import { Sentence } from '@/components/tokens/sentence';
import { StaleData } from '@/components/tokens/stale-data';
import { Facts, NotAsAsked, PermissionTable, SnippetBlock, Timeline } from '@/components/tokens/token-view';
import { CodeBlock } from '@/components/ui/code-block';
import { Icon } from '@/components/ui/icon';
import { Modal } from '@/components/ui/modal';
import { Notice } from '@/components/ui/notice';
import { Poll } from '@/components/ui/poll';
import { ProblemPanel } from '@/components/ui/problem-panel';
import { ScanState } from '@/components/usage/scan-state';
import { UsedBy } from '@/components/usage/used-by';
import { ageInWords } from '@/lib/domain/age';
import { cliOptions, createCommand, tokenCommand } from '@/lib/domain/cli-command';
import type { Namespace } from '@/lib/domain/namespace';
import { joinWords, NETWORKS } from '@/lib/domain/permissions';
import { tokenSnippet } from '@/lib/domain/snippet';
import { type KnownToken, type Token, type TokenDetails, tokenKind, tokenStatus } from '@/lib/domain/token';
import { EMPTY_NOTE, isEmptyNote, type TokenNote } from '@/lib/domain/token-note';
import { tokenSentence } from '@/lib/domain/token-sentence';
import { visibleText } from '@/lib/domain/visible-text';
import { readCliAccount } from '@/lib/services/accounts';
import { listOpenRuns, type RunSummary } from '@/lib/services/bulk';
import { type DoubtView, listDoubts } from '@/lib/services/doubts';
import { readFindings } from '@/lib/services/due';
import { readAnswers } from '@/lib/services/due-answers';
import { listEdgeWorkers, listNamespaces } from '@/lib/services/inventory';
import { readEarlierNote, readNotes } from '@/lib/services/notes';
import { type Actor, mustSignInAgain } from '@/lib/services/session';
import { currentTime, newAttempt, today } from '@/lib/services/surroundings';
import { readToken, type TokenView } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';
import { PageFrame, ProblemPage } from '../../../page-frame';
import { mayOn, signedIn } from '../../../signed-in';
import { cancelScanAction, scanAction } from '../../edgeworkers/actions';
import { changeNoteAction, keepNoteAction, refreshAction, revokeAction } from './actions';
import { RevokeDialog } from './revoke-dialog';

type PageParams = PageProps<'/[account]/tokens/[name]'>;

export async function generateMetadata({ params }: PageParams): Promise<Metadata> {
  // Decoded already, unlike what the page itself gets.
  return { title: visibleText((await params).name) };
}

export default async function TokenPage({ params, searchParams }: PageParams) {
  const { account: slug, name: encodedName } = await params;
  const account = decodeURIComponent(slug);
  const name = decodeURIComponent(encodedName);
  const { act, done } = await searchParams;
  const base = `/${encodeURIComponent(account)}/tokens`;
  const actor = await signedIn(`${base}/${encodeURIComponent(name)}`);
  // Together, so that a slow Akamai is waited for once.
  const [view, namespaces, edgeWorkers] = await Promise.all([
    readToken(actor, account, name, 'briefly'),
    listNamespaces(actor, account, 'briefly'),
    listEdgeWorkers(actor, account, 'briefly'),
  ]);
  const doubts = await doubtsOf(actor, account, name);
  const open = await listOpenRuns(actor, account);
  const runId = open.ok ? open.value.names.get(name) : undefined;
  const run = open.ok ? open.value.runs.find(({ id }) => id === runId) : undefined;
  return (
    <PageFrame actor={actor} account={account} section="tokens">
      <Link
        href={base as Route}
        prefetch={false}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-m text-ink-2 no-underline hover:text-ink hover:underline"
      >
        <Icon of={ChevronLeft} small />
        Tokens
      </Link>
      {view.ok ? (
        <TokenDetail
          actor={actor}
          account={account}
          view={view.value}
          doubts={doubts}
          run={run}
          namespaces={namespaces.ok ? namespaces.value : null}
          names={new Map(edgeWorkers.ok ? edgeWorkers.value.map((one) => [one.id, one.name]) : [])}
          path={`${base}/${encodeURIComponent(name)}`}
          act={act}
          done={done}
        />
      ) : doubts.length > 0 ? (
        <div className="grid gap-3">
          <h1 className="mb-2">{visibleText(name)}</h1>
          <TokenDoubts mayCreate={mayOn(actor, account, 'token.create')} doubts={doubts} base={base} />
          {view.problem.code !== 'token-not-found' && <ProblemPanel problem={view.problem} />}
        </div>
      ) : (
        <ProblemPage title={visibleText(name)} problem={view.problem} />
      )}
    </PageFrame>
  );
}

async function doubtsOf(actor: Actor, account: string, name: string): Promise<readonly DoubtView[]> {
  const doubts = await listDoubts(actor, account);
  return doubts.ok ? doubts.value.filter((doubt) => doubt.name === name) : [];
}

type TokenDoubtsProps = { doubts: readonly DoubtView[]; base: string; mayCreate: boolean };

/** What is in doubt about the token; the page follows it. */
function TokenDoubts({ doubts, base, mayCreate }: TokenDoubtsProps) {
  const checking = doubts.filter(({ state }) => state === 'checking').length;
  return (
    <div className="grid gap-3">
      <Doubts doubts={doubts} now={currentTime()} base={base} mayCreate={mayCreate} withLinks={false} />
      {checking > 0 && <Poll mark={String(checking)} />}
    </div>
  );
}

type Shown = {
  actor: Actor;
  account: string;
  view: TokenView;
  doubts: readonly DoubtView[];
  path: string;
};

type DetailProps = Shown & {
  /** The run that is refreshing it. */
  run: RunSummary | undefined;
  namespaces: readonly Namespace[] | null;
  /** Of EdgeWorkers, by id. */
  names: ReadonlyMap<string, string>;
  act: unknown;
  done: unknown;
};

async function TokenDetail({ act, done, run, namespaces, names, ...shown }: DetailProps) {
  const { actor, account, view, doubts, path } = shown;
  const { token, problem, readAt, isRefreshing } = view;
  const day = today();
  const status = tokenStatus(token, day);
  const [notes, answers, findings] = await Promise.all([
    readNotes(actor, account),
    readAnswers(actor, account),
    readFindings(actor, account, token, 'briefly'),
  ]);
  const note = (notes.ok ? notes.value.get(token.uuid) : undefined) ?? EMPTY_NOTE;
  const mayNote = mayOn(actor, account, 'note.change');
  const earlierNote = mayNote && isEmptyNote(note) ? await readEarlierNote(actor, account, token.name) : null;
  const earlier =
    earlierNote?.ok && earlierNote.value && !isEmptyNote(earlierNote.value) ? earlierNote.value : null;
  return (
    <>
      <Head {...shown} />
      <div className="mb-6 grid gap-3">
        {doubts.length > 0 && act === undefined && (
          <TokenDoubts
            mayCreate={mayOn(actor, account, 'token.create')}
            doubts={doubts}
            base={`/${encodeURIComponent(account)}/tokens`}
          />
        )}
        {run && <RunNotice account={account} run={run} />}
        {problem?.code === 'token-expired' && <ProblemPanel problem={problem} />}
        {isRefreshing && (
          <p className="text-m text-ink-2">
            As of {ageInWords(readAt, currentTime())}. Akamai is asked for what is newer.
          </p>
        )}
        {problem && problem.code !== 'token-expired' && (
          <StaleData problem={problem} age={ageInWords(readAt, currentTime())} />
        )}
        {view.differences && view.differences.length > 0 ? (
          <NotAsAsked differences={view.differences} />
        ) : (
          done === 'created' && (
            <Notice
              look="ok"
              title="The token was created."
              text={
                view.differences
                  ? 'It has exactly the rights that were asked for.'
                  : 'Its rights could not be compared with what was asked: look at them before you use it.'
              }
            />
          )
        )}
        {done === 'noted' && <Notice look="ok" title="It was noted." />}
        {done === 'refreshed' && (
          <Notice
            look="ok"
            title="The refresh was started."
            text="The reference stays the same; bundles need no change."
          />
        )}
        {status === 'activating' && (
          <Notice
            look="info"
            title="Akamai is activating this token."
            text="EdgeWorkers cannot use what is new about it yet. This page follows it."
          />
        )}
        {status === 'failed' && (
          <Notice
            look="danger"
            title="Akamai could not activate this token."
            text="Refresh it. If that fails again, create a successor and tell Akamai support the uuid below."
          />
        )}
      </div>
      {token.details && (
        <div className="mb-6">
          <Sentence segments={tokenSentence({ ...token.details, expiry: token.expiry })} />
        </div>
      )}
      <Facts token={token} edgeWorkerNames={names} />
      <div className="mt-8 grid items-start gap-x-10 gap-y-8 grid-cols-[minmax(0,1fr)] lg:grid-cols-[minmax(0,1fr)_17rem]">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-8">
          {findings.ok && findings.value.length > 0 && (
            <section aria-labelledby="findings">
              <h2 id="findings" className="mb-2">
                Findings
              </h2>
              <FindingList findings={findings.value} />
            </section>
          )}
          {token.details && (
            <section aria-labelledby="permissions">
              <h2 id="permissions" className="mb-1">
                Permissions
              </h2>
              <PermissionTable permissions={token.details.permissions} namespaces={namespaces} />
            </section>
          )}
          <UsedBySection actor={actor} account={account} token={token} />
          {isKnown(token) && <InTheBundle {...shown} token={token} />}
          <WithTheCli actor={actor} account={account} token={token} />
        </div>
        <aside className="grid gap-8">
          <section aria-labelledby="note">
            <div className="mb-2 flex min-h-8 items-center justify-between gap-4">
              <h2 id="note">Known here</h2>
              {mayNote && (
                <Link
                  href={`${path}?act=note` as Route}
                  prefetch={false}
                  scroll={false}
                  className="button"
                  data-look="plain"
                >
                  Edit<span className="sr-only"> what is known here</span>
                </Link>
              )}
            </div>
            <NoteFacts
              note={note}
              review={answers.ok ? (answers.value.reviews.get(token.uuid) ?? null) : null}
            />
            {mayNote && earlier && <KeepNote account={account} name={token.name} note={earlier} />}
          </section>
          <section aria-labelledby="dates">
            <h2 id="dates" className="mb-3">
              Dates
            </h2>
            <Timeline token={token} today={day} />
          </section>
        </aside>
      </div>
      {act === 'refresh' && mayOn(actor, account, 'token.refresh') && (
        <RefreshDialog account={account} token={token} path={path} />
      )}
      {act === 'note' && mayNote && (
        <NoteDialog account={account} name={token.name} note={note} path={path} />
      )}
      {act === 'revoke' && mayOn(actor, account, 'token.revoke') && (
        <RevokeDialog
          action={revokeAction}
          actor={actor}
          account={account}
          token={token}
          names={names}
          path={path}
        />
      )}
      {(isRefreshing || token.activation === 'in-progress') && act === undefined && (
        <Poll mark={isRefreshing ? 'newer' : 'activation'} />
      )}
    </>
  );
}

async function WithTheCli({ actor, account, token }: { actor: Actor; account: string; token: Token }) {
  const way = await readCliAccount(actor, account);
  const options = cliOptions(way.ok ? way.value : null);
  return (
    <section aria-labelledby="cli" className="grid gap-2">
      <h2 id="cli">With the official CLI</h2>
      {token.details && (
        <CodeBlock title="make one like it" text={likeIt(token.name, token.details, options)} />
      )}
      <CodeBlock title="show" text={tokenCommand('download', token.name, options)} />
      <CodeBlock title="refresh" text={tokenCommand('refresh', token.name, options)} />
      <CodeBlock title="revoke" text={tokenCommand('revoke', token.name, options)} />
    </section>
  );
}

function likeIt(name: string, { networks, permissions, edgeWorkers }: TokenDetails, options: string): string {
  const restriction = edgeWorkers === 'all' ? {} : { restrictToEdgeWorkerIds: [...edgeWorkers] };
  const allowed = { allowOnStaging: networks.staging, allowOnProduction: networks.production };
  return createCommand({ name, permissions, ...allowed, ...restriction }, options);
}

function isKnown(token: Token): token is KnownToken {
  return token.details !== null;
}

function Head({ actor, view: { token }, path, account }: Shown) {
  const { details } = token;
  const on = details ? NETWORKS.filter((network) => details.networks[network]) : [];
  const status = tokenStatus(token, today());
  const duplicate =
    `/${encodeURIComponent(account)}/tokens/new?from=${encodeURIComponent(token.name)}` as Route;
  return (
    <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-3">
      <div className="grid flex-[1_1_16rem] gap-1">
        <h1>{visibleText(token.name)}</h1>
        <p className="flex flex-wrap items-center gap-2.5">
          <Status status={status} />
          {details && (
            <span className="inline-flex items-center gap-2 text-m text-ink-2">
              <Networks networks={details.networks} />
              {joinWords(on)}
            </span>
          )}
        </p>
      </div>
      <p className="flex flex-wrap gap-2">
        {mayOn(actor, account, 'token.refresh') && tokenKind(token) === 'auto-refresh' && (
          <Link href={`${path}?act=refresh` as Route} prefetch={false} scroll={false} className="button">
            <Icon of={RefreshCw} small />
            Refresh
          </Link>
        )}
        {mayOn(actor, account, 'token.create') && details && (
          <Link href={duplicate} prefetch={false} className="button">
            <Icon of={CopyPlus} small />
            Duplicate
          </Link>
        )}
        {mayOn(actor, account, 'token.revoke') && (
          <Link href={`${path}?act=revoke` as Route} prefetch={false} scroll={false} className="button">
            Revoke…
          </Link>
        )}
      </p>
    </div>
  );
}

type UsedBySectionProps = { actor: Actor; account: string; token: Token };

async function UsedBySection({ actor, account, token: { name, uuid } }: UsedBySectionProps) {
  const read = await readUsage(actor, account, 'briefly');
  const usage = read.ok ? (read.value.usages.get(uuid) ?? null) : null;
  const mayScan = mayOn(actor, account, 'usage.scan');
  return (
    <section aria-labelledby="used-by">
      <h2 id="used-by" className="mb-1">
        Used by
      </h2>
      {read.ok ? (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
          <ScanState
            account={account}
            scan={read.value.scan}
            asOf={read.value.asOf}
            now={currentTime()}
            actions={mayScan ? { scan: scanAction, cancel: cancelScanAction } : null}
          />
          <UsedBy account={account} usage={usage} />
          {usage?.state === 'used' && mayOn(actor, account, 'bundle.patch') && (
            <p>
              <Link href={newDeploymentHref(account, { replaces: name })} prefetch={false} className="button">
                Put another token into these versions…
              </Link>
            </p>
          )}
        </div>
      ) : (
        <ProblemPanel problem={read.problem} />
      )}
    </section>
  );
}

function InTheBundle({ actor, account, token, path }: Shown & { token: KnownToken }) {
  const mayTake = mayOn(actor, account, 'token.retrieve');
  const isTooLate = token.details.kind === 'legacy' && mustSignInAgain(actor);
  const action = `/api/v1/tokens/${encodeURIComponent(token.name)}/tokens-file?account=${encodeURIComponent(account)}`;
  return (
    <section aria-labelledby="bundle">
      <h2 id="bundle" className="mb-2">
        In the bundle
      </h2>
      <SnippetBlock token={token} snippet={tokenSnippet(token)} />
      {mayTake && isTooLate && (
        <p className="mt-4">
          <Link
            href={`/sign-in?again=1&next=${encodeURIComponent(path)}` as Route}
            prefetch={false}
            className="button"
          >
            Sign in again to take the value
          </Link>
        </p>
      )}
      {mayTake && !isTooLate && (
        <div className="mt-4 grid gap-4">
          <form action={action} method="post" encType="multipart/form-data" className="grid gap-3">
            <div className="grid gap-1.5 text-m">
              <label htmlFor="tokens-file" className="font-medium">
                Put it into your own edgekv_tokens.js
              </label>
              <input
                id="tokens-file"
                type="file"
                name="file"
                accept=".js,text/javascript"
                className="box py-1"
              />
              <p className="text-s text-ink-3">
                Without a file you get a new one. Nothing is kept on the server.
              </p>
            </div>
            <label className="flex min-h-6 items-center gap-2 text-m">
              <input type="checkbox" name="overwrite" value="true" className="tick" />
              Replace entries of other tokens
            </label>
            <p className="flex flex-wrap gap-2">
              <button type="submit" className="button">
                <Icon of={Download} small />
                Download edgekv_tokens.js
              </button>
              <Link
                href={
                  `/${encodeURIComponent(account)}/bundles?token=${encodeURIComponent(token.name)}` as Route
                }
                prefetch={false}
                className="button"
                data-look="plain"
              >
                Patch a whole bundle instead
              </Link>
            </p>
          </form>
        </div>
      )}
    </section>
  );
}

type KeepNoteProps = { account: string; name: string; note: TokenNote };

/** What was known of an earlier token of this name is this one's only if somebody says so. */
function KeepNote({ account, name, note }: KeepNoteProps) {
  return (
    <div className="mt-4 grid gap-3 border-t border-line pt-3">
      <p className="text-m text-ink-2">An earlier token of this name had:</p>
      <NoteFacts note={note} />
      <KeepNoteForm action={keepNoteAction} account={account} name={name} />
    </div>
  );
}

type NoteDialogProps = { account: string; name: string; note: TokenNote; path: string };

function NoteDialog({ account, name, note, path }: NoteDialogProps) {
  return (
    <Modal labelledBy="note-title" closeHref={path as Route}>
      <h2 id="note-title" className="mb-4 text-xl">
        Known of {visibleText(name)}
      </h2>
      <NoteForm
        action={changeNoteAction}
        account={account}
        name={name}
        note={note}
        keepHref={path as Route}
      />
    </Modal>
  );
}

type DialogProps = { account: string; token: Token; path: string };

function RefreshDialog({ account, token, path }: DialogProps) {
  return (
    <Modal labelledBy="refresh-title" closeHref={path as Route}>
      <h2 id="refresh-title" className="mb-2 text-xl">
        Refresh {visibleText(token.name)}?
      </h2>
      <p className="mb-4 text-m text-ink-2">
        Akamai renews what is behind the reference. The reference stays, so no bundle changes. The activation
        is in progress again for a while.
      </p>
      <ChangeForm
        action={refreshAction}
        account={account}
        name={token.name}
        attempt={newAttempt()}
        submit="Refresh"
        look="primary"
        keep="Cancel"
        keepHref={path as Route}
        mustType={false}
      />
    </Modal>
  );
}

// A new token: empty, from a link's parameters, or as a copy of another (`?from=NAME`).
import { ChevronLeft } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { NewTokenForm } from '@/components/editor/new-token-form';
import { Icon } from '@/components/ui/icon';
import { ProblemPanel } from '@/components/ui/problem-panel';
import { levelOn } from '@/lib/domain/access';
import { cliOptions } from '@/lib/domain/cli-command';
import type { KnownToken, Token } from '@/lib/domain/token';
import { draftFromQuery, draftFromToken } from '@/lib/domain/token-draft';
import { visibleText } from '@/lib/domain/visible-text';
import { readCliAccount } from '@/lib/services/accounts';
import { listEdgeWorkers, listNamespaces } from '@/lib/services/inventory';
import { newAttempt } from '@/lib/services/surroundings';
import { listTokens, readToken } from '@/lib/services/tokens';
import { PageFrame, ProblemPage } from '../../../page-frame';
import { mayOn, signedIn } from '../../../signed-in';
import { newTokenAction } from './actions';

export const metadata: Metadata = { title: 'New token' };

export default async function NewTokenPage({ params, searchParams }: PageProps<'/[account]/tokens/new'>) {
  const account = decodeURIComponent((await params).account);
  const query = await searchParams;
  const base = `/${encodeURIComponent(account)}/tokens`;
  const actor = await signedIn(`${base}/new`);
  const asked = draftFromQuery(query);
  const [listed, namespaces, edgeWorkers, copied, way] = await Promise.all([
    listTokens(actor, account, 'briefly'),
    listNamespaces(actor, account),
    listEdgeWorkers(actor, account),
    asked.from ? readToken(actor, account, asked.from, 'briefly') : null,
    readCliAccount(actor, account),
  ]);
  const taken = listed.ok ? listed.value.tokens.map((token) => token.name) : [];
  const source = copied?.ok && isKnown(copied.value.token) ? copied.value.token : null;
  // A link that says more than where it is copied from is somebody's own draft.
  const isPlainCopy = source !== null && query.ns === undefined && query.name === undefined;
  const mayCreate = mayOn(actor, account, 'token.create');
  const draft = isPlainCopy ? draftFromToken(source, new Set(taken)) : asked;
  if (!namespaces.ok && namespaces.problem.code === 'unknown-account') {
    return (
      <PageFrame actor={actor} account={account} section="tokens">
        <ProblemPage title="New token" problem={namespaces.problem} />
      </PageFrame>
    );
  }
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
      <div className="mb-5 grid gap-1">
        <h1>New token</h1>
        {source && (
          <p className="text-m text-ink-2">Copied from {visibleText(source.name)}, which stays as it is.</p>
        )}
      </div>
      <div className="mb-5 grid gap-3">
        {!mayCreate && (
          <p className="rounded-control border border-info-line bg-info-soft px-3.5 py-2.5 text-m">
            Your role here ({levelOn(actor.level, actor.scope, account)}) may prepare a token but not create
            it. Send the link of the finished form to a manager.
          </p>
        )}
        {!namespaces.ok && <ProblemPanel problem={namespaces.problem} />}
        {copied && !copied.ok && <ProblemPanel problem={copied.problem} />}
      </div>
      <NewTokenForm
        action={newTokenAction}
        account={account}
        cliOptions={cliOptions(way.ok ? way.value : null)}
        draft={draft}
        namespaces={namespaces.ok ? namespaces.value : []}
        edgeWorkers={edgeWorkers.ok ? edgeWorkers.value : null}
        taken={taken}
        source={source && { name: source.name, permissions: source.details.permissions }}
        attempt={newAttempt()}
        mayCreate={mayCreate}
      />
    </PageFrame>
  );
}

function isKnown(token: Token): token is KnownToken {
  return token.details !== null;
}

// Bundles: drop them, see what they use and what a patch would change, take the patched ones away. A plain form before
// any script runs.
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { Workbench } from '@/components/bundles/workbench';
import { CodeBlock } from '@/components/ui/code-block';
import { can, levelOn } from '@/lib/domain/access';
import { tokenStatus } from '@/lib/domain/token';
import { listEdgeWorkers } from '@/lib/services/inventory';
import { publicUrl, today } from '@/lib/services/surroundings';
import { listTokens } from '@/lib/services/tokens';
import { PageFrame, ProblemPage } from '../../page-frame';
import { mayOn, signedIn } from '../../signed-in';
import { StaleTokens } from '../stale-tokens';
import { pipelineSnippets } from './pipeline';

export const metadata: Metadata = { title: 'Bundles' };

export default async function BundlesPage({ params, searchParams }: PageProps<'/[account]/bundles'>) {
  const account = decodeURIComponent((await params).account);
  const { token } = await searchParams;
  const chosen = [token ?? []].flat();
  const actor = await signedIn(`/${encodeURIComponent(account)}/bundles`);
  const [listed, edgeWorkers] = await Promise.all([
    listTokens(actor, account, 'briefly'),
    listEdgeWorkers(actor, account, 'briefly'),
  ]);
  const day = today();
  const names = listed.ok
    ? listed.value.tokens.filter((one) => tokenStatus(one, day) !== 'expired').map((one) => one.name)
    : [];
  const mayPatch = mayOn(actor, account, 'bundle.patch');
  return (
    <PageFrame actor={actor} account={account} section="bundles">
      {!listed.ok ? (
        <ProblemPage title="Bundles" problem={listed.problem} />
      ) : (
        <>
          <div className="mb-5 grid gap-1">
            <h1>Bundles</h1>
            <p className="text-m text-ink-2">
              Your files stay as they are, and nothing of them is kept on the server.
            </p>
          </div>
          <StaleTokens listed={listed.value} />
          {!mayPatch && (
            <p className="mb-4 rounded-control border border-info-line bg-info-soft px-3.5 py-2.5 text-m">
              Your role here ({levelOn(actor.level, actor.scope, account)}) may examine bundles but not patch
              them. Ask an admin for the role releaser.
            </p>
          )}
          <Workbench
            account={account}
            tokens={mayPatch ? names.sort() : []}
            chosen={mayPatch ? chosen.filter((name) => names.includes(name)) : []}
            edgeWorkers={edgeWorkers.ok ? edgeWorkers.value : []}
            mayPatch={mayPatch}
          />
          <section aria-labelledby="pipeline" className="mt-10 grid gap-2">
            <h2 id="pipeline">From a pipeline</h2>
            <p className="text-m text-ink-2">
              The same with a key of the role releaser, which{' '}
              {can(actor.level, 'key.change') ? (
                <Link href={'/keys' as Route} prefetch={false}>
                  you can make
                </Link>
              ) : (
                'an admin makes'
              )}
              . Anything but 200 is a JSON problem and no file. All calls:{' '}
              <Link href={'/api-docs' as Route} prefetch={false}>
                HTTP API
              </Link>
              .
            </p>
            {pipelineSnippets(publicUrl(), account, chosen[0] ?? 'TOKEN').map(({ title, text }) => (
              <CodeBlock key={title} title={title} text={text} />
            ))}
          </section>
        </>
      )}
    </PageFrame>
  );
}

// The newest deployments of an account.
import { ChevronLeft } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { deploymentHref, newDeploymentHref } from '@/components/deployments/hrefs';
import { Icon } from '@/components/ui/icon';
import { Poll } from '@/components/ui/poll';
import { Tag } from '@/components/ui/tag';
import { edgeWorkersHref } from '@/components/usage/usage-parts';
import { ageInWords } from '@/lib/domain/age';
import { countParts, partsInWords, versionsWords } from '@/lib/domain/deployment';
import { visibleText } from '@/lib/domain/visible-text';
import { type Deployment, listDeployments } from '@/lib/services/deployments';
import { currentTime } from '@/lib/services/surroundings';
import { PageFrame, ProblemPage } from '../../page-frame';
import { mayOn, signedIn } from '../../signed-in';

export const metadata: Metadata = { title: 'Deployments' };

export default async function DeploymentsPage({ params }: PageProps<'/[account]/deployments'>) {
  const account = decodeURIComponent((await params).account);
  const actor = await signedIn(deploymentHref(account));
  const deployments = await listDeployments(actor, account);
  return (
    <PageFrame actor={actor} account={account} section="edgeworkers">
      <Link
        href={edgeWorkersHref(account)}
        prefetch={false}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-m text-ink-2 no-underline hover:text-ink hover:underline"
      >
        <Icon of={ChevronLeft} small />
        EdgeWorkers
      </Link>
      {deployments.ok ? (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div className="grid gap-1">
              <h1>Deployments</h1>
              <p className="text-m text-ink-2">
                Tokens that were put into live versions of EdgeWorkers: patched, uploaded, activated.
              </p>
            </div>
            {mayOn(actor, account, 'bundle.patch') && (
              <Link href={newDeploymentHref(account)} prefetch={false} className="button">
                Put a token into live versions
              </Link>
            )}
          </div>
          <List account={account} deployments={deployments.value} />
        </div>
      ) : (
        <ProblemPage title="Deployments" problem={deployments.problem} />
      )}
    </PageFrame>
  );
}

function List({ account, deployments }: { account: string; deployments: readonly Deployment[] }) {
  const at = currentTime();
  if (deployments.length === 0) return <p className="text-ink-2">There was none yet.</p>;
  const rows = deployments.map((one) => ({ ...one, progress: partsInWords(countParts(one.items)) }));
  return (
    <>
      <ul className="grid">
        {rows.map(({ id, token, replaces, items, beganAt, who, progress, isUnderWay }) => (
          <li
            key={id}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2.5 text-m [overflow-wrap:anywhere]"
          >
            <Link href={deploymentHref(account, id)} prefetch={false}>
              {visibleText(token)} into {versionsWords(items.length)}
            </Link>
            {replaces !== null && <span className="text-ink-2">in place of {visibleText(replaces)}</span>}
            <span className="text-ink-2">
              {ageInWords(beganAt, at)} by {visibleText(who)}
            </span>
            <span>{progress}</span>
            {isUnderWay && <Tag look="info">under way</Tag>}
          </li>
        ))}
      </ul>
      {rows.some(({ isUnderWay }) => isUnderWay) && (
        <Poll mark={rows.map(({ progress }) => progress).join()} />
      )}
    </>
  );
}

// One deployment: what came of each version, and what can be done next. It follows the steps while they go on.

import { ChevronLeft } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { RunForm } from '@/components/bulk/job-forms';
import { ActivateForm, RetryForm } from '@/components/deployments/deployment-forms';
import { DeploymentItems, DeploymentProgress } from '@/components/deployments/deployment-parts';
import { deploymentHref } from '@/components/deployments/hrefs';
import { Icon } from '@/components/ui/icon';
import { Modal } from '@/components/ui/modal';
import { Notice } from '@/components/ui/notice';
import { Poll } from '@/components/ui/poll';
import { edgeWorkersHref, edgeWorkerWords, tokenHref } from '@/components/usage/usage-parts';
import { ageInWords } from '@/lib/domain/age';
import { countParts, STEP_KINDS, targets, versionField, versionsWords } from '@/lib/domain/deployment';
import { NETWORKS, type Network } from '@/lib/domain/permissions';
import { visibleText } from '@/lib/domain/visible-text';
import {
  type Deployment,
  type DeploymentItem,
  readDeployment,
  uploadsAllowed,
} from '@/lib/services/deployments';
import type { Actor } from '@/lib/services/session';
import { currentTime } from '@/lib/services/surroundings';
import { PageFrame, ProblemPage } from '../../../page-frame';
import { mayOn, signedIn } from '../../../signed-in';
import { activateAction, cancelDeploymentAction, retryUploadAction } from '../actions';

export const metadata: Metadata = { title: 'Deployment' };

export default async function DeploymentPage({
  params,
  searchParams,
}: PageProps<'/[account]/deployments/[id]'>) {
  const { account: slug, id: encodedId } = await params;
  const [account, id] = [decodeURIComponent(slug), decodeURIComponent(encodedId)];
  const { act } = await searchParams;
  const actor = await signedIn(deploymentHref(account, id));
  const deployment = await readDeployment(actor, account, id);
  return (
    <PageFrame actor={actor} account={account} section="edgeworkers">
      <Link
        href={deploymentHref(account)}
        prefetch={false}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-m text-ink-2 no-underline hover:text-ink hover:underline"
      >
        <Icon of={ChevronLeft} small />
        Deployments
      </Link>
      {deployment.ok ? (
        <Detail actor={actor} account={account} deployment={deployment.value} act={act} />
      ) : (
        <ProblemPage title="Deployment" problem={deployment.problem} />
      )}
    </PageFrame>
  );
}

type DetailProps = { actor: Actor; account: string; deployment: Deployment; act: unknown };

function Detail({ actor, account, deployment, act }: DetailProps) {
  const { id, token, replaces, items, isUnderWay, activatable } = deployment;
  const parts = countParts(items);
  const mayDeploy = mayOn(actor, account, 'edgeworker.deploy') && uploadsAllowed();
  const isOver = STEP_KINDS.every((kind) => parts[kind].done === parts[kind].all);
  const waits = items.some(({ steps }) => STEP_KINDS.some((kind) => steps[kind]?.state === 'waiting'));
  const asks = act === 'production' && mayDeploy && activatable.production > 0;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <div className="grid gap-1">
        <h1>
          {visibleText(token)} into {versionsWords(items.length)}
        </h1>
        <p className="text-m text-ink-2 [overflow-wrap:anywhere]">
          {replaces !== null && (
            <>
              In place of{' '}
              <Link href={tokenHref(account, replaces)} prefetch={false}>
                {visibleText(replaces)}
              </Link>
              {' · '}
            </>
          )}
          begun {ageInWords(deployment.beganAt, currentTime())} by {visibleText(deployment.who)}
        </p>
      </div>
      <DeploymentProgress parts={parts} isUnderWay={isUnderWay} />
      {isOver && (
        <Notice
          look="ok"
          title="Every version is active."
          text={
            replaces !== null && (
              <>
                Next:{' '}
                <Link href={edgeWorkersHref(account)} prefetch={false}>
                  scan
                </Link>{' '}
                to see that nothing uses {visibleText(replaces)} any more, then{' '}
                <Link href={tokenHref(account, replaces)} prefetch={false}>
                  revoke it
                </Link>
                .
              </>
            )
          }
        />
      )}
      {mayDeploy && waits && (
        <RunForm
          action={cancelDeploymentAction}
          account={account}
          id={id}
          attempt={null}
          submit="Cancel what waits"
        />
      )}
      {mayDeploy && <Activations account={account} deployment={deployment} />}
      <DeploymentItems
        account={account}
        items={items}
        more={(item) =>
          mayDeploy && canRetry(item) ? (
            <RetryForm
              key={`${item.version} ${item.steps.upload?.at}`}
              action={retryUploadAction}
              account={account}
              id={id}
              position={item.position}
              field={versionField(item.edgeWorker.id, item.base)}
              version={item.version}
              label={`${edgeWorkerWords(item.edgeWorker)} ${visibleText(item.base)}`}
            />
          ) : null
        }
      />
      {asks && <ProductionDialog account={account} deployment={deployment} />}
      {/* Not behind a dialog: what is typed there would be lost without JavaScript. */}
      {isUnderWay && !asks && <Poll mark={markOf(items)} />}
    </div>
  );
}

function canRetry({ steps }: DeploymentItem): boolean {
  return steps.upload?.state === 'failed' || steps.upload?.state === 'cancelled';
}

/** What changes whenever anything does. */
function markOf(items: readonly DeploymentItem[]): string {
  return items.flatMap(({ steps }) => STEP_KINDS.map((kind) => steps[kind]?.state ?? '')).join();
}

type Asked = { account: string; deployment: Deployment };

function Activations({ account, deployment: { id, activatable } }: Asked) {
  const open = NETWORKS.filter((network) => activatable[network] > 0);
  if (open.length === 0) return null;
  return (
    <section
      aria-label="Activate"
      className="grid items-end gap-x-8 gap-y-4 rounded-control border border-line bg-sunken px-4 py-3.5 sm:grid-cols-[minmax(0,22rem)_auto] sm:justify-start"
    >
      {open.map((network) =>
        network === 'production' ? (
          <Link
            key={network}
            href={`${deploymentHref(account, id)}?act=production` as Route}
            scroll={false}
            prefetch={false}
            className="button justify-self-start"
          >
            {activateWords(activatable[network], network)}…
          </Link>
        ) : (
          <ActivateForm
            key={network}
            action={activateAction}
            account={account}
            id={id}
            network={network}
            submit={activateWords(activatable[network], network)}
            confirm={null}
          />
        ),
      )}
    </section>
  );
}

function activateWords(count: number, network: Network): string {
  return `Activate ${versionsWords(count)} on ${network}`;
}

function ProductionDialog({ account, deployment: { id, items, activatable } }: Asked) {
  const here = deploymentHref(account, id);
  const count = activatable.production;
  const affected = items.filter(
    (item) =>
      targets(item).includes('production') &&
      item.steps.upload?.state === 'done' &&
      !['done', 'following', 'working', 'checking', 'waiting'].includes(item.steps.production?.state ?? ''),
  );
  return (
    <Modal labelledBy="activate-title" closeHref={here}>
      <h2 id="activate-title" className="mb-2 text-xl">
        {activateWords(count, 'production')}?
      </h2>
      <div className="mb-4 grid gap-2 text-m text-ink-2">
        <p>
          Requests of your visitors are answered by {count === 1 ? 'it' : 'them'} from then on. Where other
          code has become live meanwhile, nothing is sent.
        </p>
        <ul className="grid gap-0.5 [overflow-wrap:anywhere]">
          {affected.map(({ position, edgeWorker, base, version }) => (
            <li key={position}>
              <b className="font-medium text-ink">{edgeWorkerWords(edgeWorker)}</b>{' '}
              <code>{visibleText(base)}</code> → <code>{visibleText(version)}</code>
            </li>
          ))}
        </ul>
      </div>
      <ActivateForm
        action={activateAction}
        account={account}
        id={id}
        network="production"
        submit={activateWords(count, 'production')}
        confirm={{ keepHref: here }}
      />
    </Modal>
  );
}

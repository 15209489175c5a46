// One run that refreshes many tokens: how far it is, and what came of each token. It follows the run while that goes on.
import { ChevronLeft } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { RunForm } from '@/components/bulk/job-forms';
import { RunItems, RunProgress, runHref } from '@/components/bulk/run-parts';
import { Icon } from '@/components/ui/icon';
import { Notice } from '@/components/ui/notice';
import { Poll } from '@/components/ui/poll';
import { ageInWords } from '@/lib/domain/age';
import { utcTime } from '@/lib/domain/audit-act';
import { countsInWords, HELD_MS_MAX, retryWords, sumOf } from '@/lib/domain/bulk-run';
import { visibleText } from '@/lib/domain/visible-text';
import { type RunView, readRun } from '@/lib/services/bulk';
import type { Actor } from '@/lib/services/session';
import { currentTime, newAttempt } from '@/lib/services/surroundings';
import { PageFrame, ProblemPage } from '../../../page-frame';
import { mayOn, signedIn } from '../../../signed-in';
import { cancelRunAction, retryRunAction } from './actions';

export const metadata: Metadata = { title: 'Run' };

export default async function RunPage({ params }: PageProps<'/[account]/runs/[id]'>) {
  const { account: slug, id: encodedId } = await params;
  const [account, id] = [decodeURIComponent(slug), decodeURIComponent(encodedId)];
  const actor = await signedIn(runHref(account, id));
  const run = await readRun(actor, account, id);
  return (
    <PageFrame actor={actor} account={account} section="tokens">
      <Link
        href={runHref(account)}
        prefetch={false}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-m text-ink-2 no-underline hover:text-ink hover:underline"
      >
        <Icon of={ChevronLeft} small />
        Runs
      </Link>
      {run.ok ? (
        <Run actor={actor} account={account} run={run.value} />
      ) : (
        <ProblemPage title="Run" problem={run.problem} />
      )}
    </PageFrame>
  );
}

function Run({ actor, account, run }: { actor: Actor; account: string; run: RunView }) {
  const { id, counts, isUnderWay, held, retryOf } = run;
  const at = currentTime();
  const mayRefresh = mayOn(actor, account, 'token.refresh');
  const retry = isUnderWay ? null : retryWords(counts);
  const total = sumOf(counts);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <div className="grid gap-1">
        <h1>{total === 1 ? 'Refresh of 1 token' : `Refresh of ${total} tokens`}</h1>
        <p className="text-m text-ink-2">
          Begun {ageInWords(run.beganAt, at)} by {visibleText(run.who)}
          {retryOf !== null && (
            <>
              {' · '}
              <Link href={runHref(account, retryOf)} prefetch={false}>
                tries an earlier run again
              </Link>
            </>
          )}
        </p>
      </div>
      <RunProgress counts={counts} />
      {held && (
        <Notice
          look="attention"
          title="It waits: nothing gets through now."
          text={`${visibleText(held.words)} The next try is in ${Math.max(1, Math.ceil((held.nextAt - at) / 1000))} s. What is left is given up at ${utcTime(held.since + HELD_MS_MAX)} UTC.`}
        />
      )}
      {run.cancelledAt !== null && (
        <Notice
          look="attention"
          title={`It was cancelled ${ageInWords(run.cancelledAt, at)} by ${visibleText(run.cancelledBy ?? '')}.`}
          text="What had been sent by then was not taken back."
        />
      )}
      {mayRefresh && run.mayCancel && counts.waiting > 0 && (
        <RunForm action={cancelRunAction} account={account} id={id} attempt={null} submit="Cancel the run" />
      )}
      {mayRefresh && retry !== null && (
        <RunForm action={retryRunAction} account={account} id={id} attempt={newAttempt()} submit={retry} />
      )}
      <RunItems items={run.items} base={`/${encodeURIComponent(account)}/tokens`} />
      {isUnderWay && <Poll mark={countsInWords(counts)} />}
    </div>
  );
}

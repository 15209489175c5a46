// The last runs of an account that refreshed many tokens.
import { ChevronLeft } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { runHref } from '@/components/bulk/run-parts';
import { Icon } from '@/components/ui/icon';
import { Poll } from '@/components/ui/poll';
import { Tag } from '@/components/ui/tag';
import { ageInWords } from '@/lib/domain/age';
import { countsInWords, sumOf } from '@/lib/domain/bulk-run';
import { visibleText } from '@/lib/domain/visible-text';
import { listRuns } from '@/lib/services/bulk';
import { currentTime } from '@/lib/services/surroundings';
import { PageFrame, ProblemPage } from '../../page-frame';
import { signedIn } from '../../signed-in';

export const metadata: Metadata = { title: 'Runs' };

export default async function RunsPage({ params }: PageProps<'/[account]/runs'>) {
  const account = decodeURIComponent((await params).account);
  const actor = await signedIn(runHref(account));
  const runs = await listRuns(actor, account);
  const at = currentTime();
  return (
    <PageFrame actor={actor} account={account} section="tokens">
      <Link
        href={`/${encodeURIComponent(account)}/tokens` as Route}
        prefetch={false}
        className="mb-2 inline-flex min-h-6 items-center gap-1 text-m text-ink-2 no-underline hover:text-ink hover:underline"
      >
        <Icon of={ChevronLeft} small />
        Tokens
      </Link>
      {runs.ok ? (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <div className="grid gap-1">
            <h1>Runs</h1>
            <p className="text-m text-ink-2">
              Refreshes of many tokens, kept for 90 days. Select tokens in the table to begin one.
            </p>
          </div>
          {runs.value.length === 0 ? (
            <p className="text-ink-2">There was none yet.</p>
          ) : (
            <ul className="grid">
              {runs.value.map(({ id, beganAt, who, counts, isUnderWay, cancelledAt }) => (
                <li
                  key={id}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2.5 text-m"
                >
                  <Link href={runHref(account, id)} prefetch={false}>
                    {sumOf(counts) === 1 ? '1 token' : `${sumOf(counts)} tokens`}
                  </Link>
                  <span className="text-ink-2">
                    {ageInWords(beganAt, at)} by {visibleText(who)}
                  </span>
                  <span>{countsInWords(counts)}</span>
                  {isUnderWay && <Tag look="info">under way</Tag>}
                  {cancelledAt !== null && <Tag look="attention">cancelled</Tag>}
                </li>
              ))}
            </ul>
          )}
          {runs.value.some(({ isUnderWay }) => isUnderWay) && (
            <Poll mark={runs.value.map(({ counts }) => countsInWords(counts)).join()} />
          )}
        </div>
      ) : (
        <ProblemPage title="Runs" problem={runs.problem} />
      )}
    </PageFrame>
  );
}

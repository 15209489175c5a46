// The EdgeWorkers of an account: what each has live, and which tokens that holds, as of the last scan.
import { Search } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { deploymentHref, newDeploymentHref } from '@/components/deployments/hrefs';
import { SubmitOnChange } from '@/components/tokens/submit-on-change';
import { Icon } from '@/components/ui/icon';
import { Pager } from '@/components/ui/pager';
import { EdgeWorkerList, GonePanel } from '@/components/usage/edgeworker-list';
import { ScanState } from '@/components/usage/scan-state';
import { edgeWorkersHref } from '@/components/usage/usage-parts';
import { goneUses } from '@/lib/domain/usage';
import {
  countShows,
  edgeWorkersOf,
  parseUsageQuery,
  printUsageQuery,
  queryEdgeWorkers,
  type UsageQuery,
  type UsageShow,
} from '@/lib/domain/usage-query';
import type { Actor } from '@/lib/services/session';
import { currentTime } from '@/lib/services/surroundings';
import { readUsage, type Usage } from '@/lib/services/usage';
import { PageFrame, ProblemPage } from '../../page-frame';
import { mayOn, signedIn } from '../../signed-in';
import { cancelScanAction, scanAction } from './actions';

export const metadata: Metadata = { title: 'EdgeWorkers' };

export default async function EdgeWorkersPage({ params, searchParams }: PageProps<'/[account]/edgeworkers'>) {
  const account = decodeURIComponent((await params).account);
  const query = parseUsageQuery(await searchParams);
  const actor = await signedIn(hrefOf(account, query));
  const usage = await readUsage(actor, account, 'briefly');
  return (
    <PageFrame actor={actor} account={account} section="edgeworkers">
      {usage.ok ? (
        <EdgeWorkers actor={actor} account={account} query={query} usage={usage.value} />
      ) : (
        <ProblemPage title="EdgeWorkers" problem={usage.problem} />
      )}
    </PageFrame>
  );
}

function hrefOf(account: string, query: UsageQuery): Route {
  const search = printUsageQuery(query);
  return (search ? `${edgeWorkersHref(account)}?${search}` : edgeWorkersHref(account)) as Route;
}

type Props = { actor: Actor; account: string; query: UsageQuery; usage: Usage };

function EdgeWorkers({ actor, account, query, usage: { scan, asOf, index } }: Props) {
  const all = edgeWorkersOf(index);
  const page = queryEdgeWorkers(all, query);
  const mayScan = mayOn(actor, account, 'usage.scan');
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="grid gap-1">
          <h1>EdgeWorkers</h1>
          <p className="text-m text-ink-2">What is live, and which tokens it holds.</p>
        </div>
        <p className="flex flex-wrap gap-2">
          <Link href={deploymentHref(account)} prefetch={false} className="button">
            Deployments
          </Link>
          {index.versions.length > 0 && mayOn(actor, account, 'bundle.patch') && (
            <Link href={newDeploymentHref(account)} prefetch={false} className="button">
              Put a token into live versions…
            </Link>
          )}
        </p>
      </div>
      <ScanState
        account={account}
        scan={scan}
        asOf={asOf}
        now={currentTime()}
        actions={mayScan ? { scan: scanAction, cancel: cancelScanAction } : null}
      />
      <GonePanel account={account} gone={goneUses(index)} />
      {all.length === 0 ? (
        <Empty isListed={index.isComplete} mayScan={mayScan} />
      ) : (
        <>
          <UsageFilters query={query} counts={countShows(all)} clearHref={edgeWorkersHref(account)} />
          <div>
            <p role="status" className="text-s text-ink-3">
              <b className="font-semibold text-ink-2">
                {page.matching} of {all.length}
              </b>{' '}
              EdgeWorkers
            </p>
            <EdgeWorkerList account={account} rows={page.rows} />
            <Pager page={page} href={(number) => hrefOf(account, { ...query, page: number })} />
          </div>
        </>
      )}
    </div>
  );
}

function Empty({ isListed, mayScan }: { isListed: boolean; mayScan: boolean }) {
  return (
    <p className="rounded-control border border-dashed border-line-strong px-6 py-8">
      {isListed
        ? 'This account has no EdgeWorker.'
        : `A scan reads the live versions of all EdgeWorkers and finds the tokens in their bundles. ${
            mayScan ? 'It changes nothing.' : 'A releaser can begin one.'
          }`}
    </p>
  );
}

type FiltersProps = { query: UsageQuery; counts: Readonly<Record<UsageShow, number>>; clearHref: Route };

function UsageFilters({ query, counts, clearHref }: FiltersProps) {
  return (
    <search aria-label="EdgeWorkers">
      <form className="flex flex-wrap items-center gap-2">
        <label className="relative min-w-0 flex-[1_1_12rem] sm:max-w-80">
          <span className="sr-only">Search EdgeWorkers</span>
          <span className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3">
            <Icon of={Search} />
          </span>
          <input
            key={query.q}
            type="search"
            name="q"
            defaultValue={query.q}
            placeholder="ID, name, version, token"
            className="box pl-8"
          />
        </label>
        <select
          key={query.show}
          name="show"
          aria-label="Show"
          defaultValue={query.show ?? ''}
          className="box w-auto flex-none font-medium"
        >
          <option value="">All</option>
          <option value="problems">With problems ({counts.problems})</option>
          <option value="unclear">Unclear ({counts.unclear})</option>
        </select>
        <SubmitOnChange />
        {(query.q !== '' || query.show !== null) && (
          <Link href={clearHref} prefetch={false} className="button" data-look="plain">
            Clear the filters
          </Link>
        )}
      </form>
    </search>
  );
}

// The EdgeWorkers page's state as it stands in the URL, and the live versions by EdgeWorker that it leaves.
import type { EdgeWorker } from './edgeworker';
import type { SearchParameters } from './token-query';
import { goneUses, type UsageIndex, type VersionUsage } from './usage';

export const USAGE_SHOWS = ['problems', 'unclear'] as const;
export type UsageShow = (typeof USAGE_SHOWS)[number];

export type UsageQuery = {
  q: string;
  /** Only EdgeWorkers with something wrong, or only those of which not all is known. */
  show: UsageShow | null;
  /** Counted from 1. */
  page: number;
};

/** An EdgeWorker with what it has live. */
export type EdgeWorkerUsage = {
  edgeWorker: EdgeWorker;
  /** As they are live; empty when nothing is, or when that is not known. */
  versions: readonly VersionUsage[];
  /** Why it is not known what is live now. */
  fault: string | null;
};

export const EDGEWORKERS_PER_PAGE = 50;
const TEXT_MAX = 200;

/** Reads the page's state. What a parameter cannot mean is left out. */
export function parseUsageQuery(parameters: SearchParameters): UsageQuery {
  const text = (name: string): string => {
    const given = parameters[name];
    return (typeof given === 'string' ? given : (given?.[0] ?? '')).trim().slice(0, TEXT_MAX);
  };
  const page = Number(text('page'));
  return {
    q: text('q'),
    show: USAGE_SHOWS.find((one) => one === text('show')) ?? null,
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** The query string of `query`, without the `?`; only what differs from the default. */
export function printUsageQuery({ q, show, page }: UsageQuery): string {
  const parameters = new URLSearchParams();
  if (q) parameters.set('q', q);
  if (show) parameters.set('show', show);
  if (page > 1) parameters.set('page', String(page));
  return parameters.toString();
}

/** Every EdgeWorker of the account that the scans know, by ID. */
export function edgeWorkersOf({ versions, unread, idle }: UsageIndex): EdgeWorkerUsage[] {
  const faults = new Map(unread.map(({ edgeWorker, fault }) => [edgeWorker.id, fault]));
  const live = new Map<string, VersionUsage[]>();
  for (const one of versions) live.set(one.edgeWorker.id, [...(live.get(one.edgeWorker.id) ?? []), one]);
  const all = [
    ...versions.map(({ edgeWorker }) => edgeWorker),
    ...unread.map(({ edgeWorker }) => edgeWorker),
    ...idle,
  ];
  return [...new Map(all.map((one) => [one.id, one])).values()]
    .sort((a, b) => Number(a.id) - Number(b.id))
    .map((edgeWorker) => ({
      edgeWorker,
      versions: live.get(edgeWorker.id) ?? [],
      fault: faults.get(edgeWorker.id) ?? null,
    }));
}

export type UsagePage = {
  rows: readonly EdgeWorkerUsage[];
  matching: number;
  /** The page shown, within 1 and `pages`. */
  page: number;
  pages: number;
};

/** Applies `query`. */
export function queryEdgeWorkers(all: readonly EdgeWorkerUsage[], query: UsageQuery): UsagePage {
  const q = query.q.toLowerCase();
  const matching = all.filter((one) => isShown(one, query.show) && matchesText(one, q));
  const pages = Math.max(1, Math.ceil(matching.length / EDGEWORKERS_PER_PAGE));
  const page = Math.min(query.page, pages);
  return {
    rows: matching.slice((page - 1) * EDGEWORKERS_PER_PAGE, page * EDGEWORKERS_PER_PAGE),
    matching: matching.length,
    page,
    pages,
  };
}

/** How many EdgeWorkers each of the choices would leave. */
export function countShows(all: readonly EdgeWorkerUsage[]): Readonly<Record<UsageShow, number>> {
  const count = (show: UsageShow) => all.filter((one) => isShown(one, show)).length;
  return { problems: count('problems'), unclear: count('unclear') };
}

function isShown({ versions, fault }: EdgeWorkerUsage, show: UsageShow | null): boolean {
  if (show === 'problems') return versions.some(hasProblem);
  if (show === 'unclear') return fault !== null || versions.some(({ unclear }) => unclear.length > 0);
  return true;
}

function hasProblem(version: VersionUsage): boolean {
  return (
    version.findings.some(({ severity }) => severity !== 'info') ||
    goneUses({ versions: [version] }).length > 0
  );
}

function matchesText({ edgeWorker, versions }: EdgeWorkerUsage, q: string): boolean {
  if (q === '' || edgeWorker.id.startsWith(q) || edgeWorker.name.toLowerCase().includes(q)) return true;
  return versions.some(
    ({ version, uses }) =>
      version.toLowerCase().startsWith(q) ||
      uses.some(
        ({ known, token, key, reference }) =>
          [known?.name, token, key].some((text) => text?.toLowerCase().includes(q)) ||
          reference?.toLowerCase().startsWith(q),
      ),
  );
}

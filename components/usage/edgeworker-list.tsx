// EdgeWorkers with what each has live, and above them what needs somebody most.
import { type GoneUse, MATCH_WORDS, strayWords, type VersionUsage } from '@/lib/domain/usage';
import type { EdgeWorkerUsage } from '@/lib/domain/usage-query';
import { visibleText } from '@/lib/domain/visible-text';
import { EdgeWorkerRows, type VersionRow } from './edgeworker-rows';
import { EdgeWorkerLink, edgeWorkerWords, LiveOn, Some } from './usage-parts';

type ListProps = { account: string; rows: readonly EdgeWorkerUsage[] };

export function EdgeWorkerList({ account, rows }: ListProps) {
  return (
    <ul className="mt-1 text-m">
      <EdgeWorkerRows
        account={account}
        rows={rows.map(({ edgeWorker, versions, fault }) => ({
          id: edgeWorker.id,
          title: edgeWorkerWords(edgeWorker),
          fault: fault === null ? null : visibleText(fault),
          versions: versions.map(rowOf),
        }))}
      />
    </ul>
  );
}

/** What the row of a version needs, and nothing else: it is sent to the browser. */
function rowOf({ version, networks, uses, findings, unclear, helperVersion }: VersionUsage): VersionRow {
  return {
    version: visibleText(version),
    networks,
    tokens: [...new Set(uses.flatMap(({ known }) => known?.name ?? []))],
    entries: distinct(uses.map(entryOf)),
    findings,
    unclear: unclear.map(visibleText),
    helper: helperVersion && visibleText(helperVersion),
  };
}

type Entry = VersionRow['entries'][number];

function entryOf(use: VersionUsage['uses'][number]): Entry {
  const { key, path, known, token } = use;
  return {
    key: visibleText(key),
    path: visibleText(path),
    token: known?.name ?? null,
    words: known
      ? MATCH_WORDS[known.matchedBy]
      : visibleText([token, strayWords(use)].filter(Boolean).join(', ')),
  };
}

/** The same line twice says no more: a file may hold an entry several times. */
function distinct(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((one) => [JSON.stringify(one), one])).values()];
}

/** Live versions whose requests get 401. */
export function GonePanel({ account, gone }: { account: string; gone: readonly GoneUse[] }) {
  if (gone.length === 0) return null;
  return (
    <section
      aria-labelledby="gone"
      className="grid gap-2 rounded-control border border-danger-line bg-danger-soft px-3.5 py-3 text-m"
    >
      <h2 id="gone" className="text-m font-semibold">
        {gone.length === 1 ? '1 live version holds' : `${gone.length} live versions hold`} tokens that are
        gone
      </h2>
      <p className="text-ink-2">
        The account does not have them any more: EdgeKV answers their requests with 401.
      </p>
      <Some shown={5} className="grid gap-1">
        {gone.map(({ edgeWorker, version, networks, entries }) => (
          <li key={`${edgeWorker.id} ${version} ${networks.join()}`} className="[overflow-wrap:anywhere]">
            <LiveOn networks={networks} /> <EdgeWorkerLink account={account} edgeWorker={edgeWorker} />{' '}
            <code>{visibleText(version)}</code>:{' '}
            {visibleText([...new Set(entries.map(({ token, key }) => token ?? key))].join(', '))}
          </li>
        ))}
      </Some>
    </section>
  );
}

// A run that refreshes many tokens, as it is drawn: how far it is, what came of each token, and where others hear of it.
import type { Route } from 'next';
import Link from 'next/link';
import { Notice } from '@/components/ui/notice';
import { Tag } from '@/components/ui/tag';
import {
  countsInWords,
  type ItemState,
  isUnderWay,
  OPEN_STATES,
  type RunCounts,
  STATE_WORDS,
  sumOf,
} from '@/lib/domain/bulk-run';
import { visibleText } from '@/lib/domain/visible-text';

const LOOKS: Readonly<Record<ItemState, 'plain' | 'ok' | 'info' | 'attention' | 'danger'>> = {
  waiting: 'plain',
  sending: 'info',
  checking: 'info',
  done: 'ok',
  failed: 'danger',
  unknown: 'attention',
  cancelled: 'plain',
};

export function RunProgress({ counts }: { counts: RunCounts }) {
  const total = sumOf(counts);
  const settled = total - sumOf(counts, OPEN_STATES);
  const tenths = Math.floor((settled * 10) / total);
  return (
    <div className="grid max-w-xl gap-1.5">
      <label className="grid gap-1.5 text-m">
        <span>
          <b className="font-semibold">
            {settled} of {total}
          </b>
          <span className="text-ink-2">: {countsInWords(counts)}</span>
        </span>
        <progress value={settled} max={total} className="w-full" />
      </label>
      {/* Not each step: somebody listens to it. */}
      <p role="status" className="sr-only">
        {isUnderWay(counts) ? `${tenths * 10} % done` : `The run has ended: ${countsInWords(counts)}`}
      </p>
    </div>
  );
}

type Item = { name: string; state: ItemState; words: string | null };

/** What somebody should look at comes first. */
const FIRST: readonly ItemState[] = ['failed', 'unknown', 'checking'];

export function RunItems({ items, base }: { items: readonly Item[]; base: string }) {
  const rank = ({ state }: Item) => (FIRST.includes(state) ? FIRST.indexOf(state) : FIRST.length);
  return (
    <table className="table">
      <caption className="sr-only">What came of each token</caption>
      <thead>
        <tr>
          <th scope="col">Token</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {items
          .toSorted((a, b) => rank(a) - rank(b))
          .map(({ name, state, words }) => (
            <tr key={name}>
              <th scope="row" className="w-1/3 [overflow-wrap:anywhere] sm:w-64">
                <Link
                  href={`${base}/${encodeURIComponent(name)}` as Route}
                  prefetch={false}
                  className="font-medium text-ink no-underline hover:text-accent-text hover:underline"
                >
                  {visibleText(name)}
                </Link>
              </th>
              <td>
                <Tag look={LOOKS[state]}>{STATE_WORDS[state]}</Tag>
                {words && (
                  <span className="ml-2 text-ink-2 [overflow-wrap:anywhere] max-sm:ml-0 max-sm:block">
                    {visibleText(words)}
                  </span>
                )}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** The address of a run; without an id, of the list. */
export function runHref(account: string, id?: string): Route {
  const all = `/${encodeURIComponent(account)}/runs`;
  return (id === undefined ? all : `${all}/${encodeURIComponent(id)}`) as Route;
}

/** Says on other pages that a run is under way. */
export function RunNotice({ account, run }: { account: string; run: { id: string; counts: RunCounts } }) {
  const left = sumOf(run.counts, OPEN_STATES);
  return (
    <Notice
      look="info"
      title={`${left} of ${sumOf(run.counts)} tokens are still to be refreshed.`}
      text={
        <Link href={runHref(account, run.id)} prefetch={false}>
          See how far the run is
        </Link>
      }
    />
  );
}

'use client';
// The rows of the page of EdgeWorkers. Nothing in here needs JavaScript: it is a client component because rows then
// travel as data and not as descriptions of their markup (docs/decisions/015-rows-as-data.md).
import Link from 'next/link';
import { Tag } from '@/components/ui/tag';
import type { BundleFinding } from '@/lib/domain/bundle-finding';
import type { Network } from '@/lib/domain/permissions';
import { visibleText } from '@/lib/domain/visible-text';
import { LiveOn, quietLink, tokenHref, VersionFindings } from './usage-parts';

export type EdgeWorkerRow = {
  id: string;
  title: string;
  /** Why it is not known what is live now. */
  fault: string | null;
  versions: readonly VersionRow[];
};

export type VersionRow = {
  version: string;
  networks: readonly Network[];
  /** Names of the tokens it holds, each once. */
  tokens: readonly string[];
  /** `token`: its name; null when the account has none that fits. */
  entries: readonly { key: string; path: string; token: string | null; words: string }[];
  findings: readonly BundleFinding[];
  unclear: readonly string[];
  helper: string | null;
};

type RowsProps = { account: string; rows: readonly EdgeWorkerRow[] };

export function EdgeWorkerRows({ account, rows }: RowsProps) {
  return rows.map(({ id, title, fault, versions }) => (
    <li
      key={id}
      className="grid gap-x-6 gap-y-1 border-b border-line py-2 md:grid-cols-[13rem_minmax(0,1fr)]"
    >
      <h2 className="text-m leading-7 font-medium [overflow-wrap:anywhere]">{title}</h2>
      <div className="grid min-w-0 gap-1">
        {fault !== null && (
          <p className="leading-7 text-attention">
            Could not be read: {fault}
            {versions.length > 0 && ' What is below was known before.'}
          </p>
        )}
        {versions.map((one) => (
          <Version key={`${one.version} ${one.networks.join()}`} account={account} title={title} row={one} />
        ))}
        {versions.length === 0 && fault === null && <p className="leading-7 text-ink-3">Nothing is live.</p>}
      </div>
    </li>
  ));
}

type VersionProps = { account: string; title: string; row: VersionRow };

function Version({ account, title, row }: VersionProps) {
  const { version, networks, tokens, entries, findings, unclear, helper } = row;
  const count = (severity: 'error' | 'warning') => findings.filter((one) => one.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const hasMore = entries.length + findings.length + unclear.length > 0 || helper !== null;
  return (
    <div className="relative">
      <div className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-3 md:grid-cols-[auto_4.5rem_minmax(0,1fr)] md:pr-68">
        <LiveOn networks={networks} />
        <code className="leading-7 [overflow-wrap:anywhere]">{version}</code>
        <p className="leading-7 [overflow-wrap:anywhere] max-md:col-span-2">
          {tokens.length === 0 && <span className="text-ink-3">no token that was found</span>}
          {tokens.map((name, index) => (
            <span key={name}>
              {index > 0 && ', '}
              <Link href={tokenHref(account, name)} prefetch={false} className={quietLink}>
                {visibleText(name)}
              </Link>
            </span>
          ))}
        </p>
      </div>
      {hasMore && (
        <details>
          <summary className="button absolute top-0 right-0 max-md:min-h-7" data-look="plain">
            {errors > 0 && <Tag look="danger">{errors === 1 ? '1 error' : `${errors} errors`}</Tag>}
            {warnings > 0 && (
              <Tag look="attention">{warnings === 1 ? '1 warning' : `${warnings} warnings`}</Tag>
            )}
            {unclear.length > 0 && <Tag look="info">unclear</Tag>}
            <span className="max-md:sr-only">Details</span>
            <span className="sr-only">
              {' '}
              of {title} {version}
            </span>
          </summary>
          <div className="mb-2 grid gap-2 border-l border-line-strong pl-3 [overflow-wrap:anywhere]">
            <Entries account={account} entries={entries} />
            <VersionFindings findings={findings} />
            <Unclear sentences={unclear} />
            {helper !== null && <p className="text-ink-2">EdgeKV helper {helper}</p>}
          </div>
        </details>
      )}
    </div>
  );
}

/** Each entry: which token it is and how sure that is, and where it stands. */
function Entries({ account, entries }: { account: string; entries: VersionRow['entries'] }) {
  return (
    <ul className="grid gap-0.5 empty:hidden">
      {entries.map(({ key, path, token, words }) => (
        <li key={`${path} ${key} ${token} ${words}`}>
          <code>{key}</code> in <code>{path}</code>:{' '}
          {token !== null && (
            <>
              <Link href={tokenHref(account, token)} prefetch={false}>
                {visibleText(token)}
              </Link>
              {', '}
            </>
          )}
          {words}
        </li>
      ))}
    </ul>
  );
}

function Unclear({ sentences }: { sentences: readonly string[] }) {
  return (
    <ul className="grid gap-0.5 empty:hidden">
      {sentences.map((one) => (
        <li key={one}>
          <span className="text-info">Unknown: </span>
          {one}
        </li>
      ))}
    </ul>
  );
}

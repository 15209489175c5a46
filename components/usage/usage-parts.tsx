// Small parts of the pages that tell what is live. Free of server code: rows that travel as data use them too.
import type { Route } from 'next';
import Link from 'next/link';
import { Children, type ReactNode } from 'react';
import { Networks } from '@/components/tokens/marks';
import type { BundleFinding } from '@/lib/domain/bundle-finding';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { LiveVersion } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';

/** The page of an account's EdgeWorkers; with `q`, only those that fit it. */
export function edgeWorkersHref(account: string, q?: string): Route {
  const path = `/${encodeURIComponent(account)}/edgeworkers`;
  return (q === undefined ? path : `${path}?q=${encodeURIComponent(q)}`) as Route;
}

export function tokenHref(account: string, name: string): Route {
  return `/${encodeURIComponent(account)}/tokens/${encodeURIComponent(name)}` as Route;
}

export const quietLink = 'text-ink no-underline hover:text-accent-text hover:underline';

export function LiveOn({ networks }: Pick<LiveVersion, 'networks'>) {
  return (
    <Networks
      networks={{ staging: networks.includes('staging'), production: networks.includes('production') }}
    />
  );
}

/** `4101 cart-api`, as a link to what is known of it. */
export function EdgeWorkerLink({ account, edgeWorker }: { account: string; edgeWorker: EdgeWorker }) {
  return (
    <Link
      href={edgeWorkersHref(account, edgeWorker.id)}
      prefetch={false}
      className={`font-medium ${quietLink}`}
    >
      {edgeWorkerWords(edgeWorker)}
    </Link>
  );
}

export function edgeWorkerWords({ id, name }: EdgeWorker): string {
  return visibleText(`${id} ${name}`.trim());
}

type Severity = BundleFinding['severity'];
const SEVERITY_LOOK: Readonly<Record<Severity, string>> = {
  error: 'text-danger',
  warning: 'text-attention',
  info: 'text-ink-2',
};
const SEVERITY_WORD: Readonly<Record<Severity, string>> = {
  error: 'Error: ',
  warning: 'Warning: ',
  info: '',
};
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/** The gravest first. */
export function VersionFindings({ findings }: { findings: readonly BundleFinding[] }) {
  if (findings.length === 0) return null;
  const sorted = SEVERITIES.flatMap((one) => findings.filter(({ severity }) => severity === one));
  return (
    <ul className="grid gap-0.5">
      {sorted.map(({ severity, text }) => (
        <li key={text} className={SEVERITY_LOOK[severity]}>
          {SEVERITY_WORD[severity]}
          {visibleText(text)}
        </li>
      ))}
    </ul>
  );
}

type SomeProps = { children: ReactNode; shown: number; className: string };

/** The first of many items, and the rest behind a summary. */
export function Some({ children, shown, className }: SomeProps) {
  const all = Children.toArray(children);
  const rest = all.slice(shown);
  return (
    <div className="grid gap-2">
      <ul className={className}>{all.slice(0, shown)}</ul>
      {rest.length > 0 && (
        <details>
          <summary className="button" data-look="plain">
            and {rest.length} more
          </summary>
          <ul className={`mt-2 ${className}`}>{rest}</ul>
        </details>
      )}
    </div>
  );
}

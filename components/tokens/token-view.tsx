// One token: what it can do, its facts, its dates, and what belongs into the bundle.
import type { ReactNode } from 'react';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';
import { Notice } from '@/components/ui/notice';
import { Tag } from '@/components/ui/tag';
import { type Day, distanceInWords, formatDay } from '@/lib/domain/day';
import type { Difference } from '@/lib/domain/grant-check';
import type { Namespace } from '@/lib/domain/namespace';
import { type NamespacePermissions, permissionWords } from '@/lib/domain/permissions';
import type { KnownToken, Token } from '@/lib/domain/token';
import { tokenKind, tokenStatus } from '@/lib/domain/token';
import { visibleText } from '@/lib/domain/visible-text';
import { Networks, Slots } from './marks';

/** What Akamai granted otherwise than it was asked for here. */
export function NotAsAsked({ differences }: { differences: readonly Difference[] }) {
  return (
    <>
      <Notice
        look="attention"
        title="Akamai did not grant what was asked."
        text="Decide whether you want it so. A token cannot be changed: revoke it and create another one if not."
      />
      <table className="table">
        <caption className="sr-only">Asked and granted</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Asked</th>
            <th scope="col">Granted</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ what, asked, granted }) => (
            <tr key={what}>
              <th scope="row">{visibleText(what)}</th>
              <td>{visibleText(asked)}</td>
              <td className="text-attention">{visibleText(granted)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

export function Facts({
  token,
  edgeWorkerNames,
}: {
  token: Token;
  edgeWorkerNames: ReadonlyMap<string, string>;
}) {
  const { details } = token;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-m sm:grid-cols-[auto_auto_auto_1fr]">
      <Fact label="Reference (uuid)" wide>
        <code className="[overflow-wrap:anywhere]">{visibleText(token.uuid)}</code>
        <CopyButton text={token.uuid} label="Copy" />
      </Fact>
      <Fact label="Kind">{tokenKind(token) === 'legacy' ? 'Legacy (JWT)' : 'Auto-refresh'}</Fact>
      <Fact label="CP code">
        {details?.cpCode ? <code>{visibleText(details.cpCode)}</code> : 'not known'}
      </Fact>
      <Fact label="EdgeWorkers">
        {details ? <EdgeWorkerList ids={details.edgeWorkers} names={edgeWorkerNames} /> : 'not known'}
      </Fact>
    </dl>
  );
}

function Fact({ label, wide, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={`min-w-0 ${wide ? 'max-sm:col-span-2' : ''}`}>
      <dt className="text-s text-ink-3">{label}</dt>
      <dd className="flex min-h-8 flex-wrap items-center gap-x-2">{children}</dd>
    </div>
  );
}

function EdgeWorkerList({
  ids,
  names,
}: {
  ids: 'all' | readonly string[];
  names: ReadonlyMap<string, string>;
}) {
  if (ids === 'all') return <Tag look="attention">all of the account</Tag>;
  return (
    <ul className="flex flex-wrap gap-x-3">
      {ids.map((id) => (
        <li key={id}>
          <code>{visibleText(id)}</code>{' '}
          <span className="text-ink-2">{visibleText(names.get(id) ?? '')}</span>
        </li>
      ))}
    </ul>
  );
}

export function PermissionTable({
  permissions,
  namespaces,
}: {
  permissions: NamespacePermissions;
  namespaces: readonly Namespace[] | null;
}) {
  return (
    <table className="table relative">
      <thead>
        <tr>
          <th scope="col">Namespace</th>
          <th scope="col">Rights</th>
          <th scope="col" className="max-sm:sr-only">
            <span className="sr-only">In words</span>
          </th>
          {namespaces && <th scope="col">Exists on</th>}
        </tr>
      </thead>
      <tbody>
        {[...permissions].map(([name, held]) => {
          const on = namespaces?.find((one) => one.name === name)?.on;
          return (
            <tr key={name}>
              <th scope="row">
                <code>{visibleText(name)}</code>
              </th>
              <td>
                <Slots held={held} />
              </td>
              <td className="text-ink-2 max-sm:sr-only">{permissionWords(held)}</td>
              {namespaces && (
                <td>
                  {on ? (
                    <Networks
                      networks={{ staging: on.staging !== null, production: on.production !== null }}
                    />
                  ) : (
                    <span className="text-attention">on neither network</span>
                  )}
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The token's dates as a line of days, today among them. */
export function Timeline({ token, today }: { token: Token; today: Day }) {
  const expired = tokenStatus(token, today) === 'expired';
  const points: { label: string; day: Day | null; look?: 'now' | 'bad' }[] = [
    { label: 'Created', day: token.issued },
    { label: 'Refreshed', day: token.latestRefresh },
    { label: 'Today', day: today, look: 'now' },
    { label: 'Next scheduled refresh', day: token.nextRefresh },
    {
      label: expired ? 'Expired' : 'Expires',
      day: token.expiry,
      ...(token.expiry ? { look: 'bad' as const } : {}),
    },
  ];
  const known = points.flatMap((point) => (point.day ? [{ ...point, day: point.day }] : []));
  known.sort((a, b) => (a.day < b.day ? -1 : 1));
  return (
    <>
      <ol className="grid gap-0 border-l border-line-strong pl-4 text-m">
        {known.map(({ label, day, look }) => (
          <li key={label} className={`relative pb-3.5 last:pb-0 ${look === 'bad' ? 'text-attention' : ''}`}>
            <span
              aria-hidden="true"
              className={`absolute top-1.5 -left-[1.28rem] size-2 rounded-full border border-ink-2 ${look === 'now' ? 'bg-ink-2' : 'bg-surface'}`}
            />
            {label}
            <span className="block text-s text-ink-3">
              <time dateTime={day}>{formatDay(day)}</time>
              {look !== 'now' && ` · ${distanceInWords(today, day).toLowerCase()}`}
            </span>
          </li>
        ))}
      </ol>
      <p className="mt-3 text-s text-ink-3">
        {token.expiry === null ? 'It does not expire. ' : 'The day counts to 23:59:59 UTC. '}
        {token.latestRefresh === null && tokenKind(token) === 'auto-refresh' && 'It was never refreshed.'}
      </p>
    </>
  );
}

export function SnippetBlock({ token, snippet }: { token: KnownToken; snippet: string }) {
  const isLegacy = token.details.kind === 'legacy';
  return (
    <>
      <CodeBlock title="edgekv_tokens.js" text={snippet} />
      <p className="mt-2 text-s text-ink-3">
        {isLegacy
          ? 'The value is a secret and is not shown: download the file to get it.'
          : 'A reference is no secret. A refresh keeps it, so the bundle need not be uploaded again.'}
      </p>
    </>
  );
}

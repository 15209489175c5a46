'use client';
// The rows of the table of tokens. Nothing in here needs JavaScript: it is a client component because rows then travel
// as data and not as descriptions of their markup (docs/decisions/015-rows-as-data.md).
import { Ban, type LucideIcon, RefreshCw } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { AccountName } from '@/components/shell/account-mark';
import { Icon } from '@/components/ui/icon';
import { Tag } from '@/components/ui/tag';
import type { AccountLook } from '@/lib/domain/account';
import type { Day } from '@/lib/domain/day';
import type { Network, Permission } from '@/lib/domain/permissions';
import type { NextDate, TokenStatus } from '@/lib/domain/token';
import { Networks, Permissions, Status, Until } from './marks';

type RowDetails = {
  networks: Readonly<Record<Network, boolean>>;
  /** The first ones. */
  permissions: readonly (readonly [namespace: string, held: readonly Permission[]])[];
  /** How many there are. */
  namespaces: number;
  edgeWorkers: 'all' | number;
};

export type Row = {
  name: string;
  /** The name as it is, for the form around the table; null where rows cannot be selected. */
  pick: string | null;
  href: Route;
  account: (Pick<AccountLook, 'name' | 'colour'> & { href: Route }) | null;
  owner: string | null;
  isLegacy: boolean;
  status: TokenStatus;
  /** Whether a change of the token is being looked up, as its answer was lost. */
  isDoubtful: boolean;
  /** `pending`: on their way; `unknown`: Akamai does not tell them. */
  details: RowDetails | 'pending' | 'unknown';
  /** `3, 2 on production`, `unused` or `unknown`; null when that was never scanned. */
  usedBy: string | null;
  next: NextDate | null;
  refreshHref: Route | null;
  revokeHref: Route | null;
};

type TokenRowsProps = { rows: readonly Row[]; today: Day; withActions: boolean };

export function TokenRows({ rows, today, withActions }: TokenRowsProps) {
  return rows.map((row) => <TokenRow key={row.href} row={row} today={today} withActions={withActions} />);
}

function TokenRow({ row, today, withActions }: Omit<TokenRowsProps, 'rows'> & { row: Row }) {
  const { name, account, owner, details, refreshHref, revokeHref } = row;
  return (
    <tr>
      {row.pick !== null && (
        <td className="c-pick">
          <input type="checkbox" className="tick" name="t" value={row.pick} aria-label={`Select ${name}`} />
        </td>
      )}
      {account && (
        <td className="c-account cards:max-w-44">
          <Link
            href={account.href}
            prefetch={false}
            className="block text-ink-2 no-underline hover:text-ink hover:underline"
          >
            <AccountName account={account} oneLine />
          </Link>
        </td>
      )}
      <th scope="row" className="c-name">
        <span className="inline-flex items-center gap-2 whitespace-nowrap">
          <Link
            href={row.href}
            prefetch={false}
            className="font-medium text-ink no-underline hover:text-accent-text hover:underline max-cards:text-l"
          >
            {name}
          </Link>
          {row.isLegacy && <Tag>JWT</Tag>}
        </span>
        {owner && <span className="block text-s font-normal text-ink-3">{owner}</span>}
      </th>
      <td className="c-status">
        <span className="inline-flex flex-wrap items-center gap-1.5">
          <Status status={row.status} />
          {row.isDoubtful && <Tag look="info">being looked up</Tag>}
        </span>
      </td>
      {typeof details === 'string' ? (
        <>
          <td className="c-nets">
            <Missing details={details} short />
          </td>
          <td className="c-perm">
            <Missing details={details} />
          </td>
          <td className="num c-ew">
            <Missing details={details} short />
          </td>
        </>
      ) : (
        <>
          <td className="c-nets">
            <Networks networks={details.networks} />
          </td>
          <td className="c-perm">
            <PermissionsCell permissions={details.permissions} namespaces={details.namespaces} />
          </td>
          <td className="num c-ew">
            <EdgeWorkersCell edgeWorkers={details.edgeWorkers} />
          </td>
        </>
      )}
      <UsedBy words={row.usedBy} />
      <td className="c-date">
        <Until next={row.next} status={row.status} today={today} />
      </td>
      {withActions && (
        <td className="c-act num whitespace-nowrap">
          {refreshHref && <ActionLink href={refreshHref} of={RefreshCw} label={`Refresh ${name}`} />}
          {revokeHref && <ActionLink href={revokeHref} of={Ban} label={`Revoke ${name}`} />}
        </td>
      )}
    </tr>
  );
}

function ActionLink({ href, of, label }: { href: Route; of: LucideIcon; label: string }) {
  return (
    <Link href={href} prefetch={false} scroll={false} className="button" data-look="plain" data-square>
      <Icon of={of} />
      <span className="sr-only">{label}</span>
    </Link>
  );
}

function PermissionsCell({ permissions, namespaces }: Pick<RowDetails, 'permissions' | 'namespaces'>) {
  const more = namespaces - permissions.length;
  const columns =
    namespaces === 1
      ? 'grid-cols-[minmax(0,8.5rem)]'
      : 'grid-cols-[minmax(0,8.5rem)_minmax(0,8.5rem)_auto] max-wide:grid-cols-[minmax(0,8.5rem)_auto]';
  return (
    <span className={`grid items-center gap-x-2 ${columns}`}>
      {permissions.map(([namespace, held], index) => (
        <span key={namespace} className={`min-w-0 ${index > 0 ? 'max-wide:hidden' : ''}`}>
          <Permissions namespace={namespace} held={held} />
        </span>
      ))}
      {more > 0 && <MoreNamespaces count={more} className="max-wide:hidden" />}
      {namespaces > 1 && <MoreNamespaces count={namespaces - 1} className="wide:hidden" />}
    </span>
  );
}

function MoreNamespaces({ count, className }: { count: number; className: string }) {
  return (
    <span className={`text-s text-ink-3 ${className}`}>
      +{count}
      <span className="sr-only"> more namespaces</span>
    </span>
  );
}

function EdgeWorkersCell({ edgeWorkers }: Pick<RowDetails, 'edgeWorkers'>) {
  return (
    <>
      {edgeWorkers === 'all' ? <Tag look="attention">all</Tag> : edgeWorkers}
      <span className="sr-only cards:hidden"> EdgeWorkers</span>
      <span aria-hidden="true" className="text-s text-ink-3 cards:hidden">
        {' '}
        EWs
      </span>
    </>
  );
}

function UsedBy({ words }: { words: string | null }) {
  if (words === null)
    return (
      <td className="c-use max-cards:hidden" title="Never scanned">
        –
      </td>
    );
  const [all, onProduction] = words.split(', ');
  return (
    <td className="c-use">
      {all}
      {onProduction && (
        <>
          <span className="cards:sr-only">, </span>
          <small title={onProduction}>
            <span className="cards:sr-only">{onProduction}</span>
            <span aria-hidden="true" className="max-cards:hidden">
              {onProduction.replace('on production', 'prod.')}
            </span>
          </small>
        </>
      )}
    </td>
  );
}

/** A bone while the details are on their way; a dash when Akamai does not tell them. */
function Missing({ details, short }: { details: 'pending' | 'unknown'; short?: boolean }) {
  if (details === 'unknown') return <span className="text-ink-3">–</span>;
  return (
    <span className={`inline-block h-2.5 rounded-slot bg-slot ${short ? 'w-8' : 'w-30'}`}>
      <span className="sr-only">Loading</span>
    </span>
  );
}

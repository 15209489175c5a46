// The table of tokens: one row a token, plain links and buttons, nothing that needs JavaScript.
import { ArrowDown, ArrowUp, Ban, RefreshCw } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';
import { Tag } from '@/components/ui/tag';
import type { Day } from '@/lib/domain/day';
import { type Token, tokenKind, tokenStatus } from '@/lib/domain/token';
import type { Notes, TokenQuery, TokenSort } from '@/lib/domain/token-query';
import { visibleText } from '@/lib/domain/visible-text';
import { Networks, Permissions, Status, Until } from './marks';

type TokenTableProps<T extends Token> = {
  caption: string;
  tokens: readonly T[];
  today: Day;
  query: Sorted;
  /** The address of the table in another order. */
  sortHref: (sort: TokenSort, descending: boolean) => Route;
  tokenHref: (token: T, act?: 'refresh' | 'revoke') => Route;
  /** Whether the details of any token of the account are still being read. */
  isBusy: boolean;
  isPending: (token: T) => boolean;
  /** Draws the account of a token, where there are several. */
  accountOf?: (token: T) => ReactNode;
  /** Whether a change of the token is being looked up, as its answer was lost. */
  isDoubtful: (token: T) => boolean;
  /** What people noted, by uuid. */
  notes: Notes;
  mayRefresh: boolean;
  mayRevoke: boolean;
};

const COLUMNS: readonly { key: string; label: string; sort?: TokenSort; className?: string }[] = [
  { key: 'name', label: 'Name', sort: 'name' },
  { key: 'status', label: 'Status', sort: 'status' },
  { key: 'nets', label: 'Networks' },
  { key: 'permissions', label: 'Permissions' },
  { key: 'ews', label: 'EdgeWorkers', className: 'num' },
  { key: 'date', label: 'Next date', sort: 'date' },
];

export function TokenTable<T extends Token>(props: TokenTableProps<T>) {
  const { caption, tokens, query, sortHref, tokenHref, isBusy, accountOf, mayRefresh, mayRevoke } = props;
  return (
    <div className="relative cards:overflow-x-auto">
      <table className="table cards" aria-busy={isBusy}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {accountOf && <th scope="col">Account</th>}
            {COLUMNS.map(({ key, label, sort, className }) => (
              <th key={key} scope="col" className={className} aria-sort={sort && ariaSort(query, sort)}>
                {sort ? <SortLink label={label} sort={sort} query={query} href={sortHref} /> : label}
              </th>
            ))}
            {(mayRefresh || mayRevoke) && (
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <TokenRow key={tokenHref(token)} {...props} token={token} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Sorted = Pick<TokenQuery, 'sort' | 'descending'>;

function ariaSort(query: Sorted, sort: TokenSort) {
  if (query.sort !== sort) return undefined;
  return query.descending ? 'descending' : 'ascending';
}

type SortLinkProps = {
  label: string;
  sort: TokenSort;
  query: Sorted;
  href: (sort: TokenSort, descending: boolean) => Route;
};

function SortLink({ label, sort, query, href }: SortLinkProps) {
  const isCurrent = query.sort === sort;
  return (
    <Link
      href={href(sort, isCurrent && !query.descending)}
      prefetch={false}
      scroll={false}
      className={`inline-flex min-h-6 items-center gap-1 no-underline hover:text-ink ${isCurrent ? 'text-ink' : 'text-ink-3'}`}
    >
      {label}
      {isCurrent && <Icon of={query.descending ? ArrowDown : ArrowUp} small />}
    </Link>
  );
}

const SHOWN_NAMESPACES = 2;

function TokenRow<T extends Token>({
  token,
  today,
  tokenHref,
  isPending: isTokenPending,
  isDoubtful,
  accountOf,
  notes,
  mayRefresh,
  mayRevoke,
}: TokenTableProps<T> & { token: T }) {
  const status = tokenStatus(token, today);
  const kind = tokenKind(token);
  const isPending = isTokenPending(token);
  const name = visibleText(token.name);
  const owner = notes.get(token.uuid)?.owner;
  return (
    <tr>
      {accountOf && <td className="c-account cards:max-w-44">{accountOf(token)}</td>}
      <th scope="row" className="c-name">
        <span className="inline-flex items-center gap-2 whitespace-nowrap">
          <Link
            href={tokenHref(token)}
            prefetch={false}
            className="font-medium text-ink no-underline hover:text-accent-text hover:underline max-cards:text-l"
          >
            {name}
          </Link>
          {kind === 'legacy' && <Tag>JWT</Tag>}
        </span>
        {owner && <span className="block text-s font-normal text-ink-3">{visibleText(owner)}</span>}
      </th>
      <td className="c-status">
        <span className="inline-flex flex-wrap items-center gap-1.5">
          <Status status={status} />
          {isDoubtful(token) && <Tag look="info">being looked up</Tag>}
        </span>
      </td>
      <td className="c-nets">
        {token.details ? (
          <Networks networks={token.details.networks} />
        ) : (
          <Missing isPending={isPending} short />
        )}
      </td>
      <td className="c-perm">
        {token.details ? <PermissionsCell token={token} /> : <Missing isPending={isPending} />}
      </td>
      <td className="num c-ew">
        {token.details ? (
          <EdgeWorkersCell edgeWorkers={token.details.edgeWorkers} />
        ) : (
          <Missing isPending={isPending} short />
        )}
      </td>
      <td className="c-date">
        <Until token={token} today={today} />
      </td>
      {(mayRefresh || mayRevoke) && (
        <td className="c-act num whitespace-nowrap">
          {mayRefresh && kind === 'auto-refresh' && (
            <Link
              href={tokenHref(token, 'refresh')}
              prefetch={false}
              scroll={false}
              className="button"
              data-look="plain"
              data-square
            >
              <Icon of={RefreshCw} />
              <span className="sr-only">Refresh {name}</span>
            </Link>
          )}
          {mayRevoke && (
            <Link
              href={tokenHref(token, 'revoke')}
              prefetch={false}
              scroll={false}
              className="button"
              data-look="plain"
              data-square
            >
              <Icon of={Ban} />
              <span className="sr-only">Revoke {name}</span>
            </Link>
          )}
        </td>
      )}
    </tr>
  );
}

function PermissionsCell({ token }: { token: Token }) {
  const all = [...(token.details?.permissions ?? [])];
  const more = all.length - SHOWN_NAMESPACES;
  const columns =
    all.length === 1
      ? 'grid-cols-[minmax(0,8.5rem)]'
      : 'grid-cols-[minmax(0,8.5rem)_minmax(0,8.5rem)_auto] max-xl:grid-cols-[minmax(0,8.5rem)_auto]';
  return (
    <span className={`grid items-center gap-x-2 ${columns}`}>
      {all.slice(0, SHOWN_NAMESPACES).map(([namespace, held], index) => (
        <span key={namespace} className={`min-w-0 ${index > 0 ? 'max-xl:hidden' : ''}`}>
          <Permissions namespace={namespace} held={held} />
        </span>
      ))}
      {more > 0 && <MoreNamespaces count={more} className="max-xl:hidden" />}
      {all.length > 1 && <MoreNamespaces count={all.length - 1} className="xl:hidden" />}
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

function EdgeWorkersCell({ edgeWorkers }: { edgeWorkers: 'all' | readonly string[] }) {
  return (
    <>
      {edgeWorkers === 'all' ? <Tag look="attention">all</Tag> : edgeWorkers.length}
      <span className="sr-only cards:hidden"> EdgeWorkers</span>
      <span aria-hidden="true" className="text-s text-ink-3 cards:hidden">
        {' '}
        EWs
      </span>
    </>
  );
}

/** A bone while the details are on their way; a dash when Akamai does not tell them. */
function Missing({ isPending, short }: { isPending: boolean; short?: boolean }) {
  if (!isPending) return <span className="text-ink-3">–</span>;
  return (
    <span className={`inline-block h-2.5 rounded-slot bg-slot ${short ? 'w-8' : 'w-30'}`}>
      <span className="sr-only">Loading</span>
    </span>
  );
}

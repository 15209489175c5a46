// The table of tokens: one row a token, plain links and buttons, nothing that needs JavaScript.
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { Icon } from '@/components/ui/icon';
import type { Day } from '@/lib/domain/day';
import { nextDate, type Token, tokenKind, tokenStatus } from '@/lib/domain/token';
import type { Notes, TokenQuery, TokenSort } from '@/lib/domain/token-query';
import { countWords, type Usages } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';
import { SelectAll } from './selection-bar';
import { type Row, TokenRows } from './token-rows';

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
  /** The account of a token and where its name leads, where there are several. */
  accountOf?: (token: T) => NonNullable<Row['account']>;
  /** Whether a change of the token is being looked up, as its answer was lost. */
  isDoubtful: (token: T) => boolean;
  /** What people noted, by uuid. */
  notes: Notes;
  /** Which live versions hold them, by uuid. */
  usages: Usages;
  mayRefresh: boolean;
  mayRevoke: boolean;
  /** Whether rows can be selected: then the table stands in a form, which has their names as `t`. */
  mayPick?: boolean;
};

const COLUMNS: readonly { key: string; label: string; sort?: TokenSort; className?: string }[] = [
  { key: 'name', label: 'Name', sort: 'name' },
  { key: 'status', label: 'Status', sort: 'status' },
  { key: 'nets', label: 'Networks' },
  { key: 'permissions', label: 'Permissions' },
  { key: 'ews', label: 'EdgeWorkers', className: 'num' },
  { key: 'usage', label: 'Used by', sort: 'usage' },
  { key: 'date', label: 'Next date', sort: 'date' },
];

export function TokenTable<T extends Token>(props: TokenTableProps<T>) {
  const { caption, tokens, today, query, sortHref, isBusy, accountOf, mayRefresh, mayRevoke, mayPick } =
    props;
  return (
    <div className="relative cards:overflow-x-auto">
      <table className="table cards" aria-busy={isBusy} data-pick={mayPick}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {mayPick && (
              <th scope="col">
                <SelectAll />
              </th>
            )}
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
          <TokenRows
            rows={tokens.map((token) => rowOf(token, props))}
            today={today}
            withActions={mayRefresh || mayRevoke}
          />
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

/** What the row of a token needs, and nothing else: it is sent to the browser. */
function rowOf<T extends Token>(token: T, props: TokenTableProps<T>): Row {
  const { today, tokenHref, isPending, isDoubtful, accountOf, notes, usages, mayRefresh } = props;
  const { mayRevoke, mayPick } = props;
  const kind = tokenKind(token);
  const { details } = token;
  const owner = notes.get(token.uuid)?.owner;
  const usage = usages.get(token.uuid);
  return {
    name: visibleText(token.name),
    pick: mayPick ? token.name : null,
    href: tokenHref(token),
    account: accountOf?.(token) ?? null,
    owner: owner ? visibleText(owner) : null,
    isLegacy: kind === 'legacy',
    status: tokenStatus(token, today),
    isDoubtful: isDoubtful(token),
    details: details
      ? {
          networks: details.networks,
          permissions: [...details.permissions].slice(0, SHOWN_NAMESPACES),
          namespaces: details.permissions.size,
          edgeWorkers: details.edgeWorkers === 'all' ? 'all' : details.edgeWorkers.length,
        }
      : isPending(token)
        ? 'pending'
        : 'unknown',
    usedBy: usage ? (usage.state === 'used' ? countWords(usage) : usage.state) : null,
    next: nextDate(token),
    refreshHref: mayRefresh && kind === 'auto-refresh' ? tokenHref(token, 'refresh') : null,
    revokeHref: mayRevoke ? tokenHref(token, 'revoke') : null,
  };
}

// Search and filters of the token table: a plain GET form, and chips that take one filter away each.
import { Search, X } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { Icon } from '@/components/ui/icon';
import { PERMISSION_WORDS, PERMISSIONS } from '@/lib/domain/permissions';
import { TOKEN_STATUSES } from '@/lib/domain/token';
import {
  DEFAULT_TOKEN_QUERY,
  type TokenQuery,
  USAGE_FILTERS,
  type UsageFilter,
} from '@/lib/domain/token-query';
import { visibleText } from '@/lib/domain/visible-text';
import { STATUS_WORDS } from './marks';
import { SubmitOnChange } from './submit-on-change';

type Option = { value: string; label: string };

type FiltersProps = {
  query: TokenQuery;
  namespaces: readonly string[];
  /** Null where their ids mean different things. */
  edgeWorkers: readonly Option[] | null;
  owners: readonly string[];
  href: (query: TokenQuery) => Route;
};

const KINDS: readonly Option[] = [
  { value: 'auto-refresh', label: 'Auto-refresh' },
  { value: 'legacy', label: 'Legacy (JWT)' },
];
const NETWORK_OPTIONS: readonly Option[] = [
  { value: 'staging', label: 'Staging' },
  { value: 'production', label: 'Production' },
];
const STATUS_OPTIONS: readonly Option[] = TOKEN_STATUSES.map((value) => ({
  value,
  label: STATUS_WORDS[value],
}));
const PERMISSION_OPTIONS: readonly Option[] = PERMISSIONS.map((value) => ({
  value,
  label: PERMISSION_WORDS[value],
}));

const USAGE_WORDS: Readonly<Record<UsageFilter, string>> = {
  used: 'Used',
  production: 'Used on production',
  unused: 'Unused',
  unknown: 'Unknown use',
};
const USAGE_OPTIONS: readonly Option[] = USAGE_FILTERS.map((value) => ({ value, label: USAGE_WORDS[value] }));

export function Filters({ query, namespaces, edgeWorkers, owners, href }: FiltersProps) {
  const people = [
    ...owners.map((value) => ({ value, label: visibleText(value) })),
    { value: 'none', label: 'without an owner' },
  ];
  const spaces = namespaces.map((value) => ({ value, label: visibleText(value) }));
  return (
    <>
      <search aria-label="Tokens">
        <form className="flex flex-wrap items-center gap-2">
          <label className="relative min-w-0 flex-[1_1_12rem] sm:max-w-80">
            <span className="sr-only">Search tokens</span>
            <span className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3">
              <Icon of={Search} />
            </span>
            <input
              type="search"
              name="q"
              defaultValue={query.q}
              placeholder="Name, namespace, EdgeWorker, owner, uuid"
              className="box pl-8"
            />
          </label>
          {/* On phones the choices are one line that scrolls sideways, below the search. */}
          <div className="contents max-sm:relative max-sm:order-2 max-sm:flex max-sm:w-full max-sm:gap-2 max-sm:overflow-x-auto max-sm:pb-1">
            <Select name="status" label="Status" value={query.status} options={STATUS_OPTIONS} />
            <Select name="net" label="Network" value={query.network} options={NETWORK_OPTIONS} />
            <Select name="ns" label="Namespace" value={query.namespace} options={spaces} />
            <Select name="perm" label="Permission" value={query.permission} options={PERMISSION_OPTIONS} />
            <Select name="kind" label="Kind" value={query.kind} options={KINDS} />
            {(edgeWorkers || query.edgeWorker) && (
              <Select name="ew" label="EdgeWorker" value={query.edgeWorker} options={edgeWorkers ?? []} />
            )}
            <Select name="usage" label="Used by" value={query.usage} options={USAGE_OPTIONS} />
            {(owners.length > 0 || query.owner) && (
              <Select name="owner" label="Owner" value={query.owner} options={people} />
            )}
            <label className="flex min-h-8 flex-none items-center gap-2 text-m">
              <input
                type="checkbox"
                name="expired"
                value="1"
                defaultChecked={query.includeExpired}
                className="tick"
              />
              Include expired
            </label>
          </div>
          {query.sort !== DEFAULT_TOKEN_QUERY.sort || query.descending ? (
            <input type="hidden" name="sort" value={`${query.descending ? '-' : ''}${query.sort}`} />
          ) : null}
          <SubmitOnChange />
        </form>
      </search>
      <Chips query={query} edgeWorkers={edgeWorkers} href={href} />
    </>
  );
}

type SelectProps = { name: string; label: string; value: string | null; options: readonly Option[] };

function Select({ name, label, value, options }: SelectProps) {
  const isKnown = value === null || options.some((option) => option.value === value);
  return (
    <select
      key={value ?? ''}
      name={name}
      aria-label={label}
      defaultValue={value ?? ''}
      className="box w-auto max-w-40 flex-none font-medium"
    >
      <option value="">{label}</option>
      {!isKnown && <option value={value}>{visibleText(value)}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

function Chips({ query, edgeWorkers, href }: Omit<FiltersProps, 'namespaces' | 'owners'>) {
  const label = (options: readonly Option[], value: string | null) =>
    options.find((one) => one.value === value)?.label ?? value;
  const chips: readonly [string, string | null, Partial<TokenQuery>][] = [
    ['Search', query.q || null, { q: '' }],
    [
      'Status',
      label(STATUS_OPTIONS, query.status),
      { status: null, includeExpired: query.includeExpired && query.status !== 'expired' },
    ],
    ['Network', query.network, { network: null }],
    ['Namespace', query.namespace, { namespace: null }],
    ['Permission', label(PERMISSION_OPTIONS, query.permission), { permission: null }],
    ['Kind', label(KINDS, query.kind), { kind: null }],
    ['EdgeWorker', label(edgeWorkers ?? [], query.edgeWorker), { edgeWorker: null }],
    ['Owner', query.owner, { owner: null }],
    ['Used by', label(USAGE_OPTIONS, query.usage), { usage: null }],
  ];
  const active = chips.filter(([, value]) => value);
  if (active.length === 0) return null;
  return (
    <ul className="mt-3 flex flex-wrap gap-2">
      {active.map(([name, value, change]) => (
        <li key={name}>
          <Link
            href={href({ ...query, ...change, page: 1 })}
            prefetch={false}
            className="inline-flex min-h-7 items-center gap-1.5 rounded-control border border-accent-line bg-accent-soft px-2 text-s text-ink no-underline hover:border-accent-text"
          >
            {name} <b className="font-semibold">{visibleText(value ?? '')}</b>
            <Icon of={X} small />
            <span className="sr-only">remove this filter</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

// The token table's state as it stands in the URL: parsed, printed and applied here, drawn elsewhere.
import type { Day } from './day';
import { NETWORKS, type Network, PERMISSIONS, type Permission } from './permissions';
import {
  nextDate,
  TOKEN_STATUSES,
  type Token,
  type TokenKind,
  type TokenStatus,
  tokenKind,
  tokenStatus,
} from './token';
import { EMPTY_NOTE, type TokenNote } from './token-note';
import { countUses, isOnProduction, type TokenUsage, type Usages } from './usage';

export const TOKEN_SORTS = ['name', 'status', 'usage', 'date'] as const;
export type TokenSort = (typeof TOKEN_SORTS)[number];

/** By the live versions that hold a token. `production`: used there. */
export const USAGE_FILTERS = ['used', 'production', 'unused', 'unknown'] as const;
export type UsageFilter = (typeof USAGE_FILTERS)[number];

export type TokenQuery = {
  q: string;
  status: TokenStatus | null;
  kind: TokenKind | null;
  network: Network | null;
  namespace: string | null;
  permission: Permission | null;
  edgeWorker: string | null;
  /** Somebody's name, or `none` for tokens without an owner. */
  owner: string | null;
  usage: UsageFilter | null;
  includeExpired: boolean;
  sort: TokenSort;
  descending: boolean;
  /** Counted from 1. */
  page: number;
};

export const ROWS_PER_PAGE = 50;

export const DEFAULT_TOKEN_QUERY: TokenQuery = {
  q: '',
  status: null,
  kind: null,
  network: null,
  namespace: null,
  permission: null,
  edgeWorker: null,
  owner: null,
  usage: null,
  includeExpired: false,
  sort: 'date',
  descending: false,
  page: 1,
};

/** URL parameters as Next hands them to a page. */
export type SearchParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

const TEXT_MAX = 200;

/** Reads the table's state. What a parameter cannot mean is left out: an old link still shows the table. */
export function parseTokenQuery(parameters: SearchParameters): TokenQuery {
  const text = (name: string): string => {
    const given = parameters[name];
    return (typeof given === 'string' ? given : (given?.[0] ?? '')).trim().slice(0, TEXT_MAX);
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | null =>
    allowed.find((value) => value === text(name)) ?? null;
  const sort = text('sort');
  const page = Number(text('page'));
  return {
    q: text('q'),
    status: oneOf('status', TOKEN_STATUSES),
    kind: oneOf('kind', ['auto-refresh', 'legacy'] as const),
    network: oneOf('net', NETWORKS),
    namespace: text('ns') || null,
    permission: oneOf('perm', PERMISSIONS),
    edgeWorker: text('ew') || null,
    owner: text('owner') || null,
    usage: oneOf('usage', USAGE_FILTERS),
    includeExpired: text('expired') === '1' || text('status') === 'expired',
    sort: TOKEN_SORTS.find((one) => one === sort.replace(/^-/, '')) ?? DEFAULT_TOKEN_QUERY.sort,
    descending: sort.startsWith('-'),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** The query string of `query`, without the `?`; only what differs from the default. A new filter starts at page 1. */
export function printTokenQuery(query: TokenQuery): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string | null) => {
    if (value) parameters.set(name, value);
  };
  set('q', query.q);
  set('status', query.status);
  set('kind', query.kind);
  set('net', query.network);
  set('ns', query.namespace);
  set('perm', query.permission);
  set('ew', query.edgeWorker);
  set('owner', query.owner);
  set('usage', query.usage);
  set('expired', query.includeExpired && query.status !== 'expired' ? '1' : null);
  const sort = `${query.descending ? '-' : ''}${query.sort}`;
  set('sort', sort === DEFAULT_TOKEN_QUERY.sort ? null : sort);
  set('page', query.page > 1 ? String(query.page) : null);
  return parameters.toString();
}

/** Whether any filter narrows the table. Showing expired tokens widens it. */
export function hasFilters(query: TokenQuery): boolean {
  const { q, status, kind, network, namespace, permission, edgeWorker, owner, usage } = query;
  return [q, status, kind, network, namespace, permission, edgeWorker, owner, usage].some(Boolean);
}

export type TokenPage<T extends Token = Token> = {
  /** The rows of this page: matches first, then those of which it is not known yet. */
  rows: readonly T[];
  /** How many tokens match for certain. */
  matching: number;
  /** How many may match, but their details are not known. */
  undecided: number;
  /** The page shown, within 1 and `pages`. */
  page: number;
  pages: number;
};

/** What people noted, by uuid. */
export type Notes = ReadonlyMap<string, TokenNote>;

const NO_NOTES: Notes = new Map();
/** Of an account that was never scanned: the use of every token is unknown. */
const NO_USAGES: Usages = new Map();

/** Who owns a token by the notes, each once, in their order. */
export function ownersOf(notes: Notes): string[] {
  return [...new Set([...notes.values()].flatMap(({ owner }) => owner ?? []))].sort();
}

/** Applies `query` to all tokens of an account, or of several, on `today` (UTC). */
export function queryTokens<T extends Token>(
  tokens: readonly T[],
  query: TokenQuery,
  today: Day,
  notes: Notes = NO_NOTES,
  usages: Usages = NO_USAGES,
): TokenPage<T> {
  const { matching, undecided } = select(tokens, query, today, { notes, usages });
  const all = [...matching, ...undecided];
  const pages = Math.max(1, Math.ceil(all.length / ROWS_PER_PAGE));
  const page = Math.min(query.page, pages);
  return {
    rows: all.slice((page - 1) * ROWS_PER_PAGE, page * ROWS_PER_PAGE),
    matching: matching.length,
    undecided: undecided.length,
    page,
    pages,
  };
}

/** Every token that matches for certain, over all pages, in the table's order. */
export function allMatching(
  tokens: readonly Token[],
  query: TokenQuery,
  today: Day,
  notes: Notes = NO_NOTES,
  usages: Usages = NO_USAGES,
): readonly Token[] {
  return select(tokens, query, today, { notes, usages }).matching;
}

/** What is known of the tokens besides what Akamai tells, by uuid. */
type Known = { notes: Notes; usages: Usages };

function select<T extends Token>(
  tokens: readonly T[],
  query: TokenQuery,
  today: Day,
  known: Known,
): { matching: T[]; undecided: T[] } {
  const matching: T[] = [];
  const undecided: T[] = [];
  for (const token of tokens) {
    const verdict = matches(token, query, today, known);
    if (verdict === 'yes') matching.push(token);
    else if (verdict === 'unknown') undecided.push(token);
  }
  const order = (some: readonly T[]) => inOrder(some, query, today, known.usages);
  return { matching: order(matching), undecided: order(undecided) };
}

type Verdict = 'yes' | 'no' | 'unknown';

function matches(token: Token, query: TokenQuery, today: Day, { notes, usages }: Known): Verdict {
  const note = notes.get(token.uuid) ?? EMPTY_NOTE;
  const status = tokenStatus(token, today);
  if (status === 'expired' && !query.includeExpired) return 'no';
  if (query.status && query.status !== status) return 'no';
  if (query.kind && query.kind !== tokenKind(token)) return 'no';
  if (query.owner && !isOwnedBy(note, query.owner)) return 'no';
  if (query.usage && !isUsedSo(usages.get(token.uuid), query.usage)) return 'no';
  const verdicts = [matchesDetails(token, query), matchesText(token, note, query.q.toLowerCase())];
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('unknown') ? 'unknown' : 'yes';
}

function matchesDetails({ details }: Token, query: TokenQuery): Verdict {
  const { network, namespace, permission, edgeWorker } = query;
  if (!network && !namespace && !permission && !edgeWorker) return 'yes';
  if (!details) return 'unknown';
  if (network && !details.networks[network]) return 'no';
  if (edgeWorker && details.edgeWorkers !== 'all' && !details.edgeWorkers.includes(edgeWorker)) return 'no';
  if (namespace && !details.permissions.has(namespace)) return 'no';
  if (permission) {
    const held = namespace ? [details.permissions.get(namespace) ?? []] : [...details.permissions.values()];
    if (!held.some((one) => one.includes(permission))) return 'no';
  }
  return 'yes';
}

function isUsedSo(usage: TokenUsage | undefined, asked: UsageFilter): boolean {
  if (asked === 'production') return usage?.uses.some(isOnProduction) ?? false;
  return (usage?.state ?? 'unknown') === asked;
}

function isOwnedBy({ owner }: TokenNote, asked: string): boolean {
  return asked === 'none' ? owner === null : owner?.toLowerCase() === asked.toLowerCase();
}

function matchesText(token: Token, { owner, purpose, tags }: TokenNote, q: string): Verdict {
  if (q === '' || token.name.toLowerCase().includes(q) || token.uuid.toLowerCase().startsWith(q))
    return 'yes';
  if ([owner ?? '', purpose ?? '', ...tags].some((text) => text.toLowerCase().includes(q))) return 'yes';
  if (!token.details) return 'unknown';
  const { permissions, edgeWorkers } = token.details;
  if ([...permissions.keys()].some((namespace) => namespace.toLowerCase().includes(q))) return 'yes';
  return edgeWorkers !== 'all' && edgeWorkers.some((id) => id.startsWith(q)) ? 'yes' : 'no';
}

type Keyed<T extends Token> = { token: T; name: string; key: string | number | null };

type KeyOf = (token: Token, today: Day, usages: Usages) => string | number | null;

const KEYS: Readonly<Record<TokenSort, KeyOf>> = {
  name: () => null,
  status: (token, today) => statusRank(token, today),
  usage: (token, _, usages) => usageKey(usages.get(token.uuid)),
  date: (token, today) => dateKey(token, today),
};

/** Each token's key is made once: with thousands of tokens the comparisons are the most of a page's time. */
function inOrder<T extends Token>(
  tokens: readonly T[],
  { sort, descending }: TokenQuery,
  today: Day,
  usages: Usages,
): T[] {
  const keyOf = KEYS[sort];
  const keyed = tokens.map(
    (token): Keyed<T> => ({ token, name: token.name.toLowerCase(), key: keyOf(token, today, usages) }),
  );
  const direction = descending ? -1 : 1;
  const byName = (a: Keyed<T>, b: Keyed<T>) => compare(a.name, b.name) || compare(a.token.name, b.token.name);
  const byKey = (a: Keyed<T>, b: Keyed<T>): number => {
    if (sort === 'name') return direction * byName(a, b);
    // What has no date to come, what has expired, and what is not known stays at the end in both directions.
    if (a.key === null || b.key === null)
      return Number(a.key === null) - Number(b.key === null) || byName(a, b);
    return direction * compare(a.key, b.key) || byName(a, b);
  };
  return keyed.sort(byKey).map(({ token }) => token);
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const RISK_ORDER: readonly TokenStatus[] = ['failed', 'expiring', 'activating', 'active', 'expired'];

function statusRank(token: Token, today: Day): number {
  return RISK_ORDER.indexOf(tokenStatus(token, today));
}

/** More than an account can have. */
const EDGEWORKERS_MAX = 1_000;

/** Production counts first. */
function usageKey(usage: TokenUsage | undefined): number | null {
  if (!usage || usage.state === 'unknown') return null;
  const { all, onProduction } = countUses(usage);
  return onProduction * EDGEWORKERS_MAX + all;
}

function dateKey(token: Token, today: Day): string | null {
  return tokenStatus(token, today) === 'expired' ? null : (nextDate(token)?.day ?? null);
}

// What this process knows of each account's tokens: the last list, and the details read so far. Never a value. Whoever
// waits briefly is shown the older state while a newer one is read. For the token services only: it authorises nobody.
import 'server-only';
import { getToken, listTokens } from '@/lib/akamai/tokens';
import { NAME_PATTERN } from '@/lib/domain/permissions';
import { ok, type Problem, type Result } from '@/lib/domain/problem';
import type { KnownToken, Token, TokenListing } from '@/lib/domain/token';
import { now } from '@/lib/platform/clock';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import type { KnownDetails } from '@/lib/store/known-tokens';
import type { Connection } from './connection';
import { openSnapshot, type Snapshot } from './token-snapshot';
import { settledWithin, type Wait, waitMs } from './wait';

/** A list younger than this is shown without asking Akamai again, milliseconds. */
const FRESH_MS = 15_000;
/** How many details are read at once; the client's pace limits them further. */
const DETAILS_AT_ONCE = 6;
/** So many details are stored at once: a write for each would be too many. */
const DETAILS_STORED_AT_ONCE = 50;

/** `order`: before and after what else it was asked; a clock's millisecond would be too coarse. */
type Reading<T> = { order: number; askedAt: number; result: Promise<Result<T>> };
type List = { rows: readonly TokenListing[]; order: number; readAt: number };

type TokenCache = {
  /** Counts questions and changes. */
  events: number;
  list: List | null;
  /** Lists that were asked for before this event are old, whatever their age. */
  outdatedBy: number;
  reading: Reading<List> | null;
  /** Why the last list could not be read; null when it could. */
  problem: Problem | null;
  /** Rows of single answers that a list, asked for before them, must not take back; null for a token that is gone. */
  newer: Map<string, { row: TokenListing | null; order: number }>;
  details: Map<string, KnownDetails>;
  singles: Map<string, Reading<KnownToken>>;
  /** The last change of a token that nobody has read back since, by name. */
  doubts: Map<string, number>;
  hydrating: boolean;
  /** Names to read first: the rows that somebody looks at. */
  wanted: ReadonlySet<string>;
  snapshot: Snapshot;
  /** What `cachedTokens` returns, until something changes. */
  view: Pick<CachedTokens, 'tokens' | 'pending'> | null;
};

function caches(): Map<string, TokenCache> {
  return once('token-cache', () => new Map<string, TokenCache>());
}

/** Of how many tokens the details are in memory, over all accounts. */
export function cachedDetails(): number {
  return [...caches().values()].reduce((total, { details }) => total + details.size, 0);
}

function cacheOf({ client, account }: Connection): TokenCache {
  const all = caches();
  const existing = all.get(client.id);
  if (existing) return existing;
  const snapshot = openSnapshot(client.id, account.slug);
  const { list, details } = snapshot.restored;
  const fresh: TokenCache = {
    events: 1,
    list: list && { ...list, order: 0 },
    // However young: what an earlier run of the server changed after reading it is not in it.
    outdatedBy: 1,
    reading: null,
    problem: null,
    newer: new Map(),
    details,
    singles: new Map(),
    doubts: new Map(),
    hydrating: false,
    wanted: new Set(),
    snapshot,
    view: null,
  };
  all.set(client.id, fresh);
  return fresh;
}

export type CachedTokens = {
  tokens: readonly Token[];
  /** When the list was read, milliseconds since 1970. */
  readAt: number;
  /** Why a newer list could not be read, when what is shown is older than it should be. */
  problem: Problem | null;
  /** A newer list is being read. */
  isRefreshing: boolean;
  /** Names of tokens whose details are still to be read. */
  pending: ReadonlySet<string>;
};

/**
 * All tokens of the account, expired ones included, from a list not older than 15 s if Akamai answers in time; details
 * as far as they are read. An older list is returned with the Problem that keeps it old. Problems of the list call else.
 */
export async function cachedTokens(
  connection: Connection,
  wait: Wait = 'fully',
): Promise<Result<CachedTokens>> {
  const cache = cacheOf(connection);
  const first = cache.list ? ok(cache.list) : await readList(connection, cache).result;
  if (!first.ok) return first;
  let problem: Problem | null = null;
  // Twice at most: a list that was asked for before a change is none after it.
  for (let round = 0; round < 2 && isOld(cache) && !problem; round += 1) {
    const reading = readList(connection, cache);
    const read = await settledWithin(reading.result, waitMs(wait, reading.askedAt));
    if (read === null) break;
    if (!read.ok) problem = read.problem;
  }
  const isRefreshing = isOld(cache) && cache.reading !== null;
  if (isRefreshing) problem ??= cache.problem;
  const { readAt } = cache.list ?? first.value;
  const { tokens, pending } = viewOf(cache);
  if (pending.size > 0 && !problem) void hydrate(connection, cache);
  return ok({ tokens, readAt, problem, isRefreshing, pending });
}

/** What is known of the account's tokens, of whatever age, without asking Akamai; null when nothing is. */
export function knownTokens(connection: Connection): Pick<CachedTokens, 'tokens' | 'readAt'> | null {
  const cache = cacheOf(connection);
  return cache.list && { tokens: viewOf(cache).tokens, readAt: cache.list.readAt };
}

/** Names whose details should be read before the others: the rows on somebody's screen. */
export function wantDetailsFirst(connection: Connection, names: Iterable<string>): void {
  cacheOf(connection).wanted = new Set(names);
}

/**
 * Makes the next reader ask Akamai for the list. The old one stays for the case that Akamai does not answer. After a
 * change of the token `name` whose result was not read back, its next reader waits for Akamai too.
 */
export function outdateList(connection: Connection, name?: string): void {
  const cache = cacheOf(connection);
  cache.events += 1;
  cache.outdatedBy = cache.events;
  if (name !== undefined) cache.doubts.set(name, cache.events);
}

/** Puts what was just read or changed into the cache, so that the next table shows it. */
export function rememberToken(connection: Connection, token: KnownToken): void {
  const cache = cacheOf(connection);
  const { details, ...row } = token;
  const read = { version: row.latestRefresh, issued: row.issued, details };
  // The same object for the same details, and so the same view: what is worked out of it stays.
  if (!isSameDetails(cache.details.get(token.uuid), read)) {
    cache.details.set(token.uuid, read);
    cache.view = null;
  }
  cache.doubts.delete(token.name);
  putRow(cache, token.name, row);
}

/** Takes a token that was just revoked out of the cache. */
export function forgetToken(connection: Connection, name: string): void {
  putRow(cacheOf(connection), name, null);
}

/** The cached token of that name, if any: what to show while Akamai is away. */
export function cachedToken(connection: Connection, name: string): (Token & { readAt: number }) | null {
  const cache = cacheOf(connection);
  const row = cache.list?.rows.find((one) => one.name === name);
  return row && cache.list ? { ...tokenOf(cache, row), readAt: cache.list.readAt } : null;
}

/**
 * One token, asked of Akamai once for all who wait for it. Null when Akamai takes longer than `wait`, the token is known,
 * and nothing was done with it since. Problems: as `getToken`.
 */
export async function readSingle(
  connection: Connection,
  name: string,
  wait: Wait,
): Promise<Result<KnownToken> | null> {
  const cache = cacheOf(connection);
  const running = cache.singles.get(name);
  const isUsable = running && running.order > (cache.doubts.get(name) ?? 0);
  const reading = isUsable ? running : startSingle(connection, cache, name);
  const known = cachedToken(connection, name);
  const mayBeOlder = known?.details && !cache.doubts.has(name);
  return settledWithin(reading.result, mayBeOlder ? waitMs(wait, reading.askedAt) : Number.POSITIVE_INFINITY);
}

function startSingle(connection: Connection, cache: TokenCache, name: string): Reading<KnownToken> {
  cache.events += 1;
  const order = cache.events;
  const result = getToken(connection.client, name).then((read) => {
    if (cache.singles.get(name)?.order === order) cache.singles.delete(name);
    const isNewest = order > (cache.doubts.get(name) ?? 0) && order > (cache.newer.get(name)?.order ?? 0);
    if (read.ok && isNewest) rememberToken(connection, read.value);
    return read;
  });
  const reading = { order, askedAt: now(), result };
  cache.singles.set(name, reading);
  return reading;
}

/** One list call for however many readers wait for it. */
function readList(connection: Connection, cache: TokenCache): Reading<List> {
  if (cache.reading) return cache.reading;
  cache.events += 1;
  const order = cache.events;
  const result = listTokens(connection.client, { includeExpired: true }).then((listed): Result<List> => {
    cache.reading = null;
    cache.problem = listed.ok ? null : listed.problem;
    return listed.ok ? ok(putList(cache, listed.value, order)) : listed;
  });
  cache.reading = { order, askedAt: now(), result };
  return cache.reading;
}

function putList(cache: TokenCache, listed: readonly TokenListing[], order: number): List {
  const before = new Map(cache.list?.rows.map((row) => [row.name, row]));
  const byName = new Map(
    listed.map((row) => {
      const known = before.get(row.name);
      // The same object for the same row: so it is plain what has to be stored.
      return [row.name, known && isSame(known, row) ? known : row];
    }),
  );
  for (const [name, { row, order: since }] of cache.newer) {
    if (since < order) cache.newer.delete(name);
    else if (row) byName.set(name, row);
    else byName.delete(name);
  }
  const rows = [...byName.values()];
  const earlier = cache.list?.rows;
  const isUnchanged = earlier?.length === rows.length && rows.every((row, index) => row === earlier[index]);
  const list = { rows: isUnchanged ? earlier : rows, order, readAt: now() };
  const known = new Set(list.rows.map((row) => row.uuid));
  for (const uuid of cache.details.keys()) if (!known.has(uuid)) cache.details.delete(uuid);
  cache.list = list;
  if (!isUnchanged) cache.view = null;
  store(cache);
  return list;
}

function putRow(cache: TokenCache, name: string, row: TokenListing | null): void {
  cache.events += 1;
  cache.newer.set(name, { row, order: cache.events });
  if (!cache.list) return;
  const before = cache.list.rows.find((one) => one.name === name);
  if (row && before && isSame(before, row)) return;
  const others = cache.list.rows.filter((one) => one.name !== name);
  cache.list = { ...cache.list, rows: row ? [...others, row] : others };
  cache.view = null;
}

function store(cache: TokenCache): void {
  if (cache.list) cache.snapshot.save(cache.list, cache.details);
}

function isOld({ list, outdatedBy }: TokenCache): boolean {
  return !list || list.order < outdatedBy || Math.abs(now() - list.readAt) > FRESH_MS;
}

function isSame(one: TokenListing, other: TokenListing): boolean {
  return (
    one.name === other.name &&
    one.uuid === other.uuid &&
    one.expiry === other.expiry &&
    one.issued === other.issued &&
    one.latestRefresh === other.latestRefresh &&
    one.nextRefresh === other.nextRefresh &&
    one.activation === other.activation
  );
}

function isSameDetails(one: KnownDetails | undefined, other: KnownDetails): boolean {
  const plain = ({ version, issued, details }: KnownDetails) =>
    JSON.stringify([version, issued, details && { ...details, permissions: [...details.permissions] }]);
  return one !== undefined && plain(one) === plain(other);
}

function tokenOf(cache: TokenCache, row: TokenListing): Token {
  // Those of before a refresh are better than none until they are read again.
  const known = cache.details.get(row.uuid);
  return { ...row, issued: row.issued ?? known?.issued ?? null, details: known?.details ?? null };
}

function viewOf(cache: TokenCache): Pick<CachedTokens, 'tokens' | 'pending'> {
  cache.view ??= {
    tokens: (cache.list?.rows ?? []).map((row) => tokenOf(cache, row)),
    pending: new Set(missing(cache).map((row) => row.name)),
  };
  return cache.view;
}

/** Details are read again after a refresh; a name that is used again has another uuid. */
function missing({ list, details }: TokenCache): readonly TokenListing[] {
  return (list?.rows ?? []).filter((row) => details.get(row.uuid)?.version !== row.latestRefresh);
}

/** Whether only this token cannot be read. Nobody can be asked about a name that is none. */
function isItsOwn({ code }: Problem, { name }: TokenListing): boolean {
  return code === 'token-expired' || code === 'token-not-found' || !NAME_PATTERN.test(name);
}

/** With these it may be this token's answer alone that cannot be read. */
const MAY_BE_ITS_OWN: ReadonlySet<Problem['code']> = new Set(['akamai-bad-response', 'akamai-error']);
/** After so many of those in one round it is Akamai. */
const UNREADABLE_MAX = 10;

/** Reads missing details in the background until none is missing or Akamai is in trouble. One at a time per account. */
async function hydrate(connection: Connection, cache: TokenCache): Promise<void> {
  if (cache.hydrating) return;
  cache.hydrating = true;
  const taken = new Set<string>();
  const next = (): TokenListing | undefined => {
    const left = missing(cache).filter((row) => !taken.has(`${row.uuid} ${row.latestRefresh}`));
    return left.find((row) => cache.wanted.has(row.name)) ?? left[0];
  };
  let trouble: Problem | null = null;
  let unreadable = 0;
  let unstored = 0;
  const put = (row: TokenListing, known: Omit<KnownDetails, 'version'>) => {
    cache.details.set(row.uuid, { version: row.latestRefresh, ...known });
    cache.view = null;
    unstored += 1;
    if (unstored % DETAILS_STORED_AT_ONCE === 0) store(cache);
  };
  const work = async () => {
    for (let row = next(); row && !trouble; row = next()) {
      taken.add(`${row.uuid} ${row.latestRefresh}`);
      const read = await getToken(connection.client, row.name, { priority: 'background' });
      // Under the row that was asked for: should a single answer tell another date, it is not asked for ever.
      if (read.ok) put(row, { issued: read.value.issued, details: read.value.details });
      else if (isItsOwn(read.problem, row)) put(row, { issued: row.issued, details: null });
      else if (MAY_BE_ITS_OWN.has(read.problem.code) && unreadable < UNREADABLE_MAX) {
        unreadable += 1;
        const { problem } = read;
        log().warn({ problem, account: connection.account.slug, token: row.name }, 'token details not read');
      } else trouble = read.problem;
    }
  };
  try {
    await Promise.all(Array.from({ length: DETAILS_AT_ONCE }, work));
    if (trouble) log().warn({ problem: trouble, account: connection.account.slug }, 'token details not read');
  } finally {
    cache.hydrating = false;
    store(cache);
  }
}

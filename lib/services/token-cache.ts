// What this process knows of each account's tokens: the last list, and the details read so far. Never a value.
// For the token services only: it authorises nobody.
import 'server-only';
import { getToken, listTokens } from '@/lib/akamai/tokens';
import type { Problem, Result } from '@/lib/domain/problem';
import type { KnownToken, Token, TokenDetails, TokenListing } from '@/lib/domain/token';
import { now } from '@/lib/platform/clock';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import type { Connection } from './connection';

/** A list younger than this is shown without asking Akamai again, milliseconds. */
const FRESH_MS = 15_000;
/** How many details are read at once; the client's pace limits them further. */
const DETAILS_AT_ONCE = 4;

type TokenCache = {
  listing: { rows: readonly TokenListing[]; readAt: number } | null;
  /** Somebody asked for a newer list, whatever the age of this one. */
  mustRead: boolean;
  reading: Promise<Result<null>> | null;
  /** Details by uuid: a token is immutable, and a name used again gets another uuid. */
  details: Map<string, TokenDetails>;
  /** Tokens whose details Akamai does not tell any more (expired ones answer 410), by uuid. */
  unreadable: Map<string, Problem>;
  hydrating: boolean;
  /** Names to read first: the rows that somebody looks at. */
  wanted: ReadonlySet<string>;
};

function cacheOf({ account }: Connection): TokenCache {
  const all = once('token-cache', () => new Map<string, TokenCache>());
  const existing = all.get(account.slug);
  if (existing) return existing;
  const fresh: TokenCache = {
    listing: null,
    mustRead: false,
    reading: null,
    details: new Map(),
    unreadable: new Map(),
    hydrating: false,
    wanted: new Set(),
  };
  all.set(account.slug, fresh);
  return fresh;
}

export type CachedTokens = {
  tokens: readonly Token[];
  /** When the list was read, milliseconds since 1970. */
  readAt: number;
  /** Why a newer list could not be read, when what is shown is older than it should be. */
  problem: Problem | null;
  /** Names of tokens whose details are still to be read. */
  pending: ReadonlySet<string>;
};

/**
 * All tokens of the account, expired ones included, from a list not older than 15 s if Akamai answers; details as far
 * as they are read. An older list is returned with the Problem that keeps it old. Problems of the list call else.
 */
export async function cachedTokens(connection: Connection): Promise<Result<CachedTokens>> {
  const cache = cacheOf(connection);
  let problem: Problem | null = null;
  if (!cache.listing || cache.mustRead || now() - cache.listing.readAt > FRESH_MS) {
    const read = await readList(connection, cache);
    if (!read.ok) {
      if (!cache.listing) return read;
      problem = read.problem;
    }
  }
  const { rows, readAt } = cache.listing ?? { rows: [], readAt: now() };
  const tokens = rows.map((row) => ({ ...row, details: cache.details.get(row.uuid) ?? null }));
  const pending = new Set(missing(cache).map((row) => row.name));
  if (pending.size > 0 && !problem) void hydrate(connection, cache);
  return { ok: true, value: { tokens, readAt, problem, pending } };
}

/** Names whose details should be read before the others: the rows on somebody's screen. */
export function wantDetailsFirst(connection: Connection, names: Iterable<string>): void {
  cacheOf(connection).wanted = new Set(names);
}

/** Makes the next reader ask Akamai for the list. The old one stays for the case that Akamai does not answer. */
export function outdateList(connection: Connection): void {
  cacheOf(connection).mustRead = true;
}

/** Puts what was just read or changed into the cache, so that the next table shows it. */
export function rememberToken(connection: Connection, token: KnownToken): void {
  const cache = cacheOf(connection);
  const { details, ...row } = token;
  cache.details.set(token.uuid, details);
  if (!cache.listing) return;
  const rows = cache.listing.rows.filter((one) => one.name !== token.name);
  cache.listing = { ...cache.listing, rows: [...rows, row] };
}

/** The cached token of that name, if any: what to show while Akamai is away. */
export function cachedToken(connection: Connection, name: string): (Token & { readAt: number }) | null {
  const cache = cacheOf(connection);
  const row = cache.listing?.rows.find((one) => one.name === name);
  if (!row || !cache.listing) return null;
  return { ...row, details: cache.details.get(row.uuid) ?? null, readAt: cache.listing.readAt };
}

/** One list call for however many readers wait for it. */
function readList(connection: Connection, cache: TokenCache): Promise<Result<null>> {
  cache.reading ??= listTokens(connection.client, { includeExpired: true })
    .then((listed): Result<null> => {
      if (!listed.ok) return listed;
      cache.listing = { rows: listed.value, readAt: now() };
      cache.mustRead = false;
      const known = new Set(listed.value.map((row) => row.uuid));
      for (const map of [cache.details, cache.unreadable]) {
        for (const uuid of map.keys()) if (!known.has(uuid)) map.delete(uuid);
      }
      return { ok: true, value: null };
    })
    .finally(() => {
      cache.reading = null;
    });
  return cache.reading;
}

function missing(cache: TokenCache): readonly TokenListing[] {
  const rows = cache.listing?.rows ?? [];
  return rows.filter((row) => !cache.details.has(row.uuid) && !cache.unreadable.has(row.uuid));
}

/** Reads missing details in the background until none is missing or Akamai is in trouble. One at a time per account. */
async function hydrate(connection: Connection, cache: TokenCache): Promise<void> {
  if (cache.hydrating) return;
  cache.hydrating = true;
  const taken = new Set<string>();
  const next = (): TokenListing | undefined => {
    const left = missing(cache).filter((row) => !taken.has(row.uuid));
    return left.find((row) => cache.wanted.has(row.name)) ?? left[0];
  };
  let trouble: Problem | null = null;
  const work = async () => {
    for (let row = next(); row && !trouble; row = next()) {
      taken.add(row.uuid);
      const read = await getToken(connection.client, row.name, { priority: 'background' });
      if (read.ok) cache.details.set(row.uuid, read.value.details);
      else if (read.problem.code === 'token-expired' || read.problem.code === 'token-not-found') {
        cache.unreadable.set(row.uuid, read.problem);
      } else trouble = read.problem;
    }
  };
  try {
    await Promise.all(Array.from({ length: DETAILS_AT_ONCE }, work));
    if (trouble) log().warn({ problem: trouble, account: connection.account.slug }, 'token details not read');
  } finally {
    cache.hydrating = false;
  }
}

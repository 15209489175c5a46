// Which deployed EdgeWorkers live on which token: what is known of it, and how that is said. What could not be read makes a
// token's use unknown, never unused. It is worked out in usage-index.ts.
import type { BundleFinding } from './bundle-finding';
import type { MatchedBy, PlacedUse } from './bundle-token-use';
import type { EdgeWorker } from './edgeworker';
import type { Network } from './permissions';
import { isReference } from './token';

/** A version of an EdgeWorker that is active on one network or both. */
export type LiveVersion = {
  edgeWorker: EdgeWorker;
  version: string;
  /** Where it is active; never none. */
  networks: readonly Network[];
};

/** Where a live version holds a token. `findings`: what is wrong with the version, but for what concerns other tokens alone. */
export type LiveUse = LiveVersion & {
  /** How sure the surest of the entries is. */
  matchedBy: MatchedBy;
  entries: readonly Pick<PlacedUse, 'path' | 'key' | 'isInlined'>[];
  findings: readonly BundleFinding[];
};

/** What may use a token without that being readable. `version` is null when it is not known what is live. */
export type MaybeUse = { edgeWorker: EdgeWorker; version: string | null; why: string };

/** An EdgeWorker of which it is not known what is live, with why. */
export type UnreadEdgeWorker = { edgeWorker: EdgeWorker; fault: string };

export const USAGE_STATES = ['used', 'unused', 'unknown'] as const;
export type UsageState = (typeof USAGE_STATES)[number];

export type TokenUsage = {
  state: UsageState;
  /** By EdgeWorker ID. */
  uses: readonly LiveUse[];
  maybe: readonly MaybeUse[];
};

/** A live version with all tokens it holds. `unclear`: why it may use tokens that are not told here, in sentences. */
export type VersionUsage = LiveVersion & {
  uses: readonly PlacedUse[];
  findings: readonly BundleFinding[];
  unclear: readonly string[];
  helperVersion: string | null;
};

export type UsageIndex = {
  /** By EdgeWorker ID, then as they are live. */
  versions: readonly VersionUsage[];
  unread: readonly UnreadEdgeWorker[];
  /** EdgeWorkers that have nothing live. */
  idle: readonly EdgeWorker[];
  /** Whether all EdgeWorkers of the account are known. */
  isComplete: boolean;
  ofToken: Usages;
};

/** By uuid: of every token that the account has. */
export type Usages = ReadonlyMap<string, TokenUsage>;

/** The last scan of an account. Times are milliseconds since 1970. */
export type ScanView = {
  beganAt: number;
  /** Null while it runs. */
  endedAt: number | null;
  /** EdgeWorkers that it has looked at, and all of them; null before they are listed. */
  progress: { done: number; total: number } | null;
  isCancelled: boolean;
  /** Why nothing gets through to Akamai now; null while it does, and when it has ended. */
  held: string | null;
  /** Why it ended before its end. */
  problem: string | null;
};

/** How many EdgeWorkers use a token, and how many of them on production. */
export function countUses({ uses }: Pick<TokenUsage, 'uses'>): { all: number; onProduction: number } {
  const ids = (some: readonly LiveUse[]) => new Set(some.map(({ edgeWorker }) => edgeWorker.id)).size;
  return { all: ids(uses), onProduction: ids(uses.filter(isOnProduction)) };
}

/** Whether production depends on it. */
export function isOnProduction({ networks }: Pick<LiveVersion, 'networks'>): boolean {
  return networks.includes('production');
}

/** `used by 3, 2 on production`, `unused`, `unknown`. */
export function usageWords(usage: TokenUsage): string {
  return usage.state === 'used' ? `used by ${countWords(usage)}` : usage.state;
}

/** `3, 2 on production`: the EdgeWorkers of a token that is used. */
export function countWords(usage: Pick<TokenUsage, 'uses'>): string {
  const { all, onProduction } = countUses(usage);
  return `${all}, ${onProduction === 0 ? 'none' : onProduction} on production`;
}

/** How sure it is that an entry is the token, for people. */
export const MATCH_WORDS: Readonly<Record<MatchedBy, string>> = {
  reference: 'by its reference',
  claims: 'by what its JWT says',
  name: 'by its name alone',
};

/** A token that a live version holds and the account does not have any more: requests with it get 401. */
export type GoneUse = LiveVersion & { entries: readonly PlacedUse[] };

/** The live versions that hold tokens which are gone, by EdgeWorker ID. Placeholders are none. */
export function goneUses({ versions }: Pick<UsageIndex, 'versions'>): readonly GoneUse[] {
  return versions.flatMap(({ edgeWorker, version, networks, uses }) => {
    const entries = uses.filter(isGone);
    return entries.length === 0 ? [] : [{ edgeWorker, version, networks, entries }];
  });
}

/** What an entry is that no token of the account fits. */
export function strayWords(use: PlacedUse): string {
  if (isGone(use)) return 'gone: requests with it get 401';
  return use.form === 'none' ? 'neither a reference nor a value' : 'a placeholder: which token is not known';
}

function isGone({ known, form, reference, legacy }: PlacedUse): boolean {
  if (known !== null) return false;
  return form === 'reference' ? isReference(reference ?? '') : legacy !== null;
}

/** What stands there is neither a reference nor a JWT, and no token has that name. */
export function isPlaceholder({ form, reference, legacy, known }: PlacedUse): boolean {
  if (known !== null || form === 'none') return false;
  return form === 'reference' ? !isReference(reference ?? '') : legacy === null;
}

/** A live version without what is known of it. */
export function liveOf({ edgeWorker, version, networks }: LiveVersion): LiveVersion {
  return { edgeWorker, version, networks };
}

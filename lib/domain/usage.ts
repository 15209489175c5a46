// Which deployed EdgeWorkers live on which token, worked out of what a scan of the live versions read (usage-index.ts).
// What could not be read makes a token's use unknown, never unused.
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

/** Where a live version holds a token. `findings`: what is wrong with the version, of which some may be about the token. */
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

export type UsageState = 'used' | 'unused' | 'unknown';

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
  /** By uuid: of every token that the account has. */
  ofToken: ReadonlyMap<string, TokenUsage>;
};

/** How many EdgeWorkers use a token, and how many of them on production. */
export function countUses({ uses }: Pick<TokenUsage, 'uses'>): { all: number; onProduction: number } {
  const ids = (some: readonly LiveUse[]) => new Set(some.map(({ edgeWorker }) => edgeWorker.id)).size;
  return { all: ids(uses), onProduction: ids(uses.filter(isOnProduction)) };
}

function isOnProduction({ networks }: LiveVersion): boolean {
  return networks.includes('production');
}

/** `used by 3, 2 on production`, `unused`, `unknown`. */
export function usageWords(usage: TokenUsage): string {
  if (usage.state !== 'used') return usage.state;
  const { all, onProduction } = countUses(usage);
  return `used by ${all}, ${onProduction === 0 ? 'none' : onProduction} on production`;
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

function isGone({ known, form, reference, legacy }: PlacedUse): boolean {
  if (known !== null) return false;
  return form === 'reference' ? isReference(reference ?? '') : legacy !== null;
}

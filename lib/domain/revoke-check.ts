// Whether it is known that revoking a token breaks nothing. When it is not, its name must be typed.
import { joinWords } from './permissions';
import { countUses, type TokenUsage } from './usage';

/** A scan older than this says too little, milliseconds. */
export const SCAN_OLD_MS = 24 * 60 * 60_000;

/**
 * `used`: live versions would get 401. `deploying`: some will soon. `unknown`: some may, which could not be read. `old`,
 * `never`: nobody looked lately, or ever.
 */
export type RevokeDoubt = 'used' | 'deploying' | 'unknown' | 'old' | 'never';

/** What is known of a token's use: null when nothing was ever scanned. `asOf` is milliseconds since 1970. */
export type KnownUse = {
  usage: TokenUsage | null;
  asOf: number | null;
  /** A deployment from here that has not ended puts it into live versions. */
  isBeingDeployed: boolean;
};

/** Why a token should not be revoked without a second thought at the time `at`; null when no live version holds it. */
export function revokeDoubt({ usage, asOf, isBeingDeployed }: KnownUse, at: number): RevokeDoubt | null {
  if (usage?.state === 'used') return 'used';
  if (isBeingDeployed) return 'deploying';
  if (asOf === null) return 'never';
  if (usage === null || usage.state === 'unknown') return 'unknown';
  return at - asOf > SCAN_OLD_MS ? 'old' : null;
}

/** The doubt in a sentence: `cart is used by 3 EdgeWorkers, on production and staging.` */
export function doubtSentence(name: string, doubt: RevokeDoubt, { usage }: Pick<KnownUse, 'usage'>): string {
  switch (doubt) {
    case 'used': {
      const { all } = countUses(usage ?? { uses: [] });
      const on = [...new Set((usage?.uses ?? []).flatMap(({ networks }) => networks))].sort();
      return `${name} is used by ${all} ${all === 1 ? 'EdgeWorker' : 'EdgeWorkers'}, live on ${joinWords(on)}.`;
    }
    case 'deploying':
      return `A deployment is putting ${name} into live versions.`;
    case 'unknown':
      return `Whether a live version uses ${name} could not be read.`;
    case 'old':
      return `It is more than a day ago that anybody looked whether a live version uses ${name}.`;
    case 'never':
      return `Nobody has looked yet whether a live version uses ${name}.`;
  }
}

/** The EdgeWorkers to look at again before the token is revoked: those that use it, or may. */
export function affectedBy({ uses, maybe }: Pick<TokenUsage, 'uses' | 'maybe'>): readonly string[] {
  return [...new Set([...uses, ...maybe].map(({ edgeWorker }) => edgeWorker.id))];
}

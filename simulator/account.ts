// The state of the simulated account: what tokens, namespaces and EdgeWorkers Akamai would hold. No HTTP here.
import { createHash } from 'node:crypto';

export type SimToken = {
  name: string;
  uuid: string;
  /** YYYY-MM-DD; `9999-12-31` for a token that does not expire. */
  expiry: string;
  /** A legacy token's JWT; null for one made since August 2024. */
  value: string | null;
  allowOnStaging: boolean;
  allowOnProduction: boolean;
  namespacePermissions: Record<string, string[]>;
  /** Null: all EdgeWorkers. */
  restrictToEdgeWorkerIds: string[] | null;
  issueDate: string;
  latestRefreshDate: string | null;
  nextScheduledRefreshDate: string | null;
  /** When the activation completes, epoch ms; `error` and `never` stay as they are. */
  activation: { completesAt: number } | 'error' | 'never' | 'complete';
  /** Recordings differ: some answers lack latestRefreshDate before the first refresh, others say null. */
  omitsLatestRefresh: boolean;
};

export type SimNamespace = {
  namespace: string;
  geoLocation: string;
  retentionInSeconds: number;
  groupId: number;
  restrictDataAccess: boolean | null;
};

export type SimVersion = { version: string; createdTime: string; content: Buffer };

export const SIM_NETWORKS = ['STAGING', 'PRODUCTION'] as const;
export type SimNetwork = (typeof SIM_NETWORKS)[number];

/** One row of an EdgeWorker's history. What it is at a time follows from the clock: see activations.ts. */
export type SimActivation = {
  /** Counts from 1 for each EdgeWorker. */
  id: number;
  network: SimNetwork;
  /** Null: the network has no version from then on. No list shows such a row. */
  version: string | null;
  note: string | null;
  /** Epoch ms. */
  startedAt: number;
  endsAt: number;
  fails: boolean;
};

/** What Akamai's validation says. */
export type Finding = { type: string; message: string };

export type SimEdgeWorker = {
  id: number;
  name: string;
  groupId: number;
  versions: SimVersion[];
  /** None of their names is free again. */
  deletedVersions: SimVersion[];
  /** In the order of their start. */
  activations: SimActivation[];
  /** Whether it is renewed when a dependency is: by default Akamai pins it to what it was activated with. */
  followsDependencies: boolean;
  /** Where activations that are started fail. */
  failsOn: readonly SimNetwork[];
  /** What every upload is refused with. */
  refusesUploads: Finding | null;
};

export type SimAccount = {
  id: string;
  cpcode: string;
  tokens: Map<string, SimToken>;
  namespaces: { staging: SimNamespace[]; production: SimNamespace[] };
  edgeWorkers: SimEdgeWorker[];
  initialized: boolean;
  /** Part of each uuid, so that the same name in two accounts has two. */
  uuidWords: readonly string[];
  /** How often each name was used: a name used again gets another uuid. */
  generations: Map<string, number>;
  /** Tokens that are no more, and since when (epoch ms). */
  revocations: { at: number; token: SimToken }[];
  /** What was made in the minute that began at `from`, by the kind of limit. */
  rates: Map<string, { from: number; count: number }>;
};

/** What happens to an account and nobody has seen yet. */
export function nothingYet(): Pick<SimAccount, 'revocations' | 'rates'> {
  return { revocations: [], rates: new Map() };
}

/** Takes a token away for ever. */
export function removeToken(account: SimAccount, token: SimToken, now: number): void {
  if (account.tokens.delete(token.name)) account.revocations.push({ at: now, token });
}

export const NEVER_EXPIRES = '9999-12-31';

/** A version-5-shaped UUID, the same for the same words. */
export function uuidOf(...words: string[]): string {
  const hex = createHash('sha1').update(words.join('\n')).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

/** The calendar day in UTC `days` after `epochMs`. */
export function dayFrom(epochMs: number, days = 0): string {
  return new Date(epochMs + days * 86_400_000).toISOString().slice(0, 10);
}

/** The day two calendar months after `epochMs`, at most the 28th: about when Akamai refreshes next. */
export function refreshDayAfter(epochMs: number): string {
  const date = new Date(epochMs);
  const day = Math.min(date.getUTCDate(), 28);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 2, day)).toISOString().slice(0, 10);
}

export function activationStatus(token: SimToken, now: number): 'IN_PROGRESS' | 'COMPLETE' | 'ERROR' {
  if (token.activation === 'error') return 'ERROR';
  if (token.activation === 'never') return 'IN_PROGRESS';
  if (token.activation === 'complete') return 'COMPLETE';
  return now >= token.activation.completesAt ? 'COMPLETE' : 'IN_PROGRESS';
}

/** Whether the token expired before today (UTC): its last day counts to 23:59:59. */
export function isExpired(token: SimToken, now: number): boolean {
  return token.expiry < dayFrom(now);
}

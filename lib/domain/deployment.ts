// Putting a token into versions that are live: patched, uploaded as new versions, activated. The states of each step, what
// a look-up says of one whose answer was lost, and all of it in words.
import { nameOfUse, type PlacedUse, type TokenUse } from './bundle-token-use';
import { isEdgeWorkerVersion, VERSION_CHARS_MAX } from './bundle-version';
import type { EdgeWorker } from './edgeworker';
import { NETWORKS, type Network } from './permissions';
import type { Problem } from './problem';
import type { Token, TokenDetails } from './token';
import type { Change } from './tokens-file';

/** A version that is live, and the one that is made of it. */
export type Replacement = {
  edgeWorker: EdgeWorker;
  /** What is live, and where. */
  base: string;
  networks: readonly Network[];
  version: string;
};

/** The upload as a new version, and its activation on each network. */
export const STEP_KINDS = ['upload', ...NETWORKS] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/**
 * `working`: it is being prepared or sent. `checking`: Akamai's answer was lost, and it is looked up. `following`: Akamai
 * has taken the activation, which takes its time.
 */
export const STEP_STATES = [
  'waiting',
  'working',
  'checking',
  'following',
  'done',
  'failed',
  'cancelled',
] as const;
export type StepState = (typeof STEP_STATES)[number];

export const OPEN_STEPS = [
  'waiting',
  'working',
  'checking',
  'following',
] as const satisfies readonly StepState[];

/** Whether anything of a step is still to come. */
export function isOpen(state: StepState): boolean {
  return OPEN_STEPS.some((one) => one === state);
}

/** Most versions in one deployment: as many as Akamai takes in a minute. */
export const VERSIONS_MAX = 20;
/** Akamai's limits: 20 new versions, and on each network 20 activations, in a minute (EdgeWorkers guide, "Limits"). */
export const A_MINUTE_MAX = 20;
/** Characters of the note of an activation (OpenAPI: post-activations). */
export const NOTE_MAX = 128;

const WORDS: Readonly<Record<'upload' | 'activation', Readonly<Record<StepState, string>>>> = {
  upload: {
    waiting: 'waiting to be uploaded',
    working: 'being patched and uploaded',
    checking: 'upload not known yet, being looked up',
    following: 'being uploaded',
    done: 'uploaded',
    failed: 'not uploaded',
    cancelled: 'upload cancelled',
  },
  activation: {
    waiting: 'waiting to be activated',
    working: 'being sent',
    checking: 'activation not known yet, being looked up',
    following: 'being activated',
    done: 'active',
    failed: 'not activated',
    cancelled: 'activation cancelled',
  },
};

/** `uploaded`, `being activated`. */
export function stepWords(kind: StepKind, state: StepState): string {
  return WORDS[kind === 'upload' ? 'upload' : 'activation'][state];
}

/**
 * Where the new version may be activated from here: where the version that it was made of is live. Anywhere else it
 * would take the place of other code.
 */
export function targets({ networks }: Pick<Replacement, 'networks'>): readonly Network[] {
  return NETWORKS.filter((network) => networks.includes(network));
}

/** What is wrong with the versions that people chose, by `EDGEWORKER BASE`; empty when nothing is. */
export function wrongVersions(replacements: readonly Replacement[]): Record<string, string[]> {
  const wrong: Record<string, string[]> = {};
  const seen = new Set<string>();
  for (const { edgeWorker, base, version } of replacements) {
    const field = versionField(edgeWorker.id, base);
    const key = `${edgeWorker.id} ${version}`;
    if (!isEdgeWorkerVersion(version))
      wrong[field] = [
        `Give 1 to ${VERSION_CHARS_MAX} letters, digits or . _ ~ -, without two dots in a row.`,
      ];
    else if (version === base) wrong[field] = ['Give another version: this one is live already.'];
    else if (seen.has(key)) wrong[field] = ['Two versions of one EdgeWorker cannot have the same name.'];
    seen.add(key);
  }
  return wrong;
}

/** The name of a form's field for the new version of a live one. */
export function versionField(edgeWorker: string, base: string): string {
  return `version-${edgeWorker}-${base}`;
}

/** A live version, by its EdgeWorker's ID and its name. */
export type BaseVersion = { edgeWorker: string; base: string };

/** A live version in an address or a form: `4101:2.3.1`. No version has a colon in it. */
export function printBase({ edgeWorker, base }: BaseVersion): string {
  return `${edgeWorker}:${base}`;
}

/** The live version that such a text names; null when it is none. */
export function parseBase(text: string): BaseVersion | null {
  const [, edgeWorker, base] = /^(\d{1,20}):([^:]{1,100})$/.exec(text) ?? [];
  return edgeWorker !== undefined && base !== undefined && isEdgeWorkerVersion(base)
    ? { edgeWorker, base }
    : null;
}

/** Whether `candidate` may do all that `old` may, as far as both are known. */
export function canStandIn(
  { details: candidate }: Pick<Token, 'details'>,
  { details: old }: Pick<Token, 'details'>,
): boolean {
  if (!candidate || !old) return false;
  const { edgeWorkers, networks, permissions } = candidate;
  return (
    NETWORKS.every((network) => networks[network] || !old.networks[network]) &&
    (edgeWorkers === 'all' ||
      (old.edgeWorkers !== 'all' && old.edgeWorkers.every((id) => edgeWorkers.includes(id)))) &&
    [...old.permissions].every(([namespace, held]) =>
      held.every((one) => permissions.get(namespace)?.includes(one)),
    )
  );
}

/** What a live version could not do any more with another token in it. */
export type LostAccess = {
  /** All of it: the token is not for its EdgeWorker. */
  edgeWorker: boolean;
  /** The networks that it is live on and the token is not for. */
  networks: readonly Network[];
};

/**
 * What a live version would lose with a token of these `details` in place of one of those `before`; what that one was not
 * for is nothing lost. Null: it is not known, or there was none.
 */
export function lostAccess(
  details: TokenDetails,
  before: TokenDetails | null,
  { edgeWorker, networks }: { edgeWorker: string; networks: readonly Network[] },
): LostAccess {
  const isFor = ({ edgeWorkers }: TokenDetails) => edgeWorkers === 'all' || edgeWorkers.includes(edgeWorker);
  const isLost = (isAllowed: (of: TokenDetails) => boolean) =>
    !isAllowed(details) && (before === null || isAllowed(before));
  return {
    edgeWorker: isLost(isFor),
    networks: networks.filter((network) => isLost((of) => of.networks[network])),
  };
}

type Patched = {
  tokensFile: { items: readonly TokenUse[] } | null;
  inlined: readonly (TokenUse & Pick<PlacedUse, 'path'>)[];
};

/** The namespaces for which a tokens file among the `uses` of a bundle holds `token`. */
export function namespacesHeldBy(uses: readonly PlacedUse[], token: string): readonly string[] {
  const own = uses.filter((use) => !use.isInlined && nameOfUse(use) === token);
  return [...new Set(own.map(({ namespace }) => namespace))];
}

/** Why a bundle with these changes would still hold `replaces`, so that it is not uploaded; null when it would not. */
export function leftWords(
  { tokensFile, inlined }: Patched,
  changes: readonly Change[],
  { token, replaces }: { token: string; replaces: string },
): string | null {
  const isOld = (use: TokenUse) => nameOfUse(use) === replaces;
  const elsewhere = inlined.find(isOld);
  if (elsewhere)
    return `${replaces} stands in ${elsewhere.path} too, for ${elsewhere.key}, where no patch reaches it. Build the bundle again with ${token}.`;
  const isChanged = ({ namespace }: TokenUse) =>
    changes.some((change) => change.kind !== 'keep' && change.namespace === namespace);
  const kept = tokensFile?.items.find((one) => isOld(one) && !isChanged(one));
  if (!kept) return null;
  return `${replaces} stays for ${kept.key}: ${token} has no permission on that namespace.`;
}

/** `1 version`, `3 versions`. */
export function versionsWords(count: number): string {
  return count === 1 ? '1 version' : `${count} versions`;
}

/** How far a deployment is: a part for the upload of each version and each of its activations. */
export function countParts(
  items: readonly {
    networks: readonly Network[];
    steps: Readonly<Record<StepKind, { state: StepState } | null>>;
  }[],
): Readonly<Record<StepKind, { done: number; all: number }>> {
  const count = (kind: StepKind) => {
    const own = kind === 'upload' ? items : items.filter((item) => targets(item).includes(kind));
    return { done: own.filter(({ steps }) => steps[kind]?.state === 'done').length, all: own.length };
  };
  return { upload: count('upload'), staging: count('staging'), production: count('production') };
}

/** `2 of 2 uploaded, 1 of 2 active on staging`. */
export function partsInWords(parts: ReturnType<typeof countParts>): string {
  return STEP_KINDS.filter((kind) => parts[kind].all > 0)
    .map((kind) => {
      const { done, all } = parts[kind];
      return `${done} of ${all} ${kind === 'upload' ? 'uploaded' : `active on ${kind}`}`;
    })
    .join(', ');
}

/** A version as an account's list tells it. */
export type FoundVersion = { version: string; checksum: string | null };

/**
 * What the versions of an EdgeWorker say `ageMs` after the answer to an upload of `version` with `checksum` was lost.
 * `open`: another look may tell, for Akamai may work a request off later than it lost the connection. `compare`: it is
 * there, and only its content tells whose it is.
 */
export function judgeUpload(
  found: readonly FoundVersion[],
  sent: { version: string; checksum: string },
  ageMs: number,
  settleMs: number,
): 'done' | 'not-done' | 'open' | 'compare' {
  const one = found.find(({ version }) => version === sent.version);
  if (!one) return ageMs < settleMs ? 'open' : 'not-done';
  return one.checksum === sent.checksum ? 'done' : 'compare';
}

/** An activation as the history tells it; times are milliseconds since 1970, or null when not told. */
export type FoundActivation = { id: string; status: string; createdAt: number | null };

/** Clocks differ: an activation that is older than this before the sending is another one, milliseconds. */
const SKEW_MS = 120_000;

/**
 * The activation that a request sent at `sentAt` made, if the history of its version and network has one. `failed` is the id of
 * the one that failed before it was asked for again: it is none of that one, nor of any that is older.
 */
export function findSent(
  found: readonly FoundActivation[],
  sentAt: number,
  failed: string | null = null,
): FoundActivation | null {
  const before = found.find(({ id }) => id === failed);
  const own = found.filter(
    (one) =>
      one !== before &&
      one.createdAt !== null &&
      one.createdAt >= Math.max(sentAt - SKEW_MS, before?.createdAt ?? 0),
  );
  return own.reduce<FoundActivation | null>((newest, one) => {
    return newest === null || (one.createdAt ?? 0) > (newest.createdAt ?? 0) ? one : newest;
  }, null);
}

/** What a status of Akamai means; they are an open list, and an unknown one is still under way. */
export function judgeActivation(status: string): 'active' | 'failed' | 'under-way' {
  if (status === 'COMPLETE') return 'active';
  const isOver = ['ABORTED', 'ERROR', 'EXPIRED', 'CANCELLED', 'DELETED_BY_AKAMAI'].includes(status);
  return isOver ? 'failed' : 'under-way';
}

/** What Akamai's findings on a bundle mean, and what to do, by type (EdgeWorkers guide, "Validation errors"). */
const ADVICE: Readonly<Record<string, string>> = {
  ACCESS_TOKEN_REFERENCE_INVALID:
    'Akamai does not know the token yet, or no more: wait until it is active, or choose another.',
  ACCESS_TOKEN_EXPIRED: 'A token in the bundle has expired: put another one in its place.',
  ACCESS_TOKEN_INVALID: 'A token in the bundle is not one of Akamai: put another one in its place.',
  ACCESS_TOKEN_MISSING: 'The code uses a namespace for which the bundle has no token.',
  EDGEKV_FILE_MISSING: 'The bundle lacks the helper library edgekv.js.',
  EDGEKV_TOKENS_FILE_MISSING: 'The bundle lacks edgekv_tokens.js.',
  INVALID_FILE_PERMISSION: 'A file in the bundle may be executed: pack it without that.',
  INVALID_MANIFEST: 'bundle.json is not as Akamai wants it.',
  MAX_COMPRESSED_SIZE_EXCEEDED: 'The bundle is too large: take something out of it.',
  MAX_UNCOMPRESSED_SIZE_EXCEEDED: 'The bundle is too large: take something out of it.',
  STATIC_VALIDATION_FAILED: 'The code does not load: it was so before, or the tokens file is at fault.',
  DEPENDENCY_NOT_FOUND: 'An EdgeWorker that it depends on is not there.',
};

/** Why Akamai would not take a bundle: its own words, and what to do where that is known. */
export function refusalWords(errors: readonly { type: string; message: string }[]): string {
  const told = errors.slice(0, 3).map(({ type, message }) => {
    const own = `${type.slice(0, 60)}: ${message.slice(0, 200)}`.replace(/[.\s]*$/, '.');
    return Object.hasOwn(ADVICE, type) ? `${own} ${ADVICE[type]}` : own;
  });
  const rest = errors.length - told.length;
  return [
    "Akamai's validation refuses the bundle.",
    ...told,
    ...(rest > 0 ? [`And ${rest} more.`] : []),
  ].join(' ');
}

/** What Akamai said when it refused, in its own words, with what to do where a known type is in them. */
export function problemWords({ title, detail, upstream }: Problem): string {
  const own = upstream?.detail ?? upstream?.title;
  const advice = Object.entries(ADVICE).find(([type]) => own?.includes(type))?.[1];
  return [
    title,
    ...(own ? [`Akamai says: ${own.slice(0, 300)}`.replace(/[.\s]*$/, '.')] : [detail]),
    ...(advice ? [advice] : []),
  ].join(' ');
}

// The usage index, worked out of what a scan of the live versions read. What could not be read makes a token's use
// unknown, never unused.
import { type BundleFacts, matchFacts } from './bundle-doctor';
import type { BundleFinding } from './bundle-finding';
import { tokenFindings } from './bundle-token-findings';
import { type MatchedBy, maybeTokens, type PlacedUse, readUses } from './bundle-token-use';
import type { Day } from './day';
import type { EdgeWorker } from './edgeworker';
import type { Network } from './permissions';
import type { Token } from './token';
import {
  isPlaceholder,
  type LiveUse,
  type LiveVersion,
  liveOf,
  type MaybeUse,
  type TokenUsage,
  type UsageIndex,
  type VersionUsage,
} from './usage';

/** With what a scan read of its bundle, or why that could not be read, in a sentence. */
export type ScannedVersion = LiveVersion & {
  /** Whether the code of the EdgeWorkers that it depends on was read with it. */
  isCombined: boolean;
} & ({ facts: BundleFacts; fault: null } | { facts: null; fault: string });

/** What is known of the live versions of an account. */
export type Scanned = Pick<UsageIndex, 'unread' | 'idle' | 'isComplete'> & {
  versions: readonly ScannedVersion[];
};

/** The index: what `scanned` read, matched with the tokens that the account has now, expired ones included. */
export function indexUsage(scanned: Scanned, tokens: readonly Token[], today: Day): UsageIndex {
  const matched = scanned.versions
    .map((one) => match(one, tokens, today))
    .sort((one, other) => byEdgeWorker(one.live, other.live));
  const versions = matched.map(({ live }) => live);
  const unread = scanned.unread.map(({ edgeWorker, fault }) => ({ edgeWorker, version: null, why: fault }));
  const doubts = doubtsOf(versions);
  const byJwt = doubtsByJwt(scanned.versions, tokens);
  const uses = usesByToken(matched);
  const listed = new Set(
    [...versions, ...scanned.unread].map(({ edgeWorker }) => edgeWorker.id).concat(idsOf(scanned.idle)),
  );
  const ofToken = new Map<string, TokenUsage>();
  for (const token of tokens) {
    const own = uses.get(token.uuid) ?? [];
    const maybe = [
      ...doubts.filter((one) => mayUse(token, one.edgeWorker, one.networks)).map(withoutNetworks),
      ...(byJwt.get(token.uuid) ?? []),
      ...unread.filter((one) => mayUse(token, one.edgeWorker, null)),
      ...(scanned.isComplete ? unlistedOf(token, listed) : []),
    ];
    const isKnown = scanned.isComplete && maybe.length === 0;
    ofToken.set(token.uuid, {
      state: own.length > 0 ? 'used' : isKnown ? 'unused' : 'unknown',
      uses: own,
      maybe,
    });
  }
  const { idle, isComplete } = scanned;
  return { versions, unread: scanned.unread, idle, isComplete, ofToken };
}

type Doubt = MaybeUse & { networks: readonly Network[] };

/** The versions that may use more than was seen, each once: one may run as another revision on each network. */
function doubtsOf(versions: readonly VersionUsage[]): readonly Doubt[] {
  const found = new Map<string, Doubt>();
  for (const live of versions) {
    const [why] = live.unclear;
    if (why === undefined) continue;
    const key = JSON.stringify([live.edgeWorker.id, live.version, why]);
    const networks = [...(found.get(key)?.networks ?? []), ...live.networks];
    found.set(key, { ...liveOf(live), networks, why });
  }
  return [...found.values()];
}

/** The versions with a JWT that may be one of several tokens, by the uuid of each. */
function doubtsByJwt(
  versions: readonly ScannedVersion[],
  tokens: readonly Token[],
): ReadonlyMap<string, readonly MaybeUse[]> {
  const found = new Map<string, MaybeUse[]>();
  // One that runs as another revision on each network is told once.
  const isTold = (uuid: string, { edgeWorker, version }: LiveVersion) =>
    found.get(uuid)?.some((one) => one.edgeWorker.id === edgeWorker.id && one.version === version) ?? false;
  for (const live of versions) {
    const { facts, edgeWorker, version } = live;
    const jwts = facts?.uses.filter(({ claims }) => claims !== null) ?? [];
    const uuids = new Set(jwts.flatMap((fact) => maybeTokens(fact, tokens).map(({ uuid }) => uuid)));
    const why = 'It holds a JWT of the same last day, and which token that is could not be told.';
    for (const uuid of uuids)
      if (!isTold(uuid, live)) found.set(uuid, [...(found.get(uuid) ?? []), { edgeWorker, version, why }]);
  }
  return found;
}

function idsOf(edgeWorkers: readonly EdgeWorker[]): string[] {
  return edgeWorkers.map(({ id }) => id);
}

/** EdgeWorkers that the token is for and this credential does not see: they are of another access group, or deleted. */
function unlistedOf({ details }: Token, listed: ReadonlySet<string>): MaybeUse[] {
  const ids = details && details.edgeWorkers !== 'all' ? details.edgeWorkers : [];
  const why =
    'It is not among the EdgeWorkers that this credential sees: of another access group, or deleted.';
  return ids
    .filter((id) => !listed.has(id))
    .map((id) => ({ edgeWorker: { id, name: '' }, version: null, why }));
}

/** A live version with its uses, and what is wrong with it as far as it concerns the token of a uuid. */
type Matched = { live: VersionUsage; findingsOf: (uuid: string) => readonly BundleFinding[] };

function match(scanned: ScannedVersion, tokens: readonly Token[], today: Day): Matched {
  const about = liveOf(scanned);
  const { facts } = scanned;
  if (!facts) {
    const live = { ...about, uses: [], findings: [], unclear: [scanned.fault ?? ''], helperVersion: null };
    return { live, findingsOf: () => [] };
  }
  const context = { tokens, today, edgeWorker: about.edgeWorker.id };
  const matched = matchFacts(facts, context);
  const uses = readUses(matched.uses);
  const findings = [...facts.findings, ...matched.findings];
  const live = {
    ...about,
    uses,
    findings: findings.filter(isClear),
    unclear: unclearOf(findings, scanned.isCombined ? [] : facts.dependencies, uses),
    helperVersion: facts.helperVersion,
  };
  const findingsOf = (uuid: string) =>
    [...facts.findings, ...tokenFindings(matched.uses, context, facts.hasHelper, uuid)].filter(isClear);
  return { live, findingsOf };
}

/** Findings of the bundle doctor by which a token may have been missed. */
const UNCLEAR: ReadonlySet<string> = new Set([
  'tokens-file-unreadable',
  'token-unknown',
  'code-not-searched',
]);

function isClear({ code }: BundleFinding): boolean {
  return !UNCLEAR.has(code);
}

function unclearOf(
  findings: readonly BundleFinding[],
  dependencies: readonly string[],
  uses: readonly PlacedUse[],
): string[] {
  const placeholders = uses.filter(isPlaceholder).map(({ key }) => key);
  return [
    ...findings.filter(({ code }) => UNCLEAR.has(code)).map(({ text }) => text),
    ...(dependencies.length > 0
      ? [
          `The code of ${dependencies.map((id) => `EdgeWorker ${id}`).join(', ')} runs with it, and was not read.`,
        ]
      : []),
    ...(placeholders.length > 0
      ? [
          `The entry for ${placeholders.join(', ')} holds a placeholder: which token it stands for is not known.`,
        ]
      : []),
  ];
}

/** Whether a version on `networks` (null: not known which) could get through with the token at all. */
function mayUse({ details }: Token, { id }: EdgeWorker, networks: readonly Network[] | null): boolean {
  if (!details) return true;
  if (details.edgeWorkers !== 'all' && !details.edgeWorkers.includes(id)) return false;
  return networks === null || networks.some((network) => details.networks[network]);
}

function usesByToken(versions: readonly Matched[]): Map<string, LiveUse[]> {
  const found = new Map<string, LiveUse[]>();
  for (const version of versions) {
    const own = new Map<string, PlacedUse[]>();
    for (const use of version.live.uses)
      if (use.known) own.set(use.known.uuid, [...(own.get(use.known.uuid) ?? []), use]);
    for (const [uuid, uses] of own)
      found.set(uuid, [...(found.get(uuid) ?? []), liveUse(version, uuid, uses)]);
  }
  return found;
}

/** The surest first. */
const SURENESS: readonly MatchedBy[] = ['reference', 'claims', 'name'];

function liveUse({ live, findingsOf }: Matched, uuid: string, uses: readonly PlacedUse[]): LiveUse {
  const matched = uses.flatMap(({ known }) => known?.matchedBy ?? []);
  return {
    ...liveOf(live),
    matchedBy: SURENESS.find((one) => matched.includes(one)) ?? 'name',
    entries: uses.map(({ path, key, isInlined }) => ({ path, key, isInlined })),
    findings: findingsOf(uuid),
  };
}

function withoutNetworks({ edgeWorker, version, why }: MaybeUse): MaybeUse {
  return { edgeWorker, version, why };
}

function byEdgeWorker(one: LiveVersion, other: LiveVersion): number {
  return (
    Number(one.edgeWorker.id) - Number(other.edgeWorker.id) || one.networks.length - other.networks.length
  );
}

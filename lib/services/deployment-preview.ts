// What putting a token into live versions would change, and the patched bundles to take away.
import 'server-only';
import { downloadVersion } from '@/lib/akamai/edgeworkers';
import { type BaseVersion, type LostAccess, VERSIONS_MAX } from '@/lib/domain/deployment';
import { fail, ok, type Result } from '@/lib/domain/problem';
import type { LiveVersion } from '@/lib/domain/usage';
import { authorize } from './authorize';
import { type Inspection, type InspectRequest, inspectBundle } from './bundle-inspection';
import { type PatchResult, patchBundle } from './bundles';
import { type Connection, connect } from './connection';
import { lostAccessBy, namespacesHeld, usesThroughDependency } from './deployment-bundle';
import { readScanned } from './live-versions';
import type { Actor } from './session';
import { cachedTokens } from './token-cache';

/** What a patch of a live version would change. */
export type DeploymentPreview = LiveVersion & {
  inspection: Result<Inspection>;
  /** It holds the replaced token only through an EdgeWorker that it depends on: its files stay as they are. */
  isPassedOn: boolean;
  /** What it could not do any more. */
  lost: LostAccess;
};

/** The token that is put in, and the one that it takes the place of. */
export type Exchange = { token: string; replaces: string | null };

const NOTHING_LOST: LostAccess = { edgeWorker: false, networks: [] };

/**
 * What putting `token` into these live versions would change, each with its diff and a version that is free and none of
 * the others'. Problems:
 * `not-signed-in`, `forbidden`, `unknown-account`, `no-credentials`, `bad-request` for none or too many versions or one that is
 * not live, `token-not-found`, those of Akamai; problems of one version are told with it.
 */
export async function previewDeployment(
  actor: Actor,
  account: string,
  { token, replaces }: Exchange,
  versions: readonly BaseVersion[],
): Promise<Result<readonly DeploymentPreview[]>> {
  const live = await liveVersions(actor, account, 'bundle.patch', versions);
  if (!live.ok) return live;
  const { connection, found } = live.value;
  const tokens = await cachedTokens(connection);
  const details = tokens.ok ? tokens.value.tokens.find(({ name }) => name === token)?.details : null;
  const previews: DeploymentPreview[] = [];
  const suggested = new Map<string, string[]>();
  // One after the other: each holds a bundle in memory, and a user has one place among those who patch.
  for (const one of found) {
    const { id } = one.edgeWorker;
    // Two versions of one EdgeWorker become two new ones.
    const taken = suggested.get(id) ?? [];
    const isPassedOn = await usesThroughDependency(
      connection,
      { edgeWorker: id, base: one.version },
      replaces,
    );
    const tokensOfIt = isPassedOn ? [] : [token];
    const asked = { account, tokens: tokensOfIt, edgeWorker: id, taken, validate: false };
    const inspection = await inspectLive(actor, connection, one.version, { ...asked, replaces });
    if (inspection.ok && inspection.value.suggestedVersion !== null)
      suggested.set(id, [...taken, inspection.value.suggestedVersion]);
    if (!inspection.ok && inspection.problem.code === 'token-not-found') return inspection;
    const lost =
      details && !isPassedOn
        ? await lostAccessBy(details, { connection, replaces }, { edgeWorker: id, networks: one.networks })
        : NOTHING_LOST;
    previews.push({ ...one, inspection, isPassedOn, lost });
  }
  return ok(previews);
}

type InspectLive = Omit<InspectRequest, 'options' | 'edgeWorker'> & {
  edgeWorker: string;
  replaces: string | null;
};

async function inspectLive(
  actor: Actor,
  connection: Connection,
  version: string,
  { replaces, edgeWorker, ...request }: InspectLive,
): Promise<Result<Inspection>> {
  const content = await downloadVersion(connection.client, edgeWorker, version);
  if (!content.ok) return content;
  const held = await namespacesHeld(content.value, { connection, replaces, edgeWorker });
  if (!held.ok) return held;
  const options = { overwrite: true, namespaces: held.value };
  return inspectBundle(actor, content.value, { ...request, edgeWorker, options });
}

/**
 * A live version's bundle with the token in it, as `version`, to take away. Problems: as `patchBundle`, and `bad-request`
 * for a version that is not live.
 */
export async function patchLiveVersion(
  actor: Actor,
  account: string,
  { token, replaces }: Exchange,
  { edgeWorker, base, version }: BaseVersion & { version: string },
): Promise<Result<PatchResult>> {
  const live = await liveVersions(actor, account, 'bundle.patch', [{ edgeWorker, base }]);
  if (!live.ok) return live;
  const { connection } = live.value;
  const content = await downloadVersion(connection.client, edgeWorker, base);
  if (!content.ok) return content;
  const held = await namespacesHeld(content.value, { connection, replaces, edgeWorker });
  if (!held.ok) return held;
  return patchBundle(actor, account, [token], {
    name: `${live.value.found[0]?.edgeWorker.name ?? edgeWorker}-${version}.tgz`,
    bytes: content.value,
    options: { overwrite: true, version, namespaces: held.value },
    edgeWorker,
  });
}

type Live = { connection: Connection; found: readonly LiveVersion[] };

/** The versions named, as they are live by the last scan. */
export async function liveVersions(
  actor: Actor,
  account: string,
  right: 'bundle.patch' | 'edgeworker.deploy',
  versions: readonly BaseVersion[],
): Promise<Result<Live>> {
  const allowed = await authorize(actor, right, { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  if (versions.length === 0 || versions.length > VERSIONS_MAX) {
    const advice = `Nothing was changed. Choose 1 to ${VERSIONS_MAX} live versions.`;
    return fail('bad-request', 400, 'So many versions cannot be patched at once.', advice);
  }
  const scanned = await readScanned(connection.value.client.id);
  const found: LiveVersion[] = [];
  for (const { edgeWorker, base } of versions) {
    const one = scanned.versions.find(
      ({ edgeWorker: { id }, version }) => id === edgeWorker && version === base,
    );
    if (!one) {
      const advice = 'Nothing was changed. Scan again, and choose among the versions that are live.';
      return fail('bad-request', 400, `EdgeWorker ${edgeWorker} has no live version ${base}.`, advice);
    }
    const networks = scanned.versions
      .filter(({ edgeWorker: { id }, version }) => id === edgeWorker && version === base)
      .flatMap((same) => same.networks);
    found.push({ edgeWorker: one.edgeWorker, version: base, networks });
  }
  return ok({ connection: connection.value, found });
}

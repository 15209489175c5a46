// The EdgeWorkers API: a grant of its own that a credential may lack.

import { isEdgeWorkerVersion } from '@/lib/domain/bundle-manifest';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { Network } from '@/lib/domain/permissions';
import { fail, type Result } from '@/lib/domain/problem';
import { type AkamaiClient, type Answered, badName, type CallOptions, type MayStill } from './client';
import {
  activationSchema,
  activationsSchema,
  type EdgeWorkerActivation,
  type EdgeWorkerVersion,
  edgeWorkerGroupsSchema,
  edgeWorkersSchema,
  limitsSchema,
  propertiesSchema,
  revisionsSchema,
  validationSchema,
  versionSchema,
  versionsSchema,
} from './wire';

const API = '/edgeworkers/v1';
const ID = /^[1-9]\d{0,9}$/;
/** The activation's id, a dash, and a count (guide, "Terminology"). */
const REVISION_ID = /^[1-9]\d{0,9}-\d{1,9}$/;

/** All EdgeWorker IDs with their names; at most 200 in an account, no paging. */
export function listEdgeWorkers(
  client: AkamaiClient,
  options: CallOptions = {},
): Promise<Result<readonly EdgeWorker[]>> {
  return client.call({
    ...options,
    method: 'GET',
    path: `${API}/ids`,
    schema: edgeWorkersSchema,
    size: 'list',
  });
}

/** All versions of an EdgeWorker; at most 1,000. A version's content never changes. */
export async function listVersions(client: AkamaiClient, id: string, options: CallOptions = {}) {
  if (!ID.test(id)) return badName('EdgeWorker');
  const path = `${API}/ids/${id}/versions`;
  return client.call({ ...options, method: 'GET', path, schema: versionsSchema, size: 'list' });
}

/** Which activations: `activeOnly` those that are active now, of one version, on one network (OpenAPI: get-activations). */
type ActivationFilter = {
  activeOnly: boolean;
  version?: string | undefined;
  network?: Network | undefined;
};

/**
 * Activations of an EdgeWorker: those that are active now, at most one a network, or the history. In the history a
 * COMPLETE one may be active no more. That the newest comes first is seen in samples and written nowhere.
 */
export async function listActivations(
  client: AkamaiClient,
  id: string,
  { activeOnly, version, network, ...options }: CallOptions & ActivationFilter,
) {
  if (!ID.test(id) || (version !== undefined && !isEdgeWorkerVersion(version))) return badName('EdgeWorker');
  const path = `${API}/ids/${id}/activations${queryOf({ version, network, activeOnly })}`;
  return client.call({ ...options, method: 'GET', path, schema: activationsSchema, size: 'list' });
}

function queryOf({ version, network, activeOnly }: Partial<ActivationFilter>): string {
  const query = new URLSearchParams({
    ...(version === undefined ? {} : { version }),
    ...(network === undefined ? {} : { network: network.toUpperCase() }),
    ...(activeOnly ? { activeOnNetwork: 'true' } : {}),
  });
  return query.size === 0 ? '' : `?${query}`;
}

/** The .tgz of a version. */
export async function downloadVersion(
  client: AkamaiClient,
  id: string,
  version: string,
  options: CallOptions = {},
): Promise<Result<Buffer>> {
  if (!ID.test(id) || !isEdgeWorkerVersion(version)) return badName('EdgeWorker');
  return client.download({
    ...options,
    path: `${API}/ids/${id}/versions/${encodeURIComponent(version)}/content`,
  });
}

/**
 * The revisions of an EdgeWorker: what it ran or runs together with the EdgeWorkers that it depends on (OpenAPI:
 * get-revisions; guide, "Terminology": flexible composition). The first is made with the activation; an update of a
 * dependency makes more, unless the revision is pinned, which it is by default. Without dependencies there is none, or one
 * placeholder whose id ends with -0: the guide tells of it, the API's reference does not.
 */
export async function listRevisions(
  client: AkamaiClient,
  id: string,
  { version, network, ...options }: CallOptions & { version: string; network?: Network | undefined },
) {
  if (!ID.test(id) || !isEdgeWorkerVersion(version)) return badName('EdgeWorker');
  const path = `${API}/ids/${id}/revisions${queryOf({ version, network })}`;
  return client.call({ ...options, method: 'GET', path, schema: revisionsSchema, size: 'list' });
}

/** The combined .tgz of a revision: the EdgeWorker's files and those of all its dependencies (OpenAPI: get-revision-content). */
export async function downloadRevision(
  client: AkamaiClient,
  id: string,
  revisionId: string,
  options: CallOptions = {},
): Promise<Result<Buffer>> {
  if (!ID.test(id) || !REVISION_ID.test(revisionId)) return badName('EdgeWorker');
  return client.download({ ...options, path: `${API}/ids/${id}/revisions/${revisionId}/content` });
}

/** Akamai's own findings on a bundle. Nothing is stored. */
export function validateBundle(client: AkamaiClient, bundle: Uint8Array, options: CallOptions = {}) {
  return client.call({
    ...options,
    method: 'POST',
    path: `${API}/validations`,
    bundle,
    changesNothing: true,
    schema: validationSchema,
    size: 'list',
  });
}

/**
 * Uploads a bundle as a new version, whose name is in its bundle.json; a name is never free again, not even after the
 * version was deleted (EdgeWorkers guide, "Create a code bundle"). Akamai answers 201 with the version (OpenAPI:
 * post-versions). Problems: `version-taken` (400 with EW1011, which the guide's command line pages show), any of a call;
 * `mayHaveHappened` tells a lost answer.
 */
export async function createVersion(
  client: AkamaiClient,
  id: string,
  bundle: Uint8Array,
  mayStill?: MayStill,
  options: CallOptions = {},
): Promise<Result<Answered<EdgeWorkerVersion>>> {
  if (!ID.test(id)) return badName('EdgeWorker');
  const created = await client.change({
    ...options,
    method: 'POST',
    path: `${API}/ids/${id}/versions`,
    bundle,
    schema: versionSchema,
    size: 'single',
    mayStill,
  });
  if (created.ok || created.problem.upstream?.errorCode !== 'EW1011') return created;
  const words = `EdgeWorker ${id} has this version already, or had it once.`;
  const { upstream } = created.problem;
  return fail('version-taken', 409, words, 'Nothing was uploaded. Choose another version.', { upstream });
}

/**
 * Starts an activation: the answer is 201 with status PRESUBMIT, and some minutes later the version is active (OpenAPI:
 * post-activations). `note` has at most 128 characters. A version that is active, or becomes so already, is refused with
 * EW1021 (documented sample of 400). Problems: any of a call; `mayHaveHappened` tells a lost answer.
 */
export async function activateVersion(
  client: AkamaiClient,
  id: string,
  asked: { network: Network; version: string; note: string },
  mayStill?: MayStill,
  options: CallOptions = {},
): Promise<Result<Answered<EdgeWorkerActivation>>> {
  const { network, version, note } = asked;
  if (!ID.test(id) || !isEdgeWorkerVersion(version)) return badName('EdgeWorker');
  return client.change({
    ...options,
    method: 'POST',
    path: `${API}/ids/${id}/activations`,
    body: { network: network.toUpperCase(), version, ...(note ? { note } : {}) },
    schema: activationSchema,
    size: 'single',
    mayStill,
  });
}

/** The access groups with our EdgeWorkers capabilities in each. */
export function listEdgeWorkerGroups(client: AkamaiClient, options: CallOptions = {}) {
  const path = `${API}/groups`;
  return client.call({ ...options, method: 'GET', path, schema: edgeWorkerGroupsSchema, size: 'list' });
}

/** The account's limits for EdgeWorkers. */
export function listLimits(client: AkamaiClient, options: CallOptions = {}) {
  return client.call({
    ...options,
    method: 'GET',
    path: `${API}/limits`,
    schema: limitsSchema,
    size: 'list',
  });
}

/** The properties that an active version of the EdgeWorker serves. */
export async function listProperties(client: AkamaiClient, id: string, options: CallOptions = {}) {
  if (!ID.test(id)) return badName('EdgeWorker');
  const path = `${API}/ids/${id}/properties?activeOnly=true`;
  return client.call({ ...options, method: 'GET', path, schema: propertiesSchema, size: 'list' });
}

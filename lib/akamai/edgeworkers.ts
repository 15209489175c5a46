// The EdgeWorkers API: a grant of its own that a credential may lack.

import { isEdgeWorkerVersion } from '@/lib/domain/bundle-manifest';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { Network } from '@/lib/domain/permissions';
import type { Result } from '@/lib/domain/problem';
import { type AkamaiClient, badName, type CallOptions } from './client';
import {
  activationSchema,
  activationsSchema,
  edgeWorkerGroupsSchema,
  edgeWorkersSchema,
  limitsSchema,
  propertiesSchema,
  validationSchema,
  versionSchema,
  versionsSchema,
} from './wire';

const API = '/edgeworkers/v1';
const ID = /^[1-9]\d{0,9}$/;

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

/**
 * Activations of an EdgeWorker: those that are active now, at most one a network, or the history. In the history a
 * COMPLETE one may be active no more.
 */
export async function listActivations(
  client: AkamaiClient,
  id: string,
  { activeOnly, ...options }: CallOptions & { activeOnly: boolean },
) {
  if (!ID.test(id)) return badName('EdgeWorker');
  const path = `${API}/ids/${id}/activations${activeOnly ? '?activeOnNetwork=true' : ''}`;
  return client.call({ ...options, method: 'GET', path, schema: activationsSchema, size: 'list' });
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

/** Uploads a bundle as a new version, whose name is in its bundle.json; a name is never free again. */
export async function createVersion(client: AkamaiClient, id: string, bundle: Uint8Array) {
  if (!ID.test(id)) return badName('EdgeWorker');
  const path = `${API}/ids/${id}/versions`;
  return client.call({ method: 'POST', path, bundle, schema: versionSchema, size: 'single' });
}

/** Starts an activation; `note` has at most 128 characters. */
export async function activateVersion(
  client: AkamaiClient,
  id: string,
  asked: { network: Network; version: string; note: string },
) {
  if (!ID.test(id)) return badName('EdgeWorker');
  const { network, version, note } = asked;
  const body = { network: network.toUpperCase(), version, ...(note ? { note } : {}) };
  const path = `${API}/ids/${id}/activations`;
  return client.call({ method: 'POST', path, body, schema: activationSchema, size: 'single' });
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

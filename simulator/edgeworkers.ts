// The EdgeWorkers API over the account's state: ids, versions and their content, activations.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  type Finding,
  SIM_NETWORKS,
  type SimAccount,
  type SimActivation,
  type SimEdgeWorker,
  type SimVersion,
} from './account';
import { activeOn, pendingOn, startActivation, statusOf } from './activations';
import { type Answer, ewProblem, success } from './answers';
import { type ApiRequest, pathParts } from './edgekv';
import { bundleVersion, validate } from './validation';

const BASE = '/edgeworkers/v1/';
const CREATED = '2026-02-03T09:10:11Z';

export type EdgeWorkersOptions = { activationMs: number };

export function edgeWorkers(
  account: SimAccount,
  request: ApiRequest,
  bundle: Buffer,
  options: EdgeWorkersOptions,
): Answer | null {
  const { method, path, now } = request;
  if (!path.startsWith(BASE)) return null;
  const [head, id, ...rest] = pathParts(path, BASE);
  if (method === 'POST' && head === 'validations' && id === undefined)
    return success(validate(account, bundle, now));
  if (head === 'ids' && id !== undefined) {
    const found = account.edgeWorkers.find((one) => String(one.id) === id);
    if (!found) return notFound('EdgeWorker ID');
    return ofEdgeWorker({ account, found, request, bundle, options }, rest);
  }
  if (method !== 'GET' || id !== undefined) return null;
  if (head === 'ids')
    return success({ edgeWorkerIds: account.edgeWorkers.map((one) => idJson(account, one)) });
  if (head === 'groups') return groups();
  return head === 'limits' ? limits() : null;
}

type Asked = {
  account: SimAccount;
  found: SimEdgeWorker;
  request: ApiRequest;
  bundle: Buffer;
  options: EdgeWorkersOptions;
};

function ofEdgeWorker(asked: Asked, [what, name, content, ...rest]: string[]): Answer | null {
  const { account, found, request } = asked;
  const { method } = request;
  if (rest.length > 0 || (content !== undefined && (what !== 'versions' || content !== 'content')))
    return null;
  if (method === 'POST' && name === undefined) {
    if (what === 'versions') return createVersion(asked);
    return what === 'activations' ? activate(asked) : null;
  }
  if (method !== 'GET') return null;
  if (what === undefined) return success(idJson(account, found));
  if (what === 'versions') {
    if (name === undefined)
      return success({ versions: found.versions.map((one) => versionJson(account, found, one)) });
    const held = found.versions.find(({ version }) => version === name);
    if (!held) return notFound('version');
    if (content === undefined) return success(versionJson(account, found, held));
    return { status: 200, headers: { 'content-type': 'application/gzip' }, body: held.content };
  }
  return what === 'activations' ? readActivations(asked, name) : null;
}

function notFound(what: string): Answer {
  return ewProblem('not-found', 'EW2002', `Unable to find the requested ${what}`);
}

function idJson(account: SimAccount, { id, name, groupId }: SimEdgeWorker) {
  return {
    edgeWorkerId: id,
    name,
    resourceTierId: 200,
    accountId: account.id,
    groupId,
    createdBy: 'jdoe',
    createdTime: CREATED,
    lastModifiedBy: 'jdoe',
    lastModifiedTime: CREATED,
  };
}

function versionJson(
  account: SimAccount,
  { id }: SimEdgeWorker,
  { version, createdTime, content }: SimVersion,
) {
  const checksum = createHash('sha256').update(content).digest('hex');
  return { edgeWorkerId: id, version, accountId: account.id, checksum, createdBy: 'jdoe', createdTime };
}

/** What makes a bundle "no tarball" and is told no closer. */
const NO_TARBALL = ['INVALID_GZIP_FORMAT', 'INVALID_TAR_ARCHIVE', 'EMPTY_TARBALL'];

/** How a finding of the validation is told on an upload is not documented: here by its type and message. */
function createVersion({ account, found, request, bundle }: Asked): Answer {
  const errors: Finding[] = [
    ...(found.refusesUploads ? [found.refusesUploads] : []),
    ...validate(account, bundle, request.now).errors,
  ];
  const refuse = (detail: string, code: string | null = null) => ewProblem('invalid-argument', code, detail);
  if (errors.some(({ type }) => NO_TARBALL.includes(type))) return refuse('Invalid tarball provided');
  if (errors.length > 0) return refuse(errors.map(({ type, message }) => `${type}: ${message}`).join(' '));
  const version = bundleVersion(bundle);
  if (version === null) return refuse('Invalid tarball provided');
  if (found.deletedVersions.includes(version) || found.versions.some((one) => one.version === version))
    return refuse(`Version ${version} already exists for EdgeWorker ID ${found.id}`, 'EW1011');
  const created = { version, createdTime: timeOf(request.now), content: bundle };
  found.versions.push(created);
  const location = `${BASE}ids/${found.id}/versions/${encodeURIComponent(version)}`;
  return success(versionJson(account, found, created), 201, { location });
}

/** Fields and limits of the OpenAPI; others are ignored, as those of EdgeKV are. */
const activationRequest = z.object({
  network: z.enum(SIM_NETWORKS),
  version: z.string().min(1),
  note: z.string().min(1).max(128).optional(),
});

function activate({ account, found, request, options }: Asked): Answer {
  const asked = activationRequest.safeParse(parseJson(request.body));
  if (!asked.success) {
    const [field = 'body'] = asked.error.issues[0]?.path ?? [];
    return ewProblem('invalid-argument', null, `Invalid value for ${String(field)}`);
  }
  const { network, version, note = null } = asked.data;
  if (!found.versions.some((one) => one.version === version)) return notFound('version');
  const { now } = request;
  const refuse = (what: string) =>
    ewProblem('bad-request', 'EW1021', `${what} is already being activated on ${network.toLowerCase()}`);
  // Documented with these words for a version that is active already too.
  if (activeOn(found, network, now)?.version === version) return refuse('This version');
  const pending = pendingOn(found, network, now);
  if (pending) return refuse(pending.version === version ? 'This version' : `Version ${pending.version}`);
  const started = startActivation(found, { network, version, note }, now, options.activationMs);
  const location = `${BASE}ids/${found.id}/activations/${started.id}`;
  const row = activationJson(account, found, started, now);
  return success({ ...row, status: 'PRESUBMIT' }, 201, { location });
}

/** The newest first: one of them, those that are active now, or the history, whose COMPLETE ones may be active no more. */
function readActivations({ account, found, request }: Asked, id: string | undefined): Answer {
  const { query, now } = request;
  const activeOnly = query.get('activeOnNetwork') === 'true';
  const active = SIM_NETWORKS.map((network) => activeOn(found, network, now)?.id);
  const rows = found.activations
    .filter(({ version }) => version !== null)
    .filter((one) => (query.get('network') ?? one.network) === one.network)
    .filter((one) => (query.get('version') ?? one.version) === one.version)
    .filter((one) => !activeOnly || active.includes(one.id))
    .map((one) => activationJson(account, found, one, now));
  if (id === undefined) return success({ activations: rows.reverse() });
  const row = rows.find(({ activationId }) => String(activationId) === id);
  return row ? success(row) : notFound('activation');
}

function activationJson(account: SimAccount, { id }: SimEdgeWorker, activation: SimActivation, now: number) {
  const status = statusOf(activation, now);
  const { id: activationId, network, version, note, startedAt, endsAt } = activation;
  return {
    edgeWorkerId: id,
    version,
    activationId,
    accountId: account.id,
    status,
    network,
    ...(note === null ? {} : { note }),
    createdBy: 'jdoe',
    createdTime: timeOf(startedAt),
    lastModifiedTime: timeOf(status === 'IN_PROGRESS' ? startedAt : endsAt),
  };
}

/** As Akamai writes times: without parts of seconds. */
function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z/, 'Z');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is no request: the caller refuses it.
    return null;
  }
}

function groups(): Answer {
  const capabilities = ['VIEW', 'EDIT', 'VIEW_VERSION', 'CREATE_VERSION', 'VIEW_ACTIVATION', 'ACTIVATE'];
  return success({ groups: [{ groupId: 4284, groupName: 'Web Shop', capabilities }] });
}

function limits(): Answer {
  const limit = (limitId: string, limitName: string, limitValue: number) => ({
    limitId,
    limitName,
    limitValue,
  });
  return success({
    limits: [
      limit('ew-id-per-account-limit', 'Maximum number of EdgeWorker IDs per account', 200),
      limit('version-per-ew-id-limit', 'Maximum number of versions per EdgeWorker ID', 1000),
    ],
  });
}

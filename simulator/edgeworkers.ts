// The EdgeWorkers API over the account's state: ids, versions and their content, activations, revisions.
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
import { type Answer, ewProblem, success, timeOf } from './answers';
import { type ApiRequest, pathParts } from './edgekv';
import { type RateLimits, withinRate } from './rate-limits';
import { revisionsOf, type SimRevision } from './revisions';
import { bundleVersion, validate } from './validation';

const BASE = '/edgeworkers/v1/';
const CREATED = '2026-02-03T09:10:11Z';

export type EdgeWorkersOptions = {
  activationMs: number;
  rateLimits: RateLimits;
  placeholderRevisions: boolean;
};

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

function ofEdgeWorker(asked: Asked, [what, name, part, ...rest]: string[]): Answer | null {
  const { account, found, request, options } = asked;
  const { method, now } = request;
  const isContent = part === 'content' && (what === 'versions' || what === 'revisions');
  if (rest.length > 0 || (part !== undefined && !isContent)) return null;
  if (method === 'POST' && name === undefined) {
    if (what === 'activations') return activate(asked);
    if (what !== 'versions') return null;
    return withinRate(account, 'version', options.rateLimits, now, () => createVersion(asked));
  }
  if (method !== 'GET') return null;
  if (what === undefined) return success(idJson(account, found));
  if (what === 'versions') return readVersions(asked, name, isContent);
  if (what === 'revisions') return readRevisions(asked, name, isContent);
  return what === 'activations' ? readActivations(asked, name) : null;
}

function readVersions({ account, found }: Asked, name: string | undefined, isContent: boolean): Answer {
  if (name === undefined)
    return success({ versions: found.versions.map((one) => versionJson(account, found, one)) });
  const held = found.versions.find(({ version }) => version === name);
  if (!held) return notFound('version');
  return isContent ? gzip(held.content) : success(versionJson(account, found, held));
}

function gzip(body: Buffer): Answer {
  return { status: 200, headers: { 'content-type': 'application/gzip' }, body };
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
  const checksum = sha256(content);
  return { edgeWorkerId: id, version, accountId: account.id, checksum, createdBy: 'jdoe', createdTime };
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What makes a bundle "no tarball" and is told no closer. */
const NO_TARBALL = ['INVALID_GZIP_FORMAT', 'INVALID_TAR_ARCHIVE', 'EMPTY_TARBALL'];

/** How a finding of the validation is told on an upload is not documented: here by its type and message. */
function createVersion({ account, found, request, bundle }: Asked): Answer {
  const errors: Finding[] = [
    ...(found.refusesUploads ? [found.refusesUploads] : []),
    ...validate(account, bundle, request.now).errors,
  ];
  const refuse = (detail: string, code: string | null = null): Answer =>
    ewProblem('invalid-argument', code, detail);
  if (errors.some(({ type }) => NO_TARBALL.includes(type))) return refuse('Invalid tarball provided');
  if (errors.length > 0) return refuse(errors.map(({ type, message }) => `${type}: ${message}`).join(' '));
  const version = bundleVersion(bundle);
  if (version === null) return refuse('Invalid tarball provided');
  if ([...found.versions, ...found.deletedVersions].some((one) => one.version === version))
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

function activate(asked: Asked): Answer {
  const { account, request, options } = asked;
  const read = activationRequest.safeParse(parseJson(request.body));
  if (!read.success) {
    const [field = 'body'] = read.error.issues[0]?.path ?? [];
    return ewProblem('invalid-argument', null, `Invalid value for ${String(field)}`);
  }
  const kind = `activation ${read.data.network}` as const;
  return withinRate(account, kind, options.rateLimits, request.now, () => activateVersion(asked, read.data));
}

function activateVersion(
  { account, found, request, options }: Asked,
  { network, version, note }: z.infer<typeof activationRequest>,
): Answer {
  if (!found.versions.some((one) => one.version === version)) return notFound('version');
  const { now } = request;
  const refuse = (what: string) =>
    ewProblem('bad-request', 'EW1021', `${what} is already being activated on ${network.toLowerCase()}`);
  // Documented with these words for a version that is active already too.
  if (activeOn(found, network, now)?.version === version) return refuse('This version');
  const pending = pendingOn(found, network, now);
  if (pending) return refuse(pending.version === version ? 'This version' : `Version ${pending.version}`);
  const started = startActivation(found, { network, version, note: note ?? null }, now, options.activationMs);
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

/** The combined bundles of an EdgeWorker with dependencies, the newest first; of another one there are none. */
function readRevisions(
  { account, found, request, options }: Asked,
  id: string | undefined,
  isContent: boolean,
): Answer {
  const { query, now } = request;
  const all = revisionsOf(account, found, now, options.placeholderRevisions);
  if (id === undefined) {
    const shown = all.filter(
      ({ activation: { id, version, network } }) =>
        (query.get('version') ?? version) === version &&
        (query.get('network') ?? network) === network &&
        (query.get('activationId') ?? String(id)) === String(id),
    );
    return success({ revisions: shown.reverse().map((one) => revisionJson(account, found, one)) });
  }
  const revision = all.find((one) => one.id === id);
  if (!revision) return notFound('revision');
  return isContent ? gzip(revision.content) : success(revisionJson(account, found, revision));
}

function revisionJson(
  account: SimAccount,
  { id }: SimEdgeWorker,
  { id: revisionId, activation, status, madeAt, from, content }: SimRevision,
) {
  return {
    edgeWorkerId: id,
    version: activation.version,
    activationId: activation.id,
    revisionId,
    accountId: account.id,
    checksum: sha256(content),
    revisionActivationStatus: status,
    network: activation.network,
    createdTime: timeOf(madeAt),
    lastModifiedTime: timeOf(status === 'IN_PROGRESS' ? madeAt : from),
  };
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

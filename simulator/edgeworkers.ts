// The EdgeWorkers API over the account's state: ids, versions, active versions and their content.
import { createHash } from 'node:crypto';
import type { SimAccount, SimEdgeWorker } from './account';
import { type Answer, ewProblem, success } from './answers';
import type { ApiRequest } from './edgekv';
import { validate } from './validation';

const CREATED = '2026-02-03T09:10:11Z';

export function edgeWorkers(
  account: SimAccount,
  { method, path, query }: ApiRequest,
  bundle: Buffer,
): Answer | null {
  if (method === 'POST' && path === '/edgeworkers/v1/validations') return success(validate(account, bundle));
  if (method !== 'GET') return null;
  const parts = path.replace(/^\/edgeworkers\/v1\//, '').split('/');
  const [head, id, what, version, content] = parts;
  if (head === 'groups') return groups();
  if (head === 'limits') return limits();
  if (head !== 'ids') return null;
  if (id === undefined)
    return success({ edgeWorkerIds: account.edgeWorkers.map((one) => idJson(account, one)) });
  const found = account.edgeWorkers.find((one) => String(one.id) === id);
  if (!found) {
    return ewProblem(
      404,
      'EW2002',
      'The given resource could not be found.',
      'Unable to find the requested EdgeWorker ID',
    );
  }
  if (what === undefined) return success(idJson(account, found));
  if (what === 'versions' && version === undefined)
    return success({ versions: found.versions.map((one) => versionJson(account, found, one)) });
  if (what === 'versions' && content === 'content') {
    const held = found.versions.find((one) => one.version === decodeURIComponent(version ?? ''));
    if (held) return { status: 200, headers: { 'content-type': 'application/gzip' }, body: held.content };
    return ewProblem(
      404,
      'EW2002',
      'The given resource could not be found.',
      'Unable to find the requested version',
    );
  }
  if (what === 'activations') return success({ activations: activations(account, found, query) });
  return null;
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
  { version, createdTime, content }: SimEdgeWorker['versions'][number],
) {
  const checksum = createHash('sha256').update(content).digest('hex');
  return { edgeWorkerId: id, version, accountId: account.id, checksum, createdBy: 'jdoe', createdTime };
}

/** Active versions when asked for them; the history holds the same rows, of which COMPLETE ones may be active no more. */
function activations(account: SimAccount, { id, active }: SimEdgeWorker, query: URLSearchParams) {
  const networks = (['STAGING', 'PRODUCTION'] as const).filter(
    (one) => (query.get('network') ?? one) === one,
  );
  return networks.flatMap((network, index) => {
    const version = active[network];
    if (version === null) return [];
    const at = CREATED;
    return [
      {
        edgeWorkerId: id,
        version,
        activationId: id * 10 + index,
        accountId: account.id,
        status: 'COMPLETE',
        network,
        createdBy: 'jdoe',
        createdTime: at,
        lastModifiedTime: at,
      },
    ];
  });
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

// EdgeKV's API over the account's state: tokens, namespaces, access groups, initialisation.

import {
  activationStatus,
  dayFrom,
  isExpired,
  NEVER_EXPIRES,
  refreshDayAfter,
  removeToken,
  type SimAccount,
  type SimNamespace,
  type SimToken,
  uuidOf,
} from './account';
import { type Answer, ekvProblem, success } from './answers';

export type ApiRequest = { method: string; path: string; query: URLSearchParams; body: string; now: number };
export type ApiOptions = {
  strict: boolean;
  activationMs: number;
  emptyListAs: 404 | 200;
  ignoreEdgeWorkers: boolean;
};
/** Names of request fields that the OpenAPI does not have. */
export type NoteUnknown = (fields: string[]) => void;

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$/;
/** Expired tokens stay listed for this long, days. */
const EXPIRED_LISTED_DAYS = 30;

export function edgeKv(
  account: SimAccount,
  request: ApiRequest,
  options: ApiOptions,
  noteUnknown: NoteUnknown,
): Answer | null {
  const { method, path } = request;
  const parts = pathParts(path, '/edgekv/v1/');
  const [head, second, third, fourth] = parts;
  if (head === 'initialize' && parts.length === 1) {
    if (method === 'GET') return success(initialization(account), account.initialized ? 200 : 404);
    if (method === 'PUT') return initialize(account);
  }
  if (!account.initialized) return ekvProblem(403, 'EKV_1005', 'EdgeKV is not initialized for this account.');
  if (head === 'tokens' && parts.length === 1) {
    if (method === 'GET') return listTokens(account, request, options);
    if (method === 'POST') return createToken(account, request, options, noteUnknown);
  }
  if (head === 'tokens' && second !== undefined) {
    if (parts.length === 2 && method === 'GET')
      return withToken(account, second, (token) => readToken(token, request.now, account));
    if (parts.length === 2 && method === 'DELETE')
      return withToken(account, second, (token) => revoke(account, token, request.now));
    if (parts.length === 3 && third === 'refresh' && method === 'POST') {
      return withToken(account, second, (token) => refresh(account, token, request.now, options));
    }
  }
  if (
    head === 'networks' &&
    (second === 'staging' || second === 'production') &&
    third === 'namespaces' &&
    method === 'GET'
  ) {
    const all = account.namespaces[second];
    if (parts.length === 3) return listNamespaces(all, request.query.get('details') === 'on');
    const found = all.find((one) => one.namespace === fourth);
    // A missing namespace is 400, not 404.
    return found
      ? success(namespaceJson(found, true))
      : ekvProblem(400, 'EKV_9000', 'The requested namespace does not exist.');
  }
  if (head === 'auth' && second === 'groups' && method === 'GET') return groups(third);
  return null;
}

/** The decoded parts of a path below `base`. */
export function pathParts(path: string, base: string): string[] {
  return path.slice(base.length).split('/').map(decode);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withToken(account: SimAccount, name: string, run: (token: SimToken) => Answer): Answer {
  if (!NAME.test(name)) return ekvProblem(400, 'EKV_2000', 'Name contains invalid characters.');
  const token = account.tokens.get(name);
  return token ? run(token) : ekvProblem(404, 'EKV_3000', `Token with name ${name} does not exist.`);
}

function listTokens(account: SimAccount, { query, now }: ApiRequest, { emptyListAs }: ApiOptions): Answer {
  const horizon = dayFrom(now, -EXPIRED_LISTED_DAYS);
  const shown = [...account.tokens.values()].filter(
    (token) => !isExpired(token, now) || (query.get('includeExpired') === 'true' && token.expiry >= horizon),
  );
  if (shown.length === 0 && emptyListAs === 404) return ekvProblem(404, 'EKV_3000', 'No tokens exist.');
  return success({ tokens: shown.map((token) => rowJson(token, now)) });
}

/** A list row: a plain legacy one has three fields only. */
function rowJson(token: SimToken, now: number): Record<string, unknown> {
  const { name, uuid, expiry } = token;
  if (token.value !== null && token.issueDate === '') return { expiry, name, uuid };
  return {
    expiry,
    issueDate: token.issueDate,
    latestRefreshDate: token.latestRefreshDate,
    name,
    nextScheduledRefreshDate: token.nextScheduledRefreshDate,
    tokenActivationStatus: activationStatus(token, now),
    uuid,
  };
}

function readToken(token: SimToken, now: number, account: SimAccount): Answer {
  if (isExpired(token, now)) return ekvProblem(410, 'EKV_3000', 'Token has expired.');
  return success(tokenJson(token, now, account));
}

function tokenJson(token: SimToken, now: number, account: SimAccount): Record<string, unknown> {
  const { name, uuid, expiry, value } = token;
  if (value !== null) return { expiry, name, uuid, value };
  const { latestRefreshDate, ...rest } = {
    allowOnProduction: token.allowOnProduction,
    allowOnStaging: token.allowOnStaging,
    cpcode: account.cpcode,
    expiry,
    issueDate: token.issueDate,
    latestRefreshDate: token.latestRefreshDate,
    name,
    namespacePermissions: token.namespacePermissions,
    nextScheduledRefreshDate: token.nextScheduledRefreshDate,
    restrictToEdgeWorkerIds: token.restrictToEdgeWorkerIds ?? ['all'],
    tokenActivationStatus: activationStatus(token, now),
    uuid,
  };
  return token.omitsLatestRefresh && latestRefreshDate === null ? rest : { ...rest, latestRefreshDate };
}

const CREATE_FIELDS = [
  'name',
  'allowOnStaging',
  'allowOnProduction',
  'namespacePermissions',
  'restrictToEdgeWorkerIds',
  'expiry',
];

function createToken(
  account: SimAccount,
  request: ApiRequest,
  options: ApiOptions,
  noteUnknown: NoteUnknown,
): Answer {
  const body = parseObject(request.body);
  if (!body) {
    return ekvProblem(
      422,
      'EKV_2001',
      'The JSON request body contained a syntax error or duplicate attributes.',
    );
  }
  const unknown = Object.keys(body).filter((field) => !CREATE_FIELDS.includes(field));
  noteUnknown(unknown);
  if (unknown.length > 0 && options.strict) return invalid(`Unknown field ${unknown[0]}.`);
  const { name, allowOnStaging, allowOnProduction, restrictToEdgeWorkerIds: ids } = body;
  if (typeof name !== 'string' || !NAME.test(name)) return invalid('Name contains invalid characters.');
  if (typeof allowOnStaging !== 'boolean' || typeof allowOnProduction !== 'boolean')
    return invalid('Invalid network');
  if (!allowOnStaging && !allowOnProduction) return invalid('At least one network must be allowed.');
  const permissions = readPermissions(body.namespacePermissions);
  if (!permissions) return invalid('Invalid permission');
  if (ids !== undefined && !isIds(ids)) return invalid('Invalid EdgeWorker ID');
  if (account.tokens.has(name))
    return ekvProblem(409, 'EKV_3000', `Token with name ${name} is already stored.`);
  if (mixesPolicies(account, Object.keys(permissions))) {
    return ekvProblem(400, 'EKV_3000', 'All namespaces of a token must have the same data access policy.');
  }
  const generation = (account.generations.get(name) ?? 0) + 1;
  account.generations.set(name, generation);
  const token: SimToken = {
    name,
    uuid: uuidOf(...account.uuidWords, name, String(generation)),
    expiry: NEVER_EXPIRES,
    value: null,
    allowOnStaging,
    allowOnProduction,
    namespacePermissions: permissions,
    restrictToEdgeWorkerIds:
      ids === undefined || ids.includes('all') || options.ignoreEdgeWorkers ? null : ids,
    issueDate: dayFrom(request.now),
    latestRefreshDate: null,
    nextScheduledRefreshDate: refreshDayAfter(request.now),
    activation: { completesAt: request.now + options.activationMs },
    omitsLatestRefresh: false,
  };
  account.tokens.set(name, token);
  return success(tokenJson(token, request.now, account));
}

function invalid(detail: string): Answer {
  return ekvProblem(400, 'EKV_2000', detail);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

function readPermissions(given: unknown): Record<string, string[]> | null {
  if (typeof given !== 'object' || given === null) return null;
  const entries: [string, string[]][] = [];
  for (const [namespace, held] of Object.entries(given)) {
    const isRight =
      Array.isArray(held) && held.length > 0 && held.every((one) => ['r', 'w', 'd'].includes(String(one)));
    if (!NAME.test(namespace) || !isRight || new Set(held).size !== held.length) return null;
    entries.push([namespace, held.map(String)]);
  }
  return entries.length >= 1 && entries.length <= 20 ? Object.fromEntries(entries) : null;
}

function isIds(given: unknown): given is string[] {
  return Array.isArray(given) && given.every((id) => typeof id === 'string');
}

function mixesPolicies(account: SimAccount, names: string[]): boolean {
  const policies = [...account.namespaces.staging, ...account.namespaces.production]
    .filter((one) => names.includes(one.namespace) && one.restrictDataAccess !== null)
    .map((one) => one.restrictDataAccess);
  return new Set(policies).size > 1;
}

function refresh(account: SimAccount, token: SimToken, now: number, { activationMs }: ApiOptions): Answer {
  if (isExpired(token, now)) return ekvProblem(410, 'EKV_3000', 'Token has expired.');
  // Whether a legacy token can be refreshed is not documented; refusing is the safer thing to be prepared for.
  if (token.value !== null)
    return ekvProblem(400, 'EKV_3000', 'Only tokens with automatic refresh can be refreshed.');
  token.latestRefreshDate = dayFrom(now);
  token.nextScheduledRefreshDate = refreshDayAfter(now);
  token.activation = { completesAt: now + activationMs };
  return success(tokenJson(token, now, account));
}

function revoke(account: SimAccount, token: SimToken, now: number): Answer {
  removeToken(account, token, now);
  return success({ name: token.name, uuid: token.uuid });
}

function listNamespaces(all: SimNamespace[], details: boolean): Answer {
  return success({ namespaces: all.map((one) => namespaceJson(one, details)) });
}

function namespaceJson(one: SimNamespace, details: boolean): Record<string, unknown> {
  if (!details) return { namespace: one.namespace };
  const { restrictDataAccess, ...rest } = one;
  if (restrictDataAccess === null) return rest;
  return {
    ...rest,
    dataAccessPolicy: { restrictDataAccess, policyType: restrictDataAccess ? 'inherited' : 'overridden' },
  };
}

function initialization(account: SimAccount) {
  const state = account.initialized ? 'INITIALIZED' : 'UNINITIALIZED';
  return {
    accountStatus: state,
    cpcode: account.initialized ? account.cpcode : null,
    productionStatus: state,
    stagingStatus: state,
    dataAccessPolicy: account.initialized
      ? { restrictDataAccess: true, allowNamespacePolicyOverride: true }
      : null,
  };
}

/** 201 with the new state; an account that is initialised already stays as it is. */
function initialize(account: SimAccount): Answer {
  account.initialized = true;
  return success(initialization(account), 201);
}

const TOKEN_RIGHTS = ['VIEW', 'CREATE', 'REVOKE'].flatMap((verb) => [
  `${verb}_TOKEN`,
  `${verb}_STAGING_TOKEN`,
]);
const GROUPS = [
  {
    groupId: 4284,
    groupName: 'Web Shop',
    capabilities: [...TOKEN_RIGHTS, 'READ_DATA', 'WRITE_DATA', 'VIEW_NAMESPACE', 'VIEW_STAGING_NAMESPACE'],
  },
  {
    groupId: 4290,
    groupName: 'Readers',
    capabilities: ['VIEW_TOKEN', 'VIEW_STAGING_TOKEN', 'VIEW_NAMESPACE'],
  },
];

function groups(id: string | undefined): Answer {
  if (id === undefined) return success({ groups: GROUPS });
  const found = GROUPS.find((group) => String(group.groupId) === id);
  return found ? success(found) : ekvProblem(403, 'EKV_1000', 'You do not have access to this group.');
}

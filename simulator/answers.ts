// Answers in Akamai's shapes: success bodies, EdgeKV problems, EdgeWorkers problems and EdgeGrid's own.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Verdict } from './sign-check';

export type Answer = { status: number; headers?: Record<string, string>; body: unknown };

/** As the EdgeWorkers API writes times: without parts of seconds. */
export function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z/, 'Z');
}

const PROBLEM = 'application/problem+json';

export function success(body: unknown, status = 200, more: Record<string, string> = {}): Answer {
  const headers = { 'content-type': 'application/json', 'x-trace-id': randomBytes(8).toString('hex') };
  return { status, headers: { ...headers, ...more }, body };
}

const EKV_TITLES: Record<number, [title: string, type: string]> = {
  400: ['Bad Request', 'edgekv-bad-request'],
  403: ['Forbidden', 'edgekv-forbidden'],
  404: ['Not Found', 'edgekv-not-found'],
  409: ['Conflict', 'edgekv-conflict'],
  // Documented oddity: 410 carries the title and type of 404.
  410: ['Not Found', 'edgekv-not-found'],
  422: ['Unprocessable Entity', 'edgekv-unprocessable-entity'],
  429: ['Too Many Requests', 'edgekv-too-many-requests'],
  500: ['Internal Server Error', 'edgekv-internal-server-error'],
};

export function ekvProblem(status: number, errorCode: string, detail: string): Answer {
  const [title, type] = EKV_TITLES[status] ?? ['Error', 'edgekv-error'];
  const requestId = randomBytes(8).toString('hex');
  return {
    status,
    headers: { 'content-type': PROBLEM, 'x-trace-id': requestId },
    body: {
      additionalDetail: { requestId },
      detail,
      errorCode,
      instance: `/edgekv/error-instances/${randomUUID()}`,
      status,
      title,
      type: `/edgekv/error-types/${type}`,
    },
  };
}

/** The kinds of EdgeWorkers problems. Documented samples give 404 the type of a bad request. */
const EW_KINDS = {
  'bad-request': [400, 'Bad Request.', 'edgeworkers-bad-request'],
  'invalid-argument': [400, 'Invalid Argument.', 'edgeworkers-invalid-argument'],
  'not-found': [404, 'The given resource could not be found.', 'edgeworkers-bad-request'],
  'too-many': [429, 'Too many requests.', 'edgeworkers-too-many-requests'],
} as const;

/** An EdgeWorkers problem; some documented ones have no errorCode. */
export function ewProblem(kind: keyof typeof EW_KINDS, errorCode: string | null, detail: string): Answer {
  const [status, title, type] = EW_KINDS[kind];
  return {
    status,
    headers: { 'content-type': PROBLEM, 'x-trace-id': randomBytes(8).toString('hex') },
    body: {
      type: `/edgeworkers/error-types/${type}`,
      title,
      detail,
      instance: `/edgeworkers/error-instances/${randomUUID()}`,
      status,
      ...(errorCode === null ? {} : { errorCode }),
    },
  };
}

/** An account switch key that leads nowhere: 401 with a body that is no problem, as documented for EdgeWorkers. */
export function switchRefusal(): Answer {
  return {
    status: 401,
    headers: { 'content-type': 'application/json', 'x-trace-id': randomBytes(8).toString('hex') },
    body: {
      code: 'com.akamai.edgeworkers.unauthorized',
      title: 'The identity is not authorized to manage the supplied context.',
      incidentId: randomUUID(),
      solution: 'Check the account switch key and the rights of the API client.',
    },
  };
}

const REFUSALS: Record<
  Exclude<Verdict, 'ok'>,
  [status: number, type: string, title: string, detail: string]
> = {
  // 400, not 401: seen by many people with a wrong clock.
  'bad-timestamp': [400, 'pep-authn/request-error', 'Bad request', 'Invalid timestamp'],
  malformed: [400, 'pep-authn/request-error', 'Bad request', 'Invalid authorization header'],
  'bad-signature': [401, 'pep-authn/deny', 'Not authorized', 'The signature does not match'],
  'inactive-client': [401, 'pep-authn/deny', 'Not authorized', 'Inactive client token'],
};

export function edgeGridRefusal(
  verdict: Exclude<Verdict, 'ok'> | 'no-grant',
  method: string,
  url: string,
): Answer {
  const [status, type, title, detail] =
    verdict === 'no-grant'
      ? [403, 'pep-authz/deny', 'Forbidden', 'The client does not have the grant needed for the request']
      : REFUSALS[verdict];
  return {
    status,
    headers: { 'content-type': PROBLEM },
    body: {
      type: `https://problems.luna.akamaiapis.net/-/${type}`,
      title,
      status,
      detail,
      instance: url,
      ...(verdict === 'no-grant' ? { authzRealm: 'simulator0000000.simulator0000000' } : {}),
      method,
      serverIp: '192.0.2.10',
      clientIp: '198.51.100.7',
      requestId: randomBytes(4).toString('hex'),
      requestTime: new Date().toISOString().replace(/\.\d+Z/, 'Z'),
    },
  };
}

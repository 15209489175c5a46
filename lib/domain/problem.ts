// A Problem is an expected failure, returned and never thrown. It is the only kind of failure people get to see.

/** Every code a Problem can carry: stable, and part of the HTTP contract. */
export const PROBLEM_CODES = [
  // the request
  'bad-request',
  'invalid-fields',
  'not-signed-in',
  'forbidden',
  'sign-in-again',
  'bad-origin',
  'not-found',
  'conflict',
  'too-large',
  'unsupported-media-type',
  'too-many-requests',
  'busy',
  // the account and its credentials
  'no-credentials',
  'unknown-account',
  'bad-credentials',
  // tokens
  'token-not-found',
  'token-expired',
  'token-name-taken',
  'outcome-unknown',
  'confirm-first',
  // Akamai
  'akamai-unreachable',
  'akamai-timeout',
  'akamai-bad-certificate',
  'akamai-bad-response',
  'akamai-redirect',
  'akamai-clock-skew',
  'akamai-signature',
  'akamai-inactive-client',
  'akamai-grant-missing',
  'akamai-not-initialized',
  'akamai-forbidden',
  'akamai-rate-limited',
  'akamai-refused',
  'akamai-error',
  // bundles
  'bundle-not-gzip',
  'bundle-damaged',
  'bundle-too-large',
  'bundle-refused',
  'tokens-file-unreadable',
  'tokens-file-conflict',
  'tokens-file-choice',
  'manifest-unreadable',
  'version-taken',
  // ourselves
  'audit-unavailable',
  'storage-unavailable',
  'delivery-failed',
  'app-updated',
  'internal',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** What Akamai itself said, safe to show. Its `instance` is left out: it holds the API host name. */
export type UpstreamProblem = {
  status: number;
  title?: string;
  detail?: string;
  errorCode?: string;
  /** Akamai's id of the request (`x-trace-id`, `additionalDetail.requestId` or `requestId`). */
  requestId?: string;
};

export type Problem = {
  code: ProblemCode;
  /** The HTTP status that a route answers with. */
  status: number;
  /** What happened, one sentence. */
  title: string;
  /** What is true now and what to do. */
  detail: string;
  /** Messages by field name, for forms. */
  fields?: Record<string, string[]>;
  upstream?: UpstreamProblem;
  /** Seconds to wait before another try, where that is known. */
  retryAfterSeconds?: number;
  /** A change was sent and no clear answer came: it may have happened all the same. */
  mayHaveHappened?: true;
};

export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A failed Result. `status` and the words come from the caller: only the place that fails knows what is true now. */
export function fail(
  code: ProblemCode,
  status: number,
  title: string,
  detail: string,
  more: Pick<Problem, 'fields' | 'upstream' | 'retryAfterSeconds' | 'mayHaveHappened'> = {},
): { ok: false; problem: Problem } {
  return { ok: false, problem: { code, status, title, detail, ...more } };
}

/** A problem in a few words, with the status that Akamai answered with. */
export function shortWords({ title, upstream }: Problem): string {
  return upstream ? `${title} (${upstream.status})` : title;
}

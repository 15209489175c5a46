// Every way in which a call to Akamai can fail, as a Problem. Status decides first, errorCode second, text never,
// but for EdgeGrid's own answers, which tell a bad clock from a bad signature by their `detail` only.
import { z } from 'zod';
import { fail, type Problem, type UpstreamProblem } from '@/lib/domain/problem';
import { hideSecrets } from '@/lib/platform/log';

type Failed = { ok: false; problem: Problem };

const TEXT_MAX = 500;
/** Hosts, client tokens and access tokens of API clients: no secrets, but not for everybody who sees a Problem. */
const API_CLIENT = /\bakab-\w{8,}-\w{8,}(\.[\w.-]*\w)?/gi;
/** Akamai's words, or those of a gateway that prints the request with how it was signed. */
const shown = (given: string) => hideSecrets(given).replace(API_CLIENT, '[hidden]').slice(0, TEXT_MAX);
const text = z.string().transform(shown).optional().catch(undefined);

/** What error bodies may hold (EdgeKV's and EdgeGrid's). `instance` and `serverIp` are left out on purpose. */
const errorBody = z.object({
  type: text,
  title: text,
  detail: text,
  errorCode: text,
  requestId: text,
  incidentId: text,
  additionalDetail: z.object({ requestId: text }).optional().catch(undefined),
  errors: z
    .array(z.object({ detail: text }))
    .optional()
    .catch(undefined),
});

export type Answer = {
  status: number;
  header: (name: string) => string | null;
  /** The body as JSON, or null when it is none. */
  json: unknown;
  /** Whether the call changes something. */
  isChange: boolean;
  /** When the answer came, milliseconds since 1970. */
  at: number;
};

/** Statuses that tell of a token or a name: not there, taken, expired. EdgeKV sends each with an errorCode. */
const DECIDING = new Set([404, 409, 410]);

/** A gateway waited no longer: what Akamai made of the request is not told. */
const GIVEN_UP = new Set([408, 499]);

/** The Problem of an answer that is no success. `notFound` and `gone` give the words for 404 and 410 of one token. */
export function answerProblem(answer: Answer): Failed {
  const parsed = errorBody.safeParse(answer.json);
  const body = parsed.success ? parsed.data : null;
  const upstream = toUpstream(answer, body);
  const { status } = answer;
  const isEdgeGrid = body?.type?.includes('/pep-auth') ?? false;
  const more = { upstream };
  // Only Akamai's own word counts: a proxy's page must not make a token look revoked, or a name taken.
  if (DECIDING.has(status) && !body?.errorCode)
    return badResponse(status, answer.isChange, 'it is not of EdgeKV', upstream.requestId ?? null);
  if (status === 400 && isEdgeGrid) return clockProblem(answer, upstream);
  if (status === 401 && isEdgeGrid && body?.detail === 'Inactive client token') {
    const advice =
      'Nothing was changed. Make a new credential in Akamai Control Center and put it into the .edgerc.';
    return fail(
      'akamai-inactive-client',
      502,
      'Akamai says that this API client is not active.',
      advice,
      more,
    );
  }
  if (status === 401 && isEdgeGrid) {
    const advice =
      'Nothing was changed. The client secret in the .edgerc may be wrong, or a proxy changes requests.';
    return fail('akamai-signature', 502, 'Akamai did not accept our signature.', advice, more);
  }
  if (status === 403 && isEdgeGrid) {
    const advice =
      'Nothing was changed. Give the API client access to EdgeKV (and EdgeWorkers) in Akamai Control Center.';
    return fail('akamai-grant-missing', 502, 'The API client lacks a grant for this call.', advice, more);
  }
  const ownMs = status === 429 ? ownLimitMs(answer) : null;
  const seconds = retryAfter(answer) ?? (ownMs === null ? null : Math.ceil(ownMs / 1000));
  const wait = seconds === null ? {} : { retryAfterSeconds: seconds };
  if (status === 429) {
    const advice = 'Nothing was changed. Wait a moment and try again.';
    return fail('akamai-rate-limited', 503, 'Akamai asks us to slow down.', advice, { upstream, ...wait });
  }
  if (status >= 500 || GIVEN_UP.has(status)) {
    const advice = answer.isChange
      ? 'It is not certain whether the change happened.'
      : 'What is shown may be older. Try again in a minute; quote the request id to Akamai if it stays.';
    return fail('akamai-error', 502, `Akamai failed with status ${status}.`, advice, {
      upstream,
      ...wait,
      ...(answer.isChange ? { mayHaveHappened: true as const } : {}),
    });
  }
  if (status === 401 || status === 403) {
    const advice = `Nothing was changed. ${upstream.detail ?? upstream.title ?? 'It gave no reason.'}`;
    return fail('akamai-forbidden', 502, 'Akamai does not allow this API client to do that.', advice, more);
  }
  if (status === 400 && body?.errorCode === 'EKV_1002') {
    // EKV_1002: a missing capability arrives as 400, with the capability's name in the text.
    return fail(
      'akamai-forbidden',
      502,
      'The API client lacks a right for this.',
      `Nothing was changed. ${upstream.detail ?? ''}`,
      more,
    );
  }
  if (status === 404)
    return fail('not-found', 404, 'Akamai does not know this.', 'It may have been deleted.', more);
  const advice = `Nothing was changed. ${upstream.detail ?? 'It gave no reason.'}`;
  return fail('akamai-refused', 422, 'Akamai refused the request.', advice, more);
}

function toUpstream(answer: Answer, body: z.infer<typeof errorBody> | null): UpstreamProblem {
  const detail = body?.detail ?? body?.errors?.[0]?.detail;
  const traceId = answer.header('x-trace-id');
  const requestId =
    (traceId === null ? undefined : shown(traceId)) ??
    body?.additionalDetail?.requestId ??
    body?.requestId ??
    body?.incidentId;
  return {
    status: answer.status,
    ...(body?.title ? { title: body.title } : {}),
    ...(detail ? { detail } : {}),
    ...(body?.errorCode ? { errorCode: body.errorCode } : {}),
    ...(requestId ? { requestId } : {}),
  };
}

/** 400 of EdgeGrid: the clock is off by more than 30 s (400, not 401: edgegrid-node#234). The Date header tells how far. */
function clockProblem(answer: Answer, upstream: UpstreamProblem): Failed {
  const theirs = Date.parse(answer.header('date') ?? '');
  if (upstream.detail !== 'Invalid timestamp') {
    return fail('akamai-refused', 502, 'Akamai could not read our request.', 'Nothing was changed.', {
      upstream,
    });
  }
  const seconds = Number.isNaN(theirs) ? null : Math.round((answer.at - theirs) / 1000);
  const off =
    seconds === null || Math.abs(seconds) < 2
      ? 'It is more than 30 seconds off.'
      : `It is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} Akamai's.`;
  const advice = `Nothing was changed. ${off} Set the server's clock (NTP).`;
  return fail('akamai-clock-skew', 502, "This server's clock is wrong.", advice, { upstream });
}

const RETRY_AFTER_MAX_SECONDS = 1_000_000_000;
/** All three forms of an HTTP date begin so; `Date.parse` alone takes nearly any text for some date. */
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/** Seconds of Retry-After in either form, at least 0; null when there is none that can be read. */
export function retryAfter(answer: Pick<Answer, 'header' | 'at'>): number | null {
  const given = answer.header('retry-after')?.trim();
  if (!given) return null;
  if (/^\d+$/.test(given)) return Math.min(Number(given), RETRY_AFTER_MAX_SECONDS);
  const date = HTTP_DATE.test(given) ? Date.parse(given) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - answer.at) / 1000));
}

/**
 * Milliseconds until Akamai wants another call, as X-RateLimit-Next tells it (a time, by Akamai's own clock); null when
 * there is none, it cannot be read, or it is over.
 */
export function nextCallMs({ header, at }: Pick<Answer, 'header' | 'at'>): number | null {
  const next = Date.parse(header('x-ratelimit-next') ?? '');
  const theirs = Date.parse(header('date') ?? '');
  const wait = next - (Number.isNaN(theirs) ? at : theirs);
  return wait > 0 ? wait : null;
}

const MINUTE_MS = 60_000;
/** What the EdgeWorkers API counts by itself ("Rate and resource limiting"): versions, and activations on a network. */
const OWN_LIMITS = ['x-ratelimit-version-per-minute', 'x-ratelimit-activation-per-network-per-minute'];

/**
 * Milliseconds until more versions or activations may be made in this minute; null when the answer tells of no such limit
 * that is used up. Other calls are not limited by it. How the time of the reset is written is not documented: one that
 * cannot be read, is over or is later than a minute counts as a minute.
 */
export function ownLimitMs({ header, at }: Pick<Answer, 'header' | 'at'>): number | null {
  const usedUp = OWN_LIMITS.find((name) => header(`${name}-remaining`)?.trim() === '0');
  if (!usedUp) return null;
  const theirs = Date.parse(header('date') ?? '');
  const wait = Date.parse(header(`${usedUp}-reset`) ?? '') - (Number.isNaN(theirs) ? at : theirs);
  return wait > 0 && wait < MINUTE_MS ? wait : MINUTE_MS;
}

/** An answer that is no JSON, cut, too large or of another shape. */
export function badResponse(
  status: number,
  isChange: boolean,
  why: string,
  requestId: string | null,
): Failed {
  return fail('akamai-bad-response', 502, `Akamai's answer could not be read: ${why}.`, uncertain(isChange), {
    upstream: { status, ...(requestId ? { requestId } : {}) },
    ...(isChange ? { mayHaveHappened: true as const } : {}),
  });
}

export function redirectProblem(status: number, isChange: boolean): Failed {
  const advice =
    'Redirects are not followed: a signed request goes to Akamai only. Check AKAMAI_ORIGIN and the proxy.';
  return fail('akamai-redirect', 502, 'Akamai answered with a redirect.', advice, {
    upstream: { status },
    ...(isChange ? { mayHaveHappened: true as const } : {}),
  });
}

// Faults before a single byte of the request was sent: a change cannot have happened.
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // No TLS on the other side: the handshake fails.
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** The Problem of a call that got no answer: `error` is what fetch threw. Nothing of it is shown but a code's meaning. */
export function faultProblem(
  error: unknown,
  isChange: boolean,
  timedOut: boolean,
): Failed & { connection: boolean } {
  const code = faultCode(error);
  if (CERTIFICATE.test(code)) {
    const advice =
      'Nothing was sent. A proxy may be in between: give its certificate to Node (NODE_EXTRA_CA_CERTS).';
    return {
      ...fail('akamai-bad-certificate', 502, "Akamai's certificate was not accepted.", advice),
      connection: false,
    };
  }
  const sent = !NEVER_SENT.has(code);
  const more = isChange && sent ? { mayHaveHappened: true as const } : {};
  if (timedOut || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return {
      ...fail('akamai-timeout', 504, 'Akamai did not answer in time.', uncertain(isChange && sent), more),
      connection: !sent,
    };
  }
  return {
    ...fail('akamai-unreachable', 502, 'Akamai cannot be reached.', uncertain(isChange && sent), more),
    connection: true,
  };
}

function faultCode(error: unknown): string {
  for (let one: unknown = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth += 1) {
    if ('code' in one && typeof one.code === 'string') return one.code;
  }
  return '';
}

function uncertain(isUncertain: boolean): string {
  return isUncertain
    ? 'It is not certain whether the change happened.'
    : 'Nothing was changed, and what is shown may be older. Try again in a minute.';
}

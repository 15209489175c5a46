// One call to Akamai: signed by akamai-edgegrid, sent by fetch, paced, bounded in time and size, GET retried.
import { createHash } from 'node:crypto';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { z } from 'zod';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { log } from '@/lib/platform/log';
import { metrics } from '@/lib/platform/metrics';
import { once } from '@/lib/platform/once';
import type { Credential } from './credentials';
import { createPace, type Heard, type Pace, type PaceLimits, type PaceState, type Priority } from './pace';
import {
  answerProblem,
  badResponse,
  faultProblem,
  nextCallMs,
  ownLimitMs,
  redirectProblem,
  retryAfter,
} from './problems';

/** Limits of one call. Akamai's rate limit is about 18 a second on average (second hand), so 10 leaves room for others. */
export const LIMITS = {
  connectMs: 5_000,
  callMs: 30_000,
  listBytesMax: 5 * 1024 * 1024,
  singleBytesMax: 64 * 1024,
  /** Content of an EdgeWorkers version; Akamai takes 1 MB at most. */
  bundleBytesMax: 8 * 1024 * 1024,
  retriesMax: 3,
  /** All tries of one GET together. */
  retryMs: 60_000,
  pace: {
    perSecond: 10,
    burst: 10,
    atOnceMax: 8,
    backgroundAtOnceMax: 6,
    waitingMax: 500,
    patienceMs: { interactive: 5_000, background: 60_000 },
    // Akamai's average is told to be one of two minutes.
    recoverySeconds: 120,
    circuit: { failuresMax: 5, waitMs: 5_000, waitMsMax: 60_000 },
  } satisfies PaceLimits as PaceLimits,
};
export type Limits = typeof LIMITS;

export type CallOptions = { priority?: Priority; signal?: AbortSignal };

type Request = CallOptions & {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the host, made of constants and encoded names only: `//x` would sign for another host. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is: a .tgz. */
  bundle?: Uint8Array;
  /** Whether the call leaves everything as it is though it is a POST: then a lost answer is no doubt. */
  changesNothing?: boolean;
  mayStill?: MayStill | undefined;
};

export type Call<T> = Request & {
  schema: z.ZodType<T>;
  /** `list` answers may be larger. */
  size: 'list' | 'single';
  /** Statuses besides 200 to 299 whose body is an answer too, e.g. 404 of an empty list. */
  alsoAnswers?: (status: number, json: unknown) => T | undefined;
};

/** What a change answered, and Akamai's id of the request, by which Akamai finds it in its own logs. */
export type Answered<T> = { value: T; requestId: string | null };

export type Change<T> = Call<T> & {
  method: 'POST' | 'DELETE';
  /** Asked when its turn has come, before anything is sent: whoever lost the right while it waited is refused. */
  mayStill?: MayStill | undefined;
};
export type MayStill = () => Promise<Result<unknown>>;

export type AkamaiClient = {
  call: <T>(call: Call<T>) => Promise<Result<T>>;
  /** A call that changes something: it is sent once at most. */
  change: <T>(change: Change<T>) => Promise<Result<Answered<T>>>;
  /** The bytes of a .tgz, with the checks and limits of `call`. */
  download: (request: CallOptions & { path: string }) => Promise<Result<Buffer>>;
  /** Tells this credential and account from all others, and nothing about them. */
  id: string;
  /** How things stand with this credential, whatever the account: for banners and metrics. */
  paceState: () => PaceState;
};

export type ClientOptions = {
  /** Connect here instead of https://<host>; requests are signed for the host all the same. */
  origin: string | null;
  accountSwitchKey: string | null;
  /** Who asks: calls of one owner do not hold up those of another. */
  owner?: string;
};

/** The client of a credential: one signer and one pace per credential in this process, whatever the account. */
export function akamaiClient(
  credential: Credential,
  options: ClientOptions,
  limits: Limits = LIMITS,
): AkamaiClient {
  const { host, clientToken, clientSecret, accessToken } = credential;
  const id = createHash('sha256')
    .update([host, clientToken, clientSecret, accessToken].join('\n'))
    .digest('hex');
  const { sign, pace } = once(`akamai ${id}`, () => {
    const pace = createPace(limits.pace);
    paces().add(pace);
    return { sign: signer(credential), pace };
  });
  const context = { sign, pace, limits, base: options.origin ?? `https://${host}`, ...options };
  return {
    call: async (call) => {
      const answered = await send(context, call, (response, at) => readJson(response, call, limits, at));
      return answered.ok ? ok(answered.value.value) : answered;
    },
    change: (call) => send(context, call, (response, at) => readJson(response, call, limits, at)),
    download: (request) => {
      const call: Request = { ...request, method: 'GET' };
      return send(context, call, (response, at) => readBundle(response, call, limits, at));
    },
    id: createHash('sha256')
      .update(JSON.stringify([host, clientToken, accessToken, options.accountSwitchKey]))
      .digest('hex'),
    paceState: () => pace.state(),
  };
}

function paces(): Set<Pace> {
  return once('paces', () => new Set<Pace>());
}

/** How things stand with each credential that this process has used. */
export function paceStates(): readonly PaceState[] {
  return [...paces()].map((pace) => pace.state());
}

type Sign = (method: string, path: string, body: string | Uint8Array | undefined) => Promise<string>;
type Read<T> = (response: Response, at: number) => Promise<Result<T>>;
type Context = ClientOptions & { sign: Sign; pace: Pace; limits: Limits; base: string };

const signedRequest = z.object({ headers: z.object({ Authorization: z.string() }) });

/**
 * Makes Authorization headers. Each EdgeGrid object adds interceptors to the global axios for ever, so there is one per
 * credential; `auth` leaves its result on the object, so it is taken in the same tick.
 */
function signer({ host, clientToken, clientSecret, accessToken }: Credential): Sign {
  const load = async () => {
    const { default: EdgeGrid } = await import('akamai-edgegrid');
    return new EdgeGrid(clientToken, clientSecret, accessToken, host);
  };
  let loading: ReturnType<typeof load> | null = null;
  return async (method, path, body) => {
    loading ??= load();
    const edgeGrid = await loading;
    return signedRequest.parse(edgeGrid.auth({ method, path, body, headers: typeHeader(body) }).request)
      .headers.Authorization;
  };
}

/** The library hashes bytes only when they are called gzip. */
function typeHeader(body: string | Uint8Array | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'Content-Type': typeof body === 'string' ? 'application/json' : 'application/gzip' };
}

async function send<T>(context: Context, call: Request, read: Read<T>): Promise<Result<T>> {
  const { limits } = context;
  const signal = AbortSignal.any([
    ...(call.signal ? [call.signal] : []),
    AbortSignal.timeout(limits.retryMs + limits.callMs),
  ]);
  const turn = { priority: call.priority ?? 'interactive', owner: context.owner ?? '', signal };
  const startedAt = Date.now();
  for (let tries = 0; ; tries += 1) {
    const attempt: Attempt = { connection: false, limited: false, retryMs: null, closedMs: null };
    const result = await context.pace.run(turn, async () => {
      const still = (await call.mayStill?.()) ?? ok(null);
      if (!still.ok) return { result: still, heard: { outcome: 'nothing', waitMs: null } };
      const sent = await sendOnce(context, call, attempt, read);
      return { result: sent, heard: heardOf(sent, attempt, signal) };
    });
    if (attempt.limited && !result.ok) tellWait(result.problem, context.pace);
    logCall(call, result, tries, Date.now() - startedAt);
    if (result.ok || call.method !== 'GET' || tries >= limits.retriesMax) return result;
    const waitMs = retryWait(result.problem, attempt, tries, limits.pace.patienceMs[turn.priority]);
    if (waitMs === null || Date.now() - startedAt + waitMs > limits.retryMs || signal.aborted) return result;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** What one try met: a fault of the connection, a rate limit of all calls, when to try it again, how long nothing may be sent. */
type Attempt = { connection: boolean; limited: boolean; retryMs: number | null; closedMs: number | null };

const FAILURES: ReadonlySet<string> = new Set([
  'akamai-unreachable',
  'akamai-timeout',
  'akamai-bad-certificate',
  'akamai-error',
]);

function heardOf(
  result: Result<unknown>,
  { limited, retryMs, closedMs }: Attempt,
  signal: AbortSignal,
): Heard {
  if (limited) return { outcome: 'limited', waitMs: closedMs ?? retryMs };
  if (result.ok || !FAILURES.has(result.problem.code)) return { outcome: 'answered', waitMs: closedMs };
  // Whoever gives a call up says nothing about Akamai.
  return { outcome: signal.aborted ? 'nothing' : 'failed', waitMs: closedMs };
}

/** Puts into a rate limit's Problem how long all calls wait now, where Akamai did not say it. */
function tellWait(problem: Problem, pace: Pace): void {
  const { blockedUntil } = pace.state();
  if (blockedUntil !== null) problem.retryAfterSeconds ??= Math.ceil((blockedUntil - Date.now()) / 1000);
}

/** One line a call: enough to find it in Akamai's own logs, nothing of what was sent or answered. */
function logCall({ method, path }: Request, result: Result<unknown>, tries: number, ms: number): void {
  metrics().akamai.observe({ method, outcome: result.ok ? 'ok' : result.problem.code }, ms / 1_000);
  if (result.ok) {
    log().debug({ method, path, tries, ms }, 'akamai answered');
    return;
  }
  const { code, upstream } = result.problem;
  // That a token is not there, or that a name is taken, is an answer like others.
  const isUsual = code !== 'akamai-bad-response' && [404, 409, 410].includes(upstream?.status ?? 0);
  log()[isUsual ? 'debug' : 'warn']({ method, path, tries, ms, code, upstream }, 'akamai call failed');
}

/** Milliseconds to wait before another GET, never earlier than Akamai told; null for no other try. */
function retryWait(problem: Problem, attempt: Attempt, tries: number, patienceMs: number): number | null {
  const { limited, connection } = attempt;
  if (!limited && problem.upstream?.status !== 503 && !connection) return null;
  // "At once" is still not at once.
  const backOff = 250 * 2 ** tries * (0.5 + Math.random());
  const wait = Math.max(attempt.closedMs ?? attempt.retryMs ?? 0, backOff);
  // All others are told at once too.
  return limited && wait > patienceMs ? null : wait;
}

async function sendOnce<T>(
  context: Context,
  call: Request,
  attempt: Attempt,
  read: Read<T>,
): Promise<Result<T>> {
  const { limits } = context;
  const isChange = isChanging(call);
  const path = withSwitchKey(call.path, context.accountSwitchKey);
  const body = call.bundle ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const timeout = AbortSignal.timeout(limits.callMs);
  const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout;
  try {
    const response = await fetch(`${context.base}${path}`, {
      method: call.method,
      headers: {
        Accept: 'application/json, application/problem+json, application/gzip',
        'User-Agent': 'EdgeKV-Token-Desk',
        Authorization: await context.sign(call.method, path, body),
        ...(call.method === 'GET' ? {} : { 'Content-Type': 'application/json', ...typeHeader(body) }),
      },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal,
      dispatcher: dispatcher(limits.connectMs),
    });
    const at = Date.now();
    const header = (name: string) => response.headers.get(name);
    attempt.limited = response.status === 429 && ownLimitMs({ header, at }) === null;
    attempt.retryMs = retryAfterMs(response, at);
    attempt.closedMs = nextCallMs({ header, at });
    return await read(response, at);
  } catch (error) {
    const { connection, ...failed } = faultProblem(error, isChange, timeout.aborted);
    attempt.connection = connection;
    return failed;
  }
}

function isChanging({ method, changesNothing }: Request): boolean {
  return method !== 'GET' && !changesNothing;
}

async function readJson<T>(
  response: Response,
  call: Call<T>,
  limits: Limits,
  at: number,
): Promise<Result<Answered<T>>> {
  const { status } = response;
  const isChange = isChanging(call);
  const refused = await redirected(response, isChange);
  if (refused) return refused;
  const isOk = status >= 200 && status < 300;
  const bytesMax = isOk && call.size === 'list' ? limits.listBytesMax : limits.singleBytesMax;
  const bytes = await readBytes(response, bytesMax);
  const json = bytes === null || !isJson(response) ? undefined : parseJson(bytes.toString('utf8'));
  const also = isOk || json === undefined ? undefined : call.alsoAnswers?.(status, json);
  const requestId = response.headers.get('x-trace-id');
  if (also !== undefined) return ok({ value: also, requestId });
  if (!isOk) return notOk(response, json, isChange, at);
  if (bytes === null) return badResponse(status, isChange, `it is larger than ${bytesMax} bytes`, requestId);
  if (json === undefined) return badResponse(status, isChange, 'it is no JSON', requestId);
  const parsed = call.schema.safeParse(json);
  if (parsed.success) return ok({ value: parsed.data, requestId });
  const where = parsed.error.issues[0]?.path.join('.').slice(0, 60) || 'the whole';
  return badResponse(status, isChange, `"${where}" is not as documented`, requestId);
}

async function readBundle(
  response: Response,
  call: Request,
  limits: Limits,
  at: number,
): Promise<Result<Buffer>> {
  const { status } = response;
  const isChange = isChanging(call);
  const refused = await redirected(response, isChange);
  if (refused) return refused;
  const isOk = status >= 200 && status < 300;
  const bytesMax = isOk ? limits.bundleBytesMax : limits.singleBytesMax;
  const bytes = await readBytes(response, bytesMax);
  if (!isOk)
    return notOk(response, bytes === null ? undefined : parseJson(bytes.toString('utf8')), isChange, at);
  const requestId = response.headers.get('x-trace-id');
  if (bytes === null) return badResponse(status, isChange, `it is larger than ${bytesMax} bytes`, requestId);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
    return badResponse(status, isChange, 'it is no .tgz', requestId);
  return ok(bytes);
}

/** Whether an answer may be JSON by its content type; one without any may. */
function isJson(response: Response): boolean {
  const type = response.headers.get('content-type');
  return type === null || /^\s*application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type);
}

async function redirected(response: Response, isChange: boolean) {
  if (response.status < 300 || response.status >= 400) return null;
  await response.body?.cancel();
  return redirectProblem(response.status, isChange);
}

function notOk(response: Response, json: unknown, isChange: boolean, at: number) {
  const header = (name: string) => response.headers.get(name);
  return answerProblem({ status: response.status, header, json, isChange, at });
}

/** The body; null when it is longer than `bytesMax` (counted after decoding: a small gzip may be a bomb). */
async function readBytes(response: Response, bytesMax: number): Promise<Buffer | null> {
  if (!response.body) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream and so the connection.
    if (size > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON, or nested too deep: `undefined` is no JSON value, so the caller can tell.
    return undefined;
  }
}

function retryAfterMs(response: Response, at: number): number | null {
  const seconds = retryAfter({ header: (name) => response.headers.get(name), at });
  return seconds === null ? null : seconds * 1000;
}

/** `HTTPS_PROXY` and `NO_PROXY` are honoured, which fetch alone does not do. */
function dispatcher(connectMs: number): EnvHttpProxyAgent {
  return once(
    `dispatcher ${connectMs}`,
    () => new EnvHttpProxyAgent({ connect: { timeout: connectMs }, connections: 16 }),
  );
}

function withSwitchKey(path: string, key: string | null): string {
  return key === null
    ? path
    : `${path}${path.includes('?') ? '&' : '?'}accountSwitchKey=${encodeURIComponent(key)}`;
}

/** A problem that no call was made for: the name cannot be one of Akamai's, so it must not get into a path. */
export function badName(what: string): { ok: false; problem: Problem } {
  const title = `This is no ${what} name.`;
  return fail(
    'not-found',
    404,
    title,
    'Nothing was sent. Names are 1 to 32 letters, digits, _ or -, not starting with -.',
  );
}

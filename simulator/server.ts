// The simulator: a real HTTP server that plays Akamai, and a second one through which tests (never the product) steer it.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimAccount } from './account';
import {
  type AccountName,
  accountNameOf,
  credentialOf,
  SIMULATOR_CREDENTIAL,
  seedAccounts,
} from './accounts';
import { type Answer, edgeGridRefusal, ekvProblem, switchRefusal } from './answers';
import type { CertificateKind } from './certificate';
import { type ControlState, forgetLate, handleControl, type JournalEntry } from './control-server';
import { deliver } from './delivery';
import { edgeKv } from './edgekv';
import { edgeWorkers } from './edgeworkers';
import { takeFault } from './faults';
import { RATE_LIMITS } from './rate-limits';
import { clientTokenOf, createSignCheck, type SimCredential, type Verdict } from './sign-check';

export { SIMULATOR_CREDENTIAL } from './accounts';

export type SimulatorOptions = {
  port?: number;
  controlPort?: number;
  /** Refuse request fields that the OpenAPI does not have. */
  strict?: boolean;
  empty?: boolean;
  /** Further tokens for benchmarks. */
  extraTokens?: number;
  /** How long an activation takes, milliseconds. */
  activationMs?: number;
  /** Speak TLS, with a certificate that is made now. */
  tls?: CertificateKind;
};

export type Simulator = {
  url: string;
  controlUrl: string;
  /** Its host is the simulator's own address when it speaks TLS. */
  credential: SimCredential;
  /** The certificate to trust, PEM; null without TLS. */
  ca: string | null;
  account: (name?: AccountName) => SimAccount;
  /** How many connections of clients are open. */
  connections: () => number;
  close: () => Promise<void>;
};

const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Starts both servers on loopback; port 0 takes a free one. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = () =>
    seedAccounts({ now: Date.now(), empty: options.empty ?? false, extraTokens: options.extraTokens ?? 0 });
  const state: ControlState = {
    accounts: seed(),
    seed,
    faults: [],
    late: new Set(),
    journal: [],
    clockSkewMs: 0,
    activationMs: options.activationMs ?? 4_000,
    emptyListAs: 404,
    grants: { edgekv: true, edgeworkers: true },
    ignoreEdgeWorkers: false,
    rateLimits: RATE_LIMITS,
    placeholderRevisions: false,
  };
  const now = () => Date.now() + state.clockSkewMs;
  const sockets = new Map<number | undefined, Socket>();
  const context: Context = { state, now, verify: verifier(now), sockets, strict: options.strict ?? false };
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    void answerApi(request, response, context).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
  // Only who asks for TLS pays for the library that makes certificates.
  const certificate = options.tls ? await (await import('./certificate')).makeCertificate(options.tls) : null;
  const api = certificate
    ? createTlsServer({ key: certificate.key, cert: certificate.cert }, answer)
    : createServer(answer);
  api.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  const control = createServer((request, response) => {
    void readBody(request)
      .then((body) =>
        write(
          response,
          handleControl(state, request.method ?? 'GET', request.url ?? '/', body.toString('utf8')),
        ),
      )
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const address = await listen(api, options.port ?? 0);
  const controlAddress = await listen(control, options.controlPort ?? 0);
  return {
    url: `${certificate ? 'https' : 'http'}://${address}`,
    controlUrl: `http://${controlAddress}`,
    credential: certificate ? { ...SIMULATOR_CREDENTIAL, host: address } : SIMULATOR_CREDENTIAL,
    ca: certificate?.ca ?? null,
    account: (name = 'shop') => state.accounts[name],
    connections: () => sockets.size,
    close: async () => {
      forgetLate(state);
      // Those of a handshake that never came are unknown to the server.
      for (const socket of sockets.values()) socket.destroy();
      await Promise.all([close(api), close(control)]);
    },
  };
}

type Context = {
  state: ControlState;
  now: () => number;
  verify: ReturnType<typeof verifier>;
  /** The TCP connections by the client's port. */
  sockets: ReadonlyMap<number | undefined, Socket>;
  strict: boolean;
};

/** A check for each credential, as each remembers the nonces of its own. */
function verifier(now: () => number) {
  const checks = new Map<string, ReturnType<typeof createSignCheck>>();
  return (request: Parameters<ReturnType<typeof createSignCheck>>[0]) => {
    const clientToken = clientTokenOf(request.authorization);
    const credential = clientToken === null ? null : credentialOf(clientToken);
    const named = credential ?? SIMULATOR_CREDENTIAL;
    const check = checks.get(named.clientToken) ?? createSignCheck(named, now);
    checks.set(named.clientToken, check);
    return { credential, verdict: check(request) };
  };
}

async function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  const { state, now } = context;
  const body = await readBody(request);
  const method = request.method ?? 'GET';
  const target = request.url ?? '/';
  const { pathname, searchParams } = new URL(target, 'http://simulator');
  const { credential, verdict } = context.verify({
    method,
    target,
    authority: request.headers.host ?? '',
    authorization: request.headers.authorization,
    body,
  });
  const account = credential && accountNameOf(credential, searchParams.get('accountSwitchKey'));
  const fault = takeFault(state.faults, { method, target, body, account });
  const entry: JournalEntry = {
    at: new Date().toISOString(),
    method,
    target,
    ...bodyOf(body),
    status: 0,
    answerBytes: 0,
    requestId: '',
    unknownFields: [],
    fault: fault !== null,
    account,
    late: null,
  };
  state.journal.push(entry);
  const take = () => {
    const answer = handle({ method, pathname, searchParams, body, verdict, account, entry }, context);
    entry.status = answer.status;
    entry.answerBytes = bytesOf(answer).byteLength;
    entry.requestId = answer.headers?.['x-trace-id'] ?? '';
    return answer;
  };
  if (!fault) return write(response, take(), new Date(now()));
  if (fault.delayMs > 0) await sleep(fault.delayMs);
  const lost = fault.drop ?? fault.silent ?? fault.answer?.effect;
  const answer =
    lost === 'before' ? null : fault.lateMs ? takeLater(state, entry, fault.lateMs, take) : take();
  if (fault.delayAnswerMs > 0) await sleep(fault.delayAnswerMs);
  if (fault.drop) return drop(request, response);
  if (fault.silent) return;
  if (fault.answer) entry.status = fault.answer.status;
  const raw = context.sockets.get(request.socket.remotePort) ?? request.socket;
  const given = fault.answer ?? (answer && plain(answer, new Date(now())));
  if (given)
    await deliver(response, raw, { ...given, headers: { ...given.headers, ...fault.headers } }, fault);
}

/** A short text as it is; of a .tgz only which one it was. */
function bodyOf(body: Buffer): Pick<JournalEntry, 'body' | 'upload'> {
  if (body[0] === 0x1f && body[1] === 0x8b) {
    const sha256 = createHash('sha256').update(body).digest('hex');
    return { body: '', upload: { sha256, bytes: body.byteLength } };
  }
  return { body: body.byteLength < 10_000 ? body.toString('utf8') : '', upload: null };
}

/** The change is made when nobody waits for its answer any more. */
function takeLater(state: ControlState, entry: JournalEntry, ms: number, take: () => Answer): null {
  entry.late = 'waiting';
  const timer = setTimeout(() => {
    state.late.delete(timer);
    take();
    entry.late = 'made';
  }, ms);
  state.late.add(timer);
  return null;
}

type Taken = {
  method: string;
  pathname: string;
  searchParams: URLSearchParams;
  body: Buffer;
  verdict: Verdict;
  account: AccountName | null;
  entry: JournalEntry;
};

function handle(taken: Taken, { state, now, strict }: Context): Answer {
  const { method, pathname, searchParams, body, verdict, account: name, entry } = taken;
  const instance = `https://${SIMULATOR_CREDENTIAL.host}${pathname}`;
  if (verdict !== 'ok') return edgeGridRefusal(verdict, method, instance);
  if (name === null) return switchRefusal();
  const isEdgeKv = pathname.startsWith('/edgekv/v1/');
  const granted = isEdgeKv ? state.grants.edgekv : state.grants.edgeworkers;
  if (!granted) return edgeGridRefusal('no-grant', method, instance);
  const account = state.accounts[name];
  const request = { method, path: pathname, query: searchParams, body: body.toString('utf8'), now: now() };
  const answer = isEdgeKv
    ? edgeKv(account, request, { strict, ...state }, (fields) => entry.unknownFields.push(...fields))
    : edgeWorkers(account, request, body, state);
  return answer ?? ekvProblem(404, 'EKV_9000', 'The requested item does not exist.');
}

function drop(request: IncomingMessage, response: ServerResponse): void {
  request.socket.destroy();
  response.destroy();
}

function write(response: ServerResponse, answer: Answer, date = new Date()): void {
  const { status, headers, body } = plain(answer, date);
  response.writeHead(status, headers).end(body);
}

function bytesOf({ body }: Answer): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}

function plain(answer: Answer, date: Date) {
  const { status, headers } = answer;
  const bytes = bytesOf(answer);
  const length = String(bytes.byteLength);
  return {
    status,
    headers: { date: date.toUTCString(), 'content-length': length, ...headers },
    body: bytes,
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw new Error('the request body is too large for the simulator');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

// The simulator: a real HTTP server that plays Akamai, and a second one through which tests (never the product) steer it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimAccount } from './account';
import { type Answer, edgeGridRefusal, ekvProblem } from './answers';
import { type ControlState, handleControl } from './control-server';
import { edgeKv } from './edgekv';
import { edgeWorkers } from './edgeworkers';
import { type Fault, takeFault } from './faults';
import { seedAccount } from './seed';
import { createSignCheck, type SimCredential } from './sign-check';

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
};

export type Simulator = {
  url: string;
  controlUrl: string;
  credential: SimCredential;
  account: () => SimAccount;
  close: () => Promise<void>;
};

/** The planted text that no page, log or file of the product may ever show. */
export const CANARY_SECRET = 'CANARY-SECRET-simulator-client-secret=';

export const SIMULATOR_CREDENTIAL: SimCredential = {
  host: 'akab-simulator0000000.luna.akamaiapis.net',
  clientToken: 'akab-simulator-client-token',
  clientSecret: CANARY_SECRET,
  accessToken: 'akab-simulator-access-token',
};

const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Starts both servers on loopback; port 0 takes a free one. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = () =>
    seedAccount({ now: Date.now(), empty: options.empty ?? false, extraTokens: options.extraTokens ?? 0 });
  const state: ControlState = {
    account: seed(),
    seed,
    faults: [],
    journal: [],
    clockSkewMs: 0,
    activationMs: options.activationMs ?? 4_000,
    emptyListAs: 404,
    grants: { edgekv: true, edgeworkers: true },
    ignoreEdgeWorkers: false,
  };
  const now = () => Date.now() + state.clockSkewMs;
  const check = createSignCheck(SIMULATOR_CREDENTIAL, now);
  const api = createServer((request, response) => {
    void answerApi(request, response, state, check, now, options.strict ?? false).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
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
  const url = await listen(api, options.port ?? 0);
  const controlUrl = await listen(control, options.controlPort ?? 0);
  return {
    url,
    controlUrl,
    credential: SIMULATOR_CREDENTIAL,
    account: () => state.account,
    close: async () => {
      await Promise.all([close(api), close(control)]);
    },
  };
}

async function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  state: ControlState,
  check: ReturnType<typeof createSignCheck>,
  now: () => number,
  strict: boolean,
): Promise<void> {
  const body = await readBody(request);
  const method = request.method ?? 'GET';
  const target = request.url ?? '/';
  const { pathname, searchParams } = new URL(target, 'http://simulator');
  const fault = takeFault(state.faults, method, target, body.toString('latin1'));
  const entry = {
    at: new Date().toISOString(),
    method,
    target,
    body: body.byteLength > 0 && body.byteLength < 10_000 ? body.toString('utf8') : '',
    status: 0,
    requestId: '',
    unknownFields: [] as string[],
    fault: fault !== null,
  };
  state.journal.push(entry);
  if (fault && fault.delayMs > 0) await sleep(fault.delayMs);
  if (fault?.drop === 'before') return drop(request, response);
  if (fault?.answer?.effect === 'before') return writeFault(response, fault.answer, entry);
  const verdict = check({
    method,
    target,
    authority: request.headers.host ?? '',
    authorization: request.headers.authorization,
    body,
  });
  const handled = () => {
    if (verdict !== 'ok')
      return edgeGridRefusal(verdict, method, `https://${SIMULATOR_CREDENTIAL.host}${pathname}`);
    const isEdgeKv = pathname.startsWith('/edgekv/v1/');
    const granted = isEdgeKv ? state.grants.edgekv : state.grants.edgeworkers;
    if (!granted)
      return edgeGridRefusal('no-grant', method, `https://${SIMULATOR_CREDENTIAL.host}${pathname}`);
    const apiRequest = {
      method,
      path: pathname,
      query: searchParams,
      body: body.toString('utf8'),
      now: now(),
    };
    const answer = isEdgeKv
      ? edgeKv(state.account, apiRequest, { strict, ...state }, (fields) =>
          entry.unknownFields.push(...fields),
        )
      : edgeWorkers(state.account, apiRequest, body);
    return answer ?? ekvProblem(404, 'EKV_9000', 'The requested item does not exist.');
  };
  const answer = handled();
  entry.status = answer.status;
  entry.requestId = answer.headers?.['x-trace-id'] ?? '';
  if (fault && fault.delayAnswerMs > 0) await sleep(fault.delayAnswerMs);
  if (fault?.drop === 'after') return drop(request, response);
  if (fault?.answer) return writeFault(response, fault.answer, entry);
  write(response, answer, new Date(now()));
}

function drop(request: IncomingMessage, response: ServerResponse): void {
  request.socket.destroy();
  response.destroy();
}

function writeFault(
  response: ServerResponse,
  answer: NonNullable<Fault['answer']>,
  entry: { status: number },
): void {
  entry.status = answer.status;
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

function write(response: ServerResponse, answer: Answer, date = new Date()): void {
  const { body } = answer;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response
    .writeHead(answer.status, {
      date: date.toUTCString(),
      'content-length': bytes.byteLength,
      ...answer.headers,
    })
    .end(bytes);
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
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

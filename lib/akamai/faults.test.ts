// The fault matrix: everything that can go wrong between us and Akamai, over HTTP and TLS, with every kind of call. The
// calls are made by a process of its own (testdata/caller.ts); what arrived is in the simulators' journals.
import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { furtherCredential } from '@/simulator/accounts';
import { makeBundle } from '@/simulator/bundle';
import { Control, type FaultRequest, type JournalEntry } from '@/simulator/control';
import { type Simulator, startSimulator } from '@/simulator/server';
import { akamaiClient, LIMITS } from './client';
import { startTestServer } from './test-server';
import type { Operation, Order, Report } from './testdata/caller';
import { getToken } from './tokens';

const bundle = new Uint8Array(makeBundle({ name: 'cart-api', version: '2.4.0', tokens: [], style: 'usual' }));
const LIMITS_OF_ROWS = { connectMs: 800, callMs: 1_000, retryMs: 2_000, retriesMax: 1 };
/** For what takes its time: much to send, or the first call of a process. */
const PATIENT = { ...LIMITS_OF_ROWS, connectMs: 5_000, callMs: 8_000 };
/** What a busy machine may add to a time limit. */
const SLACK_MS = 1_500;
const GROWTH_MAX = 50 * 1024 * 1024;

const READS = ['list', 'get', 'content'] as const;
const CHANGES = ['create', 'refresh', 'revoke', 'upload', 'activate'] as const;
const ALL: readonly Operation[] = [...READS, 'validate', ...CHANGES];
/** Where each kind of call goes, by which its requests are found in the journal. */
const TARGETS: Record<Operation, RegExp> = {
  list: /^GET \/edgekv\/v1\/tokens$/,
  get: /^GET \/edgekv\/v1\/tokens\/cart-reader$/,
  content: /^GET \/edgeworkers\/v1\/ids\/4101\/versions\/2\.3\.1\/content$/,
  validate: /^POST \/edgeworkers\/v1\/validations$/,
  create: /^POST \/edgekv\/v1\/tokens$/,
  refresh: /^POST \/edgekv\/v1\/tokens\/cart-reader\/refresh$/,
  revoke: /^DELETE \/edgekv\/v1\/tokens\/geo-router$/,
  upload: /^POST \/edgeworkers\/v1\/ids\/4101\/versions$/,
  activate: /^POST \/edgeworkers\/v1\/ids\/4101\/activations$/,
};

const reportSchema = z.object({
  id: z.number(),
  result: z.union([
    z.object({ ok: z.literal(true), value: z.unknown().optional() }),
    z.object({
      ok: z.literal(false),
      problem: z.object({
        code: z.string(),
        status: z.number(),
        title: z.string(),
        detail: z.string(),
        mayHaveHappened: z.literal(true).optional(),
        retryAfterSeconds: z.number().optional(),
        upstream: z
          .object({ status: z.number(), detail: z.string().optional(), requestId: z.string().optional() })
          .optional(),
      }),
    }),
  ]),
  ms: z.number(),
  growth: z.number(),
  sockets: z.number(),
  unhandled: z.number(),
  isPolluted: z.boolean(),
}) satisfies z.ZodType<Report>;
type Told = z.infer<typeof reportSchema>;

const folder = mkdtempSync(join(tmpdir(), 'token-desk-faults-'));
let http: Simulator;
let tls: Simulator;
let wrongName: Simulator;
let expired: Simulator;
let untrusted: Simulator;
let caller: ChildProcess;
const waiting = new Map<number, (told: Told) => void>();
let count = 0;

before(async () => {
  [http, tls, wrongName, expired, untrusted] = await Promise.all([
    startSimulator(),
    startSimulator({ tls: 'good' }),
    startSimulator({ tls: 'wrong-name' }),
    startSimulator({ tls: 'expired' }),
    startSimulator({ tls: 'good' }),
  ]);
  const trusted = join(folder, 'ca.pem');
  writeFileSync(trusted, [tls, wrongName, expired].map(({ ca }) => ca).join('\n'));
  caller = fork(join(import.meta.dirname, 'testdata', 'caller.ts'), {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted },
    serialization: 'advanced',
  });
  caller.on('message', (message) => {
    const told = reportSchema.parse(message);
    waiting.get(told.id)?.(told);
    waiting.delete(told.id);
  });
});
after(async () => {
  caller.disconnect();
  await Promise.all([http, tls, wrongName, expired, untrusted].map((one) => one.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** One call with a credential of its own, so that no row waits for another's pace or suffers from its failures. */
function call(operation: Operation, origin: string, limits: Order['limits'] = LIMITS_OF_ROWS): Promise<Told> {
  count += 1;
  const id = count;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    caller.send({ id, operation, origin, limits, bundle, ...furtherCredential(id) } satisfies Order);
  });
}

function problemOf({ result }: Told) {
  assert.ok(!result.ok, 'it must fail');
  return result.problem;
}

function isChange(operation: Operation): boolean {
  return CHANGES.some((one) => one === operation);
}

type Row = {
  name: string;
  fault: FaultRequest;
  /** The Problem's code; null where all is well. */
  code: string | ((operation: Operation) => string | null);
  /** Whether a change may have happened: it always may, once its request was sent, unless the answer denies it. */
  isDoubtful?: boolean | ((operation: Operation) => boolean);
  /** Whether a GET is tried again. */
  isRetried?: boolean;
  limits?: Order['limits'];
  also?: (told: Told, operation: Operation) => void;
};

/** Every kind of call against both simulators with that fault. */
async function tryRow(row: Row): Promise<void> {
  await Promise.all([tryAt(http, row), tryAt(tls, row)]);
}

async function tryAt(simulator: Simulator, row: Row): Promise<void> {
  const { name, fault, code, isDoubtful = true, isRetried = false, limits = LIMITS_OF_ROWS, also } = row;
  const control = new Control(simulator.controlUrl);
  await control.reset();
  await control.fault({ times: 1_000, ...fault });
  const told = await Promise.all(ALL.map((operation) => call(operation, simulator.url, limits)));
  const journal = await control.journal();
  for (const [index, operation] of ALL.entries()) {
    const one = told[index];
    assert.ok(one);
    const at = `${name}, ${operation} at ${simulator.url}`;
    const expected = typeof code === 'string' ? code : code(operation);
    assert.equal(one.result.ok ? null : one.result.problem.code, expected, at);
    checkBounds(one, at, limits);
    const tries = requestsOf(journal, operation);
    const isAgain = isRetried && READS.some((read) => read === operation);
    assert.equal(tries, isAgain ? 1 + limits.retriesMax : 1, `${at}: requests`);
    if (!one.result.ok) {
      const doubt = typeof isDoubtful === 'boolean' ? isDoubtful : isDoubtful(operation);
      const { mayHaveHappened = false } = one.result.problem;
      assert.equal(mayHaveHappened, doubt && isChange(operation), `${at}: whether it may have happened`);
    }
    also?.(one, operation);
  }
}

function requestsOf(journal: readonly JournalEntry[], operation: Operation): number {
  return journal.filter(({ method, target }) => TARGETS[operation].test(`${method} ${target}`)).length;
}

function checkBounds(told: Told, at: string, limits = LIMITS_OF_ROWS): void {
  assert.ok(told.ms <= limits.retryMs + limits.callMs + SLACK_MS, `${at}: ${told.ms} ms`);
  assert.ok(told.growth <= GROWTH_MAX, `${at}: grew by ${told.growth} bytes`);
  assert.equal(told.unhandled, 0, `${at}: unhandled rejections`);
  assert.equal(told.isPolluted, false, at);
}

test('without a fault all calls succeed over HTTP and TLS', () =>
  tryRow({ name: 'no fault', fault: { match: { path: 'nothing' } }, code: () => null, limits: PATIENT }));

test('[26] 3,000 interleaved calls of one client get their own answers, with one signer', async () => {
  const require = createRequire(createRequire(import.meta.url).resolve('akamai-edgegrid'));
  const axios: { interceptors: { request: { handlers: unknown[] } } } = require('axios');
  const clients = () =>
    akamaiClient(
      { section: 'default', accountKey: null, ...http.credential },
      { origin: http.url, accountSwitchKey: null },
      { ...LIMITS, pace: { ...LIMITS.pace, perSecond: 1e5, burst: 1e5, atOnceMax: 32, waitingMax: 5_000 } },
    );
  await new Control(http.controlUrl).reset();
  // The first call makes the signer.
  await getToken(clients(), 'nobody');
  const interceptors = axios.interceptors.request.handlers.length;
  assert.ok(interceptors > 0);
  const names = [...http.account().tokens.values()]
    .filter(({ value, expiry }) => value === null && expiry.startsWith('9999'))
    .map(({ name }) => name);
  assert.ok(names.length > 20);
  const answers = await Promise.all(
    Array.from({ length: 3_000 }, async (_, index) => {
      // Each third is for a token that is not there: its problem must be its own too.
      const name = index % 3 === 0 ? `nobody-${index}` : (names[index % names.length] ?? '');
      const read = await getToken(clients(), name);
      return { name, got: read.ok ? read.value.name : read.problem.title };
    }),
  );
  for (const { name, got } of answers)
    assert.equal(got, name.startsWith('nobody-') ? `There is no token ${name}.` : name);
  assert.equal(axios.interceptors.request.handlers.length, interceptors);
});

test('[27] a redirect of any kind is told and not followed', async (t) => {
  const other = new Control(untrusted.controlUrl);
  await other.reset();
  const locations: [name: string, headers: Record<string, string>][] = [
    ['absolute', { location: `${http.url}/edgekv/v1/tokens` }],
    ['relative', { location: '../elsewhere' }],
    ['to another host', { location: `${untrusted.url}/edgekv/v1/tokens` }],
    ['without Location', {}],
    ['to itself', { location: '/edgekv/v1/tokens' }],
    ['to no address at all', { location: 'http://[' }],
  ];
  for (const status of [300, 301, 302, 303, 304, 307, 308]) {
    await t.test(String(status), async () => {
      for (const [name, headers] of locations) {
        const body = status === 304 ? '' : '<a href="/">Moved</a>';
        await tryRow({
          name: `${status} ${name}`,
          fault: { answer: { status, headers, body } },
          code: 'akamai-redirect',
          also: (told) => assert.equal(problemOf(told).upstream?.status, status),
        });
      }
    });
  }
  assert.equal(untrusted.connections(), 0);
  assert.deepEqual(await other.journal(), []);
});

const BROKEN: readonly Row[] = [
  { name: 'silence', fault: { silent: 'before' }, code: 'akamai-timeout' },
  { name: 'silence after the change', fault: { silent: 'after' }, code: 'akamai-timeout' },
  { name: 'headers, then silence', fault: { cut: { how: 'silence' } }, code: 'akamai-timeout' },
  {
    name: 'a part of the body, then silence',
    fault: { cut: { how: 'silence', afterBytes: 20 } },
    code: 'akamai-timeout',
  },
  {
    name: 'slow bytes',
    fault: { answer: { status: 200, body: { repeat: ' ', times: 10_000 } }, byteMs: 50 },
    code: 'akamai-timeout',
  },
  {
    name: 'slow bytes of an error',
    fault: { answer: { status: 503, body: { repeat: ' ', times: 10_000 } }, byteMs: 50 },
    code: 'akamai-timeout',
  },
  {
    name: 'closed before the change',
    fault: { drop: 'before' },
    code: 'akamai-unreachable',
    isRetried: true,
  },
  { name: 'closed after the change', fault: { drop: 'after' }, code: 'akamai-unreachable', isRetried: true },
  {
    name: 'reset after the headers',
    fault: { cut: { how: 'reset' } },
    code: 'akamai-unreachable',
    isRetried: true,
  },
  {
    name: 'reset in the body',
    fault: { cut: { how: 'reset', afterBytes: 20 } },
    code: 'akamai-unreachable',
    isRetried: true,
  },
  {
    name: 'half-closed after the headers',
    fault: { cut: { how: 'half-close' } },
    code: 'akamai-unreachable',
    isRetried: true,
  },
  {
    name: 'half-closed in the body',
    fault: { cut: { how: 'half-close', afterBytes: 20 } },
    code: 'akamai-unreachable',
    isRetried: true,
  },
];

test('[28] a connection that fails or falls silent is told as what it is, in time', async (t) => {
  // Silence is waited for in full, six times.
  const limits = { ...LIMITS_OF_ROWS, callMs: 700 };
  for (const row of BROKEN)
    await t.test(row.name, () => tryRow(row.code === 'akamai-timeout' ? { ...row, limits } : row));
});

test('[28] where nothing was sent, a change is certain not to have happened', {
  concurrency: true,
}, async (t) => {
  const deaf = createServer();
  const held = new Set<Socket>();
  deaf.on('connection', (socket) => held.add(socket));
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  const full = await fullServer();
  const closed = await startTestServer(() => undefined);
  await closed.close();
  const origins: [name: string, origin: string, code: string][] = [
    ['refused', closed.url, 'akamai-unreachable'],
    ['a name that does not exist', 'https://akamai.invalid', 'akamai-unreachable'],
    ['never accepted', `http://127.0.0.1:${full.port}`, 'akamai-timeout'],
    ['accepted, and no TLS', `https://127.0.0.1:${(deaf.address() as AddressInfo).port}`, 'akamai-timeout'],
    ['a certificate of another name', wrongName.url, 'akamai-bad-certificate'],
    ['an expired certificate', expired.url, 'akamai-bad-certificate'],
    ['an unknown authority', untrusted.url, 'akamai-bad-certificate'],
    ['plain HTTP where TLS was meant', http.url.replace('http:', 'https:'), 'akamai-unreachable'],
  ];
  // The time to connect must end before that of the call, as it does by default.
  const limits = { ...LIMITS_OF_ROWS, callMs: 3_000 };
  await new Control(http.controlUrl).reset();
  const rows = origins.map(([name, origin, code]) =>
    t.test(name, async () => {
      const told = await Promise.all(ALL.map((operation) => call(operation, origin, limits)));
      for (const one of told) {
        const problem = problemOf(one);
        assert.equal(problem.code, code);
        assert.equal(problem.mayHaveHappened, undefined);
        checkBounds(one, name, limits);
      }
    }),
  );
  await Promise.all(rows);
  for (const simulator of [http, wrongName, expired, untrusted])
    assert.deepEqual(await new Control(simulator.controlUrl).journal(), []);
  full.close();
  for (const socket of held) socket.destroy();
  deaf.close();
});

/** A server whose queue of connections is full, so that the system leaves further ones unanswered. */
async function fullServer(): Promise<{ port: number; close: () => void }> {
  const program = `
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      process.stdout.write(server.address().port + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (chunk) => resolve(Number(chunk))),
  );
  const fillers: Socket[] = [];
  // Two fit: the next one that gets no answer shows that the queue is full.
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    fillers.push(socket);
    isFull = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), 300);
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(false);
      });
    });
  }
  return {
    port,
    close: () => {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}

test('[28] 100 rounds of broken connections leave none open', async () => {
  const faults: FaultRequest[] = [
    { silent: 'before' },
    { cut: { how: 'silence', afterBytes: 5 } },
    { cut: { how: 'reset', afterBytes: 5 } },
    { cut: { how: 'half-close', afterBytes: 5 } },
    { drop: 'before' },
    { answer: { status: 302, body: { repeat: 'x', times: 1_000_000 } } },
    { answer: { status: 500, body: { repeat: 'x', times: 50_000_000 } } },
    { answer: { status: 200, body: { repeat: ' ', times: 50_000_000 } } },
    { answer: { status: 200, gzip: true, body: { repeat: ' ', times: 50_000_000 } } },
    { answer: { status: 200, body: '{"tokens":' } },
  ];
  const limits = { connectMs: 400, callMs: 100, retryMs: 100, retriesMax: 0 };
  const roundsAt = async ({ url, controlUrl }: Simulator) => {
    const control = new Control(controlUrl);
    for (let round = 0; round < 100; round += 1) {
      const fault = faults[round % faults.length] ?? {};
      await control.fault(fault);
      const told = await call(ALL[round % ALL.length] ?? 'get', url, limits);
      assert.ok(!told.result.ok, JSON.stringify(fault));
    }
  };
  for (const { controlUrl } of [http, tls]) await new Control(controlUrl).reset();
  const { sockets: atFirst } = await call('get', http.url);
  await Promise.all([http, tls].map(roundsAt));
  const open = () => http.connections() + tls.connections();
  // Idle connections of the pool are closed after some seconds; one that leaks stays.
  for (const end = Date.now() + 15_000; open() > 0 && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(open(), 0);
  for (const { controlUrl } of [http, tls]) await new Control(controlUrl).clearFaults();
  // The caller hears of the last ends a moment later.
  let { sockets } = await call('get', http.url);
  for (const end = Date.now() + 10_000; sockets > atFirst && Date.now() < end; )
    sockets = (await call('get', http.url)).sockets;
  assert.ok(sockets <= atFirst, `${sockets} connections, ${atFirst} at first`);
});

const text = (body: string, contentType = 'application/json'): FaultRequest => ({
  answer: { status: 200, headers: { 'content-type': contentType }, body },
});
const HUGE = { repeat: ' '.repeat(1024), times: 300 * 1024 };
const UNREADABLE: readonly [name: string, fault: FaultRequest][] = [
  ['HTML', text('<html><body>Please sign in</body></html>', 'text/html')],
  ['HTML that says it is JSON', text('<html><body>Please sign in</body></html>')],
  ['nothing', text('')],
  ['null', text('null')],
  ['an array', text('[]')],
  ['a text', text('"tokens"')],
  ['a number', text('42')],
  ['an object without fields', text('{}')],
  ['cut JSON', text('{"tokens":[{"name":"a","uuid":"b"')],
  ['a field of another type', text('{"tokens":"none","name":7,"errors":{}}')],
  ['rows of null', text('{"tokens":[null],"errors":[null],"name":null}')],
  ['only a part', text('{"tokens":[{"name":"a"}],"uuid":"a"}')],
  ['no UTF-8 text', text('\u0000\uFFFD{"tokens":[]}')],
  ['300 MB', { answer: { status: 200, body: HUGE } }],
  [
    '300 MB of an error’s HTML with a 200',
    { answer: { status: 200, headers: { 'content-type': 'text/html' }, body: HUGE } },
  ],
  ['a gzip bomb of 300 MB', { answer: { status: 200, body: HUGE, gzip: true } }],
  [
    '100,000 levels deep',
    {
      answer: {
        status: 200,
        body: { before: '{"tokens":', repeat: '[', times: 100_000, after: ']'.repeat(100_000) },
      },
    },
  ],
];

test('[29] an answer that is no answer is told as unreadable, and costs no memory', async (t) => {
  for (const [name, fault] of UNREADABLE)
    await t.test(name, () => tryRow({ name, fault, code: 'akamai-bad-response', limits: PATIENT }));
  await t.test('the right body under another content type', () =>
    tryRow({
      name: 'text/html',
      fault: { headers: { 'content-type': 'text/html' } },
      // A .tgz is known by its first bytes.
      code: (operation) => (operation === 'content' ? null : 'akamai-bad-response'),
    }),
  );
  await t.test('a huge body of an error is not read', () =>
    tryRow({
      name: '500',
      fault: { answer: { status: 500, body: HUGE } },
      code: 'akamai-error',
      limits: PATIENT,
    }),
  );
});

test('[29] fields too many, twice or named like an object’s own make no other token of it', async () => {
  const control = new Control(http.controlUrl);
  const token = (more: string) =>
    `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"allowOnStaging":true,
      "allowOnProduction":true,"allowOnProduction":false,"name":"cart-reader","uuid":"u","later":{"__proto__":[1]},
      "expiry":"9999-12-31","namespacePermissions":${more}}`;
  await control.reset();
  await control.fault(text(token('{"__proto__":["r"],"constructor":["w"],"cart":["r","w"]}')));
  const told = await call('get', http.url);
  assert.ok(told.result.ok);
  checkBounds(told, 'odd fields');
  const shape = z.looseObject({
    name: z.literal('cart-reader'),
    details: z.looseObject({
      networks: z.object({ staging: z.literal(true), production: z.literal(false) }),
      permissions: z.map(z.string(), z.array(z.string())),
    }),
  });
  const { details } = shape.parse(told.result.value);
  // Each is a legal name of a namespace.
  assert.deepEqual(
    [...details.permissions].sort(),
    [
      ['__proto__', ['r']],
      ['cart', ['r', 'w']],
      ['constructor', ['w']],
    ].sort(),
  );
});

const STATUSES = [400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 501, 502, 503, 504] as const;

/** What a status means for a call: `isAkamai` when its body is Akamai's, with an errorCode. */
function codeOf(status: number, isAkamai: boolean, operation: Operation): string | null {
  if (status === 429) return 'akamai-rate-limited';
  if (status >= 500) return 'akamai-error';
  if (status === 401 || status === 403) return 'akamai-forbidden';
  if (![404, 409, 410].includes(status)) return 'akamai-refused';
  if (!isAkamai) return 'akamai-bad-response';
  const isOfToken = ['get', 'refresh', 'revoke'].includes(operation);
  if (status === 409) return operation === 'create' ? 'token-name-taken' : 'akamai-refused';
  if (status === 410) return isOfToken ? 'token-expired' : 'akamai-refused';
  if (operation === 'list') return null;
  return isOfToken ? 'token-not-found' : 'not-found';
}

test('[30] each status says what it means, with Akamai’s request id, and no more text than 500 characters', async (t) => {
  const long = `<script>alert(1)</script>${'x'.repeat(5_000)}`;
  const problem = JSON.stringify({
    type: 'https://learn.akamai.com',
    title: long,
    detail: long,
    status: 200,
    errorCode: 'EKV_3000',
    instance: long,
    additionalDetail: { requestId: '0123456789abcdef' },
  });
  const html = `<html><title>${long}</title></html>`;
  const bodies: [
    name: string,
    isAkamai: boolean,
    headers: Record<string, string>,
    body: string,
    id: string | undefined,
  ][] = [
    ['a problem', true, { 'content-type': 'application/problem+json' }, problem, '0123456789abcdef'],
    [
      'HTML',
      false,
      { 'content-type': 'text/html', 'x-trace-id': 'fedcba9876543210' },
      html,
      'fedcba9876543210',
    ],
    ['nothing', false, {}, '', undefined],
    ['another’s JSON', false, { 'content-type': 'application/json' }, '{"message":"no route"}', undefined],
  ];
  for (const status of STATUSES) {
    await t.test(String(status), async () => {
      for (const [name, isAkamai, headers, body, id] of bodies) {
        const isDoubtful = (operation: Operation) =>
          status >= 500 || codeOf(status, isAkamai, operation) === 'akamai-bad-response';
        await tryRow({
          name: `${status} with ${name}`,
          fault: { answer: { status, headers, body } },
          code: (operation) => codeOf(status, isAkamai, operation),
          isDoubtful,
          isRetried: status === 429 || status === 503,
          also: (told) => {
            if (told.result.ok) return;
            const { upstream, title, detail } = told.result.problem;
            assert.equal(upstream?.status, status);
            assert.equal(upstream?.requestId, id);
            assert.ok((upstream?.detail?.length ?? 0) <= 500);
            assert.ok(title.length < 200 && detail.length < 700, detail);
          },
        });
      }
    });
  }
});

const dateIn = (ms: number) => new Date(Date.now() + ms).toUTCString();
/** Retry-After in each form: what it tells, seconds, and how many requests a GET makes of a 503 and of a 429. */
const RETRY_AFTER: readonly [
  name: string,
  header: () => string | null,
  told: number | null,
  requests: Readonly<{ 503: number; 429: number | null }>,
][] = [
  ['absent', () => null, null, { 503: 4, 429: 4 }],
  ['0', () => '0', 0, { 503: 4, 429: 4 }],
  ['1', () => '1', 1, { 503: 4, 429: 4 }],
  // A second wait would be too long. Calls after a 429 wait as long as people have patience.
  ['5', () => '5', 5, { 503: 2, 429: null }],
  ['20', () => '20', 20, { 503: 1, 429: 1 }],
  ['3600', () => '3600', 3_600, { 503: 1, 429: 1 }],
  ['beyond any clock', () => '9'.repeat(30), 1e9, { 503: 1, 429: 1 }],
  ['a date in the past', () => dateIn(-60_000), 0, { 503: 4, 429: 4 }],
  ['a date in an hour', () => dateIn(3_600_000), 3_600, { 503: 1, 429: 1 }],
  ['junk', () => 'soon', null, { 503: 4, 429: 4 }],
  ['a number that is none', () => '-5', null, { 503: 4, 429: 4 }],
  ['half a second', () => '0.5', null, { 503: 4, 429: 4 }],
];

test('[31] a GET is tried again never earlier than told, at most three times and in time; a change never', {
  concurrency: true,
}, async (t) => {
  // Of a 429 all calls wait, longer each time, and a GET with them.
  const limitsOf = {
    503: { ...PATIENT, retryMs: 8_000, retriesMax: 3 },
    429: { ...PATIENT, retryMs: 12_000, retriesMax: 3 },
  };
  const tryOne = async (status: 503 | 429, [name, header, told, requests]: (typeof RETRY_AFTER)[number]) => {
    const limits = limitsOf[status];
    const isTold = ({ retryAfterSeconds }: { retryAfterSeconds?: number | undefined }) => {
      // Where a 429 says nothing, how long calls wait is told; nobody is held for more than an hour.
      if (told === null && status === 429) assert.ok((retryAfterSeconds ?? 0) >= 1);
      else if (told === null) assert.equal(retryAfterSeconds, undefined);
      else if (told > 3_600 && status === 429) assert.ok((retryAfterSeconds ?? 0) >= 3_599);
      // A date is told to the second.
      else assert.ok(Math.abs((retryAfterSeconds ?? Number.NaN) - told) <= 1, `${retryAfterSeconds}`);
    };
    const times: number[] = [];
    const server = await startTestServer(({ method }, response) => {
      if (method === 'GET') times.push(performance.now());
      const value = header();
      response.writeHead(status, value === null ? {} : { 'retry-after': value }).end();
    });
    try {
      const read = await call('list', server.url, limits);
      const problem = problemOf(read);
      assert.equal(problem.code, status === 429 ? 'akamai-rate-limited' : 'akamai-error');
      isTold(problem);
      assert.equal(times.length, requests[status]);
      checkBounds(read, name, limits);
      for (const [index, time] of times.slice(1).entries())
        assert.ok(time - (times[index] ?? 0) >= Math.max(100, (told ?? 0) * 1000 - 20), 'too early');
      const before = server.received.length;
      const changes = await Promise.all(CHANGES.map((one) => call(one, server.url, limits)));
      assert.equal(server.received.length - before, CHANGES.length);
      for (const change of changes) {
        isTold(problemOf(change));
        assert.equal(problemOf(change).mayHaveHappened, status === 503 ? true : undefined);
      }
    } finally {
      await server.close();
    }
  };
  await Promise.all(
    ([429, 503] as const).flatMap((status) =>
      RETRY_AFTER.filter(([, , , requests]) => requests[status] !== null).map((row) =>
        t.test(`${status}, ${row[0]}`, () => tryOne(status, row)),
      ),
    ),
  );
});

test('[31] a date that comes soon is waited for', async () => {
  const times: number[] = [];
  const due = Math.ceil(Date.now() / 1000) * 1000 + 2_000;
  const server = await startTestServer((_request, response) => {
    times.push(Date.now());
    const isDue = times.length > 1;
    const headers = isDue ? {} : { 'retry-after': new Date(due).toUTCString() };
    response.writeHead(isDue ? 200 : 503, headers).end(isDue ? '{"tokens":[]}' : '');
  });
  try {
    const read = await call('list', server.url, { ...LIMITS_OF_ROWS, retryMs: 6_000 });
    assert.ok(read.result.ok);
    assert.equal(times.length, 2);
    assert.ok((times[1] ?? 0) >= due, `${due - (times[1] ?? 0)} ms too early`);
  } finally {
    await server.close();
  }
});

test('[32] a wrong clock is named with how wrong it is, and nothing is tried again', async (t) => {
  for (const [name, ms] of [
    ['5 minutes behind', 300_000],
    ['5 minutes ahead', -300_000],
    ['an hour behind', 3_600_000],
    ['an hour ahead', -3_600_000],
  ] as const) {
    await t.test(name, async () => {
      for (const simulator of [http, tls]) {
        const control = new Control(simulator.controlUrl);
        await control.reset();
        await control.change({ clockSkewMs: ms });
        const told = await Promise.all(ALL.map((operation) => call(operation, simulator.url)));
        const journal = await control.journal();
        for (const [index, operation] of ALL.entries()) {
          const one = told[index];
          assert.ok(one);
          const { code, detail, mayHaveHappened } = problemOf(one);
          assert.equal(code, 'akamai-clock-skew');
          assert.equal(mayHaveHappened, undefined);
          const [, seconds, side] = /It is (\d+) seconds (ahead of|behind) Akamai's/.exec(detail) ?? [];
          assert.ok(Math.abs(Number(seconds) - Math.abs(ms) / 1000) <= 2, detail);
          assert.equal(side, ms > 0 ? 'behind' : 'ahead of');
          assert.equal(requestsOf(journal, operation), 1);
        }
        await control.reset();
      }
    });
  }
});

// Notices from end to end: the simulator as Akamai, a real SMTP server, receivers that verify, a database on the disk,
// and a clock that the test moves.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once as event } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import Libsql from 'libsql';
import { SMTPServer } from 'smtp-server';
import { addDays, type Day, dayAt } from '@/lib/domain/day';
import type { ChannelInput, ChannelKind } from '@/lib/domain/notice-channel';
import type { Result } from '@/lib/domain/problem';
import { Control } from '@/simulator/control';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import { runNotices } from './notices';
import type { Actor } from './session';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'token-desk-notices-'));
const DAY_MS = 86_400_000;
const NOW = Date.now();
const OWNER = 'A. Bel';
/** It expires in ten days. */
const TOKEN = 'legacy-promo';
let simulator: Simulator;
let actor: Actor;

type Heard = { path: string; headers: Record<string, unknown>; body: string };
type Mail = { to: string[]; text: string };

/** A receiver of webhooks: what it heard, and what it does next. */
const hooks = {
  heard: [] as Heard[],
  /** Answers; 200 when nothing else is said. */
  next: (response: ServerResponse, _heard: Heard): void => void response.end('ok'),
  server: null as Server | null,
  port: 0,
};
const mails = { heard: [] as Mail[], refuse: null as Error | null, isSilent: false, port: 0 };
const usualAnswer = hooks.next;

/** Listens on `port`, 0 for one that the system gives. */
async function openHooks(port = 0): Promise<void> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const heard = { path: request.url ?? '', headers: request.headers, body };
      hooks.heard.push(heard);
      hooks.next(response, heard);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  Object.assign(hooks, { server, port: (server.address() as AddressInfo).port });
}

async function closeHooks(): Promise<void> {
  hooks.server?.closeAllConnections();
  await new Promise((resolve) => hooks.server?.close(resolve));
}

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  logger: false,
  onConnect: (_session, callback) => {
    if (!mails.isSilent) callback();
  },
  onData: (stream, session, callback) => {
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    stream.on('end', () => {
      if (mails.refuse) return callback(mails.refuse);
      mails.heard.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
      callback();
    });
  },
});

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  await openHooks();
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  mails.port = (smtp.server.address() as AddressInfo).port;
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'https://desk.example.com',
    EDGERC: edgerc,
    EDGERC_SECTIONS: 'default',
    AKAMAI_ORIGIN: simulator.url,
    AKAMAI_RATE: '100',
    LOG_LEVEL: 'fatal',
    SMTP_URL: `smtp://127.0.0.1:${mails.port}`,
    SMTP_FROM: 'Token Desk <desk@example.com>',
    NOTICE_ALLOW_PRIVATE: 'true',
  });
  actor = (await import('./session')).operatorActor();
  const { changeNote } = await import('./notes');
  const reviewBy = '';
  const note = { owner: OWNER, purpose: '', ticket: '', tags: '', reviewBy };
  assert.ok((await changeNote(actor, 'default', TOKEN, note)).ok);
});

after(async () => {
  await closeHooks();
  await new Promise<void>((resolve) => smtp.close(resolve));
  (await import('@/lib/store/database')).database().raw.close();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  hooks.heard = [];
  hooks.next = usualAnswer;
  Object.assign(mails, { heard: [], refuse: null, isSilent: false });
});

/** A process that a test started ends by then, milliseconds. */
const PROCESS_MS = 30_000;
/** Those that run: a test that failed must not leave any behind, or the run would never end. */
const started = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
  const { raw } = await database();
  raw.exec('drop trigger if exists broken_disk');
  await runNotices(NOW);
  raw.exec('delete from notice_channel; delete from notice_ladder');
});

async function database() {
  return (await import('@/lib/store/database')).database();
}

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : `${result.problem.title} ${JSON.stringify(result.problem.fields)}`);
  return result.value;
}

let channels = 0;

type Wanted = [ChannelKind, Partial<ChannelInput>?];
type Made = { id: string; name: string; secret: string | null };

/**
 * Channels of the one token with an owner, where nothing else is said. A new channel looks at once, by the real clock: so
 * they all belong to nobody until the last one is there.
 */
async function addChannels(...wanted: readonly Wanted[]): Promise<Made[]> {
  const { addChannel: add, readNoticeSettings } = await import('./notice-channels');
  const made: Made[] = [];
  for (const [kind, more] of wanted) {
    channels += 1;
    const target =
      kind === 'mail' ? 'a@example.com, b@example.com' : `http://127.0.0.1:${hooks.port}/${kind}/CANARY-HOOK`;
    const input = {
      name: `Channel ${channels}`,
      target,
      kinds: ['expiry'],
      accounts: [],
      when: 'now',
      ...more,
    };
    const { name, secret } = value(await add(actor, kind, { ...input, owner: 'nobody' }));
    const { channels: all } = value(await readNoticeSettings(actor));
    made.push({ id: all.find((one) => one.name === name)?.id ?? assert.fail(), name, secret });
  }
  await runNotices(NOW);
  const { raw } = await database();
  for (const [index, { id }] of made.entries()) {
    const owner = wanted[index]?.[1]?.owner ?? OWNER;
    raw.prepare('update notice_channel set owner = ? where id = ?').run(owner || null, id);
  }
  return made;
}

async function addChannel(...wanted: Wanted): Promise<Made> {
  const [made] = await addChannels(wanted);
  return made ?? assert.fail();
}

/** `days` from now. */
function at(days: number): number {
  return NOW + days * DAY_MS;
}

type Line = { state: string; tries: number; words: string | null };

async function deliveries(): Promise<Line[]> {
  const { raw } = await database();
  return raw.prepare('select state, tries, words from notice_message order by created_at').all() as Line[];
}

/** The steps told by JSON webhooks, in their order. */
function stepsHeard(): unknown[] {
  return hooks.heard.flatMap(({ body }) =>
    (JSON.parse(body).notices ?? []).map((one: { step: number }) => one.step),
  );
}

test('one date reaches mail, chat and webhook, each in its form and with the id of its message', async () => {
  const [, , webhook] = await addChannels(['mail'], ['slack'], ['webhook']);
  await runNotices(NOW);
  const day: Day = addDays(dayAt(NOW), 10);

  const [mail] = mails.heard;
  assert.equal(mails.heard.length, 1);
  assert.deepEqual(mail?.to, ['a@example.com', 'b@example.com']);
  assert.match(mail?.text ?? '', /^From: Token Desk <desk@example\.com>\r$/m);
  assert.match(mail?.text ?? '', /^Subject: legacy-promo expires in 10 days\r$/m);
  assert.match(mail?.text ?? '', /^Auto-Submitted: auto-generated\r$/m);
  const mailId = /^Message-ID: <([\w-]+)@desk\.example\.com>\r$/m.exec(mail?.text ?? '')?.[1];

  assert.equal(hooks.heard.length, 2);
  const [slack, hook] = ['/slack/', '/webhook/'].map((path) =>
    hooks.heard.find((one) => one.path.startsWith(path)),
  );
  assert.match(JSON.parse(slack?.body ?? '').text, /^• legacy-promo of default expires in 10 days \(/);
  assert.deepEqual(Object.keys(JSON.parse(slack?.body ?? '')), ['text']);
  assert.equal(slack?.headers['token-desk-signature'], undefined);

  const json = JSON.parse(hook?.body ?? '');
  assert.equal(json.notices.length, 1);
  const { token, kind, step, owner, day: told } = json.notices[0];
  assert.deepEqual(
    { token, kind, step, owner, told },
    { token: TOKEN, kind: 'expiry', step: 14, owner: OWNER, told: day },
  );
  assert.equal(json.id, hook?.headers['idempotency-key']);
  const timestamp = String(hook?.headers['token-desk-timestamp']);
  assert.ok(Math.abs(Number(timestamp) - Date.now() / 1000) < 60);
  const signed = (with_: string) =>
    createHmac('sha256', with_).update(`${timestamp}.${hook?.body}`).digest('hex');
  assert.equal(hook?.headers['token-desk-signature'], `v1=${signed(webhook?.secret ?? '')}`);
  assert.notEqual(hook?.headers['token-desk-signature'], `v1=${signed('another')}`);

  const { raw } = await database();
  const ids = raw.prepare('select id from notice_message').all() as { id: string }[];
  assert.deepEqual(
    ids.map(({ id }) => id).sort(),
    [mailId, json.id, slack?.headers['idempotency-key']].map(String).sort(),
  );
  assert.deepEqual(
    await deliveries(),
    Array.from({ length: 3 }, () => ({ state: 'sent', tries: 1, words: null })),
  );
});

test('[115] with the days each step goes out once, however often it is looked and whatever the clock does', async () => {
  await addChannel('webhook');
  for (const days of [0, 0, 3, 3, 4, 1, 0, 3]) await runNotices(at(days));
  assert.deepEqual(stepsHeard(), [14, 7]);
  // Asleep for three days.
  for (const days of [9, 12, 9, 9, 40, -400, 12]) await runNotices(at(days));
  assert.deepEqual(stepsHeard(), [14, 7, 1, -1]);
});

test('what is acknowledged is not sent before the expiry comes, and what is snoozed when that ends', async () => {
  const { answerDue, showDueAgain } = await import('./due-answers');
  const { readDue } = await import('./due');
  const { items } = value(await readDue(actor, 'default'));
  const item = items.find(({ token, kind }) => token.name === TOKEN && kind === 'expiry') ?? assert.fail();
  const date = { name: TOKEN, uuid: item.token.uuid, kind: item.kind, day: item.day };
  const reason = 'replaced in spring';
  const heardOn = async (days: readonly number[]) => {
    hooks.heard = [];
    await addChannel('webhook');
    for (const one of days) await runNotices(at(one));
    (await database()).raw.exec('delete from notice_channel');
    return stepsHeard();
  };
  value(await answerDue(actor, 'default', date, { state: 'acknowledged', reason, until: '', otherDay: '' }));
  assert.deepEqual(await heardOn([0, 3, 9, 10, 10, 11]), [0, -1]);
  const until = addDays(dayAt(NOW), 7);
  value(await answerDue(actor, 'default', date, { state: 'snoozed', reason, until, otherDay: '' }));
  assert.deepEqual(await heardOn([0, 3, 6]), []);
  assert.deepEqual(await heardOn([6, 7, 8, 9]), [7, 1]);
  value(await showDueAgain(actor, 'default', date));
  assert.deepEqual(await heardOn([0]), [14]);
});

test('[115] two runs at once, and two processes at once, send each notice once', async () => {
  await addChannels(...Array.from({ length: 5 }, (): Wanted => ['webhook']));
  await Promise.all([runNotices(NOW), runNotices(NOW), runNotices(NOW)]);
  assert.equal(hooks.heard.length, 5);
  hooks.heard = [];
  const program = `import { runNotices } from './lib/services/notices.ts'; await runNotices(${at(3)}); process.exit(0);`;
  const others = [startProcess(program), startProcess(program)];
  for (const { ended } of others) assert.equal(await ended, 0);
  assert.equal(hooks.heard.length, 5);
  assert.deepEqual(stepsHeard(), [7, 7, 7, 7, 7]);
});

test('what does not get through is tried again with the same id and body, later and later', async () => {
  await addChannel('webhook');
  const minute = 60_000;
  const failures: ((response: ServerResponse) => void)[] = [
    (response) => void response.writeHead(500).end(),
    (response) => void response.socket?.destroy(),
    (response) => void response.writeHead(302, { Location: '/elsewhere' }).end(),
  ];
  const waits = [0, 1, 6, 21];
  for (const [index, fail] of failures.entries()) {
    hooks.next = fail;
    await runNotices(NOW + (waits[index] ?? 0) * minute);
    // Too early.
    await runNotices(NOW + ((waits[index + 1] ?? 0) - 0.1) * minute);
    assert.equal(hooks.heard.length, index + 1);
  }
  assert.deepEqual(await deliveries(), [
    { state: 'queued', tries: 3, words: 'It answered 302: a redirect, which is not followed.' },
  ]);
  hooks.next = usualAnswer;
  await runNotices(NOW + 21 * minute);
  assert.deepEqual(await deliveries(), [{ state: 'sent', tries: 4, words: null }]);
  assert.equal(new Set(hooks.heard.map(({ headers }) => headers['idempotency-key'])).size, 1);
  assert.equal(new Set(hooks.heard.map(({ body }) => body)).size, 1);
});

test('who refuses the connection gets it when he is back, and a clock that was set back does not make him wait', async () => {
  await addChannel('webhook');
  await closeHooks();
  await runNotices(at(30));
  assert.deepEqual(await deliveries(), [{ state: 'queued', tries: 1, words: 'It refused the connection.' }]);
  await openHooks(hooks.port);
  await runNotices(NOW);
  assert.deepEqual(stepsHeard(), [-1]);
});

test('after a day without success a message is given up, and says so', async () => {
  await addChannel('slack');
  hooks.next = (response) => void response.writeHead(410).end();
  for (let minutes = 0; minutes <= 25 * 60; minutes += 30) await runNotices(NOW + minutes * 60_000);
  assert.deepEqual(await deliveries(), [
    { state: 'failed', tries: 9, words: 'It answered 410. It was given up.' },
  ]);
  hooks.next = usualAnswer;
  await runNotices(NOW + 2 * DAY_MS);
  assert.equal(hooks.heard.length, 9);
});

test('a channel that hangs, by mail or webhook, holds up no other', async () => {
  const [, , quick] = await addChannels(['webhook'], ['mail'], ['slack']);
  mails.isSilent = true;
  let quickAt = 0;
  hooks.next = (response, { path }) => {
    if (!path.startsWith('/slack/')) return;
    quickAt = performance.now();
    response.end();
  };
  const started = performance.now();
  await runNotices(NOW);
  assert.ok(quickAt - started < 3_000, `${quick?.name} waited ${quickAt - started} ms`);
  assert.ok(performance.now() - started < 20_000);
  const words = (await deliveries()).map((one) => `${one.state} ${one.words}`).sort();
  assert.deepEqual(words, [
    'queued It did not answer in time.',
    'queued The mail server did not answer in time.',
    'sent null',
  ]);
});

test('a mail server that refuses a message is told in words, without what it said', async () => {
  await addChannel('mail');
  mails.refuse = Object.assign(new Error('CANARY words of the server'), { responseCode: 552 });
  await runNotices(NOW);
  assert.deepEqual(await deliveries(), [
    { state: 'queued', tries: 1, words: 'The mail server refuses the message (552).' },
  ]);
});

test('a daily digest waits for its hour and has everything in one message', async () => {
  const midnight = Math.floor(NOW / DAY_MS) * DAY_MS;
  const hour = (hours: number) => midnight + DAY_MS + hours * 3_600_000;
  const { id } = await addChannel('webhook', { owner: '', when: '7' });
  const { raw } = await database();
  raw.prepare('update notice_channel set last_digest_at = ? where id = ?').run(hour(-1), id);
  hooks.heard = [];
  await runNotices(hour(6.9));
  assert.equal(hooks.heard.length, 0);
  await runNotices(hour(7));
  assert.equal(hooks.heard.length, 1);
  assert.ok(stepsHeard().length > 3);
  await runNotices(hour(23));
  await runNotices(hour(24 + 6.9));
  assert.equal(hooks.heard.length, 1);
});

test('a channel hears of its kinds, accounts and owner only', async () => {
  const dates = (body: string) =>
    JSON.parse(body).notices as { kind: string; owner: string; token: string }[];
  await addChannels(
    ['webhook', { owner: '', kinds: ['activation', 'refresh'] }],
    ['webhook', { owner: OWNER.toUpperCase() }],
  );
  await runNotices(at(3));
  const kinds = new Set(hooks.heard.flatMap(({ body }) => dates(body).map(({ kind }) => kind)));
  assert.ok(!kinds.has('review') && kinds.has('expiry') && kinds.has('refresh'));
  const expiries = hooks.heard.flatMap(({ body }) => dates(body)).filter(({ kind }) => kind === 'expiry');
  assert.deepEqual(
    expiries.map(({ token, owner }) => ({ token, owner })),
    [{ token: TOKEN, owner: OWNER }],
  );
});

test('a channel that is switched off gives up what waits, and hears of later steps when it is on again', async () => {
  const { id } = await addChannel('webhook');
  const { setChannelOn } = await import('./notice-channels');
  hooks.next = (response) => void response.writeHead(500).end();
  await runNotices(NOW);
  value(await setChannelOn(actor, id, false));
  hooks.next = usualAnswer;
  hooks.heard = [];
  await runNotices(at(3));
  assert.equal(hooks.heard.length, 0);
  const [first] = await deliveries();
  assert.equal(first?.state, 'failed');
  value(await setChannelOn(actor, id, true));
  await runNotices(at(4));
  assert.deepEqual(stepsHeard(), [7]);
});

test('[115] a result that the disk does not take is not forgotten, and nothing is sent again for it', async () => {
  await addChannel('webhook');
  const { raw } = await database();
  raw.exec(
    "create trigger broken_disk before update on notice_message when new.state = 'sent' begin select raise(abort, 'x'); end",
  );
  await runNotices(NOW);
  assert.equal(hooks.heard.length, 1);
  await assert.rejects(runNotices(at(3)));
  assert.equal(hooks.heard.length, 1);
  assert.equal((await deliveries())[0]?.state, 'sending');
  raw.exec('drop trigger broken_disk');
  await runNotices(at(3));
  assert.deepEqual(stepsHeard(), [14, 7]);
  assert.deepEqual(
    (await deliveries()).map(({ state }) => state),
    ['sent', 'sent'],
  );
});

/** A process of its own on the same data. */
function startProcess(program: string, env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['--conditions=react-server', '--import', 'tsx', '--input-type=module', '-e', program],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  started.add(child);
  const timer = setTimeout(() => child.kill('SIGTERM'), PROCESS_MS);
  const ended = event(child, 'exit').then(([code, signal]) => {
    clearTimeout(timer);
    started.delete(child);
    return (signal ?? code) as NodeJS.Signals | number;
  });
  return { child, ended, said: () => said };
}

/** What a start does for notices, and nothing else. */
const SERVER = `
  import { settleEarlierRun } from './lib/services/earlier-run.ts';
  import { startNotices } from './lib/services/notices.ts';
  await settleEarlierRun();
  startNotices();
  setInterval(() => 0, 1000);`;

test('[115] killed in the middle of a batch again and again: everything arrives, and twice only under the same id', async () => {
  const count = 6;
  await addChannels(...Array.from({ length: count }, (): Wanted => ['webhook']));
  const { raw } = await database();
  const open = () => raw.prepare("select count(*) as n from notice_message where state <> 'sent'").all();
  // Each run is killed at its next request: before it is answered, so that it is never marked.
  let running: ChildProcess | null = null;
  for (let kill = 1; kill <= 4; kill += 1) {
    let requests = 0;
    hooks.next = (response) => {
      requests += 1;
      // The first ones are answered, and may be marked or not when the kill comes.
      if (requests < kill) response.end();
      else running?.kill('SIGKILL');
    };
    const { child, ended } = startProcess(SERVER);
    running = child;
    assert.equal(await ended, 'SIGKILL');
  }
  hooks.next = usualAnswer;
  const last = startProcess(SERVER);
  const isDone = () => JSON.stringify(open()) === '[{"n":0}]';
  const deadline = performance.now() + PROCESS_MS;
  while (!isDone()) {
    assert.ok(performance.now() < deadline && started.has(last.child), last.said());
    await new Promise((resolve) => setImmediate(resolve));
  }
  last.child.kill('SIGKILL');
  await last.ended;
  await runNotices(NOW);
  const told = raw.prepare('select count(*) as n from notice').all();
  assert.deepEqual(told, [{ n: count }]);
  const ids = hooks.heard.map(({ headers }) => String(headers['idempotency-key']));
  assert.equal(new Set(ids).size, count);
  // At least one was on its way at each kill.
  assert.ok(ids.length > count, `${ids.length}`);
  for (const id of new Set(ids)) {
    const bodies = hooks.heard
      .filter(({ headers }) => headers['idempotency-key'] === id)
      .map(({ body }) => body);
    assert.equal(new Set(bodies).size, 1);
  }
  assert.equal((await deliveries()).filter(({ state }) => state === 'sent').length, count);
});

test('[116] while Akamai is away and the server starts anew, notices go by what was read last', async () => {
  await addChannel('webhook');
  hooks.heard = [];
  const program = `import { runNotices } from './lib/services/notices.ts'; await runNotices(${at(9)}); process.exit(0);`;
  // Port 9 discards; nobody listens there.
  const { ended, said } = startProcess(program, { AKAMAI_ORIGIN: 'http://127.0.0.1:9' });
  assert.equal(await ended, 0, said());
  assert.deepEqual(stepsHeard(), [1]);
  const readAt = Date.parse(JSON.parse(hooks.heard[0]?.body ?? '').readAt);
  assert.ok(readAt <= Date.now() && readAt > NOW - 60_000);
});

/** A copy of the data folder in which `change` was made, for a process of its own. */
async function copiedData(change: string): Promise<string> {
  const { raw } = await database();
  const copy = join(folder, `copy-${channels}`);
  mkdirSync(copy);
  raw.prepare('vacuum into ?').run(join(copy, 'token-desk.db'));
  cpSync(join(folder, 'data', 'secrets-key'), join(copy, 'secrets-key'));
  const store = new Libsql(join(copy, 'token-desk.db'));
  store.exec(change);
  store.close();
  return copy;
}

test('what is known is old and Akamai is slow: notices wait for what it says now', async () => {
  await addChannel('webhook');
  hooks.heard = [];
  const started = Date.now();
  const control = new Control(simulator.controlUrl);
  await control.fault({ match: { path: '^/edgekv/v1/tokens(\\?.*)?$' }, delayAnswerMs: 1_500 });
  const dataDir = await copiedData('update known_list set read_at = read_at - 7200000');
  const program = `import { runNotices } from './lib/services/notices.ts'; await runNotices(${at(9)}); process.exit(0);`;
  const { ended, said } = startProcess(program, { DATA_DIR: dataDir });
  assert.equal(await ended, 0, said());
  await control.reset();
  assert.deepEqual(stepsHeard(), [1]);
  assert.ok(Date.parse(JSON.parse(hooks.heard[0]?.body ?? '').readAt) >= started);
});

test('a digest waits for an account of which nothing is known, but not for ever', async () => {
  const { id } = await addChannel('webhook', { when: '7' });
  const morning = (hour: number) => Math.floor(at(1) / DAY_MS) * DAY_MS + hour * 3_600_000;
  const dataDir = await copiedData(
    `delete from known_list; update notice_channel set last_digest_at = ${morning(-24)} where id = '${id}'`,
  );
  const program = (time: number) =>
    `import { runNotices } from './lib/services/notices.ts'; await runNotices(${time}); process.exit(0);`;
  const lastDigest = () => {
    const store = new Libsql(join(dataDir, 'token-desk.db'));
    const rows = store.prepare('select last_digest_at as at from notice_channel').all();
    store.close();
    return rows;
  };
  for (const [hour, expected] of [
    [8, morning(-24)],
    [10, morning(10)],
  ] as const) {
    const { ended, said } = startProcess(program(morning(hour)), {
      DATA_DIR: dataDir,
      AKAMAI_ORIGIN: 'http://127.0.0.1:9',
    });
    assert.equal(await ended, 0, said());
    assert.deepEqual(lastDigest(), [{ at: expected }]);
  }
});

test('what was put back into the queue of a channel that is off is given up when it is switched on', async () => {
  const { setChannelOn } = await import('./notice-channels');
  const { id } = await addChannel('webhook');
  const { raw } = await database();
  value(await setChannelOn(actor, id, false));
  raw
    .prepare(
      `insert into notice_message (id, channel_id, is_test, as_of, read_at, state, tries, next_at, created_at)
       values ('late', ?, 0, '2026-01-01', 1, 'queued', 1, 1, 1)`,
    )
    .run(id);
  value(await setChannelOn(actor, id, true));
  await runNotices(NOW);
  const late = raw.prepare("select state from notice_message where id = 'late'").all();
  assert.deepEqual(late, [{ state: 'failed' }]);
});

test('a channel that was changed, switched off or removed while dates were read is left out of that run', async () => {
  const { addMessages, listChannels } = await import('@/lib/store/notices');
  const { raw } = await database();
  const changes = ['updated_at = updated_at + 1', 'is_on = 0', "id = 'another'"];
  for (const change of changes) {
    const { id } = await addChannel('webhook');
    const channels = (await listChannels()).filter((one) => one.id === id);
    assert.equal(channels.length, 1);
    raw.prepare(`update notice_channel set ${change} where id = ?`).run(id);
    const made = addMessages(channels, NOW, () => assert.fail(change));
    assert.equal(made, 0);
  }
});

test('no address and no secret of a channel is in the log, the audit, a delivery or what a page gets', async () => {
  const [webhook] = await addChannels(['webhook'], ['slack']);
  const { raw } = await database();
  hooks.next = (response) => void response.writeHead(500).end();
  const program = `import { runNotices } from './lib/services/notices.ts'; await runNotices(${NOW}); process.exit(0);`;
  const { ended, said } = startProcess(program, { LOG_LEVEL: 'trace' });
  assert.equal(await ended, 0);
  assert.match(said(), /notices not sent/);
  const { readNoticeSettings } = await import('./notice-channels');
  const shown = JSON.stringify(value(await readNoticeSettings(actor)));
  assert.ok(shown.includes(`http://127.0.0.1:${hooks.port}/…`));
  const tables = ['audit', 'notice_channel', 'notice_message', 'notice'];
  const rows = tables.map((table) => JSON.stringify(raw.prepare(`select * from ${table}`).all()));
  const file = readFileSync(join(folder, 'data', 'token-desk.db')).toString('latin1');
  for (const text of [said(), shown, file, ...rows]) {
    assert.ok(!text.includes('CANARY-HOOK'));
    assert.ok(!text.includes(webhook?.secret ?? assert.fail()));
  }
});

test('a test goes out once, and its failure is told in words', async () => {
  const { testChannel } = await import('./notice-channels');
  const { id } = await addChannel('webhook');
  value(await testChannel(actor, id));
  assert.equal(JSON.parse(hooks.heard[0]?.body ?? '').type, 'token-desk.test');
  hooks.next = (response) => void response.writeHead(404).end();
  const failed = await testChannel(actor, id);
  assert.ok(!failed.ok);
  assert.deepEqual([failed.problem.code, failed.problem.detail], ['delivery-failed', 'It answered 404.']);
  assert.deepEqual(
    (await deliveries()).map(({ state, words }) => `${state} ${words}`),
    ['sent null', 'failed It answered 404.'],
  );
});

test('another secret signs from the next message on, and an empty address keeps the old one', async () => {
  const { changeChannel } = await import('./notice-channels');
  const { id, name, secret } = await addChannel('webhook');
  const input = { name, target: '', kinds: ['expiry'], accounts: [], owner: OWNER, when: 'now' };
  assert.equal(value(await changeChannel(actor, id, input, false)).secret, null);
  const renewed = value(await changeChannel(actor, id, input, true)).secret;
  assert.ok(renewed && renewed !== secret);
  await runNotices(at(9));
  const last = hooks.heard.at(-1);
  const timestamp = String(last?.headers['token-desk-timestamp']);
  const signature = createHmac('sha256', renewed).update(`${timestamp}.${last?.body}`).digest('hex');
  assert.equal(last?.headers['token-desk-signature'], `v1=${signature}`);
});

test('all deliveries are on record, page by page', async () => {
  const { readNoticeSettings, testChannel } = await import('./notice-channels');
  const { id } = await addChannel('webhook');
  for (let count = 0; count < 51; count += 1) value(await testChannel(actor, id));
  const [first, second, third] = [
    value(await readNoticeSettings(actor)),
    value(await readNoticeSettings(actor, 2)),
    value(await readNoticeSettings(actor, 3)),
  ];
  assert.deepEqual(
    [first, second, third].map(({ deliveries: { length }, hasOlder }) => [length, hasOlder]),
    [
      [50, true],
      [1, false],
      [0, false],
    ],
  );
  assert.equal(new Set([...first.deliveries, ...second.deliveries].map((one) => one.id)).size, 51);
});

test('an empty ladder tells nobody, and a form without one changes nothing', async () => {
  const { changeLadders } = await import('./notice-channels');
  await addChannel('webhook');
  const ladders = { expiry: '', activation: '0', refresh: '', age: '', review: '7, 30' };
  const refused = await changeLadders(actor, { ...ladders, expiry: null });
  assert.ok(!refused.ok && refused.problem.code === 'invalid-fields' && refused.problem.fields?.expiry);
  value(await changeLadders(actor, ladders));
  await runNotices(at(9));
  assert.deepEqual(stepsHeard(), []);
  value(await changeLadders(actor, { ...ladders, expiry: '3' }));
  await runNotices(at(9));
  assert.deepEqual(stepsHeard(), [3]);
});

// The pace: fair turns, never faster than allowed, closed by what Akamai answers. By a real server where calls are sent.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { ok, type Result } from '@/lib/domain/problem';
import { LIMITS } from './client';
import { createPace, type Pace, type PaceLimits, type Priority } from './pace';
import { startTestServer } from './test-server';
import { createToken, getToken, listTokens } from './tokens';

const FAST: PaceLimits = { ...LIMITS.pace, perSecond: 1_000, burst: 1_000 };
const never = () => new AbortController().signal;
const answered = { outcome: 'answered', waitMs: null } as const;
const request = {
  name: 'a',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { b: ['r' as const] },
};

/** A call whose end the test decides. */
function held(pace: Pace, owner: string, priority: Priority, order: string[]) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const done = pace.run({ priority, owner, signal: never() }, async () => {
    order.push(owner);
    await ended;
    return { result: ok(owner), heard: answered };
  });
  return { done, end };
}

/** Lets all that can run run: no timer is waited for. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** In which order the calls start when one at a time may. */
async function orderOf(calls: readonly [owner: string, priority: Priority][]): Promise<string[]> {
  const pace = createPace({ ...FAST, atOnceMax: 1 });
  const order: string[] = [];
  const first = held(pace, 'first', 'interactive', order);
  const rest = calls.map(([owner, priority]) => held(pace, owner, priority, order));
  for (const one of [first, ...rest]) one.end();
  await Promise.all([first, ...rest].map(({ done }) => done));
  return order.slice(1);
}

test('who has many calls waiting does not hold up who has one', async () => {
  const greedy = Array.from({ length: 5 }, (): [string, Priority] => ['greedy', 'interactive']);
  const order = await orderOf([...greedy, ['ann', 'interactive'], ['ben', 'interactive']]);
  assert.deepEqual(order.slice(0, 3), ['greedy', 'ann', 'ben']);
});

test('people go before background work, which still has a turn now and then', async () => {
  const people = Array.from({ length: 9 }, (): [string, Priority] => ['person', 'interactive']);
  const order = await orderOf([['work', 'background'], ['work', 'background'], ...people]);
  assert.notEqual(order[0], 'work');
  assert.ok(order.indexOf('work') < 5, order.join(' '));
  assert.ok(order.lastIndexOf('work') < 10, order.join(' '));
});

test('background work leaves places free for people', async () => {
  const pace = createPace(FAST);
  const order: string[] = [];
  const work = Array.from({ length: 20 }, () => held(pace, 'work', 'background', order));
  assert.equal(pace.state().atWork, FAST.backgroundAtOnceMax);
  const person = held(pace, 'ann', 'interactive', order);
  await settled();
  assert.equal(order.at(-1), 'ann');
  for (const one of [...work, person]) one.end();
  await Promise.all([...work, person].map(({ done }) => done));
});

test('[39] never more at once than allowed, and the queue is bounded', async () => {
  const pace = createPace({ ...FAST, waitingMax: 20 });
  const order: string[] = [];
  const calls = Array.from({ length: 40 }, (_, index) => held(pace, `p${index}`, 'interactive', order));
  assert.deepEqual([pace.state().atWork, pace.state().waiting], [8, 20]);
  for (const one of calls) one.end();
  const results: Result<string>[] = await Promise.all(calls.map(({ done }) => done));
  const busy = results.filter((result) => !result.ok && result.problem.code === 'busy');
  assert.equal(busy.length, 12);
  assert.equal(order.length, 28);
});

test('[39] who fills the queue alone leaves places in it for others, and background work for people', async () => {
  const busyOf = async (calls: { done: Promise<Result<string>> }[]) =>
    (await Promise.all(calls.map(({ done }) => done))).map((one) => (one.ok ? 'ok' : one.problem.code));
  const pace = createPace({ ...FAST, waitingMax: 20 });
  const order: string[] = [];
  const greedy = Array.from({ length: 28 }, () => held(pace, 'greedy', 'interactive', order));
  const others = ['ann', 'ben'].map((owner) => held(pace, owner, 'interactive', order));
  const work = held(pace, 'work', 'background', order);
  assert.equal(pace.state().waiting, 20);
  for (const one of [...greedy, ...others, work]) one.end();
  assert.deepEqual(await busyOf([...others, work]), ['ok', 'ok', 'busy']);
  // The newest of the longest line made room.
  assert.deepEqual((await busyOf(greedy)).slice(-3), ['ok', 'busy', 'busy']);

  const second = createPace({ ...FAST, waitingMax: 20 });
  const scan = Array.from({ length: 26 }, () => held(second, 'scan', 'background', order));
  const person = held(second, 'ann', 'interactive', order);
  const more = held(second, 'cleo', 'interactive', order);
  const third = held(second, 'dora', 'interactive', order);
  for (const one of [...scan, person, more, third]) one.end();
  assert.deepEqual(await busyOf([person, more, third]), ['ok', 'ok', 'ok']);
  assert.equal((await busyOf(scan)).at(-1), 'busy');
});

const limitedOnce =
  (headers: Record<string, string>) =>
  (received: number, response: ServerResponse): void => {
    const body = JSON.stringify({ tokens: [] });
    if (received === 1) response.writeHead(429, headers).end('{}');
    else response.writeHead(200).end(body);
  };

for (const [name, headers, leastMs] of [
  ['Retry-After', () => ({ 'retry-after': '1' }), 990],
  [
    'X-RateLimit-Next, by the clock of Akamai',
    () => ({
      date: new Date(Date.now() - 3_600_000).toUTCString(),
      'x-ratelimit-next': new Date(Date.now() - 3_600_000 + 1_500).toISOString(),
    }),
    1_490,
  ],
  ['no time', () => ({}), 490],
] as const)
  test(`after a 429 with ${name} no call of the credential is sent earlier, and the speed is halved`, async () => {
    const times: number[] = [];
    const server = await startTestServer((_request, response) => {
      times.push(performance.now());
      limitedOnce(headers())(times.length, response);
    });
    const client = server.client({ retriesMax: 0 });
    try {
      const limited = await listTokens(client, { includeExpired: true });
      assert.ok(!limited.ok && limited.problem.code === 'akamai-rate-limited');
      // Whole seconds, and those that Akamai did not say too: a page counts them down.
      assert.ok((limited.problem.retryAfterSeconds ?? 0) >= Math.ceil(leastMs / 1000));
      const { blockedUntil, perSecond, limitedTotal } = client.paceState();
      assert.ok((blockedUntil ?? 0) > Date.now() + leastMs - 300);
      assert.deepEqual([perSecond, limitedTotal], [500, 1]);
      const list = () => listTokens(client, { includeExpired: true });
      const all = await Promise.all([list(), list(), list()]);
      assert.ok(all.every((one) => one.ok));
      assert.equal(times.length, 4);
      assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= leastMs, `${(times[1] ?? 0) - (times[0] ?? 0)} ms`);
    } finally {
      await server.close();
    }
  });

test('when Akamai wants a longer wait, everybody is told at once, and nothing of it is sent', async () => {
  const server = await startTestServer((_request, response) =>
    response.writeHead(429, { 'retry-after': '600' }).end('{}'),
  );
  const client = server.client();
  try {
    const started = performance.now();
    // The first one, whose answer it is, and those that came after it.
    for (const call of [
      () => listTokens(client, { includeExpired: true }),
      () => getToken(client, 'a', { priority: 'background' }),
      () => createToken(client, request),
    ]) {
      const result = await call();
      assert.ok(!result.ok && result.problem.code === 'akamai-rate-limited');
      const { retryAfterSeconds = 0, mayHaveHappened } = result.problem;
      assert.ok(retryAfterSeconds > 590 && retryAfterSeconds <= 600);
      assert.equal(mayHaveHappened, undefined);
    }
    assert.ok(performance.now() - started < 1_000);
    assert.equal(server.received.length, 1);
  } finally {
    await server.close();
  }
});

test('the speed comes back slowly, and is never halved to nothing', async () => {
  let at = 0;
  const limits = { ...LIMITS.pace, recoverySeconds: 100 };
  const pace = createPace(limits, () => at);
  const hear = (waitMs: number) =>
    pace.run({ priority: 'interactive', owner: '', signal: never() }, async () => ({
      result: ok(null),
      heard: { outcome: 'limited', waitMs },
    }));
  for (const speed of [5, 2.5, 1.25, 1.25]) {
    await hear(1);
    assert.equal(Math.round(pace.state().perSecond * 100) / 100, speed);
    at += 2;
  }
  at += 50_000;
  assert.equal(Math.round(pace.state().perSecond), 6);
  at += 50_000;
  assert.equal(pace.state().perSecond, 10);
});

test('[39] with Akamai away, calls end at once after the fifth failure, those that wait too', async () => {
  const server = await startTestServer((_request, response) => response.writeHead(500).end('{}'));
  const circuit = { failuresMax: 5, waitMs: 300, waitMsMax: 300 };
  const client = server.client({ pace: { ...FAST, atOnceMax: 1, circuit } });
  try {
    const calls = Array.from({ length: 30 }, () => getToken(client, 'a'));
    const codes = (await Promise.all(calls)).map((one) => (one.ok ? 'ok' : one.problem.code));
    assert.equal(server.received.length, 5);
    assert.deepEqual(codes.slice(0, 5), Array(5).fill('akamai-error'));
    assert.deepEqual(codes.slice(5), Array(25).fill('akamai-unreachable'));
    const refused = await createToken(client, request);
    assert.ok(!refused.ok);
    assert.match(refused.problem.detail, /^Nothing was sent.*Akamai failed with status 500.*next try is in/);
    assert.equal(refused.problem.mayHaveHappened, undefined);
    assert.equal(client.paceState().circuit, 'open');
    assert.equal(server.received.length, 5);
  } finally {
    await server.close();
  }
});

test('[39] when Akamai is back, one probe finds it, and then all is as before', async () => {
  let isAway = true;
  const server = await startTestServer((_request, response) =>
    response.writeHead(isAway ? 503 : 200).end(JSON.stringify({ tokens: [] })),
  );
  const circuit = { failuresMax: 5, waitMs: 200, waitMsMax: 200 };
  const client = server.client({ retriesMax: 0, pace: { ...FAST, circuit } });
  const list = () => listTokens(client, { includeExpired: true });
  try {
    for (let call = 0; call < 5; call += 1) await list();
    isAway = false;
    assert.equal((await list()).ok, false);
    const { nextTryAt } = client.paceState();
    assert.ok(nextTryAt !== null);
    while (Date.now() <= nextTryAt + 1) await settled();
    const together = await Promise.all([list(), list(), list()]);
    assert.deepEqual(
      together.map(({ ok }) => ok),
      [true, false, false],
    );
    assert.equal(server.received.length, 6);
    assert.equal(client.paceState().circuit, 'closed');
    assert.ok((await Promise.all([list(), list()])).every((one) => one.ok));
  } finally {
    await server.close();
  }
});

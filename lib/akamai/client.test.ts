// One call: signed as Akamai wants it, bounded, retried only when that is safe. Against a real server on loopback.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import EdgeGrid from 'akamai-edgegrid';
import { fail } from '@/lib/domain/problem';
import { startSimulator } from '@/simulator/server';
import { sign } from '@/simulator/sign-check';
import { akamaiClient, LIMITS, type MayStill } from './client';
import {
  activateVersion,
  createVersion,
  downloadVersion,
  listActivations,
  validateBundle,
} from './edgeworkers';
import { ownLimitMs } from './problems';
import { startTestServer } from './test-server';
import { createToken, getToken, listTokens, revokeToken } from './tokens';

const request = {
  name: 'a',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { b: ['r' as const] },
};
const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

test('the library and the published algorithm sign the same (known vectors)', () => {
  // Fixed time and nonce; the expected value is computed here from the specification, step by step.
  const cases = [
    { method: 'GET', path: '/edgekv/v1/tokens?includeExpired=true', body: '' },
    { method: 'POST', path: '/edgekv/v1/tokens', body: '{"name":"a"}' },
    { method: 'POST', path: '/edgekv/v1/tokens', body: 'x'.repeat(131_072 + 10) },
    { method: 'DELETE', path: '/edgekv/v1/tokens/a', body: '' },
  ];
  for (const { method, path, body } of cases) {
    const edgeGrid = new EdgeGrid('ct', 'secret', 'at', 'host.luna.akamaiapis.net');
    const signed = edgeGrid.auth({ method, path, body: body || undefined, headers: {} }).request as {
      headers: { Authorization: string };
    };
    const header = signed.headers.Authorization;
    const [, pairs = '', timestamp = '', given] =
      /^EG1-HMAC-SHA256 (.*timestamp=([^;]+);nonce=[^;]+;)signature=(.+)$/.exec(header) ?? [];
    const expected = sign(
      { method, target: path, body: Buffer.from(body) },
      'https\thost.luna.akamaiapis.net',
      `EG1-HMAC-SHA256 ${pairs}`,
      timestamp,
      'secret',
    );
    assert.equal(given, expected, `${method} ${path}`);
  }
});

test('the published example: the signing key is the timestamp under the client secret', () => {
  const key = createHmac('sha256', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=')
    .update('20140321T19:34:21+0000')
    .digest('base64');
  const header =
    'EG1-HMAC-SHA256 client_token=akab-client-token-xxx-xxxxxxxxxxxxxxxx;access_token=akab-access-token-xxx-xxxxxxxxxxxxxxxx;timestamp=20140321T19:34:21+0000;nonce=nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx;';
  const data = [
    'GET',
    'https',
    'akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net',
    '/',
    '',
    '',
    header,
  ];
  const expected = createHmac('sha256', key).update(data.join('\t')).digest('base64');
  // The value that Akamai's signing test data holds for this request.
  assert.equal(expected, 'tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU=');
  const ours = sign(
    { method: 'GET', target: '/', body: Buffer.alloc(0) },
    'https\takaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net',
    header,
    '20140321T19:34:21+0000',
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=',
  );
  assert.equal(ours, expected);
});

test('a change is sent once, whatever comes back', async () => {
  for (const fault of ['429', '500', '503', 'reset', 'nonsense'] as const) {
    const server = await startTestServer((_request, response) => {
      if (fault === 'reset') response.destroy();
      else if (fault === 'nonsense') response.writeHead(200).end('<html>');
      else json(response, Number(fault), { title: 'no' }, { 'retry-after': '0' });
    });
    try {
      const created = await createToken(server.client(), request);
      assert.ok(!created.ok);
      assert.equal(server.received.length, 1, fault);
      // Of a 429 it is certain that nothing happened; of all others it is not.
      assert.equal(created.problem.mayHaveHappened, fault === '429' ? undefined : true, fault);
      const revoked = await revokeToken(server.client(), 'a');
      assert.ok(!revoked.ok);
      assert.equal(server.received.length, 2);
    } finally {
      await server.close();
    }
  }
});

test('a GET is tried again on 429, 503 and a broken connection, never before Retry-After, and then stops', async () => {
  for (const fault of ['429', '503', 'reset'] as const) {
    const times: number[] = [];
    const server = await startTestServer((_request, response) => {
      times.push(performance.now());
      if (fault === 'reset') response.destroy();
      else json(response, Number(fault), {}, { 'retry-after': '1' });
    });
    try {
      const listed = await listTokens(server.client({ retriesMax: 1 }), { includeExpired: false });
      assert.ok(!listed.ok);
      assert.equal(times.length, 2, fault);
      if (fault !== 'reset') assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 990, fault);
    } finally {
      await server.close();
    }
  }
});

test('a GET is not tried again on 400, 401, 403, 404, 500 or an answer that cannot be read', async () => {
  for (const status of [400, 401, 403, 404, 500]) {
    const server = await startTestServer((_request, response) => json(response, status, { title: 'no' }));
    assert.ok(!(await getToken(server.client(), 'a')).ok);
    assert.equal(server.received.length, 1, String(status));
    await server.close();
  }
});

test('each try is signed anew', async () => {
  const server = await startTestServer((_request, response) =>
    json(response, 503, {}, { 'retry-after': '0' }),
  );
  await listTokens(server.client({ retriesMax: 1 }), { includeExpired: false });
  const [first, second] = server.received.map(({ headers }) => headers.authorization);
  assert.match(first ?? '', /^EG1-HMAC-SHA256 client_token=/);
  assert.notEqual(first, second);
  await server.close();
});

test('a limit of uploads or activations alone tells when it is over, and holds up no other call', async () => {
  const limit = 'x-ratelimit-activation-per-network-per-minute';
  const server = await startTestServer(({ method }, response) => {
    if (method === 'GET') json(response, 200, { activations: [] });
    else
      json(
        response,
        429,
        { errorCode: 'EW3101' },
        {
          [`${limit}-remaining`]: '0',
          [`${limit}-reset`]: new Date(Date.now() + 30_000).toISOString(),
        },
      );
  });
  try {
    const client = server.client();
    const asked = { network: 'staging' as const, version: '1', note: '' };
    const activated = await activateVersion(client, '1', asked);
    assert.ok(!activated.ok);
    assert.equal(activated.problem.code, 'akamai-rate-limited');
    const { retryAfterSeconds = 0, mayHaveHappened } = activated.problem;
    assert.ok(retryAfterSeconds > 25 && retryAfterSeconds <= 31, `${retryAfterSeconds}`);
    assert.equal(mayHaveHappened, undefined);
    assert.equal(client.paceState().blockedUntil, null);
    assert.equal(client.paceState().limitedTotal, 0);
    assert.ok((await listActivations(client, '1', { activeOnly: true })).ok);
  } finally {
    await server.close();
  }
});

test('a time of that limit that cannot be read, is over or far away counts as a minute', () => {
  const at = Date.parse('2026-11-26T10:00:00Z');
  const wait = (headers: Record<string, string>) =>
    ownLimitMs({ header: (name) => headers[name] ?? null, at });
  const limit = 'x-ratelimit-version-per-minute';
  const cases: [headers: Record<string, string>, ms: number | null][] = [
    [{}, null],
    [{ [`${limit}-remaining`]: '3', [`${limit}-reset`]: '2026-11-26T10:00:20Z' }, null],
    [{ [`${limit}-remaining`]: '0', [`${limit}-reset`]: '2026-11-26T10:00:20Z' }, 20_000],
    [{ [`${limit}-remaining`]: '0', [`${limit}-reset`]: '2026-11-26T09:59:20Z' }, 60_000],
    [{ [`${limit}-remaining`]: '0', [`${limit}-reset`]: '2026-11-27T10:00:20Z' }, 60_000],
    [{ [`${limit}-remaining`]: '0', [`${limit}-reset`]: 'soon' }, 60_000],
    [{ [`${limit}-remaining`]: '0' }, 60_000],
    [
      {
        date: 'Thu, 26 Nov 2026 10:00:10 GMT',
        [`${limit}-remaining`]: '0',
        [`${limit}-reset`]: '2026-11-26T10:00:20Z',
      },
      10_000,
    ],
  ];
  for (const [headers, ms] of cases) assert.equal(wait(headers), ms, JSON.stringify(headers));
});

test('an upload and an activation tell the id of the request, and are not sent for who lost the right', async () => {
  const server = await startTestServer(({ path }, response) => {
    const activation = { activationId: 1, version: '1', network: 'STAGING', status: 'PRESUBMIT' };
    const made = path.endsWith('/versions') ? { version: '1' } : activation;
    json(response, 201, made, { 'x-trace-id': '0123456789abcdef' });
  });
  try {
    const client = server.client();
    const asked = { network: 'staging' as const, version: '1', note: '' };
    const changes = (mayStill?: MayStill) => [
      createVersion(client, '1', new Uint8Array([0x1f, 0x8b]), mayStill),
      activateVersion(client, '1', asked, mayStill),
    ];
    for (const made of await Promise.all(changes()))
      assert.ok(made.ok && made.value.requestId === '0123456789abcdef');
    const sent = server.received.find(({ path }) => path.endsWith('/activations'));
    assert.equal(sent?.body, '{"network":"STAGING","version":"1"}');
    const lost = async () => fail('forbidden', 403, 'You may not.', 'Nothing was changed.');
    for (const refused of await Promise.all(changes(lost)))
      assert.ok(!refused.ok && refused.problem.code === 'forbidden');
    assert.equal(server.received.length, 2);
  } finally {
    await server.close();
  }
});

test('a redirect is not followed', async () => {
  const other = await startTestServer((_request, response) => json(response, 200, { tokens: [] }));
  const server = await startTestServer((_request, response) =>
    response.writeHead(302, { location: `${other.url}/edgekv/v1/tokens` }).end(),
  );
  const listed = await listTokens(server.client(), { includeExpired: false });
  assert.ok(!listed.ok && listed.problem.code === 'akamai-redirect');
  assert.equal(other.received.length, 0);
  await server.close();
  await other.close();
});

test('silence ends at the time limit', async () => {
  const server = await startTestServer(() => undefined);
  const started = performance.now();
  const listed = await listTokens(server.client({ callMs: 300, retriesMax: 0 }), { includeExpired: false });
  assert.ok(!listed.ok && listed.problem.code === 'akamai-timeout');
  assert.ok(performance.now() - started < 2_000);
  await server.close();
});

test('a body that trickles ends at the time limit', async () => {
  const server = await startTestServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  });
  const listed = await listTokens(server.client({ callMs: 300, retriesMax: 0 }), { includeExpired: false });
  assert.ok(!listed.ok && listed.problem.code === 'akamai-timeout');
  await server.close();
});

test('a huge answer, a gzip bomb, deep nesting, HTML, nothing and a cut body are told as unreadable', async () => {
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, 0x20));
  const answers: [name: string, answer: (response: ServerResponse) => void][] = [
    ['huge', (response) => response.writeHead(200).end(Buffer.alloc(LIMITS.listBytesMax + 1, 0x20))],
    ['bomb', (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)],
    ['deep', (response) => response.writeHead(200).end('['.repeat(200_000) + ']'.repeat(200_000))],
    ['html', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')],
    ['nothing', (response) => response.writeHead(200).end()],
    [
      'cut',
      (response) =>
        response.writeHead(200, { 'content-length': '50' }).write('{"tokens":', () => response.destroy()),
    ],
    ['another shape', (response) => json(response, 200, { tokens: 'none' })],
    ['a null token', (response) => json(response, 200, { tokens: [null] })],
  ];
  for (const [name, answer] of answers) {
    const server = await startTestServer((_request, response) => answer(response));
    const listed = await listTokens(server.client({ retriesMax: 0 }), { includeExpired: false });
    assert.ok(!listed.ok, name);
    assert.match(listed.problem.code, /akamai-bad-response|akamai-unreachable/, name);
    await server.close();
  }
});

test('a refused connection is told as unreachable, and a change of it as not done', async () => {
  const server = await startTestServer(() => undefined);
  const client = server.client({ retriesMax: 0 });
  await server.close();
  const created = await createToken(client, request);
  assert.ok(!created.ok && created.problem.code === 'akamai-unreachable');
  assert.equal(created.problem.mayHaveHappened, undefined);
});

test('a name that would change the path is never sent', async () => {
  const server = await startTestServer((_request, response) => json(response, 200, {}));
  for (const name of ['..', '.', 'a/b', '//evil', 'a?b', 'a#b', '', 'ä', '%2e%2e', 'a'.repeat(33), '-a']) {
    assert.ok(!(await getToken(server.client(), name)).ok, name);
  }
  assert.equal(server.received.length, 0);
  await server.close();
});

test('what is sent is the request and nothing else', async () => {
  const server = await startTestServer((_request, response) => json(response, 409, { status: 409 }));
  await createToken(server.client({}, { accountSwitchKey: 'A-1:B-2&x' }), request);
  const [sent] = server.received;
  assert.equal(sent?.path, '/edgekv/v1/tokens?accountSwitchKey=A-1%3AB-2%26x');
  assert.deepEqual(JSON.parse(sent?.body ?? ''), request);
  await server.close();
});

test('calls are paced: not faster, not more at once', async () => {
  let open = 0;
  let most = 0;
  const server = await startTestServer((_request, response) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      json(response, 404, {});
    }, 20);
  });
  const client = server.client({
    pace: { ...LIMITS.pace, perSecond: 50, burst: 5, atOnceMax: 3, waitingMax: 100 },
  });
  const started = performance.now();
  await Promise.all(Array.from({ length: 25 }, () => getToken(client, 'a')));
  assert.ok(most <= 3, `${most} at once`);
  assert.ok(performance.now() - started >= 380);
  await server.close();
});

test("a version's content comes as the bytes that it is, and not beyond its limit", async () => {
  const bundle = gzipSync(Buffer.from([0, 0xff, 0x80, 0xfe]));
  const server = await startTestServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/gzip' }).end(bundle),
  );
  try {
    const whole = await downloadVersion(server.client(), '4101', '2.3.1');
    assert.ok(whole.ok && whole.value.equals(bundle));
    assert.equal(server.received[0]?.path, '/edgeworkers/v1/ids/4101/versions/2.3.1/content');
    const cut = await downloadVersion(server.client({ bundleBytesMax: 10 }), '4101', '2.3.1');
    assert.ok(!cut.ok);
    assert.equal(cut.problem.code, 'akamai-bad-response');
    for (const [id, version] of [
      ['4101/x', '1'],
      ['4101', '..'],
      ['', '1'],
    ] as const)
      assert.ok(!(await downloadVersion(server.client(), id, version)).ok);
    assert.equal(server.received.length, 2, 'a wrong name is never sent');
  } finally {
    await server.close();
  }
});

test('a bundle is sent and signed as the bytes that it is, beyond the signed part too', async () => {
  const simulator = await startSimulator();
  const { credential, url } = simulator;
  const client = akamaiClient(
    { section: 'default', ...credential, accountKey: null },
    { origin: url, accountSwitchKey: null },
  );
  try {
    for (const size of [10, 131_072, 131_073, 400_000]) {
      const answer = await validateBundle(client, randomBytes(size));
      // The simulator does not take it for a bundle, but it accepts the signature.
      assert.ok(answer.ok, `${size} bytes: ${answer.ok ? '' : answer.problem.title}`);
      assert.equal(answer.value.errors[0]?.type, 'INVALID_GZIP_FORMAT');
    }
  } finally {
    await simulator.close();
  }
});

// Nothing of a failed call shows how it was signed, and no name leads a signed call elsewhere.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import pino from 'pino';
import { redact } from '@/lib/platform/log';
import { LIMITS } from './client';
import { type Received, startTestServer, testCredential } from './test-server';
import { createToken, getToken, refreshToken, revokeToken } from './tokens';

const { clientSecret, accessToken } = testCredential('any');
const SECRETS = [/EG1-HMAC/, /signature=/, new RegExp(clientSecret), new RegExp(accessToken)];

const request = {
  name: 'cart-rw',
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r' as const] },
  restrictToEdgeWorkerIds: ['4101'],
};

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

type Answer = Parameters<typeof startTestServer>[0];
const signed = ({ headers }: Received) => headers.authorization ?? '';

/** What answers a call, by name; each gives back the signature where it can. */
const FAILURES: Readonly<Record<string, Answer>> = {
  'a broken connection': (_request, response) => response.destroy(),
  silence: () => undefined,
  'a body that breaks off': (one, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
    response.write(`{"detail":"${signed(one)}`);
    response.destroy();
  },
  'a page that prints the request': (one, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<pre>${signed(one)}</pre>`);
  },
  'a redirect that carries it on': (one, response) => {
    response.writeHead(302, { location: `https://elsewhere.example/?${signed(one)}` }).end();
  },
  ...Object.fromEntries(
    [400, 401, 403, 404, 409, 429, 500, 503].map((status) => [
      `status ${status} with a problem that prints the request`,
      (one: Received, response: Parameters<Answer>[1]) =>
        json(response, status, {
          title: `Bad header: ${signed(one)}`,
          detail: `Authorization: ${signed(one)}`,
          errors: [{ detail: signed(one) }],
          requestId: signed(one),
        }),
    ]),
  ),
};

for (const [name, answer] of Object.entries(FAILURES)) {
  test(`[22] after ${name} no print of what went wrong shows a signature or a secret`, async () => {
    const server = await startTestServer(answer);
    const client = server.client({ ...LIMITS, callMs: 300, retryMs: 300, retriesMax: 0 });
    const results = await Promise.all([
      getToken(client, 'cart-rw'),
      createToken(client, request),
      refreshToken(client, 'cart-rw'),
      revokeToken(client, 'cart-rw'),
    ]);
    assert.ok(server.received.every((one) => /^EG1-HMAC/.test(signed(one))));
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
    for (const result of results) {
      assert.ok(!result.ok, JSON.stringify(result));
      const { problem } = result;
      const error = new Error(problem.title, { cause: problem });
      logger.error(Object(redact({ problem, error })));
      const prints = [format(error), format(problem), JSON.stringify(problem), inspect(error, { depth: 10 })];
      for (const text of [...prints, ...lines.splice(0)])
        for (const secret of SECRETS) assert.doesNotMatch(text, secret);
    }
    await server.close();
  });
}

test("Akamai's words are shown without the host and the tokens of the API client, which are not for everybody", async () => {
  const host = 'akab-abcdefgh12345678-ijklmnop90123456.luna.akamaiapis.net';
  const clientToken = 'akab-qrstuvwx12345678-yzabcdef90123456';
  const server = await startTestServer((_request, response) =>
    json(response, 403, {
      title: `Forbidden for ${clientToken}`,
      detail: `https://${host}/edgekv/v1/tokens: ${clientToken} may not do that (akab-like is no name).`,
      errorCode: 'EKV_1000',
    }),
  );
  const read = await getToken(server.client(), 'cart-rw');
  await server.close();
  assert.ok(!read.ok);
  const told = JSON.stringify(read.problem);
  assert.ok(!told.includes('abcdefgh') && !told.includes('qrstuvwx'), told);
  assert.match(told, /may not do that \(akab-like is no name\)/);
});

test('[25] a name of any kind is refused before it is signed, or is one part of the path', async () => {
  const server = await startTestServer((_request, response) => json(response, 404, {}));
  const client = server.client();
  const bad = [
    '.',
    '..',
    '%2e%2e',
    'a/b',
    'a?b',
    'a#b',
    '//h/x',
    '\\',
    '',
    'a'.repeat(10_240),
    '\0',
    'a\r\nb',
  ];
  for (const name of bad) {
    for (const call of [getToken, refreshToken, revokeToken]) assert.ok(!(await call(client, name)).ok, name);
  }
  assert.deepEqual(server.received, []);
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'./\\%?#&=;:@ \t\r\n-_~aZ09'), maxLength: 40 }),
    fc.stringMatching(/^[\w-]{1,32}$/),
  );
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      await getToken(client, name);
      const paths = server.received.splice(0).map(({ path }) => path);
      sent += paths.length;
      assert.deepEqual(paths, paths.length === 0 ? [] : [`/edgekv/v1/tokens/${name}`]);
      assert.ok(paths.every((path) => /^\/edgekv\/v1\/tokens\/[\w-]+$/.test(path)));
    }),
    { numRuns: 10_000 },
  );
  assert.ok(sent > 1_000);
  await server.close();
});

// HTTPS_PROXY and NO_PROXY through a real CONNECT proxy on loopback, which looks at every byte that passes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Path } from '@/lib/domain/diagnosis';
import { startConnectProxy } from '@/simulator/connect-proxy';
import { proxyFor } from './proxy';

const DATA = join(import.meta.dirname, 'testdata');
const CERTIFICATE = join(DATA, 'upstream-cert.pem');
const HOST = 'akab-test.luna.akamaiapis.net';

let upstream: Server;
let asked: IncomingMessage[] = [];

before(async () => {
  const [cert, key] = [readFileSync(CERTIFICATE), readFileSync(join(DATA, 'upstream-key.pem'))];
  upstream = createTlsServer({ cert, key }, (request, response) => {
    asked.push(request);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"tokens":[]}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
});
after(() => upstream.close());

const port = () => (upstream.address() as AddressInfo).port;

type Outcome = { listed: { ok: boolean; problem?: { code: string } }; path: Path };

/** One call, and as many probes, in a process with that environment. */
function run(base: string, env: Record<string, string>, probes = 1): Promise<Outcome> {
  const program = join(DATA, 'proxied-call.ts');
  const command = ['--conditions=react-server', '--import', 'tsx', program, base, String(probes)];
  const child = spawn(process.execPath, command, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'test', LOG_LEVEL: 'fatal', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  return new Promise((resolve, reject) =>
    child.once('exit', (code, signal) =>
      printed ? resolve(JSON.parse(printed)) : reject(new Error(`no answer, ${signal ?? code}`)),
    ),
  );
}

test('[40] with HTTPS_PROXY every call goes through its tunnel, and it never sees an unencrypted request', async () => {
  const proxy = await startConnectProxy(port());
  asked = [];
  try {
    const env = {
      HTTPS_PROXY: proxy.url.replace('//', '//desk:proxy-password@'),
      NODE_EXTRA_CA_CERTS: CERTIFICATE,
    };
    const { listed, path } = await run(`https://${HOST}`, env);
    assert.equal(listed.ok, true);
    assert.deepEqual(
      asked.map(({ url }) => url),
      ['/edgekv/v1/tokens', '/'],
    );
    assert.match(asked[0]?.headers.authorization ?? '', /^EG1-HMAC-SHA256 /);
    assert.equal(asked[1]?.headers.authorization, undefined);
    assert.deepEqual([...new Set(proxy.connects.map(({ url }) => url))], [`${HOST}:443`]);
    const credentials = `Basic ${Buffer.from('desk:proxy-password').toString('base64')}`;
    for (const { headers } of proxy.connects) assert.equal(headers['proxy-authorization'], credentials);
    assert.deepEqual(proxy.others, []);
    // TLS from the first byte, and nothing of the request in clear.
    const passed = proxy.passed();
    assert.equal(passed[0], 0x16);
    for (const clear of ['EG1-HMAC-SHA256', 'GET /', '/edgekv', 'tokens'])
      assert.ok(!passed.includes(clear), clear);
    assert.equal(path.proxy, proxy.url);
    assert.equal(path.connection.state, 'done');
    assert.deepEqual(path.tls, {
      state: 'done',
      value: { issuer: 'Token Desk, Test upstream', ends: '2120-01-01' },
    });
    assert.deepEqual(path.clock, { state: 'done', value: { aheadSeconds: 0 } });
    assert.ok(!JSON.stringify(path).includes('proxy-password'));
  } finally {
    proxy.close();
  }
});

test('[40] a user without a password is not signed in at the proxy, by calls and the doctor alike', async () => {
  const proxy = await startConnectProxy(port());
  try {
    const env = { HTTPS_PROXY: proxy.url.replace('//', '//desk@'), NODE_EXTRA_CA_CERTS: CERTIFICATE };
    const { listed, path } = await run(`https://${HOST}`, env);
    assert.ok(listed.ok && path.clock.state === 'done');
    assert.equal(proxy.connects.length, 2);
    for (const { headers } of proxy.connects) assert.equal(headers['proxy-authorization'], undefined);
  } finally {
    proxy.close();
  }
});

test('[40] what NO_PROXY names goes around the proxy', async () => {
  const proxy = await startConnectProxy(port());
  try {
    const env = {
      HTTPS_PROXY: proxy.url,
      NO_PROXY: 'other.example,localhost',
      NODE_EXTRA_CA_CERTS: CERTIFICATE,
    };
    const { listed, path } = await run(`https://localhost:${port()}`, env);
    assert.equal(listed.ok, true);
    assert.equal(path.proxy, null);
    assert.equal(path.tls?.state, 'done');
    assert.deepEqual(proxy.connects, []);
    assert.deepEqual(proxy.others, []);
  } finally {
    proxy.close();
  }
});

test('[40] a proxy that refuses, and a certificate that nobody vouches for, are told apart; no request is sent', async () => {
  const [refusing, trusted] = [await startConnectProxy(port(), 403), await startConnectProxy(port())];
  asked = [];
  try {
    const refused = await run(`https://${HOST}`, {
      HTTPS_PROXY: refusing.url,
      NODE_EXTRA_CA_CERTS: CERTIFICATE,
    });
    assert.equal(refused.listed.problem?.code, 'akamai-unreachable');
    assert.deepEqual(refused.path.connection, { state: 'failed', code: 'PROXY_403' });
    assert.deepEqual(refused.path.tls, { state: 'skipped' });
    const unknown = await run(`https://${HOST}`, { HTTPS_PROXY: trusted.url });
    assert.equal(unknown.listed.problem?.code, 'akamai-bad-certificate');
    assert.equal(unknown.path.tls?.state, 'failed');
    assert.deepEqual(unknown.path.clock, { state: 'skipped' });
    assert.deepEqual(asked, []);
  } finally {
    refusing.close();
    trusted.close();
  }
});

test('a certificate that nobody vouches for, probed again and again, does not end the process', async () => {
  const { path } = await run(`https://localhost:${port()}`, {}, 200);
  assert.equal(path.tls?.state, 'failed');
  assert.deepEqual(path.clock, { state: 'skipped' });
});

test('the doctor names the proxy that the client takes', () => {
  const proxies = { http: 'http://plain.example:1', https: 'http://u:p@proxy.example:3128', none: '' };
  const of = (address: string, more = {}) =>
    proxyFor(new URL(address), { ...proxies, ...more })?.host ?? null;
  assert.equal(of(`https://${HOST}`), 'proxy.example:3128');
  assert.equal(of('http://127.0.0.1:8787'), 'plain.example:1');
  assert.equal(of(`https://${HOST}`, { https: null }), 'plain.example:1');
  assert.equal(of(`https://${HOST}`, { https: null, http: null }), null);
  for (const none of ['*', HOST, 'akamaiapis.net', '.akamaiapis.net', '*.akamaiapis.net', `a.b, ${HOST}:443`])
    assert.equal(of(`https://${HOST}`, { none }), null, none);
  for (const none of ['', 'amaiapis.net', `${HOST}:8443`, 'other.example'])
    assert.equal(of(`https://${HOST}`, { none }), 'proxy.example:3128', none);
  assert.throws(() => of(`https://${HOST}`, { https: 'proxy' }), TypeError);
});

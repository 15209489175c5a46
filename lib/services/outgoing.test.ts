// What is sent out, against real servers on this machine that behave in every way.
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { after, afterEach, beforeEach, test } from 'node:test';
import { makeCertificate } from '@/simulator/certificate';
import { post, refusedByName } from './outgoing';
import { reachOf } from './outgoing-address';

const servers: Server[] = [];
let requests = 0;

/** A server on this machine, whatever address it is called by. */
async function serve(handle: RequestListener): Promise<number> {
  const server = createServer((request, response) => {
    requests += 1;
    handle(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  return (server.address() as AddressInfo).port;
}

function allowPrivate(isAllowed: boolean): void {
  process.env.NOTICE_ALLOW_PRIVATE = String(isAllowed);
  (globalThis as { __tokenDesk?: Map<string, unknown> }).__tokenDesk?.delete('settings');
}

beforeEach(() => {
  requests = 0;
  allowPrivate(true);
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

after(() => {
  delete process.env.NOTICE_ALLOW_PRIVATE;
});

async function sendTo(address: string, callMs?: number) {
  return post(new URL(address), { 'Idempotency-Key': 'k' }, '{"a":1}', callMs);
}

test('what is taken is done, and arrives as it was sent', async () => {
  let seen: unknown;
  const port = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { 'content-type': type, 'idempotency-key': key } = request.headers;
      seen = { method: request.method, url: request.url, type, key, body };
      response.writeHead(204).end();
    });
  });
  assert.deepEqual(await sendTo(`http://127.0.0.1:${port}/hook?x=y`), { ok: true });
  const type = 'application/json';
  assert.deepEqual(seen, { method: 'POST', url: '/hook?x=y', type, key: 'k', body: '{"a":1}' });
});

test('unless they are allowed, nothing is sent to private addresses, however they are written', async () => {
  allowPrivate(false);
  const port = await serve((_, response) => response.end());
  const names = ['127.0.0.1', '[::1]', 'localhost', 'x.localhost', 'LOCALHOST.', '127.1', '2130706433'];
  names.push('0x7f000001', '0177.0.0.1', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]');
  for (const name of names)
    for (const scheme of ['http', 'https']) {
      const sent = await sendTo(`${scheme}://${name}:${port}/`);
      assert.match(sent.ok ? '' : sent.words, /private one/, `${scheme} ${name}`);
    }
  assert.equal(requests, 0);
});

test('metadata addresses are refused even when private ones are allowed', async () => {
  for (const name of [
    '169.254.169.254',
    '[::ffff:169.254.169.254]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '0.0.0.0',
  ])
    for (const scheme of ['http', 'https'])
      assert.deepEqual(
        await sendTo(`${scheme}://${name}/latest/meta-data/`),
        { ok: false, words: 'Its address is none that notices are sent to.' },
        name,
      );
});

test('a name that resolves to a private address is refused where it is resolved', async (context) => {
  const own = await lookup(hostname()).catch(() => null);
  if (!own || reachOf(own.address) !== 'private') return context.skip('this machine has no name of its own');
  const port = await serve((_, response) => response.end());
  assert.equal(refusedByName(new URL(`http://${hostname()}/`)), null);
  assert.deepEqual(await sendTo(`http://${hostname()}:${port}/`), { ok: true });
  requests = 0;
  allowPrivate(false);
  // Another port: the connection to the first one may still be there.
  const other = await serve((_, response) => response.end());
  const sent = await sendTo(`http://${hostname()}:${other}/`);
  assert.match(sent.ok ? '' : sent.words, /private one/);
  assert.equal(requests, 0);
});

test('plain http is for private addresses only', () => {
  const plain = 'Plain http is for private addresses only.';
  assert.equal(refusedByName(new URL('http://8.8.8.8/')), plain);
  assert.equal(refusedByName(new URL('https://8.8.8.8/')), null);
});

test('a redirect is not followed', async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const port = await serve((request, response) =>
      response.writeHead(status, { Location: `${request.url}/again` }).end(),
    );
    requests = 0;
    const words = `It answered ${status}: a redirect, which is not followed.`;
    assert.deepEqual(await sendTo(`http://127.0.0.1:${port}/`), { ok: false, words });
    assert.equal(requests, 1);
  }
});

test('each failure is told in words, without the address', async () => {
  const closed = await serve(() => undefined);
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  const behaving = (handle: RequestListener) => serve(handle);
  const table: [string, number, string][] = [
    ['refused', closed, 'It refused the connection.'],
    ['500', await behaving((_, response) => response.writeHead(500).end('secret words')), 'It answered 500.'],
    ['404', await behaving((_, response) => response.writeHead(404).end()), 'It answered 404.'],
    ['silent', await behaving(() => undefined), 'It did not answer in time.'],
    [
      'silent after its head',
      await behaving((_, response) => response.writeHead(200).write('x')),
      'It did not answer in time.',
    ],
    [
      'cut',
      await behaving((request) => request.socket.destroy()),
      'The connection broke before an answer came.',
    ],
  ];
  for (const [name, port, words] of table) {
    const started = performance.now();
    const sent = await sendTo(`http://127.0.0.1:${port}/CANARY-HOOK`, 300);
    assert.deepEqual(sent, { ok: false, words }, name);
    assert.ok(performance.now() - started < 3_000, name);
  }
});

test('a certificate that nobody vouches for is refused before anything is sent', async () => {
  const { key, cert } = await makeCertificate('good');
  const server = createSecureServer({ key, cert }, (_, response) => {
    requests += 1;
    response.end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sent = await sendTo(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  assert.match(sent.ok ? '' : sent.words, /^Its certificate was not accepted \(/);
  assert.equal(requests, 0);
});

test('of an endless answer only the beginning is read', async () => {
  let written = 0;
  let isCut = false;
  const port = await serve((_, response) => {
    response.on('close', () => {
      isCut = true;
    });
    const more = () => {
      while (!isCut && response.write(Buffer.alloc(16_384))) written += 16_384;
    };
    response.on('drain', more);
    response.writeHead(200);
    more();
  });
  assert.deepEqual(await sendTo(`http://127.0.0.1:${port}/`), { ok: true });
  assert.ok(written < 20_000_000, `${written}`);
});

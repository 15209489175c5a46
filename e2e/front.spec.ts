// The server's front: what it believes of a request's headers, what it does not pass on, and how it ends.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { type Desk, expect, openDesk, test } from './fixtures';

type Answer = { status: number; headers: IncomingMessage['headers']; body: string };

/** Headers as given: fetch would not let a test write Host. */
function send(url: string, method: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

test('[6] a form of another site is refused before the app, and the words name the setting', async ({
  desk,
}) => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '3' };
  const origins = ['https://evil.example', 'null', desk.url.replace('http:', 'https:'), 'http://localhost:1'];
  for (const origin of origins) {
    const answer = await send(`${desk.url}/sign-in`, 'POST', { ...form, Origin: origin }, 'a=b');
    expect(answer.status, origin).toBe(403);
    expect(answer.body).toContain('PUBLIC_URL');
    expect(answer.body).toContain(desk.url);
  }
  expect((await send(`${desk.url}/sign-in`, 'POST', form, 'a=b')).status).toBe(403);
  const asPage = { ...form, Origin: '<b>"', Accept: 'text/html' };
  const markup = await send(`${desk.url}/sign-in`, 'POST', asPage, 'a=b');
  expect(markup.headers['content-type']).toContain('text/html');
  expect(markup.body).not.toContain('<b>');
});

test('[8] X-Forwarded-Host and Host are not believed', async ({ desk }) => {
  const headers = {
    Origin: 'https://evil.example',
    Host: 'evil.example',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'https',
    'Content-Length': '0',
  };
  expect((await send(`${desk.url}/sign-in`, 'POST', headers)).status).toBe(403);
  const own = await send(`${desk.url}/default/tokens`, 'GET', {
    Host: 'evil.example',
    'X-Forwarded-Host': 'evil.example',
  });
  expect(own.headers.location ?? '').not.toContain('evil.example');
  expect(own.body).not.toContain('evil.example');
});

test('[12] a form beyond the limit is refused, and the server goes on', async ({ desk }) => {
  const size = 1024 * 1024 + 1;
  const answer = await send(
    `${desk.url}/sign-in`,
    'POST',
    { Origin: desk.url, 'Content-Length': String(size), 'Content-Type': 'text/plain' },
    'x'.repeat(size),
  ).catch(() => null);
  // The server closes while the body is on its way: the answer may be lost with the connection.
  if (answer) expect(answer.status).toBe(413);
  expect((await fetch(`${desk.url}/api/health`)).status).toBe(200);
  const chunked = { Origin: desk.url, 'Transfer-Encoding': 'chunked' };
  expect((await send(`${desk.url}/sign-in`, 'POST', chunked)).status).toBe(411);
});

test('[20] nothing is fetched for others: upgrades, absolute addresses, the image optimizer', async ({
  desk,
}) => {
  const { hostname, port } = new URL(desk.url);
  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(answer));
    });
  const upgrade = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  expect(await raw(`GET http://169.254.169.254/ HTTP/1.1\r\n${upgrade}`)).toBe('');
  expect(await raw(`GET /_next/webpack-hmr HTTP/1.1\r\n${upgrade}`)).toBe('');
  const absolute = 'GET http://169.254.169.254/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  expect(await raw(absolute)).toMatch(/^HTTP\/1\.1 400 /);
  const image = await fetch(`${desk.url}/_next/image?url=http%3A%2F%2F169.254.169.254%2F&w=64&q=75`);
  expect(image.status).toBeGreaterThanOrEqual(400);
});

test('[79] a forged X-Forwarded-For changes neither the audit nor the throttle', async () => {
  const { desk, close } = await openDesk('forged', { people: [] });
  try {
    const key = await desk.manage(['key', 'create', 'forger', '--role', 'viewer']);
    const headers = (index: number) => ({
      Authorization: `Bearer ${key}`,
      'X-Forwarded-For': `203.0.113.${index}`,
      'X-Client-Address': '203.0.113.99',
      'X-Real-IP': '203.0.113.98',
    });
    const url = `${desk.url}/api/v1/tokens/cart-reader`;
    for (let index = 0; index < 3; index += 1)
      expect((await fetch(url, { method: 'DELETE', headers: headers(index) })).status).toBe(403);
    const refusals = await sourcesOf(desk);
    expect(refusals.length).toBeGreaterThanOrEqual(3);
    expect(new Set(refusals)).toEqual(new Set(['127.0.0.1']));
  } finally {
    await close();
  }
});

test('[79] behind one proxy, the last address is the sender', async () => {
  const { desk, close } = await openDesk('proxied', { people: [], env: { TRUSTED_PROXIES: '1' } });
  try {
    const key = await desk.manage(['key', 'create', 'proxied', '--role', 'viewer']);
    const headers = { Authorization: `Bearer ${key}`, 'X-Forwarded-For': '198.51.100.7, 203.0.113.5' };
    await fetch(`${desk.url}/api/v1/tokens/cart-reader`, { method: 'DELETE', headers });
    expect(new Set(await sourcesOf(desk))).toEqual(new Set(['203.0.113.5']));
  } finally {
    await close();
  }
});

/** From where the refusals on record came. */
async function sourcesOf(desk: Desk): Promise<(string | null)[]> {
  const lines = (await desk.manage(['audit', 'export'])).split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { outcome: string | null; source: string | null });
  return rows.filter(({ outcome }) => outcome === 'forbidden').map(({ source }) => source);
}

test('[107] what is under way is finished after SIGTERM, and the server ends well', async () => {
  const { desk, close } = await openDesk('ending', { people: [] });
  try {
    const key = await desk.manage(['key', 'create', 'ending', '--role', 'viewer']);
    await desk.control.fault({ delayMs: 2_000 });
    const slow = fetch(`${desk.url}/api/v1/tokens`, { headers: { Authorization: `Bearer ${key}` } });
    await expect
      .poll(async () =>
        (await desk.control.journal()).some(({ target }) => target.startsWith('/edgekv/v1/tokens')),
      )
      .toBe(true);
    const ended = desk.ended();
    process.kill(desk.pid, 'SIGTERM');
    expect((await slow).status).toBe(200);
    expect(await ended).toBe(0);
    await expect(fetch(`${desk.url}/api/health`)).rejects.toThrow();
  } finally {
    await close();
  }
});

// Tries the way to Akamai step by step, as the client goes it: name, connection (through the proxy), TLS, clock. One
// unsigned request is sent at the end, for the time in its answer. Each step is bounded in time.
import { lookup } from 'node:dns/promises';
import { once as event } from 'node:events';
import { request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { dayAt } from '@/lib/domain/day';
import type { Certificate, Path, Step } from '@/lib/domain/diagnosis';
import { now } from '@/lib/platform/clock';
import type { ProxySettings } from '@/lib/platform/env';
import { proxyFor } from './proxy';

/** Walks to `base` (`https://host`, or AKAMAI_ORIGIN); at most `stepMs` for each step. */
export async function probePath(base: string, proxies: ProxySettings, stepMs: number): Promise<Path> {
  const target = new URL(base);
  const sockets: Socket[] = [];
  const untried = { lookUp: SKIPPED, connection: SKIPPED, clock: SKIPPED };
  const isTls = target.protocol === 'https:';
  try {
    const proxy = await step(stepMs, async () => proxyFor(target, proxies));
    if (proxy.state !== 'done') {
      const lookUp = { state: 'failed', code: 'PROXY_ADDRESS' } as const;
      return { ...untried, lookUp, dialled: 'HTTPS_PROXY', proxy: 'no address', tls: isTls ? SKIPPED : null };
    }
    const dialled = proxy.value ?? target;
    const path: Path = {
      ...untried,
      dialled: `${dialled.hostname}:${portOf(dialled)}`,
      proxy: proxy.value && `${proxy.value.protocol}//${proxy.value.host}`,
      tls: isTls ? SKIPPED : null,
    };
    path.lookUp = await step(stepMs, async () => {
      const found = await lookup(bare(dialled.hostname), { all: true });
      return { addresses: found.map(({ address }) => address) };
    });
    if (path.lookUp.state !== 'done') return path;
    const startedAt = performance.now();
    const opened = await step(stepMs, () => open(target, proxy.value, sockets, stepMs));
    path.connection =
      opened.state === 'done' ? done({ ms: Math.round(performance.now() - startedAt) }) : opened;
    if (opened.state !== 'done') return path;
    let socket: Socket = opened.value;
    if (isTls) {
      const secured = await step(stepMs, () => secure(socket, target.hostname, sockets));
      path.tls = secured.state === 'done' ? secured.value.certificate : secured;
      if (secured.state !== 'done' || secured.value.certificate.state !== 'done') return path;
      socket = secured.value.socket;
    }
    path.clock = await step(stepMs, () => readClock(socket, target));
    return path;
  } finally {
    // TLS before the connection below it: the other way round Node 20 can end with a segmentation fault (seen).
    for (const socket of sockets.reverse()) socket.destroy();
  }
}

const SKIPPED = { state: 'skipped' } as const;

function done<T>(value: T): Step<T> {
  return { state: 'done', value };
}

/** Runs one step; a failure is its code, never its message, which may hold an address. */
async function step<T>(
  ms: number,
  run: () => Promise<T>,
): Promise<{ state: 'done'; value: T } | { state: 'failed'; code: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProbeError('TIMEOUT')), ms);
  });
  try {
    return { state: 'done', value: await Promise.race([run(), late]) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
    return { state: 'failed', code };
  } finally {
    clearTimeout(timer);
  }
}

class ProbeError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** A connection to `target`: through the proxy it is a tunnel. */
async function open(target: URL, proxy: URL | null, sockets: Socket[], ms: number): Promise<Socket> {
  const { hostname } = proxy ?? target;
  const first = connect({ host: bare(hostname), port: portOf(proxy ?? target), timeout: ms });
  keep(first, sockets);
  await event(first, 'connect');
  if (!proxy) return first;
  const socket = proxy.protocol === 'https:' ? await secureProxy(first, proxy, sockets) : first;
  const tunnel = request({
    createConnection: () => socket,
    method: 'CONNECT',
    path: `${target.hostname}:${portOf(target)}`,
    headers: { host: `${target.hostname}:${portOf(target)}`, ...proxyAuthorization(proxy) },
  });
  tunnel.on('error', unheard);
  const answered = event(tunnel, 'connect');
  tunnel.end();
  const [answer] = (await answered) as [{ statusCode?: number }];
  if (answer.statusCode !== 200) throw new ProbeError(`PROXY_${answer.statusCode}`);
  return socket;
}

async function secureProxy(socket: Socket, proxy: URL, sockets: Socket[]): Promise<Socket> {
  const secured = await secure(socket, proxy.hostname, sockets);
  if (secured.certificate.state === 'failed') throw new ProbeError(secured.certificate.code);
  return secured.socket;
}

/** As undici does it: a name without a password is not sent. */
function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' || password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** TLS with the certificates that the client trusts. A certificate that is refused is told all the same. */
async function secure(
  socket: Socket,
  hostname: string,
  sockets: Socket[],
): Promise<{ socket: Socket; certificate: Step<Certificate> }> {
  const host = bare(hostname);
  const secured = connectTls({
    socket,
    host,
    rejectUnauthorized: false,
    ...(isIP(host) ? {} : { servername: host }),
  });
  keep(secured, sockets);
  await event(secured, 'secureConnect');
  const certificate = readCertificate(secured);
  if (secured.authorized && certificate) return { socket: secured, certificate: done(certificate) };
  // Node's types call it an error; it is the code.
  const code = String(secured.authorizationError ?? 'NO_CERTIFICATE');
  const seen = certificate ? { value: certificate } : {};
  return { socket: secured, certificate: { state: 'failed', code, ...seen } };
}

function readCertificate(socket: TLSSocket): Certificate | null {
  const { issuer, valid_to: ends } = socket.getPeerCertificate();
  if (!ends) return null;
  return { issuer: [issuer.O, issuer.CN].flat().filter(Boolean).join(', '), ends: dayAt(Date.parse(ends)) };
}

async function readClock(socket: Socket, target: URL): Promise<{ aheadSeconds: number }> {
  const sentAt = now();
  const asked = request({
    createConnection: () => socket,
    path: '/',
    headers: { host: target.host, connection: 'close' },
  });
  asked.on('error', unheard);
  const answered = event(asked, 'response');
  asked.end();
  const [response] = (await answered) as [{ headers: { date?: string }; destroy: () => void }];
  response.destroy();
  // Its Date is cut to the second, so on average half a second more has passed.
  const theirs = Date.parse(response.headers.date ?? '') + 500;
  if (Number.isNaN(theirs)) throw new ProbeError('NO_DATE');
  const ahead = ((sentAt + now()) / 2 - theirs) / 1000;
  return { aheadSeconds: Math.abs(ahead) < 1 ? 0 : Math.round(ahead) };
}

/** Has the socket closed at the end, whatever becomes of it. */
function keep(socket: Socket, sockets: Socket[]): void {
  socket.on('error', unheard);
  sockets.push(socket);
}

/** The step that waits hears of an error itself; one that comes later must not end the process. */
function unheard(): void {
  return;
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

/** An IPv6 address without the brackets it has in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

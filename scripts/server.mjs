// The production server: Next behind a small front that knows what Next cannot: who is really connected, which address
// people use, and when to stop. It decides no rights; the services do.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import next from 'next';
import { end, explainFailures } from './front-answers.mjs';
import { ROOT, say } from './steps.mjs';

/** A body must have arrived by then, milliseconds; a request's head much sooner. */
const REQUEST_MS = 40_000;
const HEAD_MS = 15_000;
/** Longer than proxies keep their connections, so that they end them and not we. */
const KEEP_ALIVE_MS = 65_000;
/** What is under way when the server is asked to stop may take so long, milliseconds. */
const DRAIN_MS = 30_000;
/** Server actions take this much; Next would answer 500 to more, and break the connection. Bytes. */
const ACTION_BYTES_MAX = 1024 * 1024;
/** The header that carries the sender's address to the app. A sender's own one never gets through. */
const ADDRESS_HEADER = 'x-client-address';

/**
 * Next asks itself for the page that an action redirects to, with the headers of the action's request. By this header
 * such a request is known: it was let in already.
 */
const INNER_HEADER = 'x-inner-request';
const INNER = randomUUID();

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Starts serving the build. `publicUrl` is the only origin that pages accept changes from; `trustedProxies` is how many
 * proxies in front write X-Forwarded-For.
 */
export async function serve({ port, host, publicUrl, trustedProxies }) {
  // Where Next asks itself. Without it, it would ask the public address.
  process.env.__NEXT_PRIVATE_ORIGIN = `http://${inUrl(host)}:${port}`;
  const app = next({ dev: false, dir: ROOT, hostname: host, port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const front = { publicUrl: new URL(publicUrl), trustedProxies, isStopping: false };
  const server = createServer(
    {
      requestTimeout: REQUEST_MS,
      headersTimeout: HEAD_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      const id = requestId(request, trustedProxies);
      if (id === null) return void handle(request, response);
      response.setHeader('X-Request-Id', id);
      report(request, response, id, trustedProxies);
      explainFailures(request, response, id);
      if (answerInFront(request, response, front)) return;
      const run = shared()?.run ?? ((_about, next_) => next_());
      run({ id, address: request.headers[ADDRESS_HEADER] }, () => void handle(request, response));
    },
  );
  // Nothing here speaks WebSocket.
  server.on('upgrade', (_request, socket) => socket.destroy());
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop(server, front));
  return server;
}

/** What the app offers for requests: lib/platform/requests.ts, by its key; absent until the app has started. */
function shared() {
  return globalThis.__tokenDesk?.get('requests');
}

/** A name for the request: that of a trusted proxy, or a new one; null for one that Next sends itself. */
function requestId({ headers }, trustedProxies) {
  if (headers[INNER_HEADER] === INNER) return null;
  const given = headers['x-request-id'];
  const isUsable = trustedProxies > 0 && typeof given === 'string' && /^[\w-]{8,64}$/.test(given);
  return isUsable ? given : randomUUID();
}

/** Tells the app about the request when it is over. */
function report(request, response, id, trustedProxies) {
  const started = performance.now();
  const { method = 'GET', url = '/' } = request;
  const address = addressOf(request, trustedProxies);
  response.once('close', () => {
    const ms = performance.now() - started;
    const path = url.split('?', 1)[0] ?? '/';
    // Who left before the answer gets what nginx calls it.
    const status = response.writableFinished ? response.statusCode : 499;
    shared()?.served({ id, method, path, status, ms, address });
  });
}

/** Answers what must not reach the app, and tells the app what it may believe; true when the request is answered. */
function answerInFront(request, response, { publicUrl, trustedProxies, isStopping }) {
  const { method = 'GET', url = '/', headers } = request;
  if (headers[INNER_HEADER] === INNER) return false;
  if (isStopping) response.setHeader('Connection', 'close');
  if (publicUrl.protocol === 'https:')
    response.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
  // An absolute address would be taken for another server's.
  if (!url.startsWith('/')) return end(request, response, 400, 'Bad request', 'The address is not a path.');
  const asked = headers.host ?? '';
  if (
    SAFE_METHODS.has(method) &&
    !url.startsWith('/api/') &&
    LOOPBACK.test(asked) &&
    asked !== publicUrl.host &&
    LOOPBACK.test(publicUrl.host) &&
    // With another port it is a proxy that rewrote Host: sent on, the request would come back for ever.
    portOf(asked) === portOf(publicUrl.host)
  ) {
    response.writeHead(307, { Location: new URL(url, publicUrl.origin).href }).end();
    return true;
  }
  if (!SAFE_METHODS.has(method) && !url.startsWith('/api/')) {
    const refusal = refusedForm(headers, publicUrl);
    if (refusal) return end(request, response, ...refusal);
  }
  believe(request, publicUrl, trustedProxies);
  return false;
}

/** Why a form or server action is not passed on, as status, title and words; null when it is. */
function refusedForm(headers, publicUrl) {
  const { origin, 'sec-fetch-site': site, 'content-length': length } = headers;
  const isOwn = origin === undefined ? site === 'same-origin' : origin === publicUrl.origin;
  if (!isOwn) {
    const from = origin === undefined ? 'without an Origin header' : `with the Origin header ${origin}`;
    return [
      403,
      'The request did not come from this site',
      `It came ${from}; changes are accepted from ${publicUrl.origin} only. Open that address and try again. If it is not the address that people use, the operator sets PUBLIC_URL. Nothing was changed.`,
    ];
  }
  if (headers['transfer-encoding'] !== undefined)
    return [411, 'Length required', 'The form has no Content-Length. Nothing was changed.'];
  if (Number(length ?? 0) > ACTION_BYTES_MAX)
    return [413, 'The form is too large', 'At most 1 MiB is taken. Nothing was changed.'];
  return null;
}

/** Headers as the app may believe them: host and protocol are ours, the address is that of the connection. */
function believe(request, publicUrl, trustedProxies) {
  const { headers } = request;
  const address = addressOf(request, trustedProxies);
  for (const name of Object.keys(headers)) if (name.startsWith('x-forwarded-')) delete headers[name];
  headers.host = publicUrl.host;
  headers[INNER_HEADER] = INNER;
  headers['x-forwarded-host'] = publicUrl.host;
  headers['x-forwarded-proto'] = publicUrl.protocol.slice(0, -1);
  headers[ADDRESS_HEADER] = address;
}

/** Who is really connected, or who the nearest trusted proxy says it is. */
function addressOf({ headers, socket }, trustedProxies) {
  const forwarded = (headers['x-forwarded-for'] ?? '').split(',').map((one) => one.trim());
  const address =
    trustedProxies > 0 ? forwarded.at(-trustedProxies) || socket.remoteAddress : socket.remoteAddress;
  return (address ?? '').replace(/^::ffff:/, '').slice(0, 45);
}

/** The port of a host, '' when it names none. */
function portOf(host) {
  return /:(\d+)$/.exec(host)?.[1] ?? '';
}

/** A listening address as it stands in a URL. */
function inUrl(host) {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** What the app has under way beside requests: lib/platform/drain.ts, by its key. Settles when that has ended. */
function drained() {
  const drains = globalThis.__tokenDesk?.get('drains') ?? [];
  const late = new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref());
  return Promise.race([Promise.allSettled([...drains].map((drain) => drain())), late]);
}

/** No new connections; what is under way is finished, then the process ends. */
function stop(server, front) {
  front.isStopping = true;
  const work = drained();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  // A connection that finishes its last answer is idle then, and nobody would close it.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  server.close(() => {
    clearTimeout(timer);
    clearInterval(sweep);
    void work.then(() => {
      say('Token Desk has stopped.');
      process.exit(0);
    });
  });
}

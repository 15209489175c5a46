// A reverse proxy as operators put it in front, in the ways they set it up.
import { createServer as createHttp, request as httpRequest, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '@/simulator/certificate';

/** What the proxy does to the headers of a request that came to `host`. */
export type SetUp = (headers: Record<string, string>, host: string) => void;

export type ReverseProxy = {
  port: number;
  /** From now on requests are sent on to this server in this way. */
  sendTo: (target: string, setUp: SetUp) => void;
  close: () => Promise<void>;
};

/** Starts a proxy, with TLS or without; it answers 502 until it is told where to. */
export async function startProxy(tls: boolean): Promise<ReverseProxy> {
  let to: { target: URL; setUp: SetUp } | null = null;
  const pass: RequestListener = (request, response) => {
    if (!to) return void response.writeHead(502).end();
    const { hostname, port, host } = to.target;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
    // As nginx does, unless it is told otherwise.
    headers.host = host;
    to.setUp(headers, request.headers.host ?? '');
    const { method, url: path } = request;
    const onward = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
  const server = tls ? createHttps(await makeCertificate('good'), pass) : createHttp(pass);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sendTo: (target, setUp) => {
      to = { target: new URL(target), setUp };
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

// A reverse proxy as operators put it in front, in the ways they set it up; and a certificate that it made itself.
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer as createHttp, request as httpRequest, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

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
  const server = tls ? createHttps(selfSigned(), pass) : createHttp(pass);
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

/** A certificate that nobody but itself vouches for, in the least that X.509 asks for. */
function selfSigned(): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tagged = (tag: number, ...parts: readonly Uint8Array[]) => {
    const body = Buffer.concat(parts);
    const { length } = body;
    const size =
      length < 128
        ? [length]
        : length < 256
          ? [0x81, length]
          : [0x82, Math.floor(length / 256), length % 256];
    return Buffer.from([tag, ...size, ...body]);
  };
  const sequence = (...parts: readonly Uint8Array[]) => tagged(0x30, ...parts);
  const text = (tag: number, value: string) => tagged(tag, Buffer.from(value, 'latin1'));
  const identifier = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
  const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));
  const commonName = sequence(tagged(0x31, sequence(identifier('550403'), text(0x0c, 'localhost'))));
  const content = sequence(
    tagged(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    commonName,
    sequence(text(0x17, '250101000000Z'), text(0x17, '490101000000Z')),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = sequence(content, ecdsaWithSha256, tagged(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

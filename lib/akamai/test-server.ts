// For tests: a real HTTP server on loopback that answers as told, and a client of it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AkamaiClient, akamaiClient, LIMITS, type Limits } from './client';
import type { Credential } from './credentials';

export type Received = { method: string; path: string; headers: IncomingMessage['headers']; body: string };

export type TestServer = {
  url: string;
  received: Received[];
  client: (limits?: Partial<Limits>, options?: { accountSwitchKey?: string }) => AkamaiClient;
  close: () => Promise<void>;
};

let count = 0;

/** A server whose every request is answered by `answer`. Each client is a credential of its own, so nobody waits. */
export async function startTestServer(
  answer: (request: Received, response: ServerResponse) => void,
): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    received,
    client: (limits = {}, options = {}) => {
      count += 1;
      return akamaiClient(
        testCredential(`client-${process.pid}-${count}`),
        { origin: url, accountSwitchKey: options.accountSwitchKey ?? null },
        { ...LIMITS, pace: { ...LIMITS.pace, perSecond: 1_000, burst: 1_000 }, ...limits },
      );
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function testCredential(clientToken: string): Credential {
  return {
    section: 'default',
    host: 'akab-test.luna.akamaiapis.net',
    clientToken,
    clientSecret: 'test-client-secret',
    accessToken: 'test-access-token',
    accountKey: null,
  };
}

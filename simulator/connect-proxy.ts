// A company's proxy for tests: it takes CONNECT, leads every tunnel to one port of this machine, and keeps what passes.
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export type ConnectProxy = {
  url: string;
  /** The CONNECT requests. */
  connects: readonly IncomingMessage[];
  /** Requests of any other kind: they are in clear, so that there must be none. */
  others: readonly string[];
  /** Every byte that passed, both ways. */
  passed: () => Buffer;
  close: () => void;
};

/** Starts it; with a `status` other than 200 it refuses every tunnel. */
export async function startConnectProxy(toPort: number, status = 200): Promise<ConnectProxy> {
  const passed: Buffer[] = [];
  const sockets: Socket[] = [];
  const connects: IncomingMessage[] = [];
  const others: string[] = [];
  const server = createServer((request, response) => {
    others.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    connects.push(request);
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const through = connect(toPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      through.write(head);
      for (const one of [socket, through]) one.on('data', (chunk: Buffer) => passed.push(chunk));
      socket.pipe(through).pipe(socket);
    });
    through.on('error', () => socket.destroy());
    sockets.push(through);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connects,
    others,
    passed: () => Buffer.concat(passed),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

// How an answer goes out: at once, byte by byte, compressed, without end, or cut.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Fault, FaultBody } from './faults';

const BLOCK_BYTES = 64 * 1024;
const RESET_AFTER_MS = 50;

export type Delivered = {
  status: number;
  headers: Record<string, string>;
  body: Buffer | FaultBody;
  gzip?: boolean;
};

/** Sends the answer. `raw` is the TCP connection below a TLS one, as only that can be reset. */
export async function deliver(
  response: ServerResponse,
  raw: Socket,
  { status, headers, body, gzip = false }: Delivered,
  { cut, byteMs }: Pick<Fault, 'cut' | 'byteMs'>,
): Promise<void> {
  response.writeHead(status, { ...headers, ...(gzip ? { 'content-encoding': 'gzip' } : {}) });
  if (!cut && !byteMs && !gzip && (typeof body === 'string' || Buffer.isBuffer(body))) {
    response.end(body);
    return;
  }
  response.flushHeaders();
  const source = Readable.from(limited(chunksOf(body, byteMs !== undefined), cut?.afterBytes, byteMs));
  try {
    if (gzip) await pipeline(source, createGzip({ level: 1 }), response, { end: !cut });
    else await pipeline(source, response, { end: !cut });
  } catch (error) {
    // The client has gone: the rest is for nobody.
    if (response.destroyed || response.closed) return;
    throw error;
  }
  if (cut?.how === 'reset') {
    // A reset takes back what the other side has not read yet.
    await sleep(RESET_AFTER_MS);
    raw.resetAndDestroy();
  }
  if (cut?.how === 'half-close') response.socket?.end();
}

function* chunksOf(body: Buffer | FaultBody, single: boolean): Generator<Buffer> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    const bytes = Buffer.from(body);
    if (!single) yield bytes;
    else for (let at = 0; at < bytes.byteLength; at += 1) yield bytes.subarray(at, at + 1);
    return;
  }
  yield* chunksOf(body.before, single);
  const perBlock = single ? 1 : Math.max(1, Math.floor(BLOCK_BYTES / body.repeat.length));
  const block = Buffer.from(body.repeat.repeat(Math.min(perBlock, body.times)));
  for (let left = body.times; left > 0; left -= perBlock)
    yield left >= perBlock ? block : Buffer.from(body.repeat.repeat(left));
  yield* chunksOf(body.after, single);
}

/** At most `bytesMax` of the chunks, with a pause of `byteMs` before each. Empty ones would end a chunked body. */
async function* limited(
  chunks: Iterable<Buffer>,
  bytesMax = Number.POSITIVE_INFINITY,
  byteMs: number | undefined = undefined,
): AsyncGenerator<Buffer> {
  let sent = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, bytesMax - sent);
    if (part.byteLength === 0) {
      if (sent >= bytesMax) return;
      continue;
    }
    if (byteMs !== undefined) await sleep(byteMs);
    sent += part.byteLength;
    yield part;
  }
}

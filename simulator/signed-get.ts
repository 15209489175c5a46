// For tests: a request as Akamai's clients sign it, with the simulator's own credential and its own signature code.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SIMULATOR_CREDENTIAL } from './accounts';
import { type SimCredential, sign } from './sign-check';

/** The Authorization header of a request. */
export function authorizationOf(
  { host, clientToken, clientSecret, accessToken }: SimCredential,
  method: string,
  target: string,
  body: Buffer,
): string {
  const at = new Date().toISOString();
  const timestamp = `${at.slice(0, 10).replaceAll('-', '')}T${at.slice(11, 19)}+0000`;
  const header = `EG1-HMAC-SHA256 client_token=${clientToken};access_token=${accessToken};timestamp=${timestamp};nonce=${randomUUID()};`;
  const signature = sign({ method, target, body }, `https\t${host}`, header, timestamp, clientSecret);
  return `${header}signature=${signature}`;
}

/** The bytes of `target` (path and query) of the simulator at `url`. Throws unless it answers 200. */
export async function signedGet(url: string, target: string): Promise<Buffer> {
  const response = await fetch(`${url}${target}`, {
    headers: { Authorization: authorizationOf(SIMULATOR_CREDENTIAL, 'GET', target, Buffer.alloc(0)) },
  });
  if (response.status !== 200) throw new Error(`the simulator answered ${response.status} to ${target}`);
  return Buffer.from(await response.arrayBuffer());
}

export type SignedAnswer = { status: number; headers: Headers; json: Record<string, unknown>; bytes: Buffer };

/** Any signed call. A body of bytes is sent as a .tgz, any other as JSON; `json` is empty when the answer is none. */
export async function signedCall(
  url: string,
  method: string,
  target: string,
  body?: unknown,
): Promise<SignedAnswer> {
  const isBundle = Buffer.isBuffer(body);
  const bytes = isBundle ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const response = await fetch(`${url}${target}`, {
    method,
    headers: {
      Authorization: authorizationOf(SIMULATOR_CREDENTIAL, method, target, bytes),
      'Content-Type': isBundle ? 'application/gzip' : 'application/json',
    },
    ...(method === 'GET' ? {} : { body: new Uint8Array(bytes) }),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const json = isJson ? z.record(z.string(), z.unknown()).parse(JSON.parse(answer.toString())) : {};
  return { status: response.status, headers: response.headers, json, bytes: answer };
}

// For tests: a request as Akamai's clients sign it, with the simulator's own credential and its own signature code.
import { randomUUID } from 'node:crypto';
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

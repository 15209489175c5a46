// For tests: a GET as Akamai's clients sign it, with the simulator's own credential and its own signature code.
import { randomUUID } from 'node:crypto';
import { SIMULATOR_CREDENTIAL } from './server';
import { sign } from './sign-check';

/** The bytes of `target` (path and query) of the simulator at `url`. Throws unless it answers 200. */
export async function signedGet(url: string, target: string): Promise<Buffer> {
  const { host, clientToken, clientSecret, accessToken } = SIMULATOR_CREDENTIAL;
  const at = new Date().toISOString();
  const timestamp = `${at.slice(0, 10).replaceAll('-', '')}T${at.slice(11, 19)}+0000`;
  const header = `EG1-HMAC-SHA256 client_token=${clientToken};access_token=${accessToken};timestamp=${timestamp};nonce=${randomUUID()};`;
  const request = { method: 'GET', target, body: Buffer.alloc(0) };
  const signature = sign(request, `https\t${host}`, header, timestamp, clientSecret);
  const response = await fetch(`${url}${target}`, {
    headers: { Authorization: `${header}signature=${signature}` },
  });
  if (response.status !== 200) throw new Error(`the simulator answered ${response.status} to ${target}`);
  return Buffer.from(await response.arrayBuffer());
}

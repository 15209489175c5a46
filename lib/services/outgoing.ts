// One POST to an address that people chose: bounded in time and size, no redirects, and to public addresses over https
// only, unless the operator allows private ones. What the other side says is not shown: it may be anything.
import 'server-only';
import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, EnvHttpProxyAgent, fetch } from 'undici';
import { settings } from '@/lib/platform/env';
import { once } from '@/lib/platform/once';
import { type Reach, reachOf } from './outgoing-address';

const CALL_MS = 10_000;
const CONNECT_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024;
/** A connection for each message: one that was kept may be gone by the next, minutes or days later. */
const EACH_ANEW = { connections: 8, pipelining: 0 } as const;

/** Done, or in words what happened: for people, without the address. */
export type Posted = { ok: true } | { ok: false; words: string };

/** Known by its code: the class exists as often as this module is loaded, and agents are shared. */
const REFUSED = 'REFUSED_ADDRESS';
class RefusedAddress extends Error {
  readonly code = REFUSED;
}

const PRIVATE_WORDS = 'Its address is a private one, which is not allowed (NOTICE_ALLOW_PRIVATE).';
const NEVER_WORDS = 'Its address is none that notices are sent to.';
const PLAIN_WORDS = 'Plain http is for private addresses only.';

/** Sends `body`. Any answer of 200 to 299 counts as done. */
export async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  callMs = CALL_MS,
): Promise<Posted> {
  const refused = refusedByName(url);
  if (refused) return { ok: false, words: refused };
  const timeout = AbortSignal.timeout(callMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'User-Agent': 'EdgeKV-Token-Desk', 'Content-Type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: timeout,
      dispatcher: url.protocol === 'https:' ? secureAgent() : plainAgent(),
    });
    await skim(response.body);
    const { status } = response;
    if (status >= 200 && status < 300) return { ok: true };
    if (status >= 300 && status < 400)
      return { ok: false, words: `It answered ${status}: a redirect, which is not followed.` };
    return { ok: false, words: `It answered ${status}.` };
  } catch (error) {
    return { ok: false, words: timeout.aborted ? 'It did not answer in time.' : faultWords(error) };
  }
}

/** Why an address is refused by what stands in it alone; null when that cannot be told before it is resolved. */
export function refusedByName(url: URL): string | null {
  const { hostname } = url;
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return refusal(reachOf(hostname), url.protocol);
  // A proxy would take it for its own.
  if (/(^|\.)localhost\.?$/i.test(hostname)) return refusal('private', url.protocol);
  return null;
}

function refusal(reach: Reach, protocol: string): string | null {
  if (reach === 'never') return NEVER_WORDS;
  if (reach === 'private') return settings().noticeAllowPrivate ? null : PRIVATE_WORDS;
  return protocol === 'https:' ? null : PLAIN_WORDS;
}

/** Through a proxy where one is set: then the proxy is who resolves the name, and who says what may be reached. */
function secureAgent(): EnvHttpProxyAgent {
  return once('outgoing-secure', () => new EnvHttpProxyAgent({ connect: connector(), ...EACH_ANEW }));
}

/** Private addresses are never a proxy's. */
function plainAgent(): Agent {
  return once('outgoing-plain', () => new Agent({ connect: connector(), ...EACH_ANEW }));
}

/** Connects to addresses that are allowed only: looked at when the name is resolved, and again when it is connected. */
function connector(): buildConnector.connector {
  const connect = buildConnector({ timeout: CONNECT_MS, lookup: allowedOnly });
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (!socket) return callback(error ?? new Error('no socket'), null);
      const words = refusal(reachOf(socket.remoteAddress ?? ''), options.protocol);
      if (words === null) return callback(null, socket);
      socket.destroy();
      callback(new RefusedAddress(words), null);
    });
}

/** As the system's, but for addresses that are not allowed; the first of them is told when no other is left. */
const allowedOnly: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    // The protocol is looked at when it is connected.
    const refusals = addresses.map(({ address }) => refusal(reachOf(address), 'https:'));
    const allowed = addresses.filter((_, index) => refusals[index] === null);
    const [first] = allowed;
    if (!first) return callback(new RefusedAddress(refusals[0] ?? NEVER_WORDS), '', 0);
    if (options.all) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};

/** Reads what is left of an answer, so that the connection can be used again; a long one is cut off. */
async function skim(body: AsyncIterable<Uint8Array> | null): Promise<void> {
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > ANSWER_BYTES_MAX) return;
  }
}

/** What a failed connection means. `error` is not shown: it may hold the address. */
function faultWords(error: unknown): string {
  const causes: Error[] = [];
  for (let one = error; one instanceof Error && causes.length < 5; one = one.cause) causes.push(one);
  const refused = causes.find((one) => 'code' in one && one.code === REFUSED);
  if (refused) return refused.message;
  const code = causes.map((one) => ('code' in one ? String(one.code) : '')).find((one) => one !== '') ?? '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code))
    return `Its certificate was not accepted (${code}).`;
  return FAULTS[code] ?? 'The connection broke before an answer came.';
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Its name is not known.',
  EAI_AGAIN: 'Its name cannot be resolved now.',
  ECONNREFUSED: 'It refused the connection.',
  EHOSTUNREACH: 'It cannot be reached.',
  ENETUNREACH: 'It cannot be reached.',
  UND_ERR_CONNECT_TIMEOUT: 'It did not take the connection in time.',
};

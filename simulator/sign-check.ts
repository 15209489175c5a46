// EG1-HMAC-SHA256 as Akamai verifies it, written from the published algorithm and not with the library that signs.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type SimCredential = { host: string; clientToken: string; clientSecret: string; accessToken: string };

export type SignedRequest = {
  method: string;
  /** Path and query as received. */
  target: string;
  /** The Host header. */
  authority: string;
  authorization: string | undefined;
  body: Buffer;
};

export type Verdict = 'ok' | 'bad-timestamp' | 'bad-signature' | 'inactive-client' | 'malformed';

/** Only so much of a POST body is signed, bytes. */
const SIGNED_BODY_BYTES = 131_072;
const SKEW_MS = 30_000;

const HEADER =
  /^EG1-HMAC-SHA256 (client_token=([^;]+);access_token=([^;]+);timestamp=([^;]+);nonce=([^;]+);)signature=([A-Za-z0-9+/=]+)$/;

/** The client token that an Authorization header names; null when it cannot be read. */
export function clientTokenOf(authorization: string | undefined): string | null {
  return HEADER.exec(authorization ?? '')?.[2] ?? null;
}

/** A checker with a memory of nonces. `now` is the simulator's clock, which tests may set wrong. */
export function createSignCheck(
  credential: SimCredential,
  now: () => number,
): (request: SignedRequest) => Verdict {
  const seen = new Map<string, number>();
  return (request) => {
    const parts = HEADER.exec(request.authorization ?? '');
    const [, pairs, clientToken, accessToken, timestamp, nonce, signature] = parts ?? [];
    if (!pairs || !timestamp || !nonce || !signature) return 'malformed';
    if (clientToken !== credential.clientToken || accessToken !== credential.accessToken)
      return 'inactive-client';
    const signedAt = parseTimestamp(timestamp);
    if (signedAt === null || Math.abs(now() - signedAt) > SKEW_MS) return 'bad-timestamp';
    for (const [old, at] of seen) if (now() - at > 2 * SKEW_MS) seen.delete(old);
    if (seen.has(nonce)) return 'bad-signature';
    // Signed for the host of the credential (our product behind AKAMAI_ORIGIN), or for the address that was dialled (the CLI).
    const origins = [
      `https\t${credential.host}`,
      `https\t${request.authority}`,
      `http\t${request.authority}`,
    ];
    const matches = origins.some((origin) =>
      same(signature, sign(request, origin, `EG1-HMAC-SHA256 ${pairs}`, timestamp, credential.clientSecret)),
    );
    if (!matches) return 'bad-signature';
    seen.set(nonce, now());
    return 'ok';
  };
}

/** The signature of a request: HMAC over the TAB-joined data, with a key made of the timestamp. Base64. */
export function sign(
  request: Pick<SignedRequest, 'method' | 'target' | 'body'>,
  origin: string,
  authorization: string,
  timestamp: string,
  clientSecret: string,
): string {
  const key = hmac(clientSecret, timestamp);
  const data = [request.method, origin, request.target, '', contentHash(request), authorization].join('\t');
  return hmac(key, data);
}

function contentHash({ method, body }: Pick<SignedRequest, 'method' | 'body'>): string {
  if (method !== 'POST' || body.byteLength === 0) return '';
  return createHash('sha256').update(body.subarray(0, SIGNED_BODY_BYTES)).digest('base64');
}

function hmac(key: string, data: string): string {
  return createHmac('sha256', key).update(data).digest('base64');
}

function same(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.byteLength === second.byteLength && timingSafeEqual(first, second);
}

/** `yyyyMMddTHH:mm:ss+0000`, which is not RFC 3339. */
function parseTimestamp(text: string): number | null {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2}:\d{2}:\d{2})\+0000$/.exec(text);
  if (!parts) return null;
  const read = Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}Z`);
  return Number.isNaN(read) ? null : read;
}

// An identity provider that does everything right, but for the one fault that a test asks for. What it gets is kept.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';

export type Fault =
  | 'alg-none'
  | 'endless'
  | 'expired'
  | 'hs256-client-secret'
  | 'hs256-public-key'
  | 'iss-missing'
  | 'iss-other'
  | 'no-id-token'
  | 'down'
  | 'redirect'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'wrong-nonce'
  | 'no-nonce'
  | 'wrong-signature';

export type Person = {
  sub: string;
  email?: string;
  email_verified?: boolean;
  groups?: readonly string[];
};

export const CLIENT = { id: 'token-desk', secret: 'CANARY-SECRET-of-the-client' };
const KEY_ID = 'one';
const OTHER = 'https://other.example.com';

export type RogueProvider = {
  issuer: string;
  /** What is wrong from now on; null when nothing is. */
  fault: Fault | null;
  /** Who signs in. */
  person: Person;
  /** Every request of a token: what was asked for, and with which verifier. */
  exchanges: { challenge: string; verifier: string; answered: number }[];
  close: () => Promise<void>;
};

type Begun = { nonce: string; challenge: string; redirectUri: string };

/** Starts one on loopback. It signs `person` in at once, without a page. */
export async function startRogueProvider(): Promise<RogueProvider> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const stranger = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  const publicPem = await exportSPKI(pair.publicKey);
  const codes = new Map<string, Begun>();

  async function idToken({ nonce }: Begun): Promise<string> {
    const { fault, person } = provider;
    const seconds = Math.floor(Date.now() / 1000) - (fault === 'expired' ? 7_200 : 0);
    const claims = {
      ...person,
      ...(fault === 'no-nonce' ? {} : { nonce: fault === 'wrong-nonce' ? `${nonce}x` : nonce }),
      iss: fault === 'wrong-issuer' ? OTHER : provider.issuer,
      aud: fault === 'wrong-audience' ? 'another-client' : CLIENT.id,
      iat: seconds,
      exp: seconds + 300,
    };
    if (fault === 'alg-none') return new UnsecuredJWT(claims).encode();
    const isHmac = fault === 'hs256-client-secret' || fault === 'hs256-public-key';
    const token = new SignJWT(claims).setProtectedHeader({ alg: isHmac ? 'HS256' : 'RS256', kid: KEY_ID });
    if (isHmac)
      return token.sign(new TextEncoder().encode(fault === 'hs256-public-key' ? publicPem : CLIENT.secret));
    return token.sign(fault === 'wrong-signature' ? stranger.privateKey : pair.privateKey);
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const of = (name: string) => query.get(name) ?? '';
    const code = randomUUID();
    if (of('code_challenge_method') !== 'S256' || of('client_id') !== CLIENT.id) {
      response.writeHead(400).end();
      return;
    }
    codes.set(code, {
      nonce: of('nonce'),
      challenge: of('code_challenge'),
      redirectUri: of('redirect_uri'),
    });
    const back = new URL(of('redirect_uri'));
    back.searchParams.set('code', code);
    back.searchParams.set('state', of('state'));
    const iss = provider.fault === 'iss-other' ? OTHER : provider.issuer;
    if (provider.fault !== 'iss-missing') back.searchParams.set('iss', iss);
    response.writeHead(303, { Location: back.href }).end();
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = new URLSearchParams(await text(request));
    const code = body.get('code') ?? '';
    const begun = codes.get(code);
    // A code works once, and only with the verifier of who began.
    codes.delete(code);
    const verifier = body.get('code_verifier') ?? '';
    // Both halves come in the encoding of forms (RFC 6749, 2.3.1).
    const basic = atob(request.headers.authorization?.replace(/^Basic /, '') ?? '').split(':');
    const isRight =
      begun !== undefined &&
      basic.map(decodeURIComponent).join(':') === `${CLIENT.id}:${CLIENT.secret}` &&
      body.get('redirect_uri') === begun.redirectUri &&
      createHash('sha256').update(verifier).digest('base64url') === begun.challenge;
    provider.exchanges.push({
      challenge: begun?.challenge ?? '',
      verifier,
      answered: isRight ? 200 : 400,
    });
    if (!isRight) return json(response, 400, { error: 'invalid_grant' });
    if (provider.fault === 'redirect') {
      response.writeHead(302, { Location: `${provider.issuer}/jwks` }).end();
      return;
    }
    const padding = provider.fault === 'endless' ? { padding: 'x'.repeat(2 * 1024 * 1024) } : {};
    const id = provider.fault === 'no-id-token' ? {} : { id_token: await idToken(begun) };
    json(response, 200, { access_token: 'CANARY-TOKEN-access', token_type: 'Bearer', ...id, ...padding });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', provider.issuer);
    if (provider.fault === 'down') {
      response.writeHead(503).end();
      return;
    }
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, {
          issuer: provider.issuer,
          authorization_endpoint: `${provider.issuer}/authorize`,
          token_endpoint: `${provider.issuer}/token`,
          jwks_uri: `${provider.issuer}/jwks`,
          response_types_supported: ['code'],
          // It says itself that it would take them: we must not.
          id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
          authorization_response_iss_parameter_supported: true,
        });
      case '/jwks':
        return json(response, 200, { keys: [jwk] });
      case '/authorize':
        return authorize(url.searchParams, response);
      case '/token':
        return exchange(request, response);
      default:
        response.writeHead(404).end();
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  const provider: RogueProvider = {
    issuer: await listen(server),
    fault: null,
    person: { sub: 'nobody' },
    exchanges: [],
    close: () => end(server),
  };
  return provider;
}

type Server = ReturnType<typeof createServer>;

/** Listens on a free port of loopback; the answer is its address. */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
    });
  });
}

/** Ends a server and its open connections. */
export function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

// The talk with the identity provider. openid-client does the protocol: discovery, PKCE, state, nonce, issuer, audience,
// times and signature. Ours are the limits of each call, and what is read out of the claims.
import 'server-only';
import * as oidc from 'openid-client';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { z } from 'zod';
import type { SsoProblem } from '@/lib/domain/sso';
import { now } from '@/lib/platform/clock';
import { LOOPBACK, type SsoSettings, settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';

const CALL_SECONDS = 10;
const ANSWER_BYTES_MAX = 512 * 1024;
/** What the provider says of itself is asked again after that. */
const DISCOVERY_MS = 10 * 60_000;
const SCOPE = 'openid email profile';
/** Signatures with a key of the provider's own: never `none`, never one made with a secret that we know too. */
const SIGNATURES = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** A sign-in that begins: where to send the browser, and what to remember. */
export type SsoRequest = { url: string; state: string; nonce: string; verifier: string };
/** Who the provider says that it is. */
export type SsoIdentity = {
  issuer: string;
  subject: string;
  /** Lower case; null when there is none, or the provider does not say that it is verified. */
  verifiedEmail: string | null;
  groups: readonly string[];
  /** When they proved it to the provider; null when that was not asked (REAUTH_MINUTES). */
  signedInAt: Date | null;
};
type Failure = { ok: false; problem: SsoProblem; why: string };
type Answer<T> = { ok: true; value: T } | Failure;

/** The provider's page for a new sign-in; with `isAgain` it asks for the password in any case. Fails with `sso-unreachable` or `sso-not-accepted`. */
export function beginSso(sso: SsoSettings, isAgain: boolean): Promise<Answer<SsoRequest>> {
  return told(async () => {
    const config = await configuration(sso);
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri(),
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      // Only with it does the answer tell when that was; the browser could take `prompt` out of the address.
      ...(maxAge() === undefined ? {} : { max_age: String(maxAge()) }),
      ...(isAgain ? { prompt: 'login' } : {}),
    });
    return { url: url.href, state, nonce, verifier };
  });
}

/**
 * Exchanges the code in `query`, what the browser came back with, and checks everything. Fails with `sso-refused`,
 * `sso-not-accepted` or `sso-unreachable`, and why in words that hold nothing of what was sent.
 */
export function finishSso(
  sso: SsoSettings,
  query: URLSearchParams,
  { state, nonce, verifier }: Pick<SsoRequest, 'state' | 'nonce' | 'verifier'>,
): Promise<Answer<SsoIdentity>> {
  return told(async () => {
    const config = await configuration(sso);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(`${redirectUri()}?${query}`), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
      ...maxAgeCheck(),
    });
    const signed = claimsSchema.parse(tokens.claims());
    // Many providers keep the ID token small, and tell the rest when they are asked.
    const isWhole = signed.email !== undefined && signed[sso.groupsClaim] !== undefined;
    const asked =
      isWhole || !config.serverMetadata().userinfo_endpoint
        ? signed
        : claimsSchema.parse(await oidc.fetchUserInfo(config, tokens.access_token, signed.sub));
    return {
      issuer: config.serverMetadata().issuer,
      subject: signed.sub,
      // An address and whether it is verified belong together: both from the same answer.
      verifiedEmail: verifiedEmail(signed.email === undefined ? asked : signed),
      signedInAt: maxAge() === undefined ? null : readAuthTime(signed.auth_time),
      groups: groupsSchema.parse(signed[sso.groupsClaim] ?? asked[sso.groupsClaim] ?? []),
    };
  });
}

const claimsSchema = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.unknown().optional(),
  email_verified: z.unknown().optional(),
  auth_time: z.number().optional(),
});
const groupsSchema = z.union([z.string().transform((group) => [group]), z.array(z.string()).max(5_000)]);

/** Seconds since people proved to the provider who they are, at most; undefined when it does not matter. */
function maxAge(): number | undefined {
  const { reauthMinutes } = settings();
  return reauthMinutes > 0 ? reauthMinutes * 60 : undefined;
}

function maxAgeCheck(): { maxAge?: number } {
  const seconds = maxAge();
  return seconds === undefined ? {} : { maxAge: seconds };
}

/** Never later than now, whatever the provider's clock says. */
function readAuthTime(seconds: number | undefined): Date {
  // openid-client has refused an answer without it.
  return new Date(Math.min(now(), (seconds ?? 0) * 1000));
}

function verifiedEmail({ email, email_verified }: z.infer<typeof claimsSchema>): string | null {
  const parsed = z.email().max(254).safeParse(email);
  return parsed.success && email_verified === true ? parsed.data.toLowerCase() : null;
}

function redirectUri(): string {
  return `${settings().publicUrl}/api/sso/callback`;
}

/** One discovery for all who come at the same time; one that failed is not remembered. */
function configuration(sso: SsoSettings): Promise<oidc.Configuration> {
  const known = once('sso', () => ({ at: 0, config: null as Promise<oidc.Configuration> | null }));
  if (known.config && now() - known.at < DISCOVERY_MS) return known.config;
  const config = discover(sso);
  Object.assign(known, { at: now(), config });
  config.catch(() => {
    if (known.config === config) known.config = null;
  });
  return config;
}

async function discover(sso: SsoSettings): Promise<oidc.Configuration> {
  const issuer = new URL(sso.issuer);
  const insecure = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  const found = await oidc.discovery(issuer, sso.clientId, undefined, undefined, {
    [oidc.customFetch]: call,
    timeout: CALL_SECONDS,
    execute: insecure,
  });
  const { supportsPKCE: _, ...metadata } = found.serverMetadata();
  // openid-client lets some providers name another issuer than the one that was set. We do not: accounts hang on it.
  if (new URL(metadata.issuer).href !== issuer.href) throw new Error('the provider names another issuer');
  const told = metadata.id_token_signing_alg_values_supported ?? ['RS256'];
  const methods = metadata.token_endpoint_auth_methods_supported;
  const config = new oidc.Configuration(
    { ...metadata, id_token_signing_alg_values_supported: told.filter((one) => SIGNATURES.includes(one)) },
    sso.clientId,
    undefined,
    !methods || methods.includes('client_secret_basic')
      ? oidc.ClientSecretBasic(sso.clientSecret)
      : oidc.ClientSecretPost(sso.clientSecret),
  );
  config[oidc.customFetch] = call;
  config.timeout = CALL_SECONDS;
  // Without it the signature of an ID token that came over TLS would not be looked at.
  oidc.enableNonRepudiationChecks(config);
  for (const allow of insecure) allow(config);
  return config;
}

/** The provider gave no answer that can be used: it is down, slow, too long, or sends us elsewhere. */
class Unreachable extends Error {}

/** One call: bounded in time (by `signal`) and size, never redirected, through the proxy of the environment. */
const call: oidc.CustomFetch = async (url, { method, headers, body, signal }) => {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && !LOOPBACK.test(hostname))
    throw new Unreachable('plain http to another machine');
  const answer = await fetch(url, {
    method,
    headers,
    ...(body instanceof URLSearchParams || typeof body === 'string' ? { body: String(body) } : {}),
    redirect: 'manual',
    signal: signal ?? AbortSignal.timeout(CALL_SECONDS * 1000),
    dispatcher: dispatcher(),
  }).catch((error: unknown) => {
    throw new Unreachable('no connection, or no answer in time', { cause: error });
  });
  if (answer.status >= 500 || (answer.status >= 300 && answer.status < 400)) {
    await answer.body?.cancel();
    throw new Unreachable(`it answered ${answer.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > ANSWER_BYTES_MAX) throw new Unreachable(`it answered more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks, size), {
    status: answer.status,
    headers: [...answer.headers],
  });
};

function dispatcher(): EnvHttpProxyAgent {
  return once('sso dispatcher', () => new EnvHttpProxyAgent({ connect: { timeout: 5_000 }, connections: 8 }));
}

/** What `run` gives, or the failure in our codes. */
async function told<T>(run: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    const chain = causes(error);
    const why = [...chain.map(({ message }) => message), ...errorCode(error)].join(': ');
    const isUnreachable = chain.some((one) => one instanceof Unreachable || one.name === 'TimeoutError');
    const isRefusal = error instanceof oidc.AuthorizationResponseError;
    const problem = isUnreachable ? 'sso-unreachable' : isRefusal ? 'sso-refused' : 'sso-not-accepted';
    log().warn({ problem, why }, 'single sign-on failed');
    return { ok: false, problem, why };
  }
}

/** The provider's own word for its refusal, e.g. `invalid_client`, when it is no more than a word. */
function errorCode(error: unknown): string[] {
  const isAnswer =
    error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError;
  return isAnswer && /^[a-z_]{1,40}$/.test(error.error) ? [error.error] : [];
}

/** An error and the one that it wraps, no deeper: further down stand pieces of what was answered. */
function causes(error: unknown): Error[] {
  if (!(error instanceof Error)) return [new Error('unknown')];
  // zod's message quotes nothing but names; our own is enough.
  if (error instanceof z.ZodError) return [new Error('its claims are not as documented')];
  return error.cause instanceof Error ? [error, error.cause] : [error];
}

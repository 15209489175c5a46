// EdgeKV's token operations, one function each.

import { z } from 'zod';
import { NAME_PATTERN } from '@/lib/domain/permissions';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import type { KnownToken, TokenListing } from '@/lib/domain/token';
import type { TokenRequest } from '@/lib/domain/token-request';
import type { TokensFileEntry } from '@/lib/domain/tokens-file-entry';
import { type AkamaiClient, type Answered, badName, type CallOptions, type MayStill } from './client';
import { revokedSchema, tokenListSchema, tokenSchema, type WireToken } from './wire';

const TOKENS = '/edgekv/v1/tokens';
const ofAkamaiSchema = z.object({ errorCode: z.string().min(1) });

/** All tokens, without details. An empty account answers 404 "No tokens exist", or 200 with none: both are []. */
export function listTokens(
  client: AkamaiClient,
  options: CallOptions & { includeExpired: boolean },
): Promise<Result<readonly TokenListing[]>> {
  const { includeExpired, ...rest } = options;
  return client.call({
    ...rest,
    method: 'GET',
    path: includeExpired ? `${TOKENS}?includeExpired=true` : TOKENS,
    schema: tokenListSchema,
    size: 'list',
    // The 404 of some gateway, without Akamai's errorCode, is not an empty account.
    alsoAnswers: (status, json) =>
      status === 404 && ofAkamaiSchema.safeParse(json).success ? [] : undefined,
  });
}

/** One token with its details, never its value. Problems: `token-not-found`, `token-expired` (410), any of a call. */
export async function getToken(
  client: AkamaiClient,
  name: string,
  options: CallOptions = {},
): Promise<Result<KnownToken>> {
  const read = await readToken(client, name, options);
  return read.ok ? ok(read.value.token) : read;
}

/**
 * One token and what it contributes to a tokens file. The only function that yields a legacy token's value.
 * Problems: as `getToken`.
 */
export async function getTokensFileEntry(
  client: AkamaiClient,
  name: string,
  options: CallOptions = {},
): Promise<Result<{ token: KnownToken; entry: TokensFileEntry }>> {
  const read = await readToken(client, name, options);
  if (!read.ok) return read;
  const { token, value } = read.value;
  const namespaces = [...token.details.permissions.keys()];
  const entry = value === null ? { name, namespaces, reference: token.uuid } : { name, namespaces, value };
  return ok({ token, entry });
}

/**
 * Creates a token. Akamai answers 200, not 201. `restrictToEdgeWorkerIds` is left out for all EdgeWorkers and `expiry`
 * is never sent (OpenAPI). Problems: `token-name-taken` (409), any of a call; `mayHaveHappened` tells a lost answer.
 */
export async function createToken(
  client: AkamaiClient,
  request: TokenRequest,
  mayStill?: MayStill,
): Promise<Result<Answered<KnownToken>>> {
  const created = await client.change({
    method: 'POST',
    path: TOKENS,
    body: request,
    schema: tokenSchema,
    size: 'single',
    mayStill,
  });
  if (created.ok) return ok(ofAnswer(created.value));
  if (created.problem.code !== 'akamai-refused' || created.problem.upstream?.status !== 409) return created;
  return fail(
    'token-name-taken',
    409,
    `The name ${request.name} is taken.`,
    'Nothing was created. Choose another name, or refresh the token that has it.',
    { ...more(created.problem), fields: { name: ['This name is taken.'] } },
  );
}

/** Starts a refresh; the uuid stays, the activation is in progress again. Problems: as `getToken`. */
export async function refreshToken(
  client: AkamaiClient,
  name: string,
  mayStill?: MayStill,
  options: CallOptions = {},
): Promise<Result<Answered<KnownToken>>> {
  if (!NAME_PATTERN.test(name)) return badName('token');
  const path = `${tokenPath(name)}/refresh`;
  const refreshed = await client.change({
    ...options,
    method: 'POST',
    path,
    schema: tokenSchema,
    size: 'single',
    mayStill,
  });
  return refreshed.ok
    ? ok(ofAnswer(refreshed.value))
    : { ok: false, problem: ofToken(refreshed.problem, name) };
}

/** Revokes a token for ever. Problems: as `getToken`. */
export async function revokeToken(
  client: AkamaiClient,
  name: string,
  mayStill?: MayStill,
): Promise<Result<Answered<{ name: string }>>> {
  if (!NAME_PATTERN.test(name)) return badName('token');
  const revoked = await client.change({
    method: 'DELETE',
    path: tokenPath(name),
    schema: revokedSchema,
    size: 'single',
    mayStill,
  });
  if (!revoked.ok) return { ok: false, problem: ofToken(revoked.problem, name) };
  return ok({ value: { name }, requestId: revoked.value.requestId });
}

function ofAnswer({ value, requestId }: Answered<WireToken>): Answered<KnownToken> {
  return { value: value.token, requestId };
}

async function readToken(client: AkamaiClient, name: string, options: CallOptions) {
  if (!NAME_PATTERN.test(name)) return badName('token');
  const read = await client.call({
    ...options,
    method: 'GET',
    path: tokenPath(name),
    schema: tokenSchema,
    size: 'single',
  });
  return read.ok ? read : { ok: false as const, problem: ofToken(read.problem, name) };
}

function tokenPath(name: string): string {
  return `${TOKENS}/${encodeURIComponent(name)}`;
}

/** 404 and 410 in a token's own words; 410 means expired (its title says "Not Found": documented oddity). */
function ofToken(problem: Problem, name: string): Problem {
  // A status without Akamai's own words tells nothing about the token.
  if (problem.code === 'akamai-bad-response') return problem;
  if (problem.upstream?.status === 404) {
    const advice = 'It was revoked, or it never was. Look at the list of tokens.';
    return fail('token-not-found', 404, `There is no token ${name}.`, advice, more(problem)).problem;
  }
  if (problem.upstream?.status === 410) {
    const advice = 'It cannot be renewed, and Akamai tells no more about it. Create a successor.';
    return fail('token-expired', 410, `The token ${name} has expired.`, advice, more(problem)).problem;
  }
  return problem;
}

function more({ upstream }: Problem): Pick<Problem, 'upstream'> {
  return upstream ? { upstream } : {};
}

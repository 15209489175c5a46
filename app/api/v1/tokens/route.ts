// GET the tokens of an account; POST a new one.

import { tokenStatus } from '@/lib/domain/token';
import { tokenJson, usageJson } from '@/lib/domain/token-json';
import { tokenRequestSchema } from '@/lib/domain/token-request';
import { accountOrFirst } from '@/lib/services/accounts';
import { fieldsProblem, jsonResponse, problemResponse, readJson } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';
import { createToken } from '@/lib/services/token-changes';
import { listTokens } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';

export async function GET(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const query = new URL(request.url).searchParams;
  const account = await accountOrFirst(actor.value, query.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  const listed = await listTokens(actor.value, account.value);
  if (!listed.ok) return problemResponse(listed.problem, request);
  const usage = await readUsage(actor.value, account.value);
  if (!usage.ok) return problemResponse(usage.problem, request);
  const { usages } = usage.value;
  const day = today();
  const shown = listed.value.tokens.filter(
    (token) => query.get('includeExpired') === 'true' || tokenStatus(token, day) !== 'expired',
  );
  return jsonResponse({
    account: account.value,
    asOf: new Date(listed.value.readAt).toISOString(),
    detailsPending: listed.value.pending.size,
    tokens: shown.map((token) => ({ ...tokenJson(token, day), usage: usageJson(usages.get(token.uuid)) })),
  });
}

export async function POST(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const account = await accountOrFirst(actor.value, new URL(request.url).searchParams.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  const body = await readJson(request);
  if (!body.ok) return problemResponse(body.problem, request);
  const parsed = tokenRequestSchema.safeParse(body.value);
  if (!parsed.success) return problemResponse(fieldsProblem(parsed.error), request);
  const attempt = request.headers.get('idempotency-key') ?? crypto.randomUUID();
  const created = await createToken(actor.value, account.value, parsed.data, attempt);
  if (!created.ok) return problemResponse(created.problem, request);
  const { name, granted } = created.value;
  // What could not be read back is null, not guessed.
  const answer = granted
    ? { ...tokenJson(granted.token, today()), differences: granted.differences }
    : { name, differences: null };
  return jsonResponse(answer, 201);
}

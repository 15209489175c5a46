// GET one token; DELETE revokes it.

import { tokenJson, usageJson } from '@/lib/domain/token-json';
import { accountOrFirst } from '@/lib/services/accounts';
import { jsonResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';
import { revokeToken } from '@/lib/services/token-changes';
import { readToken } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';

type Context = { params: Promise<{ name: string }> };

export async function GET(request: Request, { params }: Context): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const account = await accountOrFirst(actor.value, new URL(request.url).searchParams.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  const read = await readToken(actor.value, account.value, (await params).name);
  if (!read.ok) return problemResponse(read.problem, request);
  // An expired token is told as the list has it; anything else that is old is no answer for a pipeline.
  if (read.value.problem && read.value.problem.code !== 'token-expired')
    return problemResponse(read.value.problem, request);
  const usage = await readUsage(actor.value, account.value);
  if (!usage.ok) return problemResponse(usage.problem, request);
  const { token } = read.value;
  return jsonResponse({
    ...tokenJson(token, today()),
    usage: usageJson(usage.value.usages.get(token.uuid)),
  });
}

export async function DELETE(request: Request, { params }: Context): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const account = await accountOrFirst(actor.value, new URL(request.url).searchParams.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  const confirm = new URL(request.url).searchParams.get('confirm');
  const attempt = request.headers.get('idempotency-key') ?? crypto.randomUUID();
  const revoked = await revokeToken(actor.value, account.value, (await params).name, attempt, confirm);
  return revoked.ok ? jsonResponse(revoked.value) : problemResponse(revoked.problem, request);
}

// GET one token; DELETE revokes it.

import { tokenJson } from '@/lib/domain/token-json';
import { accountOrFirst } from '@/lib/services/accounts';
import { jsonResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';
import { revokeToken } from '@/lib/services/token-changes';
import { readToken } from '@/lib/services/tokens';

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
  return jsonResponse(tokenJson(read.value.token, today()));
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

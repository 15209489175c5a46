// POST starts a refresh of one token.

import { tokenJson } from '@/lib/domain/token-json';
import { accountOrFirst } from '@/lib/services/accounts';
import { jsonResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';
import { refreshToken } from '@/lib/services/token-changes';

export async function POST(
  request: Request,
  { params }: { params: Promise<{ name: string }> },
): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const account = await accountOrFirst(actor.value, new URL(request.url).searchParams.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  const attempt = request.headers.get('idempotency-key') ?? crypto.randomUUID();
  const { name } = await params;
  const refreshed = await refreshToken(actor.value, account.value, name, attempt);
  if (!refreshed.ok) return problemResponse(refreshed.problem, request);
  return jsonResponse(refreshed.value ? tokenJson(refreshed.value, today()) : { name });
}

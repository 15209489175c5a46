// GET which live EdgeWorkers versions use which token of an account.
import { indexJson, scanJson, time } from '@/lib/domain/usage-json';
import { accountOrFirst } from '@/lib/services/accounts';
import { jsonResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { listTokens } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';

export async function GET(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const account = await accountOrFirst(actor.value, new URL(request.url).searchParams.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  const usage = await readUsage(actor.value, account.value);
  if (!usage.ok) return problemResponse(usage.problem, request);
  const listed = await listTokens(actor.value, account.value);
  if (!listed.ok) return problemResponse(listed.problem, request);
  const { scan, asOf, index } = usage.value;
  return jsonResponse({
    account: account.value,
    scan: scan && scanJson(scan),
    asOf: time(asOf),
    ...indexJson(index, listed.value.tokens),
  });
}

// GET what is due in an account, for machines: the same rows and filters as the Due page.
import { accountOrFirst } from '@/lib/services/accounts';
import { problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { dueAnswer } from './due-answer';

export async function GET(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const account = await accountOrFirst(actor.value, new URL(request.url).searchParams.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  return dueAnswer(actor.value, account.value, request, 'json');
}

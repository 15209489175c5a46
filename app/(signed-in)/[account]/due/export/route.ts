// GET what is due as CSV or JSON: of what the filters leave, in the order of the page.
import { dueAnswer } from '@/app/api/v1/due/due-answer';
import { problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';

export async function GET(
  request: Request,
  { params }: { params: Promise<{ account: string }> },
): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  // A route gets its parameters decoded; only pages decode their own.
  const { account } = await params;
  const format = new URL(request.url).searchParams.get('format') === 'json' ? 'json-file' : 'csv-file';
  return dueAnswer(actor.value, account, request, format);
}

// GET /feeds/SECRET.ics: a calendar of what is due, for whoever has the address.
import { readFeed } from '@/lib/services/calendar-feeds';
import { problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';

export async function GET(
  request: Request,
  { params }: { params: Promise<{ secret: string }> },
): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const { secret } = await params;
  const calendar = await readFeed(actor.value, secret.replace(/\.ics$/, ''));
  if (!calendar.ok) return problemResponse(calendar.problem, request);
  return new Response(calendar.value, {
    headers: {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'inline; filename="token-desk.ics"',
      'Cache-Control': 'private, no-cache',
    },
  });
}

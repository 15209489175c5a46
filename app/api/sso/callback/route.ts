// GET: the browser comes back from the identity provider.

import { nextPath } from '@/app/(signed-out)/next-path';
import { problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { endSso } from '@/lib/services/sso';
import { goTo, noBindingCookie, readBinding } from '../cookie';

export async function GET(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const query = new URL(request.url).searchParams;
  const ended = await endSso(actor.value, query, readBinding(request.headers), request.headers);
  if (!ended.ok) return problemResponse(ended.problem, request);
  const to = ended.value.ok ? nextPath(ended.value.next) : `/sign-in?problem=${ended.value.problem}`;
  return goTo(to, noBindingCookie());
}

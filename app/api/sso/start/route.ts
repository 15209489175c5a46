// GET: begins a sign-in at the identity provider. A link and not a form: the CSP keeps forms on this site.

import { nextPath } from '@/app/(signed-out)/next-path';
import { problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { startSso } from '@/lib/services/sso';
import { bindingCookie, goTo } from '../cookie';

export async function GET(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const query = new URL(request.url).searchParams;
  const next = nextPath(query.get('next') ?? '/');
  // Another site may lead people to our door, but not through it.
  if (!['same-origin', 'none', null].includes(request.headers.get('sec-fetch-site')))
    return goTo(`/sign-in?next=${encodeURIComponent(next)}`);
  const started = await startSso(actor.value, next, query.get('again') === '1');
  if (!started.ok) return problemResponse(started.problem, request);
  if ('problem' in started.value)
    return goTo(`/sign-in?problem=${started.value.problem}&next=${encodeURIComponent(next)}`);
  return goTo(started.value.url, bindingCookie(started.value.binding));
}

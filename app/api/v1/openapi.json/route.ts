// GET the description of this API.
import { readApiDocument } from '@/lib/services/openapi';
import { jsonResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';

export async function GET(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const document = await readApiDocument(actor.value);
  return document.ok ? jsonResponse(document.value) : problemResponse(document.problem, request);
}

// GET: figures for Prometheus, with a key.
import { readMetrics } from '@/lib/services/metrics';
import { problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';

export async function GET(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const read = await readMetrics(actor.value);
  if (!read.ok) return problemResponse(read.problem, request);
  const headers = { 'Content-Type': read.value.contentType, 'Cache-Control': 'no-store' };
  return new Response(read.value.text, { headers });
}

// GET: the server can work, or 503 with the reasons. `degraded` can be looked at, but changes nothing.
import { readiness } from '@/lib/services/health';
import { personOf } from '@/lib/services/session';

export async function GET(request: Request): Promise<Response> {
  const { ready, reasons } = await readiness(await personOf(request.headers));
  const headers = { 'Cache-Control': 'no-store' };
  const isReadable = reasons.every((one) => one === 'audit' || one === 'disk');
  const status = ready ? 'ready' : isReadable ? 'degraded' : 'not-ready';
  return Response.json({ status, reasons }, { status: ready ? 200 : 503, headers });
}

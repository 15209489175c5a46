// GET: the server can work, or 503 with the reasons.
import { readiness } from '@/lib/services/health';
import { currentActor } from '@/lib/services/session';

export async function GET(): Promise<Response> {
  const { ready, reasons } = await readiness(await currentActor());
  const headers = { 'Cache-Control': 'no-store' };
  return Response.json(
    { status: ready ? 'ready' : 'not-ready', reasons },
    { status: ready ? 200 : 503, headers },
  );
}

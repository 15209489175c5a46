// POST a bundle; the answer tells what it holds and which tokens it uses.
import { inspectBundle } from '@/lib/services/bundles';
import { problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { BUNDLE_BYTES_MAX, readUpload } from '@/lib/services/upload';

export async function POST(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const upload = await readUpload(request, 'bundle', BUNDLE_BYTES_MAX);
  if (!upload.ok) return problemResponse(upload.problem, request);
  const report = await inspectBundle(actor.value, upload.value.bytes);
  return report.ok ? Response.json(report.value) : problemResponse(report.problem, request);
}

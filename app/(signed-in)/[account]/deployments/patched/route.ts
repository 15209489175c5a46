// POST the form of a preview; the answer is the bundle of the live version that its button names, with the token in it.
import { parseBase, versionField } from '@/lib/domain/deployment';
import { fail, type Result } from '@/lib/domain/problem';
import { tgzName } from '@/lib/services/bundle-batch';
import type { PatchResult } from '@/lib/services/bundles';
import { patchLiveVersion } from '@/lib/services/deployment-preview';
import { fileResponse, problemResponse } from '@/lib/services/respond';
import { type Actor, requestActor } from '@/lib/services/session';
import { NO_FILE, withUpload } from '@/lib/services/upload';

export async function POST(
  request: Request,
  { params }: { params: Promise<{ account: string }> },
): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const { account } = await params;
  const patched = await withUpload(request, 'file', NO_FILE, ({ fields }) =>
    patchNamed(actor.value, account, fields),
  );
  if (!patched.ok) return problemResponse(patched.problem, request);
  const { bytes, name, sha256After } = patched.value;
  return fileResponse(bytes, tgzName(name), 'application/gzip', { sha256: sha256After });
}

async function patchNamed(
  actor: Actor,
  account: string,
  fields: URLSearchParams,
): Promise<Result<PatchResult>> {
  const base = parseBase(fields.get('download') ?? '');
  if (!base)
    return fail('bad-request', 400, 'The form names no live version.', 'Nothing was patched. Load it again.');
  const version = fields.get(versionField(base.edgeWorker, base.base))?.trim() ?? '';
  const exchange = { token: fields.get('token') ?? '', replaces: fields.get('replaces') || null };
  return patchLiveVersion(actor, account, exchange, { ...base, version });
}

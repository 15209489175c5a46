// POST a bundle; the answer is the bundle with the tokens in its edgekv_tokens.js, complete and with its digest. A form
// with several bundles is answered with one .zip.
import { ok, type Result } from '@/lib/domain/problem';
import { accountOrFirst } from '@/lib/services/accounts';
import { tgzName } from '@/lib/services/bundle-batch';
import { type BundleUpload, patchBundle, patchBundles } from '@/lib/services/bundles';
import { fileResponse, problemResponse } from '@/lib/services/respond';
import { type Actor, requestActor } from '@/lib/services/session';
import { SEVERAL_BUNDLES, type Upload, withUpload } from '@/lib/services/upload';
import { readPatchParameters } from '../patch-parameters';

export async function POST(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const answer = await withUpload(request, 'bundle', SEVERAL_BUNDLES, (upload) =>
    patchUpload(actor.value, request, upload),
  );
  return answer.ok ? answer.value : problemResponse(answer.problem, request);
}

async function patchUpload(
  actor: Actor,
  request: Request,
  { files, fields }: Upload,
): Promise<Result<Response>> {
  const parameters = readPatchParameters(request, fields);
  if (!parameters.ok) return parameters;
  const { tokens, of } = parameters.value;
  const account = await accountOrFirst(actor, parameters.value.account);
  if (!account.ok) return account;
  const given = new URL(request.url).searchParams.get('name');
  const uploads = files.map(
    ({ bytes, name }, index): BundleUpload => ({ name: name ?? given ?? 'bundle.tgz', bytes, ...of(index) }),
  );
  const [only, second] = uploads;
  if (!only || second) {
    const batch = await patchBundles(actor, account.value, tokens, uploads);
    return batch.ok ? ok(fileResponse(batch.value.zip, 'bundles.zip', 'application/zip')) : batch;
  }
  const patched = await patchBundle(actor, account.value, tokens, only);
  if (!patched.ok) return patched;
  const { bytes, name, sha256After, changes, file } = patched.value;
  const headers = {
    'Bundle-Changes': changesHeader(changes),
    'Bundle-Bytes': String(bytes.byteLength),
    'Bundle-Tokens-File': encodeURI(file),
  };
  return ok(fileResponse(bytes, tgzName(name), 'application/gzip', { sha256: sha256After, headers }));
}

/** What changed as one ASCII header line, e.g. `add namespace-cart; replace namespace-promo`. */
function changesHeader(changes: readonly { kind: string; key: string }[]): string {
  const line = changes.map(({ kind, key }) => `${kind} ${encodeURIComponent(key)}`).join('; ');
  return line.slice(0, 4_000) || 'none';
}

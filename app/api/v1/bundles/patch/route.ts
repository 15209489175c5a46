// POST a bundle; the answer is the bundle with the tokens in its edgekv_tokens.js, complete and with its digest.
import { accountOrFirst } from '@/lib/services/accounts';
import { patchBundle } from '@/lib/services/bundles';
import { fileResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { BUNDLE_BYTES_MAX, readUpload } from '@/lib/services/upload';

export async function POST(request: Request): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const upload = await readUpload(request, 'bundle', BUNDLE_BYTES_MAX);
  if (!upload.ok) return problemResponse(upload.problem, request);
  const query = new URL(request.url).searchParams;
  const { bytes, fileName, fields } = upload.value;
  const account = await accountOrFirst(actor.value, query.get('account') ?? fields.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  const patched = await patchBundle(actor.value, account.value, bytes, {
    tokens: [...query.getAll('token'), ...fields.getAll('token')],
    overwrite: (query.get('overwrite') ?? fields.get('overwrite')) === 'true',
  });
  if (!patched.ok) return problemResponse(patched.problem, request);
  const name = fileName ?? query.get('name') ?? 'bundle.tgz';
  return fileResponse(
    patched.value.bytes,
    name.replace(/(\.tar\.gz|\.tgz|\.tar)?$/i, '.tgz'),
    'application/gzip',
    {
      'Bundle-Changes': changesHeader(patched.value.changes),
      'Bundle-Bytes': String(patched.value.bytes.byteLength),
    },
  );
}

/** What changed as one ASCII header line, e.g. `add namespace-cart; replace namespace-promo`. */
function changesHeader(changes: readonly { kind: string; key: string }[]): string {
  const line = changes.map(({ kind, key }) => `${kind} ${encodeURIComponent(key)}`).join('; ');
  return line.slice(0, 4_000) || 'none';
}

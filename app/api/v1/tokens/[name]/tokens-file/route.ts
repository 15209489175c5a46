// POST an edgekv_tokens.js, or nothing; the answer is the file with the token in it (the CLI's --save_path DIR).
import { decodeText } from '@/lib/domain/bundle-text';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { accountOrFirst } from '@/lib/services/accounts';
import { writeTokensFile } from '@/lib/services/bundles';
import { fileResponse, problemResponse } from '@/lib/services/respond';
import { type Actor, requestActor } from '@/lib/services/session';
import { ONE_TOKENS_FILE, type Upload, withUpload } from '@/lib/services/upload';

export async function POST(
  request: Request,
  { params }: { params: Promise<{ name: string }> },
): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const { name } = await params;
  const written = await withUpload(request, 'file', ONE_TOKENS_FILE, (upload) =>
    write(actor.value, request, name, upload),
  );
  if (!written.ok) return problemResponse(written.problem, request);
  const bytes = new TextEncoder().encode(written.value);
  return fileResponse(bytes, 'edgekv_tokens.js', 'text/javascript; charset=utf-8');
}

async function write(
  actor: Actor,
  request: Request,
  token: string,
  { files, fields }: Upload,
): Promise<Result<string>> {
  const query = new URL(request.url).searchParams;
  const account = await accountOrFirst(actor, query.get('account'));
  if (!account.ok) return account;
  const bytes = files[0]?.bytes ?? new Uint8Array();
  const existing = bytes.byteLength === 0 ? null : decodeText(bytes);
  if (bytes.byteLength > 0 && existing === null)
    return fail('tokens-file-unreadable', 422, 'The tokens file is not UTF-8 text.', 'Nothing was changed.');
  const overwrite = (query.get('overwrite') ?? fields.get('overwrite')) === 'true';
  const written = await writeTokensFile(actor, account.value, existing, { tokens: [token], overwrite });
  return written.ok ? ok(written.value.text) : written;
}

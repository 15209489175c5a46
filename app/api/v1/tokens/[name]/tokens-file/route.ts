// POST an edgekv_tokens.js, or nothing; the answer is the file with the token in it (the CLI's --save_path DIR).

import { fail } from '@/lib/domain/problem';
import { accountOrFirst } from '@/lib/services/accounts';
import { writeTokensFile } from '@/lib/services/bundles';
import { fileResponse, problemResponse } from '@/lib/services/respond';
import { requestActor } from '@/lib/services/session';
import { readUpload, TOKENS_FILE_BYTES_MAX } from '@/lib/services/upload';

export async function POST(
  request: Request,
  { params }: { params: Promise<{ name: string }> },
): Promise<Response> {
  const actor = await requestActor(request);
  if (!actor.ok) return problemResponse(actor.problem, request);
  const upload = await readUpload(request, 'file', TOKENS_FILE_BYTES_MAX);
  if (!upload.ok) return problemResponse(upload.problem, request);
  const query = new URL(request.url).searchParams;
  const account = await accountOrFirst(actor.value, query.get('account'));
  if (!account.ok) return problemResponse(account.problem, request);
  const { bytes, fields } = upload.value;
  const existing = bytes.byteLength === 0 ? null : decode(bytes);
  if (existing === undefined) {
    const { problem } = fail(
      'tokens-file-unreadable',
      422,
      'The tokens file is not UTF-8 text.',
      'Nothing was changed.',
    );
    return problemResponse(problem, request);
  }
  const overwrite = (query.get('overwrite') ?? fields.get('overwrite')) === 'true';
  const tokens = [(await params).name];
  const written = await writeTokensFile(actor.value, account.value, existing, { tokens, overwrite });
  if (!written.ok) return problemResponse(written.problem, request);
  return fileResponse(
    new TextEncoder().encode(written.value.text),
    'edgekv_tokens.js',
    'text/javascript; charset=utf-8',
  );
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

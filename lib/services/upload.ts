// Reading what somebody uploads: a raw body or a multipart field, never more than the limit, never longer than allowed.
import 'server-only';
import { fail, ok, type Result } from '@/lib/domain/problem';

/** The largest bundle that is taken, bytes. Akamai's own limit for a bundle is 1 MB, so this is ample. */
export const BUNDLE_BYTES_MAX = 8 * 1024 * 1024;
/** The largest edgekv_tokens.js that is taken, bytes. */
export const TOKENS_FILE_BYTES_MAX = 256 * 1024;
/** A body must be there within this time, milliseconds. */
const BODY_MS_MAX = 30_000;
/** What a multipart form may hold beside the file, bytes. */
const FORM_BYTES_MAX = 64 * 1024;

export type Upload = { bytes: Uint8Array; fileName: string | null; fields: URLSearchParams };

/**
 * The uploaded file. A multipart body gives the file of field `field` and the other fields as `fields`; any other body
 * is the file itself. Problems: `too-large` (413), `bad-request` (400) for a cut, slow or malformed body.
 */
export async function readUpload(request: Request, field: string, bytesMax: number): Promise<Result<Upload>> {
  const type = request.headers.get('content-type') ?? '';
  const isForm = type.toLowerCase().startsWith('multipart/form-data');
  const body = await readBody(request, isForm ? bytesMax + FORM_BYTES_MAX : bytesMax);
  if (!body.ok) return body;
  if (!isForm) return ok({ bytes: body.value, fileName: null, fields: new URLSearchParams() });
  const form = await parseForm(body.value, type);
  if (!form) {
    return fail(
      'bad-request',
      400,
      'The form could not be read.',
      'Nothing was changed. Send the file again.',
    );
  }
  const file = form.get(field);
  if (!(file instanceof File)) {
    const words = `The form has no file in the field "${field}".`;
    return fail('bad-request', 400, words, 'Nothing was changed. Choose a file.', {
      fields: { [field]: [words] },
    });
  }
  if (file.size > bytesMax) return tooLarge(bytesMax);
  const fields = new URLSearchParams();
  for (const [name, value] of form) if (typeof value === 'string') fields.append(name, value);
  return ok({ bytes: new Uint8Array(await file.arrayBuffer()), fileName: file.name || null, fields });
}

async function parseForm(bytes: Uint8Array, type: string): Promise<FormData | null> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch {
    // undici throws a TypeError for every malformed form; which one does not matter to the sender.
    return null;
  }
}

async function readBody(request: Request, bytesMax: number): Promise<Result<Uint8Array>> {
  const announced = Number(request.headers.get('content-length') ?? '0');
  if (announced > bytesMax) return tooLarge(bytesMax);
  if (!request.body) return ok(new Uint8Array());
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    void reader.cancel('too slow');
  }, BODY_MS_MAX);
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.byteLength;
      if (size > bytesMax) {
        await reader.cancel('too large');
        return tooLarge(bytesMax);
      }
      chunks.push(part.value);
    }
  } catch {
    return incomplete();
  } finally {
    clearTimeout(timer);
  }
  if (timedOut || (announced > 0 && size !== announced)) return incomplete();
  return ok(Buffer.concat(chunks, size));
}

function tooLarge(bytesMax: number) {
  const limit = bytesMax >= 1024 * 1024 ? `${bytesMax / 1024 / 1024} MiB` : `${bytesMax / 1024} KiB`;
  return fail('too-large', 413, 'The file is too large.', `Nothing was changed. At most ${limit} are taken.`);
}

function incomplete() {
  return fail('bad-request', 400, 'The file did not arrive whole.', 'Nothing was changed. Send it again.');
}

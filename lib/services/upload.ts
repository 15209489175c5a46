// Reading what somebody uploads: a raw body or a multipart form, never more than the limit, never longer than allowed,
// and never more at once than the server has room for.
import 'server-only';
import {
  getMultipartBoundary,
  MaxFileSizeExceededError,
  MultipartParseError,
  parseMultipart,
} from '@remix-run/multipart-parser';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { once } from '@/lib/platform/once';

/** The largest bundle that is taken, bytes. Akamai's own limit for a bundle is 1 MB, so this is ample. */
export const BUNDLE_BYTES_MAX = 8 * 1024 * 1024;
/** The most bundles in one form, and their bytes together. */
export const BUNDLES_AT_ONCE_MAX = 50;
const BUNDLES_BYTES_MAX = 40 * 1024 * 1024;
/** The largest edgekv_tokens.js that is taken, bytes. */
const TOKENS_FILE_BYTES_MAX = 256 * 1024;
/** A body must be there within this time, milliseconds. */
const BODY_MS_MAX = 30_000;
/** What a multipart form may hold beside its files, bytes. */
const FORM_BYTES_MAX = 128 * 1024;
const FORM_FIELDS_MAX = 200;
/** Uploaded bytes of all requests together. What comes beyond is told to come back. */
const HELD_BYTES_MAX = 96 * 1024 * 1024;

export type UploadLimits = {
  fileBytesMax: number;
  filesMax: number;
  totalBytesMax: number;
  /** Whether a form without a chosen file is right too. */
  mayBeEmpty?: boolean;
};
export const ONE_BUNDLE: UploadLimits = {
  fileBytesMax: BUNDLE_BYTES_MAX,
  filesMax: 1,
  totalBytesMax: BUNDLE_BYTES_MAX,
};
export const SEVERAL_BUNDLES: UploadLimits = {
  fileBytesMax: BUNDLE_BYTES_MAX,
  filesMax: BUNDLES_AT_ONCE_MAX,
  totalBytesMax: BUNDLES_BYTES_MAX,
};
export const ONE_TOKENS_FILE: UploadLimits = {
  fileBytesMax: TOKENS_FILE_BYTES_MAX,
  filesMax: 1,
  totalBytesMax: TOKENS_FILE_BYTES_MAX,
  mayBeEmpty: true,
};
/** A form of texts alone; each of them counts as a file would. */
export const NO_FILE: UploadLimits = {
  fileBytesMax: 64 * 1024,
  filesMax: 0,
  totalBytesMax: 0,
  mayBeEmpty: true,
};

export type UploadedFile = { bytes: Uint8Array; name: string | null };
/** A form's files and other fields; a raw body is one file without a name. */
export type Upload = { files: readonly UploadedFile[]; fields: URLSearchParams };

/**
 * Reads the upload and hands it to `use`; what it held is free again when that is over. A multipart body gives the files
 * of field `field`; any other body is the file itself. Problems: `too-large` (413), `bad-request` (400) for a cut, slow
 * or malformed body, `busy` (503) when too much is uploaded at once, and those of `use`.
 */
export async function withUpload<T>(
  request: Request,
  field: string,
  limits: UploadLimits,
  use: (upload: Upload) => Promise<Result<T>>,
): Promise<Result<T>> {
  const held = holding();
  try {
    const upload = await readUpload(request, field, limits, held);
    return upload.ok ? await use(upload.value) : upload;
  } finally {
    held.release();
  }
}

type Holding = { take: (bytes: number) => boolean; release: () => void };

/** A share of the room for uploads. */
function holding(): Holding {
  const room = once('upload-room', () => ({ held: 0 }));
  let own = 0;
  return {
    take: (bytes) => {
      if (room.held + bytes > HELD_BYTES_MAX) return false;
      room.held += bytes;
      own += bytes;
      return true;
    },
    release: () => {
      room.held -= own;
      own = 0;
    },
  };
}

async function readUpload(
  request: Request,
  field: string,
  { fileBytesMax, filesMax, totalBytesMax, mayBeEmpty = false }: UploadLimits,
  held: Holding,
): Promise<Result<Upload>> {
  const type = request.headers.get('content-type') ?? '';
  const isForm = type.toLowerCase().startsWith('multipart/form-data');
  const bytesMax = isForm ? totalBytesMax + FORM_BYTES_MAX : fileBytesMax;
  const body = await readBody(request, bytesMax, isForm ? totalBytesMax : fileBytesMax, held);
  if (!body.ok) return body;
  if (!isForm) return ok({ files: [{ bytes: body.value, name: null }], fields: new URLSearchParams() });
  const form = parseForm(body.value, type, { fileBytesMax, filesMax });
  if (!form.ok) return form;
  const { files, fields } = form.value;
  // A form that was sent without a choice holds one file without a name and content.
  const chosen = files.filter(
    (file) => file.field === field && (file.bytes.byteLength > 0 || file.name !== null),
  );
  if (chosen.length === 0 && !mayBeEmpty) {
    const words = `The form has no file in the field "${field}".`;
    return fail('bad-request', 400, words, 'Nothing was changed. Choose a file.', {
      fields: { [field]: [words] },
    });
  }
  if (chosen.length > filesMax) {
    const words =
      filesMax === 1 ? 'One file is taken at a time.' : `At most ${filesMax} files are taken at once.`;
    return fail('bad-request', 400, words, 'Nothing was changed. Send fewer.', {
      fields: { [field]: [words] },
    });
  }
  return ok({ files: chosen.map(({ bytes, name }) => ({ bytes, name })), fields });
}

type Form = { files: (UploadedFile & { field: string })[]; fields: URLSearchParams };

/** The parts of a form. The files are views of the body: a batch is too large to be copied once more. */
function parseForm(
  body: Uint8Array,
  type: string,
  { fileBytesMax, filesMax }: Pick<UploadLimits, 'fileBytesMax' | 'filesMax'>,
): Result<Form> {
  const boundary = getMultipartBoundary(type);
  if (!boundary) return badForm();
  const form: Form = { files: [], fields: new URLSearchParams() };
  try {
    // All limits are set, as its own are other ones.
    const maxParts = filesMax + FORM_FIELDS_MAX;
    const limits = { boundary, maxFileSize: fileBytesMax, maxParts, maxTotalSize: body.byteLength };
    for (const part of parseMultipart(body, limits)) {
      const { name: field } = part;
      if (field === undefined) return badForm();
      const [only, second] = part.content;
      const bytes = only && !second ? only : part.bytes;
      if (part.isFile) form.files.push({ field, bytes, name: part.filename || null });
      else form.fields.append(field, part.text);
    }
    return ok(form);
  } catch (error) {
    if (error instanceof MaxFileSizeExceededError) return tooLarge(fileBytesMax);
    // A TypeError is a field or name that is not UTF-8.
    if (error instanceof MultipartParseError || error instanceof TypeError) return badForm();
    throw error;
  }
}

function badForm() {
  return fail('bad-request', 400, 'The form could not be read.', 'Nothing was changed. Send the file again.');
}

async function readBody(
  request: Request,
  bytesMax: number,
  toldMax: number,
  held: Holding,
): Promise<Result<Uint8Array>> {
  const announced = Number(request.headers.get('content-length') ?? '0');
  if (announced > bytesMax) return tooLarge(toldMax);
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
        return tooLarge(toldMax);
      }
      if (!held.take(part.value.byteLength)) {
        await reader.cancel('too busy');
        return tooBusy();
      }
      chunks.push(part.value);
    }
  } catch {
    // The sender went away, or the connection did: which one does not matter to anybody any more.
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

function tooBusy() {
  return fail(
    'busy',
    503,
    'Too many files are being uploaded.',
    'Nothing was changed. Send the file again in a few seconds.',
    { retryAfterSeconds: 5 },
  );
}

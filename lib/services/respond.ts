// Answers of route handlers: a Problem as application/problem+json (or a plain page for a browser), a file, JSON in.
import 'server-only';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { log } from '@/lib/platform/log';
import { contentDisposition } from './file-names';

const NO_STORE = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
const JSON_BYTES_MAX = 64 * 1024;

/** One line in the log for a request that was refused; with the log's own fields it says whose, and from where. */
export function logRefusal({ code, status }: Problem): void {
  log()[status >= 500 ? 'warn' : 'info']({ code, status }, 'refused');
}

/** A Problem as an answer. A browser that posted a plain form gets a page with the same words. */
export function problemResponse(problem: Problem, request?: Request): Response {
  const { status, title, detail, code, fields, upstream, retryAfterSeconds } = problem;
  logRefusal(problem);
  const headers = {
    ...NO_STORE,
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="EdgeKV Token Desk"' } : {}),
  };
  if (request?.headers.get('accept')?.includes('text/html')) {
    const type = 'text/html; charset=utf-8';
    return new Response(problemPage(problem, request.headers.get('referer')), {
      status,
      headers: { ...headers, 'Content-Type': type },
    });
  }
  const body = {
    type: `urn:edgekv-token-desk:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(fields ? { fields } : {}),
    ...(upstream ? { upstream, requestId: upstream.requestId } : {}),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'Content-Type': 'application/problem+json' },
  });
}

function problemPage({ code, title, detail, upstream }: Problem, cameFrom: string | null): string {
  const id = upstream?.requestId
    ? `<p>Akamai's request id: <code>${escapeHtml(upstream.requestId)}</code></p>`
    : '';
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    '<meta name="color-scheme" content="light dark">' +
    `<title>${escapeHtml(title)}</title></head><body><main><h1>${escapeHtml(title)}</h1>` +
    `<p>${escapeHtml(detail)}</p>${id}${code === 'sign-in-again' ? signInAgain(cameFrom) : goBack}</main></body></html>`
  );
}

const goBack = '<p>Go back in your browser to try again.</p>';

/** A link to the sign-in page that leads back to where the form was. */
function signInAgain(cameFrom: string | null): string {
  const from = cameFrom !== null && URL.canParse(cameFrom) ? new URL(cameFrom) : null;
  const next = from ? `&next=${encodeURIComponent(from.pathname + from.search)}` : '';
  return `<p><a href="/sign-in?again=1${escapeHtml(next)}">Sign in again</a></p>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A value as JSON. */
export function jsonResponse(value: unknown, status = 200): Response {
  return Response.json(value, { status, headers: NO_STORE });
}

/**
 * A finished file as a download, with its digest (RFC 9530): Next drops Content-Length from route handlers, so the
 * digest is how a client can tell a cut file. `sha256` in hex, when it is known already.
 */
export function fileResponse(
  bytes: Uint8Array,
  fileName: string,
  contentType: string,
  { sha256, headers = {} }: { sha256?: string; headers?: Record<string, string> } = {},
): Response {
  const hex = sha256 ?? createHash('sha256').update(bytes).digest('hex');
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      ...NO_STORE,
      'Content-Type': contentType,
      'Content-Disposition': contentDisposition(fileName),
      'Repr-Digest': `sha-256=:${Buffer.from(hex, 'hex').toString('base64')}:`,
      ...headers,
    },
  });
}

/** A text as a download that is sent as it is made. A failure on the way cuts the connection: no half file looks whole. */
export function streamResponse(
  pieces: AsyncGenerator<string>,
  fileName: string,
  contentType: string,
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      ...NO_STORE,
      'Content-Type': contentType,
      'Content-Disposition': contentDisposition(fileName),
    },
  });
}

/** The JSON body of a request, at most 64 KiB. Problems: `unsupported-media-type`, `too-large`, `bad-request`. */
export async function readJson(request: Request): Promise<Result<unknown>> {
  if (!request.headers.get('content-type')?.toLowerCase().startsWith('application/json')) {
    return fail(
      'unsupported-media-type',
      415,
      'The body is no JSON.',
      'Nothing was changed. Send Content-Type: application/json.',
    );
  }
  const text = await request.text();
  if (text.length > JSON_BYTES_MAX)
    return fail('too-large', 413, 'The body is too large.', 'Nothing was changed. At most 64 KiB are taken.');
  try {
    return ok(JSON.parse(text));
  } catch {
    return fail('bad-request', 400, 'The body is no JSON.', 'Nothing was changed. Mend its syntax.');
  }
}

/** A schema's issues as one Problem, by field. */
export function fieldsProblem(error: z.ZodError): Problem {
  const fields: Record<string, string[]> = {};
  for (const issue of error.issues) {
    const name = String(issue.path[0] ?? 'body');
    fields[name] = [...(Object.hasOwn(fields, name) ? (fields[name] ?? []) : []), issue.message];
  }
  const advice = 'Nothing was changed. Mend the marked fields.';
  return fail('invalid-fields', 422, 'Some fields are not right.', advice, { fields }).problem;
}

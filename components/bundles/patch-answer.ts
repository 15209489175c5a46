// Reads the answer of the patch route in the browser: a file is offered only when it is what the server made.
import { z } from 'zod/mini';
import { PROBLEM_CODES, type Problem } from '@/lib/domain/problem';

const problemSchema = z.object({
  code: z.enum(PROBLEM_CODES),
  status: z.number(),
  title: z.string(),
  detail: z.string(),
});

/** The Problem of a refusal; a plain one when the answer is something else (a proxy's page, say). */
export async function readProblem(answer: Response): Promise<Problem> {
  const parsed = problemSchema.safeParse(await answer.json().catch(() => null));
  if (parsed.success) return parsed.data;
  return {
    code: 'internal',
    status: answer.status,
    title: `The server answered with status ${answer.status}.`,
    detail: 'Nothing was saved. Sign in again, or try later.',
  };
}

export type VerifiedBody = { bytes: Uint8Array<ArrayBuffer>; name: string; digest: string };

/** The body, its name and its sha-256 in hex; null when it does not match its Repr-Digest. */
export async function verifiedBody(answer: Response): Promise<VerifiedBody | null> {
  const expected = /sha-256=:([^:]+):/.exec(answer.headers.get('Repr-Digest') ?? '')?.[1];
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const digest = await sha256(bytes);
  if (expected === undefined || toBase64(digest) !== expected) return null;
  return {
    bytes,
    name: fileName(answer.headers.get('Content-Disposition') ?? ''),
    digest: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

/** crypto.subtle exists on https and on this machine only, which is where the app may run. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fileName(disposition: string): string {
  const exact = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
  return exact ? decodeURIComponent(exact) : 'bundle.tgz';
}

/** Offers bytes as a download. */
export function saveFile(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/gzip' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

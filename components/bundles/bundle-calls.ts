// The workbench's calls to the server: looking at a bundle, and fetching patched ones. Nothing is offered that does not
// match its digest.
import { appUpdated } from '@/lib/domain/failed-call';
import type { Problem } from '@/lib/domain/problem';
import { type Inspection, inspectionSchema } from './inspection-answer';
import { readProblem, saveFile, verifiedBody } from './patch-answer';
import { type Bundle, ownOptions } from './workbench-state';

export type PatchChoice = { account: string; tokens: readonly string[]; overwrite: boolean };

type Answered<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** What the server says of a bundle; null when `signal` ended the call. */
export async function inspect(
  bundle: Bundle,
  choice: PatchChoice,
  signal: AbortSignal,
): Promise<Answered<Inspection> | null> {
  const query = new URLSearchParams([
    ['account', choice.account],
    ...choice.tokens.map((token): [string, string] => ['token', token]),
    ['overwrite', String(choice.overwrite)],
    ...(bundle.options.validate ? [['validate', 'true'] as [string, string]] : []),
  ]);
  const form = formOf([bundle]);
  try {
    const answer = await fetch(`/api/v1/bundles/inspect?${query}`, { method: 'POST', body: form, signal });
    if (!answer.ok) return { ok: false, problem: await readProblem(answer) };
    const parsed = inspectionSchema.safeParse(await answer.json());
    return parsed.success ? { ok: true, value: parsed.data } : { ok: false, problem: appUpdated() };
  } catch {
    // fetch throws for a cut connection and for an ended call alike; the signal tells which.
    return signal.aborted ? null : { ok: false, problem: unreachable() };
  }
}

/** Fetches the patched bundles, one .tgz or a .zip of several, checks the digest and saves the file. */
export async function fetchPatched(
  bundles: readonly Bundle[],
  choice: PatchChoice,
  signal: AbortSignal,
): Promise<Answered<{ name: string; digest: string }> | null> {
  const form = formOf(bundles);
  for (const token of choice.tokens) form.append('token', token);
  if (choice.overwrite) form.append('overwrite', 'true');
  try {
    const answer = await fetch(`/api/v1/bundles/patch?account=${encodeURIComponent(choice.account)}`, {
      method: 'POST',
      body: form,
      headers: { Accept: 'application/gzip, application/zip, application/problem+json' },
      signal,
    });
    if (!answer.ok) return { ok: false, problem: await readProblem(answer) };
    const body = await verifiedBody(answer);
    if (!body) return { ok: false, problem: incomplete() };
    saveFile(body.bytes, body.name);
    return { ok: true, value: { name: body.name, digest: body.digest } };
  } catch {
    return signal.aborted ? null : { ok: false, problem: incomplete() };
  }
}

function formOf(bundles: readonly Bundle[]): FormData {
  const form = new FormData();
  form.append('options', JSON.stringify(bundles.map(ownOptions)));
  for (const { file } of bundles) form.append('bundle', file, file.name);
  return form;
}

function incomplete(): Problem {
  return {
    code: 'bundle-damaged',
    status: 502,
    title: 'The patched bundle did not arrive whole.',
    detail: 'Nothing was saved. Try again.',
  };
}

function unreachable(): Problem {
  return {
    code: 'internal',
    status: 502,
    title: 'The server could not be reached.',
    detail: 'Nothing was changed. Check the connection and look at the bundle again.',
  };
}

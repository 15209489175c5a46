// Putting tokens into tokens files and bundles. The only service that handles a legacy token's value: it goes from
// Akamai into the file and nowhere else. Nothing of a bundle is kept.
import 'server-only';
import { createHash } from 'node:crypto';
import { listVersions } from '@/lib/akamai/edgeworkers';
import { getTokensFileEntry } from '@/lib/akamai/tokens';
import { touchedBy } from '@/lib/domain/access';
import { type PatchedBundle, type PatchOptions, patchBundle as patch } from '@/lib/domain/bundle';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import type { KnownToken, Token } from '@/lib/domain/token';
import { type Change, mergeTokens } from '@/lib/domain/tokens-file';
import type { TokensFileEntry } from '@/lib/domain/tokens-file-entry';
import { recordSingle, withAudit } from './audit';
import { authorize, authorizeAgain } from './authorize';
import { packBatch } from './bundle-batch';
import { type Connection, connect } from './connection';
import { inPatchSlot, PATCHES_AT_WORK_MAX } from './patch-slots';
import { type Actor, mustSignInAgain } from './session';
import { cachedTokens } from './token-cache';

/** At most this many tokens go into one file at once. */
export const TOKENS_AT_ONCE_MAX = 20;

export type BundleUpload = {
  /** As the sender calls it. */
  name: string;
  bytes: Uint8Array;
  options: PatchOptions;
  /** The EdgeWorker that it is for, when that is known: then a new version must not be one of its own. */
  edgeWorker: string | null;
};

export type PatchResult = PatchedBundle & { name: string; sha256Before: string; sha256After: string };

/**
 * A bundle (.tgz bytes) with the tokens written into its edgekv_tokens.js; every other entry stays byte for byte.
 * Problems: `not-signed-in`, `forbidden`, `sign-in-again`, `busy`, `token-not-found`, `tokens-file-conflict`, `tokens-file-choice` and
 * `version-taken` (409), `too-large` (413) when the tokens file would grow beyond its limit, those of the bundle (4xx)
 * and of Akamai. The audit has the sha256 of both bundles.
 */
export async function patchBundle(
  actor: Actor,
  account: string,
  tokens: readonly string[],
  upload: BundleUpload,
): Promise<Result<PatchResult>> {
  const ready = await prepare(actor, account, tokens, [upload]);
  if (!ready.ok) return ready;
  const sha256Before = sha256(upload.bytes);
  const { overwrite } = upload.options;
  const detail = { tokens, overwrite, bundle: upload.name, before: sha256Before };
  return inPatchSlot(async () => {
    const still = await authorizeAgain(actor, 'bundle.patch', { account });
    if (!still.ok) return still;
    return withAudit(
      actor,
      { action: 'bundle.patch', target: tokens.join(' '), account, detail },
      () => patchOne(upload, ready.value, sha256Before),
      (patched) => ({ after: patched.sha256After, changes: patched.changes }),
    );
  });
}

/**
 * Several bundles at once, as one .zip with a manifest. Either all are patched or none: the Problem names the bundle.
 * Problems: as `patchBundle`.
 */
export async function patchBundles(
  actor: Actor,
  account: string,
  tokens: readonly string[],
  uploads: readonly BundleUpload[],
): Promise<Result<{ zip: Uint8Array }>> {
  const ready = await prepare(actor, account, tokens, uploads);
  if (!ready.ok) return ready;
  const bundles = uploads.map(({ name, bytes }) => ({ name, before: sha256(bytes) }));
  return withAudit(
    actor,
    { action: 'bundle.patch', target: tokens.join(' '), account, detail: { tokens, bundles } },
    async () => {
      const patched = await patchAll(actor, account, uploads, ready.value, bundles);
      return patched.ok
        ? ok({ zip: packBatch({ account, tokens, bundles: patched.value }), patched: patched.value })
        : patched;
    },
    ({ patched }) => ({
      bundles: patched.map(({ name, sha256After, changes }) => ({ name, after: sha256After, changes })),
    }),
  );
}

async function patchAll(
  actor: Actor,
  account: string,
  uploads: readonly BundleUpload[],
  entries: readonly TokensFileEntry[],
  sums: readonly { before: string }[],
): Promise<Result<PatchResult[]>> {
  const patched: PatchResult[] = [];
  let problem: Problem | null = null;
  let next = 0;
  const work = async () => {
    for (let index = next++; index < uploads.length && !problem; index = next++) {
      const [upload, sum] = [uploads[index], sums[index]];
      if (!upload || !sum) return;
      const patchIfStillAllowed = async () => {
        const still = await authorizeAgain(actor, 'bundle.patch', { account });
        return still.ok ? patchOne(upload, entries, sum.before) : still;
      };
      const one = await inPatchSlot(patchIfStillAllowed, { isPatient: true });
      if (one.ok) patched[index] = one.value;
      else problem ??= { ...one.problem, title: `${upload.name}: ${one.problem.title}` };
    }
  };
  await Promise.all(Array.from({ length: Math.min(PATCHES_AT_WORK_MAX, uploads.length) }, work));
  return problem ? { ok: false, problem } : ok(patched);
}

async function patchOne(
  { name, bytes, options }: BundleUpload,
  entries: readonly TokensFileEntry[],
  sha256Before: string,
): Promise<Result<PatchResult>> {
  const patched = await patch(bytes, entries, options);
  if (!patched.ok) return patched;
  return ok({ ...patched.value, name, sha256Before, sha256After: sha256(patched.value.bytes) });
}

/** The tokens' entries, when everything that is asked may be done. */
async function prepare(
  actor: Actor,
  account: string,
  tokens: readonly string[],
  uploads: readonly BundleUpload[],
): Promise<Result<readonly TokensFileEntry[]>> {
  const entries = await takeEntries(actor, account, 'bundle.patch', tokens);
  if (!entries.ok) return entries;
  for (const { options, edgeWorker } of uploads) {
    const free = await versionIsFree(actor, account, edgeWorker, options.version ?? null);
    if (!free.ok) return free;
  }
  return entries;
}

/** A version name is never free again at Akamai, not even after it was deleted. */
async function versionIsFree(
  actor: Actor,
  account: string,
  edgeWorker: string | null,
  version: string | null,
): Promise<Result<null>> {
  if (edgeWorker === null || version === null) return ok(null);
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const versions = await listVersions(connection.value.client, edgeWorker);
  if (!versions.ok) return versions;
  if (!versions.value.some((one) => one.version === version)) return ok(null);
  const words = `EdgeWorker ${edgeWorker} has a version ${version} already.`;
  return fail('version-taken', 409, words, 'Nothing was changed. Choose another version.', {
    fields: { version: [words] },
  });
}

export type WrittenTokensFile = { text: string; changes: readonly Change[] };

/**
 * An edgekv_tokens.js with the tokens in it: `existing` updated, or a new one when it is null.
 * Problems: as `patchBundle`, and `tokens-file-unreadable` (422).
 */
export async function writeTokensFile(
  actor: Actor,
  account: string,
  existing: string | null,
  { tokens, overwrite }: { tokens: readonly string[]; overwrite: boolean },
): Promise<Result<WrittenTokensFile>> {
  const entries = await takeEntries(actor, account, 'token.retrieve', tokens);
  if (!entries.ok) return entries;
  const detail = { tokens, overwrite, before: existing && sha256(existing) };
  return withAudit(
    actor,
    { action: 'token.retrieve', target: tokens.join(' '), account, detail },
    async () => mergeTokens(existing, entries.value, { overwrite }),
    (written) => ({ after: sha256(written.text), changes: written.changes }),
  );
}

/** As `retrieve`, for handing out. Problem `sign-in-again` (403) when there is a value, and the sign-in is too long ago. */
export async function takeEntries(
  actor: Actor,
  account: string,
  right: 'bundle.patch' | 'token.retrieve',
  names: readonly string[],
): Promise<Result<readonly TokensFileEntry[]>> {
  const entries = await retrieve(actor, account, right, names);
  if (!entries.ok || !mustSignInAgain(actor) || !entries.value.some((entry) => 'value' in entry))
    return entries;
  recordSingle(actor, { action: right, target: names.join(' '), account }, 'sign-in-again');
  const advice = 'Nothing was handed out. Then ask for it once more.';
  return fail('sign-in-again', 403, 'Sign in again to take the value of a legacy token.', advice);
}

/**
 * What the tokens named contribute to a tokens file; it may hold values. For this file and bundle-inspection.ts only,
 * which hides them. Problems: `not-signed-in`, `forbidden`, `bad-request`, `token-not-found`, those of Akamai.
 */
export async function retrieve(
  actor: Actor,
  account: string,
  right: 'bundle.patch' | 'token.retrieve',
  names: readonly string[],
): Promise<Result<readonly TokensFileEntry[]>> {
  const allowed = await authorize(actor, right, { account });
  if (!allowed.ok) return allowed;
  const connection = await connect(account, actor.id);
  if (!connection.ok) return connection;
  const unique = [...new Set(names)];
  if (unique.length === 0 || unique.length > TOKENS_AT_ONCE_MAX) {
    const words =
      unique.length === 0 ? 'No token was named.' : `More than ${TOKENS_AT_ONCE_MAX} tokens were named.`;
    const advice = `Nothing was changed. Name 1 to ${TOKENS_AT_ONCE_MAX} tokens.`;
    return fail('bad-request', 400, words, advice, { fields: { token: [words] } });
  }
  const entries: TokensFileEntry[] = [];
  for (const name of unique) {
    const read = await readEntry(connection.value, name);
    if (!read.ok) return read;
    const scoped = await authorize(actor, right, touchedBy(account, read.value.token.details));
    if (!scoped.ok) return scoped;
    entries.push(read.value.entry);
  }
  return ok(entries);
}

/** A reference is no secret and immutable, so a token of the fresh list needs no call of its own; a legacy value does. */
async function readEntry(
  connection: Connection,
  name: string,
): Promise<Result<{ token: KnownToken; entry: TokensFileEntry }>> {
  const cached = await cachedTokens(connection);
  const token =
    cached.ok && !cached.value.problem ? cached.value.tokens.find((one) => one.name === name) : undefined;
  if (token && isKnown(token) && token.details.kind === 'auto-refresh') {
    const namespaces = [...token.details.permissions.keys()];
    return ok({ token, entry: { name, namespaces, reference: token.uuid } });
  }
  return getTokensFileEntry(connection.client, name);
}

function isKnown(token: Token): token is KnownToken {
  return token.details !== null;
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

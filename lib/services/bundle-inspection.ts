// Looking at a bundle, and at what a patch would make of it. Changes nothing, hands out nothing, keeps nothing; values
// that are read for the comparison are hidden before anything leaves.
import 'server-only';
import { listVersions, validateBundle } from '@/lib/akamai/edgeworkers';
import { getToken } from '@/lib/akamai/tokens';
import { type Archive, readArchive } from '@/lib/domain/archive';
import { type PatchOptions, patchArchive } from '@/lib/domain/bundle';
import { type BundleFinding, type BundleReport, examineBundle } from '@/lib/domain/bundle-doctor';
import { suggestVersion } from '@/lib/domain/bundle-manifest';
import { dayAt } from '@/lib/domain/day';
import { ok, type Problem, type Result } from '@/lib/domain/problem';
import type { Token } from '@/lib/domain/token';
import type { Change } from '@/lib/domain/tokens-file';
import { type DiffLine, diffTokensFile } from '@/lib/domain/tokens-file-diff';
import type { TokensFileEntry } from '@/lib/domain/tokens-file-entry';
import { now } from '@/lib/platform/clock';
import { authorize } from './authorize';
import { retrieve } from './bundles';
import { type Connection, connect } from './connection';
import { inPatchSlot } from './patch-slots';
import type { Actor } from './session';
import { cachedTokens } from './token-cache';

export type InspectRequest = {
  /** Where the tokens are looked up; null: nowhere, so their state is not told. */
  account: string | null;
  /** The tokens of a patch to preview; none: no preview. */
  tokens: readonly string[];
  options: PatchOptions;
  edgeWorker: string | null;
  /** Versions that are spoken for beside those that the EdgeWorker has. */
  taken?: readonly string[];
  /** Whether Akamai's own validation is asked too. */
  validate: boolean;
};

export type PatchPreview =
  | {
      ok: true;
      file: string;
      changes: readonly Change[];
      diff: readonly DiffLine[];
      isRewritten: boolean;
      entriesKept: number;
      packedBytes: number;
      findings: readonly BundleFinding[];
    }
  | {
      ok: false;
      problem: Problem;
      /** What a rewrite would change, when the tokens file cannot be edited safely. */
      rewriteDiff: readonly DiffLine[] | null;
    };

export type Inspection = BundleReport & {
  /** A version that comes next; null when bundle.json has none. */
  suggestedVersion: string | null;
  preview: PatchPreview | null;
  /** What Akamai's validation says; null when it was not asked. */
  validation: { findings: readonly BundleFinding[] } | { problem: Problem } | null;
};

/**
 * What a bundle holds, which tokens it uses and their state, and what a patch would change.
 * Problems: `not-signed-in`, `forbidden`, `busy`, those of the bundle, and of `patchBundle` when tokens are named.
 */
export async function inspectBundle(
  actor: Actor,
  bytes: Uint8Array,
  request: InspectRequest,
): Promise<Result<Inspection>> {
  const { account, tokens, validate } = request;
  const allowed = await authorize(actor, 'bundle.inspect', { account });
  if (!allowed.ok) return allowed;
  const entries =
    tokens.length > 0 && account !== null ? await retrieve(actor, account, 'bundle.patch', tokens) : ok(null);
  if (!entries.ok) return entries;
  const connected = account === null ? null : await connect(account, actor.id);
  // A mistyped account must not look like one whose tokens are not known.
  if (connected?.ok === false && connected.problem.code === 'unknown-account') return connected;
  const connection = connected?.ok ? connected.value : null;
  const known = connection ? await knownTokens(connection) : null;
  const look = (tokensNow: readonly Token[] | null) =>
    inPatchSlot(() => examine(bytes, tokensNow, entries.value, request));
  let seen = await look(known);
  // What a slow Akamai is asked, it is asked outside of the slot.
  const completed = seen.ok && connection ? await withDetails(seen.value.report, known, connection) : null;
  if (completed) seen = await look(completed);
  if (!seen.ok) return seen;
  const { report, preview } = seen.value;
  return ok({
    ...report,
    suggestedVersion: await nextVersion(report, connection, request),
    preview,
    validation: validate && connection ? await askAkamai(connection, bytes) : null,
  });
}

async function knownTokens(connection: Connection): Promise<readonly Token[] | null> {
  const cached = await cachedTokens(connection);
  return cached.ok ? cached.value.tokens : null;
}

async function examine(
  bytes: Uint8Array,
  tokens: readonly Token[] | null,
  entries: readonly TokensFileEntry[] | null,
  { edgeWorker, options }: InspectRequest,
): Promise<Result<{ report: BundleReport; preview: PatchPreview | null }>> {
  const archive = await readArchive(bytes);
  if (!archive.ok) return archive;
  const context = { packedBytes: bytes.byteLength, tokens, today: dayAt(now()), edgeWorker };
  const report = examineBundle(archive.value, context);
  if (!entries) return ok({ report, preview: null });
  const preview = await previewPatch(archive.value, entries, options, (patched, patchedBytes) => {
    return examineBundle(patched, { ...context, packedBytes: patchedBytes }).findings;
  });
  return ok({ report, preview });
}

/** The tokens with the details of those that the bundle uses; null when none was missing. */
async function withDetails(
  report: BundleReport,
  tokens: readonly Token[] | null,
  connection: Connection,
): Promise<readonly Token[] | null> {
  const uses = [...(report.tokensFile?.items ?? []), ...report.inlined];
  const used = new Set(uses.flatMap(({ known }) => known?.uuid ?? []));
  const unread = (tokens ?? []).filter(({ uuid, details }) => details === null && used.has(uuid));
  if (!tokens || unread.length === 0) return null;
  const read = await Promise.all(unread.slice(0, 20).map(({ name }) => getToken(connection.client, name)));
  const known = new Map(read.flatMap((one) => (one.ok ? [[one.value.uuid, one.value]] : [])));
  return known.size > 0 ? tokens.map((one) => known.get(one.uuid) ?? one) : null;
}

async function nextVersion(
  { edgeWorkerVersion }: BundleReport,
  connection: Connection | null,
  { edgeWorker, taken: spokenFor = [] }: InspectRequest,
): Promise<string | null> {
  if (edgeWorkerVersion === null) return null;
  const listed = connection && edgeWorker !== null ? await listVersions(connection.client, edgeWorker) : null;
  const taken = listed?.ok ? listed.value.map(({ version }) => version) : [];
  return suggestVersion(edgeWorkerVersion, new Set([edgeWorkerVersion, ...taken, ...spokenFor]));
}

async function previewPatch(
  archive: Archive,
  entries: readonly TokensFileEntry[],
  options: PatchOptions,
  findingsOf: (archive: Archive, packedBytes: number) => readonly BundleFinding[],
): Promise<PatchPreview> {
  const patched = await patchArchive(archive, entries, options);
  if (patched.ok) {
    const { texts, bytes, findings, ...rest } = patched.value;
    const diff = diffTokensFile(texts.before, texts.after);
    // What was written is read again, as Akamai will: the preview tells what people will have.
    const written = await readArchive(bytes);
    const after = written.ok ? findingsOf(written.value, bytes.byteLength) : findings;
    return { ok: true, ...rest, findings: after, diff, packedBytes: bytes.byteLength };
  }
  const { problem } = patched;
  if (problem.code !== 'tokens-file-unreadable') return { ok: false, problem, rewriteDiff: null };
  const rewritten = await patchArchive(archive, entries, { ...options, rewrite: true, overwrite: true });
  const { texts } = rewritten.ok ? rewritten.value : { texts: null };
  return { ok: false, problem, rewriteDiff: texts && diffTokensFile(texts.before, texts.after) };
}

async function askAkamai(connection: Connection, bytes: Uint8Array): Promise<Inspection['validation']> {
  const answer = await validateBundle(connection.client, bytes);
  if (!answer.ok) return { problem: answer.problem };
  const { errors, warnings } = answer.value;
  const finding = (severity: BundleFinding['severity']) => (one: { type: string; message: string }) => ({
    severity,
    code: one.type.slice(0, 80),
    text: one.message.slice(0, 500),
  });
  return { findings: [...errors.map(finding('error')), ...warnings.map(finding('warning'))] };
}

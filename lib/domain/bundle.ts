// A bundle with tokens put in. The rules of archive, place, tokens file and manifest together.
import { type Archive, type ArchiveEntry, readArchive } from './archive';
import { type Replacement, writeArchive } from './archive-write';
import { archiveFindings, type BundleFinding } from './bundle-doctor';
import { MANIFEST_FILE, setManifestVersion } from './bundle-manifest';
import { findPlace } from './bundle-place';
import { decodeText } from './bundle-text';
import { fail, ok, type Result } from './problem';
import { type Change, mergeTokens } from './tokens-file';
import type { TokensFileEntry } from './tokens-file-entry';
import { rewriteTokensFile } from './tokens-file-rewrite';

export type PatchOptions = {
  /** Whether entries of other tokens or values may be replaced. */
  overwrite: boolean;
  /** Which tokens file is meant, as a path below the root; null for the one that is clear. */
  file?: string | null;
  /** Whether a tokens file that cannot be edited safely may be written anew. */
  rewrite?: boolean;
  /** Whether all names are written without a leading `./`. */
  stripPrefix?: boolean;
  /** Another `edgeworker-version` for bundle.json; null leaves it. */
  version?: string | null;
};

export type PatchedBundle = {
  bytes: Uint8Array;
  /** The tokens file that was written. */
  file: string;
  changes: readonly Change[];
  findings: readonly BundleFinding[];
  /** Entries that stayed byte for byte. */
  entriesKept: number;
  /** The tokens file before (null: there was none) and after. Both may hold values: never to be shown as they are. */
  texts: { before: string | null; after: string };
  /** Whether it was written anew because it could not be edited. */
  isRewritten: boolean;
};

/**
 * Puts tokens into the edgekv_tokens.js of a bundle (.tgz bytes); without such a file one is added.
 * Problems: those of the archive (413, 422), `tokens-file-choice` (409), `tokens-file-unreadable` (422),
 * `tokens-file-conflict` (409), `manifest-unreadable` and `invalid-fields` (422).
 */
export async function patchBundle(
  packed: Uint8Array,
  entries: readonly TokensFileEntry[],
  options: PatchOptions,
): Promise<Result<PatchedBundle>> {
  const archive = await readArchive(packed);
  return archive.ok ? patchArchive(archive.value, entries, options) : archive;
}

/** The same for an archive that was read. */
export async function patchArchive(
  archive: Archive,
  entries: readonly TokensFileEntry[],
  options: PatchOptions,
): Promise<Result<PatchedBundle>> {
  const place = findPlace(archive, options.file ?? null);
  if (!place.ok) return place;
  const { path, entry, existing } = place.value;
  const before = existing && decodeText(existing);
  if (existing !== null && before === null && !options.rewrite) return notText();
  const merged = mergeOrRewrite(before ?? (existing === null ? null : ''), entries, options);
  if (!merged.ok) return merged;
  const { text, changes, isRewritten } = merged.value;
  const data = new TextEncoder().encode(text);
  const isSame = entry?.type === 'file' && Buffer.compare(entry.data, data) === 0;
  const replacements: Replacement[] = isSame ? [] : [entry ? { entry, data } : { path, data }];
  const manifest = newManifest(archive, options.version ?? null);
  if (!manifest.ok) return manifest;
  if (manifest.value) replacements.push(manifest.value);
  const stripPrefix = options.stripPrefix ?? false;
  const bytes = await writeArchive(archive, replacements, { stripPrefix });
  const usesReferences = entries.some((one) => 'reference' in one);
  const findings = archiveFindings(archive, bytes.byteLength, usesReferences);
  return ok({
    bytes,
    file: path,
    changes,
    findings: stripPrefix ? findings.filter(({ code }) => code !== 'dot-prefix') : findings,
    entriesKept: archive.entries.length - (entry ? 1 : 0) - (manifest.value ? 1 : 0),
    texts: { before, after: text },
    isRewritten,
  });
}

function notText() {
  return fail(
    'tokens-file-unreadable',
    422,
    'edgekv_tokens.js in the bundle is not UTF-8 text.',
    'Nothing was changed. It can be written anew (rewrite=true).',
  );
}

type Merged = { text: string; changes: readonly Change[]; isRewritten: boolean };

/** Edits the text by range; when that is not safe and a rewrite is wanted, merges into its standard form. */
function mergeOrRewrite(
  source: string | null,
  entries: readonly TokensFileEntry[],
  { overwrite, rewrite }: PatchOptions,
): Result<Merged> {
  const edited = mergeTokens(source, entries, { overwrite });
  if (edited.ok) return ok({ ...edited.value, isRewritten: false });
  if (edited.problem.code !== 'tokens-file-unreadable' || source === null) return edited;
  if (!rewrite) {
    const { problem } = edited;
    return {
      ok: false,
      problem: { ...problem, detail: `${problem.detail} It can be written anew (rewrite=true).` },
    };
  }
  const rewritten = mergeTokens(rewriteTokensFile(source), entries, { overwrite });
  return rewritten.ok ? ok({ ...rewritten.value, isRewritten: true }) : rewritten;
}

function newManifest(archive: Archive, version: string | null): Result<Replacement | null> {
  if (version === null) return ok(null);
  const entry = archive.entries.find(
    (one): one is ArchiveEntry => one.normalized === MANIFEST_FILE && one.type === 'file',
  );
  const text = entry && decodeText(entry.data);
  if (!entry || text === null || text === undefined) {
    const words = entry ? 'bundle.json is not UTF-8 text' : 'there is no bundle.json';
    return fail(
      'manifest-unreadable',
      422,
      `The version cannot be set: ${words}.`,
      'Nothing was changed. Akamai needs a bundle.json at the root.',
    );
  }
  const edited = setManifestVersion(text, version);
  return edited.ok ? ok({ entry, data: new TextEncoder().encode(edited.value) }) : edited;
}

// A bundle with tokens put in. The rules of archive, place, tokens file and manifest together.
import { type Archive, readArchive } from './archive';
import { gzipParts } from './archive-gzip';
import { archiveParts, type Replacement } from './archive-write';
import { lookAtWritten, sizeOf } from './archive-written';
import { readCode } from './bundle-code';
import { archiveFindings } from './bundle-doctor';
import { type BundleFinding, settled } from './bundle-finding';
import { MANIFEST_FILE, setManifestVersion } from './bundle-manifest';
import { findPlace } from './bundle-place';
import { sizeFindings } from './bundle-shape';
import { decodeText, fileAt } from './bundle-text';
import { fail, ok, type Result } from './problem';
import { type Change, mergeTokens, readTokensFile } from './tokens-file';
import type { TokensFileEntry } from './tokens-file-entry';
import { rewriteTokensFile } from './tokens-file-rewrite';

/** How a bundle is patched. */
export type PatchOptions = {
  /** Whether entries of other tokens or values may be replaced. */
  overwrite: boolean;
  /** The namespaces whose entries are written; null for all that the tokens have. */
  namespaces?: readonly string[] | null;
  /** Which tokens file is meant, as a path below the root; null for the one that is clear. */
  file?: string | null;
  /** Whether a tokens file that cannot be edited safely may be written anew. */
  rewrite?: boolean;
  /** Whether all names are written without a leading `./`. */
  stripPrefix?: boolean;
  /** Another `edgeworker-version` for bundle.json; null leaves it. */
  version?: string | null;
};

/** A patched bundle, and what was done. */
export type PatchedBundle = {
  bytes: Uint8Array;
  /** The tokens file that was written. */
  file: string;
  changes: readonly Change[];
  findings: readonly BundleFinding[];
  /** Entries that stayed byte for byte. */
  entriesKept: number;
  /** The tokens file before (null: there was none, or it was no text) and after. Both may hold values: never to be shown as they are. */
  texts: { before: string | null; after: string };
  /** Whether it was written anew because it could not be edited. */
  isRewritten: boolean;
};

/**
 * Puts tokens into the edgekv_tokens.js of a bundle (.tgz bytes); without such a file one is added.
 * Problems: those of the archive (413, 422), `tokens-file-choice` (409), `tokens-file-unreadable` (422),
 * `tokens-file-conflict` (409), `manifest-unreadable` and `invalid-fields` (422). Throws when what was written does not
 * read back as intended: then nothing is handed out.
 */
export async function patchBundle(
  packed: Uint8Array,
  entries: readonly TokensFileEntry[],
  options: PatchOptions,
): Promise<Result<PatchedBundle>> {
  const archive = await readArchive(packed);
  return archive.ok ? patchArchive(archive.value, entries, options) : archive;
}

/** The same for an archive that was read. What was written is read again and compared before it is handed out. */
export async function patchArchive(
  archive: Archive,
  entries: readonly TokensFileEntry[],
  options: PatchOptions,
): Promise<Result<PatchedBundle>> {
  const place = findPlace(archive, options.file ?? null);
  if (!place.ok) return place;
  const { path, entry, existing } = place.value;
  const wanted = limitTo(options.namespaces ?? null, entries);
  const merged = mergeOrRewrite(existing, wanted, options);
  if (!merged.ok) return merged;
  const { before, changes, isRewritten } = merged.value;
  // With nothing to write no file is made, and a link stays one.
  const isNothing = wanted.length === 0;
  const text = isNothing ? (before ?? '') : merged.value.text;
  const data = new TextEncoder().encode(text);
  const isSame = isNothing || (entry?.type === 'file' && Buffer.compare(entry.data, data) === 0);
  const replacements: Replacement[] = isSame ? [] : [entry ? { entry, data } : { path, data }];
  const manifest = newManifest(archive, options.version ?? null);
  if (!manifest.ok) return manifest;
  if (manifest.value) replacements.push(manifest.value);
  const stripPrefix = options.stripPrefix ?? false;
  const parts = archiveParts(archive, replacements, { stripPrefix });
  const usesReferences = hasReference(text);
  const looked = lookAtWritten(parts, archive, replacements, (written) => {
    const code = readCode(written, { isOfTokensOnly: true });
    const inCode = new Set(code.tokens.filter((one) => one.isCertain).map((one) => one.path));
    return archiveFindings({ ...written, notes: archive.notes }, { code, usesReferences, inCode });
  });
  if (!looked.ok) return looked;
  const bytes = await gzipParts(parts);
  const findings = [...sizeFindings(bytes.byteLength, sizeOf(parts)), ...looked.value];
  const isChosen = (options.file ?? null) !== null;
  const over = [...(isChosen ? OVER_BY_CHOICE : []), ...(stripPrefix ? ['dot-prefix'] : [])];
  return ok({
    bytes,
    file: path,
    changes,
    findings: settled(findings.filter((one) => !over.includes(one.code))),
    entriesKept: archive.entries.length - (entry ? 1 : 0) - (manifest.value ? 1 : 0),
    texts: { before, after: text },
    isRewritten,
  });
}

/**
 * The same bundle with another `edgeworker-version`, and nothing else changed. Problems: those of the archive,
 * `manifest-unreadable` and `invalid-fields` (422). Throws as `patchBundle` does.
 */
export async function renameVersion(packed: Uint8Array, version: string): Promise<Result<Uint8Array>> {
  const archive = await readArchive(packed);
  if (!archive.ok) return archive;
  const manifest = newManifest(archive.value, version);
  if (!manifest.ok) return manifest;
  const replacements = manifest.value ? [manifest.value] : [];
  const parts = archiveParts(archive.value, replacements, { stripPrefix: false });
  const looked = lookAtWritten(parts, archive.value, replacements, () => null);
  return looked.ok ? ok(await gzipParts(parts)) : looked;
}

/** The entries without other namespaces; those that then have none are left out. */
function limitTo(
  namespaces: readonly string[] | null,
  entries: readonly TokensFileEntry[],
): readonly TokensFileEntry[] {
  if (namespaces === null) return entries;
  return entries
    .map((entry) => ({ ...entry, namespaces: entry.namespaces.filter((one) => namespaces.includes(one)) }))
    .filter((entry) => entry.namespaces.length > 0);
}

/** Who has said which tokens file is meant needs not to be told again where they are. */
const OVER_BY_CHOICE = ['tokens-file-elsewhere', 'tokens-file-link'];

function hasReference(tokensFile: string): boolean {
  const items = readTokensFile(tokensFile);
  return items.ok && items.value.some(({ form }) => form === 'reference');
}

function notText() {
  return fail(
    'tokens-file-unreadable',
    422,
    'edgekv_tokens.js in the bundle is not UTF-8 text.',
    'Nothing was changed. It can be written anew (rewrite=true).',
  );
}

type Merged = { before: string | null; text: string; changes: readonly Change[]; isRewritten: boolean };

/** Edits the text by range; when that is not safe and a rewrite is wanted, merges into its standard form. */
function mergeOrRewrite(
  existing: Uint8Array | null,
  entries: readonly TokensFileEntry[],
  { overwrite, rewrite }: PatchOptions,
): Result<Merged> {
  const before = existing && decodeText(existing);
  if (existing && before === null) {
    if (!rewrite) return notText();
    const fresh = mergeTokens(null, entries, { overwrite });
    return fresh.ok ? ok({ ...fresh.value, before, isRewritten: true }) : fresh;
  }
  const edited = mergeTokens(before, entries, { overwrite });
  if (edited.ok) return ok({ ...edited.value, before, isRewritten: false });
  if (edited.problem.code !== 'tokens-file-unreadable' || before === null) return edited;
  if (!rewrite) {
    const { problem } = edited;
    return {
      ok: false,
      problem: { ...problem, detail: `${problem.detail} It can be written anew (rewrite=true).` },
    };
  }
  const rewritten = mergeTokens(rewriteTokensFile(before), entries, { overwrite });
  return rewritten.ok ? ok({ ...rewritten.value, before, isRewritten: true }) : rewritten;
}

/** bundle.json with another version; null when it stays as it is. */
function newManifest(archive: Archive, version: string | null): Result<Replacement | null> {
  if (version === null) return ok(null);
  const entry = fileAt(archive, MANIFEST_FILE);
  const text = entry && decodeText(entry.data);
  if (text === null) {
    const words = entry ? 'bundle.json is not UTF-8 text' : 'there is no bundle.json';
    return fail(
      'manifest-unreadable',
      422,
      `The version cannot be set: ${words}.`,
      'Nothing was changed. Akamai needs a bundle.json at the root.',
    );
  }
  const edited = setManifestVersion(text, version);
  if (!edited.ok) return edited;
  return ok(entry && edited.value !== text ? { entry, data: new TextEncoder().encode(edited.value) } : null);
}

// A bundle with tokens put in. The rules of archive, place, tokens file and manifest together.
import { ARCHIVE_LIMITS, type Archive, readArchive, scanArchive } from './archive';
import { gzipParts } from './archive-gzip';
import { archiveParts, type Replacement } from './archive-write';
import { readCode } from './bundle-code';
import { archiveFindings } from './bundle-doctor';
import { type BundleFinding, settled } from './bundle-finding';
import { MANIFEST_FILE, setManifestVersion } from './bundle-manifest';
import { findPlace } from './bundle-place';
import { decodeText, fileAt } from './bundle-text';
import { fail, ok, type Result } from './problem';
import { type Change, mergeTokens, readTokensFile } from './tokens-file';
import type { TokensFileEntry } from './tokens-file-entry';
import { rewriteTokensFile } from './tokens-file-rewrite';

/** How a bundle is patched. */
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
  const merged = mergeOrRewrite(existing, entries, options);
  if (!merged.ok) return merged;
  const { before, text, changes, isRewritten } = merged.value;
  const data = new TextEncoder().encode(text);
  const isSame = entry?.type === 'file' && Buffer.compare(entry.data, data) === 0;
  const replacements: Replacement[] = isSame ? [] : [entry ? { entry, data } : { path, data }];
  const manifest = newManifest(archive, options.version ?? null);
  if (!manifest.ok) return manifest;
  if (manifest.value) replacements.push(manifest.value);
  const stripPrefix = options.stripPrefix ?? false;
  const parts = archiveParts(archive, replacements, { stripPrefix });
  const isReadAgain = archive.bytes.byteLength <= READ_AGAIN_BYTES_MAX;
  const written = isReadAgain ? readWritten(Buffer.concat(parts), archive, replacements) : ok(archive);
  if (!written.ok) return written;
  const bytes = await gzipParts(parts);
  const code = readCode(written.value, { isOfTokensOnly: true });
  const told = { ...written.value, notes: archive.notes };
  const inCode = new Set(code.tokens.filter((one) => one.isCertain).map((one) => one.path));
  const usesReferences = hasReference(text);
  const findings = archiveFindings(told, { packedBytes: bytes.byteLength, code, usesReferences, inCode });
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

/** Who has said which tokens file is meant needs not to be told again where they are. */
const OVER_BY_CHOICE = ['tokens-file-elsewhere', 'tokens-file-link'];

/**
 * Larger ones are not read again, as that takes as much memory once more. Akamai takes 5 MB at most, so nobody can use
 * them; their findings are those of the bundle as it came.
 */
const READ_AGAIN_BYTES_MAX = 8 * 1024 * 1024;

/** What was written, read again: every other file is byte for byte what it was, or it is not handed out. */
function readWritten(tar: Buffer, before: Archive, replacements: readonly Replacement[]): Result<Archive> {
  const written = scanArchive(tar, []);
  if (!written.ok) {
    // With the tokens file it may have more files than are taken.
    if (before.entries.length >= ARCHIVE_LIMITS.entriesMax) return written;
    throw new Error(`a patched bundle cannot be read back: ${written.problem.title}`);
  }
  const expected = before.entries.map((entry) => {
    const one = replacements.find((other) => 'entry' in other && other.entry === entry);
    // A link that is replaced becomes a file.
    return one ? { ...entry, type: 'file', linkPath: null, data: one.data } : entry;
  });
  const added = replacements.flatMap((one) =>
    'path' in one ? [{ normalized: one.path, type: 'file', linkPath: null, data: one.data }] : [],
  );
  // Without `./`, the root itself has no entry any more.
  const wanted = [...expected, ...added].filter(({ normalized }) => normalized !== '');
  const there = written.value.entries.filter(({ normalized }) => normalized !== '');
  const isRight = there.every((entry, index) => {
    const one = wanted[index];
    return one?.normalized === entry.normalized && one.type === entry.type && isSameContent(one, entry);
  });
  if (!isRight || there.length !== wanted.length)
    throw new Error('a patched bundle did not read back as intended');
  return written;
}

type Content = { data: Uint8Array; linkPath: string | null };

function isSameContent(one: Content, other: Content): boolean {
  const leadsTo = ({ linkPath }: Content) => linkPath?.replace(/^(\.\/+)+/, '');
  return Buffer.compare(one.data, other.data) === 0 && leadsTo(one) === leadsTo(other);
}

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

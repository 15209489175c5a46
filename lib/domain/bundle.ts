// A bundle with tokens put in, and what a bundle holds. The rules of archive and tokens file together.
import {
  type Archive,
  type ArchiveEntry,
  type Replacement,
  readArchive,
  TOKENS_FILE,
  writeArchive,
} from './archive';
import { fail, ok, type Result } from './problem';
import { type Change, mergeTokens, readTokensFile, type TokensFileItem } from './tokens-file';
import type { TokensFileEntry } from './tokens-file-entry';

/** Something that people should know about a bundle. `code` is stable, the words are not. */
export type BundleFinding = { severity: 'info' | 'warning'; code: string; text: string };

export type PatchedBundle = {
  bytes: Uint8Array;
  changes: readonly Change[];
  findings: readonly BundleFinding[];
  /** Entries that stayed byte for byte. */
  entriesKept: number;
};

/** References need at least this helper (edgekv.js); older ones know values only. */
const HELPER_MIN = [0, 6, 2] as const;
const HELPER_FILE = 'edgekv.js';
/** Akamai's limits for a plain bundle, bytes (techdocs, EdgeWorkers). */
const AKAMAI_PACKED_MAX = 512 * 1024;
const AKAMAI_UNPACKED_MAX = 1024 * 1024;

/**
 * Puts tokens into the edgekv_tokens.js of a bundle (.tgz bytes); without such a file one is added at the root.
 * Problems: those of the archive (413, 422), `tokens-file-unreadable` (422), `tokens-file-conflict` (409).
 */
export async function patchBundle(
  packed: Uint8Array,
  entries: readonly TokensFileEntry[],
  options: { overwrite: boolean },
): Promise<Result<PatchedBundle>> {
  const archive = await readArchive(packed);
  if (!archive.ok) return archive;
  const file = findTokensFile(archive.value);
  if (!file.ok) return file;
  const existing = file.value ? decode(file.value.data) : null;
  if (existing === undefined) {
    return fail(
      'tokens-file-unreadable',
      422,
      'edgekv_tokens.js in the bundle is not UTF-8 text.',
      'Nothing was changed.',
    );
  }
  const merged = mergeTokens(existing, entries, options);
  if (!merged.ok) return merged;
  const data = new TextEncoder().encode(merged.value.text);
  const replacement: Replacement = file.value ? { entry: file.value, data } : { path: TOKENS_FILE, data };
  const isSame = file.value !== null && Buffer.compare(file.value.data, data) === 0;
  const bytes = await writeArchive(archive.value, isSame ? [] : [replacement]);
  const usesReferences = entries.some((entry) => 'reference' in entry);
  return ok({
    bytes,
    changes: merged.value.changes,
    findings: [
      ...bundleFindings(archive.value, bytes.byteLength, usesReferences),
      ...fileFindings(merged.value.text),
    ],
    entriesKept: archive.value.entries.length - (file.value ? 1 : 0),
  });
}

export type BundleReport = {
  entries: readonly { path: string; type: string; bytes: number }[];
  tokensFile: { path: string; items: readonly TokensFileItem[] } | null;
  helperVersion: string | null;
  packedBytes: number;
  unpackedBytes: number;
  findings: readonly BundleFinding[];
};

/** What a bundle holds and which tokens it uses; never a value. Problems: those of the archive. */
export async function inspectBundle(packed: Uint8Array): Promise<Result<BundleReport>> {
  const archive = await readArchive(packed);
  if (!archive.ok) return archive;
  const file = findTokensFile(archive.value);
  if (!file.ok) return file;
  const text = file.value ? decode(file.value.data) : null;
  const items = text ? readTokensFile(text) : null;
  const findings = bundleFindings(
    archive.value,
    packed.byteLength,
    items?.ok ? items.value.some((one) => one.form === 'reference') : false,
  );
  if (items && !items.ok)
    findings.push({ severity: 'warning', code: 'tokens-file-unreadable', text: items.problem.title });
  if (!file.value)
    findings.push({
      severity: 'info',
      code: 'no-tokens-file',
      text: 'There is no edgekv_tokens.js at the root; tokens may still be inlined in main.js.',
    });
  return ok({
    entries: archive.value.entries.map(({ path, type, data }) => ({ path, type, bytes: data.byteLength })),
    tokensFile: file.value ? { path: file.value.path, items: items?.ok ? items.value : [] } : null,
    helperVersion: helperVersion(archive.value),
    packedBytes: packed.byteLength,
    unpackedBytes: archive.value.bytes.byteLength,
    findings: [...findings, ...(text ? fileFindings(text) : [])],
  });
}

/** The tokens file at the root, however it is spelled (`./edgekv_tokens.js`); null when there is none. */
function findTokensFile({ entries }: Archive): Result<ArchiveEntry | null> {
  const found = entries.find((entry) => entry.normalized === TOKENS_FILE);
  if (!found || found.type === 'file') return ok(found ?? null);
  return fail(
    'bundle-refused',
    422,
    `edgekv_tokens.js in the bundle is a ${found.type}, no file.`,
    'Nothing was changed. Put the file itself into the bundle.',
  );
}

function decode(data: Uint8Array): string | undefined {
  try {
    // The BOM stays in the text, so that it stays in the file.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
}

function bundleFindings(archive: Archive, packedBytes: number, usesReferences: boolean): BundleFinding[] {
  const findings: BundleFinding[] = archive.notes.map((text) => ({
    severity: 'info',
    code: 'archive-note',
    text,
  }));
  const warn = (code: string, text: string) => findings.push({ severity: 'warning', code, text });
  const { entries } = archive;
  if (entries.some((entry) => entry.path.startsWith('./') && entry.normalized !== '')) {
    warn(
      'dot-prefix',
      'Names begin with ./, which Akamai refuses. They were kept. Pack with tar -czf bundle.tgz *.',
    );
  }
  for (const name of ['main.js', 'bundle.json']) {
    if (!entries.some((entry) => entry.normalized === name))
      warn('file-missing', `There is no ${name} at the root; Akamai needs it.`);
  }
  const executable = entries.find((entry) => entry.type === 'file' && (entry.mode & 0o111) !== 0);
  if (executable) warn('executable', `${executable.normalized} is executable; Akamai refuses that.`);
  const version = helperVersion(archive);
  if (usesReferences && version !== null && isOlder(version)) {
    warn(
      'old-helper',
      `edgekv.js ${version} cannot read references: it needs ${HELPER_MIN.join('.')} or newer.`,
    );
  }
  const elsewhere = entries.find(
    (entry) => entry.normalized !== TOKENS_FILE && entry.normalized.endsWith(`/${TOKENS_FILE}`),
  );
  if (elsewhere)
    warn(
      'tokens-file-elsewhere',
      `${elsewhere.normalized} was not touched: the helper reads the file at the root.`,
    );
  if (packedBytes > AKAMAI_PACKED_MAX)
    warn('too-large-packed', 'It is larger than 512 KB; Akamai takes that for combined bundles only.');
  if (archive.bytes.byteLength > AKAMAI_UNPACKED_MAX)
    warn('too-large-unpacked', 'It unpacks to more than 1 MB; Akamai takes that for combined bundles only.');
  return findings;
}

function fileFindings(text: string): BundleFinding[] {
  const items = readTokensFile(text);
  if (!items.ok) return [];
  return items.value
    .filter((item) => !item.isPrefixed)
    .map((item) => ({
      severity: 'warning',
      code: 'bare-key',
      text: `The entry ${item.key} lacks the prefix namespace-: the helper never reads it.`,
    }));
}

/** The version in the header comment of edgekv.js, or null. */
function helperVersion({ entries }: Archive): string | null {
  const helper = entries.find((entry) => entry.normalized === HELPER_FILE && entry.type === 'file');
  if (!helper) return null;
  const head = Buffer.from(helper.data.subarray(0, 4_096)).toString('latin1');
  return /\bVersion:\s*(\d{1,4}\.\d{1,4}\.\d{1,4})\b/i.exec(head)?.[1] ?? null;
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of HELPER_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

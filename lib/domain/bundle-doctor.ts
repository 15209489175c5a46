// What a bundle holds, which tokens it uses, and what Akamai, the helper or the edge would stumble over. It looks; it
// changes nothing, and never tells a value.
import { type Archive, TOKENS_FILE } from './archive';
import { type BundleCode, readCode } from './bundle-code';
import { codeFindings, missingNamespaces, placeFindings } from './bundle-code-findings';
import { type BundleFinding, finding, settled, shown, shownSafely } from './bundle-finding';
import { helperFindings, helpersOf } from './bundle-helper';
import { mainFindings } from './bundle-main';
import { MANIFEST_FILE, manifestFaults, manifestVersion } from './bundle-manifest';
import { findPlace, type TokensFileCandidate, tokensFileCandidates } from './bundle-place';
import { readScript } from './bundle-script';
import { shapeFindings, sizeFindings } from './bundle-shape';
import { decodeText, fileAt } from './bundle-text';
import { tokenFindings } from './bundle-token-findings';
import { type PlacedUse, type TokenUse, type TokenUseContext, tokenUseOf } from './bundle-token-use';
import { UNKNOWN_KEY } from './token-use-words';
import { readSecretItems, type SecretItem } from './tokens-file';
import { NAMESPACE_PREFIX } from './tokens-file-entry';

export type { BundleFinding } from './bundle-finding';

/** What is told of a bundle; no value is in it. */
export type BundleReport = {
  entries: readonly { path: string; type: string; bytes: number }[];
  /** The tokens file that is meant, or the first; null when there is none. A link is read through. */
  tokensFile: { path: string; items: readonly TokenUse[] } | null;
  /** Every tokens file of the bundle, and where links lead. */
  tokensFiles: readonly TokensFileCandidate[];
  /**
   * Tokens that stand elsewhere: in code, or in another tokens file. Key and namespace are `?` where code does not say
   * what a token is for.
   */
  inlined: readonly (TokenUse & { path: string })[];
  /** Of the helper nearest to the root; null when there is none, or it does not tell. */
  helperVersion: string | null;
  edgeWorkerVersion: string | null;
  packedBytes: number;
  unpackedBytes: number;
  findings: readonly BundleFinding[];
};

/** With the size of the bundle as it came. */
export type DoctorContext = TokenUseContext & { packedBytes: number };

/** The whole report on a bundle. */
export function examineBundle(archive: Archive, context: DoctorContext): BundleReport {
  const code = readCode(archive);
  const files = readTokensFiles(archive, context);
  const main = mainTokensFile(archive, files);
  const inCode = usesInCode(code, context);
  const uses = [...files.flatMap((file) => file.items ?? []), ...inCode];
  const hasHelper = helpersOf(archive).length > 0 || code.callers.some((one) => one.isHelper);
  const isUnread = files.some((file) => file.items === null);
  // Other libraries have namespaces too.
  const isOfEdgeKv = hasHelper || code.callers.length > 0 || files.length > 0 || uses.length > 0;
  const manifest = manifestOf(archive);
  const findings = [
    ...sizeFindings(context.packedBytes, archive.bytes.byteLength),
    ...archiveFindings(archive, {
      code,
      usesReferences: uses.some(({ form }) => form === 'reference'),
      inCode: new Set(inCode.map(({ path }) => path)),
    }),
    ...manifestFindings(manifest),
    ...mainFindings(archive),
    ...files.flatMap((file) => fileFindings(file, hasHelper)),
    ...tokenFindings(uses, context, hasHelper),
    ...(isOfEdgeKv && !isUnread ? missingNamespaces(code, uses) : []),
    ...codeFindings(code, files.length > 0 || inCode.length > 0),
  ];
  return {
    entries: archive.entries.map(({ path, type, data }) => ({ path, type, bytes: data.byteLength })),
    tokensFile: main && { path: main.path, items: main.items ?? [] },
    tokensFiles: tokensFileCandidates(archive),
    inlined: [...files.flatMap((file) => (file === main ? [] : (file.items ?? []))), ...inCode],
    helperVersion: helpersOf(archive)[0]?.version ?? null,
    edgeWorkerVersion: versionOf(manifest),
    packedBytes: context.packedBytes,
    unpackedBytes: archive.bytes.byteLength,
    findings: settled(findings),
  };
}

type ArchiveFacts = {
  code: BundleCode;
  usesReferences: boolean;
  /** Files in whose code tokens stand. */
  inCode: ReadonlySet<string>;
};

/** What is true of the archive whatever the account holds: the part of the report that every patched bundle gets. */
export function archiveFindings(
  archive: Archive,
  { code, usesReferences, inCode }: ArchiveFacts,
): BundleFinding[] {
  return [
    ...archive.notes.map((text) => finding('info', 'archive-note', text)),
    ...shapeFindings(archive),
    ...helperFindings(archive, code, usesReferences),
    ...placeFindings(archive, code, inCode),
  ];
}

type ReadFile = {
  path: string;
  /** Null when the file cannot be read. */
  items: readonly PlacedUse[] | null;
  /** Why, in words. */
  fault: string | null;
  isNamed: boolean;
};

/** Together; a bundle of more of them is made to keep us busy. */
const TOKENS_BYTES_MAX = 1024 * 1024;

/** Every tokens file, read; links to a file that is read anyway are left out. */
function readTokensFiles(archive: Archive, context: TokenUseContext): ReadFile[] {
  const read = new Set<string>();
  let bytesLeft = TOKENS_BYTES_MAX;
  return tokensFileCandidates(archive).flatMap(({ path, leadsTo }): ReadFile[] => {
    const target = leadsTo ?? path;
    const file = fileAt(archive, target);
    if (!file || read.has(target)) return [];
    read.add(target);
    bytesLeft -= file.data.byteLength;
    if (bytesLeft < 0)
      return [unread(path, `${shown(path)} was not read: all tokens files together are too large.`)];
    return [readTokensFile(path, file.data, context)];
  });
}

function unread(path: string, fault: string): ReadFile {
  return { path, items: null, fault, isNamed: true };
}

function readTokensFile(path: string, data: Uint8Array, context: TokenUseContext): ReadFile {
  const text = decodeText(data);
  if (text === null) return unread(path, `${shown(path)} is not UTF-8 text.`);
  const read = readSecretItems(text);
  if (!read.ok)
    return unread(
      path,
      shownSafely(
        read.problem.title.replace(TOKENS_FILE, () => shown(path)),
        400,
      ),
    );
  const items = read.value.items.map((item) => ({ ...tokenUseOf(item, context), path, isInlined: false }));
  // A file of comments is understood, and exports nothing.
  const isNamed = read.value.isNamed && (items.length > 0 || readScript(data).code.trim() !== '');
  return { path, items, fault: null, isNamed };
}

/** The one at the place where a patch would write; when that is a question, the first. */
function mainTokensFile(archive: Archive, files: readonly ReadFile[]): ReadFile | null {
  const place = findPlace(archive, null);
  const meant = place.ok ? files.find(({ path }) => path === place.value.path) : undefined;
  return meant ?? files[0] ?? null;
}

function usesInCode(code: BundleCode, context: TokenUseContext): PlacedUse[] {
  return code.tokens.flatMap(({ path, key, token, reference, value, isCertain }) => {
    const isPrefixed = key?.startsWith(NAMESPACE_PREFIX) ?? false;
    const form = value === null ? 'reference' : reference === null ? 'value' : 'both';
    const item: SecretItem = {
      key: key ?? UNKNOWN_KEY,
      namespace: key === null ? UNKNOWN_KEY : isPrefixed ? key.slice(NAMESPACE_PREFIX.length) : key,
      isPrefixed,
      token,
      form,
      reference,
      value,
    };
    const use = { ...tokenUseOf(item, context), path, isInlined: true };
    return isCertain || use.known ? [use] : [];
  });
}

function fileFindings({ path, items, fault, isNamed }: ReadFile, hasHelper: boolean): BundleFinding[] {
  const name = shown(path);
  if (fault !== null) return [finding('error', 'tokens-file-unreadable', fault)];
  const nameless = `${name} does not export edgekv_access_tokens by that name: the helper cannot load it.`;
  return [
    ...(isNamed ? [] : [finding(hasHelper ? 'error' : 'warning', 'no-named-export', nameless)]),
    ...(items?.length === 0 ? [finding('info', 'tokens-file-empty', `${name} has no entry yet.`)] : []),
  ];
}

type Manifest = { text: string | null } | null;

function manifestOf(archive: Archive): Manifest {
  const file = fileAt(archive, MANIFEST_FILE);
  return file && { text: decodeText(file.data) };
}

function manifestFindings(manifest: Manifest): BundleFinding[] {
  if (!manifest) return [];
  if (manifest.text === null) return [finding('error', 'manifest-invalid', 'bundle.json is not UTF-8 text.')];
  return manifestFaults(manifest.text).map(({ severity, words }) => {
    const verb = severity === 'error' ? 'refuses' : 'may refuse';
    return finding(severity, 'manifest-invalid', `Akamai ${verb} bundle.json: ${words}.`);
  });
}

function versionOf(manifest: Manifest): string | null {
  const version = manifest?.text ? manifestVersion(manifest.text) : null;
  return version && shownSafely(version);
}

// What a bundle holds, which tokens it uses, and what Akamai, the helper or the edge would stumble over. It looks; it
// changes nothing, and never tells a value.
import { type Archive, TOKENS_FILE } from './archive';
import { type BundleCode, readCode } from './bundle-code';
import { codeFindings, missingNamespaces, placeFindings, senderFindings } from './bundle-code-findings';
import { type BundleFinding, finding, settled, shown, shownSafely } from './bundle-finding';
import { helperFindings, helpersOf } from './bundle-helper';
import { mainFindings } from './bundle-main';
import { MANIFEST_FILE, manifestDependencies, manifestFaults, manifestVersion } from './bundle-manifest';
import { findPlace, type TokensFileCandidate, tokensFileCandidates } from './bundle-place';
import { readScript } from './bundle-script';
import { shapeFindings, sizeFindings } from './bundle-shape';
import { decodeText, fileAt } from './bundle-text';
import { tokenFindings } from './bundle-token-findings';
import {
  matchFact,
  type PlacedUse,
  type TokenFact,
  type TokenUse,
  type TokenUseContext,
  tokenFactOf,
} from './bundle-token-use';
import type { Day } from './day';
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
  const seen = lookAt(archive);
  const uses = seen.facts.map((fact) => placeUse(fact, context)).filter(isCounted);
  const main = mainTokensFile(archive, seen.files);
  const mainItems = uses.filter((use) => !use.isInlined && use.path === main?.path);
  const { before, after } = lastingFindings(archive, seen, uses, context.packedBytes);
  return {
    entries: archive.entries.map(({ path, type, data }) => ({ path, type, bytes: data.byteLength })),
    tokensFile: main && { path: main.path, items: mainItems.map(withoutCertainty) },
    tokensFiles: tokensFileCandidates(archive),
    inlined: uses.filter((use) => !mainItems.includes(use)).map(withoutCertainty),
    helperVersion: helpersOf(archive)[0]?.version ?? null,
    edgeWorkerVersion: versionOf(seen.manifest),
    packedBytes: context.packedBytes,
    unpackedBytes: archive.bytes.byteLength,
    findings: settled([
      ...before,
      ...tokenFindings(uses, context, seen.hasHelper),
      ...after,
      ...(uses.some((use) => use.isInlined) ? [] : unreadSenders(seen)),
    ]),
  };
}

/** An entry with where it stands; `isCertain`: whether it is surely one, or only if the account has such a token. */
export type PlacedFact = TokenFact & Pick<PlacedUse, 'path' | 'isInlined'> & { isCertain: boolean };

/** What is true of a bundle whatever the account holds and whatever day it is, so that it can be kept. No value is in it. */
export type BundleFacts = {
  uses: readonly PlacedFact[];
  hasHelper: boolean;
  helperVersion: string | null;
  /** EdgeWorkers whose code runs with this one's, and is not in this bundle. */
  dependencies: readonly string[];
  /** All but those about the tokens' state, dates and limits. */
  findings: readonly BundleFinding[];
  /** Those that hold as long as nothing in its code is a token that the account has. */
  senders: readonly BundleFinding[];
};

/** What may be kept of a bundle; `packedBytes` is its size as it came. */
export function readBundleFacts(archive: Archive, packedBytes: number): BundleFacts {
  const seen = lookAt(archive);
  const certain = seen.facts.filter((fact) => fact.isCertain);
  const uses = certain.map((fact) => placeUse(fact, { tokens: null, today: NO_DAY, edgeWorker: null }));
  const { before, after } = lastingFindings(archive, seen, uses, packedBytes);
  return {
    uses: seen.facts,
    hasHelper: seen.hasHelper,
    helperVersion: helpersOf(archive)[0]?.version ?? null,
    dependencies: seen.manifest?.text ? manifestDependencies(seen.manifest.text) : [],
    findings: settled([...before, ...after]),
    senders: uses.some((use) => use.isInlined) ? [] : settled(unreadSenders(seen)),
  };
}

/** Without tokens no state is looked at, so that no day counts. */
const NO_DAY = '1970-01-01' as Day;

/** The uses of a bundle that was read before, matched with what the account knows now, and what that finds. */
export function matchFacts(
  { uses: facts, hasHelper, senders }: Pick<BundleFacts, 'uses' | 'hasHelper' | 'senders'>,
  context: TokenUseContext,
): { uses: readonly PlacedUse[]; findings: readonly BundleFinding[] } {
  const uses = facts.map((fact) => placeUse(fact, context)).filter(isCounted);
  const unread = uses.some((use) => use.isInlined) ? [] : senders;
  return {
    uses: uses.map(withoutCertainty),
    findings: settled([...tokenFindings(uses, context, hasHelper), ...unread]),
  };
}

type CertainUse = PlacedUse & { isCertain: boolean };

function placeUse({ path, isInlined, isCertain, ...fact }: PlacedFact, context: TokenUseContext): CertainUse {
  return { ...matchFact(fact, context), path, isInlined, isCertain };
}

function isCounted({ isCertain, known }: CertainUse): boolean {
  return isCertain || known !== null;
}

function withoutCertainty({ isCertain: _, ...use }: CertainUse): PlacedUse {
  return use;
}

type Seen = {
  code: BundleCode;
  files: readonly ReadFile[];
  manifest: Manifest;
  hasHelper: boolean;
  facts: readonly PlacedFact[];
};

function lookAt(archive: Archive): Seen {
  const code = readCode(archive);
  const files = readTokensFiles(archive);
  const hasHelper = helpersOf(archive).length > 0 || code.callers.some((one) => one.isHelper);
  const facts = [...files.flatMap((file) => file.items ?? []), ...factsInCode(code)];
  return { code, files, manifest: manifestOf(archive), hasHelper, facts };
}

/** What stands before and after the findings about tokens. */
function lastingFindings(archive: Archive, seen: Seen, uses: readonly PlacedUse[], packedBytes: number) {
  const { code, files, manifest, hasHelper } = seen;
  const inCode = uses.filter((use) => use.isInlined);
  const isUnread = files.some((file) => file.items === null);
  // Other libraries have namespaces too.
  const isOfEdgeKv = hasHelper || code.callers.length > 0 || files.length > 0 || uses.length > 0;
  const before = [
    ...sizeFindings(packedBytes, archive.bytes.byteLength),
    ...archiveFindings(archive, {
      code,
      usesReferences: uses.some(({ form }) => form === 'reference'),
      inCode: new Set(inCode.map(({ path }) => path)),
    }),
    ...manifestFindings(manifest),
    ...mainFindings(archive),
    ...files.flatMap((file) => fileFindings(file, hasHelper)),
  ];
  const after = [...(isOfEdgeKv && !isUnread ? missingNamespaces(code, uses) : []), ...codeFindings(code)];
  return { before, after };
}

function unreadSenders({ code, files }: Seen): BundleFinding[] {
  return senderFindings(code, files.length > 0);
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
  items: readonly PlacedFact[] | null;
  /** Why, in words. */
  fault: string | null;
  isNamed: boolean;
};

/** Together; a bundle of more of them is made to keep us busy. */
const TOKENS_BYTES_MAX = 1024 * 1024;

/** Every tokens file, read; links to a file that is read anyway are left out. */
function readTokensFiles(archive: Archive): ReadFile[] {
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
    return [readTokensFile(path, file.data)];
  });
}

function unread(path: string, fault: string): ReadFile {
  return { path, items: null, fault, isNamed: true };
}

function readTokensFile(path: string, data: Uint8Array): ReadFile {
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
  const items = read.value.items.map((item) => {
    return { ...tokenFactOf(item), path, isInlined: false, isCertain: true };
  });
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

function factsInCode(code: BundleCode): PlacedFact[] {
  return code.tokens.map(({ path, key, token, reference, value, isCertain }) => {
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
    return { ...tokenFactOf(item), path, isInlined: true, isCertain };
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

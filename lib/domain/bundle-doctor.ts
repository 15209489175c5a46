// What a bundle holds, which tokens it uses, and what Akamai, the helper or the edge would stumble over. It looks; it
// changes nothing, and never tells a value.
import { parse } from 'acorn';
import { type Archive, type ArchiveEntry, TOKENS_FILE } from './archive';
import { inlinedTokens, namedNamespaces } from './bundle-code';
import { MANIFEST_FILE, manifestFaults, manifestVersion } from './bundle-manifest';
import { tokensFileCandidates } from './bundle-place';
import { decodeText } from './bundle-text';
import { type TokenUse, type TokenUseContext, tokenFindings, tokenUseOf } from './bundle-token-use';
import { readSecretItems } from './tokens-file';
import { visibleText } from './visible-text';

/** Something that people should know about a bundle. `code` is stable, the words are not. */
export type BundleFinding = { severity: 'info' | 'warning' | 'error'; code: string; text: string };

/** References need at least this helper (edgekv.js); older ones know values only. */
export const HELPER_MIN = [0, 6, 2] as const;
const HELPER_FILE = 'edgekv.js';

/** Akamai's limits, bytes (techdocs, EdgeWorkers): a plain bundle, and one combined with others. */
export const AKAMAI_LIMITS = {
  plain: { packed: 512 * 1024, unpacked: 1024 * 1024 },
  combined: { packed: 1024 * 1024, unpacked: 5 * 1024 * 1024 },
};

/** A main.js above this is not parsed: Akamai takes none that large, and parsing it would take long. */
const MAIN_BYTES_MAX = 1024 * 1024;

export type BundleReport = {
  entries: readonly { path: string; type: string; bytes: number }[];
  /** The tokens file at the root; null when there is none. */
  tokensFile: { path: string; items: readonly TokenUse[] } | null;
  /** Every tokens file of the bundle, and where links lead. */
  tokensFiles: readonly { path: string; type: string; leadsTo: string | null }[];
  /** Tokens written into other code. */
  inlined: readonly (TokenUse & { path: string })[];
  helperVersion: string | null;
  edgeWorkerVersion: string | null;
  packedBytes: number;
  unpackedBytes: number;
  findings: readonly BundleFinding[];
};

export type DoctorContext = TokenUseContext & { packedBytes: number };

const NO_NAMED_EXPORT: BundleFinding = {
  severity: 'error',
  code: 'no-named-export',
  text: 'edgekv_tokens.js does not export edgekv_access_tokens by that name: the helper cannot load it.',
};

/** The whole report on a bundle. */
export function examineBundle(archive: Archive, context: DoctorContext): BundleReport {
  const file = rootTokensFile(archive);
  const text = file && decodeText(file.data);
  const read = text === null ? null : readSecretItems(text);
  const items = read?.ok ? read.value.items.map((item) => tokenUseOf(item, context)) : [];
  const inlined = inlinedTokens(archive).map(({ path, namespace, token, reference, value }) => {
    const form = value === null ? ('reference' as const) : ('value' as const);
    const item = {
      key: `namespace-${namespace}`,
      namespace,
      isPrefixed: true,
      token,
      form,
      reference,
      value,
    };
    return { ...tokenUseOf(item, context), path };
  });
  const usesReferences = [...items, ...inlined].some(({ form }) => form === 'reference');
  const manifest = textOf(archive, MANIFEST_FILE);
  const findings = [
    ...archiveFindings(archive, context.packedBytes, usesReferences),
    ...manifestFindings(archive),
    ...mainFindings(archive),
    ...placeFindings(archive, inlined),
    ...(file && text === null
      ? [finding('error', 'tokens-file-unreadable', 'edgekv_tokens.js is not UTF-8 text.')]
      : []),
    ...(read && !read.ok ? [finding('error', 'tokens-file-unreadable', read.problem.title)] : []),
    ...(read?.ok && !read.value.isNamed ? [NO_NAMED_EXPORT] : []),
    ...tokenFindings([...items, ...inlined], context),
    ...missingNamespaces(archive, [...items, ...inlined], read !== null && !read.ok),
  ];
  return {
    entries: archive.entries.map(({ path, type, data }) => ({ path, type, bytes: data.byteLength })),
    tokensFile: file ? { path: file.path, items } : null,
    tokensFiles: tokensFileCandidates(archive),
    inlined,
    helperVersion: helperVersion(archive),
    edgeWorkerVersion: manifest === null ? null : manifestVersion(manifest),
    packedBytes: context.packedBytes,
    unpackedBytes: archive.bytes.byteLength,
    findings,
  };
}

/** What can be told without parsing code: the part of the report that every patched bundle gets. */
export function archiveFindings(
  archive: Archive,
  packedBytes: number,
  usesReferences: boolean,
): BundleFinding[] {
  const { entries, notes, bytes } = archive;
  const findings = notes.map((text) => finding('info', 'archive-note', text));
  const warn = (code: string, text: string) => findings.push(finding('warning', code, text));
  if (entries.some((entry) => entry.path.startsWith('./') && entry.normalized !== '')) {
    warn(
      'dot-prefix',
      'Names begin with ./, which Akamai refuses. They were kept; they can be written without (strip-prefix=true).',
    );
  }
  for (const name of ['main.js', MANIFEST_FILE]) {
    if (!entries.some((entry) => entry.normalized === name))
      warn('file-missing', `There is no ${name} at the root; Akamai needs it.`);
  }
  const executable = entries.filter((entry) => entry.type === 'file' && (entry.mode & 0o111) !== 0);
  if (executable.length > 0) {
    const [first] = executable;
    const more = executable.length > 1 ? ` and ${executable.length - 1} more` : '';
    warn(
      'executable',
      `Akamai refuses executable files: ${visibleText(first?.normalized ?? '').slice(0, 80)}${more}.`,
    );
  }
  const version = helperVersion(archive);
  if (usesReferences && version !== null && isOlder(version)) {
    warn(
      'old-helper',
      `edgekv.js ${version} cannot read references: it needs ${HELPER_MIN.join('.')} or newer.`,
    );
  }
  findings.push(...sizeFindings(packedBytes, bytes.byteLength));
  return findings;
}

function sizeFindings(packed: number, unpacked: number): BundleFinding[] {
  const { plain, combined } = AKAMAI_LIMITS;
  const over = (code: string, what: string, size: number, plainMax: number, combinedMax: number) => {
    if (size <= plainMax) return [];
    const isOverAll = size > combinedMax;
    const words = isOverAll
      ? 'more than Akamai takes, even for combined bundles'
      : 'which Akamai takes for combined bundles only';
    return [finding(isOverAll ? 'error' : 'warning', code, `${what} ${kb(size)}, ${words}.`)];
  };
  return [
    ...over('too-large-packed', 'It is', packed, plain.packed, combined.packed),
    ...over('too-large-unpacked', 'It unpacks to', unpacked, plain.unpacked, combined.unpacked),
  ];
}

function kb(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KB`;
}

function manifestFindings(archive: Archive): BundleFinding[] {
  const file = fileAt(archive, MANIFEST_FILE);
  if (!file) return [];
  const text = decodeText(file.data);
  if (text === null) return [finding('error', 'manifest-invalid', 'bundle.json is not UTF-8 text.')];
  return manifestFaults(text).map((fault) =>
    finding('error', 'manifest-invalid', `Akamai refuses bundle.json: ${visibleText(fault).slice(0, 200)}.`),
  );
}

function mainFindings(archive: Archive): BundleFinding[] {
  const file = fileAt(archive, 'main.js');
  if (!file || file.data.byteLength > MAIN_BYTES_MAX) return [];
  const text = decodeText(file.data);
  const fault = text === null ? 'it is not UTF-8 text' : syntaxFault(text);
  if (fault === null) return [];
  return [finding('error', 'main-invalid', `main.js is no JavaScript module: ${fault}.`)];
}

function syntaxFault(text: string): string | null {
  try {
    parse(text, { ecmaVersion: 'latest', sourceType: 'module' });
    return null;
  } catch (error) {
    if (error instanceof SyntaxError) {
      const [, words = error.message, line = '?', column = '0'] =
        /^(.*?)\s*\((\d+):(\d+)\)$/s.exec(error.message) ?? [];
      return `line ${line}, column ${Number(column) + 1}: ${visibleText(words).slice(0, 120)}`;
    }
    if (error instanceof RangeError) return 'it is nested too deep';
    throw error;
  }
}

function placeFindings(archive: Archive, inlined: readonly { path: string }[]): BundleFinding[] {
  const candidates = tokensFileCandidates(archive);
  const findings: BundleFinding[] = [];
  const root = candidates.find(({ path }) => path === TOKENS_FILE);
  if (root && root.type !== 'file')
    findings.push(
      finding(
        'warning',
        'tokens-file-link',
        `edgekv_tokens.js is a ${root.type} to ${visibleText(root.leadsTo ?? '')}; Akamai takes files only.`,
      ),
    );
  for (const { path } of candidates.filter((one) => one !== root).slice(0, 5)) {
    findings.push(
      finding(
        'warning',
        'tokens-file-elsewhere',
        `There is also ${visibleText(path)}: the helper reads the file that lies beside it.`,
      ),
    );
  }
  const places = [...new Set(inlined.map(({ path }) => path))];
  for (const path of places.slice(0, 5)) {
    findings.push(
      finding(
        'warning',
        'tokens-inlined',
        `Tokens are written into ${visibleText(path)} by a build: a tokens file does not change those.`,
      ),
    );
  }
  if (candidates.length === 0 && places.length === 0)
    findings.push(
      finding('info', 'no-tokens-file', 'There is no edgekv_tokens.js, and no token was found in the code.'),
    );
  return findings;
}

function missingNamespaces(
  archive: Archive,
  items: readonly TokenUse[],
  isUnreadable: boolean,
): BundleFinding[] {
  if (isUnreadable) return [];
  const held = new Set(items.filter(({ isPrefixed }) => isPrefixed).map(({ namespace }) => namespace));
  return [...namedNamespaces(archive)]
    .filter(([namespace]) => !held.has(namespace))
    .slice(0, 10)
    .map(([namespace, path]) =>
      finding(
        'warning',
        'namespace-without-token',
        `${visibleText(path)} uses the namespace ${namespace}, for which the bundle has no token.`,
      ),
    );
}

function finding(severity: BundleFinding['severity'], code: string, text: string): BundleFinding {
  return { severity, code, text };
}

/** The tokens file at the root when it is a file. */
function rootTokensFile(archive: Archive): ArchiveEntry | null {
  return fileAt(archive, TOKENS_FILE);
}

function fileAt({ entries }: Archive, path: string): ArchiveEntry | null {
  return entries.find((entry) => entry.normalized === path && entry.type === 'file') ?? null;
}

function textOf(archive: Archive, path: string): string | null {
  const file = fileAt(archive, path);
  return file && decodeText(file.data);
}

/** The version in the header comment of edgekv.js, or null. */
export function helperVersion({ entries }: Archive): string | null {
  const helper = entries.find(
    (entry) => entry.normalized.split('/').at(-1) === HELPER_FILE && entry.type === 'file',
  );
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

// What the places of tokens files and the code of a bundle mean for its tokens.
import { type Archive, TOKENS_FILE } from './archive';
import type { BundleCode, CodeKey } from './bundle-code';
import { type BundleFinding, finding, listed, shown, shownSafely } from './bundle-finding';
import { tokensFileCandidates } from './bundle-place';
import type { PlacedUse } from './bundle-token-use';
import { NAMESPACE_PREFIX } from './tokens-file-entry';

/**
 * Where tokens stand: tokens files that are not at the root, links, and tokens in code (in the files `inCode`), which no
 * tokens file changes.
 */
export function placeFindings(
  archive: Archive,
  code: BundleCode,
  inCode: ReadonlySet<string>,
): BundleFinding[] {
  const candidates = tokensFileCandidates(archive);
  const [first] = candidates;
  const isAtRoot = first?.path === TOKENS_FILE;
  const findings = candidates.flatMap(({ path, type, leadsTo }): BundleFinding[] => {
    const name = shown(path);
    if (type !== 'file') {
      const words = leadsTo === null ? 'leads round in a circle' : `leads to ${shown(leadsTo)}`;
      const advice = 'Whether Akamai follows links is not known; a patch asks which file is meant.';
      return [finding('warning', 'tokens-file-link', `${name} is a ${type} and ${words}. ${advice}`)];
    }
    if (path === TOKENS_FILE) return [];
    const importer = code.imports.get(path);
    const also = isAtRoot ? 'also ' : '';
    const words = importer
      ? `There is ${also}${name}, which ${shown(importer)} imports. Akamai documents the root as its place.`
      : `There is ${also}${name}, which no code was seen to import: the helper reads the file that lies beside it.`;
    return [finding('warning', 'tokens-file-elsewhere', words)];
  });
  const inlined = new Set([...inCode, ...code.unclear.map(({ path }) => path)]);
  for (const path of inlined) {
    const words = `Tokens are written into ${shown(path)}, as builds do: a patch of a tokens file does not change those. Build the bundle again with the new token.`;
    findings.push(finding('warning', 'tokens-inlined', words));
  }
  if (candidates.length === 0 && inlined.size === 0) {
    const words = 'There is no edgekv_tokens.js, and no token was found in the code.';
    findings.push(finding('info', 'no-tokens-file', words));
  }
  return findings;
}

/** What could not be read, and what must not be taken for a use. */
export function codeFindings(code: BundleCode): BundleFinding[] {
  const findings: BundleFinding[] = [];
  for (const [path, keys] of byPath(code.unclear)) {
    const words = `${shown(path)} computes the token of ${keys}: which one it is could not be read.`;
    findings.push(finding('info', 'token-unknown', words));
  }
  for (const [path, keys] of byPath(code.commented)) {
    const words = `A comment in ${shown(path)} holds a token for ${keys}: it is not used, and was not counted.`;
    findings.push(finding('info', 'token-in-comment', words));
  }
  if (code.unclearNamespaces.length > 0) {
    const words = `A namespace is chosen at run time in ${listed(code.unclearNamespaces.map((path) => shown(path)))}: whether its token is there could not be told.`;
    findings.push(finding('info', 'namespace-unknown', words));
  }
  if (code.unsearched.length > 0) {
    const words = `There was too much to look through in ${listed(code.unsearched.map((path) => shown(path)))}: tokens in there may be missing here.`;
    findings.push(finding('info', 'code-not-searched', words));
  }
  return findings;
}

/**
 * Files that send tokens which could not be read. `hasFile`: whether there is a tokens file; that no token was found in
 * code is for who calls to see.
 */
export function senderFindings(code: BundleCode, hasFile: boolean): BundleFinding[] {
  // What is computed is told already.
  if (code.unclear.length > 0) return [];
  const isHelper = (path: string) => code.callers.some((one) => one.isHelper && one.path === path);
  // Other code can hand on what it imports, and the helper does not.
  const isHandedOn = [...code.importers].some((path) => !isHelper(path));
  const callers = code.callers.filter((one) => {
    return !code.importers.has(one.path) && !(one.isHelper ? hasFile : isHandedOn);
  });
  const senders = [
    ...callers.map((one) => ({
      path: one.path,
      what: one.isHelper ? 'holds an EdgeKV helper' : 'calls EdgeKV itself',
    })),
    ...code.overriding
      .filter(() => !isHandedOn)
      .map((path) => ({ path, what: 'hands the EdgeKV helper a token' })),
  ];
  return senders.map(({ path, what }) =>
    finding('info', 'token-unknown', `${shown(path)} ${what}: which token it sends could not be read.`),
  );
}

function byPath(keys: readonly CodeKey[]): [path: string, keys: string][] {
  return [...new Set(keys.map(({ path }) => path))].slice(0, 10).map((path) => {
    const own = keys.filter((one) => one.path === path).map(({ key }) => shownKey(key));
    return [path, listed([...new Set(own)])];
  });
}

/** A key with its namespace checked on its own: together they are as long as a secret may be. */
function shownKey(key: string): string {
  return key.startsWith(NAMESPACE_PREFIX)
    ? `${NAMESPACE_PREFIX}${shownSafely(key.slice(NAMESPACE_PREFIX.length))}`
    : shownSafely(key);
}

/** Namespaces that code names and no entry is for. A bare key and a computed token are told elsewhere. */
export function missingNamespaces(code: BundleCode, uses: readonly PlacedUse[]): BundleFinding[] {
  const held = new Set(uses.flatMap(({ namespace, legacy }) => [namespace, ...(legacy?.namespaces ?? [])]));
  for (const { key } of code.unclear) held.add(key.slice(NAMESPACE_PREFIX.length));
  return [...code.namespaces]
    .filter(([namespace]) => !held.has(namespace))
    .map(([namespace, path]) =>
      finding(
        'warning',
        'namespace-without-token',
        `${shown(path)} uses the namespace ${namespace}, for which the bundle has no token.`,
      ),
    );
}

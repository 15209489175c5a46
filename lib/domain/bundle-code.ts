// What the JavaScript of a bundle tells about tokens without running or fully parsing it: bundles may be minified and
// large, so these are bounded searches for the spellings that matter. They inform; nothing is changed by them. What they
// cannot read they say, for "no token was found" must not mean "none is used".
import { type Archive, TOKENS_FILE } from './archive';
import { resolveInside, staysInside } from './archive-path';
import { namespacesInCode } from './bundle-code-namespaces';
import { type CodeToken, tokensInScript } from './bundle-code-tokens';
import { readScript, type Script } from './bundle-script';
import { endOfLink, entriesByPath, fileName } from './bundle-text';
import { NAMESPACE_PREFIX } from './tokens-file-entry';

/** What all scripts of a bundle tell together. */
export type BundleCode = {
  /** Tokens files that code imports, as paths below the root, with the file that imports each. */
  imports: ReadonlyMap<string, string>;
  /** All files that import one. */
  importers: ReadonlySet<string>;
  /** Tokens in files other than a tokens file. */
  tokens: readonly CodeToken[];
  /** Entries in comments, and entries whose token cannot be read. */
  commented: readonly CodeKey[];
  unclear: readonly CodeKey[];
  /** Namespaces that code names for the helper, with the file that names each first. */
  namespaces: ReadonlyMap<string, string>;
  /** Files that name a namespace which only the run tells. */
  unclearNamespaces: readonly string[];
  /** Files that speak to EdgeKV themselves: the helper, a helper that a bundler put there, or code of one's own. */
  callers: readonly Caller[];
  /** Files that hand the helper a token, as an expression, to send in place of the table's. */
  overriding: readonly string[];
  /** Files that were not searched to their end. */
  unsearched: readonly string[];
};

/** A key of a tokens table, as a file spells it. */
export type CodeKey = { path: string; key: string };

/** A file that speaks to EdgeKV. */
export type Caller = {
  path: string;
  /** Whether it looks tokens up as the helper does, by `"namespace-" + …`. */
  isHelper: boolean;
  /** Whether it knows the header that takes references. */
  sendsReferences: boolean;
};

/** Bytes of scripts that are looked at in one bundle: Akamai takes 5 MB, and looking at all that we take would be long. */
const SCRIPT_BYTES_MAX = 8 * 1024 * 1024;
const CHARS_MAX = 1_000_000;
const FINDS_MAX = 5_000;
const IMPORTS_MAX = 200;
const SPECIFIER_CHARS_MAX = 300;
/** The helper's option with neither a text nor nothing; a parameter of that name with a default is none. */
const OVERRIDES =
  /(?<![.#\w$])token_override["'`]?\s*(?:[,}]|:\s*(?!(?:null|undefined|void 0)\b)[A-Za-z_$([](?![\w$]*\s*=[^=>]))/;

/**
 * Without one of these a script neither holds a token for certain, nor imports a tokens file, nor is a helper. Searching
 * for them takes a fraction of the time that reading it would.
 */
const OF_TOKENS = [NAMESPACE_PREFIX, 'reference', 'eyJ', TOKENS_FILE, 'EdgeDB-Auth', 'edgedb-auth'];

/**
 * Looks at all scripts of a bundle; `isOfTokensOnly`: at those that matter for where tokens stand, so that
 * `namespaces`, `unclearNamespaces`, and tokens that are not certain, may be missing.
 */
export function readCode(archive: Archive, { isOfTokensOnly = false } = {}): BundleCode {
  const imports = new Map<string, string>();
  const importers = new Set<string>();
  const namespaces = new Map<string, string>();
  const tokens: CodeToken[] = [];
  const [commented, unclear]: [CodeKey[], CodeKey[]] = [[], []];
  const [unclearNamespaces, unsearched, overriding]: [string[], string[], string[]] = [[], [], []];
  const callers: Caller[] = [];
  const budget = { charsLeft: CHARS_MAX, findsLeft: FINDS_MAX };
  const scripts = scriptsOf(archive, isOfTokensOnly ? OF_TOKENS : null, unsearched);
  for (const { path, script } of scripts) {
    for (const one of importedTokensFiles(script.code, path)) {
      importers.add(path);
      if (!imports.has(one)) imports.set(one, path);
    }
    const caller = callerOf(script, path);
    if (caller) callers.push(caller);
    // The helper names only what it was told.
    if (fileName(path) === 'edgekv.js') continue;
    if (OVERRIDES.test(script.code)) overriding.push(path);
    const held = tokensInScript(script, path, budget);
    tokens.push(...held.tokens);
    commented.push(...held.commented.map((key) => ({ path, key })));
    unclear.push(...held.unclear.map((key) => ({ path, key })));
    const named = namespacesInCode(script.code, budget);
    for (const one of named.names) if (!namespaces.has(one)) namespaces.set(one, path);
    if (named.isUnclear) unclearNamespaces.push(path);
    if (held.isCut || named.isCut) unsearched.push(path);
  }
  const found = { imports, importers, tokens, commented, unclear, namespaces, unclearNamespaces };
  return { ...found, callers, overriding, unsearched };
}

/** The tokens files that code of the bundle imports, as paths below the root. */
export function importedTokensFilesOf(archive: Archive): ReadonlySet<string> {
  const imports = new Set<string>();
  for (const { path, script } of scriptsOf(archive, [TOKENS_FILE], []))
    for (const one of importedTokensFiles(script.code, path)) imports.add(one);
  return imports;
}

/** The scripts of a bundle, only those with one of `words` where some are told; what is beyond the limit is told. */
function* scriptsOf(
  archive: Archive,
  words: readonly string[] | null,
  unsearched: string[],
): Generator<{ path: string; script: Script }> {
  const tokensFiles = pathsOfTokensFiles(archive);
  let bytesLeft = SCRIPT_BYTES_MAX;
  for (const { normalized: path, type, data } of archive.entries) {
    if (type !== 'file' || !/\.[cm]?js$/i.test(fileName(path)) || tokensFiles.has(path)) continue;
    if (data.byteLength > bytesLeft) {
      unsearched.push(path);
      continue;
    }
    bytesLeft -= data.byteLength;
    if (!words || holdsOneOf(data, words)) yield { path, script: readScript(data) };
  }
}

/** Without a copy, as `toString` would make: of large scripts that costs more than searching them several times. */
function holdsOneOf(data: Uint8Array, words: readonly string[]): boolean {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return words.some((word) => bytes.includes(word, 0, 'latin1'));
}

/** Tokens files, and the files of other names that links of that name lead to: they are read as what they are. */
function pathsOfTokensFiles(archive: Archive): ReadonlySet<string> {
  const named = archive.entries.filter(({ normalized }) => fileName(normalized) === TOKENS_FILE);
  const byPath = entriesByPath(archive);
  return new Set(named.flatMap((entry) => endOfLink(byPath, entry)?.path ?? []));
}

/** The tokens files that a script imports by `import … from`, `export … from` or `import(…)`. */
function importedTokensFiles(code: string, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  let count = 0;
  for (let at = code.indexOf(TOKENS_FILE); at >= 0; at = code.indexOf(TOKENS_FILE, at + 1)) {
    count += 1;
    if (count > IMPORTS_MAX) break;
    const end = at + TOKENS_FILE.length;
    const quote = code[end] ?? '';
    if (!'"\'`'.includes(quote)) continue;
    const room = code.slice(Math.max(0, at - SPECIFIER_CHARS_MAX), at);
    const start = room.lastIndexOf(quote);
    const specifier = `${room.slice(start + 1)}${TOKENS_FILE}`;
    if (
      start < 0 ||
      !/^\.{1,2}\/(?:[^"'`\\\s]*\/)?edgekv_tokens\.js$/.test(specifier) ||
      !isImport(room.slice(0, start))
    )
      continue;
    // Only what lies in the bundle, by a name that the archive can hold: others are the code's mistake.
    if (staysInside(from, specifier, true)) found.add(resolveInside(from, specifier, true));
  }
  return found;
}

function isImport(before: string): boolean {
  const head = before.trimEnd().replace(/\($/, '').trimEnd();
  return /(?:^|[^\w$.])(?:from|import)$/.test(head.slice(-8));
}

function callerOf({ code }: Script, path: string): Caller | null {
  const knows = (words: string) => code.includes(words) || code.includes(words.toLowerCase());
  if (!knows('EdgeDB-Auth')) return null;
  const isHelper = /namespace-(?:["'`]|\$\{)/.test(code);
  return { path, isHelper, sendsReferences: knows('EdgeDB-Auth-Ref') };
}

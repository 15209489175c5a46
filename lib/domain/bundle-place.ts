// Where in a bundle the tokens file is, or belongs: at the root, unless the code itself imports another one. When that
// is not clear, people are asked.
import { type Archive, type ArchiveEntry, TOKENS_FILE } from './archive';
import { importedTokensFilesOf } from './bundle-code';
import { shown } from './bundle-finding';
import { endOfLink, entriesByPath, fileName } from './bundle-text';
import { fail, ok, type Result } from './problem';

/** Something by the name of a tokens file. */
export type TokensFileCandidate = {
  path: string;
  type: 'file' | 'link' | 'symlink';
  /** Where a link leads in the end: to a file, or to nothing; null when it leads round in a circle, and for a file. */
  leadsTo: string | null;
};

export type Place = {
  /** Below the root, without `./`. */
  path: string;
  /** The entry to replace; null for a new file. */
  entry: ArchiveEntry | null;
  /** What it holds now: for a link, the file that it leads to. */
  existing: Uint8Array | null;
};

/** Everything in the archive that is called edgekv_tokens.js, the root's first. */
export function tokensFileCandidates(archive: Archive): TokensFileCandidate[] {
  const byPath = entriesByPath(archive);
  return archive.entries
    .flatMap((entry): TokensFileCandidate[] => {
      const { normalized: path, type } = entry;
      if (fileName(path) !== TOKENS_FILE || type === 'directory') return [];
      return [{ path, type, leadsTo: type === 'file' ? null : (endOfLink(byPath, entry)?.path ?? null) }];
    })
    .sort((a, b) => Number(b.path === TOKENS_FILE) - Number(a.path === TOKENS_FILE));
}

/**
 * The place that `asked` names, or the one that is meant. Problems: `tokens-file-choice` (409, with the choices in
 * `fields.file`) when nobody can tell, `invalid-fields` (422) for a choice that is none, `bundle-refused` (422) when no
 * file can be put there.
 */
export function findPlace(archive: Archive, asked: string | null): Result<Place> {
  const candidates = tokensFileCandidates(archive);
  if (asked === null) {
    const root = candidates.find(({ path }) => path === TOKENS_FILE);
    if (root && root.type !== 'file')
      return choice(`edgekv_tokens.js in the bundle is a ${root.type}.`, choicesOf(archive, candidates, []));
    // A link to the root's file is no second file.
    const others = candidates.filter((one) => one !== root && one.leadsTo !== TOKENS_FILE);
    return root && others.length === 0
      ? placeAt(archive, TOKENS_FILE)
      : placeByImports(archive, candidates, others);
  }
  const choices = choicesOf(archive, candidates, importsOf(archive));
  const path = asked.replace(/^(\.\/+)+/, '');
  return choices.includes(path) ? placeAt(archive, path) : wrongChoice(asked, choices);
}

/** The place when there is no tokens file, or another one beside the root's: the one that code imports, if it is one. */
function placeByImports(
  archive: Archive,
  candidates: readonly TokensFileCandidate[],
  others: readonly TokensFileCandidate[],
): Result<Place> {
  const imports = importsOf(archive);
  const [only, second] = imports;
  const isOne = only !== undefined && second === undefined;
  const isThere = isOne && candidates.some(({ path, type }) => path === only && type === 'file');
  if (isOne && (isThere || candidates.length === 0)) return placeAt(archive, only);
  if (candidates.length === 0 && (imports.length === 0 || imports.includes(TOKENS_FILE)))
    return placeAt(archive, TOKENS_FILE);
  const paths = joined(
    others.map(({ path }) => path),
    ' and ',
  );
  const title =
    candidates.length === 0
      ? `Code of the bundle imports ${joined(imports, ' and ')}, and none of them is there.`
      : candidates[0]?.path === TOKENS_FILE
        ? `The bundle has edgekv_tokens.js at its root, and also ${paths}.`
        : `The bundle has no edgekv_tokens.js at its root, but ${paths}.`;
  return choice(title, choicesOf(archive, candidates, imports));
}

/** The tokens files that code imports, as far as they are there or have a name that every reader of archives can write. */
function importsOf(archive: Archive): string[] {
  return [...importedTokensFilesOf(archive)].filter(
    (path) => /^[\w.~/-]{1,100}$/.test(path) || archive.entries.some((one) => one.normalized === path),
  );
}

function placeAt(archive: Archive, path: string): Result<Place> {
  const { entries } = archive;
  const entry = entries.find((one) => one.normalized === path) ?? null;
  const file = entries.find(
    ({ normalized, type }) => type !== 'directory' && path.startsWith(`${normalized}/`),
  );
  if (file) return inTheWay(`${file.normalized} is a ${file.type}, and no folder`);
  return ok({ path, entry, existing: entry && (endOfLink(entriesByPath(archive), entry)?.file ?? null) });
}

function inTheWay(what: string) {
  return fail(
    'bundle-refused',
    422,
    `The tokens file cannot be put into the bundle: ${shown(what, 240)}.`,
    'Nothing was changed. Rename or remove it, and pack the bundle again.',
  );
}

/** The root always, everything by the right name, the files that links of that name lead to, and what code imports. */
function choicesOf(
  { entries }: Archive,
  candidates: readonly TokensFileCandidate[],
  imports: readonly string[],
): string[] {
  const linked = candidates.flatMap(({ leadsTo }) => leadsTo ?? []);
  const files = linked.filter((path) =>
    entries.some((one) => one.normalized === path && one.type === 'file'),
  );
  return [...new Set([TOKENS_FILE, ...candidates.map(({ path }) => path), ...files, ...imports])];
}

function choice(title: string, choices: string[]) {
  const words = joined(
    choices.map((path) => `file=${path}`),
    ' or ',
  );
  return fail(
    'tokens-file-choice',
    409,
    title,
    `Nothing was changed. Say which file is meant: ${words}. The helper reads the one that lies beside it.`,
    { fields: { file: choices } },
  );
}

function wrongChoice(asked: string, choices: readonly string[]) {
  const words = `The bundle has no tokens file ${shown(asked)}.`;
  return fail('invalid-fields', 422, words, `Nothing was changed. There is ${joined(choices, ' or ')}.`, {
    fields: { file: [words] },
  });
}

function joined(paths: readonly string[], word: string): string {
  const all = paths.map((path) => shown(path));
  return all.length > 4 ? `${all.slice(0, 4).join(', ')} and ${all.length - 4} more` : all.join(word);
}

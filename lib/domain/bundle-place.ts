// Where in a bundle the tokens file is, or belongs: at the root, unless the code itself imports another one. When that
// is not clear, people are asked.
import { type Archive, type ArchiveEntry, TOKENS_FILE } from './archive';
import { resolveInside } from './archive-path';
import { importedTokensFiles } from './bundle-code';
import { fail, ok, type Result } from './problem';
import { visibleText } from './visible-text';

/** Something by the name of a tokens file. */
export type TokensFileCandidate = {
  path: string;
  type: 'file' | 'link' | 'symlink';
  /** Where a link leads. */
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
export function tokensFileCandidates({ entries }: Archive): TokensFileCandidate[] {
  return entries
    .flatMap(({ normalized, type, linkPath }): TokensFileCandidate[] => {
      if (normalized.split('/').at(-1) !== TOKENS_FILE || type === 'directory') return [];
      const leadsTo = linkPath === null ? null : resolveInside(normalized, linkPath, type === 'symlink');
      return [{ path: normalized, type, leadsTo }];
    })
    .sort((a, b) => Number(b.path === TOKENS_FILE) - Number(a.path === TOKENS_FILE));
}

/**
 * The place that `asked` names, or the one that is meant. Problems: `tokens-file-choice` (409, with the choices in
 * `fields.file`) when nobody can tell, `invalid-fields` (422) for a choice that is none.
 */
export function findPlace(archive: Archive, asked: string | null): Result<Place> {
  const candidates = tokensFileCandidates(archive);
  const at = (path: string): Place => {
    const entry = archive.entries.find((one) => one.normalized === path) ?? null;
    return { path, entry, existing: entry && contentOf(archive, entry) };
  };
  if (asked !== null) {
    const path = asked.replace(/^(\.\/+)+/, '');
    if (path === TOKENS_FILE || candidates.some((one) => one.path === path)) return ok(at(path));
    return wrongChoice(asked, candidates);
  }
  const root = candidates.find(({ path }) => path === TOKENS_FILE);
  const others = candidates.filter((one) => one !== root);
  if (root?.type === 'file') return ok(at(TOKENS_FILE));
  if (root) return choice(`edgekv_tokens.js in the bundle is a ${root.type}.`, candidates);
  const imported = [...importedTokensFiles(archive)];
  const [only] = imported;
  if (imported.length === 1 && only !== undefined) {
    const isThere = others.some(({ path, type }) => path === only && type === 'file');
    if (only === TOKENS_FILE || isThere || others.length === 0) return ok(at(only));
  }
  if (others.length === 0) return ok(at(TOKENS_FILE));
  return choice(
    `The bundle has no edgekv_tokens.js at its root, but ${shown(others.map(({ path }) => path))}.`,
    candidates,
  );
}

/** The bytes of a file, or of the file that a link leads to; null when there is none. */
function contentOf({ entries }: Archive, entry: ArchiveEntry): Uint8Array | null {
  let current: ArchiveEntry | undefined = entry;
  for (let steps = 0; current && steps < 8; steps += 1) {
    if (current.type === 'file') return current.data;
    const { normalized, linkPath, type }: ArchiveEntry = current;
    if (linkPath === null) return null;
    const target = resolveInside(normalized, linkPath, type === 'symlink');
    current = entries.find((one) => one.normalized === target);
  }
  return null;
}

function choice(title: string, candidates: readonly TokensFileCandidate[]) {
  const paths = [...new Set([TOKENS_FILE, ...candidates.map(({ path }) => path)])];
  const linked = candidates.flatMap(({ leadsTo }) => leadsTo ?? []);
  const choices = [
    ...new Set([...paths, ...linked.filter((path) => candidates.some((one) => one.path === path))]),
  ];
  return fail(
    'tokens-file-choice',
    409,
    title,
    `Nothing was changed. Say which file is meant: ${shown(choices.map((path) => `file=${path}`))}. The root is where the helper library looks when it lies there too.`,
    { fields: { file: choices } },
  );
}

function wrongChoice(asked: string, candidates: readonly TokensFileCandidate[]) {
  const words = `The bundle has no tokens file ${shown([asked])}.`;
  const choices = [...new Set([TOKENS_FILE, ...candidates.map(({ path }) => path)])];
  return fail('invalid-fields', 422, words, `Nothing was changed. There is ${shown(choices)}.`, {
    fields: { file: [words] },
  });
}

function shown(paths: readonly string[]): string {
  const all = paths.map((path) => visibleText(path).slice(0, 120));
  return all.length > 4 ? `${all.slice(0, 4).join(', ')} and ${all.length - 4} more` : all.join(' or ');
}

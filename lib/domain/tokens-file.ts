// edgekv_tokens.js: which tokens it holds, and putting tokens in. Edits are by range, so that comments, order, quotes,
// indentation and everybody else's entries stay as they were. What cannot be edited safely is refused, never guessed.
import { fail, ok, type Problem, type Result } from './problem';
import { isAsPlanned } from './tokens-file-check';
import { applyEdits } from './tokens-file-edit';
import { NAMESPACE_PREFIX, type TokensFileEntry, tokensFileKey } from './tokens-file-entry';
import { isLineEnd } from './tokens-file-gaps';
import { type ParsedEntry, parseTable } from './tokens-file-parse';
import { added, formOf, planChanges, type Wanted } from './tokens-file-plan';
import { lineEndOf, printEntry, STANDARD_STYLE } from './tokens-file-style';
import { ENTRIES_MAX, SOURCE_CHARS_MAX } from './tokens-file-syntax';
import { TABLE_NAME } from './tokens-file-table';

/** An entry as people may see it: what it refers to, never a value. */
export type TokensFileItem = {
  key: string;
  /** The namespace it stands for. */
  namespace: string;
  /** False for a bare key, which the run-time helper never reads (cli-edgeworkers#156). */
  isPrefixed: boolean;
  /** The token's name as the entry says it. */
  token: string | null;
  form: 'reference' | 'value' | 'both' | 'none';
  reference: string | null;
};

/** What happened to one key; `was` names what the key held before. */
export type Change = {
  kind: 'add' | 'replace' | 'repair' | 'remove' | 'keep';
  key: string;
  namespace: string;
  token: string;
  was: { token: string | null; form: TokensFileItem['form'] } | null;
};

/** An entry that may hold a secret: for reading its dates, never to be shown. */
export type SecretItem = TokensFileItem & { value: string | null };

/** The entries of a tokens file, in its order. Problem `tokens-file-unreadable` (422) with line and column. */
export function readTokensFile(source: string): Result<readonly TokensFileItem[]> {
  const table = parseTable(source);
  return table.ok ? ok(table.value.entries.map(toItem)) : table;
}

/** The same with values, and whether the helper finds the table by its name. */
export function readSecretItems(source: string): Result<{ items: readonly SecretItem[]; isNamed: boolean }> {
  const table = parseTable(source);
  if (!table.ok) return table;
  const { entries, isNamed } = table.value;
  return ok({
    items: entries.map((entry) => ({ ...toItem(entry), value: entry.value?.text ?? null })),
    isNamed,
  });
}

function toItem(entry: ParsedEntry): TokensFileItem {
  const isPrefixed = entry.key.startsWith(NAMESPACE_PREFIX);
  return {
    key: entry.key,
    namespace: isPrefixed ? entry.key.slice(NAMESPACE_PREFIX.length) : entry.key,
    isPrefixed,
    token: entry.name?.text ?? null,
    form: formOf(entry),
    reference: entry.reference?.text ?? null,
  };
}

/** An entry of a file in standard form, under the key that it has there. */
export type StandardEntry = { key: string; name: string } & ({ reference: string } | { value: string });

/** A new tokens file, in a form that the official CLI reads back. */
export function printTokensFile(entries: readonly TokensFileEntry[]): string {
  return printStandardFile(
    entries.flatMap(({ namespaces, ...entry }) =>
      namespaces.map((namespace) => ({ ...entry, key: tokensFileKey(namespace) })),
    ),
  );
}

/** The same with keys as they are given. */
export function printStandardFile(entries: readonly StandardEntry[]): string {
  const items = entries.map(({ key, ...entry }) => `  ${printEntry(STANDARD_STYLE, key, entry)}`);
  return `var ${TABLE_NAME} = {\n${items.join(',\n')}${items.length > 0 ? '\n' : ''}}\nexport { ${TABLE_NAME} };\n`;
}

/**
 * `source` with the entries put in; null gives a new file. Without `overwrite`, a namespace that another token or value
 * holds is a conflict (409, `tokens-file-conflict`) and nothing is changed. Problems `tokens-file-unreadable` (422) and
 * `too-large` (413) too.
 */
export function mergeTokens(
  source: string | null,
  entries: readonly TokensFileEntry[],
  { overwrite }: { overwrite: boolean },
): Result<{ text: string; changes: readonly Change[] }> {
  const wanted = entries.flatMap((entry) => entry.namespaces.map((namespace) => ({ namespace, entry })));
  const holders = new Map<string, TokensFileEntry>();
  for (const { namespace, entry } of wanted) {
    const other = holders.get(namespace);
    if (other) return sameNamespaceTwice(namespace, other, entry);
    holders.set(namespace, entry);
  }
  if (source === null || source.trim() === '') return written(printTokensFile(entries), wanted);
  const table = parseTable(source);
  if (!table.ok) return table;
  const { object } = table.value;
  if (object === null) {
    const eol = lineEndOf(source);
    const text = isLineEnd(source.at(-1)) ? source : source + eol;
    return written(text + printTokensFile(entries).replaceAll('\n', eol), wanted);
  }
  const plan = planChanges(table.value, object, wanted, overwrite);
  if (!plan.ok) return plan;
  const { edits, changes, removed, additions } = plan.value;
  const text = applyEdits(source, edits);
  if (additions.length > 0 && isTooMuch(text, table.value.entries.length - removed.size + additions.length))
    return tooMuch();
  if (!isAsPlanned(text, table.value, plan.value))
    throw new Error('an edit of edgekv_tokens.js did not read back as intended');
  return ok({ text, changes });
}

/** A text that was written as a whole, all of it new. */
function written(
  text: string,
  wanted: readonly Wanted[],
): Result<{ text: string; changes: readonly Change[] }> {
  if (isTooMuch(text, wanted.length)) return tooMuch();
  return ok({ text, changes: wanted.map(({ namespace, entry }) => added(namespace, entry)) });
}

/** More than we would read back. */
function isTooMuch(text: string, entries: number): boolean {
  return entries > ENTRIES_MAX || text.length > SOURCE_CHARS_MAX;
}

function tooMuch(): { ok: false; problem: Problem } {
  return fail(
    'too-large',
    413,
    `With these tokens edgekv_tokens.js would have more than ${ENTRIES_MAX} entries or ${SOURCE_CHARS_MAX / 1024} KiB.`,
    'Nothing was changed. Put fewer tokens in, or clear the file of entries that nothing uses.',
  );
}

function sameNamespaceTwice(
  namespace: string,
  one: TokensFileEntry,
  other: TokensFileEntry,
): { ok: false; problem: Problem } {
  return fail(
    'tokens-file-conflict',
    409,
    `${one.name} and ${other.name} both hold the namespace ${namespace}.`,
    'Nothing was changed. A tokens file has one token for each namespace: choose one of them.',
  );
}

// edgekv_tokens.js: which tokens it holds, and putting tokens in. Edits are by range, so that comments, order, quotes,
// indentation and everybody else's entries stay as they were. What cannot be edited safely is refused, never guessed.
import { fail, ok, type Problem, type Result } from './problem';
import { type TokensFileEntry, tokensFileKey } from './tokens-file-entry';
import { type ParsedEntry, type ParsedTable, parseTable, type Range, TABLE_NAME } from './tokens-file-parse';
import { fileStyle, printEntry, quoteLike, quoteText, STANDARD_STYLE } from './tokens-file-style';

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

const PREFIX = 'namespace-';

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
  const isPrefixed = entry.key.startsWith(PREFIX);
  return {
    key: entry.key,
    namespace: isPrefixed ? entry.key.slice(PREFIX.length) : entry.key,
    isPrefixed,
    token: entry.name?.text ?? null,
    form: formOf(entry),
    reference: entry.reference?.text ?? null,
  };
}

function formOf({ value, reference }: ParsedEntry): TokensFileItem['form'] {
  if (value && reference) return 'both';
  return value ? 'value' : reference ? 'reference' : 'none';
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
 * holds is a conflict (409, `tokens-file-conflict`) and nothing is changed. Problem `tokens-file-unreadable` (422) too.
 */
export function mergeTokens(
  source: string | null,
  entries: readonly TokensFileEntry[],
  { overwrite }: { overwrite: boolean },
): Result<{ text: string; changes: readonly Change[] }> {
  const wanted = entries.flatMap((entry) => entry.namespaces.map((namespace) => ({ namespace, entry })));
  const twice = wanted.find(
    (one, index) => wanted.findIndex((other) => other.namespace === one.namespace) !== index,
  );
  if (twice) return sameNamespaceTwice(twice.namespace, wanted);
  if (source === null || source.trim() === '' || source === '\uFEFF') {
    return ok({
      text: printTokensFile(entries),
      changes: wanted.map(({ namespace, entry }) => added(namespace, entry)),
    });
  }
  const table = parseTable(source);
  if (!table.ok) return table;
  if (table.value.object === null) {
    const eol = source.includes('\r\n') ? '\r\n' : '\n';
    const text = `${source.replace(/\s*$/, eol)}${printTokensFile(entries).replaceAll('\n', eol)}`;
    return ok({ text, changes: wanted.map(({ namespace, entry }) => added(namespace, entry)) });
  }
  const plan = planChanges(table.value, wanted, overwrite);
  if (!plan.ok) return plan;
  const edited = applyEdits(source, plan.value.edits);
  const text = plan.value.additions.length > 0 ? insertEntries(edited, plan.value.additions) : edited;
  if (!holdsExactly(text, table.value, wanted, plan.value.removed)) {
    throw new Error('an edit of edgekv_tokens.js did not read back as intended');
  }
  return ok({ text, changes: plan.value.changes });
}

type Wanted = { namespace: string; entry: TokensFileEntry };
type Edit = Range & { text: string };
type Plan = { edits: Edit[]; additions: Wanted[]; changes: Change[]; removed: Set<ParsedEntry> };

function added(namespace: string, entry: TokensFileEntry): Change {
  return { kind: 'add', key: tokensFileKey(namespace), namespace, token: entry.name, was: null };
}

function sameNamespaceTwice(namespace: string, wanted: readonly Wanted[]): { ok: false; problem: Problem } {
  const names = wanted.filter((one) => one.namespace === namespace).map((one) => one.entry.name);
  return fail(
    'tokens-file-conflict',
    409,
    `${names.join(' and ')} both hold the namespace ${namespace}.`,
    'Nothing was changed. A tokens file has one token for each namespace: choose one of them.',
  );
}

function planChanges(table: ParsedTable, wanted: readonly Wanted[], overwrite: boolean): Result<Plan> {
  const plan: Plan = { edits: [], additions: [], changes: [], removed: new Set() };
  for (const { namespace, entry } of wanted) {
    const key = tokensFileKey(namespace);
    const prefixed = table.entries.filter((one) => one.key === key);
    // Of several, the last is the one that counts at run time.
    const current = prefixed.at(-1);
    // A key that begins with the prefix is another namespace's, never a bare one.
    const bare = namespace.startsWith(PREFIX) ? [] : table.entries.filter((one) => one.key === namespace);
    const target = current ?? bare.at(-1);
    if (!target) {
      plan.additions.push({ namespace, entry });
      plan.changes.push(added(namespace, entry));
      continue;
    }
    const isSame = holds(target, entry);
    const isRepair = target === bare.at(-1) && !current;
    if (!isSame && !(isRepair && target.name?.text === entry.name) && !overwrite)
      return conflict(key, target, entry);
    const was = { token: target.name?.text ?? null, form: formOf(target) };
    const kind = isRepair ? 'repair' : isSame ? 'keep' : 'replace';
    plan.changes.push({ kind, key, namespace, token: entry.name, was });
    if (isRepair) plan.edits.push({ ...target.keyRange, text: requote(table.source, target.keyRange, key) });
    if (!isSame) plan.edits.push(...fieldEdits(table.source, target, entry));
    const others = [...prefixed, ...bare].filter(
      (one) => one !== target && (one.key === key || isLeftover(one, entry, was.token)),
    );
    for (const other of others) {
      plan.removed.add(other);
      const before = { token: other.name?.text ?? null, form: formOf(other) };
      plan.changes.push({ kind: 'remove', key: other.key, namespace, token: entry.name, was: before });
    }
  }
  plan.edits.push(...removalEdits(table, plan.removed));
  return ok(plan);
}

/** A bare key beside the right one, as the CLI leaves it: it belongs to the old or the new token and never worked. */
function isLeftover(bare: ParsedEntry, entry: TokensFileEntry, oldName: string | null): boolean {
  return bare.name?.text === entry.name || (bare.name?.text ?? null) === oldName;
}

/** Whether the entry already says exactly this token: a second patch changes nothing. */
function holds(parsed: ParsedEntry, entry: TokensFileEntry): boolean {
  if (parsed.name?.text !== entry.name) return false;
  return 'reference' in entry
    ? parsed.reference?.text === entry.reference && parsed.value === null
    : parsed.value?.text === entry.value && parsed.reference === null;
}

function conflict(key: string, target: ParsedEntry, entry: TokensFileEntry): { ok: false; problem: Problem } {
  const holder = target.name?.text ?? 'an entry without a name';
  const what = holder === entry.name ? `another value of ${holder}` : holder;
  return fail(
    'tokens-file-conflict',
    409,
    `The entry ${key} holds ${what.slice(0, 80)} already.`,
    `Nothing was changed. Allow existing entries to be replaced to put ${entry.name} there.`,
  );
}

/** Edits that make an entry say this token, keeping all else in it. */
function fieldEdits(source: string, target: ParsedEntry, entry: TokensFileEntry): Edit[] {
  const [wantedKey, wantedText] =
    'reference' in entry ? (['reference', entry.reference] as const) : (['value', entry.value] as const);
  const wanted = wantedKey === 'reference' ? target.reference : target.value;
  const other = wantedKey === 'reference' ? target.value : target.reference;
  const { name } = target;
  if (!name || (!wanted && !other)) {
    // Too little is there to edit: the entry is written anew, in its place and in the file's style.
    const style = fileStyle(source, target);
    return [{ ...target.object, text: printEntry(style, '', entry).replace(/^[^{]*/, '') }];
  }
  const edits: Edit[] = [{ ...name.literal, text: requote(source, name.literal, entry.name) }];
  if (wanted) edits.push({ ...wanted.literal, text: requote(source, wanted.literal, wantedText) });
  if (other && !wanted) {
    edits.push({ ...other.key, text: quoteLike(source.slice(other.key.start, other.key.end), wantedKey) });
    edits.push({ ...other.literal, text: requote(source, other.literal, wantedText) });
  }
  if (other && wanted)
    edits.push({
      ...removalRange(
        source,
        target.fields,
        target.fields.findIndex((one) => one.start === other.property.start),
      ),
      text: '',
    });
  return edits;
}

/** `text` as a literal in the quotes of the one at `range`. */
function requote(source: string, range: Range, text: string): string {
  return quoteText(text, source[range.start] === "'" ? "'" : '"');
}

function removalEdits(table: ParsedTable, removed: ReadonlySet<ParsedEntry>): Edit[] {
  // One by one from behind would shift ranges; neighbours are joined so that no comma is cut twice.
  const ranges = table.entries.map((entry) => entry.property);
  const kept = ranges.filter((_range, index) => !isIn(table.entries[index], removed));
  const edits: Edit[] = [];
  for (const [index, entry] of table.entries.entries()) {
    if (!removed.has(entry)) continue;
    const next = ranges[index + 1];
    const lastKept = kept.at(-1);
    if (next && lastKept && entry.property.start < lastKept.start)
      edits.push({ start: entry.property.start, end: next.start, text: '' });
    else edits.push({ ...removalRange(table.source, ranges, index), text: '' });
  }
  return edits;
}

function isIn(entry: ParsedEntry | undefined, set: ReadonlySet<ParsedEntry>): boolean {
  return entry !== undefined && set.has(entry);
}

/** What to cut so that the property at `index` is gone with one comma. */
function removalRange(source: string, properties: readonly Range[], index: number): Range {
  const own = properties[index] ?? { start: 0, end: 0 };
  const next = properties[index + 1];
  if (next) return { start: own.start, end: next.start };
  const previous = properties[index - 1];
  if (previous) return { start: previous.end, end: own.end };
  const comma = /^\s*,/.exec(source.slice(own.end))?.[0].length ?? 0;
  return { start: own.start, end: own.end + comma };
}

function applyEdits(source: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  let text = '';
  let at = 0;
  for (const edit of sorted) {
    if (edit.start < at) throw new Error('edits of edgekv_tokens.js overlap');
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + source.slice(at);
}

/** Puts new entries at the end of the table, in the style of what is there. */
function insertEntries(source: string, additions: readonly Wanted[]): string {
  const table = parseTable(source);
  if (!table.ok || !table.value.object) throw new Error('an edited edgekv_tokens.js is not readable');
  const { object, entries } = table.value;
  const last = entries.at(-1);
  const style = fileStyle(source, last ?? null);
  const printed = additions.map(({ namespace, entry }) => printEntry(style, tokensFileKey(namespace), entry));
  const joined = printed.join(`,${style.eol}${style.outer}`);
  const closing = object.end - 1;
  if (!last) {
    const inside = source.slice(object.start + 1, closing);
    const head = inside.trim() === '' ? '' : inside.replace(/\s*$/, '');
    return `${source.slice(0, object.start + 1)}${head}${style.eol}${style.outer}${joined}${style.eol}${source.slice(closing)}`;
  }
  const after = source.slice(last.property.end, closing);
  const comma = commaIn(after);
  const anchor = last.property.end + (comma ?? 0);
  // A comment on the rest of the line belongs to the entry before it.
  const rest =
    /^[ \t]*(\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/[ \t]*)(?=\r?\n)/.exec(source.slice(anchor, closing))?.[0]
      .length ?? 0;
  const edits: Edit[] =
    comma === null ? [{ start: last.property.end, end: last.property.end, text: ',' }] : [];
  const tail = comma === null ? '' : ',';
  edits.push({
    start: anchor + rest,
    end: anchor + rest,
    text: `${style.eol}${style.outer}${joined}${tail}`,
  });
  return applyEdits(source, edits);
}

/** The offset behind the trailing comma in what follows the last entry, comments skipped; null when there is none. */
function commaIn(after: string): number | null {
  const skipped = /^(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*,/.exec(after);
  return skipped ? skipped[0].length : null;
}

/** The last check before a file leaves: what was asked is there, and every other entry says what it said before. */
function holdsExactly(
  text: string,
  before: ParsedTable,
  wanted: readonly Wanted[],
  removed: ReadonlySet<ParsedEntry>,
): boolean {
  const after = parseTable(text);
  if (!after.ok) return false;
  const touched = new Set(wanted.flatMap(({ namespace }) => [tokensFileKey(namespace)]));
  const isRight = wanted.every(({ namespace, entry }) => {
    const found = after.value.entries.filter((one) => one.key === tokensFileKey(namespace));
    return found.length === 1 && found[0] !== undefined && holds(found[0], entry);
  });
  const bareRepaired = new Set(wanted.map(({ namespace }) => namespace));
  const others = (table: ParsedTable, isBefore: boolean) =>
    table.entries
      .filter(
        (one) =>
          !touched.has(one.key) && !(isBefore && (removed.has(one) || isRepaired(one, table, bareRepaired))),
      )
      .map((one) => JSON.stringify([one.key, one.name?.text, one.value?.text, one.reference?.text]));
  return isRight && others(before, true).join('\n') === others(after.value, false).join('\n');
}

/** A bare entry that became the prefixed one: there was no prefixed one before. */
function isRepaired(entry: ParsedEntry, table: ParsedTable, bare: ReadonlySet<string>): boolean {
  if (!bare.has(entry.key) || entry.key.startsWith(PREFIX)) return false;
  const hasPrefixed = table.entries.some((one) => one.key === tokensFileKey(entry.key));
  return !hasPrefixed && table.entries.filter((one) => one.key === entry.key).at(-1) === entry;
}

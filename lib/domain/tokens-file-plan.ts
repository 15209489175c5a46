// Which entries of a table change, and how, so that it holds the tokens that are wanted.
import { hideLongText } from './hidden-values';
import { fail, ok, type Problem, type Result } from './problem';
import type { Change, TokensFileItem } from './tokens-file';
import { type Edit, propertyEdits } from './tokens-file-edit';
import { NAMESPACE_PREFIX, type TokensFileEntry, tokensFileKey } from './tokens-file-entry';
import type { ParsedEntry, ParsedField, ParsedTable, Range } from './tokens-file-parse';
import {
  emptyTableStyle,
  fileStyle,
  printEntry,
  printField,
  quoteLike,
  quoteText,
} from './tokens-file-style';
import { visibleText } from './visible-text';

/** One namespace and the token that it shall have. */
export type Wanted = { namespace: string; entry: TokensFileEntry };

/** What to do to a table. */
export type Plan = {
  edits: readonly Edit[];
  changes: readonly Change[];
  /** Entries that another one replaces. */
  removed: ReadonlySet<ParsedEntry>;
  /** Entries that change, and what they stand for afterwards. */
  targets: ReadonlyMap<ParsedEntry, Wanted>;
  additions: readonly Wanted[];
};

/** The plan for `wanted`, whose namespaces all differ. Problem `tokens-file-conflict` (409) without `overwrite`. */
export function planChanges(
  table: ParsedTable,
  object: Range,
  wanted: readonly Wanted[],
  overwrite: boolean,
): Result<Plan> {
  const edits: Edit[] = [];
  const changes: Change[] = [];
  const removed = new Set<ParsedEntry>();
  const targets = new Map<ParsedEntry, Wanted>();
  const additions: Wanted[] = [];
  const byKey = new Map<string, ParsedEntry[]>();
  for (const one of table.entries) byKey.set(one.key, [...(byKey.get(one.key) ?? []), one]);
  for (const one of wanted) {
    const { namespace, entry } = one;
    const key = tokensFileKey(namespace);
    const prefixed = byKey.get(key) ?? [];
    // A key that begins with the prefix is another namespace's, never a bare one.
    const bare = namespace.startsWith(NAMESPACE_PREFIX) ? [] : (byKey.get(namespace) ?? []);
    // Of several, the last is the one that counts at run time.
    const target = prefixed.at(-1) ?? bare.at(-1);
    if (!target) {
      additions.push(one);
      changes.push(added(namespace, entry));
      continue;
    }
    const isRepair = prefixed.length === 0;
    const isSame = holds(target, entry);
    // A bare key never worked, so nothing is lost when it gets its own token's present reference.
    const isOwn = isRepair && target.name?.text === entry.name;
    if (!isSame && !isOwn && !overwrite) return conflict(key, target, entry);
    targets.set(target, one);
    const kind = isRepair ? 'repair' : isSame ? 'keep' : 'replace';
    changes.push({ kind, key, namespace, token: entry.name, was: whatWas(target) });
    if (isRepair)
      edits.push({ ...target.keyRange, text: quoteText(key, fileStyle(table.source, target).keyQuote) });
    if (!isSame) edits.push(...fieldEdits(table.source, target, entry));
    for (const other of [...prefixed, ...bare]) {
      if (other === target || !(other.key === key || isLeftover(other, entry, target))) continue;
      removed.add(other);
      changes.push({ kind: 'remove', key: other.key, namespace, token: entry.name, was: whatWas(other) });
    }
  }
  edits.push(...tableEdits(table, object, removed, additions));
  return ok({ edits, changes, removed, targets, additions });
}

/** What a new entry is, in the list of changes. */
export function added(namespace: string, entry: TokensFileEntry): Change {
  return { kind: 'add', key: tokensFileKey(namespace), namespace, token: entry.name, was: null };
}

/** Whether the entry says this token already: a second patch changes nothing. A name is nothing that the helper reads. */
export function holds(parsed: ParsedEntry, entry: TokensFileEntry): boolean {
  if (parsed.name !== null && parsed.name.text !== entry.name) return false;
  return 'reference' in entry
    ? parsed.reference?.text === entry.reference && parsed.value === null
    : parsed.value?.text === entry.value && parsed.reference === null;
}

/** What an entry holds: the helper takes the value when there are both. */
export function formOf({ value, reference }: ParsedEntry): TokensFileItem['form'] {
  if (value && reference) return 'both';
  return value ? 'value' : reference ? 'reference' : 'none';
}

/** For people and for the records: a secret where a name is meant is a secret all the same. */
function whatWas(entry: ParsedEntry): NonNullable<Change['was']> {
  return { token: entry.name && hideLongText(entry.name.text), form: formOf(entry) };
}

/** A bare key beside the right one, as the CLI leaves it: it belongs to the old or the new token and never worked. */
function isLeftover(bare: ParsedEntry, entry: TokensFileEntry, target: ParsedEntry): boolean {
  return bare.name?.text === entry.name || bare.name?.text === target.name?.text;
}

function conflict(key: string, target: ParsedEntry, entry: TokensFileEntry): { ok: false; problem: Problem } {
  const holder = target.name?.text || 'an entry without a name';
  const what = holder === entry.name ? `another value of ${holder}` : holder;
  return fail(
    'tokens-file-conflict',
    409,
    `The entry ${visibleText(key)} holds ${visibleText(hideLongText(what)).slice(0, 80)} already.`,
    `Nothing was changed. Allow existing entries to be replaced to put ${entry.name} there.`,
  );
}

/** Edits that make an entry say this token, keeping all else in it. */
function fieldEdits(source: string, target: ParsedEntry, entry: TokensFileEntry): Edit[] {
  const [field, text] =
    'reference' in entry ? (['reference', entry.reference] as const) : (['value', entry.value] as const);
  const [wanted, other] =
    field === 'reference' ? [target.reference, target.value] : [target.value, target.reference];
  const edits: Edit[] = [];
  const missing: [name: string, text: string][] = [];
  if (target.name) edits.push(...textEdits(source, target.name, entry.name));
  else missing.push(['name', entry.name]);
  if (wanted) edits.push(...textEdits(source, wanted, text));
  else if (other) {
    edits.push({ ...other.key, text: quoteLike(source.slice(other.key.start, other.key.end), field) });
    edits.push(...textEdits(source, other, text));
  } else missing.push([field, text]);
  const gone = target.fields.filter((one) => wanted && one.start === other?.property.start);
  if (missing.length === 0 && gone.length === 0) return edits;
  const style = fileStyle(source, target);
  const printed = missing.map((one) => printField(style, ...one));
  const inside = { object: target.object, properties: target.fields };
  return [...edits, ...propertyEdits(source, inside, new Set(gone), printed, style, style.entry)];
}

/** The field with another text, in the quotes that it has; nothing when it says that already. */
function textEdits(source: string, { literal, text: present }: ParsedField, text: string): Edit[] {
  if (present === text) return [];
  return [{ ...literal, text: quoteText(text, source[literal.start] === "'" ? "'" : '"') }];
}

function tableEdits(
  { source, entries }: ParsedTable,
  object: Range,
  removed: ReadonlySet<ParsedEntry>,
  additions: readonly Wanted[],
): Edit[] {
  const kept = entries.filter((one) => !removed.has(one));
  const sample = kept.findLast(({ fields }) => fields.length > 0) ?? kept.at(-1);
  const style = sample ? fileStyle(source, sample) : emptyTableStyle(source, object);
  const printed = additions.map(({ namespace, entry }) => printEntry(style, tokensFileKey(namespace), entry));
  const gone = new Set([...removed].map(({ property }) => property));
  const inside = { object, properties: entries.map(({ property }) => property) };
  return propertyEdits(source, inside, gone, printed, style, style.table);
}

// The detail of an audit entry as lines to read. Its shape differs by action, so nothing about it is taken for granted.
import { z } from 'zod';

export type Fact = { name: string; text: string };
/** One line of a patched tokens file. */
export type FactChange = { kind: string; key: string; was: string | null; is: string | null };

const WORDS: Readonly<Record<string, string>> = {
  before: 'sha256 before',
  after: 'sha256 after',
  uuid: 'UUID',
  allowOnStaging: 'staging',
  allowOnProduction: 'production',
  restrictToEdgeWorkerIds: 'EdgeWorker IDs',
  namespacePermissions: 'namespaces',
  title: 'problem',
};
const FACTS_MAX = 200;
const DEPTH_MAX = 6;

/** `detail` flattened: a nested name is joined with ` › `, a list of plain values is one line. At most 200 lines. */
export function auditFacts(detail: unknown): readonly Fact[] {
  const facts: Fact[] = [];
  collect(withoutChanges(detail), [], facts);
  return facts.slice(0, FACTS_MAX);
}

function collect(value: unknown, path: readonly string[], facts: Fact[]): void {
  if (facts.length > FACTS_MAX) return;
  const name = path.join(' › ') || 'detail';
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') facts.push({ name, text: plain(value) });
  else if (path.length >= DEPTH_MAX) facts.push({ name, text: JSON.stringify(value) });
  else if (Array.isArray(value)) collectList(value, path, facts);
  else
    for (const [key, inner] of Object.entries(value))
      collect(withoutChanges(inner), [...path, word(key)], facts);
}

function collectList(list: readonly unknown[], path: readonly string[], facts: Fact[]): void {
  if (list.some((one) => typeof one === 'object' && one !== null)) {
    for (const [index, one] of list.entries())
      collect(withoutChanges(one), [...path, String(index + 1)], facts);
  } else if (list.length > 0)
    facts.push({ name: path.join(' › ') || 'detail', text: list.map(plain).join(', ') });
}

function plain(value: unknown): string {
  return value === true ? 'yes' : value === false ? 'no' : String(value);
}

function word(key: string): string {
  return Object.hasOwn(WORDS, key) ? (WORDS[key] ?? key) : key;
}

const changesSchema = z.array(
  z.object({
    kind: z.string(),
    key: z.string(),
    token: z.string(),
    was: z.object({ token: z.string().nullable(), form: z.string() }).nullable(),
  }),
);
const holderSchema = z.object({ changes: changesSchema });
const batchSchema = z.object({
  bundles: z.array(z.looseObject({ name: z.string(), changes: changesSchema })),
});

/** What a patch changed in tokens files; in a batch the bundle's name stands before the key. */
export function auditChanges(detail: unknown): readonly FactChange[] {
  const one = holderSchema.safeParse(detail);
  if (one.success) return one.data.changes.map((change) => toFact(change, ''));
  const batch = batchSchema.safeParse(detail);
  if (!batch.success) return [];
  return batch.data.bundles.flatMap(({ name, changes }) =>
    changes.map((change) => toFact(change, `${name} › `)),
  );
}

function toFact(
  { kind, key, token, was }: z.infer<typeof changesSchema>[number],
  before: string,
): FactChange {
  const old = was && (was.token ?? `a value (${was.form})`);
  return { kind, key: before + key, was: old, is: kind === 'remove' ? null : kind === 'keep' ? old : token };
}

/** The changes have a table of their own. */
function withoutChanges(value: unknown): unknown {
  const holder = z.looseObject({ changes: changesSchema }).safeParse(value);
  if (!holder.success) return value;
  const { changes: _, ...rest } = holder.data;
  return rest;
}

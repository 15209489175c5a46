// The rules of findings: as they are, as an admin would have them, and how many tokens each would find.
import 'server-only';
import {
  DEFAULT_RULES,
  FINDING_CODES,
  type FindingCode,
  type FindingRule,
  type FindingRules,
  findings,
  type RulesInput,
  readRules,
} from '@/lib/domain/findings';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { tokenStatus } from '@/lib/domain/token';
import { EMPTY_NOTE } from '@/lib/domain/token-note';
import { listDueRuleRows, putDueRuleRows } from '@/lib/store/due-rules';
import { withAudit } from './audit';
import { authorize } from './authorize';
import { listNamespaces } from './inventory';
import { readNotes } from './notes';
import type { Actor } from './session';
import { mustStore } from './storage';
import { today } from './surroundings';
import { listAllTokens } from './tokens';
import { knownIndex } from './usage';

/** The rules in force. Problems: `not-signed-in`. */
export async function readFindingRules(actor: Actor): Promise<Result<FindingRules>> {
  const allowed = await authorize(actor, 'rules.read');
  if (!allowed.ok) return allowed;
  const rows = new Map((await listDueRuleRows()).map((row) => [row.code, row]));
  const rules: Record<FindingCode, FindingRule> = { ...DEFAULT_RULES };
  for (const code of FINDING_CODES) {
    const row = rows.get(code);
    if (row) rules[code] = { isOn: row.is_on === 1, days: row.days };
  }
  return ok(rules);
}

/** Sets all rules, for all accounts. Problems: `invalid-fields`, `forbidden`, `audit-unavailable`, `storage-unavailable`. */
export async function changeFindingRules(actor: Actor, input: RulesInput): Promise<Result<null>> {
  const allowed = await authorize(actor, 'rules.change');
  if (!allowed.ok) return allowed;
  const read = readRules(input);
  if (!read.ok)
    return fail('invalid-fields', 422, 'These rules cannot be.', 'Nothing was changed.', {
      fields: read.fields,
    });
  const was = await readFindingRules(actor);
  if (!was.ok) return was;
  const detail = { was: was.value, is: read.rules };
  return withAudit(actor, { action: 'rules.change', target: '', account: null, detail }, async () => {
    const stored = await mustStore(() =>
      putDueRuleRows(
        FINDING_CODES.map((code) => ({
          code,
          is_on: read.rules[code].isOn ? 1 : 0,
          days: read.rules[code].days,
          updated_by: actor.name,
        })),
      ),
    );
    return stored.ok ? ok(null) : stored;
  });
}

export type RulePreview = {
  /** How many tokens each rule would find if it were on. */
  counts: ReadonlyMap<FindingCode, number>;
  /** Tokens that all rules look at: those that have not expired. */
  tokens: number;
  /** Of them, those whose details are not known yet. */
  pending: number;
  /** Names of accounts that could not be read. */
  unread: readonly string[];
  /** Names of accounts whose namespaces are not known: nothing is found about those. */
  withoutNamespaces: readonly string[];
  /** Names of accounts of which no live version was scanned yet: nothing is found about use. */
  withoutUsage: readonly string[];
};

/** What `rules` would find in all accounts; each rule is tried, also one that is off. Problems: `forbidden`, `no-credentials`. */
export async function previewFindingRules(actor: Actor, rules: FindingRules): Promise<Result<RulePreview>> {
  const allowed = await authorize(actor, 'rules.preview');
  if (!allowed.ok) return allowed;
  const all = await listAllTokens(actor);
  if (!all.ok) return all;
  const allOn: Record<FindingCode, FindingRule> = { ...rules };
  for (const code of FINDING_CODES) allOn[code] = { ...rules[code], isOn: true };
  const counts = new Map<FindingCode, number>();
  const preview = {
    tokens: 0,
    pending: 0,
    unread: [] as string[],
    withoutNamespaces: [] as string[],
    withoutUsage: [] as string[],
  };
  const day = today();
  const read = await Promise.all(
    all.value.map(async ({ account, listed }) => ({
      account,
      listed,
      notes: await readNotes(actor, account.slug),
      namespaces: await listNamespaces(actor, account.slug, 'briefly'),
      index: listed?.ok ? await knownIndex(account.slug, listed.value.tokens) : null,
    })),
  );
  for (const { account, listed, notes, namespaces, index } of read) {
    if (!listed?.ok || !notes.ok) {
      preview.unread.push(account.name);
      continue;
    }
    if (!namespaces.ok) preview.withoutNamespaces.push(account.name);
    if (!index) preview.withoutUsage.push(account.name);
    for (const token of listed.value.tokens) {
      if (tokenStatus(token, day) !== 'expired') {
        preview.tokens += 1;
        if (listed.value.pending.has(token.name)) preview.pending += 1;
      }
      const context = {
        note: notes.value.get(token.uuid) ?? EMPTY_NOTE,
        namespaces: namespaces.ok ? namespaces.value : null,
        usage: index?.ofToken.get(token.uuid) ?? null,
        today: day,
      };
      for (const { code } of findings(token, context, allOn)) counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  return ok({ ...preview, counts });
}

// What is due in an account, and what the rules find: tokens, notes and rules put together.
import 'server-only';
import { type Dateless, type DueItem, datelessTokens, dueItems } from '@/lib/domain/due';
import { type Finding, type FindingRules, findings } from '@/lib/domain/findings';
import type { Namespace } from '@/lib/domain/namespace';
import { ok, type Result } from '@/lib/domain/problem';
import type { Token } from '@/lib/domain/token';
import { EMPTY_NOTE } from '@/lib/domain/token-note';
import type { Notes } from '@/lib/domain/token-query';
import { authorize } from './authorize';
import { readAnswers } from './due-answers';
import { readFindingRules } from './due-rules';
import { listNamespaces } from './inventory';
import { readNotes } from './notes';
import type { Actor } from './session';
import { today } from './surroundings';
import { listTokens, type TokenOverview } from './tokens';
import type { Wait } from './wait';

export type DueOverview = TokenOverview & {
  /** Riskiest first. */
  items: readonly DueItem[];
  dateless: readonly Dateless[];
  /** By uuid; a token without any is not in it. */
  findings: ReadonlyMap<string, readonly Finding[]>;
  /** Whether findings about namespaces could be looked for. */
  knowsNamespaces: boolean;
  rules: FindingRules;
};

/** Everything due in an account today (UTC). Waiting and problems: as `listTokens`. */
export async function readDue(
  actor: Actor,
  account: string,
  wait: Wait = 'fully',
): Promise<Result<DueOverview>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const [listed, notes, answers, rules, namespaces] = await Promise.all([
    listTokens(actor, account, wait),
    readNotes(actor, account),
    readAnswers(actor, account),
    readFindingRules(actor),
    listNamespaces(actor, account, wait),
  ]);
  if (!listed.ok) return listed;
  if (!notes.ok) return notes;
  if (!answers.ok) return answers;
  if (!rules.ok) return rules;
  const { tokens } = listed.value;
  const ageDays = rules.value.old.isOn ? rules.value.old.days : null;
  const items = dueItems(tokens, notes.value, { ageDays }, today(), answers.value);
  return ok({
    ...listed.value,
    items,
    dateless: datelessTokens(tokens, items, notes.value),
    findings: findingsOf(tokens, notes.value, namespaces.ok ? namespaces.value : null, rules.value),
    knowsNamespaces: namespaces.ok,
    rules: rules.value,
  });
}

/** What the rules find about one token. Problems: as `listTokens`. */
export async function readFindings(
  actor: Actor,
  account: string,
  token: Token,
  wait: Wait = 'fully',
): Promise<Result<readonly Finding[]>> {
  const allowed = await authorize(actor, 'token.read', { account });
  if (!allowed.ok) return allowed;
  const [notes, rules, namespaces] = await Promise.all([
    readNotes(actor, account),
    readFindingRules(actor),
    listNamespaces(actor, account, wait),
  ]);
  if (!notes.ok) return notes;
  if (!rules.ok) return rules;
  const known = namespaces.ok ? namespaces.value : null;
  return ok(findingsOf([token], notes.value, known, rules.value).get(token.uuid) ?? []);
}

function findingsOf(
  tokens: readonly Token[],
  notes: Notes,
  namespaces: readonly Namespace[] | null,
  rules: FindingRules,
): ReadonlyMap<string, readonly Finding[]> {
  const day = today();
  const found = new Map<string, readonly Finding[]>();
  for (const token of tokens) {
    const context = { note: notes.get(token.uuid) ?? EMPTY_NOTE, namespaces, today: day };
    const list = findings(token, context, rules);
    if (list.length > 0) found.set(token.uuid, list);
  }
  return found;
}

// What is due in an account, and what the rules find: tokens, notes and rules put together.
import 'server-only';
import type { AccountLook } from '@/lib/domain/account';
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
import { listAllTokens, listTokens, type TokenOverview } from './tokens';
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
  const [listed, rules] = await Promise.all([listTokens(actor, account, wait), readFindingRules(actor)]);
  return rules.ok ? dueOf(actor, account, { listed, rules: rules.value, wait }) : rules;
}

/** An account with what is due in it, with why that cannot be read, or null while Akamai has not answered yet. */
export type AccountDue = { account: AccountLook; listed: Result<DueOverview> | null };

/** Everything due in each account that the actor has access to. Problems: as `listAllTokens`. */
export async function readAllDue(actor: Actor): Promise<Result<readonly AccountDue[]>> {
  const [all, rules] = await Promise.all([listAllTokens(actor), readFindingRules(actor)]);
  if (!all.ok) return all;
  if (!rules.ok) return rules;
  const due = all.value.map(async ({ account, listed }) => ({
    account,
    listed: listed && (await dueOf(actor, account.slug, { listed, rules: rules.value, wait: 'briefly' })),
  }));
  return ok(await Promise.all(due));
}

type Read = { listed: Result<TokenOverview>; rules: FindingRules; wait: Wait };

/** What is due of tokens that were listed. */
async function dueOf(
  actor: Actor,
  account: string,
  { listed, rules, wait }: Read,
): Promise<Result<DueOverview>> {
  if (!listed.ok) return listed;
  const [notes, answers, namespaces] = await Promise.all([
    readNotes(actor, account),
    readAnswers(actor, account),
    listNamespaces(actor, account, wait),
  ]);
  if (!notes.ok) return notes;
  if (!answers.ok) return answers;
  const { tokens } = listed.value;
  const ageDays = rules.old.isOn ? rules.old.days : null;
  const items = dueItems(tokens, notes.value, { ageDays }, today(), answers.value);
  return ok({
    ...listed.value,
    items,
    dateless: datelessTokens(tokens, items, notes.value),
    findings: findingsOf(tokens, notes.value, namespaces.ok ? namespaces.value : null, rules),
    knowsNamespaces: namespaces.ok,
    rules,
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

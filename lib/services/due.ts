// What is due in an account, and what the rules find: tokens, notes and rules put together.
import 'server-only';
import type { AccountLook } from '@/lib/domain/account';
import { type Dateless, type DueItem, datelessTokens, dueItems } from '@/lib/domain/due';
import type { Answers } from '@/lib/domain/due-answer';
import { type DueSource, mergeDue } from '@/lib/domain/due-query';
import { dueRules, type Finding, type FindingRules, findings } from '@/lib/domain/findings';
import type { Namespace } from '@/lib/domain/namespace';
import { ok, type Result } from '@/lib/domain/problem';
import type { Token } from '@/lib/domain/token';
import { EMPTY_NOTE } from '@/lib/domain/token-note';
import type { Notes } from '@/lib/domain/token-query';
import { type GoneUse, goneUses, type UsageIndex } from '@/lib/domain/usage';
import { authorize } from './authorize';
import { readAnswers } from './due-answers';
import { readFindingRules } from './due-rules';
import { listNamespaces } from './inventory';
import { readNotes } from './notes';
import type { Actor } from './session';
import { today } from './surroundings';
import { listAllTokens, listTokens, type TokenOverview } from './tokens';
import { knownIndex } from './usage';
import type { Wait } from './wait';

export type DueOverview = TokenOverview & {
  /** Riskiest first. */
  items: readonly DueItem[];
  dateless: readonly Dateless[];
  /** By uuid; a token without any is not in it. */
  findings: ReadonlyMap<string, readonly Finding[]>;
  /** Whether findings about namespaces could be looked for. */
  knowsNamespaces: boolean;
  /** Live versions that hold tokens which are gone; none while details are read, by which some may be found yet. */
  gone: readonly GoneUse[];
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

/** `source`: what could be read of them, in one order. */
export type AllDue = { accounts: readonly AccountDue[]; source: DueSource };

/** Everything due in each account that the actor has access to. Problems: as `listAllTokens`. */
export async function readAllDue(actor: Actor): Promise<Result<AllDue>> {
  const [all, rules] = await Promise.all([listAllTokens(actor), readFindingRules(actor)]);
  if (!all.ok) return all;
  if (!rules.ok) return rules;
  const due = all.value.map(async ({ account, listed }) => ({
    account,
    listed: listed && (await dueOf(actor, account.slug, { listed, rules: rules.value, wait: 'briefly' })),
  }));
  const accounts = await Promise.all(due);
  const read = accounts.flatMap(({ account, listed: one }) => (one?.ok ? [{ account, due: one.value }] : []));
  return ok({ accounts, source: merged(read) });
}

type Part = { account: AccountLook; due: DueOverview };
type Merge = { key: string; items: readonly (readonly DueItem[])[]; source: DueSource };

/** The latest ones, newest first: whoever looks again mostly sees the same accounts with the same dates. */
const merges: Merge[] = [];
const MERGES_KEPT = 4;

function merged(parts: readonly Part[]): DueSource {
  const day = today();
  const key = JSON.stringify([day, parts.map(({ account }) => account)]);
  // The same dates are the same array, see `workedOut`; findings come and go with them.
  const known = merges.find(
    (one) => one.key === key && parts.every(({ due }, index) => due.items === one.items[index]),
  );
  if (known) return known.source;
  const source = mergeDue(parts, day);
  merges.unshift({ key, items: parts.map(({ due }) => due.items), source });
  merges.length = Math.min(merges.length, MERGES_KEPT);
  return source;
}

type Read = { listed: Result<TokenOverview>; rules: FindingRules; wait: Wait };

/** What is due of tokens that were listed. */
async function dueOf(
  actor: Actor,
  account: string,
  { listed, rules, wait }: Read,
): Promise<Result<DueOverview>> {
  if (!listed.ok) return listed;
  const { tokens } = listed.value;
  const [notes, answers, namespaces, usage] = await Promise.all([
    readNotes(actor, account),
    readAnswers(actor, account),
    listNamespaces(actor, account, wait),
    knownIndex(account, tokens),
  ]);
  if (!notes.ok) return notes;
  if (!answers.ok) return answers;
  const known = namespaces.ok ? namespaces.value : null;
  const depends = { notes: notes.value, answers: answers.value, known, usage, rules };
  const worked = workedOut(account, tokens, depends);
  const gone = listed.value.pending.size > 0 ? [] : worked.gone;
  return ok({ ...listed.value, ...worked, gone, knowsNamespaces: namespaces.ok, rules });
}

type Worked = Pick<DueOverview, 'items' | 'dateless' | 'findings' | 'gone'>;
type Depends = {
  notes: Notes;
  answers: Answers;
  known: readonly Namespace[] | null;
  usage: UsageIndex | null;
  rules: FindingRules;
};

/** `usage` is the same object while nothing in it changes; the rest is small enough to be compared as text. */
type Kept = { key: string; usage: UsageIndex | null; value: Worked };

/** By the tokens as the cache has them until one changes, and then by account. */
const worked = new WeakMap<readonly Token[], Map<string, Kept>>();

/** What is due, worked out anew when anything that it depends on has changed. */
function workedOut(account: string, tokens: readonly Token[], depends: Depends): Worked {
  const { notes, answers, known, usage, rules } = depends;
  const day = today();
  const key = JSON.stringify([day, [...notes], [...answers.given], [...answers.reviews], known, rules]);
  const ofTokens = worked.get(tokens) ?? new Map<string, Kept>();
  worked.set(tokens, ofTokens);
  const before = ofTokens.get(account);
  if (before?.key === key && before.usage === usage) return before.value;
  const ofToken = usage?.ofToken;
  const items = dueItems(tokens, notes, dueRules(rules), day, { answers, usage: ofToken });
  const dateless = datelessTokens(tokens, items, notes, ofToken);
  const value = {
    items,
    dateless,
    findings: findingsOf(tokens, depends),
    gone: usage ? goneUses(usage) : [],
  };
  ofTokens.set(account, { key, usage, value });
  return value;
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
  const [notes, rules, namespaces, usage] = await Promise.all([
    readNotes(actor, account),
    readFindingRules(actor),
    listNamespaces(actor, account, wait),
    knownIndex(account),
  ]);
  if (!notes.ok) return notes;
  if (!rules.ok) return rules;
  const known = namespaces.ok ? namespaces.value : null;
  const depends = { notes: notes.value, known, usage, rules: rules.value };
  return ok(findingsOf([token], depends).get(token.uuid) ?? []);
}

function findingsOf(
  tokens: readonly Token[],
  { notes, known: namespaces, usage: index, rules }: Omit<Depends, 'answers'>,
): ReadonlyMap<string, readonly Finding[]> {
  const day = today();
  const found = new Map<string, readonly Finding[]>();
  for (const token of tokens) {
    const note = notes.get(token.uuid) ?? EMPTY_NOTE;
    const context = { note, namespaces, usage: index?.ofToken.get(token.uuid) ?? null, today: day };
    const list = findings(token, context, rules);
    if (list.length > 0) found.set(token.uuid, list);
  }
  return found;
}

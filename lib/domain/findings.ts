// What is wrong or risky about a token, one small rule each. Admins switch rules off, and choose the days of one.
import { type Day, daysBetween } from './day';
import { type DueRules, lastIssue } from './due';
import type { Namespace } from './namespace';
import { joinWords, NETWORKS, type Network } from './permissions';
import { type Token, type TokenDetails, tokenKind, tokenStatus } from './token';
import type { TokenNote } from './token-note';

export const FINDING_CODES = [
  'activation-error',
  'namespace-gone',
  'namespace-absent',
  'all-edgeworkers',
  'delete-right',
  'default-namespace',
  'legacy',
  'old',
  'no-owner',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One finding about a token. `text` says what exactly, where the label does not. */
export type Finding = { code: FindingCode; text: string };

/** A rule as an admin has set it; `days` is null for the rules that have none. */
export type FindingRule = { isOn: boolean; days: number | null };
export type FindingRules = Readonly<Record<FindingCode, FindingRule>>;

/** What a rule may look at besides the token. `namespaces` is null while they are not known. */
export type FindingContext = { note: TokenNote; namespaces: readonly Namespace[] | null; today: Day };

/** Half a year: as long as a legacy token lives, and three times the span between two refreshes. */
const OLD_DAYS = 180;
export const RULE_DAYS = { min: 1, max: 3650 } as const;

/** How a token of that kind is called in lists. */
export const FINDING_WORDS: Readonly<Record<FindingCode, string>> = {
  'activation-error': 'Activation failed',
  'namespace-gone': 'Namespace that does not exist',
  'namespace-absent': 'Namespace absent from a network',
  'all-edgeworkers': 'All EdgeWorkers on production',
  'delete-right': 'Delete right on production',
  'default-namespace': 'Namespace default on production',
  legacy: 'Legacy (JWT)',
  old: 'Not refreshed for long',
  'no-owner': 'No owner',
};

/** Why somebody should care: one sentence for the page of the rules. */
export const FINDING_REASONS: Readonly<Record<FindingCode, string>> = {
  'activation-error': 'EdgeWorkers cannot use what is new about the token until it is refreshed.',
  'namespace-gone': 'The token holds a permission on a namespace that is on neither network.',
  'namespace-absent': 'The token is allowed on a network where one of its namespaces is not.',
  'all-edgeworkers': 'Any EdgeWorker of the account that holds the token can use it.',
  'delete-right': 'A fault in an EdgeWorker can delete data that visitors need.',
  'default-namespace': 'Everybody uses it, so nobody can say whose data it holds.',
  legacy: 'It expires, cannot be renewed, and its value is a secret inside of bundles.',
  old: 'Its last refresh, or its issue, is longer ago than the days here.',
  'no-owner': 'Nobody can be asked whether it is still needed.',
};

/** All rules on, as long as no admin says otherwise. */
export const DEFAULT_RULES: FindingRules = {
  'activation-error': { isOn: true, days: null },
  'namespace-gone': { isOn: true, days: null },
  'namespace-absent': { isOn: true, days: null },
  'all-edgeworkers': { isOn: true, days: null },
  'delete-right': { isOn: true, days: null },
  'default-namespace': { isOn: true, days: null },
  legacy: { isOn: true, days: null },
  old: { isOn: true, days: OLD_DAYS },
  'no-owner': { isOn: true, days: null },
};

/** What `rules` find about `token`. Nothing about an expired one, and nothing that hangs on details before they are known. */
export function findings(token: Token, context: FindingContext, rules: FindingRules): readonly Finding[] {
  if (tokenStatus(token, context.today) === 'expired') return [];
  return FINDING_CODES.flatMap((code) => {
    const { isOn, days } = rules[code];
    const text = isOn ? CHECKS[code](token, context, days ?? OLD_DAYS) : null;
    return text === null ? [] : [{ code, text }];
  });
}

/** What a rule finds, in words; null when nothing. */
type Check = (token: Token, context: FindingContext, days: number) => string | null;

const CHECKS: Readonly<Record<FindingCode, Check>> = {
  'activation-error': ({ activation }) =>
    activation === 'error' ? 'Refresh it, or create a successor.' : null,
  'namespace-gone': ({ details }, { namespaces }) => {
    if (!details || !namespaces) return null;
    const known = new Set(namespaces.map(({ name }) => name));
    const gone = [...details.permissions.keys()].filter((name) => !known.has(name));
    return gone.length === 0 ? null : gone.join(', ');
  },
  'namespace-absent': ({ details }, { namespaces }) => {
    const absent = details && namespaces ? absentOn(details, namespaces) : [];
    return absent.length === 0 ? null : absent.join(', ');
  },
  'all-edgeworkers': onProduction(({ edgeWorkers }) =>
    edgeWorkers === 'all' ? 'Duplicate it with the EdgeWorkers that need it.' : null,
  ),
  'delete-right': onProduction(({ permissions }) => {
    const names = [...permissions].filter(([, held]) => held.includes('d')).map(([name]) => name);
    return names.length === 0 ? null : names.join(', ');
  }),
  'default-namespace': onProduction(({ permissions }) =>
    permissions.has('default') ? 'Give the data a namespace of its own.' : null,
  ),
  legacy: (token) => (tokenKind(token) === 'legacy' ? 'Create a successor that refreshes itself.' : null),
  old: (token, { today }, days) => {
    const since = lastIssue(token);
    const age = since === null ? 0 : daysBetween(since, today);
    return age >= days
      ? `${age} days since its ${token.latestRefresh === null ? 'issue' : 'last refresh'}.`
      : null;
  },
  'no-owner': (_, { note }) => (note.owner === null ? 'Note who can be asked.' : null),
};

function onProduction(check: (details: TokenDetails) => string | null): Check {
  return ({ details }) => (details?.networks.production ? check(details) : null);
}

/** `cart on production`: namespaces that exist, but not on every network where the token is allowed. */
function absentOn({ permissions, networks }: TokenDetails, namespaces: readonly Namespace[]): string[] {
  const allowed: readonly Network[] = NETWORKS.filter((network) => networks[network]);
  return namespaces.flatMap(({ name, on }) => {
    const missing = permissions.has(name) ? allowed.filter((network) => on[network] === null) : [];
    return missing.length === 0 ? [] : [`${name} on ${joinWords(missing)}`];
  });
}

/** What the rules say of dates: the age is one when its rule is on. */
export function dueRules({ old }: FindingRules): DueRules {
  return { ageDays: old.isOn ? old.days : null };
}

/** The rules as a form sends them: `isOn` and the days as typed, by code. */
export type RulesInput = Readonly<Record<FindingCode, { isOn: boolean; days: string | null }>>;

export type ReadRules = { ok: true; rules: FindingRules } | { ok: false; fields: Record<string, string[]> };

/** Reads what was typed. A rule without days keeps none, whatever is sent. */
export function readRules(input: RulesInput): ReadRules {
  const rules: Record<FindingCode, FindingRule> = { ...DEFAULT_RULES };
  const fields: Record<string, string[]> = {};
  for (const code of FINDING_CODES) {
    const { isOn, days } = input[code];
    if (DEFAULT_RULES[code].days === null) {
      rules[code] = { isOn, days: null };
      continue;
    }
    const count = /^\d{1,4}$/.test(days?.trim() ?? '') ? Number(days) : 0;
    if (count < RULE_DAYS.min || count > RULE_DAYS.max)
      fields[`days-${code}`] = [`Give a whole number of days, ${RULE_DAYS.min} to ${RULE_DAYS.max}.`];
    rules[code] = { isOn, days: count };
  }
  return Object.keys(fields).length > 0 ? { ok: false, fields } : { ok: true, rules };
}

/** Whether both are the same settings. */
export function sameRules(one: FindingRules, other: FindingRules): boolean {
  return FINDING_CODES.every(
    (code) => one[code].isOn === other[code].isOn && one[code].days === other[code].days,
  );
}

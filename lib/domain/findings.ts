// What is wrong or risky about a token, one small rule each. Admins switch rules off, and choose the days of one.
import { type Day, daysBetween } from './day';
import { type DueRules, lastIssue } from './due';
import type { Namespace } from './namespace';
import { joinWords, NETWORKS, type Network } from './permissions';
import { type Token, type TokenDetails, tokenKind, tokenStatus } from './token';
import type { TokenNote } from './token-note';
import type { LiveUse, TokenUsage } from './usage';

/** The weightiest first: what fails requests now, what can, and what only should be looked at. */
export const FINDING_CODES = [
  'used-expired',
  'edgeworker-not-allowed',
  'activation-error',
  'namespace-gone',
  'namespace-absent',
  'all-edgeworkers',
  'delete-right',
  'default-namespace',
  'edgeworkers-unused',
  'legacy',
  'unused',
  'old',
  'no-owner',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One finding about a token. `text` says what exactly, where the label does not. */
export type Finding = { code: FindingCode; text: string };

/** A rule as an admin has set it; `days` is null for the rules that have none. */
export type FindingRule = { isOn: boolean; days: number | null };
export type FindingRules = Readonly<Record<FindingCode, FindingRule>>;

/** What a rule may look at besides the token. */
export type FindingContext = {
  note: TokenNote;
  /** Null while they are not known. */
  namespaces: readonly Namespace[] | null;
  /** Null while no live version was scanned. */
  usage: TokenUsage | null;
  today: Day;
};

/** Half a year: as long as a legacy token lives, and three times the span between two refreshes. */
const OLD_DAYS = 180;
export const RULE_DAYS = { min: 1, max: 3650 } as const;

/** How a token of that kind is called in lists. */
export const FINDING_WORDS: Readonly<Record<FindingCode, string>> = {
  'used-expired': 'Used, but expired',
  'edgeworker-not-allowed': 'Used where it is not allowed',
  'activation-error': 'Activation failed',
  'namespace-gone': 'Namespace that does not exist',
  'namespace-absent': 'Namespace absent from a network',
  'all-edgeworkers': 'All EdgeWorkers on production',
  'delete-right': 'Delete right on production',
  'default-namespace': 'Namespace default on production',
  'edgeworkers-unused': 'EdgeWorkers that do not use it',
  legacy: 'Legacy (JWT)',
  unused: 'Unused',
  old: 'Not refreshed for long',
  'no-owner': 'No owner',
};

/** Why somebody should care: one sentence for the page of the rules. */
export const FINDING_REASONS: Readonly<Record<FindingCode, string>> = {
  'used-expired': 'A live version of an EdgeWorker holds it: its requests are refused.',
  'edgeworker-not-allowed':
    'A live version holds it whose EdgeWorker, or network, the token is not for: its requests are refused.',
  'activation-error': 'EdgeWorkers cannot use what is new about the token until it is refreshed.',
  'namespace-gone': 'The token holds a permission on a namespace that is on neither network.',
  'namespace-absent': 'The token is allowed on a network where one of its namespaces is not.',
  'all-edgeworkers': 'Any EdgeWorker of the account that holds the token can use it.',
  'delete-right': 'A fault in an EdgeWorker can delete data that visitors need.',
  'default-namespace': 'Everybody uses it, so nobody can say whose data it holds.',
  'edgeworkers-unused':
    'It may be used by EdgeWorkers of which no live version holds it: they do not need it.',
  legacy: 'It expires, cannot be renewed, and its value is a secret inside of bundles.',
  unused: 'No live version of any EdgeWorker holds it, so that it can probably go.',
  old: 'Its last refresh, or its issue, is longer ago than the days here.',
  'no-owner': 'Nobody can be asked whether it is still needed.',
};

/** All rules on, as long as no admin says otherwise. */
export const DEFAULT_RULES: FindingRules = {
  'used-expired': { isOn: true, days: null },
  'edgeworker-not-allowed': { isOn: true, days: null },
  'activation-error': { isOn: true, days: null },
  'namespace-gone': { isOn: true, days: null },
  'namespace-absent': { isOn: true, days: null },
  'all-edgeworkers': { isOn: true, days: null },
  'delete-right': { isOn: true, days: null },
  'default-namespace': { isOn: true, days: null },
  'edgeworkers-unused': { isOn: true, days: null },
  legacy: { isOn: true, days: null },
  unused: { isOn: true, days: null },
  old: { isOn: true, days: OLD_DAYS },
  'no-owner': { isOn: true, days: null },
};

/**
 * What `rules` find about `token`: about an expired one only that it is used, and nothing that hangs on details before
 * they are known.
 */
export function findings(token: Token, context: FindingContext, rules: FindingRules): readonly Finding[] {
  const isExpired = tokenStatus(token, context.today) === 'expired';
  return FINDING_CODES.flatMap((code) => {
    if (isExpired !== (code === 'used-expired')) return [];
    const { isOn, days } = rules[code];
    const text = isOn ? CHECKS[code](token, context, days ?? OLD_DAYS) : null;
    return text === null ? [] : [{ code, text }];
  });
}

/** What a rule finds, in words; null when nothing. */
type Check = (token: Token, context: FindingContext, days: number) => string | null;

const CHECKS: Readonly<Record<FindingCode, Check>> = {
  'used-expired': (_, { usage }) => {
    const uses = (usage?.uses ?? []).map(placeWords);
    return uses.length === 0 ? null : shortened(uses);
  },
  'edgeworker-not-allowed': ({ details }, { usage }) => {
    return (details && usage && refusedWords(details, usage)) || null;
  },
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
  'edgeworkers-unused': ({ details }, { usage }) => {
    const ids = details && usage?.state !== 'unused' ? notUsing(details, usage) : [];
    return ids.length === 0 ? null : shortened(ids);
  },
  legacy: (token) => (tokenKind(token) === 'legacy' ? 'Create a successor that refreshes itself.' : null),
  unused: (_, { usage }) =>
    usage?.state === 'unused' ? 'Revoke it, unless it is for what is to come.' : null,
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

/** So many EdgeWorkers are named; a token may be for thousands. */
const NAMED_MAX = 10;

function shortened(names: readonly string[]): string {
  const rest = names.length - NAMED_MAX;
  return rest > 0 ? `${names.slice(0, NAMED_MAX).join(', ')} and ${rest} more` : names.join(', ');
}

/** `cart-api (4101) 2.3.0 on production`. */
function placeWords({ edgeWorker: { id, name }, version, networks }: LiveUse): string {
  return `${name} (${id}) ${version} on ${joinWords(networks)}`;
}

/** The uses by EdgeWorkers that the token is not for, and those on networks where it is not allowed. */
function refusedWords({ edgeWorkers, networks }: TokenDetails, { uses }: TokenUsage): string {
  const isFor = ({ edgeWorker: { id } }: LiveUse) => edgeWorkers === 'all' || edgeWorkers.includes(id);
  const strangers = uses.filter((use) => !isFor(use)).map(placeWords);
  const elsewhere = uses.filter(isFor).flatMap((use) => {
    const refused = use.networks.filter((network) => !networks[network]);
    return refused.length === 0 ? [] : [placeWords({ ...use, networks: refused })];
  });
  return [
    ...(strangers.length > 0 ? [`Not one of its EdgeWorkers: ${shortened(strangers)}.`] : []),
    ...(elsewhere.length > 0 ? [`Not one of its networks: ${shortened(elsewhere)}.`] : []),
  ].join(' ');
}

/** The EdgeWorkers that the token is for and that surely do not use it, by ID. */
function notUsing({ edgeWorkers }: TokenDetails, usage: TokenUsage | null): readonly string[] {
  // Without either it is not known what is live at all.
  if (edgeWorkers === 'all' || !usage || usage.uses.length + usage.maybe.length === 0) return [];
  const others = new Set([...usage.uses, ...usage.maybe].map(({ edgeWorker }) => edgeWorker.id));
  return edgeWorkers.filter((id) => !others.has(id));
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

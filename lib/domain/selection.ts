// Tokens that somebody selected, and what is to be done with them, as it stands in the URL.
import type { Day } from './day';
import { type Token, tokenKind, tokenStatus } from './token';
import {
  allMatching,
  type Notes,
  parseTokenQuery,
  printTokenQuery,
  type SearchParameters,
  type TokenQuery,
} from './token-query';
import type { Usages } from './usage';

/** What can be done with many tokens at once. */
export const JOBS = ['refresh', 'owner', 'review'] as const;
export type Job = (typeof JOBS)[number];

/** So many tokens are taken at once. */
export const SELECTED_MAX = 500;

export type Selection = {
  /** Tokens by name; empty when `query` selects. */
  names: readonly string[];
  /** Everything that matches; null when there are names. */
  query: TokenQuery | null;
  job: Job | null;
  /** Legacy tokens are tried too, though Akamai is not known to refresh them. */
  withLegacy: boolean;
};

/** The names in the parameter `t`, which may stand there several times; each once. */
export function parseNames(parameters: SearchParameters): readonly string[] {
  const { t = [] } = parameters;
  return [...new Set(typeof t === 'string' ? [t] : t)].filter((name) => name !== '');
}

/** Reads a selection. What a parameter cannot mean is left out. */
export function parseSelection(parameters: SearchParameters): Selection {
  return {
    names: parameters.all === '1' ? [] : parseNames(parameters),
    query: parameters.all === '1' ? { ...parseTokenQuery(parameters), page: 1 } : null,
    job: JOBS.find((job) => job === parameters.job) ?? null,
    withLegacy: parameters.legacy === '1',
  };
}

/** The query string of a selection, without the `?`. */
export function printSelection({ names, query, job, withLegacy }: Selection): string {
  const parameters = new URLSearchParams(query ? printTokenQuery({ ...query, page: 1 }) : '');
  if (query) parameters.set('all', '1');
  else for (const name of names) parameters.append('t', name);
  if (job) parameters.set('job', job);
  if (withLegacy) parameters.set('legacy', '1');
  return parameters.toString();
}

/** Why a job leaves a token out, in the order of a page. */
export const LEFT_OUT = ['legacy', 'expired', 'in-run', 'in-doubt', 'limits', 'gone', 'too-many'] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

export const LEFT_OUT_WORDS: Readonly<Record<LeftOut, string>> = {
  legacy: 'Legacy tokens: Akamai is not known to refresh them.',
  expired: 'Expired: they cannot be renewed.',
  'in-run': 'Another run is refreshing them already.',
  'in-doubt': 'An earlier change of them is still being looked up.',
  limits: 'Outside what you are limited to.',
  gone: 'No token has this name any more.',
  'too-many': `More than ${SELECTED_MAX} at once: they are left for another time.`,
};

export type Chosen<T extends Token = Token> = {
  tokens: readonly T[];
  leftOut: ReadonlyMap<LeftOut, readonly string[]>;
};

/** What is known of the tokens besides the list. */
export type Surroundings = {
  today: Day;
  notes: Notes;
  /** Which live versions use them; empty when that was never scanned. */
  usages: Usages;
  /** Whether the job on that token lies within the limits of who asks; true while its details are not known. */
  isWithinLimits: (token: Token) => boolean;
  /** Whether an earlier change of it is being looked up. */
  isInDoubt: (name: string) => boolean;
  /** Whether a run is refreshing it. */
  isInRun: (name: string) => boolean;
};

/** The tokens that `selection` means and its job takes, and those that are left out. Without a job all are taken. */
export function choose<T extends Token>(
  all: readonly T[],
  selection: Selection,
  around: Surroundings,
): Chosen<T> {
  const leftOut = new Map<LeftOut, string[]>();
  const leave = (why: LeftOut, name: string) => leftOut.set(why, [...(leftOut.get(why) ?? []), name]);
  const byName = new Map(all.map((token) => [token.name, token]));
  const names = selection.query
    ? allMatching(all, selection.query, around.today, around.notes, around.usages).map(({ name }) => name)
    : selection.names;
  const tokens: T[] = [];
  for (const name of names) {
    const token = byName.get(name);
    const why = token ? whyNot(token, selection, around) : 'gone';
    if (why !== null) leave(why, name);
    else if (token && tokens.length < SELECTED_MAX) tokens.push(token);
    else leave('too-many', name);
  }
  return { tokens, leftOut };
}

function whyNot(token: Token, { job, withLegacy }: Selection, around: Surroundings): LeftOut | null {
  if (job === null) return null;
  if (!around.isWithinLimits(token)) return 'limits';
  if (job !== 'refresh') return null;
  if (tokenStatus(token, around.today) === 'expired') return 'expired';
  if (tokenKind(token) === 'legacy' && !withLegacy) return 'legacy';
  if (around.isInDoubt(token.name)) return 'in-doubt';
  return around.isInRun(token.name) ? 'in-run' : null;
}

// What the audit page shows, as it stands in the URL: parsed and printed here, looked up elsewhere.
import { type Day, parseDay } from './day';
import type { SearchParameters } from './token-query';

/** The result of an act that has no outcome on record. */
export const NO_OUTCOME = 'open';

export type AuditQuery = {
  /** The beginning of the actor's name. */
  actor: string;
  action: string | null;
  /** The beginning of the target. */
  target: string;
  /** `ok`, the code of a Problem, or NO_OUTCOME. */
  outcome: string | null;
  /** Days in UTC, both included. */
  from: Day | null;
  to: Day | null;
  /** A text anywhere in the act. */
  q: string;
  /** Shows what is older than this entry. */
  before: number | null;
  /** The entry that is open. */
  entry: number | null;
};

const TEXT_MAX = 200;

/** Reads the page's state. What a parameter cannot mean is left out: an old link still shows the audit. */
export function parseAuditQuery(parameters: SearchParameters): AuditQuery {
  const text = (name: string): string => {
    const given = parameters[name];
    return (typeof given === 'string' ? given : (given?.[0] ?? '')).trim().slice(0, TEXT_MAX);
  };
  const number = (name: string): number | null =>
    /^[1-9]\d{0,14}$/.test(text(name)) ? Number(text(name)) : null;
  return {
    actor: text('actor'),
    action: text('action') || null,
    target: text('target'),
    outcome: text('outcome') || null,
    from: parseDay(text('from')),
    to: parseDay(text('to')),
    q: text('q'),
    before: number('before'),
    entry: number('entry'),
  };
}

/** The query string of `query`, without the `?`; only what is set. */
export function printAuditQuery(query: AuditQuery): string {
  const parameters = new URLSearchParams();
  for (const name of [
    'q',
    'actor',
    'action',
    'target',
    'outcome',
    'from',
    'to',
    'before',
    'entry',
  ] as const) {
    const value = query[name];
    if (value) parameters.set(name, String(value));
  }
  return parameters.toString();
}

/** Whether anything narrows what is shown. */
export function hasAuditFilters({ actor, action, target, outcome, from, to, q }: AuditQuery): boolean {
  return [actor, action, target, outcome, from, to, q].some(Boolean);
}

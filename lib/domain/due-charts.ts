// The figures of the two charts: what falls due per week for the next 12 months, and how old tokens are.
import { addDays, type Day, daysBetween } from './day';
import { DUE_KINDS, type DueItem, type DueKind, lastIssue } from './due';
import { type Token, type TokenKind, tokenKind, tokenStatus } from './token';

export const CHART_WEEKS = 52;

export type WeekCount = { from: Day; counts: Readonly<Record<DueKind, number>>; total: number };

/** The next 52 weeks from today on: today is the first day of the first. What is overdue is in none. */
export function dueWeeks(items: readonly DueItem[], today: Day): readonly WeekCount[] {
  const weeks = Array.from({ length: CHART_WEEKS }, (_, index) => ({
    from: addDays(today, index * 7),
    counts: { expiry: 0, activation: 0, refresh: 0, age: 0, review: 0 },
    total: 0,
  }));
  for (const { kind, day } of items) {
    const week = weeks[Math.floor(daysBetween(today, day) / 7)];
    if (!week) continue;
    week.counts[kind] += 1;
    week.total += 1;
  }
  return weeks;
}

/** The kinds that the weeks have, in the order of DUE_KINDS. */
export function kindsIn(weeks: readonly WeekCount[]): readonly DueKind[] {
  return DUE_KINDS.filter((kind) => weeks.some(({ counts }) => counts[kind] > 0));
}

const AGES: readonly (readonly [words: string, below: number])[] = [
  ['Less than 30 days', 30],
  ['30 to 89 days', 90],
  ['90 to 179 days', 180],
  ['180 to 364 days', 365],
  ['A year or more', Number.POSITIVE_INFINITY],
];

export type AgeCount = { words: string; counts: Readonly<Record<TokenKind, number>> };

/** How many tokens of each kind were issued or last refreshed how long ago; expired ones are left out. */
export function ageCounts(tokens: readonly Token[], today: Day): readonly AgeCount[] {
  const bins = [...AGES.map(([words]) => words), 'Not known'].map((words) => ({
    words,
    counts: { 'auto-refresh': 0, legacy: 0 },
  }));
  for (const token of tokens) {
    if (tokenStatus(token, today) === 'expired') continue;
    const since = lastIssue(token);
    const age = since === null ? Number.NaN : daysBetween(since, today);
    const index = AGES.findIndex(([, below]) => age < below);
    const bin = bins[index === -1 ? bins.length - 1 : index];
    if (bin) bin.counts[tokenKind(token)] += 1;
  }
  return bins.filter(
    ({ words, counts }) => words !== 'Not known' || counts['auto-refresh'] + counts.legacy > 0,
  );
}

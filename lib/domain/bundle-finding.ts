// What a look at a bundle finds, and how a text out of a bundle may stand in the words about it.
import { hideLongText } from './hidden-values';
import { visibleText } from './visible-text';

/**
 * Something that people should know about a bundle. `code` is stable, the words are not.
 * `error`: it fails at the edge or Akamai refuses it; `warning`: it may, or does not do what it seems to; `info`: all else.
 */
export type BundleFinding = { severity: 'info' | 'warning' | 'error'; code: string; text: string };

export function finding(severity: BundleFinding['severity'], code: string, text: string): BundleFinding {
  return { severity, code, text };
}

/** The same thing said twice helps nobody. */
export function distinct(findings: readonly BundleFinding[]): BundleFinding[] {
  return [...new Map(findings.map((one) => [one.text, one])).values()];
}

/** Of one kind; more say no more. */
const OF_A_KIND_MAX = 10;

/** Findings as they are told: none twice, and of each kind as many as people read. */
export function settled(all: readonly BundleFinding[]): BundleFinding[] {
  const findings = distinct(all);
  const counts = new Map<string, number>();
  const kept = findings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= OF_A_KIND_MAX;
  });
  const rest = findings.length - kept.length;
  const kinds = [...counts].filter(([, count]) => count > OF_A_KIND_MAX).map(([code]) => code);
  if (rest === 0) return kept;
  return [...kept, finding('info', 'more-findings', `${rest} more of these kinds: ${kinds.join(', ')}.`)];
}

/** A path or name for a sentence: visible and short. */
export function shown(text: string, charsMax = 120): string {
  const visible = visibleText(text);
  return visible.length > charsMax ? `${visible.slice(0, charsMax)}…` : visible;
}

/** The same for a text in which a secret may stand, as people put them anywhere. */
export function shownSafely(text: string, charsMax = 120): string {
  return shown(hideLongText(text), charsMax);
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(texts: readonly string[], countMax = 3): string {
  const rest = texts.length - countMax;
  if (rest > 0) return `${texts.slice(0, countMax).join(', ')} and ${rest} more`;
  return [texts.slice(0, -1).join(', '), texts.at(-1) ?? ''].filter(Boolean).join(' and ');
}

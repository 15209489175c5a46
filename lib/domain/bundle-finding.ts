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

/** A text out of a bundle for a sentence: visible, short, and without what may be a secret. */
export function shown(text: string, charsMax = 80): string {
  const visible = visibleText(hideLongText(text));
  return visible.length > charsMax ? `${visible.slice(0, charsMax)}…` : visible;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(texts: readonly string[], countMax = 3): string {
  const rest = texts.length - countMax;
  if (rest > 0) return `${texts.slice(0, countMax).join(', ')} and ${rest} more`;
  return [texts.slice(0, -1).join(', '), texts.at(-1) ?? ''].filter(Boolean).join(' and ');
}

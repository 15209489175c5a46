// What somebody is limited to, between the forms that ask for it and the columns that keep it.
import type { AccessScope } from './access';
import { NAME_PATTERN } from './permissions';

/** Limits as a form has them: namespaces separated by commas or spaces, none for all; and the staging network only. */
export type LimitsInput = { namespaces: string; stagingOnly: boolean };

export type LimitColumns = { namespaces: string | null; networks: string | null };

/** The columns' texts, or the words about what is wrong with the namespaces. */
export function readLimits({ namespaces, stagingOnly }: LimitsInput): LimitColumns | { wrong: string } {
  const names = [...new Set(namespaces.split(/[\s,]+/).filter((name) => name !== ''))];
  const bad = names.find((name) => !NAME_PATTERN.test(name));
  if (bad !== undefined)
    return { wrong: `${bad.slice(0, 40)} is no namespace: letters, digits, _ and -, at most 32.` };
  if (names.length > 100) return { wrong: 'At most 100 namespaces can be named.' };
  return {
    namespaces: names.length > 0 ? JSON.stringify(names) : null,
    networks: stagingOnly ? JSON.stringify(['staging']) : null,
  };
}

/** `cart and promo, on staging only`; empty when there is no limit. */
export function limitWords({ namespaces, networks }: AccessScope): string {
  return [
    namespaces && (namespaces.length > 0 ? namespaces.join(', ') : 'no namespace'),
    networks && (networks.length > 0 ? `${networks.join(' and ')} only` : 'no network'),
  ]
    .filter((part) => part !== null && part !== '')
    .join('; ');
}

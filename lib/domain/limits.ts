// What somebody is limited to, between the forms that ask for it and the columns that keep it.
import { z } from 'zod';
import {
  ACCOUNT_ACCESS,
  type AccessScope,
  type AccountAccess,
  type AccountLimits,
  OTHER_ACCOUNTS,
} from './access';
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

const accountLimits = z.array(z.tuple([z.string(), z.enum(ACCOUNT_ACCESS)]));

/** A column's text as limits; null for none. One that cannot be read leaves no account. */
export function parseAccountLimits(text: string | null): AccountLimits | null {
  if (text === null) return null;
  try {
    return new Map(accountLimits.parse(JSON.parse(text)));
  } catch {
    return new Map([[OTHER_ACCOUNTS, 'none']]);
  }
}

/** What a column keeps: pairs, in the order of their names; null for none. */
export function printAccountLimits(limits: AccountLimits | null): string | null {
  if (limits === null || limits.size === 0) return null;
  return JSON.stringify([...limits].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What is asked for an account: `usual` takes its limit away. */
export type AskedAccess = AccountAccess | 'usual';

/** The access that `text` names, or null. */
export function parseAskedAccess(text: string): AskedAccess | null {
  return text === 'usual' ? text : (ACCOUNT_ACCESS.find((access) => access === text) ?? null);
}

/** The limits with the changes in them. */
export function changeAccountLimits(
  before: AccountLimits | null,
  changes: ReadonlyMap<string, AskedAccess>,
): AccountLimits | null {
  const after = new Map(before);
  for (const [account, asked] of changes) {
    if (asked === 'usual') after.delete(account);
    else after.set(account, asked);
  }
  return after.size > 0 ? after : null;
}

/** The limits without the names of accounts that their holder may not know of. */
export function withoutHidden(scope: AccessScope): AccessScope {
  const named = [...(scope.accounts ?? [])].filter(
    ([account, access]) => access !== 'none' || account === OTHER_ACCOUNTS,
  );
  return { ...scope, accounts: named.length > 0 ? new Map(named) : null };
}

/** `cart and promo, on staging only; acme: viewer`; empty when there is no limit. */
export function limitWords({ namespaces, networks, accounts }: AccessScope): string {
  return [
    namespaces && (namespaces.length > 0 ? namespaces.join(', ') : 'no namespace'),
    networks && (networks.length > 0 ? `${networks.join(' and ')} only` : 'no network'),
    ...[...(accounts ?? [])].map(
      ([account, access]) =>
        `${account === OTHER_ACCOUNTS ? 'other accounts' : account}: ${access === 'none' ? 'no access' : access}`,
    ),
  ]
    .filter((part) => part !== null && part !== '')
    .join('; ');
}

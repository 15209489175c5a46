// Who may do what: one table, read by every service. Pages ask it only to choose what to show.
import { NETWORKS, type Network } from './permissions';
import type { TokenDetails } from './token';

export const ROLES = ['viewer', 'releaser', 'manager', 'admin'] as const;
export type Role = (typeof ROLES)[number];
/** Somebody without a session or key. A guest is an actor too, so that refusals are on record. */
export type AccessLevel = 'guest' | Role;

export const RIGHTS = {
  'app.health': 'guest',
  'session.create': 'guest',
  'setup.claim': 'guest',
  'link.claim': 'guest',
  'feed.read': 'guest',
  'session.end': 'viewer',
  'you.read': 'viewer',
  'you.change': 'viewer',
  'app.docs': 'viewer',
  'metrics.read': 'viewer',
  'account.list': 'viewer',
  'connection.read': 'viewer',
  'connection.check': 'viewer',
  'connection.details': 'admin',
  'token.list': 'viewer',
  'token.read': 'viewer',
  'rules.read': 'viewer',
  'namespace.list': 'viewer',
  'edgeworker.list': 'viewer',
  'usage.read': 'viewer',
  'bundle.inspect': 'viewer',
  'token.retrieve': 'releaser',
  'bundle.patch': 'releaser',
  'usage.scan': 'releaser',
  'token.create': 'manager',
  'token.refresh': 'manager',
  'edgeworker.deploy': 'manager',
  'note.change': 'manager',
  'token.revoke': 'admin',
  'account.change': 'admin',
  'people.read': 'admin',
  'people.change': 'admin',
  'key.read': 'admin',
  'key.change': 'admin',
  'notice.read': 'admin',
  'notice.change': 'admin',
  'audit.read': 'admin',
  'rules.preview': 'admin',
  'rules.change': 'admin',
} as const satisfies Record<string, AccessLevel>;

export type Right = keyof typeof RIGHTS;

/** The rights that are about one account of Akamai: who asks for one of them says on which. */
export const ACCOUNT_RIGHTS = [
  'token.list',
  'token.read',
  'namespace.list',
  'edgeworker.list',
  'usage.read',
  'usage.scan',
  'bundle.inspect',
  'token.retrieve',
  'bundle.patch',
  'token.create',
  'token.refresh',
  'token.revoke',
  'edgeworker.deploy',
  'note.change',
  'account.change',
  'connection.read',
  'connection.check',
  'connection.details',
] as const satisfies readonly Right[];
export type AccountRight = (typeof ACCOUNT_RIGHTS)[number];

/** The most that somebody may do on an account. `none`: for them it does not exist. */
export const ACCOUNT_ACCESS = ['none', ...ROLES] as const;
export type AccountAccess = (typeof ACCOUNT_ACCESS)[number];
/** By the account's slug. `OTHER_ACCOUNTS` is for all that are not named, those to come included. */
export type AccountLimits = ReadonlyMap<string, AccountAccess>;
export const OTHER_ACCOUNTS = '*';

/** What an actor is limited to; null means no limit of that kind. */
export type AccessScope = {
  namespaces: readonly string[] | null;
  networks: readonly Network[] | null;
  accounts: AccountLimits | null;
};

export const UNLIMITED: AccessScope = { namespaces: null, networks: null, accounts: null };

/**
 * What a request touches: every namespace and network of it must lie within the actor's scope. `anything`: it is not
 * known what, so that only somebody without limits may do it. `account`: the slug of the account it is about.
 */
export type Touched = {
  namespaces?: readonly string[];
  networks?: readonly Network[];
  anything?: boolean;
  account?: string | null;
};

/**
 * For actors without limits only: with these rights one could lift one's own limits, make somebody without any, or
 * see, have sent or change what is of accounts beyond them.
 */
const UNLIMITED_ONLY: ReadonlySet<Right> = new Set<Right>([
  'people.change',
  'rules.change',
  'notice.read',
  'notice.change',
]);

const LEVELS: readonly AccessLevel[] = ['guest', ...ROLES];

/** What a change of a token touches: all that the token reaches. */
export function touchedBy(account: string, { permissions, networks }: TokenDetails) {
  return {
    account,
    namespaces: [...permissions.keys()],
    networks: NETWORKS.filter((network) => networks[network]),
  };
}

/** Why not: the role is too low, the limits do not reach it, no such account for them, or the role there is too low. */
export type Refusal = 'role' | 'limits' | 'no-account' | 'role-on-account';

/** Why `level` may not do what needs `right` to `touched` within `scope`; null when it may. */
export function refusalOf(
  level: AccessLevel,
  right: Right,
  scope: AccessScope = UNLIMITED,
  touched: Touched = {},
): Refusal | null {
  if (!reaches(level, right)) return 'role';
  const isLimited = scope.namespaces !== null || scope.networks !== null;
  if (isLimited && touched.anything) return 'limits';
  if ((isLimited || scope.accounts !== null) && UNLIMITED_ONLY.has(right)) return 'limits';
  if (scope.namespaces && touched.namespaces?.some((one) => !scope.namespaces?.includes(one)))
    return 'limits';
  if (scope.networks && touched.networks?.some((one) => !scope.networks?.includes(one))) return 'limits';
  // Last: whoever may not know of an account is refused in all else as for one that is not there.
  const most = touched.account ? accessOn(scope.accounts, touched.account) : null;
  if (most === 'none') return 'no-account';
  return most === null || reaches(most, right) ? null : 'role-on-account';
}

/** Whether `level` has `right`, and `touched` lies within `scope`. */
export function can(level: AccessLevel, right: Right, scope?: AccessScope, touched?: Touched): boolean {
  return refusalOf(level, right, scope, touched) === null;
}

/** The level of an actor on that account, for words on pages: these are the same where it does not exist for them. */
export function levelOn(level: AccessLevel, { accounts }: AccessScope, account: string): AccessLevel {
  const most = accessOn(accounts, account);
  return most !== null && most !== 'none' && LEVELS.indexOf(most) < LEVELS.indexOf(level) ? most : level;
}

/** The most that the limits allow on that account; null when they do not narrow anything there. */
export function accessOn(limits: AccountLimits | null, account: string): AccountAccess | null {
  return limits?.get(account) ?? limits?.get(OTHER_ACCOUNTS) ?? null;
}

function reaches(level: AccessLevel, right: Right): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(RIGHTS[right]);
}

/**
 * What can be chosen as the most that somebody of `role` may do on an account: the roles up to theirs, and `stored`, which
 * may be higher when the role was lowered later. It must stay as it is while others are chosen.
 */
export function choosableAccess(role: Role, stored: AccountAccess | null): readonly Role[] {
  return ROLES.filter((one) => ROLES.indexOf(one) <= ROLES.indexOf(role) || one === stored);
}

/** The lower of two roles. */
export function lowerRole(one: Role, other: Role): Role {
  return ROLES.indexOf(one) < ROLES.indexOf(other) ? one : other;
}

/** What lies within both scopes. Two limits without anything in common allow nothing. */
export function narrowScope(one: AccessScope, other: AccessScope): AccessScope {
  return {
    namespaces: common(one.namespaces, other.namespaces),
    networks: common(one.networks, other.networks),
    accounts: narrowAccounts(one.accounts, other.accounts),
  };
}

function narrowAccounts(one: AccountLimits | null, other: AccountLimits | null): AccountLimits | null {
  if (one === null || other === null) return one ?? other;
  const lowest = (account: string): AccountAccess => {
    const most = [accessOn(one, account), accessOn(other, account)];
    return ACCOUNT_ACCESS.find((access) => most.includes(access)) ?? 'admin';
  };
  return new Map([...one.keys(), ...other.keys()].map((account) => [account, lowest(account)]));
}

function common<T>(one: readonly T[] | null, other: readonly T[] | null): readonly T[] | null {
  if (one === null || other === null) return one ?? other;
  return one.filter((item) => other.includes(item));
}

/** The role that `text` names, or null. */
export function parseRole(text: string): Role | null {
  return ROLES.find((role) => role === text) ?? null;
}

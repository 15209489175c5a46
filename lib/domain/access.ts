// Who may do what: one table, read by every service. Pages ask it only to choose what to show.
import type { Network } from './permissions';

export const ROLES = ['viewer', 'releaser', 'manager', 'admin'] as const;
export type Role = (typeof ROLES)[number];
/** Somebody without a session or key. A guest is an actor too, so that refusals are on record. */
export type AccessLevel = 'guest' | Role;

export const RIGHTS = {
  'app.health': 'guest',
  'session.create': 'guest',
  'setup.claim': 'guest',
  'link.claim': 'guest',
  'session.end': 'viewer',
  'you.read': 'viewer',
  'you.change': 'viewer',
  'app.docs': 'viewer',
  'metrics.read': 'viewer',
  'account.list': 'viewer',
  'token.list': 'viewer',
  'token.read': 'viewer',
  'namespace.list': 'viewer',
  'edgeworker.list': 'viewer',
  'bundle.inspect': 'viewer',
  'token.retrieve': 'releaser',
  'bundle.patch': 'releaser',
  'token.create': 'manager',
  'token.refresh': 'manager',
  'note.change': 'manager',
  'token.revoke': 'admin',
  'people.read': 'admin',
  'people.change': 'admin',
  'key.read': 'admin',
  'key.change': 'admin',
  'audit.read': 'admin',
  'rules.read': 'admin',
  'rules.change': 'admin',
} as const satisfies Record<string, AccessLevel>;

export type Right = keyof typeof RIGHTS;

/** What an actor is limited to; null means no limit of that kind. */
export type AccessScope = { namespaces: readonly string[] | null; networks: readonly Network[] | null };

export const UNLIMITED: AccessScope = { namespaces: null, networks: null };

/**
 * What a request touches: every namespace and network of it must lie within the actor's scope. `anything`: it is not
 * known what, so that only somebody without limits may do it.
 */
export type Touched = {
  namespaces?: readonly string[];
  networks?: readonly Network[];
  anything?: boolean;
};

/** For actors without limits only: with these rights one could lift one's own limits, or make somebody without any. */
const UNLIMITED_ONLY: ReadonlySet<Right> = new Set<Right>(['people.change']);

const LEVELS: readonly AccessLevel[] = ['guest', ...ROLES];

/** Whether `level` has `right`, and `touched` lies within `scope`. */
export function can(
  level: AccessLevel,
  right: Right,
  scope: AccessScope = UNLIMITED,
  touched: Touched = {},
): boolean {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(RIGHTS[right])) return false;
  const isLimited = scope.namespaces !== null || scope.networks !== null;
  if (isLimited && (touched.anything || UNLIMITED_ONLY.has(right))) return false;
  if (scope.namespaces && touched.namespaces?.some((one) => !scope.namespaces?.includes(one))) return false;
  if (scope.networks && touched.networks?.some((one) => !scope.networks?.includes(one))) return false;
  return true;
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
  };
}

function common<T>(one: readonly T[] | null, other: readonly T[] | null): readonly T[] | null {
  if (one === null || other === null) return one ?? other;
  return one.filter((item) => other.includes(item));
}

/** The role that `text` names, or null. */
export function parseRole(text: string): Role | null {
  return ROLES.find((role) => role === text) ?? null;
}

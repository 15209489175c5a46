// The read/write/delete algebra of namespaces. If permissions must grow, this file changes and no other.

export const PERMISSIONS = ['r', 'w', 'd'] as const;
export type Permission = (typeof PERMISSIONS)[number];
export const PERMISSION_WORDS: Record<Permission, string> = { r: 'read', w: 'write', d: 'delete' };

export const NETWORKS = ['staging', 'production'] as const;
export type Network = (typeof NETWORKS)[number];

/** At most this many namespaces in one token (OpenAPI of EdgeKV, `namespacePermissions`). */
export const NAMESPACES_MAX = 20;

/** Bare namespace names to their permissions, in the order r, w, d. Insertion order is the order shown. */
export type NamespacePermissions = ReadonlyMap<string, readonly Permission[]>;

/** Namespace and token names: 1 to 32 of `A-Z a-z 0-9 _ -`, not starting with `-` (techdocs, EdgeKV). */
export const NAME_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$/;

/** The permissions of `given` without repeats, in the order r, w, d. */
export function orderPermissions(given: Iterable<string>): Permission[] {
  const set = new Set(given);
  return PERMISSIONS.filter((permission) => set.has(permission));
}

/** `permissions` with `namespace`'s `permission` turned over; a namespace left with none goes away. */
export function togglePermission(
  permissions: NamespacePermissions,
  namespace: string,
  permission: Permission,
): NamespacePermissions {
  const held = permissions.get(namespace) ?? [];
  const next = held.includes(permission) ? held.filter((one) => one !== permission) : [...held, permission];
  return setNamespace(permissions, namespace, next);
}

/** `permissions` with exactly `granted` on `namespace`; none removes it. */
export function setNamespace(
  permissions: NamespacePermissions,
  namespace: string,
  granted: Iterable<Permission>,
): NamespacePermissions {
  const next = new Map(permissions);
  const ordered = orderPermissions(granted);
  if (ordered.length > 0) next.set(namespace, ordered);
  else next.delete(namespace);
  return next;
}

/** Whether all, some or none of `namespaces` hold `permission`: the state of a column's checkbox. */
export function columnState(
  permissions: NamespacePermissions,
  namespaces: readonly string[],
  permission: Permission,
): 'all' | 'some' | 'none' {
  const count = namespaces.filter((namespace) => permissions.get(namespace)?.includes(permission)).length;
  if (count === 0) return 'none';
  return count === namespaces.length ? 'all' : 'some';
}

/**
 * Reads the CLI's spelling, `default+rwd,cart+r`. Returns null when any part is malformed, repeated or no valid name:
 * a permission must never be guessed.
 */
export function parsePermissions(text: string): NamespacePermissions | null {
  const result = new Map<string, Permission[]>();
  if (text.trim() === '') return result;
  for (const part of text.split(',')) {
    const match = /^\s*([^+:\s]+)[+:]([rwd]{1,3})\s*$/.exec(part);
    const [, namespace, letters] = match ?? [];
    if (!namespace || !letters || !NAME_PATTERN.test(namespace) || result.has(namespace)) return null;
    if (new Set(letters).size !== letters.length) return null;
    result.set(namespace, orderPermissions(letters));
  }
  return result;
}

/** Prints `default+rwd,cart+r`, as `akamai edgekv create token --namespace` takes it. */
export function printPermissions(permissions: NamespacePermissions): string {
  return [...permissions].map(([namespace, held]) => `${namespace}+${held.join('')}`).join(',');
}

/** `read`, `read and write`, `read, write and delete`. */
export function permissionWords(held: readonly Permission[]): string {
  return joinWords(orderPermissions(held).map((permission) => PERMISSION_WORDS[permission]));
}

/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

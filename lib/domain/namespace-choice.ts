// Which namespaces a token can still take: at most 20, of one data access policy (Akamai's API refuses other tokens).
import { dataAccessPolicy, type Namespace } from './namespace';
import {
  NAMESPACES_MAX,
  type NamespacePermissions,
  type Network,
  type Permission,
  setNamespace,
} from './permissions';

/** Why `namespace` cannot be added to `permissions` on `networks`, in words; null when it can, or is in already. */
export function namespaceRefusal(
  namespace: Namespace,
  all: readonly Namespace[],
  networks: readonly Network[],
  permissions: NamespacePermissions,
): string | null {
  if (permissions.has(namespace.name)) return null;
  const own = dataAccessPolicy(namespace, networks);
  if (own === 'mixed') return 'its data policy differs between the networks';
  const chosen = chosenPolicy(all, networks, permissions);
  if (chosen !== null && own !== null && own !== chosen) return 'other data policy: cannot be mixed';
  return permissions.size >= NAMESPACES_MAX ? `at most ${NAMESPACES_MAX} namespaces` : null;
}

/** `change` made to each namespace of `shown` in turn, but for those that cannot be taken when their turn comes. */
export function changeNamespaces(
  shown: readonly Namespace[],
  all: readonly Namespace[],
  networks: readonly Network[],
  permissions: NamespacePermissions,
  change: (held: readonly Permission[]) => readonly Permission[],
): NamespacePermissions {
  let next = permissions;
  for (const namespace of shown) {
    if (namespaceRefusal(namespace, all, networks, next) !== null) continue;
    next = setNamespace(next, namespace.name, change(next.get(namespace.name) ?? []));
  }
  return next;
}

function chosenPolicy(
  all: readonly Namespace[],
  networks: readonly Network[],
  permissions: NamespacePermissions,
): boolean | 'mixed' | null {
  for (const namespace of all) {
    const policy = permissions.has(namespace.name) ? dataAccessPolicy(namespace, networks) : null;
    if (policy !== null) return policy;
  }
  return null;
}

// Namespaces of both networks, as the permission editor needs them.
import type { Network } from './permissions';

/** A namespace on one network. `restrictDataAccess` is null when Akamai did not say (older answers lack it). */
export type NamespaceOnNetwork = {
  name: string;
  geoLocation: string | null;
  retentionSeconds: number | null;
  groupId: number | null;
  restrictDataAccess: boolean | null;
};

/** A namespace with what it is on each network; null where it does not exist. */
export type Namespace = { name: string; on: Readonly<Record<Network, NamespaceOnNetwork | null>> };

/** The union of both networks' namespaces, `default` first, then by name. */
export function mergeNamespaces(
  staging: readonly NamespaceOnNetwork[],
  production: readonly NamespaceOnNetwork[],
): Namespace[] {
  const names = new Set([...staging, ...production].map((namespace) => namespace.name));
  return [...names].sort(byDefaultThenName).map((name) => ({
    name,
    on: {
      staging: staging.find((one) => one.name === name) ?? null,
      production: production.find((one) => one.name === name) ?? null,
    },
  }));
}

function byDefaultThenName(a: string, b: string): number {
  if (a === 'default') return -1;
  if (b === 'default') return 1;
  return a < b ? -1 : 1;
}

/** A namespace's data-access policy over `networks`: true restricted, false not, `mixed` when they differ, null unknown. */
export function dataAccessPolicy(
  namespace: Namespace,
  networks: readonly Network[],
): boolean | 'mixed' | null {
  const known = networks
    .map((network) => namespace.on[network]?.restrictDataAccess)
    .filter((policy): policy is boolean => typeof policy === 'boolean');
  const [first] = known;
  if (first === undefined) return null;
  return known.every((policy) => policy === first) ? first : 'mixed';
}

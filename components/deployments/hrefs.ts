// The addresses of deployments.
import type { Route } from 'next';
import { type BaseVersion, printBase } from '@/lib/domain/deployment';

/** A deployment; without an id, the list. */
export function deploymentHref(account: string, id?: string): Route {
  const all = `/${encodeURIComponent(account)}/deployments`;
  return (id === undefined ? all : `${all}/${encodeURIComponent(id)}`) as Route;
}

type NewDeployment = {
  token?: string | null;
  replaces?: string | null;
  versions?: readonly BaseVersion[];
  /** Whether to choose again, although everything is chosen. */
  choose?: boolean;
};

/** Where a new one is prepared, with what is chosen so far. */
export function newDeploymentHref(account: string, chosen: NewDeployment = {}): Route {
  const { token, replaces, versions = [], choose = false } = chosen;
  const query = new URLSearchParams([
    ...(token ? [['token', token]] : []),
    ...(replaces ? [['replaces', replaces]] : []),
    ...versions.map((one) => ['version', printBase(one)]),
    ...(choose ? [['choose', '1']] : []),
  ]);
  const path = `${deploymentHref(account)}/new`;
  return (query.size > 0 ? `${path}?${query}` : path) as Route;
}

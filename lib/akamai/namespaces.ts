// EdgeKV's namespaces and the state of the account.

import type { NamespaceOnNetwork } from '@/lib/domain/namespace';
import type { Network } from '@/lib/domain/permissions';
import type { Result } from '@/lib/domain/problem';
import type { AkamaiClient, CallOptions } from './client';
import { groupsSchema, initializationSchema, namespacesSchema } from './wire';

/** The namespaces of one network; without `details=on` Akamai tells only names. */
export function listNamespaces(
  client: AkamaiClient,
  network: Network,
  options: CallOptions = {},
): Promise<Result<readonly NamespaceOnNetwork[]>> {
  const path = `/edgekv/v1/networks/${network}/namespaces?details=on`;
  return client.call({ ...options, method: 'GET', path, schema: namespacesSchema, size: 'list' });
}

/** Whether EdgeKV is initialised. An uninitialised account answers 404 with the state as its body, not a problem. */
export function getInitialization(client: AkamaiClient, options: CallOptions = {}) {
  return client.call({
    ...options,
    method: 'GET',
    path: '/edgekv/v1/initialize',
    schema: initializationSchema,
    size: 'single',
    alsoAnswers: (status, json) => (status === 404 ? initializationSchema.safeParse(json).data : undefined),
  });
}

/** The access groups with our capabilities in each. */
export function listGroups(client: AkamaiClient, options: CallOptions = {}) {
  return client.call({
    ...options,
    method: 'GET',
    path: '/edgekv/v1/auth/groups',
    schema: groupsSchema,
    size: 'list',
  });
}

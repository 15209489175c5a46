// The EdgeWorkers API: a grant of its own that a credential may lack.
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { Result } from '@/lib/domain/problem';
import type { AkamaiClient, CallOptions } from './client';
import { edgeWorkersSchema } from './wire';

/** All EdgeWorker IDs with their names; at most 200 in an account, no paging. */
export function listEdgeWorkers(
  client: AkamaiClient,
  options: CallOptions = {},
): Promise<Result<readonly EdgeWorker[]>> {
  return client.call({
    ...options,
    method: 'GET',
    path: '/edgeworkers/v1/ids',
    schema: edgeWorkersSchema,
    size: 'list',
  });
}

// Whether Akamai granted what was asked: after a creation, the token that is there is compared with the request.
import { joinWords, NETWORKS, permissionWords } from './permissions';
import type { KnownToken } from './token';
import { requestEdgeWorkers, requestPermissions, type TokenRequest } from './token-request';

/** One difference, in words. */
export type Difference = { what: string; asked: string; granted: string };

/** Where `token` differs from `request`; [] when it is as asked. */
export function compareGrant(request: TokenRequest, token: KnownToken): Difference[] {
  const { details } = token;
  const differences: Difference[] = [];
  const note = (what: string, asked: string, granted: string) => {
    if (asked !== granted) differences.push({ what, asked, granted });
  };
  const asked = { staging: request.allowOnStaging, production: request.allowOnProduction };
  note(
    'Networks',
    joinWords(NETWORKS.filter((one) => asked[one])),
    joinWords(NETWORKS.filter((one) => details.networks[one])),
  );
  const permissions = requestPermissions(request);
  for (const namespace of new Set([...permissions.keys(), ...details.permissions.keys()])) {
    const words = (given: typeof permissions) => permissionWords(given.get(namespace) ?? []) || 'nothing';
    note(`Namespace ${namespace}`, words(permissions), words(details.permissions));
  }
  note('EdgeWorkers', printIds(requestEdgeWorkers(request)), printIds(details.edgeWorkers));
  return differences;
}

function printIds(edgeWorkers: 'all' | readonly string[]): string {
  return edgeWorkers === 'all' ? 'all' : [...edgeWorkers].sort((a, b) => Number(a) - Number(b)).join(', ');
}

// Legacy token values: JWTs with the claims that real ones have, and a signature that is none.
import { uuidOf } from './account';

export type LegacyClaims = {
  name: string;
  cpcode: string;
  issuedAt: number;
  /** YYYY-MM-DD. */
  expiry: string;
  networks: ('s' | 'p')[];
  namespaces: Record<string, string[]>;
  /** `all` or ids. */
  edgeWorkers: 'all' | string[];
};

/** The planted text that no page, log or file of the product may ever show outside a tokens file. */
export const CANARY_TOKEN = 'CANARY-TOKEN-NOT-A-REAL-SIGNATURE';

export function legacyValue(claims: LegacyClaims): string {
  const namespaces = Object.entries(claims.namespaces).map(([namespace, held]) => [
    `namespace-${namespace}`,
    // Real claims order them r, d, w.
    ['r', 'd', 'w'].filter((permission) => held.includes(permission)),
  ]);
  const payload = {
    ewids: claims.edgeWorkers === 'all' ? 'all' : claims.edgeWorkers,
    sub: '99001',
    cpc: claims.cpcode,
    iss: 'akamai.com/EdgeDB/Pulsar/v0.14.0',
    ...Object.fromEntries(namespaces),
    exp: Date.parse(`${claims.expiry}T23:59:59Z`) / 1000,
    env: claims.networks,
    iat: Math.floor(claims.issuedAt / 1000),
    jti: uuidOf('jti', claims.name),
    reqid: 'customer',
    noecl: true,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  // Not encoded, so that a search for the canary finds the value wherever it leaks as it is.
  const signature = `${CANARY_TOKEN}-`.repeat(8);
  return `${part({ typ: 'JWT', alg: 'RS256' })}.${part(payload)}.${signature}`;
}

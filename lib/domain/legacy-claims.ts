// What a legacy token's JWT tells. Decoded, never verified: it describes what to show, it grants nothing.
import { z } from 'zod';
import { type Day, dayAt } from './day';
import { type NamespacePermissions, orderPermissions, type Permission } from './permissions';
import type { TokenDetails } from './token';

const claimsSchema = z.looseObject({
  ewids: z
    .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
    .optional()
    .catch(undefined),
  env: z.array(z.string()).optional().catch(undefined),
  cpc: z.union([z.string(), z.number()]).optional().catch(undefined),
  // Seconds, whole ones in every token seen; the standard allows others.
  iat: z.number().positive().optional().catch(undefined),
  exp: z.number().positive().optional().catch(undefined),
  jti: z.string().optional().catch(undefined),
});

const NAMESPACE_CLAIM = 'namespace-';
const JWT_CHARS_MAX = 16 * 1024;
/** Header, payload and signature; a signature may be missing in what people made themselves. */
const JWT = /^[A-Za-z0-9_-]+={0,2}\.([A-Za-z0-9_-]+={0,2})\.[A-Za-z0-9_-]*={0,2}$/;

/** What a JWT says of itself. */
export type LegacyClaims = {
  details: TokenDetails;
  issued: Day | null;
  /** The last day on which it works. */
  expires: Day | null;
  /** `jti`, which has the form of a token's uuid. */
  id: string | null;
};

/** Details, day of issue and last day out of a JWT (claims as decoded from public tokens); null when it is no JWT. */
export function readLegacyClaims(jwt: string): LegacyClaims | null {
  const payload = jwt.length <= JWT_CHARS_MAX ? JWT.exec(jwt.trim())?.[1] : undefined;
  if (!payload) return null;
  const parsed = claimsSchema.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
  if (!parsed.success) return null;
  const { ewids, env, cpc, iat, exp, jti } = parsed.data;
  return {
    details: {
      kind: 'legacy',
      cpCode: cpc === undefined ? null : String(cpc),
      networks: { staging: env?.includes('s') ?? false, production: env?.includes('p') ?? false },
      permissions: readPermissions(parsed.data),
      edgeWorkers: readEdgeWorkers(ewids),
    },
    issued: iat === undefined ? null : dayOfSeconds(iat),
    // 23:59:59 UTC of the token's last day (decoded from five public tokens). At that second it is over: midnight ends
    // the day before.
    expires: exp === undefined ? null : dayOfSeconds(Math.ceil(exp) - 1),
    id: jti ?? null,
  };
}

/** The UTC day of seconds since 1970; null for a number that no calendar has. */
function dayOfSeconds(seconds: number): Day | null {
  return seconds < 253_402_300_800 ? dayAt(seconds * 1000) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function readPermissions(claims: Record<string, unknown>): NamespacePermissions {
  const found = new Map<string, Permission[]>();
  for (const [claim, value] of Object.entries(claims)) {
    if (!claim.startsWith(NAMESPACE_CLAIM) || !Array.isArray(value)) continue;
    // Anybody may have written the JWT: what is no text has no letter of a permission, and may not even become a text.
    const letters = value.filter((one) => typeof one === 'string');
    found.set(claim.slice(NAMESPACE_CLAIM.length), orderPermissions(letters));
  }
  return found;
}

/** `all` was seen; a restricted form was not, so a list and a comma list are both read. */
function readEdgeWorkers(ewids: z.infer<typeof claimsSchema>['ewids']): TokenDetails['edgeWorkers'] {
  const ids = (Array.isArray(ewids) ? ewids.map(String) : String(ewids ?? 'all').split(',')).map((id) =>
    id.trim(),
  );
  return ids.includes('all') || ids.every((id) => id === '') ? 'all' : ids;
}

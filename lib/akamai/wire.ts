// Akamai's answers as they come over the wire: tolerant of what documents and recordings disagree on, strict on what
// the product relies on. Field by field from the OpenAPI, the Go SDK's recordings and the CLI's source.
import { z } from 'zod';
import { type Day, parseDay } from '@/lib/domain/day';
import { readLegacyClaims } from '@/lib/domain/legacy-claims';
import type { NamespaceOnNetwork } from '@/lib/domain/namespace';
import { orderPermissions } from '@/lib/domain/permissions';
import type { ActivationStatus, AllowedEdgeWorkers, KnownToken, TokenListing } from '@/lib/domain/token';

/** A date that may be absent, null or no date at all; unreadable ones count as unknown. */
const day = z
  .string()
  .nullish()
  .catch(null)
  .transform((text): Day | null => (text ? parseDay(text) : null));

/** An expiry of year 9999 means: does not expire. One that cannot be read must not look like that, so it is refused. */
const expiry = z
  .string()
  .nullish()
  .transform((text, context): Day | null => {
    if (!text || text.startsWith('9999-')) return null;
    const read = parseDay(text);
    if (!read) context.addIssue({ code: 'custom', message: 'no date' });
    return read;
  });

const ACTIVATION: Readonly<Record<string, ActivationStatus>> = {
  IN_PROGRESS: 'in-progress',
  COMPLETE: 'complete',
  ERROR: 'error',
};

/** A status that we do not know counts as in progress: saying that a token works would be the worse guess. */
const activation = z
  .string()
  .nullish()
  .transform((text): ActivationStatus | null =>
    text ? ((Object.hasOwn(ACTIVATION, text) ? ACTIVATION[text] : undefined) ?? 'in-progress') : null,
  );

const row = {
  name: z.string().min(1),
  uuid: z.string().min(1),
  expiry,
  issueDate: day,
  latestRefreshDate: day,
  nextScheduledRefreshDate: day,
  tokenActivationStatus: activation,
};

type Row = z.infer<z.ZodObject<typeof row>>;

function toListing(read: Row): TokenListing {
  return {
    name: read.name,
    uuid: read.uuid,
    expiry: read.expiry,
    issued: read.issueDate,
    latestRefresh: read.latestRefreshDate,
    nextRefresh: read.nextScheduledRefreshDate,
    activation: read.tokenActivationStatus,
  };
}

export const tokenListSchema = z
  .object({ tokens: z.array(z.object(row)).nullable() })
  .transform(({ tokens }): readonly TokenListing[] => (tokens ?? []).map(toListing));

/** Absent, null, [] and ["all"] all mean every EdgeWorker. */
const edgeWorkers = z
  .array(z.union([z.string(), z.number()]))
  .nullish()
  .transform((ids): AllowedEdgeWorkers => {
    const named = (ids ?? []).map(String);
    return named.length === 0 || named.includes('all') ? 'all' : named;
  });

/** Read as pairs: a record would lose a namespace of the legal name `__proto__`. */
const namespacePermissions = z
  .preprocess(
    (given) =>
      typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.entries(given) : given,
    z.array(z.tuple([z.string(), z.array(z.string())])),
  )
  .transform((pairs) => new Map(pairs.map(([name, held]) => [name, orderPermissions(held)])));

const enhancedToken = z
  .object({
    ...row,
    allowOnStaging: z.boolean(),
    allowOnProduction: z.boolean(),
    cpcode: z.union([z.string(), z.number()]).nullish(),
    namespacePermissions,
    restrictToEdgeWorkerIds: edgeWorkers,
  })
  .transform((read): WireToken => {
    const token: KnownToken = {
      ...toListing(read),
      details: {
        kind: 'auto-refresh',
        cpCode: read.cpcode === null || read.cpcode === undefined ? null : String(read.cpcode),
        networks: { staging: read.allowOnStaging, production: read.allowOnProduction },
        permissions: read.namespacePermissions,
        edgeWorkers: read.restrictToEdgeWorkerIds,
      },
    };
    return { token, value: null };
  });

/** A legacy token is one with a `value` (the CLI's own test); everything else about it is inside that JWT. */
const legacyToken = z.object({ ...row, value: z.string().min(1) }).transform((read, context): WireToken => {
  const claims = readLegacyClaims(read.value);
  if (!claims) {
    context.addIssue({ code: 'custom', path: ['value'], message: 'no JWT' });
    return z.NEVER;
  }
  const listing = toListing(read);
  return {
    token: { ...listing, issued: listing.issued ?? claims.issued, details: claims.details },
    value: read.value,
  };
});

/** A token and, for a legacy one, its value: a secret that only `tokens.ts` may pass on, into a tokens file. */
export type WireToken = { token: KnownToken; value: string | null };

const hasValue = z.looseObject({ value: z.string().min(1) });

export const tokenSchema: z.ZodType<WireToken> = z.unknown().transform((json, context) => {
  const read = (hasValue.safeParse(json).success ? legacyToken : enhancedToken).safeParse(json);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
});

export const revokedSchema = z.object({ name: z.string(), uuid: z.string().optional() });

export const namespacesSchema = z
  .object({
    namespaces: z.array(
      z.object({
        namespace: z.string().min(1),
        geoLocation: z.string().nullish().catch(null),
        retentionInSeconds: z.number().nullish().catch(null),
        groupId: z.number().nullish().catch(null),
        dataAccessPolicy: z.object({ restrictDataAccess: z.boolean() }).nullish().catch(null),
      }),
    ),
  })
  .transform(({ namespaces }): readonly NamespaceOnNetwork[] =>
    namespaces.map((read) => ({
      name: read.namespace,
      geoLocation: read.geoLocation ?? null,
      retentionSeconds: read.retentionInSeconds ?? null,
      groupId: read.groupId ?? null,
      restrictDataAccess: read.dataAccessPolicy?.restrictDataAccess ?? null,
    })),
  );

export const edgeWorkersSchema = z
  .object({
    edgeWorkerIds: z.array(z.object({ edgeWorkerId: z.union([z.number(), z.string()]), name: z.string() })),
  })
  .transform(({ edgeWorkerIds }) =>
    edgeWorkerIds.map((read) => ({ id: String(read.edgeWorkerId), name: read.name })),
  );

const isoTime = z.string();

export const versionSchema = z
  .object({ version: z.string(), checksum: z.string().nullish(), createdTime: isoTime.nullish() })
  .transform(({ version, checksum, createdTime }) => ({
    version,
    /** SHA-256 of the .tgz in hex, as the official CLI compares it; the documentation's sample is shorter. */
    checksum: checksum ?? null,
    createdAt: createdTime ?? null,
  }));

export type EdgeWorkerVersion = z.output<typeof versionSchema>;

export const versionsSchema = z
  .object({ versions: z.array(versionSchema) })
  .transform(({ versions }) => versions);

const NETWORK_OF = { STAGING: 'staging', PRODUCTION: 'production' } as const;

export const activationSchema = z
  .object({
    activationId: z.union([z.number(), z.string()]),
    version: z.string(),
    network: z.enum(['STAGING', 'PRODUCTION']),
    /** An open list: PRESUBMIT, PENDING, IN_PROGRESS, COMPLETE, ABORTED, ERROR, EXPIRED, CANCELLED and others. */
    status: z.string(),
    note: z.string().nullish(),
    createdTime: isoTime.nullish(),
    lastModifiedTime: isoTime.nullish(),
  })
  .transform((read) => ({
    id: String(read.activationId),
    version: read.version,
    network: NETWORK_OF[read.network],
    status: read.status,
    note: read.note ?? null,
    createdAt: read.createdTime ?? null,
    /** When the status became what it is. */
    changedAt: read.lastModifiedTime ?? null,
  }));
export type EdgeWorkerActivation = z.output<typeof activationSchema>;

export const activationsSchema = z
  .object({ activations: z.array(activationSchema) })
  .transform(({ activations }) => activations);

const revisionSchema = z
  .object({
    revisionId: z.string().min(1),
    version: z.string(),
    activationId: z.union([z.number(), z.string()]),
    network: z.enum(['STAGING', 'PRODUCTION']),
    /** An open list: those of an activation, and INVALID_COMBINED_BUNDLE. */
    revisionActivationStatus: z.string(),
    checksum: z.string().nullish(),
    createdTime: isoTime.nullish(),
    lastModifiedTime: isoTime.nullish(),
  })
  .transform((read) => ({
    id: read.revisionId,
    version: read.version,
    activationId: String(read.activationId),
    network: NETWORK_OF[read.network],
    status: read.revisionActivationStatus,
    checksum: read.checksum ?? null,
    createdAt: read.createdTime ?? null,
    changedAt: read.lastModifiedTime ?? null,
  }));

export const revisionsSchema = z
  .object({ revisions: z.array(revisionSchema) })
  .transform(({ revisions }) => revisions);

const validationFinding = z.object({ type: z.string(), message: z.string() });

/** Always status 200, whatever was found; types are an open list. */
export const validationSchema = z.object({
  errors: z.array(validationFinding),
  warnings: z.array(validationFinding).optional().default([]),
});

export const edgeWorkerGroupsSchema = z
  .object({
    groups: z.array(
      z.object({
        groupId: z.union([z.number(), z.string()]),
        groupName: z.string(),
        capabilities: z.array(z.string()),
      }),
    ),
  })
  .transform(({ groups }) => groups.map((group) => ({ ...group, groupId: String(group.groupId) })));

export const limitsSchema = z
  .object({
    limits: z.array(z.object({ limitId: z.string(), limitName: z.string(), limitValue: z.number() })),
  })
  .transform(({ limits }) => limits);

export const propertiesSchema = z
  .object({
    properties: z.array(
      z.object({
        propertyName: z.string(),
        stagingVersion: z.number().nullish(),
        productionVersion: z.number().nullish(),
      }),
    ),
  })
  .transform(({ properties }) => properties);

const initialized = z.enum(['INITIALIZED', 'UNINITIALIZED', 'PENDING']);

export const initializationSchema = z.object({
  accountStatus: initialized,
  productionStatus: initialized,
  stagingStatus: initialized,
  cpcode: z.union([z.string(), z.number()]).nullish(),
});

export const groupsSchema = z.object({
  groups: z.array(
    z.object({ groupId: z.number(), groupName: z.string(), capabilities: z.array(z.string()) }),
  ),
});

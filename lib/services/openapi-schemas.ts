// The shapes of the HTTP API as schemas: what a body may be, and exactly what an answer holds.
import 'server-only';
import { z } from 'zod';
import { DUE_KINDS, DUE_WINDOWS } from '@/lib/domain/due';
import { ANSWER_STATES } from '@/lib/domain/due-answer';
import { FINDING_CODES } from '@/lib/domain/findings';
import { NETWORKS, PERMISSIONS } from '@/lib/domain/permissions';
import { PROBLEM_CODES } from '@/lib/domain/problem';
import { TOKEN_STATUSES } from '@/lib/domain/token';
import { tokenRequestSchema } from '@/lib/domain/token-request';
import { USAGE_STATES } from '@/lib/domain/usage';

const day = z.iso.date();
const fieldMessages = z.record(z.string(), z.array(z.string())).describe('What is wrong, by field.');
const upstream = z
  .object({
    status: z.int(),
    title: z.string().optional(),
    detail: z.string().optional(),
    errorCode: z.string().optional(),
    requestId: z.string().optional(),
  })
  .describe('What Akamai itself said.');
const code = z.enum(PROBLEM_CODES).describe('Stable: what a program decides by.');

const problem = z.object({
  type: z.string().describe('urn:edgekv-token-desk:problem:CODE'),
  title: z.string().describe('What happened.'),
  status: z.int(),
  detail: z.string().describe('What is true now, and what to do.'),
  code,
  fields: fieldMessages.optional(),
  upstream: upstream.optional(),
  requestId: z.string().optional().describe("Akamai's id of the request."),
});

/** A Problem inside of an answer that is otherwise well. */
const innerProblem = z.object({
  code,
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  fields: fieldMessages.optional(),
  upstream: upstream.optional(),
  retryAfterSeconds: z.number().optional(),
  mayHaveHappened: z.literal(true).optional(),
});

const token = z.object({
  name: z.string(),
  uuid: z.string().describe('The reference that a bundle holds; no secret.'),
  kind: z.enum(['auto-refresh', 'legacy']),
  status: z.enum(TOKEN_STATUSES),
  expiry: day.describe('9999-12-31 for a token that does not expire.'),
  issueDate: day.nullable(),
  latestRefreshDate: day.nullable(),
  nextScheduledRefreshDate: day.nullable(),
  tokenActivationStatus: z.enum(['IN_PROGRESS', 'COMPLETE', 'ERROR']).nullable(),
  cpcode: z.string().nullable(),
  allowOnStaging: z.boolean().nullable(),
  allowOnProduction: z.boolean().nullable(),
  namespacePermissions: z.record(z.string(), z.array(z.enum(PERMISSIONS))).nullable(),
  restrictToEdgeWorkerIds: z.array(z.string()).nullable().describe('["all"] when it is not restricted.'),
});

const listedToken = token.extend({
  usage: z
    .object({
      state: z.enum(USAGE_STATES),
      edgeWorkers: z.int().nullable().describe('EdgeWorkers with a live version that holds it.'),
      onProduction: z.int().nullable().describe('Those of them that are live on production.'),
    })
    .nullable()
    .describe('As of the last scan of live EdgeWorkers versions; null when there was none.'),
});

const tokenList = z.object({
  account: z.string(),
  asOf: z.iso.datetime().describe('When Akamai was asked.'),
  detailsPending: z.int().describe('Tokens whose details are still being read: null until then.'),
  tokens: z.array(listedToken),
});

const dueItem = z.object({
  kind: z.enum(DUE_KINDS).nullable().describe('Null for a token that has no date.'),
  day: day.nullable().describe('A calendar day in UTC.'),
  daysLeft: z.int().nullable().describe('Negative when it is overdue.'),
  window: z.enum(DUE_WINDOWS),
  words: z.string(),
  findings: z.array(z.enum(FINDING_CODES)),
  answer: z
    .object({
      state: z.enum(ANSWER_STATES),
      until: day.nullable().describe('From this day on it is due again; null until its date changes.'),
      reason: z.string().nullable(),
      by: z.string(),
      on: day,
    })
    .nullable()
    .describe('What somebody answered to it; null while it waits.'),
  note: z
    .object({
      owner: z.string().nullable(),
      purpose: z.string().nullable(),
      ticket: z.string().nullable(),
      tags: z.array(z.string()),
      reviewBy: day.nullable(),
    })
    .describe('What people noted here.'),
  token,
});

const dueList = z.object({
  account: z.string(),
  asOf: z.iso.datetime().describe('When Akamai was asked.'),
  today: day.describe('The day that the windows are counted from.'),
  detailsPending: z.int().describe('Tokens whose details are still being read.'),
  items: z.array(dueItem).describe('Riskiest first; tokens without any date at the end.'),
});

const difference = z.object({ what: z.string(), asked: z.string(), granted: z.string() });
const nameOnly = z.object({ name: z.string() });

const createdToken = z.union([
  token.extend({ differences: z.array(difference).describe('Where Akamai granted something else.') }),
  z.object({ name: z.string(), differences: z.null() }).describe('It was made, but could not be read back.'),
]);

const finding = z.object({
  severity: z.enum(['info', 'warning', 'error']),
  code: z.string(),
  text: z.string(),
});

const form = z.enum(['reference', 'value', 'both', 'none']);
const tokenUse = z.object({
  key: z.string(),
  namespace: z.string(),
  isPrefixed: z.boolean(),
  token: z.string().nullable(),
  form,
  reference: z.string().nullable(),
  known: z
    .object({
      name: z.string(),
      uuid: z.string(),
      status: z.enum(TOKEN_STATUSES),
      matchedBy: z.enum(['reference', 'claims', 'name']),
    })
    .nullable(),
  legacy: z
    .object({
      issued: day.nullable(),
      expires: day.nullable(),
      namespaces: z.array(z.string()),
      networks: z.object({ staging: z.boolean(), production: z.boolean() }),
      edgeWorkers: z.union([z.literal('all'), z.array(z.string())]),
    })
    .nullable(),
  path: z.string(),
  isInlined: z.boolean().describe('Whether it stands in code, and not in a tokens file.'),
});

const change = z.object({
  kind: z.enum(['add', 'replace', 'repair', 'remove', 'keep']),
  key: z.string(),
  namespace: z.string(),
  token: z.string(),
  was: z.object({ token: z.string().nullable(), form }).nullable(),
});

const diffLine = z.object({
  kind: z.enum(['same', 'removed', 'added', 'gap']),
  before: z.int().nullable(),
  after: z.int().nullable(),
  pieces: z.array(z.object({ text: z.string(), hidden: z.boolean() })),
});

const preview = z.union([
  z.object({
    ok: z.literal(true),
    file: z.string(),
    changes: z.array(change),
    diff: z.array(diffLine),
    isRewritten: z.boolean(),
    entriesKept: z.int(),
    packedBytes: z.int(),
    findings: z.array(finding),
  }),
  z.object({ ok: z.literal(false), problem: innerProblem, rewriteDiff: z.array(diffLine).nullable() }),
]);

const inspection = z.object({
  entries: z.array(z.object({ path: z.string(), type: z.string(), bytes: z.int() })),
  tokensFile: z.object({ path: z.string(), items: z.array(tokenUse) }).nullable(),
  tokensFiles: z.array(
    z.object({
      path: z.string(),
      type: z.enum(['file', 'link', 'symlink']),
      leadsTo: z.string().nullable(),
    }),
  ),
  inlined: z.array(tokenUse).describe('Tokens that stand in code or in another tokens file.'),
  helperVersion: z.string().nullable(),
  edgeWorkerVersion: z.string().nullable(),
  packedBytes: z.int(),
  unpackedBytes: z.int(),
  findings: z.array(finding),
  suggestedVersion: z.string().nullable(),
  preview: preview.nullable().describe('What a patch would change; null when no token was named.'),
  validation: z
    .union([z.object({ findings: z.array(finding) }), z.object({ problem: innerProblem })])
    .nullable()
    .describe("Akamai's own validation; null when it was not asked."),
});

const liveVersion = z.object({
  edgeWorker: z.string().describe('The EdgeWorker ID.'),
  edgeWorkerName: z.string(),
  version: z.string(),
  networks: z.array(z.enum(NETWORKS)).describe('Where the version is active.'),
});
const entry = z.object({ path: z.string(), key: z.string(), isInlined: z.boolean() });

const usage = z.object({
  account: z.string(),
  scan: z
    .object({
      beganAt: z.iso.datetime(),
      endedAt: z.iso.datetime().nullable().describe('Null while it runs.'),
      progress: z.object({ done: z.int(), total: z.int() }).nullable().describe('EdgeWorkers.'),
      isCancelled: z.boolean(),
      held: z.string().nullable().describe('Why nothing gets through to Akamai now.'),
      problem: z.string().nullable().describe('Why it ended before its end.'),
    })
    .nullable()
    .describe('The last one; null when there was none.'),
  asOf: z.iso.datetime().nullable().describe('All of this is as of then, or later.'),
  tokens: z.array(
    z.object({
      name: z.string(),
      uuid: z.string(),
      state: z.enum(USAGE_STATES),
      uses: z.array(
        liveVersion.extend({
          matchedBy: z.enum(['reference', 'claims', 'name']).describe('How sure it is.'),
          entries: z.array(entry),
          findings: z.array(finding).describe('What is wrong with that version.'),
        }),
      ),
      maybe: z
        .array(z.object({ edgeWorker: z.string(), version: z.string().nullable(), why: z.string() }))
        .describe('What could not be read in full, and may use the token.'),
    }),
  ),
  gone: z
    .array(
      liveVersion.extend({
        entries: z.array(entry.extend({ token: z.string().nullable(), reference: z.string().nullable() })),
      }),
    )
    .describe('Live versions that hold tokens which the account does not have any more.'),
  unread: z.array(z.object({ edgeWorker: z.string(), why: z.string() })),
});

const SCHEMAS = {
  Problem: problem,
  InnerProblem: innerProblem,
  Token: token,
  ListedToken: listedToken,
  TokenList: tokenList,
  DueItem: dueItem,
  DueList: dueList,
  TokenRequest: tokenRequestSchema,
  CreatedToken: createdToken,
  RefreshedToken: z.union([token, nameOnly.describe('It was refreshed, but could not be read back.')]),
  RevokedToken: nameOnly,
  Usage: usage,
  LiveVersion: liveVersion,
  Difference: difference,
  Finding: finding,
  TokenUse: tokenUse,
  Change: change,
  DiffLine: diffLine,
  Inspection: inspection,
  Health: z.object({ status: z.literal('ok') }),
  Readiness: z.object({
    status: z
      .enum(['ready', 'degraded', 'not-ready'])
      .describe('`degraded`: it can be looked at, but changes nothing.'),
    reasons: z
      .array(z.enum(['database', 'lock', 'disk', 'audit']))
      .describe('What does not work; empty when ready.'),
  }),
} as const;

export type SchemaName = keyof typeof SCHEMAS;

/** All of them as JSON Schema 2020-12 for `components.schemas`, referring to each other there. */
export function jsonSchemas(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      // What JavaScript can count to, and how a date is checked, tells readers nothing.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      // Descriptions live in zod's own registry, and one call reads one registry.
      const description = z.globalRegistry.get(zodSchema)?.description;
      if (description !== undefined && jsonSchema.$ref === undefined) jsonSchema.description = description;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  );
}

// What the inspect route answers, as far as the workbench draws it; parsed where it comes in.
import { z } from 'zod/mini';

const finding = z.object({
  severity: z.enum(['info', 'warning', 'error']),
  code: z.string(),
  text: z.string(),
});

const change = z.object({
  kind: z.enum(['add', 'replace', 'repair', 'remove', 'keep']),
  key: z.string(),
  namespace: z.string(),
  token: z.string(),
  was: z.nullable(
    z.object({ token: z.nullable(z.string()), form: z.enum(['reference', 'value', 'both', 'none']) }),
  ),
});

const diffLine = z.object({
  kind: z.enum(['same', 'removed', 'added', 'gap']),
  before: z.nullable(z.number()),
  after: z.nullable(z.number()),
  pieces: z.array(z.object({ text: z.string(), hidden: z.boolean() })),
});

const problem = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  fields: z.optional(z.record(z.string(), z.array(z.string()))),
});

const use = z.object({
  key: z.string(),
  namespace: z.string(),
  token: z.nullable(z.string()),
  known: z.nullable(
    z.object({
      name: z.string(),
      status: z.enum(['active', 'activating', 'failed', 'expiring', 'expired']),
    }),
  ),
  legacy: z.nullable(z.object({ expires: z.nullable(z.string()) })),
});

export const inspectionSchema = z.object({
  entries: z.array(z.object({ path: z.string() })),
  tokensFile: z.nullable(z.object({ path: z.string(), items: z.array(use) })),
  tokensFiles: z.array(z.object({ path: z.string(), type: z.string() })),
  inlined: z.array(use),
  helperVersion: z.nullable(z.string()),
  edgeWorkerVersion: z.nullable(z.string()),
  suggestedVersion: z.nullable(z.string()),
  packedBytes: z.number(),
  unpackedBytes: z.number(),
  findings: z.array(finding),
  preview: z.nullable(
    z.discriminatedUnion('ok', [
      z.object({
        ok: z.literal(true),
        file: z.string(),
        changes: z.array(change),
        diff: z.array(diffLine),
        isRewritten: z.boolean(),
        entriesKept: z.number(),
        packedBytes: z.number(),
        findings: z.array(finding),
      }),
      z.object({ ok: z.literal(false), problem, rewriteDiff: z.nullable(z.array(diffLine)) }),
    ]),
  ),
  validation: z.nullable(z.union([z.object({ findings: z.array(finding) }), z.object({ problem })])),
});

export type Inspection = z.infer<typeof inspectionSchema>;
export type Finding = z.infer<typeof finding>;

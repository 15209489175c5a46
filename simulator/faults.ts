// Faults that a test asks for: no answer, another one, a slow, cut or endless one, and changes whose answer is lost.
import { z } from 'zod';
import { ACCOUNT_NAMES } from './accounts';

/** `before`: nothing happens upstream; `after`: the change is made, and its answer is lost. */
const effect = z.enum(['before', 'after']);

/** A text, or one that is made while it is sent, of any size: `before`, then `repeat` so many `times`, then `after`. */
const bodySchema = z.union([
  z.string(),
  z.strictObject({
    before: z.string().default(''),
    repeat: z.string().min(1),
    times: z.number().int().positive(),
    after: z.string().default(''),
  }),
]);

export const faultSchema = z
  .strictObject({
    /** Which requests; `path` is a regular expression over path and query, `body` a text that the body holds. */
    match: z
      .strictObject({
        method: z.string().optional(),
        path: z.string().optional(),
        body: z.string().optional(),
        account: z.enum(ACCOUNT_NAMES).optional(),
      })
      .default({}),
    /** How many matching requests it hits; then it is gone. */
    times: z.number().int().positive().default(1),
    /** Waits before anything else. */
    delayMs: z.number().int().nonnegative().default(0),
    /** Waits between the effect and its answer. */
    delayAnswerMs: z.number().int().nonnegative().default(0),
    /** Closes the connection instead of an answer. */
    drop: effect.optional(),
    /** Never answers, and leaves the connection open. */
    silent: effect.optional(),
    /** Answers this, with or without making the change. */
    answer: z
      .strictObject({
        status: z.number().int().min(200).max(599),
        headers: z.record(z.string(), z.string()).default({}),
        body: bodySchema.default(''),
        /** Compresses the body: a small answer that becomes a huge one. */
        gzip: z.boolean().default(false),
        effect: effect.default('before'),
      })
      .optional(),
    /** The change is made so much later than its answer was lost. */
    lateMs: z.number().int().positive().optional(),
    /** Further headers of the simulator's own answer. */
    headers: z.record(z.string(), z.string()).default({}),
    /** A pause before each byte of the body. */
    byteMs: z.number().int().positive().optional(),
    /** Ends the body early: no more bytes, a reset (RST), or the sending half of the connection closed (FIN). */
    cut: z
      .strictObject({
        afterBytes: z.number().int().nonnegative().default(0),
        how: z.enum(['silence', 'reset', 'half-close']),
      })
      .optional(),
  })
  .refine(
    ({ lateMs, drop, silent, answer }) =>
      lateMs === undefined || [drop, silent, answer?.effect].includes('after'),
    'lateMs needs an answer that is lost after the effect: drop, silent or answer.effect "after"',
  );

export type Fault = z.infer<typeof faultSchema>;
export type FaultRequest = z.input<typeof faultSchema>;
export type FaultBody = z.infer<typeof bodySchema>;

/** Takes the first fault that matches, and counts it down. */
export function takeFault(
  faults: Fault[],
  request: { method: string; target: string; body: Buffer; account: string | null },
): Fault | null {
  const index = faults.findIndex(
    ({ match }) =>
      (match.method === undefined || match.method === request.method) &&
      (match.account === undefined || match.account === request.account) &&
      (match.path === undefined || new RegExp(match.path).test(request.target)) &&
      (match.body === undefined || request.body.includes(match.body)),
  );
  const fault = faults[index];
  if (!fault) return null;
  fault.times -= 1;
  if (fault.times === 0) faults.splice(index, 1);
  return fault;
}

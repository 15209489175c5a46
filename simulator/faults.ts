// Faults that a test asks for: another answer, a delay, or a connection dropped before or after the effect.
import { z } from 'zod';

export const faultSchema = z.strictObject({
  /** Which requests; `path` is a regular expression over path and query, `body` a text that the body holds. */
  match: z
    .strictObject({ method: z.string().optional(), path: z.string().optional(), body: z.string().optional() })
    .default({}),
  /** How many matching requests it hits; then it is gone. */
  times: z.number().int().positive().default(1),
  delayMs: z.number().int().nonnegative().default(0),
  /** The change is made at once, and its answer comes so much later. */
  delayAnswerMs: z.number().int().nonnegative().default(0),
  /** `before`: nothing happens upstream; `after`: the change is made, and its answer is lost. */
  drop: z.enum(['before', 'after']).optional(),
  /** Answer this, with or without making the change. */
  answer: z
    .strictObject({
      status: z.number().int().min(200).max(599),
      headers: z.record(z.string(), z.string()).default({}),
      body: z.string().default(''),
      /** `before`: the change is not made. */
      effect: z.enum(['before', 'after']).default('before'),
    })
    .optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultRequest = z.input<typeof faultSchema>;

/** Takes the first fault that matches, and counts it down. */
export function takeFault(faults: Fault[], method: string, target: string, body: string): Fault | null {
  const index = faults.findIndex(
    ({ match }) =>
      (match.method === undefined || match.method === method) &&
      (match.path === undefined || new RegExp(match.path).test(target)) &&
      (match.body === undefined || body.includes(match.body)),
  );
  const fault = faults[index];
  if (!fault) return null;
  fault.times -= 1;
  if (fault.times === 0) faults.splice(index, 1);
  return fault;
}

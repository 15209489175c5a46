// Who did what, with which result. Every change has an intent before it and an outcome after it: without the first it
// is not made.
import 'server-only';
import { fail, type Problem, type Result } from '@/lib/domain/problem';
import { log } from '@/lib/platform/log';
import { type AuditRow, appendAudit } from '@/lib/store/audit';
import type { Actor } from './session';

export type Act = {
  /** e.g. `token.create`. */
  action: string;
  /** e.g. the token's name. */
  target: string;
  account: string | null;
  /** What is known before; never a secret. */
  detail?: unknown;
};

/**
 * Runs `run` between an intent and an outcome. `describe` says what the outcome adds to the record; never a secret.
 * Problem `audit-unavailable` (503) when the intent cannot be written: then nothing is done.
 */
export async function withAudit<T>(
  actor: Actor,
  act: Act,
  run: () => Promise<Result<T>>,
  describe: (value: T) => unknown = () => ({}),
): Promise<Result<T>> {
  const intent = record(actor, act, { phase: 'intent', intent_seq: null, outcome: null });
  if (intent === null) return unavailable();
  const result = await run();
  const outcome = result.ok ? 'ok' : result.problem.code;
  const upstream = result.ok ? null : (result.problem.upstream?.requestId ?? null);
  const detail = result.ok ? describe(result.value) : { title: result.problem.title };
  record(actor, { ...act, detail }, { phase: 'outcome', intent_seq: intent, outcome }, upstream);
  return result;
}

/** Records something that needs no intent: a sign-in, a refusal. */
export function recordSingle(actor: Actor, act: Act, outcome: string): void {
  record(actor, act, { phase: 'single', intent_seq: null, outcome });
}

type Place = Pick<AuditRow, 'phase' | 'intent_seq' | 'outcome'>;

/** The entry's number, or null when it could not be written: then the log has it, and an operation does not start. */
function record(
  actor: Actor,
  act: Act,
  place: Place,
  upstreamRequestId: string | null = null,
): number | null {
  try {
    const seq = appendAudit({
      ...place,
      actor_kind: actor.kind,
      actor_id: actor.id,
      actor_name: actor.name,
      source: actor.source,
      action: act.action,
      target: act.target,
      account: act.account,
      detail: JSON.stringify(act.detail ?? {}),
      upstream_request_id: upstreamRequestId,
    });
    log().info({ actor: actor.name, action: act.action, target: act.target, ...place }, 'audit');
    return seq;
  } catch (error) {
    log().error({ error, action: act.action, target: act.target, ...place }, 'audit entry not written');
    return null;
  }
}

function unavailable(): { ok: false; problem: Problem } {
  return fail(
    'audit-unavailable',
    503,
    'The audit cannot be written.',
    'Nothing was done: there is no change without its record. Tell the operator that the disk may be full.',
  );
}

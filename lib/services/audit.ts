// Who did what, with which result. Every change has an intent before it and an outcome after it: without the first it
// is not made. An outcome that cannot be written is kept and written later; when the server ends before that, the next
// start settles it.
import 'server-only';
import { fail, type Problem, type Result } from '@/lib/domain/problem';
import { createBudget } from '@/lib/platform/budget';
import { now } from '@/lib/platform/clock';
import { log } from '@/lib/platform/log';
import { metrics } from '@/lib/platform/metrics';
import { once } from '@/lib/platform/once';
import { type AuditRow, appendAudit } from '@/lib/store/audit';
import type { AuditTable } from '@/lib/store/schema';
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
 * Runs `run`, with the number of the intent, between an intent and an outcome. `describe` says what the outcome adds to the record; never a secret.
 * `requestIdOf` is Akamai's id of the request that made the change.
 * Problem `audit-unavailable` (503) when the intent cannot be written: then nothing is done. When it is the outcome that
 * cannot be written, the result is told all the same, for the change happened; see `auditIsBehind`.
 */
export async function withAudit<T>(
  actor: Actor,
  act: Act,
  run: (intent: number) => Promise<Result<T>>,
  describe: (value: T) => unknown = () => ({}),
  requestIdOf: (value: T) => string | null | undefined = () => null,
): Promise<Result<T>> {
  const intent = record(actor, act, { phase: 'intent', intent_seq: null, outcome: null });
  if (intent === null) return unavailable();
  const settle = (detail: unknown, outcome: string, upstream: string | null) =>
    record(actor, { ...act, detail }, { phase: 'outcome', intent_seq: intent, outcome }, upstream);
  let result: Result<T>;
  try {
    result = await run(intent);
  } catch (error) {
    // A fault of ours: how far it came is not known, but that it ended is.
    settle({ title: 'It ended with an unexpected error.' }, 'internal', null);
    throw error;
  }
  const outcome = result.ok ? 'ok' : result.problem.code;
  const upstream = result.ok ? requestIdOf(result.value) : result.problem.upstream?.requestId;
  const detail = result.ok ? describe(result.value) : { title: result.problem.title };
  settle(detail, outcome, upstream ?? null);
  return result;
}

/**
 * Refusals of guests in a minute, of one kind from one address and of all: anybody can cause them. What is beyond comes
 * on record as one entry with its number. Everybody else's are on record one by one.
 */
const GUEST_REFUSALS = { most: 60, mostInAll: 200, kindsMax: 100, windowMs: 60_000 };

/** Records something that needs no intent: a sign-in, a refusal. */
export function recordSingle(actor: Actor, act: Act, outcome: string): void {
  const write = (detail: unknown) =>
    record(actor, { ...act, detail }, { phase: 'single', intent_seq: null, outcome });
  if (actor.kind === 'guest' && outcome !== 'ok') {
    const budget = once('guest-refusals', () =>
      createBudget<(count: number) => void>(GUEST_REFUSALS, (_, count, tell) => tell(count)),
    );
    const kind = `${act.action} ${outcome} ${actor.source}`;
    const sum = (count: number) => {
      write({ ...Object(act.detail), more: count });
      // The entry itself is counted as one.
      metrics().acts.inc({ action: act.action, outcome }, count - 1);
    };
    if (!budget.passes(kind, sum)) return;
  }
  write(act.detail);
}

/** Whether changes were made whose outcome is not on record yet. Tries to write them first. */
export function auditIsBehind(): boolean {
  try {
    writeLate();
  } catch (error) {
    log().error({ error, entries: late().length }, 'outcomes are still not on record');
  }
  return late().length > 0;
}

/**
 * Gives an intent its outcome later: one of an earlier run of the server, or one that was in doubt. `actor` is who found
 * out, not who acted.
 */
export function settleIntent(
  actor: Actor,
  intent: Pick<AuditTable, 'seq' | 'action' | 'target' | 'account'>,
  outcome: string,
  detail: unknown,
): void {
  const { action, target, account } = intent;
  record(actor, { action, target, account, detail }, { phase: 'outcome', intent_seq: intent.seq, outcome });
}

type Place = Pick<AuditRow, 'phase' | 'intent_seq' | 'outcome'>;

/** The entry's number, or null when it could not be written: then the log has it, and an operation does not start. */
function record(
  actor: Actor,
  act: Act,
  place: Place,
  upstreamRequestId: string | null = null,
): number | null {
  const row = (detail: unknown): AuditRow => ({
    ...place,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    source: actor.source,
    action: act.action,
    target: act.target,
    account: act.account,
    detail: JSON.stringify(detail ?? {}),
    upstream_request_id: upstreamRequestId,
  });
  if (place.outcome !== null) metrics().acts.inc({ action: act.action, outcome: place.outcome });
  try {
    writeLate();
    const seq = appendAudit(row(act.detail));
    log().info({ seq, actor: actor.name, action: act.action, target: act.target, ...place }, 'audit');
    return seq;
  } catch (error) {
    log().error({ error, action: act.action, target: act.target, ...place }, 'audit entry not written');
    // Few enough to be kept: as long as the audit cannot be written, no further change begins.
    if (place.phase === 'outcome')
      late().push(row({ detail: act.detail, happenedAt: new Date(now()).toISOString() }));
    return null;
  }
}

/** How many outcomes could not be written yet. */
export function outcomesNotOnRecord(): number {
  return late().length;
}

/** Outcomes that could not be written, in their order. */
function late(): AuditRow[] {
  return once('audit-late', () => []);
}

/** Throws when they still cannot be written. */
function writeLate(): void {
  for (let row = late()[0]; row; row = late()[0]) {
    appendAudit(row);
    late().shift();
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

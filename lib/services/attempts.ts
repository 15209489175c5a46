// Forms that change something at Akamai: each is carried out once, however often it is sent. For the token services
// only: it authorises nobody.
import 'server-only';
import { z } from 'zod';
import { CHANGE_VERBS, type ChangeAction, type Doubt } from '@/lib/domain/doubt';
import { fail, ok, PROBLEM_CODES, type Problem, type Result } from '@/lib/domain/problem';
import { type TokenRequest, tokenRequestSchema } from '@/lib/domain/token-request';
import { once } from '@/lib/platform/once';
import {
  abandonAttempts,
  claimAttempt,
  readAttempt,
  readNewestRequest,
  settleAttempt,
} from '@/lib/store/attempts';
import type { Actor } from './session';
import { mustStore, tryToStore } from './storage';

/** How a change came about; a creation tells the uuid of what it made. `requestId` is Akamai's id of the request. */
export type Sent = {
  how: 'done' | 'settled-by-lookup';
  uuid?: string | undefined;
  requestId?: string | null | undefined;
};

export type Attempt = {
  /** The id that the form carries. */
  attempt: string;
  action: 'token.create' | 'token.refresh' | 'token.revoke';
  account: string;
  /** The token's name. */
  target: string;
  /** What a creation asks for. */
  request: TokenRequest | null;
};

/**
 * Runs `run`, with the attempt's own id, for the first caller of an attempt; all others get its outcome. The outcome is kept in the database, so
 * that a form sent again after a restart changes nothing either.
 */
export async function onlyOnce(
  actor: Actor,
  { attempt, action, account, target: name, request }: Attempt,
  run: (id: string) => Promise<Result<Sent>>,
): Promise<Result<Sent>> {
  const running = once('attempts', () => new Map<string, { what: string; work: Promise<Result<Sent>> }>());
  const id = `${actor.id} ${attempt}`;
  const target = `${account}/${name}`;
  const what = `${action} ${target}`;
  const inFlight = running.get(id);
  // Whoever changed the form while it was being sent must not be told that the other change was made.
  if (inFlight) return inFlight.what === what ? inFlight.work : sentBefore();
  const work = (async (): Promise<Result<Sent>> => {
    const won = await mustStore(() => claimAttempt({ id, actorId: actor.id, action, target, request }));
    if (!won.ok) return won;
    if (!won.value) return earlierOutcome(id, action, target);
    const result = await run(id);
    const state = result.ok ? 'done' : result.problem.code === 'outcome-unknown' ? 'unknown' : 'refused';
    // It happened, whether it can be noted or not.
    await tryToStore(() => settleAttempt(id, state, result));
    return result;
  })();
  running.set(id, { what, work });
  try {
    return await work;
  } finally {
    running.delete(id);
  }
}

/** Ends what an earlier run of the server left running. Call it before any request is served. */
export async function abandonEarlierAttempts(): Promise<void> {
  const unknown = fail(
    'outcome-unknown',
    504,
    'It is not known whether this was done.',
    'The server ended while it waited for Akamai. Nothing is sent again. Open the token to see what is true.',
  );
  await abandonAttempts(unknown);
}

/** Notes what looking the token up told of an attempt that was in doubt. For doubts.ts only. */
export async function settleDoubtfulAttempt(
  id: string,
  { action, name }: Doubt,
  verdict: 'done' | 'not-done',
  uuid: string | null,
): Promise<void> {
  const sent: Sent = {
    how: 'settled-by-lookup',
    ...(action === 'token.create' && uuid !== null ? { uuid } : {}),
  };
  const result: Result<Sent> = verdict === 'done' ? ok(sent) : notDone(action, name);
  await tryToStore(() => settleAttempt(id, verdict === 'done' ? 'done' : 'refused', result));
}

/** The Problem of a change of which a look-up told that it was not made. */
export function notDone(action: ChangeAction, name: string): { ok: false; problem: Problem } {
  return fail(
    'akamai-unreachable',
    502,
    `${name} was not ${CHANGE_VERBS[action]}.`,
    "Akamai's answer was lost, so the token was looked up until that was certain. Nothing was changed. Try again.",
  );
}

/** The Problem of a change that nobody knows the outcome of yet. */
export function outcomeUnknown(
  action: ChangeAction,
  name: string,
  sent: Problem,
): { ok: false; problem: Problem } {
  return fail(
    'outcome-unknown',
    504,
    `It is not known yet whether ${name} was ${CHANGE_VERBS[action]}.`,
    "Akamai's answer was lost. The token is looked up until that is known; nothing is sent again. Its page tells.",
    sent.upstream ? { upstream: sent.upstream } : {},
  );
}

/** What was asked for when the token of that name and uuid was made here; null when it was made elsewhere. */
export async function creationRequest(
  account: string,
  name: string,
  uuid: string,
): Promise<TokenRequest | null> {
  const newest = await readNewestRequest('token.create', `${account}/${name}`);
  const sent = sentSchema.safeParse(newest?.result);
  const request = tokenRequestSchema.safeParse(newest?.request);
  return sent.success && request.success && sent.data.value.uuid === uuid ? request.data : null;
}

const sentSchema = z.object({
  ok: z.literal(true),
  value: z.object({ how: z.enum(['done', 'settled-by-lookup']), uuid: z.string().optional() }),
});
const refusedSchema = z.object({
  ok: z.literal(false),
  problem: z.looseObject({
    code: z.enum(PROBLEM_CODES),
    status: z.number(),
    title: z.string(),
    detail: z.string(),
  }),
});

/** What is known of an attempt by its own id; null while it runs or nobody knows. For the worker of runs only. */
export async function attemptOutcome(id: string): Promise<Result<null> | null> {
  const result = (await readAttempt(id))?.result;
  if (sentSchema.safeParse(result).success) return ok(null);
  const refused = refusedSchema.safeParse(result);
  if (!refused.success || refused.data.problem.code === 'outcome-unknown') return null;
  const { code, status, title, detail } = refused.data.problem;
  return fail(code, status, title, detail);
}

async function earlierOutcome(id: string, action: string, target: string): Promise<Result<Sent>> {
  const earlier = await readAttempt(id);
  if (earlier?.action === action && earlier.target === target) {
    const sent = sentSchema.safeParse(earlier.result);
    if (sent.success) return sent.data;
    const refused = refusedSchema.safeParse(earlier.result);
    if (refused.success) {
      const { code, status, title, detail } = refused.data.problem;
      return fail(code, status, title, detail);
    }
  }
  return sentBefore();
}

function sentBefore(): { ok: false; problem: Problem } {
  return fail(
    'conflict',
    409,
    'This form was sent before.',
    'Nothing was sent a second time. Open the token to see what is true, and start a new form for another change.',
  );
}

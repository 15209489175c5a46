// Changes whose answer was lost, while it is found out whether they were made: by looking the token up, again and
// again, never by sending anything a second time. A killed server's are taken up by the next one, from the audit.
import 'server-only';
import { z } from 'zod';
import type { CallOptions } from '@/lib/akamai/client';
import { getToken } from '@/lib/akamai/tokens';
import { parseDay } from '@/lib/domain/day';
import {
  type ChangeAction,
  DOUBT_MS_MAX,
  type Doubt,
  type Found,
  judge,
  type Verdict,
} from '@/lib/domain/doubt';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { type TokenRequest, tokenRequestSchema } from '@/lib/domain/token-request';
import { now } from '@/lib/platform/clock';
import { settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import type { AuditTable } from '@/lib/store/schema';
import { settleDoubtfulAttempt } from './attempts';
import { settleIntent } from './audit';
import { authorize } from './authorize';
import { type Connection, connect } from './connection';
import { type Actor, operatorActor } from './session';
import { outdateList } from './token-cache';

/** What a doubt belongs to: the intent in the audit, and the form that asked. */
export type DoubtOrigin = {
  intent: Pick<AuditTable, 'seq' | 'action' | 'target' | 'account'>;
  /** The id of the attempt, where it is known. */
  attempt: string | null;
  /** Whether the audit has an outcome of it already, which says that nobody knows. */
  isOnRecord: boolean;
};

type State = 'checking' | Exclude<Verdict, 'open'>;
type Entry = DoubtOrigin & {
  doubt: Doubt;
  state: State;
  /** When the answer was lost, at the latest: of an earlier run only its end is certain, and that it ended by now. */
  lostBy: number;
  /** When the token was last looked up; null when it was not yet. */
  checkedAt: number | null;
  nextAt: number;
  /** When it is forgotten, once it is not being checked any more. */
  forgetAt: number;
};

/** Between two look-ups, milliseconds: soon while it may be settled any moment, later while Akamai is away. */
const SOON_MS = 5_000;
const LATER_MS = 30_000;
/** How long the answer is shown to those who come back to look, milliseconds. */
const SHOWN_MS = 600_000;

function entries(): Map<number, Entry> {
  return once('doubts', () => new Map<number, Entry>());
}

/**
 * Begins to look a doubtful change up in the background; its answer was lost by the time `lostBy`. For the token services
 * and the start of the server only.
 */
export function addDoubt(doubt: Doubt, origin: DoubtOrigin, lostBy: number = doubt.since): void {
  const rest = { state: 'checking' as const, checkedAt: null, nextAt: now() + 1_000, forgetAt: Infinity };
  entries().set(origin.intent.seq, { ...origin, ...rest, doubt, lostBy });
  once('doubts-timer', () => {
    // It does not keep a process alive that has nothing else to do.
    setInterval(() => {
      checkDoubts().catch((error: unknown) => log().error({ error }, 'doubtful changes were not looked up'));
    }, 500).unref();
    return true;
  });
}

/** How many changes are in doubt and being looked up. */
export function doubtsOpen(): number {
  return [...entries().values()].filter(({ state }) => state === 'checking').length;
}

/** Whether a change of that token is in doubt and being looked up: then no other one of it is sent. */
export function isInDoubt(account: string, name: string): boolean {
  return [...entries().values()].some(
    ({ doubt, state }) => state === 'checking' && doubt.account === account && doubt.name === name,
  );
}

export type DoubtView = {
  action: ChangeAction;
  name: string;
  /** When it was sent, milliseconds since 1970. */
  since: number;
  state: State;
  /** When the token was last looked up, milliseconds since 1970. */
  checkedAt: number | null;
  /** What a creation asked for, so that it can be tried again. */
  request: TokenRequest | null;
};

/** The doubtful changes of an account, and what was found out in the last minutes. Problems: `not-signed-in`. */
export async function listDoubts(actor: Actor, account: string): Promise<Result<readonly DoubtView[]>> {
  const allowed = await authorize(actor, 'token.list', { account });
  if (!allowed.ok) return allowed;
  const views = [...entries().values()]
    .filter(({ doubt }) => doubt.account === account)
    .map(({ doubt, state, checkedAt }) => ({
      action: doubt.action,
      name: doubt.name,
      since: doubt.since,
      state,
      checkedAt,
      request: doubt.action === 'token.create' ? doubt.request : null,
    }));
  return ok(views);
}

/** Looks up everything that is due, all tokens at once: the client paces them. For the timer and the tests. */
export async function checkDoubts(): Promise<void> {
  const at = now();
  const all = [...entries().values()];
  for (const { intent, forgetAt } of all) if (forgetAt <= at) entries().delete(intent.seq);
  const due = all.filter(({ state, nextAt }) => state === 'checking' && nextAt <= at);
  await Promise.all(due.map(checkOne));
}

async function checkOne(entry: Entry): Promise<void> {
  const { doubt } = entry;
  // Whoever comes meanwhile leaves it to this one.
  entry.nextAt = Infinity;
  const connection = await connect(doubt.account);
  const found = connection.ok
    ? await lookUp(connection.value, doubt.name, { priority: 'background' })
    : 'no-answer';
  const at = now();
  const { settleMs } = settings();
  const verdict = judge(doubt, found, at - entry.lostBy, settleMs);
  if (found !== 'no-answer') entry.checkedAt = at;
  if (verdict === 'open') {
    entry.nextAt = at + (found === 'no-answer' ? LATER_MS : Math.min(SOON_MS, settleMs / 4));
    return;
  }
  if (connection.ok) outdateList(connection.value, doubt.name);
  await settle(entry, verdict, typeof found === 'string' ? null : found.uuid);
}

async function settle(entry: Entry, verdict: Exclude<Verdict, 'open'>, uuid: string | null): Promise<void> {
  const { doubt, intent, attempt, isOnRecord } = entry;
  const settled = 'by looking the token up';
  if (verdict === 'done') settleIntent(operatorActor(), intent, 'ok', { settled });
  if (verdict === 'not-done') settleIntent(operatorActor(), intent, 'not-done', { settled });
  if (verdict === 'untold' && !isOnRecord)
    settleIntent(operatorActor(), intent, 'outcome-unknown', {
      settled: 'looking the token up did not tell',
    });
  if (attempt !== null && verdict !== 'untold') await settleDoubtfulAttempt(attempt, doubt, verdict, uuid);
  entry.state = verdict;
  entry.forgetAt =
    verdict === 'untold' ? Math.max(now() + SHOWN_MS, doubt.since + DOUBT_MS_MAX) : now() + SHOWN_MS;
}

/** Waits before the look-ups that whoever asked waits for, milliseconds. */
const ASKED_WAITS_MS = [0, 1_000] as const;
/** Whoever asked has waited for the answer already: they wait no longer for both look-ups than this, milliseconds. */
const ASKED_MS_MAX = 5_000;

/**
 * Looks a change up whose answer was just lost: `done` or `not-done` when that tells, else `open`, and the looking up
 * goes on in the background. For the token services only: it authorises nobody.
 */
export async function settleByLookUp(
  connection: Connection,
  doubt: Doubt,
  origin: DoubtOrigin,
): Promise<{ verdict: 'done' | 'not-done' | 'open'; uuid: string | null }> {
  const signal = AbortSignal.timeout(ASKED_MS_MAX);
  for (const wait of ASKED_WAITS_MS) {
    if (signal.aborted) break;
    await new Promise((resolve) => setTimeout(resolve, wait));
    const found = await lookUp(connection, doubt.name, { priority: 'interactive', signal });
    const verdict = judge(doubt, found, now() - doubt.since, settings().settleMs);
    const uuid = typeof found === 'string' ? null : found.uuid;
    if (verdict === 'done' || verdict === 'not-done') return { verdict, uuid };
  }
  addDoubt(doubt, origin);
  return { verdict: 'open', uuid: null };
}

async function lookUp({ client }: Connection, name: string, options: CallOptions): Promise<Found> {
  const read = await getToken(client, name, options);
  if (read.ok) return read.value;
  if (read.problem.code === 'token-not-found') return 'missing';
  if (read.problem.code === 'token-expired') return 'expired';
  return 'no-answer';
}

const day = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : parseDay(text)));

/** The part of an intent that tells what was to be changed, as token-changes.ts writes it. */
const intendedSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('token.create'), request: tokenRequestSchema }),
  z.object({
    action: z.literal('token.revoke'),
    uuid: z
      .string()
      .optional()
      .transform((uuid) => uuid ?? null),
  }),
  z.object({
    action: z.literal('token.refresh'),
    uuid: z.string(),
    latestRefresh: day,
    activation: z.enum(['in-progress', 'complete', 'error']).nullable(),
  }),
]);
const attemptSchema = z.object({ attempt: z.string() });

/** The doubt that an intent of an earlier run leaves; null when it does not tell what was to be changed. */
export function doubtOfIntent({ action, target, account, at, detail }: AuditTable): Doubt | null {
  const parsed = intendedSchema.safeParse({ ...objectOf(detail), action });
  return parsed.success && account !== null ? { ...parsed.data, account, name: target, since: at } : null;
}

/** The id of the attempt that an intent belongs to, or null. */
export function attemptOfIntent({ detail }: AuditTable): string | null {
  const parsed = attemptSchema.safeParse(objectOf(detail));
  return parsed.success ? parsed.data.attempt : null;
}

function objectOf(json: string): object {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? value : {};
}

/** The Problem of a change of a token of which an earlier one is in doubt. */
export function stillInDoubt(name: string): { ok: false; problem: Problem } {
  return fail(
    'conflict',
    409,
    `An earlier change of ${name} is still being looked up.`,
    "Nothing was sent. Akamai's answer to that one was lost; try again when it is known whether it was made.",
  );
}

/** The Problem of a change of a token of which another one is being sent. */
export function stillUnderWay(name: string): { ok: false; problem: Problem } {
  return fail(
    'conflict',
    409,
    `Another change of ${name} is under way.`,
    'Nothing was sent. Try again when it is known what became of that one.',
  );
}

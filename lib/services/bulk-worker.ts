// Works off the runs of bulk.ts: several tokens at once, fair between runs, after everything that people wait for.
//
// What a kill means. A token is taken with the id of its change on the disk; just before that is sent, `sent_at` is written
// and flushed. A token without it waits again after the start: nothing was sent. One with it is looked up, as every change
// whose answer was lost (doubts.ts), and is never sent again: the look-up, the record of the attempt or the audit say what
// became of it, or nobody knows.
import 'server-only';
import { fateOf, HELD_MS_MAX, holdMs } from '@/lib/domain/bulk-run';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { onStop } from '@/lib/platform/drain';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import { findActOfAttempt } from '@/lib/store/audit-search';
import {
  type CheckedItem,
  hasOpenItems,
  holdRun,
  listCheckedItems,
  listDueRuns,
  markSent,
  releaseRun,
  returnItem,
  settleItem,
  settleWaiting,
  type TakenItem,
  takeItem,
} from '@/lib/store/bulk-runs';
import type { BulkRunTable } from '@/lib/store/schema';
import { attemptOutcome } from './attempts';
import { authorize } from './authorize';
import { connect } from './connection';
import { isInDoubt } from './doubts';
import { type ActorKind, absentActor } from './session';
import { mustStore } from './storage';
import { outdateList } from './token-cache';
import { refreshToken } from './token-changes';

/** Tokens at once, of one run and of all. The pace decides how fast they are. */
const OF_RUN_MAX = 4;
const IN_ALL_MAX = 12;
/** How often is looked whether a held run may go on and what became of those that are looked up, milliseconds. */
const LOOK_MS = 1_000;

type Worker = {
  isStarted: boolean;
  isStopping: boolean;
  /** What is under way, by run. */
  atWork: Map<string, Set<Promise<void>>>;
  /** When a token of a run was taken last, counted up: the one that waited longest is next. */
  takenAt: Map<string, number>;
  taken: number;
  looking: Promise<void> | null;
  mustLookAgain: boolean;
  timer: NodeJS.Timeout | null;
  /** Results that could not be stored yet. */
  late: (() => void)[];
};

function worker(): Worker {
  return once('bulk-worker', () => ({
    isStarted: false,
    isStopping: false,
    atWork: new Map(),
    takenAt: new Map(),
    taken: 0,
    looking: null,
    mustLookAgain: false,
    timer: null,
    late: [],
  }));
}

/** Starts to work runs off, those of an earlier run of the server included. After `settleEarlierRun`. */
export function startBulk(): void {
  const state = worker();
  if (state.isStarted) return;
  state.isStarted = true;
  onStop(stopBulk);
  wakeBulk();
}

/** Looks for work at once: a run was begun. */
export function wakeBulk(): void {
  const state = worker();
  if (!state.isStarted || state.isStopping) return;
  if (state.looking) {
    state.mustLookAgain = true;
    return;
  }
  state.looking = look(state)
    .catch((error: unknown) => log().error({ error }, 'runs were not worked off'))
    .finally(() => {
      state.looking = null;
      if (state.mustLookAgain) {
        state.mustLookAgain = false;
        wakeBulk();
      } else lookLater(state);
    });
}

/** Takes no further token, and waits for those that are being sent; the others go on after the next start. */
export async function stopBulk(): Promise<void> {
  const state = worker();
  state.isStopping = true;
  if (state.timer) clearTimeout(state.timer);
  await state.looking;
  await Promise.all([...state.atWork.values()].flatMap((all) => [...all]));
}

function lookLater(state: Worker): void {
  if (state.timer) clearTimeout(state.timer);
  state.timer = null;
  if (state.isStopping || !hasOpenItems()) return;
  state.timer = setTimeout(wakeBulk, LOOK_MS);
  // It does not keep a process alive that has nothing else to do.
  state.timer.unref();
}

async function look(state: Worker): Promise<void> {
  writeLate(state);
  for (const item of await listCheckedItems()) await settleChecked(item);
  for (let run = await nextRun(state); run && !state.isStopping; run = await nextRun(state)) {
    const attempt = crypto.randomUUID();
    const item = takeItem(run.id, attemptId(run, attempt));
    if (!item) continue;
    begin(state, run, carryOut(state, run, item, attempt));
  }
}

/** The run whose turn it is; null when none may have another token under way. */
async function nextRun({ atWork, takenAt }: Worker): Promise<BulkRunTable | null> {
  const inAll = [...atWork.values()].reduce((sum, { size }) => sum + size, 0);
  if (inAll >= IN_ALL_MAX) return null;
  const free = (await listDueRuns(now())).filter(({ id }) => (atWork.get(id)?.size ?? 0) < OF_RUN_MAX);
  const [next] = free.sort((a, b) => (takenAt.get(a.id) ?? 0) - (takenAt.get(b.id) ?? 0));
  return next ?? null;
}

function begin(state: Worker, run: BulkRunTable, work: Promise<void>): void {
  const ofRun = state.atWork.get(run.id) ?? new Set();
  state.atWork.set(run.id, ofRun);
  state.taken += 1;
  state.takenAt.set(run.id, state.taken);
  const watched = work.finally(() => {
    ofRun.delete(watched);
    if (ofRun.size === 0) state.atWork.delete(run.id);
    wakeBulk();
  });
  ofRun.add(watched);
}

/** As `onlyOnce` names the attempt, and with it the audit. */
function attemptId({ actor_id: actorId }: BulkRunTable, attempt: string): string {
  return `${actorId} ${attempt}`;
}

/** Refreshes one token, and stores what came of it. */
async function carryOut(state: Worker, run: BulkRunTable, item: TakenItem, attempt: string): Promise<void> {
  let wasSent = false;
  let isCalledOff = false;
  const beforeSending = async (): Promise<Result<null>> => {
    const marked = await mustStore(() => !state.isStopping && markSent(run.id, item.position));
    if (!marked.ok) return marked;
    wasSent = marked.value;
    isCalledOff = !wasSent;
    return wasSent
      ? ok(null)
      : fail('busy', 503, 'It was called off before it was sent.', 'Nothing was sent.');
  };
  try {
    const actor = await absentActor(kindOf(run), run.actor_id);
    const allowed = await authorize(actor, 'token.refresh', { account: run.account });
    // Not one refusal for each of hundreds.
    if (!allowed.ok) return store(state, () => endRun(run, item));
    const many = { run: run.id, beforeSending };
    const refreshed = await refreshToken(actor, run.account, item.name, attempt, many);
    if (isCalledOff) store(state, () => returnItem(run.id, item.position));
    else if (refreshed.ok) store(state, () => settleDone(run, item));
    else store(state, () => settleRefused(run, item, refreshed.problem, wasSent));
  } catch (error) {
    // A fault of ours.
    log().error({ error, run: run.id, token: item.name }, 'a token of a run was not refreshed');
    const result = { state: wasSent ? 'checking' : 'failed', code: 'internal', words: FAULT } as const;
    store(state, () => settleItem(run.id, item.position, result));
  }
}

/** Stores a result; one that the disk does not take now is kept, and written before anything else. */
function store(state: Worker, write: () => void): void {
  try {
    write();
  } catch (error) {
    log().error({ error }, 'the database does not take the result of a run');
    state.late.push(write);
  }
}

function writeLate(state: Worker): void {
  for (let write = state.late[0]; write; write = state.late[0]) {
    write();
    state.late.shift();
  }
}

const NO_RIGHT = 'Who began the run may not refresh tokens here any more. Nothing was sent.';
const FAULT = 'Token Desk met an unexpected error; its log has it.';

function endRun(run: BulkRunTable, item: TakenItem): void {
  const result = { state: 'failed', code: 'forbidden', words: NO_RIGHT } as const;
  settleWaiting(run.id, result);
  settleItem(run.id, item.position, result);
}

function settleDone(run: BulkRunTable, item: TakenItem): void {
  settleItem(run.id, item.position, { state: 'done', code: null, words: null });
  if (run.held_since !== null) releaseRun(run.id);
}

function settleRefused(run: BulkRunTable, item: TakenItem, problem: Problem, wasSent: boolean): void {
  const words = wordsOf(problem);
  const fate = fateOf(problem, { wasSent, tries: item.tries });
  const settled = (state: 'checking' | 'failed', why: string) =>
    settleItem(run.id, item.position, { state, code: problem.code, words: why });
  if (fate === 'checking' || fate === 'failed') settled(fate, words);
  else if (fate === 'again') returnItem(run.id, item.position);
  else {
    log().info({ run: run.id, code: problem.code }, 'a run waits');
    const since = holdRun(run.id, now() + holdMs(problem), words);
    const isGivenUp = now() - since >= HELD_MS_MAX;
    const why = `${words} ${GIVEN_UP}`;
    if (isGivenUp) {
      settleWaiting(run.id, { state: 'failed', code: problem.code, words: why });
      settled('failed', why);
    } else returnItem(run.id, item.position);
  }
}

const GIVEN_UP = 'It was tried again for an hour, and given up.';

function wordsOf({ title, detail }: Problem): string {
  return `${title} ${detail}`;
}

/** What became of a refresh whose answer was lost, as far as that is known by now. */
async function settleChecked(item: CheckedItem): Promise<void> {
  const { run_id: run, position, name, account, attempt } = item;
  const settled = await outcomeOf(item);
  if (settled === null) return;
  if (settled === 'unknown') {
    const words =
      "Akamai's answer was lost, and looking the token up does not tell. See what it is like first.";
    settleItem(run, position, { state: 'unknown', code: 'outcome-unknown', words });
    return;
  }
  log().info({ run, token: name, attempt, done: settled.ok }, 'a lost answer was settled');
  if (settled.ok) settleItem(run, position, { state: 'done', code: null, words: null });
  else {
    const { problem } = settled;
    settleItem(run, position, { state: 'failed', code: problem.code, words: wordsOf(problem) });
  }
  const connection = await connect(account);
  if (connection.ok) outdateList(connection.value);
}

/** Null while it is being looked up. */
async function outcomeOf({ name, account, attempt }: CheckedItem): Promise<Result<null> | 'unknown' | null> {
  if (attempt === null) return 'unknown';
  // First, as it may be settled between the two.
  const isLookedUp = isInDoubt(account, name);
  const told = await attemptOutcome(attempt);
  if (told) return told;
  if (isLookedUp) return null;
  // The server may have ended between the outcome on record and the note of the attempt.
  const act = await findActOfAttempt({ action: 'token.refresh', target: name, attempt });
  const outcome = act?.outcomes.at(-1)?.outcome ?? null;
  if (outcome === 'ok') return ok(null);
  if (outcome === null || UNTOLD.has(outcome)) return 'unknown';
  return fail('akamai-refused', 422, `It was not refreshed (${outcome}).`, 'Nothing was changed.');
}

const UNTOLD: ReadonlySet<string> = new Set(['outcome-unknown', 'unknown-after-restart', 'internal']);

const KINDS: readonly ActorKind[] = ['person', 'key', 'operator'];

function kindOf({ actor_kind: kind }: BulkRunTable): ActorKind {
  return KINDS.find((one) => one === kind) ?? 'guest';
}

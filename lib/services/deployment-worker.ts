// Finds the steps of deployments that are to be worked on, as many at once and in a minute as may be.
import 'server-only';
import { A_MINUTE_MAX } from '@/lib/domain/deployment';
import { now } from '@/lib/platform/clock';
import { onStop } from '@/lib/platform/drain';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import {
  countSent,
  hasOpenSteps,
  keyOfStep,
  listDueSteps,
  type Step,
  takeStep,
} from '@/lib/store/deployments';

/** Steps that are worked on at once: each may hold a bundle in memory. */
const AT_ONCE = 3;
/** How often is looked for work while there is any, milliseconds. */
const LOOK_MS = 1_000;
const MINUTE_MS = 60_000;

type Worker = {
  isStarted: boolean;
  isStopping: boolean;
  atWork: Map<string, { step: Step; done: Promise<void> }>;
  looking: Promise<void> | null;
  mustLookAgain: boolean;
  timer: NodeJS.Timeout | null;
};

function worker(): Worker {
  return once('deployments', () => ({
    isStarted: false,
    isStopping: false,
    atWork: new Map(),
    looking: null,
    mustLookAgain: false,
    timer: null,
  }));
}

/** Starts to work, at what an earlier run of the server left too. After `settleEarlierRun`. */
export function startDeployments(): void {
  const state = worker();
  if (state.isStarted) return;
  state.isStarted = true;
  onStop(stopDeployments);
  wakeDeployments();
}

/** Looks for work at once: something was asked for. */
export function wakeDeployments(): void {
  const state = worker();
  if (!state.isStarted || state.isStopping) return;
  if (state.looking) {
    state.mustLookAgain = true;
    return;
  }
  state.looking = look(state)
    .catch((error: unknown) => log().error({ error }, 'deployments were not worked on'))
    .finally(() => {
      state.looking = null;
      if (state.mustLookAgain) {
        state.mustLookAgain = false;
        wakeDeployments();
      } else lookLater(state);
    });
}

/** Begins nothing more, and waits for what is being sent; the rest goes on after the next start. */
export async function stopDeployments(): Promise<void> {
  const state = worker();
  state.isStopping = true;
  if (state.timer) clearTimeout(state.timer);
  await state.looking;
  await Promise.all([...state.atWork.values()].map(({ done }) => done));
}

function lookLater(state: Worker): void {
  if (state.timer) clearTimeout(state.timer);
  state.timer = null;
  if (state.isStopping || !hasOpenSteps()) return;
  state.timer = setTimeout(wakeDeployments, LOOK_MS);
  state.timer.unref();
}

async function look(state: Worker): Promise<void> {
  for (const step of await listDueSteps(['checking', 'following', 'waiting'], now())) {
    if (state.isStopping || state.atWork.size >= AT_ONCE) return;
    const key = keyOfStep(step);
    if (state.atWork.has(key)) continue;
    if (step.state === 'waiting' && (!isWithinRate(state, step) || !takeStep(step))) continue;
    const done = begin(state, step).finally(() => {
      state.atWork.delete(key);
      wakeDeployments();
    });
    state.atWork.set(key, { step, done });
  }
}

/** What it takes to patch bundles is loaded when there is something to do, and not with the server. */
async function begin(state: Worker, step: Step): Promise<void> {
  const { carryOut } = await import('./deployment-steps');
  await carryOut(step, () => !state.isStopping);
}

/** Whether another one of that kind may be sent in this minute. */
function isWithinRate({ atWork }: Worker, { account, kind }: Step): boolean {
  const underWay = [...atWork.values()].filter(({ step }) => step.account === account && step.kind === kind);
  return countSent(account, kind, now() - MINUTE_MS) + underWay.length < A_MINUTE_MAX;
}

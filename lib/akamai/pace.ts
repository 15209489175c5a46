// How fast we may call Akamai: so many a second, so many at once, fair between users, people before background work.
// It learns from what is heard: rate limits close it for a while and slow it down, failures in a row open its circuit.
import { fail, type Problem, type Result } from '@/lib/domain/problem';
import { now } from '@/lib/platform/clock';
import { type CircuitLimits, type CircuitState, createCircuit, type Outcome } from './circuit';
import { createFairQueue } from './fair-queue';

const PRIORITIES = ['interactive', 'background'] as const;
export type Priority = (typeof PRIORITIES)[number];

export type PaceLimits = {
  perSecond: number;
  /** Calls that may start at once after a pause. */
  burst: number;
  atOnceMax: number;
  /** Of those, background calls: the others stay free for people. */
  backgroundAtOnceMax: number;
  waitingMax: number;
  /** Who would wait longer than this because Akamai asked us to wait is told so at once, milliseconds. */
  patienceMs: Readonly<Record<Priority, number>>;
  /** From a stand-still to the full speed again, seconds. */
  recoverySeconds: number;
  circuit: CircuitLimits;
};

/** What a call heard of Akamai. `waitMs`: how long no other may be sent, where Akamai said so. */
export type Heard = { outcome: Outcome | 'limited'; waitMs: number | null };

export type Turn = { priority: Priority; owner: string; signal: AbortSignal };

export type PaceState = {
  /** When calls go on after Akamai asked us to wait, milliseconds since 1970; null when they may go. */
  blockedUntil: number | null;
  circuit: CircuitState;
  /** When the next call tries whether Akamai is back; null while the circuit is closed. */
  nextTryAt: number | null;
  waiting: number;
  atWork: number;
  /** The present speed. */
  perSecond: number;
  callsTotal: number;
  /** Answers that asked us to slow down. */
  limitedTotal: number;
  /** Calls that were refused here, without being sent. */
  refusedTotal: number;
};

export type Pace = {
  /**
   * Waits for a turn, then runs `job`. Problems besides those of the job, of which none was sent: `busy` (503) when too
   * many wait or `signal` aborts the wait, `akamai-rate-limited`, `akamai-unreachable` while the circuit is open.
   */
  run: <T>(turn: Turn, job: () => Promise<{ result: Result<T>; heard: Heard }>) => Promise<Result<T>>;
  state: () => PaceState;
};

type Admitted = 'call' | 'probe';
type Waiting = {
  priority: Priority;
  start: (admitted: Admitted) => void;
  refuse: (problem: Problem) => void;
};

/** After so many calls of people a waiting background call has its turn. */
const PEOPLE_IN_A_ROW = 4;
/** However often we are told to slow down, this part of the speed is left. */
const SLOWEST = 1 / 8;
/** How long to wait when Akamai says only that we are too fast; doubled each time. */
const LIMITED_MS = 500;
const LIMITED_MS_MAX = 60_000;
/** A time beyond this is a mistake of whoever sent it: it would stop us until a restart. */
const BLOCK_MS_MAX = 60 * 60_000;

/** A pace of its own; one per credential. `clock` counts milliseconds and never goes back. */
export function createPace(limits: PaceLimits, clock: () => number = () => performance.now()): Pace {
  const queues = { interactive: createFairQueue<Waiting>(), background: createFairQueue<Waiting>() };
  const circuit = createCircuit(limits.circuit, clock);
  const atWork = { interactive: 0, background: 0 };
  const totals = { callsTotal: 0, limitedTotal: 0, refusedTotal: 0 };
  let speed = limits.perSecond;
  let tokens = limits.burst;
  let filledAt = clock();
  let blockedUntil = clock();
  let limitedInARow = 0;
  let lastFailure: Problem | null = null;
  let peopleInARow = 0;
  let timer: NodeJS.Timeout | null = null;

  const waiting = () => queues.interactive.size() + queues.background.size();
  const working = () => atWork.interactive + atWork.background;

  const fill = () => {
    const seconds = (clock() - filledAt) / 1000;
    // It was emptied for a time that is still to come.
    if (seconds <= 0) return;
    speed = Math.min(limits.perSecond, speed + (seconds * limits.perSecond) / limits.recoverySeconds);
    const most = Math.max(1, (limits.burst * speed) / limits.perSecond);
    tokens = Math.min(most, tokens + seconds * speed);
    filledAt = clock();
  };

  const wakeIn = (ms: number) => {
    if (timer) return;
    const wake = () => {
      timer = null;
      pump();
    };
    timer = setTimeout(wake, Math.max(1, Math.ceil(ms)));
  };

  const refuse = (which: (one: Waiting) => boolean, problem: Problem) => {
    for (const priority of PRIORITIES) for (const one of queues[priority].remove(which)) one.refuse(problem);
  };

  const nextPriority = (): Priority | null => {
    const mayBackground = queues.background.size() > 0 && atWork.background < limits.backgroundAtOnceMax;
    if (queues.interactive.size() === 0) return mayBackground ? 'background' : null;
    return mayBackground && peopleInARow >= PEOPLE_IN_A_ROW ? 'background' : 'interactive';
  };

  const pump = () => {
    if (circuit.isShut()) return refuse(() => true, away(circuit.nextTryInMs() ?? 0, lastFailure));
    const closedMs = blockedUntil - clock();
    if (closedMs > 0) {
      refuse(({ priority }) => closedMs > limits.patienceMs[priority], slowedDown(closedMs));
      if (waiting() > 0) wakeIn(closedMs);
      return;
    }
    fill();
    while (working() < limits.atOnceMax && tokens >= 1) {
      const priority = nextPriority();
      const next = priority && queues[priority].shift();
      if (!next) return;
      const admitted = circuit.admit();
      if (!admitted) return next.refuse(away(circuit.nextTryInMs() ?? 0, lastFailure));
      tokens -= 1;
      atWork[priority] += 1;
      totals.callsTotal += 1;
      peopleInARow = priority === 'interactive' ? peopleInARow + 1 : 0;
      next.start(admitted);
      // The others do not wait for what the probe finds.
      if (circuit.isShut()) return pump();
    }
    if (waiting() > 0 && tokens < 1) wakeIn(((1 - tokens) / speed) * 1000);
  };

  /** In a full queue whoever waits for most makes room, and background work for people; false when nobody does. */
  const makeRoom = (priority: Priority, owner: string): boolean => {
    const last =
      (priority === 'interactive' ? queues.background.makeRoomFor(owner) : undefined) ??
      queues[priority].makeRoomFor(owner);
    last?.refuse(tooBusy().problem);
    return last !== undefined;
  };

  const turn = ({ priority, owner, signal }: Turn): Promise<Result<Admitted>> => {
    if (signal.aborted || (waiting() >= limits.waitingMax && !makeRoom(priority, owner)))
      return Promise.resolve(tooBusy());
    return new Promise((resolve) => {
      const settle = (result: Result<Admitted>) => {
        signal.removeEventListener('abort', onAbort);
        resolve(result);
      };
      const one: Waiting = {
        priority,
        start: (admitted) => settle({ ok: true, value: admitted }),
        refuse: (problem) => settle({ ok: false, problem }),
      };
      const onAbort = () => {
        queues[priority].remove((other) => other === one);
        settle(tooBusy());
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queues[priority].push(owner, one);
      pump();
    });
  };

  const closeFor = (waitMs: number, isLimited: boolean) => {
    // Calls that were under way together are told the same thing: once is enough.
    if (isLimited && clock() >= blockedUntil) {
      speed = Math.max(limits.perSecond * SLOWEST, speed / 2);
      limitedInARow += 1;
    }
    const until = clock() + Math.min(waitMs, BLOCK_MS_MAX);
    if (until <= blockedUntil) return;
    [blockedUntil, filledAt, tokens] = [until, until, 1];
  };

  const learn = (admitted: Admitted, { outcome, waitMs }: Heard) => {
    if (outcome === 'limited') {
      totals.limitedTotal += 1;
      closeFor(waitMs ?? Math.min(LIMITED_MS_MAX, LIMITED_MS * 2 ** limitedInARow), true);
    } else if (waitMs !== null) closeFor(waitMs, false);
    if (outcome === 'answered') limitedInARow = 0;
    circuit.settle(admitted, outcome === 'limited' ? 'answered' : outcome);
  };

  return {
    run: async (asked, job) => {
      const mine = await turn(asked);
      if (!mine.ok) {
        totals.refusedTotal += 1;
        return mine;
      }
      let heard: Heard = { outcome: 'nothing', waitMs: null };
      try {
        const done = await job();
        heard = done.heard;
        if (heard.outcome === 'failed' && !done.result.ok) lastFailure = done.result.problem;
        return done.result;
      } finally {
        atWork[asked.priority] -= 1;
        learn(mine.value, heard);
        pump();
      }
    },
    state: () => {
      fill();
      const closedMs = blockedUntil - clock();
      const tryInMs = circuit.nextTryInMs();
      return {
        blockedUntil: closedMs > 0 ? now() + closedMs : null,
        circuit: circuit.state(),
        nextTryAt: tryInMs === null ? null : now() + tryInMs,
        waiting: waiting(),
        atWork: working(),
        perSecond: speed,
        ...totals,
      };
    },
  };
}

function tooBusy() {
  return fail(
    'busy',
    503,
    'Too many calls to Akamai are waiting.',
    'Nothing was sent. Try again in a few seconds.',
    { retryAfterSeconds: 5 },
  );
}

function slowedDown(closedMs: number): Problem {
  const retryAfterSeconds = Math.ceil(closedMs / 1000);
  const advice = `Nothing was sent, and nothing was changed. Calls go on in ${retryAfterSeconds} seconds.`;
  return fail('akamai-rate-limited', 503, 'Akamai asks us to slow down.', advice, { retryAfterSeconds })
    .problem;
}

function away(tryInMs: number, last: Problem | null): Problem {
  const retryAfterSeconds = Math.max(1, Math.ceil(tryInMs / 1000));
  const advice = `Nothing was sent, and nothing was changed. ${last ? `The last calls failed: ${last.title} ` : ''}The next try is in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}.`;
  return fail('akamai-unreachable', 502, 'Akamai does not answer.', advice, { retryAfterSeconds }).problem;
}

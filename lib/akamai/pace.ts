// How fast we may call Akamai: so many a second, so many at once, people before background work.
import { fail, type Result } from '@/lib/domain/problem';

export type Priority = 'interactive' | 'background';

export type PaceLimits = {
  perSecond: number;
  /** Calls that may start at once after a pause. */
  burst: number;
  atOnceMax: number;
  waitingMax: number;
};

type Waiting = { start: () => void };

export type Pace = {
  /** Waits for a turn, then runs `job`. Problem `busy` (503) when too many wait, or when `signal` aborts the wait. */
  run: <T>(priority: Priority, signal: AbortSignal, job: () => Promise<Result<T>>) => Promise<Result<T>>;
};

/** A pace of its own; one per credential. */
export function createPace(limits: PaceLimits): Pace {
  const queues: Record<Priority, Waiting[]> = { interactive: [], background: [] };
  let atWork = 0;
  let tokens = limits.burst;
  let filledAt = performance.now();
  let timer: NodeJS.Timeout | null = null;

  const fill = () => {
    const now = performance.now();
    tokens = Math.min(limits.burst, tokens + ((now - filledAt) / 1000) * limits.perSecond);
    filledAt = now;
  };

  const pump = () => {
    fill();
    while (atWork < limits.atOnceMax && tokens >= 1) {
      const next = queues.interactive.shift() ?? queues.background.shift();
      if (!next) return;
      tokens -= 1;
      atWork += 1;
      next.start();
    }
    const anyWaiting = queues.interactive.length + queues.background.length > 0;
    if (anyWaiting && tokens < 1 && !timer) {
      timer = setTimeout(
        () => {
          timer = null;
          pump();
        },
        Math.ceil(((1 - tokens) / limits.perSecond) * 1000),
      );
    }
  };

  const turn = (priority: Priority, signal: AbortSignal): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const onAbort = () => {
        queues[priority] = queues[priority].filter((one) => one !== waiting);
        resolve(false);
      };
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(true);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queues[priority].push(waiting);
      pump();
    });
  };

  return {
    run: async (priority, signal, job) => {
      if (queues[priority].length >= limits.waitingMax) return tooBusy();
      if (!(await turn(priority, signal))) return tooBusy();
      try {
        return await job();
      } finally {
        atWork -= 1;
        pump();
      }
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

// When Akamai is away, calls to it end at once instead of each waiting for its time limit; one at a time tries whether
// it is back. Pure: the clock is given.

export type CircuitLimits = {
  /** So many failures in a row open it. */
  failuresMax: number;
  /** From the opening to the first probe, milliseconds; doubled by each probe that fails. */
  waitMs: number;
  waitMsMax: number;
};

export type CircuitState = 'closed' | 'open' | 'probing';

/** `nothing` tells nothing of Akamai: the call was given up before it was sent. */
export type Outcome = 'answered' | 'failed' | 'nothing';

export type Circuit = {
  /** How a call may be sent; null when it must not be. Each admitted one is settled. */
  admit: () => 'call' | 'probe' | null;
  settle: (admitted: 'call' | 'probe', outcome: Outcome) => void;
  /** Whether `admit` would say null now. */
  isShut: () => boolean;
  state: () => CircuitState;
  /** Milliseconds until the next probe, 0 while one is under way; null while closed. */
  nextTryInMs: () => number | null;
};

/** A closed circuit; `clock` counts milliseconds and never goes back. */
export function createCircuit(limits: CircuitLimits, clock: () => number): Circuit {
  let state: CircuitState = 'closed';
  let failures = 0;
  let waitMs = limits.waitMs;
  let tryAt = 0;

  const isShut = () => state === 'probing' || (state === 'open' && clock() < tryAt);
  const open = () => {
    state = 'open';
    tryAt = clock() + waitMs;
    waitMs = Math.min(limits.waitMsMax, waitMs * 2);
  };
  const close = () => {
    state = 'closed';
    failures = 0;
    waitMs = limits.waitMs;
  };

  return {
    admit: () => {
      if (isShut()) return null;
      if (state === 'closed') return 'call';
      state = 'probing';
      return 'probe';
    },
    settle: (admitted, outcome) => {
      if (outcome === 'answered') close();
      else if (admitted === 'probe') {
        if (outcome === 'failed') open();
        // Given up, so the next one is the probe.
        else state = 'open';
      } else if (outcome === 'failed' && state === 'closed') {
        // Those that were under way when it opened say nothing new.
        failures += 1;
        if (failures >= limits.failuresMax) open();
      }
    },
    isShut,
    state: () => state,
    nextTryInMs: () => (state === 'closed' ? null : Math.max(0, tryAt - clock())),
  };
}

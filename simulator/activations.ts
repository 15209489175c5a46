// What is active where: computed from the activations and the clock, as nothing here waits for a timer.
import type { SimActivation, SimEdgeWorker, SimNetwork } from './account';

/** What an activation is at a time. Akamai also knows PENDING and others, which the simulator skips. */
export function statusOf(
  { endsAt, fails }: SimActivation,
  now: number,
): 'IN_PROGRESS' | 'COMPLETE' | 'ERROR' {
  if (now < endsAt) return 'IN_PROGRESS';
  return fails ? 'ERROR' : 'COMPLETE';
}

/** The activations of a network that are done, by the time from which their version was active. */
export function completedOn({ activations }: SimEdgeWorker, network: SimNetwork, now: number) {
  return activations
    .filter((one) => one.network === network && statusOf(one, now) === 'COMPLETE')
    .sort((a, b) => a.endsAt - b.endsAt);
}

/** The activation by which a network has its version at a time; null when it has none. */
export function activeOn(edgeWorker: SimEdgeWorker, network: SimNetwork, now: number) {
  const last = completedOn(edgeWorker, network, now).at(-1);
  return last && last.version !== null ? { ...last, version: last.version } : null;
}

/** The activation that is under way on a network. */
export function pendingOn({ activations }: SimEdgeWorker, network: SimNetwork, now: number) {
  return activations.find((one) => one.network === network && statusOf(one, now) === 'IN_PROGRESS') ?? null;
}

/** Adds an activation that takes `activationMs`. */
export function startActivation(
  edgeWorker: SimEdgeWorker,
  asked: Pick<SimActivation, 'network' | 'version' | 'note'>,
  now: number,
  activationMs: number,
): SimActivation {
  const { activations, failsOn } = edgeWorker;
  const activation = {
    ...asked,
    id: activations.length + 1,
    startedAt: now,
    endsAt: now + activationMs,
    fails: failsOn.includes(asked.network),
  };
  activations.push(activation);
  return activation;
}

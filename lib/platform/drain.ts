// Work beside requests that must come to an end before the process does. The front (scripts/server.mjs) waits for it; it
// finds it by its key, as it is not part of the build.
import { once } from './once';

type Drain = () => Promise<void>;

function drains(): Set<Drain> {
  return once('drains', () => new Set<Drain>());
}

/** Has `drain` called when the server is asked to stop; the process ends when its promise has settled. */
export function onStop(drain: Drain): void {
  drains().add(drain);
}

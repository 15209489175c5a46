// The id of the request that is being answered, so that all lines of the log about it can be found.
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from './once';

/** Runs `handle` so that everything it does knows the request's id. */
export function withRequestId<T>(id: string, handle: () => T): T {
  return ids().run(id, handle);
}

/** The id of the request that is being answered; undefined outside of one. */
export function requestId(): string | undefined {
  return ids().getStore();
}

function ids(): AsyncLocalStorage<string> {
  return once('request-ids', () => new AsyncLocalStorage<string>());
}

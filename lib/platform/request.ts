// The request that is being answered, so that every line of the log about it says which it is, from where, and whose.
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from './once';

export type CurrentRequest = {
  id: string;
  /** The network address, as the front knows it. */
  address: string;
  /** E-mail address or name of a key, as soon as that is known. */
  who?: string;
};

/** Runs `handle` so that everything it does knows the request. */
export function withRequest<T>(request: CurrentRequest, handle: () => T): T {
  return current().run(request, handle);
}

/** The request that is being answered; undefined outside of one. */
export function currentRequest(): CurrentRequest | undefined {
  return current().getStore();
}

function current(): AsyncLocalStorage<CurrentRequest> {
  return once('current-request', () => new AsyncLocalStorage<CurrentRequest>());
}

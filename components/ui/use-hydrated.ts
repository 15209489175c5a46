'use client';
// Whether React runs here yet: for what only makes sense with it, and for what must go away once it does.
import { useSyncExternalStore } from 'react';

/** False on the server and until React runs in this browser. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  );
}

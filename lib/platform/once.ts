// Process-wide values. Next loads one module several times, so module state is not process state (measured:
// three copies of one lib module in a production build). Everything that must exist once goes through here.

const store = globalThis as typeof globalThis & { __tokenDesk?: Map<string, unknown> };

/** The value of `key`, made by `create` at the first call in this process. */
export function once<T>(key: string, create: () => T): T {
  store.__tokenDesk ??= new Map();
  const all = store.__tokenDesk;
  if (!all.has(key)) all.set(key, create());
  return all.get(key) as T;
}

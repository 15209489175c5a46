// An EdgeWorker ID with its name, as the editor, the token page and the bundles page need it.

export type EdgeWorker = { id: string; name: string };

/**
 * The EdgeWorker that a bundle is probably for, by its file name: an ID that stands alone in it, else the longest name
 * that it begins with (`cart-api-2.3.1.tgz` is for cart-api). Null when none fits; people can choose another.
 */
export function guessEdgeWorker(fileName: string, edgeWorkers: readonly EdgeWorker[]): EdgeWorker | null {
  const numbers = new Set(fileName.match(/\d+/g));
  const byId = edgeWorkers.filter(({ id }) => numbers.has(id));
  if (byId.length === 1) return byId[0] ?? null;
  const stem = fileName.toLowerCase();
  const byName = edgeWorkers
    .filter(({ name }) => {
      const start = name.toLowerCase();
      return start !== '' && stem.startsWith(start) && !/^[a-z0-9]/.test(stem.slice(start.length));
    })
    .sort((a, b) => b.name.length - a.name.length);
  const [longest, next] = byName;
  return longest && longest.name.length !== next?.name.length ? longest : null;
}

// The usage index as our HTTP API answers it.
import type { Token } from './token';
import { goneUses, type LiveVersion, type ScanView, type UsageIndex } from './usage';

/** The last scan, in the API's words. */
export function scanJson(scan: ScanView): Record<string, unknown> {
  const { beganAt, endedAt, progress, isCancelled, held, problem } = scan;
  return { beganAt: time(beganAt), endedAt: time(endedAt), progress, isCancelled, held, problem };
}

/** Which live versions hold which token, those that hold one that is gone, and what could not be read. */
export function indexJson(index: UsageIndex, tokens: readonly Token[]): Record<string, unknown> {
  return {
    tokens: tokens.map(({ name, uuid }) => {
      const usage = index.ofToken.get(uuid);
      return {
        name,
        uuid,
        state: usage?.state ?? 'unknown',
        uses: (usage?.uses ?? []).map(({ matchedBy, entries, findings, ...live }) => ({
          ...liveJson(live),
          matchedBy,
          entries,
          findings,
        })),
        maybe: (usage?.maybe ?? []).map(({ edgeWorker, version, why }) => ({
          edgeWorker: edgeWorker.id,
          version,
          why,
        })),
      };
    }),
    gone: goneUses(index).map(({ entries, ...live }) => ({
      ...liveJson(live),
      entries: entries.map(({ path, key, isInlined, token, reference }) => ({
        path,
        key,
        isInlined,
        token,
        reference,
      })),
    })),
    unread: index.unread.map(({ edgeWorker, fault }) => ({ edgeWorker: edgeWorker.id, why: fault })),
  };
}

function liveJson({ edgeWorker, version, networks }: LiveVersion) {
  return { edgeWorker: edgeWorker.id, edgeWorkerName: edgeWorker.name, version, networks };
}

/** Null stays null. */
export function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

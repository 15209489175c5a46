// The workbench's bundles and what happens to them, as a pure reducer.
import { type EdgeWorker, guessEdgeWorker } from '@/lib/domain/edgeworker';
import type { Problem } from '@/lib/domain/problem';
import type { Inspection } from './inspection-answer';

/** What may differ from bundle to bundle. */
export type BundleOptions = {
  /** Which tokens file is meant, when that was asked. */
  file: string | null;
  rewrite: boolean;
  stripPrefix: boolean;
  /** Null: the version stays. */
  version: string | null;
  edgeWorker: string | null;
  /** Whether Akamai's own validation is asked too. */
  validate: boolean;
};

export type BundleState =
  | { kind: 'waiting' }
  | { kind: 'checking' }
  | { kind: 'cancelled' }
  | { kind: 'seen'; inspection: Inspection }
  | { kind: 'refused'; problem: Problem };

export type Bundle = {
  id: number;
  file: File;
  options: BundleOptions;
  state: BundleState;
  /** What was seen last: shown while the bundle is examined again, so that nothing jumps or loses its focus. */
  last: Inspection | null;
  /** The sha-256 of the patched bundle that was saved. */
  saved: string | null;
  /** Why the last download failed. */
  problem: Problem | null;
};

export type Action =
  | { kind: 'add'; files: readonly File[]; edgeWorkers: readonly EdgeWorker[] }
  | { kind: 'remove'; id: number }
  | { kind: 'options'; id: number; options: Partial<BundleOptions> }
  | { kind: 'state'; id: number; state: BundleState }
  | { kind: 'saved'; id: number; digest: string }
  | { kind: 'failed'; id: number; problem: Problem }
  /** Something that all depend on changed: every bundle has to be looked at again. */
  | { kind: 'recheck' }
  | { kind: 'cancel' };

const NO_OPTIONS: BundleOptions = {
  file: null,
  rewrite: false,
  stripPrefix: false,
  version: null,
  edgeWorker: null,
  validate: false,
};

export const BUNDLES_MAX = 50;

export function workbench(bundles: readonly Bundle[], action: Action): readonly Bundle[] {
  const change = (id: number, next: (bundle: Bundle) => Bundle) =>
    bundles.map((bundle) => (bundle.id === id ? next(bundle) : bundle));
  switch (action.kind) {
    case 'add': {
      const first = Math.max(0, ...bundles.map(({ id }) => id)) + 1;
      const added = action.files.slice(0, Math.max(0, BUNDLES_MAX - bundles.length)).map(
        (file, index): Bundle => ({
          id: first + index,
          file,
          options: { ...NO_OPTIONS, edgeWorker: guessEdgeWorker(file.name, action.edgeWorkers)?.id ?? null },
          state: { kind: 'waiting' },
          last: null,
          saved: null,
          problem: null,
        }),
      );
      return [...bundles, ...added];
    }
    case 'remove':
      return bundles.filter(({ id }) => id !== action.id);
    case 'options':
      return change(action.id, (bundle) => ({
        ...bundle,
        options: { ...bundle.options, ...action.options },
        state: { kind: 'waiting' },
        saved: null,
        problem: null,
      }));
    case 'state':
      return change(action.id, (bundle) => ({
        ...bundle,
        state: action.state,
        last: action.state.kind === 'seen' ? action.state.inspection : bundle.last,
      }));
    case 'saved':
      return change(action.id, (bundle) => ({ ...bundle, saved: action.digest, problem: null }));
    case 'failed':
      return change(action.id, (bundle) => ({ ...bundle, saved: null, problem: action.problem }));
    case 'recheck':
      return bundles.map((bundle) => ({ ...bundle, state: { kind: 'waiting' }, saved: null, problem: null }));
    case 'cancel':
      return bundles.map((bundle) =>
        bundle.state.kind === 'waiting' || bundle.state.kind === 'checking'
          ? { ...bundle, state: { kind: 'cancelled' } }
          : bundle,
      );
  }
}

/** Whether the bundle was looked at and can be patched. */
export function isReady({ state }: Bundle): boolean {
  return state.kind === 'seen' && state.inspection.preview?.ok === true;
}

/** How far the work is; null when nothing is under way. */
export function progressOf(bundles: readonly Bundle[]): { done: number; all: number } | null {
  const left = bundles.filter(({ state }) => state.kind === 'waiting' || state.kind === 'checking').length;
  return left === 0 ? null : { done: bundles.length - left, all: bundles.length };
}

/** What the patch route takes as this bundle's own options. */
export function ownOptions({ options }: Bundle): Record<string, string | boolean> {
  const { file, rewrite, stripPrefix, version, edgeWorker } = options;
  return {
    ...(file === null ? {} : { file }),
    ...(rewrite ? { rewrite } : {}),
    ...(stripPrefix ? { stripPrefix } : {}),
    ...(version === null ? {} : { version }),
    ...(edgeWorker === null ? {} : { edgeWorker }),
  };
}

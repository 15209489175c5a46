'use client';
// The workbench. Without JavaScript it is a form that posts to the route for patching, or examining for who may do no
// more; with it, bundles are examined as they come, every change is shown before anything is downloaded, and what comes
// back is checked against its digest.
import { type RefObject, useEffect, useReducer, useRef, useState } from 'react';
import { FormProblem } from '@/components/ui/form-problem';
import { useHydrated } from '@/components/ui/use-hydrated';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { Problem } from '@/lib/domain/problem';
import { fetchPatched, inspect, type PatchChoice } from './bundle-calls';
import { BundleRow } from './bundle-row';
import { TokenPicker } from './token-picker';
import { BUNDLES_MAX, type Bundle, isReady, progressOf, workbench } from './workbench-state';

type Props = {
  account: string;
  tokens: readonly string[];
  chosen: readonly string[];
  edgeWorkers: readonly EdgeWorker[];
  mayPatch: boolean;
};

export function Workbench({ account, tokens, chosen, edgeWorkers, mayPatch }: Props) {
  const [picked, setPicked] = useState(chosen);
  const [overwrite, setOverwrite] = useState(false);
  const [bundles, dispatch] = useReducer(workbench, []);
  const [batch, setBatch] = useState<Batch>({ kind: 'none' });
  const isHydrated = useHydrated();
  const fileInput = useRef<HTMLInputElement>(null);
  const download = useRef<AbortController | null>(null);
  const choice: PatchChoice = { account, tokens: picked, overwrite };
  const examining = useExamination(bundles, choice, dispatch);
  const add = (files: FileList | readonly File[] | null | undefined) => {
    if (files && files.length > 0) dispatch({ kind: 'add', files: [...files], edgeWorkers });
  };
  useDroppedAndPasted(add);
  const takeChosen = (input: HTMLInputElement) => {
    add(input.files);
    // So that the same file can be chosen again.
    input.value = '';
  };
  useChosenEarly(fileInput, takeChosen);

  const recheck = (change: () => void) => {
    change();
    examining.stop();
    dispatch({ kind: 'recheck' });
    setBatch({ kind: 'none' });
  };
  const fetchInto = async (wanted: readonly Bundle[], done: Done) => {
    const controller = new AbortController();
    download.current = controller;
    setBatch({ kind: 'working', count: wanted.length });
    const fetched = await fetchPatched(wanted, choice, controller.signal);
    download.current = null;
    setBatch({ kind: 'none' });
    if (fetched) done(fetched);
  };
  const downloadOne = (bundle: Bundle) =>
    fetchInto([bundle], (fetched) =>
      dispatch(
        fetched.ok
          ? { kind: 'saved', id: bundle.id, digest: fetched.value.digest }
          : { kind: 'failed', id: bundle.id, problem: fetched.problem },
      ),
    );
  const ready = bundles.filter(isReady);
  const downloadAll = () =>
    fetchInto(ready, (fetched) =>
      setBatch(
        fetched.ok
          ? { kind: 'saved', ...fetched.value, count: ready.length }
          : { kind: 'problem', problem: fetched.problem },
      ),
    );
  const progress = progressOf(bundles);

  return (
    <form
      action={`/api/v1/bundles/${mayPatch ? 'patch' : 'inspect'}?account=${encodeURIComponent(account)}`}
      method="post"
      encType="multipart/form-data"
      onSubmit={(event) => isHydrated && event.preventDefault()}
      className="grid gap-4"
    >
      {mayPatch && (
        <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
          <TokenPicker tokens={tokens} picked={picked} onChange={(next) => recheck(() => setPicked(next))} />
          <label className="flex min-h-8 items-center gap-2 text-m">
            <input
              type="checkbox"
              name="overwrite"
              value="true"
              className="tick"
              checked={overwrite}
              onChange={(event) => recheck(() => setOverwrite(event.target.checked))}
            />
            Replace entries that other tokens hold
          </label>
        </div>
      )}
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-sheet border border-dashed border-line-control bg-sunken px-5 py-5">
        <label className="grid gap-1 text-m">
          <span className="font-medium">Drop .tgz bundles here, paste or choose them</span>
          <input
            ref={fileInput}
            type="file"
            name="bundle"
            multiple
            accept=".tgz,.tar.gz,.gz,.tar,application/gzip"
            className={isHydrated ? 'w-32 text-transparent' : undefined}
            onChange={(event) => takeChosen(event.target)}
          />
        </label>
        <span className="text-s text-ink-3">
          At most 8 MiB each and {BUNDLES_MAX} at once; Akamai itself takes 512 KB.
        </span>
      </div>
      {!isHydrated && (
        <p>
          <button type="submit" className="button" data-look="primary">
            {mayPatch ? 'Patch and download' : 'Examine'}
          </button>
        </p>
      )}
      {bundles.length > 0 && (
        <section aria-labelledby="bundles" className="mt-3">
          <div className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line-strong pb-2">
            <h2 id="bundles">{bundles.length === 1 ? '1 bundle' : `${bundles.length} bundles`}</h2>
            <p role="status" className="text-s text-ink-3">
              {progress
                ? `${progress.done} of ${progress.all} examined`
                : `${ready.length} ready${mayPatch && picked.length === 0 ? '; choose a token to patch them' : ''}`}
            </p>
            {progress && (
              <>
                <progress
                  aria-label="Bundles examined"
                  value={progress.done}
                  max={progress.all}
                  className="w-28"
                />
                <button
                  type="button"
                  className="button"
                  data-look="plain"
                  onClick={() => {
                    examining.stop();
                    dispatch({ kind: 'cancel' });
                  }}
                >
                  Cancel
                </button>
              </>
            )}
            <span className="ml-auto flex gap-2">
              {batch.kind === 'working' && (
                <button type="button" className="button" onClick={() => download.current?.abort()}>
                  Cancel the download
                </button>
              )}
              {bundles.some(({ state }) => state.kind === 'cancelled') && (
                <button type="button" className="button" onClick={() => dispatch({ kind: 'recheck' })}>
                  Examine again
                </button>
              )}
              {ready.length > 1 && (
                <button
                  type="button"
                  className="button"
                  aria-disabled={batch.kind === 'working'}
                  onClick={() => batch.kind !== 'working' && downloadAll()}
                >
                  {batch.kind === 'working' && batch.count > 1
                    ? `Patching ${batch.count} bundles …`
                    : `Download ${ready.length} as .zip`}
                </button>
              )}
            </span>
          </div>
          <BatchOutcome batch={batch} />
          {bundles.map((bundle) => (
            <BundleRow
              key={bundle.id}
              bundle={bundle}
              edgeWorkers={edgeWorkers}
              isBusy={batch.kind === 'working'}
              onOptions={(options) => dispatch({ kind: 'options', id: bundle.id, options })}
              onDownload={() => batch.kind !== 'working' && downloadOne(bundle)}
              onRemove={() => dispatch({ kind: 'remove', id: bundle.id })}
            />
          ))}
        </section>
      )}
    </form>
  );
}

type Fetched = NonNullable<Awaited<ReturnType<typeof fetchPatched>>>;
type Done = (fetched: Fetched) => void;
type Batch =
  | { kind: 'none' }
  | { kind: 'working'; count: number }
  | { kind: 'saved'; name: string; digest: string; count: number }
  | { kind: 'problem'; problem: Problem };

function BatchOutcome({ batch }: { batch: Batch }) {
  return (
    <div aria-live="polite" className="mt-3 empty:hidden">
      {batch.kind === 'problem' && <FormProblem problem={batch.problem} />}
      {batch.kind === 'saved' && (
        <p className="text-m text-ok">
          {batch.count} bundles were patched, verified and saved as {batch.name}.{' '}
          <span className="text-ink-2">sha-256</span>{' '}
          <code className="[overflow-wrap:anywhere]">{batch.digest}</code>
        </p>
      )}
    </div>
  );
}

const AT_ONCE = 2;

/** Examines bundles that wait, a few at a time; `stop` ends what is under way. */
function useExamination(
  bundles: readonly Bundle[],
  choice: PatchChoice,
  dispatch: (action: Parameters<typeof workbench>[1]) => void,
): { stop: () => void } {
  const running = useRef(new Map<number, AbortController>());
  useEffect(() => {
    const checking = bundles.filter(({ state }) => state.kind === 'checking').length;
    const next = bundles.filter(({ state }) => state.kind === 'waiting').slice(0, AT_ONCE - checking);
    for (const bundle of next) {
      running.current.get(bundle.id)?.abort();
      const controller = new AbortController();
      running.current.set(bundle.id, controller);
      dispatch({ kind: 'state', id: bundle.id, state: { kind: 'checking' } });
      void inspect(bundle, choice, controller.signal).then((answer) => {
        if (!answer || running.current.get(bundle.id) !== controller) return;
        running.current.delete(bundle.id);
        const state = answer.ok
          ? ({ kind: 'seen', inspection: answer.value } as const)
          : ({ kind: 'refused', problem: answer.problem } as const);
        dispatch({ kind: 'state', id: bundle.id, state });
      });
    }
  }, [bundles, choice, dispatch]);
  return {
    stop: () => {
      for (const controller of running.current.values()) controller.abort();
      running.current.clear();
    },
  };
}

/** Files that were chosen before React ran are in the field, and no event will tell of them. */
function useChosenEarly(
  field: RefObject<HTMLInputElement | null>,
  take: (input: HTMLInputElement) => void,
): void {
  const latest = useRef(take);
  useEffect(() => {
    if (field.current) latest.current(field.current);
  }, [field]);
}

/** Files may be dropped anywhere on the page, and pasted. A drop beside the field must not leave the page. */
function useDroppedAndPasted(add: (files: FileList | null | undefined) => void): void {
  const latest = useRef(add);
  useEffect(() => {
    latest.current = add;
  });
  useEffect(() => {
    const over = (event: globalThis.DragEvent) => event.preventDefault();
    const drop = (event: globalThis.DragEvent) => {
      event.preventDefault();
      latest.current(event.dataTransfer?.files);
    };
    const paste = (event: ClipboardEvent) => {
      if (!event.clipboardData || event.clipboardData.files.length === 0) return;
      event.preventDefault();
      latest.current(event.clipboardData.files);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('drop', drop);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('drop', drop);
      document.removeEventListener('paste', paste);
    };
  }, []);
}

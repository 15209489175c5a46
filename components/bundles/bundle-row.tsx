'use client';
// One bundle of the workbench: what was found, what will change, and what can be chosen about it.
import { useId } from 'react';
import { SignInAgain } from '@/components/ui/sign-in-again';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import { usesSentence } from '@/lib/domain/token-use-words';
import { visibleText } from '@/lib/domain/visible-text';
import { BundleChoices } from './bundle-choices';
import type { Finding, Inspection } from './inspection-answer';
import { Changes, ChangeWords, Findings, foundIn, GravestFindings, Line } from './inspection-parts';
import { type Bundle, type BundleOptions, isReady } from './workbench-state';

type RowProps = {
  bundle: Bundle;
  edgeWorkers: readonly EdgeWorker[];
  isBusy: boolean;
  onOptions: (options: Partial<BundleOptions>) => void;
  onDownload: () => void;
  onRemove: () => void;
};

export function BundleRow({ bundle, edgeWorkers, isBusy, onOptions, onDownload, onRemove }: RowProps) {
  const { file, state, saved, problem } = bundle;
  const { last } = bundle;
  const inspection = state.kind === 'seen' ? state.inspection : null;
  const found = inspection ? foundIn(inspection) : { now: [], mended: [] };
  const title = useId();
  const name = visibleText(file.name);
  return (
    <article aria-labelledby={title} className="border-b border-line py-3.5">
      <div className="grid items-start gap-x-4 gap-y-2 md:grid-cols-[minmax(0,15rem)_minmax(0,1fr)_auto]">
        <div className="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-2">
          <Sign bundle={bundle} findings={found.now} />
          <h3 id={title} className="text-m font-medium [overflow-wrap:anywhere]">
            {name}
          </h3>
          <p className="col-start-2 text-s text-ink-3">{factsOf(bundle, inspection, edgeWorkers)}</p>
        </div>
        <Says bundle={bundle} inspection={inspection} findings={found.now} />
        <p className="flex flex-wrap justify-end gap-1">
          <button
            type="button"
            className="button"
            data-look="plain"
            onClick={onRemove}
            aria-label={`Remove ${name}`}
          >
            Remove
          </button>
          {isReady(bundle) && (
            <button
              type="button"
              className="button"
              data-look="primary"
              aria-disabled={isBusy}
              onClick={onDownload}
            >
              Download<span className="sr-only"> {name}</span>
            </button>
          )}
        </p>
      </div>
      <div aria-live="polite" className="grid gap-2">
        {problem && <Line look="text-danger">{visibleText(`${problem.title} ${problem.detail}`)}</Line>}
        {problem && <SignInAgain problem={problem} />}
        {saved && (
          <Line look="text-ok">
            Patched, verified and saved. <span className="text-ink-2">sha-256</span>{' '}
            <code className="[overflow-wrap:anywhere]">{saved}</code>
          </Line>
        )}
      </div>
      {last && state.kind !== 'refused' && (
        <details className="mt-2 md:ml-6">
          <summary className="button" data-look="plain">
            Changes and checks<span className="sr-only"> of {name}</span>
          </summary>
          <div className="mt-2 grid gap-4">
            <Changes inspection={last} of={name} />
            <Findings {...foundIn(last)} />
            <BundleChoices
              bundle={bundle}
              inspection={last}
              edgeWorkers={edgeWorkers}
              onOptions={onOptions}
            />
          </div>
        </details>
      )}
    </article>
  );
}

function factsOf(
  { file, options }: Bundle,
  inspection: Inspection | null,
  edgeWorkers: readonly EdgeWorker[],
): string {
  const edgeWorker = edgeWorkers.find(({ id }) => id === options.edgeWorker);
  return [
    edgeWorker && visibleText(`EdgeWorker ${edgeWorker.id} ${edgeWorker.name}`),
    inspection && `${inspection.entries.length} files`,
    inspection?.edgeWorkerVersion && `version ${visibleText(inspection.edgeWorkerVersion)}`,
    inspection?.preview?.ok
      ? `${kb(inspection.packedBytes)} → ${kb(inspection.preview.packedBytes)}`
      : kb(file.size),
  ]
    .filter(Boolean)
    .join(' · ');
}

function kb(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KB`;
}

/** A shape and a word for how it stands with the bundle. */
function Sign({ bundle, findings }: { bundle: Bundle; findings: readonly Finding[] }) {
  const { kind } = bundle.state;
  const isBad = kind === 'refused' || (kind === 'seen' && bundle.state.inspection.preview?.ok === false);
  const isDoubtful = findings.some(({ severity }) => severity !== 'info');
  const [word, look, shape] = isBad
    ? (['Refused', 'text-danger', 'triangle'] as const)
    : kind !== 'seen'
      ? (['Being examined', 'text-ink-3', 'ring'] as const)
      : isDoubtful
        ? (['With warnings', 'text-attention', 'half'] as const)
        : (['Ready', 'text-ok', 'dot'] as const);
  return (
    <span className={`mt-1 ${look}`}>
      <svg viewBox="0 0 12 12" aria-hidden="true" className="size-3 fill-none stroke-current stroke-[1.5]">
        {shape === 'triangle' && <path d="M6 .9 11.6 10.6H.4z" className="fill-current stroke-none" />}
        {shape === 'dot' && <circle cx="6" cy="6" r="3.25" className="fill-current stroke-none" />}
        {shape === 'ring' && <circle cx="6" cy="6" r="4.25" strokeDasharray="2.2 2.2" />}
        {shape === 'half' && (
          <>
            <circle cx="6" cy="6" r="4.25" />
            <path d="M6 1.75a4.25 4.25 0 0 1 0 8.5z" className="fill-current stroke-none" />
          </>
        )}
      </svg>
      <span className="sr-only">{word}</span>
    </span>
  );
}

/** What matters most, without opening anything. */
function Says({
  bundle: { state },
  inspection,
  findings,
}: {
  bundle: Bundle;
  inspection: Inspection | null;
  findings: readonly Finding[];
}) {
  if (state.kind === 'refused') {
    return (
      <div role="alert">
        <Line look="text-danger">{visibleText(`${state.problem.title} ${state.problem.detail}`)}</Line>
      </div>
    );
  }
  if (state.kind === 'cancelled') return <Line look="text-ink-3">Not examined: it was cancelled.</Line>;
  if (!inspection) return <Line look="text-ink-3">Examining …</Line>;
  const { preview } = inspection;
  return (
    <div className="grid gap-0.5">
      {preview?.ok === false && (
        <div role="alert">
          <Line look="text-danger">{visibleText(preview.problem.title)}</Line>
        </div>
      )}
      {preview?.ok && <ChangeWords {...preview} />}
      {preview === null && (
        <Line look="text-ink-2">
          {visibleText(usesSentence([...(inspection.tokensFile?.items ?? []), ...inspection.inlined]))}
        </Line>
      )}
      <GravestFindings findings={findings} />
    </div>
  );
}

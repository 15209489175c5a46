'use client';
// What can be chosen for one bundle: which tokens file is meant, writing it anew, the version, names without ./, the
// EdgeWorker that it is for, and Akamai's own validation.
import { useId, useState } from 'react';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import { visibleText } from '@/lib/domain/visible-text';
import type { Inspection } from './inspection-answer';
import type { Bundle, BundleOptions } from './workbench-state';

type Props = {
  bundle: Bundle;
  inspection: Inspection;
  edgeWorkers: readonly EdgeWorker[];
  onOptions: (options: Partial<BundleOptions>) => void;
};

export function BundleChoices({ bundle: { options }, inspection, edgeWorkers, onOptions }: Props) {
  const { preview, validation, findings } = inspection;
  const found = inspection.tokensFiles.map(({ path }) => path);
  // The root is always a choice beside others: that is where the helper library usually looks.
  const files = found.length === 0 ? [] : [...new Set(['edgekv_tokens.js', ...found])];
  const file = options.file ?? (preview?.ok ? preview.file : null);
  const canRewrite = options.rewrite || (preview?.ok === false && preview.rewriteDiff !== null);
  const hasPrefix = options.stripPrefix || findings.some(({ code }) => code === 'dot-prefix');
  const group = useId();
  return (
    <div className="flex flex-wrap items-start gap-x-8 gap-y-4 text-m">
      {files.length > 1 && (
        <fieldset className="grid gap-1">
          <legend className="mb-1 font-medium">Which tokens file is meant?</legend>
          {files.map((path) => (
            <label key={path} className="flex min-h-6 items-center gap-2">
              <input
                type="radio"
                name={group}
                className="tick"
                checked={file === path}
                onChange={() => onOptions({ file: path })}
              />
              <code>{visibleText(path)}</code>
            </label>
          ))}
        </fieldset>
      )}
      {canRewrite && (
        <Tick
          label="Write the tokens file anew in standard form"
          isOn={options.rewrite}
          onChange={(rewrite) => onOptions({ rewrite })}
        />
      )}
      {hasPrefix && (
        <Tick
          label="Write all names without ./"
          isOn={options.stripPrefix}
          onChange={(stripPrefix) => onOptions({ stripPrefix })}
        />
      )}
      {inspection.suggestedVersion !== null && (
        <VersionChoice
          current={inspection.edgeWorkerVersion ?? ''}
          suggested={inspection.suggestedVersion}
          chosen={options.version}
          onChoose={(version) => onOptions({ version })}
        />
      )}
      {edgeWorkers.length > 0 && (
        <label className="grid gap-1">
          <span className="font-medium">For EdgeWorker</span>
          <select
            className="box w-auto max-w-56"
            value={options.edgeWorker ?? ''}
            onChange={(event) => onOptions({ edgeWorker: event.target.value || null })}
          >
            <option value="">not said</option>
            {edgeWorkers.map(({ id, name }) => (
              <option key={id} value={id}>
                {visibleText(`${id} ${name}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="grid gap-1">
        <button type="button" className="button" onClick={() => onOptions({ validate: true })}>
          Ask Akamai&apos;s validation too
        </button>
        <p role="status" className="text-s text-ink-3">
          {validation &&
            ('problem' in validation ? visibleText(validation.problem.title) : validated(validation))}
        </p>
      </div>
    </div>
  );
}

function validated({ findings }: { findings: readonly unknown[] }): string {
  return findings.length === 0
    ? 'Akamai finds nothing wrong with the bundle as it is.'
    : 'See the checks above.';
}

function Tick({
  label,
  isOn,
  onChange,
}: {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  return (
    <label className="flex min-h-8 items-center gap-2">
      <input
        type="checkbox"
        className="tick"
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

type VersionProps = {
  current: string;
  suggested: string;
  chosen: string | null;
  onChoose: (version: string | null) => void;
};

/** A patched bundle cannot be uploaded under the version that it had. */
function VersionChoice({ current, suggested, chosen, onChoose }: VersionProps) {
  const [typed, setTyped] = useState(chosen ?? suggested);
  const isSet = chosen !== null;
  return (
    <div className="grid gap-1">
      <Tick
        label={`Set a new version (is ${visibleText(current)})`}
        isOn={isSet}
        onChange={(isOn) => onChoose(isOn ? typed : null)}
      />
      {isSet && (
        <div className="flex gap-2">
          <label>
            <span className="sr-only">New version</span>
            <input
              className="box w-36"
              maxLength={32}
              value={typed}
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                onChoose(typed);
              }}
            />
          </label>
          <button
            type="button"
            className="button"
            aria-disabled={typed === chosen}
            onClick={() => onChoose(typed)}
          >
            Use {visibleText(typed)}
          </button>
        </div>
      )}
    </div>
  );
}

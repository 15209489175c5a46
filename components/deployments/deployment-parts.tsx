// A deployment as it is drawn: how far it is, and what came of each version.

import type { ReactNode } from 'react';
import { Tag } from '@/components/ui/tag';
import { EdgeWorkerLink, LiveOn } from '@/components/usage/usage-parts';
import {
  type countParts,
  partsInWords,
  STEP_KINDS,
  type StepKind,
  type StepState,
  stepWords,
  targets,
} from '@/lib/domain/deployment';
import type { EdgeWorker } from '@/lib/domain/edgeworker';
import type { Network } from '@/lib/domain/permissions';
import { visibleText } from '@/lib/domain/visible-text';

const LOOKS: Readonly<Record<StepState, 'plain' | 'ok' | 'info' | 'danger'>> = {
  waiting: 'plain',
  working: 'info',
  checking: 'info',
  following: 'info',
  done: 'ok',
  failed: 'danger',
  cancelled: 'plain',
};

const KIND_WORDS: Readonly<Record<StepKind, string>> = {
  upload: 'Upload',
  staging: 'Staging',
  production: 'Production',
};

type ProgressProps = { parts: ReturnType<typeof countParts>; isUnderWay: boolean };

export function DeploymentProgress({ parts, isUnderWay }: ProgressProps) {
  const sum = (of: 'done' | 'all') => STEP_KINDS.reduce((total, kind) => total + parts[kind][of], 0);
  const words = partsInWords(parts);
  return (
    <div className="grid max-w-xl gap-1.5">
      <label className="grid gap-1.5 text-m">
        <span className="font-semibold">{words}</span>
        <progress value={sum('done')} max={sum('all')} className="w-full" />
      </label>
      {/* Told once it has come to rest. */}
      <p role="status" className="sr-only">
        {isUnderWay ? '' : `Nothing is under way now: ${words}`}
      </p>
    </div>
  );
}

type Item = {
  position: number;
  edgeWorker: EdgeWorker;
  base: string;
  version: string;
  networks: readonly Network[];
  steps: Readonly<Record<StepKind, { state: StepState; words: string | null; note: string | null } | null>>;
};

type ItemsProps<T extends Item> = {
  account: string;
  items: readonly T[];
  /** What can be done about a version; nothing for most. */
  more: (item: T) => ReactNode;
};

export function DeploymentItems<T extends Item>({ account, items, more }: ItemsProps<T>) {
  return (
    <ul aria-label="Versions" className="border-t border-line text-m">
      {items.map((item) => (
        <li
          key={item.position}
          className="grid gap-x-6 gap-y-2 border-b border-line py-3 md:grid-cols-[16rem_minmax(0,1fr)]"
        >
          <div className="grid content-start gap-0.5 [overflow-wrap:anywhere]">
            <h2 className="text-m">
              <EdgeWorkerLink account={account} edgeWorker={item.edgeWorker} />
            </h2>
            <p className="flex flex-wrap items-center gap-x-2">
              <LiveOn networks={item.networks} />
              <span>
                <code>{visibleText(item.base)}</code> → <code>{visibleText(item.version)}</code>
              </span>
            </p>
          </div>
          <div className="grid min-w-0 gap-2">
            <dl className="grid gap-1">
              {STEP_KINDS.filter((kind) => kind === 'upload' || targets(item).includes(kind)).map((kind) => (
                <Step key={kind} kind={kind} step={item.steps[kind]} />
              ))}
            </dl>
            {more(item)}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Step({ kind, step }: { kind: StepKind; step: Item['steps'][StepKind] }) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-baseline">
      <dt className="text-ink-2">{KIND_WORDS[kind]}</dt>
      <dd className="[overflow-wrap:anywhere]">
        {step ? (
          <Tag look={LOOKS[step.state]}>{stepWords(kind, step.state)}</Tag>
        ) : (
          <span className="text-ink-3">not asked for yet</span>
        )}
        {step?.note && <span className="ml-2 text-ink-2">“{visibleText(step.note)}”</span>}
        {step?.words && <p className="mt-1 text-ink-2">{visibleText(step.words)}</p>}
      </dd>
    </div>
  );
}

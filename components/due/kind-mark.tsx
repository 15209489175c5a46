// The sign of a kind of date: a letter in a frame, so that no colour is needed to tell it.
import type { DueKind } from '@/lib/domain/due';

const LETTERS: Record<DueKind, string> = {
  expiry: 'E',
  activation: 'S',
  refresh: 'R',
  age: 'A',
  review: 'V',
};

const LOOKS: Record<DueKind, string> = {
  expiry: 'border-attention-line bg-attention-soft text-attention',
  activation: 'border-danger-line bg-danger-soft text-danger',
  refresh: 'border-line-strong text-ink-2',
  age: 'border-info-line bg-info-soft text-info',
  review: 'border-accent-line bg-accent-soft text-accent-text',
};

/** Hidden from assistive technology: the words beside it, or the name of what holds it, say the same. */
export function KindMark({ kind, count }: { kind: DueKind; count?: number }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-flex min-h-[1.125rem] min-w-[1.125rem] flex-none items-center justify-center rounded-slot border px-0.5 font-mono text-xs leading-none font-semibold ${LOOKS[kind]}`}
    >
      {LETTERS[kind]}
      {count !== undefined && count > 1 && count}
    </span>
  );
}

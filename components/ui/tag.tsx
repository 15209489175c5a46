// A small word in a frame.
import type { ReactNode } from 'react';

const LOOKS = {
  plain: 'border-line-strong text-ink-2',
  attention: 'border-attention-line bg-attention-soft text-attention',
  danger: 'border-danger-line bg-danger-soft text-danger',
  ok: 'border-ok-line bg-ok-soft text-ok',
  info: 'border-info-line bg-info-soft text-info',
};

export function Tag({ look = 'plain', children }: { look?: keyof typeof LOOKS; children: ReactNode }) {
  return (
    <span
      className={`inline-flex min-h-[1.125rem] items-center rounded-slot border px-1.5 text-xs leading-none font-medium whitespace-nowrap ${LOOKS[look]}`}
    >
      {children}
    </span>
  );
}

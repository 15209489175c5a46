// Something to know, in the colour of its weight and with a word for it.
import { CircleCheck, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Icon } from './icon';

const LOOKS: Record<'ok' | 'info' | 'attention' | 'danger', [LucideIcon, string, string]> = {
  ok: [CircleCheck, 'border-ok-line bg-ok-soft', 'text-ok'],
  info: [Info, 'border-info-line bg-info-soft', 'text-info'],
  attention: [TriangleAlert, 'border-attention-line bg-attention-soft', 'text-attention'],
  danger: [TriangleAlert, 'border-danger-line bg-danger-soft', 'text-danger'],
};

export function Notice({ look, title, text }: { look: keyof typeof LOOKS; title: string; text?: ReactNode }) {
  const [icon, frame, ink] = LOOKS[look];
  return (
    <div role="status" className={`flex gap-2.5 rounded-control border px-3.5 py-2.5 text-m ${frame}`}>
      <span className={`mt-0.5 ${ink}`}>
        <Icon of={icon} />
      </span>
      <p>
        <b className="font-semibold">{title}</b> {text && <span className="text-ink-2">{text}</span>}
      </p>
    </div>
  );
}

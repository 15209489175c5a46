// The checks of one connection: a state with its shape and word, what was found, what to do, and facts for admins.
import { CircleCheck, CircleDashed, CircleX, type LucideIcon, TriangleAlert } from 'lucide-react';
import { Icon } from '@/components/ui/icon';
import type { Check, CheckState } from '@/lib/domain/diagnosis';
import { visibleText } from '@/lib/domain/visible-text';

const LOOKS: Readonly<Record<CheckState, [icon: LucideIcon, ink: string, word: string]>> = {
  ok: [CircleCheck, 'text-ok', 'ok'],
  attention: [TriangleAlert, 'text-attention', 'look here'],
  failed: [CircleX, 'text-danger', 'failed'],
  skipped: [CircleDashed, 'text-ink-3', 'not checked'],
};

export function CheckStateMark({ state, words }: { state: CheckState; words?: string }) {
  const [icon, ink, word] = LOOKS[state];
  return (
    <span className={`inline-flex items-center gap-1.5 text-m ${ink}`}>
      <Icon of={icon} />
      {words ?? word}
    </span>
  );
}

export function Checks({ checks }: { checks: readonly Check[] }) {
  return (
    <dl className="border-t border-line-strong">
      {checks.map((check) => (
        <CheckRow key={check.key} check={check} />
      ))}
    </dl>
  );
}

function CheckRow({ check: { title, state, words, advice, details } }: { check: Check }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-5 gap-y-1 border-b border-line py-2.5 text-m sm:grid-cols-[11rem_minmax(0,1fr)_7rem]">
      <dt className="font-medium">{title}</dt>
      <dd className="grid min-w-0 gap-1 max-sm:order-2 max-sm:col-span-2">
        <p>{words}</p>
        {advice && <p className="text-ink-2">{advice}</p>}
        {details.length > 0 && (
          <ul className="flex flex-wrap gap-x-5 gap-y-0.5 text-s text-ink-3 [overflow-wrap:anywhere]">
            {details.map(({ label, text }) => (
              <li key={label}>
                {visibleText(label)} <span className="text-ink-2">{visibleText(text)}</span>
              </li>
            ))}
          </ul>
        )}
      </dd>
      <dd className="sm:text-end">
        <CheckStateMark state={state} />
      </dd>
    </div>
  );
}

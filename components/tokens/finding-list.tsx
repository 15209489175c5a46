// What the rules find about a token, each with what exactly or what to do.
import { TriangleAlert } from 'lucide-react';
import { Icon } from '@/components/ui/icon';
import { FINDING_WORDS, type Finding } from '@/lib/domain/findings';
import { visibleText } from '@/lib/domain/visible-text';

export function FindingList({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul className="grid gap-1.5 text-m">
      {findings.map(({ code, text }) => (
        <li key={code} className="flex items-start gap-2">
          <span className="mt-0.5 text-attention">
            <Icon of={TriangleAlert} small />
          </span>
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <b className="font-medium">{FINDING_WORDS[code]}</b>
            <span className="text-ink-2">: {visibleText(text)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

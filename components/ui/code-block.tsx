// A text in mono with its name and a copy button. Scrolls on its own, by keyboard too.
import type { ReactNode } from 'react';
import { visibleLines } from '@/lib/domain/visible-text';
import { CopyButton } from './copy-button';

type CodeBlockProps = { title: string; text: string; children?: ReactNode };

export function CodeBlock({ title, text, children }: CodeBlockProps) {
  return (
    <div className="overflow-hidden rounded-control border border-line">
      <div className="flex min-h-9 flex-wrap items-center gap-2 border-b border-line bg-sunken px-3 text-s text-ink-2">
        <code>{title}</code>
        <span className="ml-auto flex items-center gap-1">
          <CopyButton text={text} label="Copy" />
          {children}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section aria-label={title} tabIndex={0} className="overflow-x-auto px-3 py-2.5">
        <pre className="text-s leading-relaxed">
          <code>{visibleLines(text)}</code>
        </pre>
      </section>
    </div>
  );
}

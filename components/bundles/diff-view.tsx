// What changes in a tokens file, line by line: minus and plus in their own column, secrets as chips that say what stands
// there. Scrolls on its own, by keyboard too.
import type { DiffLine } from '@/lib/domain/tokens-file-diff';
import { visibleText } from '@/lib/domain/visible-text';

const SIGNS = { same: '', removed: '−', added: '+', gap: '' };
const WORDS = { same: '', removed: 'removed: ', added: 'added: ', gap: '' };
const GROUNDS = {
  same: '',
  removed: 'bg-danger-soft',
  added: 'bg-ok-soft',
  gap: 'text-ink-3',
};

type DiffViewProps = {
  file: string;
  /** Which bundle it is of. */
  of: string;
  note: string;
  lines: readonly DiffLine[];
};

export function DiffView({ file, of, note, lines }: DiffViewProps) {
  return (
    <div className="overflow-hidden rounded-control border border-line">
      <p className="flex min-h-8 flex-wrap items-center gap-x-3 border-b border-line bg-sunken px-3 text-s text-ink-2">
        <code>{visibleText(file)}</code>
        <span className="text-ink-3">{note}</span>
      </p>
      <section
        aria-label={`Changes in ${file} of ${of}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-96 overflow-auto py-1.5"
      >
        <ol className="w-max min-w-full font-mono text-s leading-relaxed">
          {lines.map((line, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is drawn anew as a whole
              key={index}
              className={`grid grid-cols-[2.5rem_2.5rem_1.25rem_auto] px-2 ${GROUNDS[line.kind]}`}
            >
              <span className="pr-2 text-end text-ink-3">{line.before}</span>
              <span className="pr-2 text-end text-ink-3">{line.after}</span>
              <span aria-hidden="true" className={line.kind === 'added' ? 'text-ok' : 'text-danger'}>
                {SIGNS[line.kind]}
              </span>
              <code className="pr-3 whitespace-pre">
                <span className="sr-only">{WORDS[line.kind]}</span>
                {line.kind === 'gap' ? '…' : <Pieces line={line} />}
              </code>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function Pieces({ line }: { line: DiffLine }) {
  return line.pieces.map(({ text, hidden }, index) =>
    hidden ? (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces are never moved
        key={index}
        className="rounded-slot border border-dashed border-line-control px-1 font-sans text-ink-2"
      >
        {text}, hidden
      </span>
    ) : (
      visibleText(text)
    ),
  );
}

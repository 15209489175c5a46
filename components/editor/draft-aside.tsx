'use client';
// Beside the editor: the sentence, the notes, what differs from the copied token, and the same as CLI and JSON.
import { type ReactNode, useState } from 'react';
import { Sentence } from '@/components/tokens/sentence';
import { CopyButton } from '@/components/ui/copy-button';
import { createCommand } from '@/lib/domain/cli-command';
import { type NamespacePermissions, permissionWords } from '@/lib/domain/permissions';
import { type DraftNote, draftToQuery, type TokenDraft } from '@/lib/domain/token-draft';
import { tokenSentence } from '@/lib/domain/token-sentence';
import { visibleLines, visibleText } from '@/lib/domain/visible-text';

type DraftAsideProps = {
  draft: TokenDraft;
  cliOptions: string;
  notes: readonly DraftNote[];
  source: { name: string; permissions: NamespacePermissions } | null;
  children: ReactNode;
};

const NOTE_LOOK = {
  block: 'border-danger-line bg-danger-soft',
  warning: 'border-attention-line bg-attention-soft',
  info: 'border-info-line bg-info-soft',
};
const NOTE_WORD = { block: 'Not possible', warning: 'Warning', info: 'Note' };

export function DraftAside({ draft, cliOptions, notes, source, children }: DraftAsideProps) {
  const [form, setForm] = useState<'cli' | 'json'>('cli');
  const { networks, permissions, edgeWorkers, name } = draft;
  const allowed = edgeWorkers.mode === 'all' ? 'all' : edgeWorkers.ids;
  const asked = {
    name,
    allowOnStaging: networks.staging,
    allowOnProduction: networks.production,
    ...(allowed === 'all' ? {} : { restrictToEdgeWorkerIds: [...allowed] }),
  };
  const json = JSON.stringify({ ...asked, namespacePermissions: Object.fromEntries(permissions) }, null, 2);
  const text = form === 'cli' ? createCommand({ ...asked, permissions }, cliOptions) : json;
  const link = `?${draftToQuery(draft)}`;
  return (
    <aside className="grid gap-5 lg:sticky lg:top-6 lg:border-l lg:border-line lg:pl-6">
      <section className="grid gap-2" aria-labelledby="this-token">
        <h2 id="this-token">This token</h2>
        <Sentence segments={tokenSentence({ permissions, networks, edgeWorkers: allowed, expiry: null })} />
      </section>
      {source && <Against draft={draft} source={source} />}
      {notes.length > 0 && (
        <ul className="grid gap-2 text-m">
          {notes.map((note) => (
            <li key={note.text} className={`rounded-control border px-3 py-2 ${NOTE_LOOK[note.severity]}`}>
              <b className="font-semibold">{NOTE_WORD[note.severity]}:</b> {visibleText(note.text)}
            </li>
          ))}
        </ul>
      )}
      <div className="grid gap-2">{children}</div>
      <section className="grid min-w-0 gap-1" aria-label="The same for other tools">
        <div className="flex items-center gap-1 text-s">
          {(['cli', 'json'] as const).map((one) => (
            <button
              key={one}
              type="button"
              className="button"
              data-look="plain"
              aria-pressed={form === one}
              onClick={() => setForm(one)}
            >
              {one === 'cli' ? 'CLI' : 'JSON'}
            </button>
          ))}
          <span className="ml-auto">
            <CopyButton text={text} label="Copy" />
          </span>
        </div>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
          tabIndex={0}
          className="max-h-56 overflow-auto rounded-control border border-line bg-sunken px-3 py-2 text-s leading-relaxed"
        >
          <code>{visibleLines(text)}</code>
        </pre>
        <a href={link} className="w-fit text-s text-accent-text underline">
          Link to this form as it is now
        </a>
      </section>
    </aside>
  );
}

function Against({
  draft,
  source,
}: {
  draft: TokenDraft;
  source: { name: string; permissions: NamespacePermissions };
}) {
  const names = new Set([...source.permissions.keys(), ...draft.permissions.keys()]);
  const differences = [...names].flatMap((name) => {
    const [before, after] = [source.permissions.get(name) ?? [], draft.permissions.get(name) ?? []];
    const lost = before.filter((one) => !after.includes(one));
    const gained = after.filter((one) => !before.includes(one));
    return [
      ...(lost.length > 0 ? [`− ${visibleText(name)}: ${permissionWords(lost)}`] : []),
      ...(gained.length > 0 ? [`+ ${visibleText(name)}: ${permissionWords(gained)}`] : []),
    ];
  });
  return (
    <section className="grid gap-1 text-m" aria-labelledby="against">
      <h2 id="against">Against {visibleText(source.name)}</h2>
      {differences.length === 0 ? (
        <p className="text-ink-2">The same rights.</p>
      ) : (
        <ul className="font-mono text-s">
          {differences.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

// What a look at a bundle found and what a patch would change, in parts: for the workbench and for live versions.
import type { ReactNode } from 'react';
import type { BundleFinding } from '@/lib/domain/bundle-finding';
import { changeSentence } from '@/lib/domain/change-words';
import type { Change } from '@/lib/domain/tokens-file';
import type { DiffLine } from '@/lib/domain/tokens-file-diff';
import { visibleText } from '@/lib/domain/visible-text';
import { DiffView } from './diff-view';

type Preview =
  | {
      ok: true;
      file: string;
      changes: readonly Change[];
      diff: readonly DiffLine[];
      isRewritten: boolean;
      entriesKept: number;
      findings: readonly BundleFinding[];
    }
  | { ok: false; problem: { title: string; detail: string }; rewriteDiff: readonly DiffLine[] | null };

/** What these parts draw of an inspection. */
type Inspected = {
  findings: readonly BundleFinding[];
  preview: Preview | null;
  validation: { findings: readonly BundleFinding[] } | { problem: unknown } | null;
};

const FINDINGS_SHOWN = 3;
const SEVERITY_LOOK = { error: 'text-danger', warning: 'text-attention', info: 'text-ink-2' };
const SEVERITY_WORD = { error: 'Error: ', warning: 'Warning: ', info: '' };

type Found = {
  /** What is true of the bundle that people take away: the patched one, or the original when nothing is patched. */
  now: readonly BundleFinding[];
  /** What was wrong with the original and is not any more. */
  mended: readonly BundleFinding[];
};

/** The findings that count, the gravest first. */
export function foundIn({ findings, preview, validation }: Inspected): Found {
  const after = preview?.ok ? preview.findings : findings;
  const akamai =
    validation && 'findings' in validation
      ? validation.findings.map((one) => ({
          ...one,
          text: `Akamai, on the original: ${one.text} (${one.code})`,
        }))
      : [];
  const rank = { error: 0, warning: 1, info: 2 };
  const isStill = (one: BundleFinding) => after.some(({ text }) => text === one.text);
  return {
    now: [...after, ...akamai].sort((a, b) => rank[a.severity] - rank[b.severity]),
    mended: findings.filter((one) => one.severity !== 'info' && !isStill(one)),
  };
}

export function Line({ look, children }: { look: string; children: ReactNode }) {
  return <p className={`text-m ${look}`}>{children}</p>;
}

/** What a patch does, in a sentence or two. */
export function ChangeWords({ changes, entriesKept }: { changes: readonly Change[]; entriesKept: number }) {
  return (
    <>
      <Line look="text-ok">{visibleText(changeSentence(changes))}</Line>
      <Line look="text-ink-2">
        {entriesKept} other {entriesKept === 1 ? 'file stays' : 'files stay'} byte for byte
      </Line>
    </>
  );
}

/** The first few of the errors and warnings. */
export function GravestFindings({ findings }: { findings: readonly BundleFinding[] }) {
  const grave = findings.filter(({ severity }) => severity !== 'info');
  return (
    <>
      {grave.slice(0, FINDINGS_SHOWN).map((one) => (
        <Line key={one.text} look={SEVERITY_LOOK[one.severity]}>
          <span className="sr-only">{SEVERITY_WORD[one.severity]}</span>
          {visibleText(one.text)}
        </Line>
      ))}
      {grave.length > FINDINGS_SHOWN && (
        <Line look="text-ink-3">and {grave.length - FINDINGS_SHOWN} more below</Line>
      )}
    </>
  );
}

/** `of`: which bundle it is of. */
export function Changes({
  inspection: { preview },
  of,
}: {
  inspection: Pick<Inspected, 'preview'>;
  of: string;
}) {
  if (!preview) return null;
  if (preview.ok) {
    const count = preview.changes.length;
    const entries = count === 1 ? '1 entry' : `${count} entries`;
    const note = preview.isRewritten ? 'written anew in standard form' : entries;
    return <DiffView file={preview.file} of={of} note={note} lines={preview.diff} />;
  }
  return (
    <div className="grid gap-2">
      <p className="text-m text-ink-2">{visibleText(preview.problem.detail)}</p>
      {preview.rewriteDiff && (
        <DiffView
          file="edgekv_tokens.js"
          of={of}
          note="if it were written anew in standard form"
          lines={preview.rewriteDiff}
        />
      )}
    </div>
  );
}

export function Findings({ now, mended }: Found) {
  return (
    <div className="grid gap-2">
      {now.length === 0 && <p className="text-m text-ink-2">All checks passed.</p>}
      <ul className="grid gap-0.5">
        {now.map((one) => (
          <li key={one.text} className={`text-m ${SEVERITY_LOOK[one.severity]}`}>
            <span className="sr-only">{SEVERITY_WORD[one.severity]}</span>
            {visibleText(one.text)}
          </li>
        ))}
      </ul>
      {mended.length > 0 && (
        <>
          <h4 className="text-s font-medium text-ink-3">In the original only</h4>
          <ul className="grid gap-0.5">
            {mended.map((one) => (
              <li key={one.text} className="text-m text-ink-2">
                {visibleText(one.text)}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

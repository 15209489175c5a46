// Everything on record about one act: what was known before and what came of it, changes first.
import type { ReactNode } from 'react';
import { type AuditAct, type AuditEntry, utcTime } from '@/lib/domain/audit-act';
import { auditChanges, auditFacts } from '@/lib/domain/audit-facts';
import { visibleText } from '@/lib/domain/visible-text';
import { Outcome } from './outcome';

export function ActDetail({ act }: { act: AuditAct }) {
  const changes = act.entries.flatMap(({ detail }) => auditChanges(detail));
  return (
    <div className="mb-3 grid gap-4 rounded-control border border-line bg-raised p-4">
      {changes.length > 0 && <Changes changes={changes} />}
      <dl className="grid gap-x-4 gap-y-1.5 text-m sm:grid-cols-[10rem_minmax(0,1fr)]">
        <Line name="action">{act.action}</Line>
        {act.requestId && <Line name="Akamai request id">{act.requestId}</Line>}
        {act.entries.map((entry, index) => (
          <EntryLines key={entry.seq} entry={entry} isOutcome={index > 0} />
        ))}
      </dl>
    </div>
  );
}

function EntryLines({ entry, isOutcome }: { entry: AuditEntry; isOutcome: boolean }) {
  return (
    <>
      <dt className="mt-2 border-t border-line pt-2 font-medium sm:col-span-2">
        Entry {entry.seq}
        <span className="font-normal text-ink-3">
          {isOutcome ? ', what came of it' : ''} · {utcTime(entry.at)} UTC
        </span>
      </dt>
      {entry.outcome !== null && (
        <Line name="result">
          <Outcome outcome={entry.outcome} />
        </Line>
      )}
      {auditFacts(entry.detail).map(({ name, text }) => (
        <Line key={name} name={visibleText(name)}>
          {visibleText(text)}
        </Line>
      ))}
      <Line name="hash">
        <code className="text-s text-ink-2">{entry.hash}</code>
      </Line>
    </>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="wrap-anywhere text-ink-3">{name}</dt>
      <dd className="min-w-0 wrap-anywhere max-sm:mb-1">{children}</dd>
    </>
  );
}

function Changes({ changes }: { changes: ReturnType<typeof auditChanges> }) {
  const shown = (value: string | null) => (value === null ? 'nothing' : visibleText(value));
  return (
    <section aria-labelledby="changes">
      <h2 id="changes" className="text-m">
        Changes in the tokens file
      </h2>
      <ul className="mt-1 text-m">
        {changes.map(({ kind, key, was, is }) => (
          <li
            key={key}
            className="grid gap-x-4 border-t border-line py-1.5 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
          >
            <span className="wrap-anywhere">
              <code>{visibleText(key)}</code> <span className="text-s text-ink-3">{kind}</span>
            </span>
            <span className="wrap-anywhere">
              <span className="text-ink-3">{shown(was)}</span> → {shown(is)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

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
  return (
    <table className="table">
      <caption className="pb-1 text-start text-m font-medium">Changes in the tokens file</caption>
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">Was</th>
          <th scope="col">Is</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ kind, key, was, is }) => (
          <tr key={key}>
            <th scope="row" className="wrap-anywhere">
              <code>{visibleText(key)}</code> <span className="text-s text-ink-3">{kind}</span>
            </th>
            <td className="wrap-anywhere">{was === null ? '–' : visibleText(was)}</td>
            <td className="wrap-anywhere">{is === null ? '–' : visibleText(is)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

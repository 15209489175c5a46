// The audit's acts, newest first. The open one has its detail in a row of its own below it.
import type { Route } from 'next';
import Link from 'next/link';
import { type AuditAct, actionWords, utcTime } from '@/lib/domain/audit-act';
import { visibleText } from '@/lib/domain/visible-text';
import { ActDetail } from './act-detail';
import { Outcome } from './outcome';

type Props = {
  acts: readonly AuditAct[];
  /** The number of the act that is open. */
  open: number | null;
  /** The page with that act open, or with none. */
  href: (entry: number | null) => Route;
};

export function AuditTable({ acts, open, href }: Props) {
  return (
    <table className="table cards mt-4">
      <caption className="sr-only">The audit, newest first</caption>
      <thead>
        <tr>
          <th scope="col">When (UTC)</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Account</th>
          <th scope="col" className="text-end">
            Result
          </th>
        </tr>
      </thead>
      <tbody className="max-cards:grid-cols-1">
        {acts.map((act) => (
          <ActRows key={act.seq} act={act} isOpen={act.seq === open} href={href} />
        ))}
      </tbody>
    </table>
  );
}

function ActRows({ act, isOpen, href }: { act: AuditAct; isOpen: boolean; href: Props['href'] }) {
  const target = isOpen ? href(null) : href(act.seq);
  return (
    <>
      <tr id={`act-${act.seq}`} className={isOpen ? 'max-cards:border-0' : ''}>
        <td className="c-date text-s text-ink-2 cards:w-40">
          <time dateTime={utcTime(act.at).replace(' ', 'T').concat('Z')}>{utcTime(act.at)}</time>
        </td>
        <td className="c-perm cards:w-64">
          <Who act={act} />
        </td>
        <th scope="row" className="c-name wrap-anywhere">
          <Link
            href={`${target}#act-${act.seq}` as Route}
            prefetch={false}
            scroll={false}
            aria-expanded={isOpen}
            className="text-ink no-underline hover:text-accent-text hover:underline"
          >
            {actionWords(act.action)} <b className="font-medium">{visibleText(act.target)}</b>
          </Link>
        </th>
        <td className="c-nets text-ink-2 cards:w-24">{act.account && visibleText(act.account)}</td>
        <td className="c-status cards:w-36 cards:text-end">
          <Outcome outcome={act.outcome} />
        </td>
      </tr>
      {isOpen && (
        <tr className="hover:bg-transparent max-cards:block">
          <td colSpan={5} className="cards:pr-0">
            <ActDetail act={act} />
          </td>
        </tr>
      )}
    </>
  );
}

function Who({ act: { actor, source } }: { act: AuditAct }) {
  // A guest and the operator have no other name than what they are.
  const about = [actor.kind === actor.name ? null : actor.kind, source].filter((part) => part !== null);
  return (
    <>
      <span className="wrap-anywhere">{visibleText(actor.name)}</span>{' '}
      <span className="text-s text-ink-3 cards:block">{visibleText(about.join(' · '))}</span>
    </>
  );
}

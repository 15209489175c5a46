// The audit: who did what, when, from where, with which result.
import { Download } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { ActDetail } from '@/components/audit/act-detail';
import { AuditFilters } from '@/components/audit/audit-filters';
import { AuditTable } from '@/components/audit/audit-table';
import { Icon } from '@/components/ui/icon';
import { Notice } from '@/components/ui/notice';
import { ProblemPanel } from '@/components/ui/problem-panel';
import { ageInWords } from '@/lib/domain/age';
import { actionWords } from '@/lib/domain/audit-act';
import { type AuditQuery, hasAuditFilters, parseAuditQuery, printAuditQuery } from '@/lib/domain/audit-query';
import type { Result } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';
import { type AuditCheck, type AuditPage, checkAudit, readAct, searchAudit } from '@/lib/services/audit-log';
import type { Actor } from '@/lib/services/session';
import { currentTime } from '@/lib/services/surroundings';
import { PageFrame, ProblemPage } from '../page-frame';
import { signedIn } from '../signed-in';

export const metadata: Metadata = { title: 'Audit' };

export default async function AuditPageRoute({ searchParams }: PageProps<'/audit'>) {
  const given = await searchParams;
  const query = parseAuditQuery(given);
  const actor = await signedIn(pageOf(query));
  const found = await searchAudit(actor, query);
  return (
    <PageFrame actor={actor} section="audit">
      {found.ok ? (
        <Audit actor={actor} query={query} page={found.value} isToVerify={given.verify === '1'} />
      ) : (
        <ProblemPage title="Audit" problem={found.problem} />
      )}
    </PageFrame>
  );
}

function pageOf(query: AuditQuery): Route {
  const printed = printAuditQuery(query);
  return `/audit${printed && `?${printed}`}` as Route;
}

type Props = { actor: Actor; query: AuditQuery; page: AuditPage; isToVerify: boolean };

async function Audit({ actor, query, page, isToVerify }: Props) {
  const { acts, olderBefore, searchedTo, actions, outcomes } = page;
  const check = await checkAudit(actor, isToVerify ? 'whole' : 'tail');
  const opened = query.entry === null ? null : await readAct(actor, query.entry);
  const openSeq = opened?.ok ? opened.value.seq : null;
  const exported = printAuditQuery({ ...query, before: null, entry: null });
  return (
    <>
      <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="grid flex-[1_1_16rem] gap-1">
          <h1>Audit</h1>
          {check.ok && <Chain check={check.value} query={query} />}
        </div>
        {(['csv', 'jsonl'] as const).map((format) => (
          <a
            key={format}
            href={`/audit/export?format=${format}${exported && `&${exported}`}`}
            className="button"
            download
          >
            <Icon of={Download} small />
            {format.toUpperCase()}
          </a>
        ))}
      </div>
      <AuditFilters query={query} actions={actions} outcomes={outcomes} />
      {opened && !acts.some(({ seq }) => seq === openSeq) && <Elsewhere opened={opened} query={query} />}
      {acts.length === 0 ? (
        <NoActs query={query} />
      ) : (
        <AuditTable acts={acts} open={openSeq} href={(entry) => pageOf({ ...query, entry })} />
      )}
      <Pages query={query} olderBefore={olderBefore} searchedTo={searchedTo} />
    </>
  );
}

function Chain({ check: { tail, whole }, query }: { check: AuditCheck; query: AuditQuery }) {
  const search = printAuditQuery(query);
  const checkAll = (
    <Link href={`/audit?${search && `${search}&`}verify=1` as Route} prefetch={false} scroll={false}>
      Check all
    </Link>
  );
  // The tail is newer, but knows nothing of what lies before it.
  const verdict = whole?.verdict.ok === false ? whole.verdict : tail;
  if (!verdict.ok) {
    return (
      <div className="grid gap-1 text-m">
        <Notice
          look="danger"
          title={`The audit was changed at entry ${verdict.seq}.`}
          text={`What is wrong with it: ${verdict.why}. Keep a copy of the data folder, and compare with your last export.`}
        />
        <p>{checkAll}</p>
      </div>
    );
  }
  const checked =
    whole === null ? 'the newest entries checked now' : `all checked ${ageInWords(whole.at, currentTime())}`;
  const notes = whole?.verdict.ok ? whole.verdict.clockWentBack.slice(0, 5) : [];
  return (
    <div className="grid gap-0.5 text-m text-ink-2">
      <p>
        <b className="font-semibold text-ok">Chain ok</b> up to entry {verdict.rows} · {checked} · {checkAll}
      </p>
      <p className="text-s wrap-anywhere text-ink-3">
        head{' '}
        <code>
          {verdict.rows}:{verdict.head}
        </code>
      </p>
      {notes.length > 0 && (
        <p className="text-s text-ink-3">
          The clock went back before entry {notes.join(', ')}; the order is that of the numbers.
        </p>
      )}
    </div>
  );
}

/** The entry of a link that somebody sent, when it is not on this page. */
function Elsewhere({ opened, query }: { opened: Result<AuditPage['acts'][number]>; query: AuditQuery }) {
  return (
    <section aria-labelledby="opened" className="mt-5 grid gap-2">
      <div className="flex flex-wrap items-baseline gap-3">
        <h2 id="opened" className="wrap-anywhere">
          {opened.ok
            ? `${actionWords(opened.value.action)} ${visibleText(opened.value.target)}, by ${visibleText(opened.value.actor.name)}`
            : 'The entry of this link'}
        </h2>
        <Link href={pageOf({ ...query, entry: null })} prefetch={false} className="button" data-look="plain">
          Close
        </Link>
      </div>
      {opened.ok ? <ActDetail act={opened.value} /> : <ProblemPanel problem={opened.problem} />}
    </section>
  );
}

function NoActs({ query }: { query: AuditQuery }) {
  return (
    <div className="mt-6 grid justify-items-start gap-2 border-t border-line py-8">
      <h2>{hasAuditFilters(query) ? 'Nothing on record matches' : 'Nothing is on record here'}</h2>
      <p className="text-m text-ink-2">
        {hasAuditFilters(query)
          ? 'Who and target match from their beginning, capital letters included. Search looks everywhere in an act.'
          : 'Sign-ins, changes, downloads and refusals are put on record as they happen.'}
      </p>
    </div>
  );
}

type PagesProps = { query: AuditQuery } & Pick<AuditPage, 'olderBefore' | 'searchedTo'>;

function Pages({ query, olderBefore, searchedTo }: PagesProps) {
  if (query.before === null && olderBefore === null) return null;
  return (
    <nav aria-label="Pages" className="mt-4 flex flex-wrap items-center gap-2">
      {query.before !== null && (
        <Link href={pageOf({ ...query, before: null, entry: null })} prefetch={false} className="button">
          Newest
        </Link>
      )}
      {olderBefore !== null && (
        <Link
          href={pageOf({ ...query, before: olderBefore, entry: null })}
          prefetch={false}
          className="button"
        >
          Older
        </Link>
      )}
      {searchedTo !== null && (
        <p className="text-s text-ink-3">Searched back to entry {searchedTo}; older ones may match.</p>
      )}
    </nav>
  );
}

// The filters of the Due page: a plain GET form. The window is chosen on the ruler above it.
import type { Route } from 'next';
import Link from 'next/link';
import { SubmitOnChange } from '@/components/tokens/submit-on-change';
import { DUE_KIND_WORDS, DUE_KINDS } from '@/lib/domain/due';
import { type DueQuery, hasDueFilters, NO_OWNER } from '@/lib/domain/due-query';
import { FINDING_CODES, FINDING_WORDS, type FindingCode } from '@/lib/domain/findings';
import { visibleText } from '@/lib/domain/visible-text';
import { KindMark } from './kind-mark';

type DueFiltersProps = {
  query: DueQuery;
  owners: readonly string[];
  /** How many tokens each finding has. */
  counts: ReadonlyMap<FindingCode, number>;
  clearHref: Route;
};

export function DueFilters({ query, owners, counts, clearHref }: DueFiltersProps) {
  const codes = FINDING_CODES.filter((code) => (counts.get(code) ?? 0) > 0 || code === query.finding);
  return (
    <search aria-label="Dates">
      <form className="flex flex-wrap items-center gap-x-4 gap-y-2">
        {query.view !== 'list' && <input type="hidden" name="view" value={query.view} />}
        {query.month && <input type="hidden" name="month" value={query.month} />}
        {query.answered && <input type="hidden" name="answered" value={query.answered} />}
        {query.span && <input type="hidden" name="window" value={query.span} />}
        <fieldset className="flex flex-wrap gap-x-4 max-sm:w-full max-sm:grid max-sm:grid-cols-3 sm:gap-y-1">
          <legend className="sr-only">Kinds of date</legend>
          {DUE_KINDS.map((kind) => (
            <label
              key={`${kind} ${query.kinds.includes(kind)}`}
              className="flex min-h-8 items-center gap-1.5 text-m max-sm:min-h-10"
            >
              <input
                type="checkbox"
                name="kind"
                value={kind}
                defaultChecked={query.kinds.includes(kind)}
                className="tick"
              />
              <KindMark kind={kind} />
              {DUE_KIND_WORDS[kind]}
            </label>
          ))}
        </fieldset>
        <span className="flex flex-wrap gap-2 max-sm:w-full">
          <select
            key={`finding ${query.finding}`}
            name="finding"
            aria-label="Finding"
            defaultValue={query.finding ?? ''}
            className="box w-auto max-w-52 font-medium max-sm:w-20 max-sm:flex-1"
          >
            <option value="">Finding</option>
            {codes.map((code) => (
              <option key={code} value={code}>
                {FINDING_WORDS[code]} ({counts.get(code) ?? 0})
              </option>
            ))}
          </select>
          <select
            key={`owner ${query.owner}`}
            name="owner"
            aria-label="Owner"
            defaultValue={query.owner ?? ''}
            className="box w-auto max-w-40 font-medium max-sm:w-20 max-sm:flex-1"
          >
            <option value="">Owner</option>
            {[...new Set([...owners, ...(query.owner ? [query.owner] : [])])]
              .filter((owner) => owner !== NO_OWNER)
              .map((owner) => (
                <option key={owner} value={owner}>
                  {visibleText(owner)}
                </option>
              ))}
            <option value={NO_OWNER}>without an owner</option>
          </select>
          <SubmitOnChange />
          {hasDueFilters(query) && (
            <Link href={clearHref} prefetch={false} className="button" data-look="plain">
              Clear the filters
            </Link>
          )}
        </span>
      </form>
    </search>
  );
}

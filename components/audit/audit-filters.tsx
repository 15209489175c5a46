// Search and filters of the audit: a plain GET form.
import { Search } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';
import { actionWords } from '@/lib/domain/audit-act';
import { type AuditQuery, hasAuditFilters, NO_OUTCOME } from '@/lib/domain/audit-query';
import { visibleText } from '@/lib/domain/visible-text';

type Props = { query: AuditQuery; actions: readonly string[]; outcomes: readonly string[] };

export function AuditFilters({ query, actions, outcomes }: Props) {
  return (
    <search aria-label="Audit">
      {/* Another address, another form: what was typed before must not stay in the fields. */}
      <form
        key={JSON.stringify(query)}
        className="grid grid-cols-2 items-end gap-2 sm:grid-cols-4 cards:grid-cols-[2fr_2fr_2fr_1.5fr_1.5fr_auto_auto_auto]"
      >
        <Labelled label="Search" isWide>
          <span className="relative block">
            <span className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3">
              <Icon of={Search} />
            </span>
            <input type="search" name="q" defaultValue={query.q} className="box pl-8" />
          </span>
        </Labelled>
        <Labelled label="Who">
          <input name="actor" defaultValue={query.actor} className="box" />
        </Labelled>
        <Labelled label="Target">
          <input name="target" defaultValue={query.target} className="box" />
        </Labelled>
        <Labelled label="Action">
          <Choice
            name="action"
            value={query.action}
            options={actions.map((value) => [value, actionWords(value)])}
          />
        </Labelled>
        <Labelled label="Result">
          <Choice
            name="outcome"
            value={query.outcome}
            options={[...outcomes.map((value) => [value, value] as const), [NO_OUTCOME, 'no outcome yet']]}
          />
        </Labelled>
        <Labelled label="From (UTC)">
          <input type="date" name="from" defaultValue={query.from ?? ''} className="box" />
        </Labelled>
        <Labelled label="To (UTC)">
          <input type="date" name="to" defaultValue={query.to ?? ''} className="box" />
        </Labelled>
        <div className="flex gap-2 max-cards:col-span-full">
          <button type="submit" className="button">
            Apply
          </button>
          {hasAuditFilters(query) && (
            <Link href={'/audit' as Route} prefetch={false} className="button" data-look="plain">
              Clear
            </Link>
          )}
        </div>
      </form>
    </search>
  );
}

function Labelled({ label, isWide, children }: { label: string; isWide?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className={`grid min-w-0 gap-1 ${isWide ? 'max-cards:col-span-2' : ''}`}>
      <span className="text-s text-ink-3">{label}</span>
      {children}
    </label>
  );
}

type ChoiceProps = {
  name: string;
  value: string | null;
  options: readonly (readonly [value: string, label: string])[];
};

function Choice({ name, value, options }: ChoiceProps) {
  const isKnown = value === null || options.some(([one]) => one === value);
  return (
    <select name={name} defaultValue={value ?? ''} className="box">
      <option value="">All</option>
      {!isKnown && <option value={value}>{visibleText(value)}</option>}
      {options.map(([one, label]) => (
        <option key={one} value={one}>
          {visibleText(label)}
        </option>
      ))}
    </select>
  );
}

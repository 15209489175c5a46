// A month of dates: each day says in letters and counts what is due on it, and is a link to its list.
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { Icon } from '@/components/ui/icon';
import type { Day } from '@/lib/domain/day';
import { DUE_KIND_WORDS, DUE_KINDS, type DueItem } from '@/lib/domain/due';
import { countByDay, countWords, type DayCounts } from '@/lib/domain/due-query';
import {
  addMonths,
  dayOfMonthWords,
  type Month,
  monthOf,
  monthWeeks,
  monthWords,
  WEEKDAYS,
} from '@/lib/domain/month';
import { KindMark } from './kind-mark';
import { MonthKeys } from './month-keys';

type MonthCalendarProps = {
  month: Month;
  today: Day;
  chosen: Day | null;
  items: readonly DueItem[];
  /** The address without month and day: the path, and the query without `?`. */
  path: string;
  search: string;
  href: (place: { month: Month | null; day: Day | null }) => Route;
};

export function MonthCalendar({ month, today, chosen, items, path, search, href }: MonthCalendarProps) {
  const counts = countByDay(items);
  return (
    <section aria-labelledby="month" className="mb-6">
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <MonthLink month={addMonths(month, -1)} words="Previous month" href={href}>
          <Icon of={ChevronLeft} />
        </MonthLink>
        <h2 id="month" aria-live="polite" className="min-w-36 text-center text-xl">
          {monthWords(month)}
        </h2>
        <MonthLink month={addMonths(month, 1)} words="Next month" href={href}>
          <Icon of={ChevronRight} />
        </MonthLink>
        {monthOf(today) !== month && (
          <Link
            href={href({ month: null, day: null })}
            prefetch={false}
            scroll={false}
            className="button"
            data-look="plain"
          >
            This month
          </Link>
        )}
      </div>
      <MonthKeys path={path} search={search}>
        <table aria-labelledby="month" className="w-full table-fixed border-collapse text-m">
          <thead>
            <tr>
              {WEEKDAYS.map((name) => (
                <th key={name} scope="col" className="pb-1 pl-2 text-start text-s font-medium text-ink-3">
                  <span aria-hidden="true">{name.slice(0, 2)}</span>
                  <span className="sr-only">{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {monthWeeks(month).map((week) => (
              <tr key={week.find((day) => day !== null)}>
                {week.map((day, index) => (
                  <td
                    key={day ?? WEEKDAYS[index]}
                    className={`h-16 border border-line p-0 align-top ${day ? '' : 'bg-canvas'}`}
                  >
                    {day && (
                      <DayLink
                        day={day}
                        counts={counts.get(day)}
                        isToday={day === today}
                        isChosen={day === chosen}
                        href={href({ month, day: day === chosen ? null : day })}
                      />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </MonthKeys>
      <p className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-s text-ink-3 xl:hidden">
        {DUE_KINDS.map((kind) => (
          <span key={kind} className="inline-flex items-center gap-1.5">
            <KindMark kind={kind} />
            {DUE_KIND_WORDS[kind]}
          </span>
        ))}
        <span>A number after a letter counts.</span>
      </p>
    </section>
  );
}

type DayLinkProps = {
  day: Day;
  counts: DayCounts | undefined;
  isToday: boolean;
  isChosen: boolean;
  href: Route;
};

function DayLink({ day, counts, isToday, isChosen, href }: DayLinkProps) {
  return (
    <Link
      href={href}
      prefetch={false}
      scroll={false}
      data-day={day}
      {...(counts ? { 'data-due': '' } : {})}
      {...(isToday ? { 'data-today': '' } : {})}
      {...(isChosen ? { 'data-chosen': '' } : {})}
      aria-label={`${dayOfMonthWords(day)}, ${countWords(counts)}`}
      aria-current={isToday ? 'date' : isChosen ? 'true' : undefined}
      className={`flex h-full min-h-16 flex-col items-start gap-1 p-1 no-underline hover:bg-hover ${
        isChosen ? 'bg-accent-soft' : ''
      } ${counts ? 'font-medium text-ink' : 'text-ink-3'}`}
    >
      <span className={isToday ? 'rounded-slot bg-ink-2 px-1 font-semibold text-surface' : 'px-1'}>
        {Number(day.slice(8))}
      </span>
      {counts && (
        <span className="flex flex-wrap gap-0.5 xl:grid xl:gap-1 xl:pl-1">
          {DUE_KINDS.map((kind) => {
            const count = counts.get(kind);
            return count ? (
              <span key={kind} className="inline-flex items-center gap-1.5 text-xs text-ink-2">
                <KindMark kind={kind} count={count} />
                <span className="max-xl:hidden">{DUE_KIND_WORDS[kind]}</span>
              </span>
            ) : null;
          })}
        </span>
      )}
    </Link>
  );
}

type MonthLinkProps = {
  month: Month | null;
  words: string;
  href: MonthCalendarProps['href'];
  children: React.ReactNode;
};

function MonthLink({ month, words, href, children }: MonthLinkProps) {
  if (!month) return null;
  return (
    <Link
      href={href({ month, day: null })}
      prefetch={false}
      scroll={false}
      className="button"
      data-look="plain"
      data-square
    >
      {children}
      <span className="sr-only">{words}</span>
    </Link>
  );
}

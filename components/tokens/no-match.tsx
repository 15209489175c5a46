// What stands in the place of the table when no token matches, and the way back.
import type { Route } from 'next';
import Link from 'next/link';
import { hasFilters, type TokenQuery } from '@/lib/domain/token-query';

type NoMatchProps = { query: TokenQuery; expired: number; href: (query: TokenQuery) => Route; base: Route };

export function NoMatch({ query, expired, href, base }: NoMatchProps) {
  return (
    <div className="grid justify-items-start gap-3 rounded-control border border-dashed border-line-strong px-6 py-8">
      <p>No token matches {hasFilters(query) ? 'these filters' : 'now: all have expired'}.</p>
      <p className="flex gap-2">
        <Link href={base} prefetch={false} className="button">
          Clear the filters
        </Link>
        {expired > 0 && !query.includeExpired && (
          <Link
            href={href({ ...query, includeExpired: true })}
            prefetch={false}
            className="button"
            data-look="plain"
          >
            Include {expired} expired
          </Link>
        )}
      </p>
    </div>
  );
}

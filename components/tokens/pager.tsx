// The pages of the token table as links.
import type { Route } from 'next';
import Link from 'next/link';
import type { TokenPage, TokenQuery } from '@/lib/domain/token-query';

export function Pager({
  page: { page, pages },
  query,
  href,
}: {
  page: Pick<TokenPage, 'page' | 'pages'>;
  query: TokenQuery;
  href: (query: TokenQuery) => Route;
}) {
  if (pages <= 1) return null;
  return (
    <nav aria-label="Pages" className="mt-4 flex items-center gap-2 text-m">
      {page > 1 && (
        <Link href={href({ ...query, page: page - 1 })} prefetch={false} className="button">
          Previous
        </Link>
      )}
      <span className="text-ink-2">
        Page {page} of {pages}
      </span>
      {page < pages && (
        <Link href={href({ ...query, page: page + 1 })} prefetch={false} className="button">
          Next
        </Link>
      )}
    </nav>
  );
}

// The pages of a long list as links.
import type { Route } from 'next';
import Link from 'next/link';

type PagerProps = { page: { page: number; pages: number }; href: (page: number) => Route };

export function Pager({ page: { page, pages }, href }: PagerProps) {
  if (pages <= 1) return null;
  return (
    <nav aria-label="Pages" className="mt-4 flex items-center gap-2 text-m">
      {page > 1 && (
        <Link href={href(page - 1)} prefetch={false} className="button">
          Previous
        </Link>
      )}
      <span className="text-ink-2">
        Page {page} of {pages}
      </span>
      {page < pages && (
        <Link href={href(page + 1)} prefetch={false} className="button">
          Next
        </Link>
      )}
    </nav>
  );
}

// The pages of Settings as tabs: links, each shown to who has its right.
import type { Route } from 'next';
import Link from 'next/link';
import { type AccessLevel, type AccessScope, can, type Right } from '@/lib/domain/access';

const PAGES = [
  { key: 'connections', label: 'Connections', right: 'account.list' },
  { key: 'findings', label: 'Findings', right: 'rules.preview' },
  { key: 'notices', label: 'Notices', right: 'notice.read' },
] as const satisfies readonly { key: string; label: string; right: Right }[];

type SettingsNavProps = { current: (typeof PAGES)[number]['key']; level: AccessLevel; scope: AccessScope };

/** Nothing for who has one page only. */
export function SettingsNav({ current, level, scope }: SettingsNavProps) {
  const pages = PAGES.filter(({ right }) => can(level, right, scope));
  if (pages.length < 2) return null;
  return (
    <nav aria-label="Settings" className="mb-5 flex gap-5 overflow-x-auto border-b border-line text-m">
      {pages.map(({ key, label }) => (
        <Link
          key={key}
          href={`/settings/${key}` as Route}
          prefetch={false}
          aria-current={key === current ? 'page' : undefined}
          className="-mb-px flex min-h-9 items-center border-b-2 border-transparent text-ink-2 no-underline hover:text-ink max-sm:min-h-11 aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

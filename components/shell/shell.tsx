// The frame of signed-in pages: rail from 1280 px, icons from 640, a bar at the bottom below.

import type { LucideIcon } from 'lucide-react';
import {
  CalendarClock,
  CircleUserRound,
  Cpu,
  KeyRound,
  KeySquare,
  LogOut,
  Package,
  ScrollText,
  Settings2,
  SunMoon,
  Users,
} from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { ButtonForm } from '@/components/ui/button-form';
import { Icon } from '@/components/ui/icon';
import { type AccessLevel, can, type Right } from '@/lib/domain/access';
import type { AccountLook } from '@/lib/domain/account';
import { visibleText } from '@/lib/domain/visible-text';
import { AccountSwitch } from './account-switch';
import type { Theme } from './theme';

/** `you` is the page of one's own account, `api` the description of the HTTP API: other pages lead to it. */
export type Section = 'tokens' | 'due' | 'edgeworkers' | 'bundles' | 'you' | 'api' | AdminSection;
type AdminSection = 'people' | 'keys' | 'audit' | 'settings';

type ShellProps = {
  account: AccountLook;
  accounts: readonly AccountLook[];
  /** Whether the page is about all accounts at once. */
  isOfAll: boolean;
  section: Section;
  /** `levelHere`: on this account. */
  person: { name: string; level: AccessLevel; levelHere: AccessLevel };
  theme: Theme;
  switchTheme: (form: FormData) => Promise<void>;
  signOut: (form: FormData) => Promise<void>;
  children: ReactNode;
};

const SECTIONS = [
  { key: 'tokens', label: 'Tokens', icon: KeyRound },
  { key: 'due', label: 'Due', icon: CalendarClock },
  { key: 'edgeworkers', label: 'EdgeWorkers', icon: Cpu },
  { key: 'bundles', label: 'Bundles', icon: Package },
] as const;
/** Those that there are of all accounts at once. */
const OF_ALL: readonly Section[] = ['tokens', 'due'];

/** What is the same for all accounts; each is shown to who has its right. */
const ADMIN_SECTIONS: readonly {
  key: AdminSection;
  label: string;
  icon: LucideIcon;
  right: Right;
  href: Route;
}[] = [
  { key: 'people', label: 'People', icon: Users, right: 'people.read', href: '/people' as Route },
  { key: 'keys', label: 'Keys', icon: KeySquare, right: 'key.read', href: '/keys' as Route },
  { key: 'audit', label: 'Audit', icon: ScrollText, right: 'audit.read', href: '/audit' as Route },
  {
    key: 'settings',
    label: 'Settings',
    icon: Settings2,
    right: 'account.change',
    href: '/settings/connections' as Route,
  },
];

const railText = 'sm:max-xl:sr-only';
const railLink =
  'flex items-center gap-2.5 rounded-control text-ink-2 no-underline hover:text-ink sm:min-h-8 sm:px-2.5 sm:hover:bg-ink/5 sm:max-xl:justify-center sm:max-xl:px-0 max-sm:min-h-12 max-sm:flex-col max-sm:justify-center max-sm:gap-0.5 max-sm:text-xs aria-[current=page]:font-medium aria-[current=page]:text-ink sm:aria-[current=page]:bg-ink/7 max-sm:aria-[current=page]:text-accent-text [&[aria-current=page]_svg]:text-accent-text';

export function Shell({
  account,
  accounts,
  isOfAll,
  section,
  person,
  theme,
  switchTheme,
  signOut,
  children,
}: ShellProps) {
  const page = SECTIONS.find(({ key }) => key === section)?.key ?? 'tokens';
  const switchProps = { account: isOfAll ? null : account, accounts, page };
  const base = `/${encodeURIComponent(account.slug)}`;
  const admin = ADMIN_SECTIONS.filter(({ right }) => can(person.level, right));
  return (
    <div className="grid min-h-dvh grid-cols-1 max-sm:pb-14 sm:grid-cols-[3.5rem_minmax(0,1fr)] xl:grid-cols-[13rem_minmax(0,1fr)]">
      <a href="#main" className="button absolute top-2 left-4 z-30 -translate-y-20 focus:translate-y-0">
        Skip to content
      </a>
      <header className="z-10 flex bg-canvas text-m max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:h-14 max-sm:border-t max-sm:border-line-strong max-sm:bg-surface sm:sticky sm:top-0 sm:h-dvh sm:flex-col sm:gap-4 sm:overflow-y-auto sm:border-r sm:border-line sm:px-2 sm:py-4 xl:px-3">
        <Link
          href="/"
          prefetch={false}
          className="flex items-center gap-2 px-2 font-semibold text-ink no-underline max-sm:hidden sm:max-xl:justify-center sm:max-xl:px-0"
        >
          <Mark />
          <span className={railText}>Token Desk</span>
        </Link>
        <AccountSwitch {...switchProps} className="max-xl:hidden" />
        <nav
          aria-label="Main"
          className="grid max-sm:w-full max-sm:grid-flow-col max-sm:auto-cols-fr sm:gap-px"
        >
          {SECTIONS.map(({ key, label, icon }) => (
            <Link
              key={key}
              href={(isOfAll && OF_ALL.includes(key) ? `/${key}` : `${base}/${key}`) as Route}
              prefetch={false}
              className={railLink}
              aria-current={key === section ? 'page' : undefined}
            >
              <Icon of={icon} />
              <span className={railText}>{label}</span>
            </Link>
          ))}
        </nav>
        {admin.length > 0 && (
          <nav aria-label="Administration" className="grid gap-px border-t border-line pt-3 max-sm:hidden">
            {admin.map(({ key, label, icon, href }) => (
              <Link
                key={key}
                href={href}
                prefetch={false}
                className={railLink}
                aria-current={key === section ? 'page' : undefined}
              >
                <Icon of={icon} />
                <span className={railText}>{label}</span>
              </Link>
            ))}
          </nav>
        )}
        <div className="mt-auto grid gap-1 max-sm:hidden">
          <ButtonForm action={switchTheme}>
            <button type="submit" className={`${railLink} w-full`}>
              <Icon of={SunMoon} />
              <span className={railText}>Theme: {theme}</span>
            </button>
          </ButtonForm>
          <Link
            href={'/you' as Route}
            prefetch={false}
            className={railLink}
            title={person.name}
            aria-current={section === 'you' ? 'page' : undefined}
          >
            <Icon of={CircleUserRound} />
            <span className={`min-w-0 ${railText}`}>
              <span className="block truncate">{visibleText(person.name)}</span>
              <span className="block text-s text-ink-3">
                {person.levelHere === person.level ? person.level : `${person.levelHere} here`}
              </span>
            </span>
          </Link>
          <ButtonForm action={signOut}>
            <button type="submit" className={`${railLink} w-full`}>
              <Icon of={LogOut} />
              <span className={railText}>Sign out</span>
            </button>
          </ButtonForm>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="min-w-0 bg-surface px-4 py-4 outline-none sm:px-7 sm:py-6">
        <div className="max-w-[74rem]">
          {accounts.length > 1 && <AccountSwitch {...switchProps} className="mb-4 sm:max-w-80 xl:hidden" />}
          {children}
        </div>
        <div className="mt-10 flex flex-wrap gap-2 border-t border-line pt-3 sm:hidden">
          {admin.map(({ key, label, href }) => (
            <Link
              key={key}
              href={href}
              prefetch={false}
              className="button"
              data-look="plain"
              aria-current={key === section ? 'page' : undefined}
            >
              {label}
            </Link>
          ))}
          <Link
            href={'/you' as Route}
            prefetch={false}
            className="button"
            data-look="plain"
            aria-current={section === 'you' ? 'page' : undefined}
          >
            Your account
          </Link>
          <ButtonForm action={switchTheme}>
            <button type="submit" className="button" data-look="plain">
              Theme: {theme}
            </button>
          </ButtonForm>
          <ButtonForm action={signOut}>
            <button type="submit" className="button" data-look="plain">
              Sign out {visibleText(person.name)}
            </button>
          </ButtonForm>
        </div>
      </main>
    </div>
  );
}

/** The product's mark: three depths of power. */
export function Mark() {
  return (
    <svg viewBox="0 0 22 22" width="22" height="22" aria-hidden="true" className="flex-none">
      <rect width="22" height="22" rx="5" className="fill-ink" />
      <rect x="4.5" y="5" width="3.5" height="5" className="fill-r" />
      <rect x="9.25" y="5" width="3.5" height="8.5" className="fill-w" />
      <rect x="14" y="5" width="3.5" height="12" className="fill-surface" />
    </svg>
  );
}

// Which account a page is about, and the way to the same page of another one: plain links, no script needed.
import { Check, ChevronsUpDown, Layers } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { Icon } from '@/components/ui/icon';
import type { AccountLook } from '@/lib/domain/account';
import { AccountName } from './account-mark';

type Props = {
  /** Null on pages of all accounts. */
  account: AccountLook | null;
  accounts: readonly AccountLook[];
  /** The kind of page to stay on. */
  page: 'tokens' | 'due' | 'edgeworkers' | 'bundles';
  className: string;
};

const frame =
  'flex min-h-9 items-center justify-between gap-2 rounded-control border border-line-strong bg-surface px-2.5 py-1.5 text-m';
const item =
  'flex min-h-9 items-center justify-between gap-2 rounded-control px-2 text-m text-ink no-underline hover:bg-hover aria-[current=true]:bg-sunken max-sm:min-h-11';

export function AccountSwitch({ account, accounts, page, className }: Props) {
  const name = account ? <AccountName account={account} strong /> : <AllAccounts />;
  if (accounts.length <= 1) return <p className={`${frame} ${className}`}>{name}</p>;
  return (
    // Another page is another element: the list of the last one must not stay open.
    <details key={`${account?.slug} ${page}`} className={`relative ${className}`}>
      <summary className={`${frame} hover:border-line-control`}>
        <span className="sr-only">Account: </span>
        {name}
        <Icon of={ChevronsUpDown} small />
      </summary>
      <ul className="absolute inset-x-0 top-full z-20 mt-1 max-h-[60dvh] overflow-y-auto rounded-control bg-raised p-1 shadow-float">
        {accounts.map((one) => (
          <li key={one.slug}>
            <Link
              href={`/${encodeURIComponent(one.slug)}/${page}` as Route}
              prefetch={false}
              className={item}
              aria-current={one.slug === account?.slug ? 'true' : undefined}
            >
              <AccountName account={one} />
              {one.slug === account?.slug && <Icon of={Check} small />}
            </Link>
          </li>
        ))}
        <li className="mt-1 border-t border-line pt-1">
          <Link
            href={(page === 'due' ? '/due' : '/tokens') as Route}
            prefetch={false}
            className={item}
            aria-current={account === null ? 'true' : undefined}
          >
            <AllAccounts />
            {account === null && <Icon of={Check} small />}
          </Link>
        </li>
      </ul>
    </details>
  );
}

function AllAccounts() {
  return (
    <span className="inline-flex items-center gap-2 font-medium">
      <Icon of={Layers} />
      All accounts
    </span>
  );
}

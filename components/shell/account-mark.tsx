// An account's mark: its colour with the first letter of its name. The name itself always stands beside it.
import type { AccountColour, AccountLook } from '@/lib/domain/account';
import { visibleText } from '@/lib/domain/visible-text';

const FILL: Readonly<Record<AccountColour, string>> = {
  sky: 'bg-account-sky',
  moss: 'bg-account-moss',
  plum: 'bg-account-plum',
  ochre: 'bg-account-ochre',
  teal: 'bg-account-teal',
  rose: 'bg-account-rose',
  indigo: 'bg-account-indigo',
  clay: 'bg-account-clay',
};

type Props = { account: Pick<AccountLook, 'name' | 'colour'> };

function AccountMark({ account: { name, colour } }: Props) {
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0]?.toUpperCase() ?? '';
  return (
    <span
      aria-hidden="true"
      className={`grid size-4.5 flex-none place-items-center rounded-slot text-xs leading-none font-semibold text-on-account forced-colors:border ${FILL[colour]}`}
    >
      {letter}
    </span>
  );
}

/** `oneLine`: a long name is cut, as in the cells of a table. */
export function AccountName({ account, strong, oneLine }: Props & { strong?: boolean; oneLine?: boolean }) {
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-2">
      <AccountMark account={account} />
      <span
        className={`min-w-0 ${oneLine ? 'cards:truncate' : '[overflow-wrap:anywhere]'} ${strong ? 'font-medium' : ''}`}
      >
        {visibleText(account.name)}
      </span>
    </span>
  );
}

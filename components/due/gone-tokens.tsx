// Live versions of EdgeWorkers that hold tokens which are gone: what fails already, before all that is due.
import { TriangleAlert } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { AccountName } from '@/components/shell/account-mark';
import { Icon } from '@/components/ui/icon';
import type { AccountLook } from '@/lib/domain/account';
import { joinWords } from '@/lib/domain/permissions';
import type { GoneUse } from '@/lib/domain/usage';
import { visibleText } from '@/lib/domain/visible-text';

type AccountGone = {
  /** The EdgeWorkers of the account. */
  href: Route;
  /** Null where there is only one. */
  account: AccountLook | null;
  gone: readonly GoneUse[];
};

/** So many are named; the page of the EdgeWorkers has all of them. */
const NAMED_MAX = 5;

export function GoneTokens({ accounts }: { accounts: readonly AccountGone[] }) {
  const own = accounts.filter(({ gone }) => gone.length > 0);
  const count = own.reduce((sum, { gone }) => sum + gone.length, 0);
  if (count === 0) return null;
  return (
    <section
      aria-labelledby="gone"
      className="mb-6 flex gap-2.5 rounded-control border border-danger-line bg-danger-soft px-3.5 py-3 text-m"
    >
      <span className="mt-0.5 text-danger">
        <Icon of={TriangleAlert} />
      </span>
      <div className="grid min-w-0 gap-2">
        <h2 id="gone" className="text-m font-semibold">
          {count === 1
            ? '1 live version holds a token that is gone: its requests get 401 now'
            : `${count} live versions hold tokens that are gone: their requests get 401 now`}
        </h2>
        {own.map(({ href, account, gone }) => (
          <div key={href} className="grid gap-1">
            {account && <AccountName account={account} strong />}
            <ul className="grid gap-1">
              {gone.slice(0, NAMED_MAX).map((use) => (
                <GoneItem key={`${use.edgeWorker.id} ${use.networks.join()}`} use={use} />
              ))}
            </ul>
            <p>
              {gone.length > NAMED_MAX && `And ${gone.length - NAMED_MAX} more. `}
              <Link href={href} prefetch={false}>
                EdgeWorkers and their tokens
              </Link>
            </p>
          </div>
        ))}
      </div>
    </section>
  );
}

function GoneItem({ use: { edgeWorker, version, networks, entries } }: { use: GoneUse }) {
  const held = entries.map(({ token, key }) => `${token ?? 'a token'} for ${key}`);
  return (
    <li className="text-ink-2 [overflow-wrap:anywhere]">
      <b className="font-medium text-ink">{visibleText(edgeWorker.name)}</b> ({edgeWorker.id}) {version} on{' '}
      {joinWords(networks)}: {visibleText(held.join(', '))}
    </li>
  );
}

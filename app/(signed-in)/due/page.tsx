// What is due in all accounts as one list, month or charts. What cannot be read is told, with the reason, above it. A date
// is answered on the page of its account.
import type { Metadata, Route } from 'next';
import { answerHref, DueView, dueHref } from '@/components/due/due-view';
import { GoneTokens } from '@/components/due/gone-tokens';
import { Poll } from '@/components/ui/poll';
import type { AccountLook } from '@/lib/domain/account';
import { type DueQuery, type DueRow, findDue, parseDueQuery } from '@/lib/domain/due-query';
import { noAccount } from '@/lib/services/accounts';
import { type AllDue as AllDueOf, type DueOverview, readAllDue } from '@/lib/services/due';
import type { Actor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';
import { showFirst } from '@/lib/services/tokens';
import { PageFrame, ProblemPage } from '../page-frame';
import { mayOn, signedIn } from '../signed-in';
import { Unread } from '../unread';

export const metadata: Metadata = { title: 'Due in all accounts' };

const PATH = '/due';

export default async function AllDuePage({ searchParams }: PageProps<'/due'>) {
  const query = parseDueQuery(await searchParams);
  const actor = await signedIn(dueHref(PATH, query));
  const all = await readAllDue(actor);
  const problem = all.ok ? all.value.accounts.length === 0 && noAccount().problem : all.problem;
  return (
    <PageFrame actor={actor} section="due" isOfAll>
      {all.ok && all.value.accounts.length > 0 && <AllDue actor={actor} query={query} {...all.value} />}
      {problem && <ProblemPage title="Due" problem={problem} />}
    </PageFrame>
  );
}

type AllDueProps = AllDueOf & { actor: Actor; query: DueQuery };

async function AllDue({ actor, query, accounts: all, source }: AllDueProps) {
  const day = today();
  const read = all.flatMap(({ account, listed }) => (listed?.ok ? [{ account, due: listed.value }] : []));
  const found = findDue(source, query, day);
  const pending = new Map(read.map(({ account, due }) => [account.slug, due.pending]));
  const isPending = ({ account, token }: DueRow) =>
    account !== undefined && (pending.get(account.slug)?.has(token.name) ?? false);
  await showFirstOf(actor, found.shown.filter(isPending));
  const answerable = new Set(
    all.map(({ account }) => account.slug).filter((slug) => mayOn(actor, slug, 'note.change')),
  );
  const withoutNamespaces = read.filter(({ due }) => !due.knowsNamespaces).length;
  const waiting = all.filter(({ listed }) => !listed || (listed.ok && listed.value.isRefreshing)).length;
  const coming = sum(read, (due) => (due.problem ? 0 : due.pending.size));
  return (
    <>
      <DueView
        title="Due in all accounts"
        asOf={`${read.length} of ${all.length} ${all.length === 1 ? 'account' : 'accounts'}`}
        path={PATH}
        source={source}
        query={query}
        found={found}
        today={day}
        told={<Unread all={all} missing="What is due in it is not on this page" />}
        gone={
          <GoneTokens
            accounts={read.map(({ account, due: { gone } }) => ({
              href: `${baseOf(account)}/edgeworkers` as Route,
              ...{ account, gone },
            }))}
          />
        }
        tokens={read.flatMap(({ due }) => due.tokens)}
        remark={
          withoutNamespaces === 0
            ? null
            : `The namespaces of ${withoutNamespaces} ${withoutNamespaces === 1 ? 'account' : 'accounts'} could not be read: findings about them are missing now.`
        }
        isPending={isPending}
        tokenHref={({ account, token }) =>
          `${baseOf(account)}/tokens/${encodeURIComponent(token.name)}` as Route
        }
        answerHref={
          answerable.size === 0
            ? null
            : ({ account, ...row }) =>
                account && answerable.has(account.slug)
                  ? answerHref(`${baseOf(account)}/due`, { ...query, page: 1 }, row)
                  : null
        }
        accountHref={(account) => dueHref(`${baseOf(account)}/due`, { ...query, page: 1 })}
      />
      {coming + waiting > 0 && <Poll mark={`${coming} ${waiting}`} />}
    </>
  );
}

function sum(read: readonly { due: DueOverview }[], of: (due: DueOverview) => number): number {
  return read.reduce((total, { due }) => total + of(due), 0);
}

/** The rows on this page are read before others, in each account. */
async function showFirstOf(actor: Actor, rows: readonly DueRow[]): Promise<void> {
  for (const slug of new Set(rows.flatMap(({ account }) => account?.slug ?? []))) {
    const names = rows.filter(({ account }) => account?.slug === slug).map(({ token }) => token.name);
    await showFirst(actor, slug, names);
  }
}

function baseOf(account: AccountLook | undefined): string {
  return `/${encodeURIComponent(account?.slug ?? '')}`;
}

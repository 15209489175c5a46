// The tokens of all accounts in one table. What cannot be read is told, with the reason, above it.
import type { Metadata, Route } from 'next';
import { Filters } from '@/components/tokens/filters';
import { NoMatch } from '@/components/tokens/no-match';
import { ShownCount } from '@/components/tokens/shown-count';
import { TokenTable } from '@/components/tokens/token-table';
import { Pager } from '@/components/ui/pager';
import { Poll } from '@/components/ui/poll';
import type { AccountLook } from '@/lib/domain/account';
import { type Token, tokenStatus } from '@/lib/domain/token';
import {
  type Notes,
  ownersOf,
  parseTokenQuery,
  printTokenQuery,
  queryTokens,
  type TokenQuery,
} from '@/lib/domain/token-query';
import type { Usages } from '@/lib/domain/usage';
import { noAccount } from '@/lib/services/accounts';
import { listDoubts } from '@/lib/services/doubts';
import { readNotes } from '@/lib/services/notes';
import type { Actor } from '@/lib/services/session';
import { today } from '@/lib/services/surroundings';
import { type AccountTokens, listAllTokens, showFirst } from '@/lib/services/tokens';
import { readUsage } from '@/lib/services/usage';
import { PageFrame, ProblemPage } from '../page-frame';
import { signedIn } from '../signed-in';
import { Unread } from '../unread';

export const metadata: Metadata = { title: 'Tokens of all accounts' };

const PATH = '/tokens';

export default async function AllTokensPage({ searchParams }: PageProps<'/tokens'>) {
  const query = parseTokenQuery(await searchParams);
  const actor = await signedIn(hrefOf(query));
  const all = await listAllTokens(actor);
  const problem = all.ok ? all.value.length === 0 && noAccount().problem : all.problem;
  return (
    <PageFrame actor={actor} section="tokens" isOfAll>
      {all.ok && all.value.length > 0 && <AllTokens actor={actor} query={query} all={all.value} />}
      {problem && <ProblemPage title="Tokens" problem={problem} />}
    </PageFrame>
  );
}

function hrefOf(query: TokenQuery): Route {
  const search = printTokenQuery(query);
  return (search ? `${PATH}?${search}` : PATH) as Route;
}

/** A token that knows its account. */
type Row = Token & { account: AccountLook; isPending: boolean; isDoubtful: boolean };

type AllTokensProps = { actor: Actor; query: TokenQuery; all: readonly AccountTokens[] };

async function AllTokens({ actor, query, all }: AllTokensProps) {
  const day = today();
  const rows = (await Promise.all(all.map((one) => rowsOf(actor, one)))).flat();
  const notes = await notesOf(actor, all);
  const usages = await usagesOf(actor, all);
  const page = queryTokens(rows, query, day, notes, usages);
  await showFirstOf(actor, page.rows);
  const waiting = all.filter(
    ({ listed }) => listed === null || (listed.ok && listed.value.isRefreshing),
  ).length;
  const pending = rows.filter(({ isPending }) => isPending).length;
  // While Akamai does not answer for an account, none of its details come.
  const stopped = new Set(
    all.flatMap(({ account, listed }) => (listed?.ok && listed.value.problem ? [account.slug] : [])),
  );
  const coming = rows.filter(({ isPending, account }) => isPending && !stopped.has(account.slug)).length;
  const doubtful = rows.filter(({ isDoubtful }) => isDoubtful).length;
  const expired = rows.filter((token) => tokenStatus(token, day) === 'expired').length;
  const namespaces = [...new Set(rows.flatMap(({ details }) => [...(details?.permissions.keys() ?? [])]))];
  return (
    <>
      <div className="mb-5 grid gap-1">
        <h1>Tokens of all accounts</h1>
        <p className="text-m text-ink-2">
          <b className="font-semibold text-ink">{rows.length - expired}</b> in use in{' '}
          {all.length - unread(all).length} of {all.length} {all.length === 1 ? 'account' : 'accounts'}
          {expired > 0 && ` · ${expired} expired still count against the limits`}
        </p>
      </div>
      <Unread all={all} missing="Its tokens are not in the table" />
      <Filters
        query={query}
        namespaces={namespaces.sort()}
        edgeWorkers={null}
        owners={ownersOf(notes)}
        href={hrefOf}
      />
      <ShownCount matching={page.matching} undecided={page.undecided} pending={pending} total={rows.length} />
      {page.rows.length === 0 ? (
        rows.length > 0 && <NoMatch query={query} expired={expired} href={hrefOf} base={PATH as Route} />
      ) : (
        <TokenTable
          caption="Tokens of all accounts"
          tokens={page.rows}
          today={day}
          query={query}
          sortHref={(sort, descending) => hrefOf({ ...query, sort, descending, page: 1 })}
          tokenHref={({ account, name }) =>
            `/${encodeURIComponent(account.slug)}/tokens/${encodeURIComponent(name)}` as Route
          }
          notes={notes}
          usages={usages}
          isBusy={coming + waiting > 0}
          isPending={({ isPending }) => isPending}
          isDoubtful={({ isDoubtful }) => isDoubtful}
          accountOf={({ account }) => ({
            name: account.name,
            colour: account.colour,
            href: accountHref(account, query),
          })}
          mayRefresh={false}
          mayRevoke={false}
        />
      )}
      <Pager page={page} href={(number) => hrefOf({ ...query, page: number })} />
      {coming + waiting + doubtful > 0 && <Poll mark={`${coming} ${waiting} ${doubtful}`} />}
    </>
  );
}

async function rowsOf(actor: Actor, { account, listed }: AccountTokens): Promise<Row[]> {
  if (!listed?.ok) return [];
  const { tokens, pending } = listed.value;
  const doubts = await listDoubts(actor, account.slug);
  const checking = doubts.ok ? doubts.value.filter(({ state }) => state === 'checking') : [];
  return tokens.map((token) => ({
    ...token,
    account,
    isPending: pending.has(token.name),
    isDoubtful: checking.some(({ name }) => name === token.name),
  }));
}

async function notesOf(actor: Actor, all: readonly AccountTokens[]): Promise<Notes> {
  const read = await Promise.all(all.map(({ account }) => readNotes(actor, account.slug)));
  return new Map(read.flatMap((notes) => (notes.ok ? [...notes.value] : [])));
}

async function usagesOf(actor: Actor, all: readonly AccountTokens[]): Promise<Usages> {
  const known = all.filter(({ listed }) => listed?.ok);
  const read = await Promise.all(known.map(({ account }) => readUsage(actor, account.slug, 'briefly')));
  return new Map(read.flatMap((usage) => (usage.ok ? [...usage.value.usages] : [])));
}

/** The rows on this page are read before others, in each account. */
async function showFirstOf(actor: Actor, rows: readonly Row[]): Promise<void> {
  const waiting = rows.filter(({ isPending }) => isPending);
  for (const slug of new Set(waiting.map(({ account }) => account.slug))) {
    const names = waiting.filter(({ account }) => account.slug === slug).map(({ name }) => name);
    await showFirst(actor, slug, names);
  }
}

/** The same filters, on this account alone. */
function accountHref({ slug }: AccountLook, query: TokenQuery): Route {
  const search = printTokenQuery({ ...query, page: 1 });
  return `/${encodeURIComponent(slug)}/tokens${search ? `?${search}` : ''}` as Route;
}

function unread(all: readonly AccountTokens[]): readonly AccountTokens[] {
  return all.filter(({ listed }) => !listed?.ok);
}

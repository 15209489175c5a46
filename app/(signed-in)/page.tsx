// The start page leads to the first account's tokens.
import type { Route } from 'next';
import { redirect } from 'next/navigation';
import { listAccounts, noAccount } from '@/lib/services/accounts';
import { PageFrame, ProblemPage } from './page-frame';
import { signedIn } from './signed-in';

export default async function StartPage() {
  const actor = await signedIn('/');
  const accounts = await listAccounts(actor);
  if (accounts.ok && accounts.value[0])
    redirect(`/${encodeURIComponent(accounts.value[0].slug)}/tokens` as Route);
  const { problem } = accounts.ok ? noAccount() : accounts;
  return (
    <PageFrame actor={actor} account="default" section="tokens">
      <ProblemPage title="Tokens" problem={problem} />
    </PageFrame>
  );
}

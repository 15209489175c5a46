// An invitation, or another password: whoever has the one-time link. Looking at it does not use it up.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Door } from '@/components/shell/door';
import { visibleText } from '@/lib/domain/visible-text';
import { currentActor } from '@/lib/services/current-actor';
import { readLink } from '@/lib/services/links';
import { atPublicUrl } from '../../public-address';
import { claimLinkAction } from '../actions';
import { LinkPasswordForm } from './link-password-form';

export const metadata: Metadata = { title: 'Your password' };

export default async function LinkPage({ searchParams }: PageProps<'/link'>) {
  const { secret } = await searchParams;
  if (typeof secret !== 'string') notFound();
  await atPublicUrl(`/link?secret=${encodeURIComponent(secret)}`);
  const link = await readLink(await currentActor(), secret);
  if (!link.ok) notFound();
  const { purpose, email } = link.value;
  const isInvitation = purpose === 'invite';
  return (
    <Door title={isInvitation ? 'Make your account' : 'Set another password'}>
      <p className="text-m text-ink-2 [overflow-wrap:anywhere]">
        For <b className="font-semibold text-ink">{visibleText(email)}</b>
        {isInvitation ? '.' : '. All sessions of this account end.'}
      </p>
      <LinkPasswordForm
        action={claimLinkAction}
        secret={secret}
        email={email}
        submit={isInvitation ? 'Create account and sign in' : 'Set the password and sign in'}
      />
    </Door>
  );
}

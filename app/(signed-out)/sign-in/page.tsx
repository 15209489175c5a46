// Sign in with e-mail and password.
import type { Metadata } from 'next';
import { Door } from '@/components/shell/door';
import { Notice } from '@/components/ui/notice';
import { atPublicUrl } from '../../public-address';
import { AccountForm } from '../account-form';
import { signInAction } from '../actions';
import { nextPath } from '../next-path';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: PageProps<'/sign-in'>) {
  const { next, ended } = await searchParams;
  const target = nextPath(typeof next === 'string' ? next : '/');
  await atPublicUrl(`/sign-in?next=${encodeURIComponent(target)}`);
  return (
    <Door title="Sign in">
      {ended === '1' && (
        <Notice
          look="info"
          title="Your session has ended."
          text="Sign in again. What you sent last was not carried out."
        />
      )}
      <AccountForm action={signInAction} submit="Sign in" hidden={{ next: target }} isNew={false} />
      <p className="text-s text-ink-3">
        No account, or the password is lost? Ask an admin of this Token Desk.
      </p>
    </Door>
  );
}

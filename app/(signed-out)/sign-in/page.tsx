// Sign in: with e-mail and password, by single sign-on, or both.
import type { Metadata } from 'next';
import { Door } from '@/components/shell/door';
import { Notice } from '@/components/ui/notice';
import { ssoWords } from '@/lib/domain/sso';
import { currentActor } from '@/lib/services/current-actor';
import { singleSignOn } from '@/lib/services/surroundings';
import { atPublicUrl } from '../../public-address';
import { AccountForm } from '../account-form';
import { signInAction } from '../actions';
import { nextPath } from '../next-path';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: PageProps<'/sign-in'>) {
  const { next, ended, problem, again, left } = await searchParams;
  const target = nextPath(typeof next === 'string' ? next : '/');
  const words = typeof problem === 'string' ? ssoWords(problem) : null;
  const isAgain = again === '1';
  const query = `next=${encodeURIComponent(target)}${isAgain ? '&again=1' : ''}`;
  await atPublicUrl(`/sign-in?${words ? `problem=${problem}&` : ''}${query}`);
  const sso = singleSignOn();
  return (
    <Door title="Sign in">
      {ended === '1' && (
        <Notice
          look="info"
          title="Your session has ended."
          text="Sign in again. What you sent last was not carried out."
        />
      )}
      {left === 'open' && (
        <Notice
          look="danger"
          title="You are signed out in this browser only."
          text="The server cannot store anything now, so the session itself goes on until its end. Tell the operator that the disk may be full, and end it on your page once there is space."
        />
      )}
      {isAgain && (
        <Notice
          look="info"
          title="Sign in again."
          text="Your sign-in is too long ago for taking the value of a legacy token. You come back to where you were."
        />
      )}
      {words && <Notice look="danger" title={words.title} text={words.detail} />}
      {!sso?.only && (
        <AccountForm
          action={signInAction}
          submit="Sign in"
          hidden={{ next: target }}
          isNew={false}
          email={isAgain ? await signedInAs() : undefined}
        />
      )}
      {sso && (
        // No form: where it is sent on to another site, the CSP would stop it.
        <a className="button" data-look={sso.only ? 'primary' : undefined} href={`/api/sso/start?${query}`}>
          {sso.name}
        </a>
      )}
      <p className="text-s text-ink-3">
        {sso?.only ? 'No access?' : 'No account, or the password is lost?'} Ask an admin of this Token Desk.
      </p>
    </Door>
  );
}

/** The address of who signs in again. */
async function signedInAs(): Promise<string | undefined> {
  const actor = await currentActor();
  return actor.kind === 'person' ? actor.name : undefined;
}

// One's own account: what it may do, its password, where it is signed in.
import type { Metadata } from 'next';
import { PasswordForm } from '@/components/people/person-forms';
import { SessionList } from '@/components/people/session-list';
import { Notice } from '@/components/ui/notice';
import { Tag } from '@/components/ui/tag';
import { limitWords, withoutHidden } from '@/lib/domain/limits';
import { visibleText } from '@/lib/domain/visible-text';
import { currentTime, singleSignOn } from '@/lib/services/surroundings';
import { listSessions } from '@/lib/services/you';
import { PageFrame, ProblemPage } from '../page-frame';
import { endSessionAction } from '../people/actions';
import { signedIn } from '../signed-in';
import { changePasswordAction } from './actions';

export const metadata: Metadata = { title: 'Your account' };

const DONE: Readonly<Record<string, string>> = {
  ended: 'The session was ended.',
  password: 'Your password was changed, and all other sessions were ended.',
};

export default async function YouPage({ searchParams }: PageProps<'/you'>) {
  const actor = await signedIn('/you');
  const { done } = await searchParams;
  const said = typeof done === 'string' ? DONE[done] : undefined;
  const sessions = await listSessions(actor, actor.id);
  const limits = limitWords(withoutHidden(actor.scope));
  return (
    <PageFrame actor={actor} section="you">
      {sessions.ok ? (
        <>
          <div className="mb-5 grid gap-1">
            <div className="flex flex-wrap items-center gap-3">
              <h1 className="[overflow-wrap:anywhere]">{visibleText(actor.name)}</h1>
              <Tag>{actor.level}</Tag>
            </div>
            {limits && <p className="text-m text-ink-2">Limited to {visibleText(limits)}.</p>}
          </div>
          {said && (
            <div className="mb-5">
              <Notice look="ok" title={said} />
            </div>
          )}
          <div className="grid max-w-160 gap-10">
            <section aria-labelledby="sessions" className="grid gap-3">
              <h2 id="sessions">Where you are signed in</h2>
              <SessionList
                sessions={sessions.value}
                person={actor.id}
                now={currentTime()}
                endAction={endSessionAction}
              />
            </section>
            {!singleSignOn()?.only && (
              <section aria-labelledby="password" className="grid max-w-96 gap-4">
                <h2 id="password">Password</h2>
                <PasswordForm action={changePasswordAction} />
              </section>
            )}
          </div>
        </>
      ) : (
        <ProblemPage title="Your account" problem={sessions.problem} />
      )}
    </PageFrame>
  );
}

// The connection doctor: for each account whether this server can speak for it, and what to do where it cannot. Admins
// see the facts too, and choose how accounts are shown.
import { RefreshCw } from 'lucide-react';
import type { Metadata } from 'next';
import { CheckStateMark, Checks } from '@/components/settings/checks';
import { LookForm } from '@/components/settings/look-form';
import { SettingsNav } from '@/components/settings/settings-nav';
import { AccountName } from '@/components/shell/account-mark';
import { ButtonForm } from '@/components/ui/button-form';
import { Icon } from '@/components/ui/icon';
import { Notice } from '@/components/ui/notice';
import { Poll } from '@/components/ui/poll';
import { ProblemPanel } from '@/components/ui/problem-panel';
import { ACCOUNT_COLOURS } from '@/lib/domain/account';
import { ageInWords } from '@/lib/domain/age';
import { type Check, worstState } from '@/lib/domain/diagnosis';
import { visibleText } from '@/lib/domain/visible-text';
import { noAccount } from '@/lib/services/accounts';
import { type ConnectionView, readConnections } from '@/lib/services/doctor';
import { currentTime } from '@/lib/services/surroundings';
import { PageFrame } from '../../page-frame';
import { mayOn, signedIn } from '../../signed-in';
import { changeLookAction, checkAction } from './actions';

export const metadata: Metadata = { title: 'Connections' };

export default async function ConnectionsPage({ searchParams }: PageProps<'/settings/connections'>) {
  const actor = await signedIn('/settings/connections');
  const { done } = await searchParams;
  const read = await readConnections(actor);
  const views = read.ok ? read.value : [];
  const { problem } = read.ok ? noAccount() : read;
  const running = views.filter(({ isRunning }) => isRunning).length;
  return (
    <PageFrame actor={actor} section="settings">
      <SettingsNav current="connections" level={actor.level} scope={actor.scope} />
      <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="grid flex-[1_1_16rem] gap-1">
          <h1>Connections</h1>
          <p className="text-m text-ink-2">
            The connection doctor tries, step by step, whether this server can speak for an account.
          </p>
        </div>
        {views.length > 1 && <CheckButton account="" label="Check all" isRunning={running > 0} />}
      </div>
      {views.some(({ account }) => account.slug === done) && (
        <div className="mb-5">
          <Notice look="ok" title="Name and colour were saved." />
        </div>
      )}
      {views.length === 0 && <ProblemPanel problem={problem} />}
      <div className="grid gap-10">
        {views.map((view) => (
          <Connection
            key={view.account.slug}
            view={view}
            isAlone={views.length === 1}
            mayChange={mayOn(actor, view.account.slug, 'account.change')}
          />
        ))}
      </div>
      {running > 0 && <Poll mark={String(running)} />}
    </PageFrame>
  );
}

type ConnectionProps = { view: ConnectionView; isAlone: boolean; mayChange: boolean };

function Connection({ view, isAlone, mayChange }: ConnectionProps) {
  const { account, problem, checks, checkedAt, isRunning } = view;
  const id = `connection-${account.slug}`;
  return (
    <section aria-labelledby={id} className="grid max-w-200 gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id={id}>
          <AccountName account={account} />
        </h2>
        <p className="flex flex-[1_1_12rem] flex-wrap items-center gap-x-3 text-m text-ink-3">
          {checks && <CheckStateMark state={worstState(checks)} words={summary(checks)} />}
          {checkedAt !== null && <span>{ageInWords(checkedAt, currentTime())}</span>}
          {isRunning && <span role="status">being checked …</span>}
          {checks === null && !isRunning && !problem && 'never checked'}
        </p>
        {!problem && (
          <CheckButton
            account={account.slug}
            label="Check again"
            of={`of ${visibleText(account.name)}`}
            isRunning={isRunning}
          />
        )}
      </div>
      {problem && <ProblemPanel problem={problem} />}
      {checks && (
        // Where all is well among many there is nothing to read; a change of that opens it anew.
        <details key={worstState(checks)} open={isAlone || worstState(checks) !== 'ok'}>
          <summary className="button mb-2" data-look="plain">
            What was checked<span className="sr-only"> of {account.name}</span>
          </summary>
          <Checks checks={checks} />
        </details>
      )}
      {mayChange && (
        <details>
          <summary className="button" data-look="plain">
            Name and colour<span className="sr-only"> of {account.name}</span>
          </summary>
          <div className="mt-3">
            <LookForm
              action={changeLookAction}
              account={account.slug}
              name={account.name}
              colour={account.colour}
              colours={ACCOUNT_COLOURS}
            />
          </div>
        </details>
      )}
    </section>
  );
}

function summary(checks: readonly Check[]): string {
  const count = (state: Check['state']) => checks.filter((one) => one.state === state).length;
  const parts = [
    count('failed') > 0 && `${count('failed')} failed`,
    count('attention') > 0 && `${count('attention')} to look at`,
  ].filter(Boolean);
  if (parts.length > 0) return parts.join(', ');
  return count('skipped') > 0 ? 'not all could be checked' : 'all is well';
}

type CheckButtonProps = { account: string; label: string; of?: string; isRunning: boolean };

function CheckButton({ account, label, of, isRunning }: CheckButtonProps) {
  return (
    <ButtonForm action={checkAction}>
      <input type="hidden" name="account" value={account} />
      <button type="submit" className="button" aria-disabled={isRunning}>
        <Icon of={RefreshCw} small />
        {label}
        {of !== undefined && <span className="sr-only"> {of}</span>}
      </button>
    </ButtonForm>
  );
}

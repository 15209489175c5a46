// A signed-in page in its frame: the accounts to choose from, who is signed in, the theme.

import type { Route } from 'next';
import { cookies } from 'next/headers';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { type Section, Shell } from '@/components/shell/shell';
import { readTheme } from '@/components/shell/theme';
import { Countdown } from '@/components/ui/countdown';
import { Notice } from '@/components/ui/notice';
import { ProblemPanel } from '@/components/ui/problem-panel';
import { levelOn } from '@/lib/domain/access';
import { accountLook } from '@/lib/domain/account';
import type { Problem } from '@/lib/domain/problem';
import { listAccounts } from '@/lib/services/accounts';
import { auditIsBehind } from '@/lib/services/audit';
import type { Actor } from '@/lib/services/session';
import { currentTime } from '@/lib/services/surroundings';
import { readUpstream } from '@/lib/services/upstream';
import { signOutAction, switchThemeAction } from './actions';

/**
 * Pages that are the same for all accounts leave `account` out: the first one stays at hand. `isOfAll`: the page is about
 * all of them at once.
 */
type Props = { actor: Actor; account?: string; isOfAll?: boolean; section: Section; children: ReactNode };

export async function PageFrame({ actor, account, isOfAll = false, section, children }: Props) {
  const accounts = await listAccounts(actor);
  const all = accounts.ok ? accounts.value : [];
  const slug = account ?? all[0]?.slug ?? 'default';
  const current = all.find((one) => one.slug === slug) ?? accountLook(slug, undefined);
  const levelHere = account === undefined ? actor.level : levelOn(actor.level, actor.scope, account);
  return (
    <Shell
      account={current}
      accounts={all}
      isOfAll={isOfAll}
      section={section}
      person={{ name: actor.name, level: actor.level, levelHere }}
      theme={readTheme((await cookies()).get('theme')?.value)}
      switchTheme={switchThemeAction}
      signOut={signOutAction}
    >
      {auditIsBehind() && (
        <div className="mb-5">
          <Notice
            look="danger"
            title="The audit cannot be written."
            text="Changes that were just made have happened; their results are put on record as soon as it can be written. Until then no further change begins. Tell the operator that the disk may be full."
          />
        </div>
      )}
      {account !== undefined && <UpstreamBanner actor={actor} account={account} />}
      {children}
    </Shell>
  );
}

/** Says that nothing newer can come from Akamai now, and when it will be asked again. */
async function UpstreamBanner({ actor, account }: { actor: Actor; account: string }) {
  const upstream = await readUpstream(actor, account);
  if (!upstream.ok || upstream.value.kind === 'fine') return null;
  const { kind, goesOnAt } = upstream.value;
  const seconds = Math.max(0, Math.ceil((goesOnAt - currentTime()) / 1000));
  const countdown = <Countdown key={Math.round(goesOnAt / 1000)} seconds={seconds} />;
  return (
    <div className="mb-5">
      {kind === 'slowed' ? (
        <Notice
          look="attention"
          title="Akamai asked us to slow down."
          text={
            <>It goes on in {countdown}. Until then you see what was read last, and changes have to wait.</>
          }
        />
      ) : (
        <Notice
          look="danger"
          title="Akamai does not answer."
          text={
            <>The next try is in {countdown}. Until then you see what was read last, and no change is sent.</>
          }
        />
      )}
    </div>
  );
}

/** Whether the doctor can tell more: the credential, or the way to Akamai. */
function isOfConnection({ code }: Problem): boolean {
  return code === 'no-credentials' || code.startsWith('akamai-');
}

/** A page that can show nothing but a Problem. */
export function ProblemPage({
  title,
  problem,
  children,
}: {
  title: string;
  problem: Problem;
  children?: ReactNode;
}) {
  return (
    <div className="grid justify-items-start gap-5">
      <h1>{title}</h1>
      <ProblemPanel problem={problem} />
      {isOfConnection(problem) && (
        <Link href={'/settings/connections' as Route} prefetch={false} className="button">
          Connection doctor
        </Link>
      )}
      {children}
    </div>
  );
}

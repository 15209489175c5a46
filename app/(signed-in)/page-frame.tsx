// A signed-in page in its frame: the accounts to choose from, who is signed in, the theme.
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { type Section, Shell } from '@/components/shell/shell';
import { readTheme } from '@/components/shell/theme';
import { Notice } from '@/components/ui/notice';
import { ProblemPanel } from '@/components/ui/problem-panel';
import type { Problem } from '@/lib/domain/problem';
import { listAccounts } from '@/lib/services/accounts';
import { auditIsBehind } from '@/lib/services/audit';
import type { Actor } from '@/lib/services/session';
import { signOutAction, switchThemeAction } from './actions';

/** Pages that are the same for all accounts leave `account` out: the first one stays at hand. */
type Props = { actor: Actor; account?: string; section: Section; children: ReactNode };

export async function PageFrame({ actor, account, section, children }: Props) {
  const accounts = await listAccounts(actor);
  const all = accounts.ok ? accounts.value : [];
  const slug = account ?? all[0]?.slug ?? 'default';
  const current = all.find((one) => one.slug === slug) ?? { slug, name: slug };
  return (
    <Shell
      account={current}
      accounts={all}
      section={section}
      person={{ name: actor.name, level: actor.level }}
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
      {children}
    </Shell>
  );
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
      {children}
    </div>
  );
}

// One person: role and limits, sessions, password, the way out.
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { AccountRolesForm } from '@/components/people/account-roles-form';
import { ResetLinkForm } from '@/components/people/link-form';
import { DeleteForm, DisableForm, RoleForm } from '@/components/people/person-forms';
import { SessionList } from '@/components/people/session-list';
import { Notice } from '@/components/ui/notice';
import { Tag } from '@/components/ui/tag';
import { can, choosableAccess, OTHER_ACCOUNTS, parseRole } from '@/lib/domain/access';
import type { AccountLook } from '@/lib/domain/account';
import { limitWords } from '@/lib/domain/limits';
import { visibleText } from '@/lib/domain/visible-text';
import { listAccounts } from '@/lib/services/accounts';
import { type Person, readPerson } from '@/lib/services/people';
import { currentTime, singleSignOn } from '@/lib/services/surroundings';
import { listSessions, type SessionInfo } from '@/lib/services/you';
import { PageFrame, ProblemPage } from '../../page-frame';
import { signedIn } from '../../signed-in';
import {
  changeAccountRolesAction,
  changeRoleAction,
  deletePersonAction,
  endSessionAction,
  resetLinkAction,
  setDisabledAction,
} from '../actions';

export const metadata: Metadata = { title: 'A person' };

const DONE: Readonly<Record<string, string>> = {
  changed: 'Role and limits were changed, and all sessions were ended.',
  accounts: 'The roles on accounts were changed, and all sessions were ended.',
  disabled: 'The account is disabled, and all its sessions were ended.',
  enabled: 'The account is enabled.',
  ended: 'The session was ended.',
};

export default async function PersonPage({ params, searchParams }: PageProps<'/people/[id]'>) {
  const id = decodeURIComponent((await params).id);
  const actor = await signedIn(`/people/${encodeURIComponent(id)}`);
  const { done } = await searchParams;
  const person = await readPerson(actor, id);
  const sessions = person.ok ? await listSessions(actor, id) : null;
  const accounts = await listAccounts(actor);
  return (
    <PageFrame actor={actor} section="people">
      {person.ok ? (
        <PersonView
          person={person.value}
          sessions={sessions?.ok ? sessions.value : []}
          accounts={accounts.ok ? accounts.value : []}
          mayChange={can(actor.level, 'people.change', actor.scope)}
          done={typeof done === 'string' ? DONE[done] : undefined}
        />
      ) : (
        <ProblemPage title="A person" problem={person.problem}>
          <Link href={'/people' as Route} className="button">
            All people
          </Link>
        </ProblemPage>
      )}
    </PageFrame>
  );
}

type PersonViewProps = {
  person: Person;
  sessions: readonly SessionInfo[];
  accounts: readonly AccountLook[];
  mayChange: boolean;
  done: string | undefined;
};

function PersonView({ person, sessions, accounts, mayChange, done }: PersonViewProps) {
  const { id, email, role, disabled, limits } = person;
  const shown = visibleText(email);
  return (
    <>
      <p className="mb-2 text-m">
        <Link href={'/people' as Route} prefetch={false}>
          People
        </Link>
      </p>
      <div className="mb-5 flex flex-wrap items-center gap-3">
        <h1 className="[overflow-wrap:anywhere]">{shown}</h1>
        <Tag>{role}</Tag>
        {disabled && <Tag look="attention">disabled</Tag>}
      </div>
      {done && (
        <div className="mb-5">
          <Notice look="ok" title={done} />
        </div>
      )}
      <div className="grid max-w-160 gap-10">
        <section aria-labelledby="access" className="grid max-w-96 gap-4">
          <h2 id="access">Role and limits</h2>
          {mayChange ? (
            <>
              <RoleForm
                action={changeRoleAction}
                id={id}
                role={role}
                namespaces={(limits.namespaces ?? []).join(', ')}
                stagingOnly={limits.networks !== null}
              />
              <p className="text-s text-ink-3">A change signs {shown} out everywhere.</p>
            </>
          ) : (
            <p className="text-m text-ink-2">
              {role}, {visibleText(limitWords(limits)) || 'no limits'}. Your account is limited, so an admin
              without limits changes people.
            </p>
          )}
        </section>
        {mayChange && (accounts.length > 1 || limits.accounts !== null) && (
          <section aria-labelledby="accounts" className="grid max-w-96 gap-4">
            <h2 id="accounts">Accounts</h2>
            <p className="text-m text-ink-2">
              A role can be lower on single accounts. Without access an account is not there for {shown}.
            </p>
            <AccountRolesForm
              action={changeAccountRolesAction}
              id={id}
              role={role}
              accounts={accountRows(person, accounts)}
            />
            <p className="text-s text-ink-3">
              Who has a limit here changes no people. A change signs {shown} out everywhere.
            </p>
          </section>
        )}
        <section aria-labelledby="sessions" className="grid gap-3">
          <h2 id="sessions">Sessions</h2>
          <SessionList
            sessions={sessions}
            person={id}
            now={currentTime()}
            endAction={mayChange ? endSessionAction : null}
          />
        </section>
        {mayChange && !singleSignOn()?.only && (
          <section aria-labelledby="password" className="grid gap-3">
            <h2 id="password">Password</h2>
            <p className="text-m text-ink-2">
              A link with which {shown} sets another one. It works once, for an hour.
            </p>
            <ResetLinkForm action={resetLinkAction} id={id} />
          </section>
        )}
        {mayChange && (
          <section aria-labelledby="end" className="grid gap-4">
            <h2 id="end">{disabled ? 'Enable or delete' : 'Disable or delete'}</h2>
            <DisableForm action={setDisabledAction} id={id} isDisabled={disabled} />
            <div className="max-w-96">
              <DeleteForm action={deletePersonAction} id={id} email={email} />
            </div>
            <p className="text-s text-ink-3">
              Sessions and keys of a deleted account are gone at once. The audit keeps what it did.
            </p>
          </section>
        )}
      </div>
    </>
  );
}

/** The accounts of this server, those that a limit names and that are gone, and all others. */
function accountRows({ role, limits }: Person, accounts: readonly AccountLook[]) {
  const row = (slug: string, label: string) => {
    const stored = limits.accounts?.get(slug) ?? null;
    const own = parseRole(role);
    return { slug, label, access: stored ?? 'usual', roles: own ? choosableAccess(own, stored) : [] };
  };
  const named = [...(limits.accounts?.keys() ?? [])].filter(
    (slug) => slug !== OTHER_ACCOUNTS && !accounts.some((one) => one.slug === slug),
  );
  return [
    ...accounts.map(({ slug, name }) => row(slug, name === slug ? slug : `${name} (${slug})`)),
    ...named.map((slug) => row(slug, `${slug} (not here now)`)),
    row(OTHER_ACCOUNTS, 'Every other account, those to come too'),
  ];
}

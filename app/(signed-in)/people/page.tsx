// Everybody who has an account or an invitation, and the form that invites.
import { Search } from 'lucide-react';
import type { Metadata, Route } from 'next';
import Link from 'next/link';
import { InviteForm } from '@/components/people/link-form';
import { ButtonForm } from '@/components/ui/button-form';
import { Icon } from '@/components/ui/icon';
import { Notice } from '@/components/ui/notice';
import { Tag } from '@/components/ui/tag';
import { can } from '@/lib/domain/access';
import { limitWords } from '@/lib/domain/limits';
import { visibleText } from '@/lib/domain/visible-text';
import { type Invitation, listInvitations } from '@/lib/services/links';
import { listPeople, type Person } from '@/lib/services/people';
import { singleSignOn } from '@/lib/services/surroundings';
import { PageFrame, ProblemPage } from '../page-frame';
import { signedIn } from '../signed-in';
import { inviteAction, withdrawAction } from './actions';

export const metadata: Metadata = { title: 'People' };

const SHOWN_MAX = 100;
const DONE: Readonly<Record<string, string>> = {
  deleted: 'The account was deleted, with its sessions and keys.',
  withdrawn: 'The invitation was taken back.',
};

export default async function PeoplePage({ searchParams }: PageProps<'/people'>) {
  const actor = await signedIn('/people');
  const { q, done } = await searchParams;
  const search = typeof q === 'string' ? q.trim().slice(0, 100) : '';
  const people = await listPeople(actor);
  const invitations = await listInvitations(actor);
  return (
    <PageFrame actor={actor} section="people">
      {people.ok && invitations.ok ? (
        <People
          people={people.value}
          invitations={invitations.value}
          mayChange={can(actor.level, 'people.change', actor.scope)}
          search={search}
          done={typeof done === 'string' ? DONE[done] : undefined}
        />
      ) : (
        <ProblemPage title="People" problem={people.ok ? problemOf(invitations) : people.problem} />
      )}
    </PageFrame>
  );
}

function problemOf(result: Awaited<ReturnType<typeof listInvitations>>) {
  if (result.ok) throw new Error('a page without a problem has people to show');
  return result.problem;
}

type PeopleProps = {
  people: readonly Person[];
  invitations: readonly Invitation[];
  mayChange: boolean;
  search: string;
  done: string | undefined;
};

function People({ people, invitations, mayChange, search, done }: PeopleProps) {
  const words = search.toLowerCase();
  const found = people.filter(({ email, role }) => email.includes(words) || role === words);
  const shown = found.slice(0, SHOWN_MAX);
  const admins = people.filter(({ role, disabled }) => role === 'admin' && !disabled).length;
  return (
    <>
      <div className="mb-5 grid gap-1">
        <h1>People</h1>
        <p className="text-m text-ink-2">
          {people.length} {people.length === 1 ? 'account' : 'accounts'}, {admins}{' '}
          {admins === 1 ? 'active admin' : 'active admins'}
          {invitations.length > 0 && `, ${invitations.length} invited`}
        </p>
      </div>
      {done && (
        <div className="mb-5">
          <Notice look="ok" title={done} />
        </div>
      )}
      <div className="grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="grid min-w-0 gap-4">
          <search aria-label="People">
            <form className="flex gap-2">
              <label className="relative min-w-0 flex-[1_1_12rem] sm:max-w-80">
                <span className="sr-only">Search people</span>
                <span className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3">
                  <Icon of={Search} />
                </span>
                <input
                  type="search"
                  name="q"
                  defaultValue={search}
                  placeholder="Address or role"
                  className="box pl-8"
                />
              </label>
              <button type="submit" className="button">
                Search
              </button>
            </form>
          </search>
          {shown.length === 0 && search !== '' && <p className="text-m text-ink-2">Nobody matches.</p>}
          {shown.length + invitations.length > 0 && (
            <table className="table cards">
              <caption className="sr-only">People</caption>
              <thead>
                <tr>
                  <th scope="col">E-mail</th>
                  <th scope="col">Role</th>
                  <th scope="col">Limits</th>
                  <th scope="col">State</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((person) => (
                  <PersonRow key={person.id} person={person} />
                ))}
                {search === '' &&
                  invitations.map((one) => (
                    <InvitationRow key={one.email} invitation={one} mayChange={mayChange} />
                  ))}
              </tbody>
            </table>
          )}
          {found.length > shown.length && (
            <p className="text-m text-ink-2">
              The first {SHOWN_MAX} of {found.length}: search for others.
            </p>
          )}
        </div>
        <section aria-labelledby="invite" className="grid max-w-96 gap-4">
          <h2 id="invite">Invite somebody</h2>
          {!mayChange ? (
            <p className="text-m text-ink-2">Your account is limited, so an admin without limits invites.</p>
          ) : singleSignOn()?.only ? (
            <p className="text-m text-ink-2">
              People come by single sign-on, and their roles follow their groups there.
            </p>
          ) : (
            <InviteForm action={inviteAction} />
          )}
        </section>
      </div>
    </>
  );
}

function PersonRow({ person: { id, email, role, disabled, limits } }: { person: Person }) {
  return (
    <tr>
      <th scope="row" className="c-name [overflow-wrap:anywhere]">
        <Link
          href={`/people/${encodeURIComponent(id)}` as Route}
          prefetch={false}
          className="font-medium text-ink no-underline hover:text-accent-text hover:underline max-cards:text-l"
        >
          {visibleText(email)}
        </Link>
      </th>
      <td className="c-status">{role}</td>
      <td className="c-nets text-ink-2">{visibleText(limitWords(limits)) || 'no limits'}</td>
      <td className="c-act">{disabled ? <Tag look="attention">disabled</Tag> : 'active'}</td>
    </tr>
  );
}

type InvitationRowProps = { invitation: Invitation; mayChange: boolean };

function InvitationRow({ invitation: { email, role, expiresAt }, mayChange }: InvitationRowProps) {
  return (
    <tr>
      <th scope="row" className="c-name font-normal [overflow-wrap:anywhere]">
        {visibleText(email)}
      </th>
      <td className="c-status">{role}</td>
      <td className="c-nets text-ink-2">
        invited, until {new Date(expiresAt).toISOString().slice(11, 16)} UTC
      </td>
      <td className="c-act">
        {mayChange && (
          <ButtonForm action={withdrawAction}>
            <input type="hidden" name="email" value={email} />
            <button type="submit" className="button" data-look="plain">
              Take back<span className="sr-only"> the invitation of {visibleText(email)}</span>
            </button>
          </ButtonForm>
        )}
      </td>
    </tr>
  );
}

// Somebody's open sessions, each with a button that ends it.
import { ageInWords } from '@/lib/domain/age';
import type { Problem } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';
import { EndSessionForm } from './person-forms';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };
type Session = {
  id: string;
  isCurrent: boolean;
  since: number;
  lastSeen: number;
  from: string | null;
  browser: string;
};

type Props = {
  sessions: readonly Session[];
  person: string;
  now: number;
  /** Null for somebody who may not end them. */
  endAction: ((before: State, form: FormData) => Promise<State>) | null;
};

export function SessionList({ sessions, person, now, endAction }: Props) {
  const others = sessions.filter(({ isCurrent }) => !isCurrent);
  if (sessions.length === 0) return <p className="text-m text-ink-2">Not signed in anywhere.</p>;
  return (
    <div className="grid gap-2">
      <ul className="grid">
        {sessions.map(({ id, isCurrent, since, lastSeen, from, browser }) => (
          <li
            key={id}
            className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 border-b border-line py-1.5 text-m"
          >
            <span>
              {visibleText(browser)}
              {from && <span className="text-ink-2"> from {visibleText(from)}</span>}
              <span className="block text-s text-ink-3">
                {isCurrent ? 'this session' : `last seen ${ageInWords(lastSeen, now)}`} · since{' '}
                {new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC
              </span>
            </span>
            {!isCurrent && endAction && (
              <EndSessionForm action={endAction} person={person} session={id} label="Sign out" />
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && endAction && (
        <EndSessionForm action={endAction} person={person} session="all" label="Sign out everywhere else" />
      )}
    </div>
  );
}

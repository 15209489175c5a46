'use client';
// The forms of what is done with many tokens: the names are those that the page shows, whatever happens meanwhile.
import type { Route } from 'next';
import Link from 'next/link';
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import { nextAttempt } from '@/lib/domain/attempt';
import type { Problem } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';

type Values = Readonly<Record<string, readonly string[]>>;
type State = { problem: Problem | null; values: Values };

/** What came of setting something on many tokens. */
export type NotedState = State & {
  noted: { changed: number; failed: readonly { name: string; words: string }[] } | null;
};

type Names = { account: string; names: readonly string[] };

/** The tokens, as fields of a form. */
function HiddenNames({ account, names }: Names) {
  return (
    <>
      <input type="hidden" name="account" value={account} />
      {names.map((name) => (
        <input key={name} type="hidden" name="t" value={name} />
      ))}
    </>
  );
}

type RefreshFormProps = Names & {
  action: (before: State, form: FormData) => Promise<State>;
  /** The idempotency key of this form. */
  attempt: string;
  keepHref: Route;
};

export function RefreshForm({ action, account, names, attempt, keepHref }: RefreshFormProps) {
  const [{ problem, values }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <HiddenNames account={account} names={names} />
      <input type="hidden" name="attempt" value={nextAttempt(attempt, values.attempt?.[0], problem)} />
      <p className="flex flex-wrap gap-2">
        <SubmitButton look="primary">{`Refresh ${tokens(names.length)}`}</SubmitButton>
        <Link href={keepHref} className="button">
          Back to the tokens
        </Link>
      </p>
    </form>
  );
}

type NotesFormProps = Names & {
  action: (before: NotedState, form: FormData) => Promise<NotedState>;
  job: 'owner' | 'review';
  keepHref: Route;
};

export function NotesForm({ action, account, names, job, keepHref }: NotesFormProps) {
  const [{ problem, values, noted }, send] = useFormAction(action, {
    problem: null,
    values: {},
    noted: null,
  });
  const what = job === 'owner' ? 'owner' : 'day of review';
  return (
    <form action={send} className="grid max-w-md gap-4">
      {problem && <FormProblem problem={problem} />}
      {noted && <Noted what={what} noted={noted} />}
      <HiddenNames account={account} names={names} />
      <input type="hidden" name="job" value={job} />
      {job === 'owner' ? (
        <Field
          name="owner"
          label="Owner"
          hint="A person or a team."
          required
          defaultValue={values.owner?.[0] ?? ''}
          errors={problem?.fields?.owner}
          autoComplete="off"
        />
      ) : (
        <Field
          name="reviewBy"
          label="Review by"
          type="date"
          hint="The day by which somebody looks at them again."
          required
          defaultValue={values.reviewBy?.[0] ?? ''}
          errors={problem?.fields?.reviewBy}
        />
      )}
      <p className="flex flex-wrap gap-2">
        <SubmitButton look="primary">{`Set the ${what} of ${tokens(names.length)}`}</SubmitButton>
        <Link href={keepHref} className="button">
          Back to the tokens
        </Link>
      </p>
    </form>
  );
}

function Noted({
  what,
  noted: { changed, failed },
}: {
  what: string;
  noted: NonNullable<NotedState['noted']>;
}) {
  return (
    <div
      role="status"
      className={`grid gap-1 rounded-control border px-3.5 py-3 text-m ${failed.length > 0 ? 'border-attention-line bg-attention-soft' : 'border-ok-line bg-ok-soft'}`}
    >
      <p className="font-semibold">
        The {what} of {tokens(changed)} was set{failed.length > 0 && `, of ${failed.length} it was not`}.
      </p>
      {failed.length > 0 && (
        <ul className="grid gap-1 text-ink-2">
          {failed.map(({ name, words }) => (
            <li key={name}>
              <b className="font-medium text-ink">{visibleText(name)}</b>: {visibleText(words)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

type RunFormProps = {
  action: (before: State, form: FormData) => Promise<State>;
  account: string;
  id: string;
  /** The idempotency key of a form that begins something. */
  attempt: string | null;
  submit: string;
};

/** The form of one button about a run. */
export function RunForm({ action, account, id, attempt, submit }: RunFormProps) {
  const [{ problem, values }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid justify-items-start gap-3">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="account" value={account} />
      <input type="hidden" name="id" value={id} />
      {attempt !== null && (
        <input type="hidden" name="attempt" value={nextAttempt(attempt, values.attempt?.[0], problem)} />
      )}
      <SubmitButton>{submit}</SubmitButton>
    </form>
  );
}

function tokens(count: number): string {
  return count === 1 ? '1 token' : `${count} tokens`;
}

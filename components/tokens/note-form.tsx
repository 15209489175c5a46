'use client';
// The form of what is known of a token besides Akamai. It keeps what was typed when it was refused.
import type { Route } from 'next';
import Link from 'next/link';
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { Problem } from '@/lib/domain/problem';
import type { TokenNote } from '@/lib/domain/token-note';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };

type NoteFormProps = {
  action: (before: State, form: FormData) => Promise<State>;
  account: string;
  name: string;
  note: TokenNote;
  keepHref: Route;
};

export function NoteForm({ action, account, name, note, keepHref }: NoteFormProps) {
  const [{ problem, values }, send] = useFormAction(action, { problem: null, values: {} });
  const field = (of: string, known: string | null) => ({
    name: of,
    defaultValue: values[of]?.[0] ?? known ?? '',
    errors: problem?.fields?.[of],
    autoComplete: 'off',
  });
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="account" value={account} />
      <input type="hidden" name="name" value={name} />
      <Field {...field('owner', note.owner)} label="Owner" hint="A person or a team." />
      <Field {...field('purpose', note.purpose)} label="Purpose" />
      <Field {...field('ticket', note.ticket)} label="Ticket" type="url" placeholder="https://" />
      <Field {...field('tags', note.tags.join(', '))} label="Tags" hint="Separated by commas." />
      <Field
        {...field('reviewBy', note.reviewBy)}
        label="Review by"
        type="date"
        hint="The day by which somebody looks at it again."
      />
      <p className="flex flex-wrap justify-end gap-2">
        <Link href={keepHref} scroll={false} className="button" data-safe>
          Cancel
        </Link>
        <SubmitButton look="primary">Save</SubmitButton>
      </p>
    </form>
  );
}

type KeepNoteFormProps = Pick<NoteFormProps, 'action' | 'account' | 'name'>;

export function KeepNoteForm({ action, account, name }: KeepNoteFormProps) {
  const [{ problem }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid justify-items-start gap-3">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="account" value={account} />
      <input type="hidden" name="name" value={name} />
      <SubmitButton>Keep it for this one</SubmitButton>
    </form>
  );
}

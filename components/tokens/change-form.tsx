'use client';
// The form of a change to one token: what went wrong last time, a name to type if asked, keep or go on.
import type { Route } from 'next';
import Link from 'next/link';
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import { nextAttempt } from '@/lib/domain/attempt';
import type { Problem } from '@/lib/domain/problem';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };

type ChangeFormProps = {
  action: (before: State, form: FormData) => Promise<State>;
  account: string;
  name: string;
  /** The idempotency key of this form. */
  attempt: string;
  submit: string;
  look: 'primary' | 'danger';
  keep: string;
  keepHref: Route;
  /** Whether the token's name must be typed, as far as is known; a refusal may still ask for it. */
  mustType: boolean;
};

export function ChangeForm({
  action,
  account,
  name,
  attempt,
  submit,
  look,
  keep,
  keepHref,
  mustType,
}: ChangeFormProps) {
  const [{ problem, values }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="account" value={account} />
      <input type="hidden" name="name" value={name} />
      <input type="hidden" name="attempt" value={nextAttempt(attempt, values.attempt?.[0], problem)} />
      {(mustType || problem?.fields?.typed) && (
        <Field
          name="typed"
          label={`Type ${name} to confirm`}
          autoComplete="off"
          spellCheck={false}
          required
          errors={problem?.fields?.typed}
        />
      )}
      <p className="flex flex-wrap justify-end gap-2">
        <Link href={keepHref} scroll={false} className="button" data-safe>
          {keep}
        </Link>
        <SubmitButton look={look}>{submit}</SubmitButton>
      </p>
    </form>
  );
}

'use client';
// The form of both doors: address and password, with what went wrong above them.
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { FormState } from '@/lib/services/action';

type Props = {
  action: (before: FormState, form: FormData) => Promise<FormState>;
  submit: string;
  hidden: Readonly<Record<string, string>>;
  isNew: boolean;
  /** The address to begin with. */
  email?: string | undefined;
};

export function AccountForm({ action, submit, hidden, isNew, email }: Props) {
  const [{ problem, values }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Field
        name="email"
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        defaultValue={values.email?.[0] ?? email}
        errors={problem?.fields?.email}
      />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        required
        minLength={isNew ? 12 : undefined}
        hint={isNew ? 'At least 12 characters.' : undefined}
        errors={problem?.fields?.password}
      />
      <SubmitButton look="primary">{submit}</SubmitButton>
    </form>
  );
}

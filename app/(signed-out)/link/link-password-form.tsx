'use client';
// The password of an account that a one-time link is for; the address is given.
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { FormState } from '@/lib/services/action';

type Props = {
  action: (before: FormState, form: FormData) => Promise<FormState>;
  secret: string;
  email: string;
  submit: string;
};

export function LinkPasswordForm({ action, secret, email, submit }: Props) {
  const [{ problem }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="secret" value={secret} />
      {/* For password managers, which keep a password with its name. */}
      <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        hint="At least 12 characters."
        errors={problem?.fields?.password}
      />
      <SubmitButton look="primary">{submit}</SubmitButton>
    </form>
  );
}

'use client';
// The forms of one person's page. Each keeps what was typed when it was refused.
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { Problem } from '@/lib/domain/problem';
import { AccessFields } from './access-fields';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };
type Action = (before: State, form: FormData) => Promise<State>;
const START: State = { problem: null, values: {} };

type RoleFormProps = { action: Action; id: string; role: string; namespaces: string; stagingOnly: boolean };

export function RoleForm({ action, id, role, namespaces, stagingOnly }: RoleFormProps) {
  const [{ problem, values }, send] = useFormAction(action, START);
  const typed = values.role !== undefined;
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="id" value={id} />
      <AccessFields
        key={values.role?.[0] ?? role}
        role={values.role?.[0] ?? role}
        namespaces={values.namespaces?.[0] ?? namespaces}
        stagingOnly={typed ? values.staging !== undefined : stagingOnly}
        errors={problem?.fields}
      />
      <p>
        <SubmitButton look="primary">Save</SubmitButton>
      </p>
    </form>
  );
}

export function DisableForm({ action, id, isDisabled }: { action: Action; id: string; isDisabled: boolean }) {
  const [{ problem }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid justify-items-start gap-3">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="disabled" value={isDisabled ? 'no' : 'yes'} />
      <SubmitButton>{isDisabled ? 'Enable the account' : 'Disable the account'}</SubmitButton>
    </form>
  );
}

export function DeleteForm({ action, id, email }: { action: Action; id: string; email: string }) {
  const [{ problem, values }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid gap-3">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="email" value={email} />
      <Field
        name="typed"
        label={`Type ${email} to confirm`}
        autoComplete="off"
        spellCheck={false}
        required
        defaultValue={values.typed?.[0]}
        errors={problem?.fields?.typed}
      />
      <p>
        <SubmitButton look="danger">Delete the account</SubmitButton>
      </p>
    </form>
  );
}

export function PasswordForm({ action }: { action: Action }) {
  const [{ problem }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <Field
        name="currentPassword"
        label="Present password"
        type="password"
        autoComplete="current-password"
        required
        errors={problem?.fields?.current}
      />
      <Field
        name="nextPassword"
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        hint="At least 12 characters."
        errors={problem?.fields?.next}
      />
      <p>
        <SubmitButton look="primary">Change the password</SubmitButton>
      </p>
    </form>
  );
}

type SessionFormProps = { action: Action; person: string; session: string; label: string };

export function EndSessionForm({ action, person, session, label }: SessionFormProps) {
  const [{ problem }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid gap-2">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="person" value={person} />
      <input type="hidden" name="session" value={session} />
      <SubmitButton look="plain">{label}</SubmitButton>
    </form>
  );
}

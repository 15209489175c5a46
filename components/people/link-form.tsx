'use client';
// A form whose answer is a link that works once: it is shown here, and nowhere else.
import type { ReactNode } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { Problem } from '@/lib/domain/problem';
import { AccessFields } from './access-fields';

type State = {
  problem: Problem | null;
  values: Readonly<Record<string, readonly string[]>>;
  made?: { link: string; email: string; expiresAt: number };
};
type Action = (before: State, form: FormData) => Promise<State>;

export function InviteForm({ action }: { action: Action }) {
  const [state, send] = useFormAction(action, { problem: null, values: {} });
  const { problem, values } = state;
  return (
    <form action={send} className="grid gap-4">
      <Answer state={state} />
      <Field
        name="email"
        label="E-mail"
        type="email"
        autoComplete="off"
        required
        defaultValue={values.email?.[0]}
        errors={problem?.fields?.email}
      />
      <AccessFields
        // A select keeps what React once gave it: another answer is another field.
        key={values.role?.[0] ?? 'viewer'}
        role={values.role?.[0] ?? 'viewer'}
        namespaces={values.namespaces?.[0] ?? ''}
        stagingOnly={values.staging !== undefined}
        errors={problem?.fields}
      />
      <p>
        <SubmitButton look="primary">Make an invitation</SubmitButton>
      </p>
    </form>
  );
}

export function ResetLinkForm({ action, id }: { action: Action; id: string }) {
  const [state, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid gap-3">
      <Answer state={state} />
      <input type="hidden" name="id" value={id} />
      <p>
        <SubmitButton>Make a link for another password</SubmitButton>
      </p>
    </form>
  );
}

function Answer({ state: { problem, made } }: { state: State }): ReactNode {
  if (problem) return <FormProblem problem={problem} />;
  if (!made) return null;
  const until = new Date(made.expiresAt).toISOString().slice(11, 16);
  return (
    <div
      role="status"
      className="grid gap-2 rounded-control border border-ok-line bg-ok-soft px-3.5 py-3 text-m"
    >
      <p>
        <b className="font-semibold">Send this link to {made.email}.</b>{' '}
        <span className="text-ink-2">It works once, until {until} UTC, and is not shown again.</span>
      </p>
      <p className="flex flex-wrap items-center gap-2">
        <code className="min-w-0 [overflow-wrap:anywhere]">{made.link}</code>
        <CopyButton text={made.link} label="Copy the link" />
      </p>
    </div>
  );
}

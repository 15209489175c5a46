'use client';
// The forms that make and revoke a key. A key that was made is shown in the answer itself, and nowhere else.
import type { Route } from 'next';
import Link from 'next/link';
import { AccessFields } from '@/components/people/access-fields';
import { CopyButton } from '@/components/ui/copy-button';
import { Field, FieldErrors } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { Problem } from '@/lib/domain/problem';

type State = {
  problem: Problem | null;
  values: Readonly<Record<string, readonly string[]>>;
  made?: { key: string; name: string; expiresAt: number };
};
type Action = (before: State, form: FormData) => Promise<State>;
const START: State = { problem: null, values: {} };

const DAYS = ['30', '90', '180', '365'];

/** Asks for name, role, limits and end; shows the made key once. */
export function MakeKeyForm({ action }: { action: Action }) {
  const [{ problem, values, made }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      {made && <MadeKey secret={made.key} name={made.name} expiresAt={made.expiresAt} />}
      <Field
        name="name"
        label="Name"
        autoComplete="off"
        spellCheck={false}
        required
        maxLength={64}
        placeholder="ci-shop"
        defaultValue={values.name?.[0]}
        errors={problem?.fields?.name}
      />
      <AccessFields
        // A select keeps what React once gave it: another answer is another field.
        key={`role-${values.role?.[0]}`}
        role={values.role?.[0] ?? 'releaser'}
        namespaces={values.namespaces?.[0] ?? ''}
        stagingOnly={values.staging !== undefined}
        errors={problem?.fields}
      />
      <div className="grid content-start gap-1.5">
        <label htmlFor="field-days" className="text-m font-medium">
          Ends after
        </label>
        <select
          key={`days-${values.days?.[0]}`}
          id="field-days"
          name="days"
          defaultValue={values.days?.[0] ?? '90'}
          className="box"
        >
          {DAYS.map((days) => (
            <option key={days} value={days}>
              {days} days
            </option>
          ))}
        </select>
        <FieldErrors id="field-days-errors" errors={problem?.fields?.days} />
      </div>
      <p>
        <SubmitButton look="primary">Make a key</SubmitButton>
      </p>
    </form>
  );
}

function MadeKey({ secret, name, expiresAt }: { secret: string; name: string; expiresAt: number }) {
  return (
    <div
      role="status"
      className="grid gap-2 rounded-control border border-ok-line bg-ok-soft px-3.5 py-3 text-m"
    >
      <p>
        <b className="font-semibold">Copy the key {name} now.</b>{' '}
        <span className="text-ink-2">
          It is not shown again. It works until {new Date(expiresAt).toISOString().slice(0, 10)}.
        </span>
      </p>
      <p className="flex flex-wrap items-center gap-2">
        <code className="min-w-0 [overflow-wrap:anywhere]">{secret}</code>
        <CopyButton text={secret} label="Copy the key" />
      </p>
    </div>
  );
}

/** The confirm step of revoking the key `name`. */
export function RevokeKeyForm({ action, name }: { action: Action; name: string }) {
  const [{ problem }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="name" value={name} />
      <p className="flex flex-wrap justify-end gap-2">
        <Link href={'/keys' as Route} prefetch={false} className="button" data-safe>
          Keep the key
        </Link>
        <SubmitButton look="danger">Revoke the key</SubmitButton>
      </p>
    </form>
  );
}

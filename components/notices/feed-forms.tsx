'use client';
// The forms of calendars. The address of one that was made is shown in the answer itself, and nowhere else.
import type { Route } from 'next';
import Link from 'next/link';
import { CopyButton } from '@/components/ui/copy-button';
import { Field, FieldErrors } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import { USUAL_KINDS } from '@/lib/domain/notice-channel';
import type { Problem } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';
import { DateFields } from './date-fields';

type State = {
  problem: Problem | null;
  values: Readonly<Record<string, readonly string[]>>;
  made?: { name: string; url: string };
};
type Action = (before: State, form: FormData) => Promise<State>;
const START: State = { problem: null, values: {} };

type MakeProps = { action: Action; accounts: readonly { slug: string; name: string }[] };

/** Makes a calendar and shows its address once. */
export function MakeFeedForm({ action, accounts }: MakeProps) {
  const [{ problem, values, made }, send] = useFormAction(action, START);
  const typed = Object.keys(values).length > 0;
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      {made && (
        <div
          role="status"
          className="grid gap-2 rounded-control border border-ok-line bg-ok-soft px-3.5 py-3 text-m"
        >
          <p>
            <b className="font-semibold">Copy the address of {visibleText(made.name)} now.</b>{' '}
            <span className="text-ink-2">It is not shown again. Whoever has it can read the calendar.</span>
          </p>
          <p className="flex flex-wrap items-center gap-2">
            <code className="min-w-0 [overflow-wrap:anywhere]">{made.url}</code>
            <CopyButton text={made.url} label="Copy the address" />
          </p>
        </div>
      )}
      <Field
        name="name"
        label="Name"
        autoComplete="off"
        required
        maxLength={60}
        defaultValue={values.name?.[0]}
        errors={problem?.fields?.name}
      />
      <div className="grid content-start gap-1.5">
        <label htmlFor="field-account" className="text-m font-medium">
          Account
        </label>
        <select
          key={`account-${values.account?.[0]}`}
          id="field-account"
          name="account"
          defaultValue={values.account?.[0]}
          className="box"
        >
          {accounts.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </select>
        <FieldErrors id="field-account-errors" errors={problem?.fields?.account} />
      </div>
      <DateFields
        key={`dates-${values.dates?.join()}`}
        chosen={typed ? (values.dates ?? []) : USUAL_KINDS}
        errors={problem?.fields?.kinds}
      />
      <p className="flex flex-wrap gap-2">
        <SubmitButton look="primary">Make the calendar</SubmitButton>
        <Link href={'/settings/notices' as Route} prefetch={false} className="button">
          Close
        </Link>
      </p>
    </form>
  );
}

/** Takes the address of a calendar out of use. */
export function RevokeFeedForm({ action, id, name }: { action: Action; id: string; name: string }) {
  const [{ problem }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid justify-items-start gap-2">
      <input type="hidden" name="id" value={id} />
      <SubmitButton look="plain">
        Revoke<span className="sr-only"> {name}</span>
      </SubmitButton>
      {problem && <FormProblem problem={problem} />}
    </form>
  );
}

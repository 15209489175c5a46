'use client';
// The forms of a deployment: its upload, a retry of one version, an activation.
import type { Route } from 'next';
import Link from 'next/link';
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import { nextAttempt } from '@/lib/domain/attempt';
import { NOTE_MAX } from '@/lib/domain/deployment';
import type { FormValues } from '@/lib/domain/form-values';
import type { Network } from '@/lib/domain/permissions';
import type { Problem } from '@/lib/domain/problem';
import { type PreviewCard, PreviewCards } from './preview-cards';

type State = { problem: Problem | null; values: FormValues };
type Action = (before: State, form: FormData) => Promise<State>;
const START: State = { problem: null, values: {} };

type UploadFormProps = {
  action: Action;
  account: string;
  token: string;
  replaces: string | null;
  cards: readonly PreviewCard[];
  downloadTo: string;
  /** The idempotency key of this form. */
  attempt: string;
  /** Null when nothing can be uploaded. */
  submit: string | null;
};

export function UploadForm({ action, attempt, submit, ...preview }: UploadFormProps) {
  const [{ problem, values }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="attempt" value={nextAttempt(attempt, values.attempt?.[0], problem)} />
      <PreviewCards {...preview} problem={problem} values={values} />
      {submit !== null && (
        <div className="grid justify-items-start gap-2">
          <SubmitButton look="primary">{submit}</SubmitButton>
          <p className="text-m text-ink-2">
            This adds versions and activates none. Each bundle is patched and checked by Akamai’s validation
            first.
          </p>
        </div>
      )}
    </form>
  );
}

type RetryFormProps = {
  action: Action;
  account: string;
  id: string;
  position: number;
  /** The field of the new version. */
  field: string;
  version: string;
  /** Which version is tried again. */
  label: string;
};

export function RetryForm({ action, account, id, position, field, version, label }: RetryFormProps) {
  const [{ problem, values }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid justify-items-start gap-2">
      {problem && <FormProblem problem={problem} />}
      <Hidden fields={{ account, id, position: String(position), field }} />
      <div className="flex flex-wrap items-end gap-2">
        <div className="w-44">
          <Field
            name={field}
            label="Upload as"
            aria-label={`Upload ${label} as`}
            defaultValue={values[field]?.[0] ?? version}
            errors={problem?.fields?.[field]}
            autoComplete="off"
            spellCheck={false}
            required
          />
        </div>
        <SubmitButton>Try again</SubmitButton>
      </div>
    </form>
  );
}

type ActivateFormProps = {
  action: Action;
  account: string;
  id: string;
  network: Network;
  submit: string;
  /** Whether the name of the network must be typed, and where the form is left. */
  confirm: { keepHref: Route } | null;
};

export function ActivateForm({ action, account, id, network, submit, confirm }: ActivateFormProps) {
  const [{ problem, values }, send] = useFormAction(action, START);
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <Hidden fields={{ account, id, network }} />
      <Field
        name="note"
        scope={network}
        label="Note (optional)"
        hint="Akamai keeps it with the activation."
        maxLength={NOTE_MAX}
        defaultValue={values.note?.[0] ?? ''}
        errors={problem?.fields?.note}
        autoComplete="off"
      />
      {confirm && (
        <Field
          name="typed"
          label={`Type ${network} to confirm`}
          autoComplete="off"
          spellCheck={false}
          required
          errors={problem?.fields?.typed}
        />
      )}
      <p className={`flex flex-wrap gap-2 ${confirm ? 'justify-end' : ''}`}>
        {confirm && (
          <Link href={confirm.keepHref} scroll={false} className="button" data-safe>
            Not now
          </Link>
        )}
        <SubmitButton look="primary">{submit}</SubmitButton>
      </p>
    </form>
  );
}

function Hidden({ fields }: { fields: Readonly<Record<string, string>> }) {
  return Object.entries(fields).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));
}

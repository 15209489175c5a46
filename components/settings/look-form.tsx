'use client';
// How an account is shown. It keeps what was typed when it was refused.
import { Field, FieldErrors } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { Problem } from '@/lib/domain/problem';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };
type Props = {
  action: (before: State, form: FormData) => Promise<State>;
  account: string;
  name: string;
  colour: string;
  colours: readonly string[];
};

export function LookForm({ action, account, name, colour, colours }: Props) {
  const [{ problem, values }, send] = useFormAction(action, { problem: null, values: {} });
  const id = `colour-${account}`;
  return (
    <form action={send} className="grid max-w-96 gap-3">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="account" value={account} />
      <Field
        name="name"
        scope={account}
        label="Name"
        autoComplete="off"
        maxLength={40}
        placeholder={account}
        defaultValue={values.name?.[0] ?? (name === account ? '' : name)}
        errors={problem?.fields?.name}
      />
      <div className="grid content-start gap-1.5" key={values.colour?.[0] ?? colour}>
        <label htmlFor={id} className="text-m font-medium">
          Colour
        </label>
        <select id={id} name="colour" defaultValue={values.colour?.[0] ?? colour} className="box">
          {colours.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
        <FieldErrors id={`${id}-errors`} errors={problem?.fields?.colour} />
      </div>
      <p>
        <SubmitButton>Save</SubmitButton>
      </p>
    </form>
  );
}

'use client';
// Saves the rules that were just looked at, as they are.
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { Problem } from '@/lib/domain/problem';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };

type SaveRulesProps = {
  action: (before: State, form: FormData) => Promise<State>;
  /** Fields of the form, by name. */
  fields: readonly (readonly [name: string, value: string])[];
};

export function SaveRules({ action, fields }: SaveRulesProps) {
  const [{ problem }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid gap-3">
      {problem && <FormProblem problem={problem} />}
      {fields.map(([name, value]) => (
        <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
      ))}
      <p>
        <SubmitButton look="primary">Save these rules</SubmitButton>
      </p>
    </form>
  );
}

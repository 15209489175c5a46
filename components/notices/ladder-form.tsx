'use client';
// The form of the days on which each kind of date is told.
import { Field } from '@/components/ui/field';
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import { DUE_KIND_WORDS, DUE_KINDS } from '@/lib/domain/due';
import type { Ladders } from '@/lib/domain/notice';
import type { Problem } from '@/lib/domain/problem';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };
type Props = { action: (before: State, form: FormData) => Promise<State>; ladders: Ladders };

export function LadderForm({ action, ladders }: Props) {
  const [{ problem, values }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {DUE_KINDS.map((kind) => (
          <Field
            key={kind}
            name={kind}
            label={DUE_KIND_WORDS[kind]}
            autoComplete="off"
            spellCheck={false}
            placeholder="never"
            defaultValue={values[kind]?.[0] ?? ladders[kind].join(', ')}
            errors={problem?.fields?.[kind]}
          />
        ))}
      </div>
      <p>
        <SubmitButton>Save the days</SubmitButton>
      </p>
    </form>
  );
}

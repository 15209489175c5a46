'use client';
// The form of one button that begins or ends a scan; what it asks for shows in the page around it.
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { FormValues } from '@/lib/domain/form-values';
import type { Problem } from '@/lib/domain/problem';

type State = { problem: Problem | null; values: FormValues };
export type ScanAction = (before: State, form: FormData) => Promise<State>;

type ScanFormProps = { action: ScanAction; account: string; submit: string };

export function ScanForm({ action, account, submit }: ScanFormProps) {
  const [{ problem }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid justify-items-start gap-2">
      <input type="hidden" name="account" value={account} />
      <SubmitButton>{submit}</SubmitButton>
      {problem && <FormProblem problem={problem} />}
    </form>
  );
}

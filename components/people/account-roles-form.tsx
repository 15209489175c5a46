'use client';
// What somebody may do at most on each account. It keeps what was chosen when it was refused.
import { FormProblem } from '@/components/ui/form-problem';
import { SubmitButton } from '@/components/ui/submit-button';
import { useFormAction } from '@/components/ui/use-form-action';
import type { Problem } from '@/lib/domain/problem';
import { visibleText } from '@/lib/domain/visible-text';

type State = { problem: Problem | null; values: Readonly<Record<string, readonly string[]>> };
type Props = {
  action: (before: State, form: FormData) => Promise<State>;
  id: string;
  /** The person's role. */
  role: string;
  /** `roles` can be chosen, besides `usual` and `none`. */
  accounts: readonly { slug: string; label: string; access: string; roles: readonly string[] }[];
};

export function AccountRolesForm({ action, id, role, accounts }: Props) {
  const [{ problem, values }, send] = useFormAction(action, { problem: null, values: {} });
  return (
    <form action={send} className="grid gap-4">
      {problem && <FormProblem problem={problem} />}
      <input type="hidden" name="id" value={id} />
      <div className="grid gap-2">
        {accounts.map(({ slug, label, access, roles }, index) => (
          <div
            key={`${slug} ${values.access?.[index] ?? access}`}
            className="grid grid-cols-[minmax(0,1fr)_11rem] items-center gap-3"
          >
            <input type="hidden" name="account" value={slug} />
            <label htmlFor={`access-${index}`} className="text-m [overflow-wrap:anywhere]">
              {visibleText(label)}
            </label>
            <select
              id={`access-${index}`}
              name="access"
              defaultValue={values.access?.[index] ?? access}
              className="box"
            >
              <option value="usual">as usual ({role})</option>
              {roles.map((one) => (
                <option key={one} value={one}>
                  {one === role ? one : `${one} at most`}
                </option>
              ))}
              <option value="none">no access</option>
            </select>
          </div>
        ))}
      </div>
      <p>
        <SubmitButton>Save the accounts</SubmitButton>
      </p>
    </form>
  );
}

'use server';
// Review and creation of a token.
import type { Route } from 'next';
import { redirect } from 'next/navigation';
import type { NewTokenState } from '@/components/editor/new-token-form';
import { formValues } from '@/lib/domain/form-values';
import { fail, ok } from '@/lib/domain/problem';
import { draftFromValues, draftToRequest } from '@/lib/domain/token-draft';
import { field, runAction } from '@/lib/services/action';
import { createToken } from '@/lib/services/token-changes';

export async function newTokenAction(_before: NewTokenState, form: FormData): Promise<NewTokenState> {
  const account = field(form, 'account');
  const intent = field(form, 'intent');
  const draft = draftFromValues(formValues(form));
  const state = await runAction(form, async (actor) => {
    if (intent === 'edit') return ok(null);
    const asked = draftToRequest(draft);
    if (!asked.ok) {
      return fail(
        'invalid-fields',
        422,
        'The token cannot be asked for yet.',
        'Nothing was created. Mend the marked fields.',
        {
          fields: {
            ...Object.fromEntries(
              Object.entries(asked.fields).map(([name, messages]) => [name, [...messages]]),
            ),
          },
        },
      );
    }
    if (intent !== 'create') return ok(null);
    const created = await createToken(actor, account, asked.request, field(form, 'attempt'));
    const path = `/${encodeURIComponent(account)}/tokens/${encodeURIComponent(draft.name)}`;
    if (created.ok) redirect(`${path}?done=created` as Route);
    // The token's page tells what is in doubt, follows it, and offers the same request again.
    if (created.problem.code === 'outcome-unknown') redirect(path as Route);
    return created;
  });
  return { ...state, step: intent !== 'edit' && state.problem === null ? 'review' : 'edit' };
}

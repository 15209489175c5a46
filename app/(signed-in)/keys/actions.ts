'use server';
// What admins do about keys: make one, revoke one.
import type { Route } from 'next';
import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { parseRole } from '@/lib/domain/access';
import { fail } from '@/lib/domain/problem';
import { type FormState, field, runAction } from '@/lib/services/action';
import { createKey, type MadeKey, revokeKey } from '@/lib/services/keys';

/** The state of the form that makes a key: the key is shown once, in the answer itself. */
export type KeyFormState = FormState & { made?: MadeKey };

export async function makeKeyAction(_before: KeyFormState, form: FormData): Promise<KeyFormState> {
  let made: MadeKey | undefined;
  const state = await runAction(form, async (actor) => {
    const role = parseRole(field(form, 'role'));
    if (!role) {
      return fail('invalid-fields', 422, 'There is no such role.', 'Nothing was changed.', {
        fields: { role: ['Choose a role.'] },
      });
    }
    const limits = { namespaces: field(form, 'namespaces'), stagingOnly: field(form, 'staging') === 'on' };
    const days = Number(field(form, 'days'));
    const result = await createKey(actor, field(form, 'name').trim(), role, { days, limits });
    if (result.ok) made = result.value;
    return result;
  });
  if (!made) return state;
  // The list beside the form has one more.
  refresh();
  return { problem: null, values: {}, made };
}

export async function revokeKeyAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const revoked = await revokeKey(actor, field(form, 'name'));
    if (revoked.ok) redirect('/keys?done=revoked' as Route);
    return revoked;
  });
}

'use server';
// What admins do about keys: make one, revoke one.
import type { Route } from 'next';
import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { type FormState, field, limitsFields, roleField, runAction } from '@/lib/services/action';
import { createKey, type MadeKey, revokeKey } from '@/lib/services/keys';

/** The state of the form that makes a key: the key is shown once, in the answer itself. */
export type KeyFormState = FormState & { made?: MadeKey };

export async function makeKeyAction(_before: KeyFormState, form: FormData): Promise<KeyFormState> {
  let made: MadeKey | undefined;
  const state = await runAction(form, async (actor) => {
    const role = roleField(form);
    if (!role.ok) return role;
    const days = Number(field(form, 'days'));
    const result = await createKey(actor, field(form, 'name').trim(), role.value, {
      days,
      limits: limitsFields(form),
    });
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

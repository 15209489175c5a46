'use server';
// What people change about their own account.
import type { Route } from 'next';
import { redirect } from 'next/navigation';
import { type FormState, field, runAction } from '@/lib/services/action';
import { changePassword } from '@/lib/services/you';

export async function changePasswordAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor, headers) => {
    const [current, next] = [field(form, 'currentPassword'), field(form, 'nextPassword')];
    const changed = await changePassword(actor, current, next, headers);
    if (changed.ok) redirect('/you?done=password' as Route);
    return changed;
  });
}

'use server';
// What can be done about connections: check them, and choose how an account is shown.
import type { Route } from 'next';
import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { changeAccountLook } from '@/lib/services/accounts';
import { type FormState, field, runAction } from '@/lib/services/action';
import { checkConnection, checkConnections } from '@/lib/services/doctor';

/** One account, or all when none is named. The page shows what is known by then, and follows the rest. */
export async function checkAction(form: FormData): Promise<void> {
  const account = field(form, 'account');
  await runAction(form, (actor) =>
    account === '' ? checkConnections(actor) : checkConnection(actor, account),
  );
  refresh();
}

export async function changeLookAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const account = field(form, 'account');
    const look = { name: field(form, 'name'), colour: field(form, 'colour') };
    const changed = await changeAccountLook(actor, account, look);
    if (changed.ok) redirect(`/settings/connections?done=${encodeURIComponent(account)}` as Route);
    return changed;
  });
}

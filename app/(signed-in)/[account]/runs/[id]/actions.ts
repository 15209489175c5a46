'use server';
// Cancelling a run, and another run of what was not done.
import { redirect } from 'next/navigation';
import { runHref } from '@/components/bulk/run-parts';
import { type FormState, field, runAction } from '@/lib/services/action';
import { cancelRun, retryRun } from '@/lib/services/bulk';

export async function cancelRunAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const [account, id] = [field(form, 'account'), field(form, 'id')];
    const cancelled = await cancelRun(actor, account, id);
    if (cancelled.ok) redirect(runHref(account, id));
    return cancelled;
  });
}

export async function retryRunAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const account = field(form, 'account');
    const begun = await retryRun(actor, account, field(form, 'id'), field(form, 'attempt'));
    if (begun.ok) redirect(runHref(account, begun.value.id));
    return begun;
  });
}

'use server';
// Beginning and ending a scan of the live EdgeWorkers versions.
import { refresh } from 'next/cache';
import { type FormState, field, runAction } from '@/lib/services/action';
import { cancelScan, scanUsage } from '@/lib/services/usage';

/** No redirect: the button stands on several pages. */
export async function scanAction(_before: FormState, form: FormData): Promise<FormState> {
  const state = await runAction(form, (actor) => scanUsage(actor, field(form, 'account')));
  refresh();
  return state;
}

export async function cancelScanAction(_before: FormState, form: FormData): Promise<FormState> {
  const state = await runAction(form, (actor) => cancelScan(actor, field(form, 'account')));
  refresh();
  return state;
}

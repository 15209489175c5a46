'use server';
// What admins do about the rules of findings: save them.
import type { Route } from 'next';
import { redirect } from 'next/navigation';
import { type FormState, runAction } from '@/lib/services/action';
import { changeFindingRules } from '@/lib/services/due-rules';
import { rulesInput } from './rules-input';

export async function saveRulesAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const given = (name: string) => form.getAll(name).filter((value) => typeof value === 'string');
    const saved = await changeFindingRules(actor, rulesInput(given));
    if (saved.ok) redirect('/settings/findings?done=saved' as Route);
    return saved;
  });
}

'use server';
// Signing in, and the first set-up.
import type { Route } from 'next';
import { redirect } from 'next/navigation';
import { type FormState, field, runAction } from '@/lib/services/action';
import { claimLink } from '@/lib/services/links';
import { signIn } from '@/lib/services/people';
import { claimSetup } from '@/lib/services/setup';
import { nextPath } from './next-path';

export async function signInAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor, headers) => {
    const result = await signIn(actor, field(form, 'email'), field(form, 'password'), headers);
    if (result.ok) redirect(nextPath(field(form, 'next')) as Route);
    return result;
  });
}

export async function setupAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor, headers) => {
    const [email, password] = [field(form, 'email'), field(form, 'password')];
    const claimed = await claimSetup(actor, field(form, 'secret'), email, password, headers);
    if (claimed.ok) redirect('/');
    return claimed;
  });
}

export async function claimLinkAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor, headers) => {
    const password = field(form, 'password');
    const claimed = await claimLink(actor, field(form, 'secret'), password);
    if (!claimed.ok) return claimed;
    await signIn(actor, claimed.value.email, password, headers);
    redirect('/');
  });
}

'use server';
// Refreshing and revoking the token of this page.
import type { Route } from 'next';
import { redirect } from 'next/navigation';
import { fail, type Result } from '@/lib/domain/problem';
import { type FormState, field, runAction } from '@/lib/services/action';
import { changeNote, keepEarlierNote } from '@/lib/services/notes';
import { refreshToken, revokeToken } from '@/lib/services/token-changes';

export async function refreshAction(_before: FormState, form: FormData): Promise<FormState> {
  const { account, name } = target(form);
  return runAction(form, async (actor) => {
    const refreshed = await refreshToken(actor, account, name, field(form, 'attempt'));
    if (refreshed.ok) redirect(`${tokenPath(account, name)}?done=refreshed` as Route);
    leaveIfUnknown(refreshed, account, name);
    return refreshed;
  });
}

export async function revokeAction(_before: FormState, form: FormData): Promise<FormState> {
  const { account, name } = target(form);
  return runAction(form, async (actor) => {
    const typed = field(form, 'typed').trim();
    if (typed !== '' && typed !== name) {
      const words = `Type ${name} exactly.`;
      const advice = 'Nothing was revoked. Type the name of the token to confirm.';
      return fail('invalid-fields', 422, 'The typed name is another one.', advice, {
        fields: { typed: [words] },
      });
    }
    const revoked = await revokeToken(actor, account, name, field(form, 'attempt'), typed || null);
    if (revoked.ok)
      redirect(`/${encodeURIComponent(account)}/tokens?revoked=${encodeURIComponent(name)}` as Route);
    leaveIfUnknown(revoked, account, name);
    return revoked;
  });
}

export async function changeNoteAction(_before: FormState, form: FormData): Promise<FormState> {
  const { account, name } = target(form);
  return runAction(form, async (actor) => {
    const input = {
      owner: field(form, 'owner'),
      purpose: field(form, 'purpose'),
      ticket: field(form, 'ticket'),
      tags: field(form, 'tags'),
      reviewBy: field(form, 'reviewBy'),
    };
    const changed = await changeNote(actor, account, name, input);
    if (changed.ok) redirect(`${tokenPath(account, name)}?done=noted` as Route);
    return changed;
  });
}

export async function keepNoteAction(_before: FormState, form: FormData): Promise<FormState> {
  const { account, name } = target(form);
  return runAction(form, async (actor) => {
    const kept = await keepEarlierNote(actor, account, name);
    if (kept.ok) redirect(`${tokenPath(account, name)}?done=noted` as Route);
    return kept;
  });
}

/** The token's page tells what is in doubt, and follows it. */
function leaveIfUnknown(result: Result<unknown>, account: string, name: string): void {
  if (!result.ok && result.problem.code === 'outcome-unknown') redirect(tokenPath(account, name) as Route);
}

function target(form: FormData): { account: string; name: string } {
  return { account: field(form, 'account'), name: field(form, 'name') };
}

function tokenPath(account: string, name: string): string {
  return `/${encodeURIComponent(account)}/tokens/${encodeURIComponent(name)}`;
}

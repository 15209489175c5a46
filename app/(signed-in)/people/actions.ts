'use server';
// What admins do about people: invite, role and limits, disable, delete, reset, end sessions.
import type { Route } from 'next';
import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { type AskedAccess, parseAskedAccess } from '@/lib/domain/limits';
import { fail } from '@/lib/domain/problem';
import { type FormState, field, fields, limitsFields, roleField, runAction } from '@/lib/services/action';
import { invitePerson, type MadeLink, makeResetLink, withdrawInvitation } from '@/lib/services/links';
import { changeAccountRoles, changeRole, deletePerson, setDisabled } from '@/lib/services/people-changes';
import { endSession, endSessions } from '@/lib/services/you';

/** The state of a form that makes a link: the link is shown once, in the answer itself. */
export type LinkFormState = FormState & { made?: MadeLink };

export async function inviteAction(_before: LinkFormState, form: FormData): Promise<LinkFormState> {
  let made: MadeLink | undefined;
  const state = await runAction(form, async (actor) => {
    const role = roleField(form);
    if (!role.ok) return role;
    const result = await invitePerson(actor, field(form, 'email'), role.value, limitsFields(form));
    if (result.ok) made = result.value;
    return result;
  });
  if (!made) return state;
  // The list beside the form has one more.
  refresh();
  return { problem: null, values: {}, made };
}

export async function resetLinkAction(_before: LinkFormState, form: FormData): Promise<LinkFormState> {
  let made: MadeLink | undefined;
  const state = await runAction(form, async (actor) => {
    const result = await makeResetLink(actor, field(form, 'id'));
    if (result.ok) made = result.value;
    return result;
  });
  return made ? { ...state, made } : state;
}

export async function withdrawAction(form: FormData): Promise<void> {
  const { problem } = await runAction(form, (actor) => withdrawInvitation(actor, field(form, 'email')));
  redirect((problem ? '/people' : '/people?done=withdrawn') as Route);
}

export async function changeRoleAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const role = roleField(form);
    if (!role.ok) return role;
    const changed = await changeRole(actor, field(form, 'id'), role.value, limitsFields(form));
    if (changed.ok) redirect(`/people/${encodeURIComponent(field(form, 'id'))}?done=changed` as Route);
    return changed;
  });
}

export async function changeAccountRolesAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const [accounts, access] = [fields(form, 'account'), fields(form, 'access')];
    const asked = accounts.flatMap((account, index): [string, AskedAccess][] => {
      const one = parseAskedAccess(access[index] ?? '');
      return one ? [[account, one]] : [];
    });
    if (asked.length !== accounts.length || access.length !== accounts.length)
      return fail('bad-request', 400, 'There is no such role.', 'Nothing was changed. Load the page again.');
    const changed = await changeAccountRoles(actor, field(form, 'id'), new Map(asked));
    if (changed.ok) redirect(`/people/${encodeURIComponent(field(form, 'id'))}?done=accounts` as Route);
    return changed;
  });
}

export async function setDisabledAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const isDisabled = field(form, 'disabled') === 'yes';
    const changed = await setDisabled(actor, field(form, 'id'), isDisabled);
    const done = isDisabled ? 'disabled' : 'enabled';
    if (changed.ok) redirect(`/people/${encodeURIComponent(field(form, 'id'))}?done=${done}` as Route);
    return changed;
  });
}

export async function deletePersonAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    if (field(form, 'typed').trim().toLowerCase() !== field(form, 'email')) {
      const advice = 'Nothing was deleted. Type the address of the account to confirm.';
      return fail('invalid-fields', 422, 'The typed address is another one.', advice, {
        fields: { typed: [`Type ${field(form, 'email')} exactly.`] },
      });
    }
    const deleted = await deletePerson(actor, field(form, 'id'));
    if (deleted.ok) redirect('/people?done=deleted' as Route);
    return deleted;
  });
}

export async function endSessionAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const [person, session] = [field(form, 'person'), field(form, 'session')];
    const ended = await (session === 'all' ? endSessions(actor, person) : endSession(actor, person, session));
    const page = person === actor.id ? '/you' : `/people/${encodeURIComponent(person)}`;
    if (ended.ok) redirect(`${page}?done=ended` as Route);
    return ended;
  });
}

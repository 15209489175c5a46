// The one wrapper of server actions: where it comes from, who asks, and a failure that keeps what was typed.
import 'server-only';
import { headers } from 'next/headers';
import { parseRole, type Role } from '@/lib/domain/access';
import { type FormValues, formValues } from '@/lib/domain/form-values';
import type { LimitsInput } from '@/lib/domain/limits';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { currentActor } from './current-actor';
import { logRefusal } from './respond';
import { type Actor, badOrigin, isOwnOrigin } from './session';

/** What a form shows after it was sent: the failure if any, and what was typed. */
export type FormState = {
  problem: Problem | null;
  values: FormValues;
};

/**
 * Runs a server action. `run` gets the actor; its Problem becomes the form's state. A redirect thrown by `run` passes
 * through, as Next wants it. An action is a public endpoint: nothing before `run` may be trusted but the actor, and its
 * arguments are of any type, whatever their types say. What is no form is refused before `run`.
 */
export async function runAction(
  form: unknown,
  run: (actor: Actor, headers: Headers) => Promise<Result<unknown>>,
): Promise<FormState> {
  const given = await headers();
  const values = formValues(form);
  const refused = !isOwnOrigin(given) ? badOrigin() : form instanceof FormData ? null : noForm();
  const result = refused ?? (await run(await currentActor(), given));
  if (!result.ok) logRefusal(result.problem);
  return { problem: result.ok ? null : result.problem, values };
}

function noForm() {
  return fail('bad-request', 400, 'This is no form.', 'Nothing was changed. Load the page again.');
}

/** The text of a form field, '' when it is not there. */
export function field(form: unknown, name: string): string {
  const value = form instanceof FormData ? form.get(name) : null;
  return typeof value === 'string' ? value : '';
}

/** The texts of a form field that stands in it several times, in their order. */
export function fields(form: FormData, name: string): string[] {
  return form.getAll(name).filter((value) => typeof value === 'string');
}

/** The role that a form names. Problem `invalid-fields` (422). */
export function roleField(form: unknown): Result<Role> {
  const role = parseRole(field(form, 'role'));
  if (role) return ok(role);
  return fail('invalid-fields', 422, 'There is no such role.', 'Nothing was changed.', {
    fields: { role: ['Choose a role.'] },
  });
}

/** The limits that a form names, as its fields have them. */
export function limitsFields(form: unknown): LimitsInput {
  return { namespaces: field(form, 'namespaces'), stagingOnly: field(form, 'staging') === 'on' };
}

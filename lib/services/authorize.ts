// The first line of every service: may this actor do that? A refusal is on record.
import 'server-only';
import { can, type Right, type Touched } from '@/lib/domain/access';
import { fail, ok, type Result } from '@/lib/domain/problem';
import { recordSingle } from './audit';
import { type Actor, reloadActor } from './session';

/** Ok, or the Problem: `not-signed-in` (401) for guests, `forbidden` (403) for others. */
export async function authorize(actor: Actor, right: Right, touched: Touched = {}): Promise<Result<null>> {
  if (can(actor.level, right, actor.scope, touched)) return ok(null);
  if (actor.kind === 'guest') {
    return fail(
      'not-signed-in',
      401,
      'You are not signed in.',
      'Nothing was changed. Sign in and try again.',
    );
  }
  recordSingle(actor, { action: right, target: '', account: null, detail: touched }, 'forbidden');
  const inScope = can(actor.level, right);
  const why = inScope
    ? 'It is outside the namespaces or networks you are limited to.'
    : `Your role (${actor.level}) does not allow it.`;
  return fail('forbidden', 403, 'You may not do that.', `Nothing was changed. ${why} Ask an admin.`);
}

/**
 * The same just before something is sent to Akamai: whoever lost the right while the request waited is refused.
 * Problems: as `authorize`.
 */
export async function authorizeAgain(
  actor: Actor,
  right: Right,
  touched: Touched = {},
): Promise<Result<null>> {
  return authorize(await reloadActor(actor), right, touched);
}

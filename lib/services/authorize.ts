// The first line of every service: may this actor do that? A refusal is on record.
import 'server-only';
import {
  type AccountRight,
  levelOn,
  type Refusal,
  type Right,
  refusalOf,
  type Touched,
} from '@/lib/domain/access';
import { fail, ok, type Problem, type Result } from '@/lib/domain/problem';
import { recordSingle } from './audit';
import { type Actor, reloadActor } from './session';

/** What is touched. A right about an account asks for its slug; null when the request is about no account after all. */
type TouchedBy<R extends Right> = R extends AccountRight
  ? [touched: Touched & { account: string | null }]
  : [touched?: Touched];

/**
 * Ok, or the Problem: `not-signed-in` (401) for guests, `forbidden` (403) for others, `unknown-account` (404) for an
 * account that the actor has no access to.
 */
export async function authorize<R extends Right>(
  actor: Actor,
  right: R,
  ...[touched = {}]: TouchedBy<R>
): Promise<Result<null>> {
  const refusal = refusalOf(actor.level, right, actor.scope, touched);
  if (refusal === null) return ok(null);
  if (actor.kind === 'guest') {
    return fail(
      'not-signed-in',
      401,
      'You are not signed in.',
      'Nothing was changed. Sign in and try again.',
    );
  }
  const { account = null, ...detail } = touched;
  recordSingle(actor, { action: right, target: '', account, detail }, 'forbidden');
  if (refusal === 'no-account') return unknownAccount();
  const why = refusalWords(actor, refusal, account ?? '');
  return fail('forbidden', 403, 'You may not do that.', `Nothing was changed. ${why} Ask an admin.`);
}

function refusalWords({ level, scope }: Actor, refusal: Refusal, account: string): string {
  if (refusal === 'limits') return 'It is outside what you are limited to.';
  if (refusal === 'role-on-account')
    return `Your role on this account (${levelOn(level, scope, account)}) does not allow it.`;
  return `Your role (${level}) does not allow it.`;
}

/** For an account that is not there, and in the same words for one that somebody may not know of. */
export function unknownAccount(): { ok: false; problem: Problem } {
  return fail(
    'unknown-account',
    404,
    'There is no such account here.',
    'The .edgerc of this server has no section of that name, or it is not offered. Choose another account.',
  );
}

/**
 * The same just before something is sent to Akamai: whoever lost the right while the request waited is refused.
 * Problems: as `authorize`.
 */
export async function authorizeAgain<R extends Right>(
  actor: Actor,
  right: R,
  ...touched: TouchedBy<R>
): Promise<Result<null>> {
  return authorize(await reloadActor(actor), right, ...touched);
}

// What every signed-in page begins with. It chooses what to show; the services decide what is allowed.
import type { Route } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { type AccountRight, can } from '@/lib/domain/access';
import { currentActor } from '@/lib/services/current-actor';
import type { Actor } from '@/lib/services/session';
import { atPublicUrl } from '../public-address';

/** The signed-in person; anybody else is sent to sign in and then back to `path`. */
export async function signedIn(path: string): Promise<Actor> {
  await atPublicUrl(path);
  const actor = await currentActor();
  if (actor.kind !== 'person') {
    // Who brings a cookie had a session, which may have ended while a form was open.
    const hadSession = (await headers()).get('cookie')?.includes('session_token=') ?? false;
    redirect(`/sign-in?next=${encodeURIComponent(path)}${hadSession ? '&ended=1' : ''}` as Route);
  }
  return actor;
}

/** Whether the page should offer what needs that right on the account. */
export function mayOn(actor: Actor, account: string, right: AccountRight): boolean {
  return can(actor.level, right, actor.scope, { account });
}

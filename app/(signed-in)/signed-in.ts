// What every signed-in page begins with. It chooses what to show; the services decide what is allowed.
import type { Route } from 'next';
import { redirect } from 'next/navigation';
import { type Actor, currentActor } from '@/lib/services/session';
import { atPublicUrl } from '../public-address';

/** The signed-in person; anybody else is sent to sign in and then back to `path`. */
export async function signedIn(path: string): Promise<Actor> {
  await atPublicUrl(path);
  const actor = await currentActor();
  if (actor.kind !== 'person') redirect(`/sign-in?next=${encodeURIComponent(path)}` as Route);
  return actor;
}

// Who did something, for somebody who sees it: addresses of others are for admins.
import 'server-only';
import { levelOn } from '@/lib/domain/access';
import type { Actor } from './session';

/** `you`, for admins the name, else `somebody else`. */
export function nameFor(actor: Actor, name: string, account: string): string {
  if (name === actor.name) return 'you';
  return levelOn(actor.level, actor.scope, account) === 'admin' ? name : 'somebody else';
}

/** The same of who began what is stored with its actor. */
export function whoBegan(
  actor: Actor,
  { actor_id: id, actor_name: name, account }: { actor_id: string; actor_name: string; account: string },
): string {
  return id === actor.id ? 'you' : nameFor(actor, name, account);
}

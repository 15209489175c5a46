// The way to Better Auth. It is large: a start, and whoever brings no cookie, need not wait for it.
import 'server-only';
import { once } from '@/lib/platform/once';

/** The one Better Auth of this process, loaded when it is first asked for. */
export async function auth() {
  const { createAuth } = await import('./better-auth');
  return once('auth', createAuth);
}

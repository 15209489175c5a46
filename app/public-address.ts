// A newcomer types localhost or 127.0.0.1, whichever comes to mind; forms are accepted at PUBLIC_URL only.
import type { Route } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { publicUrl } from '@/lib/services/surroundings';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Sends somebody who came by another name of this machine to the same `path` at PUBLIC_URL. Any other host is left
 * alone: behind a proxy that renames it, a redirect would never end.
 */
export async function atPublicUrl(path: string): Promise<void> {
  const given = await headers();
  const host = given.get('x-forwarded-host') ?? given.get('host') ?? '';
  if (LOOPBACK.test(host) && new URL(publicUrl()).host !== host) redirect(`${publicUrl()}${path}` as Route);
}

'use server';
// What the frame of every page offers: another theme, signing out, reading the tokens again.
import type { Route } from 'next';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { nextTheme, readTheme } from '@/components/shell/theme';
import { parseTokenQuery, printTokenQuery } from '@/lib/domain/token-query';
import { field, runAction } from '@/lib/services/action';
import { signOut } from '@/lib/services/people';
import { rereadTokens } from '@/lib/services/tokens';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

export async function switchThemeAction(): Promise<void> {
  const jar = await cookies();
  const theme = nextTheme(readTheme(jar.get('theme')?.value));
  jar.set('theme', theme, { maxAge: YEAR_SECONDS, httpOnly: true, sameSite: 'lax', path: '/' });
}

export async function signOutAction(form: FormData): Promise<void> {
  await runAction(form, (actor, headers) => signOut(actor, headers));
  redirect('/sign-in');
}

export async function rereadAction(form: FormData): Promise<void> {
  const account = field(form, 'account');
  await runAction(form, (actor) => rereadTokens(actor, account));
  const base = `/${encodeURIComponent(account)}/tokens`;
  const search = printTokenQuery(
    parseTokenQuery(Object.fromEntries(new URLSearchParams(field(form, 'search')))),
  );
  redirect((search ? `${base}?${search}` : base) as Route);
}

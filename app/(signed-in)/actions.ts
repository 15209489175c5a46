'use server';
// What the frame of every page offers: another theme, signing out, reading the tokens again.
import { refresh } from 'next/cache';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { nextTheme, readTheme } from '@/components/shell/theme';
import { field, runAction } from '@/lib/services/action';
import { signOut } from '@/lib/services/people';
import { listTokens, rereadTokens } from '@/lib/services/tokens';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

export async function switchThemeAction(): Promise<void> {
  const jar = await cookies();
  const theme = nextTheme(readTheme(jar.get('theme')?.value));
  jar.set('theme', theme, { maxAge: YEAR_SECONDS, httpOnly: true, sameSite: 'lax', path: '/' });
}

export async function signOutAction(form: FormData): Promise<void> {
  const { problem } = await runAction(form, (actor, headers) => signOut(actor, headers));
  redirect(problem?.code === 'storage-unavailable' ? '/sign-in?left=open' : '/sign-in');
}

/** No redirect: one that arrives late would undo what somebody did meanwhile, a search for example. */
export async function rereadAction(form: FormData): Promise<void> {
  const account = field(form, 'account');
  await runAction(form, async (actor) => {
    const outdated = await rereadTokens(actor, account);
    // Who asks for it waits for it; pages by themselves do not.
    return outdated.ok ? listTokens(actor, account) : outdated;
  });
  refresh();
}

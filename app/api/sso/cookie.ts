// The cookie that binds a sign-in under way to the browser that began it.
import { publicUrl } from '@/lib/services/surroundings';

const SECONDS = 10 * 60;

/** `__Host-` keeps other hosts of the domain from setting it; a browser takes that over https only. */
function name(): string {
  return publicUrl().startsWith('https:') ? '__Host-token-desk-sso' : 'token-desk-sso';
}

/** The Set-Cookie line for `binding`. Lax: the way back from the provider is a link from another site. */
export function bindingCookie(binding: string): string {
  const secure = publicUrl().startsWith('https:') ? '; Secure' : '';
  return `${name()}=${binding}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${SECONDS}${secure}`;
}

/** The Set-Cookie line that removes it. With a date: Next loses a `Max-Age=0` where another cookie is set too. */
export function noBindingCookie(): string {
  return bindingCookie('').replace(`Max-Age=${SECONDS}`, 'Expires=Thu, 01 Jan 1970 00:00:00 GMT');
}

/** What the cookie of a request says, '' when there is none. */
export function readBinding(headers: Headers): string {
  const pairs = (headers.get('cookie') ?? '').split('; ');
  return pairs.find((pair) => pair.startsWith(`${name()}=`))?.slice(name().length + 1) ?? '';
}

/** A redirect to one of our pages, or to the provider. */
export function goTo(url: string, cookie?: string): Response {
  const headers = { Location: new URL(url, publicUrl()).href, 'Cache-Control': 'no-store' };
  return new Response(null, {
    status: 303,
    headers: cookie ? { ...headers, 'Set-Cookie': cookie } : headers,
  });
}

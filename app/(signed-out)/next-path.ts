// Where to go after signing in: a path of ours, whatever the link says.

const HERE = 'http://here.invalid';

/** The path, query and hash of `next` when it stays on this site, else `/`. Parsed, because prefixes lie (`/\e`, `/\t/e`). */
export function nextPath(next: string): string {
  if (!next.startsWith('/') || !URL.canParse(next, HERE)) return '/';
  const url = new URL(next, HERE);
  const path = `${url.pathname}${url.search}${url.hash}`;
  // `/..//host` is a path here and another host once more, and `/%2e//` is no address: what is printed is read again.
  const isOurs = (text: string) => URL.canParse(text, HERE) && new URL(text, HERE).origin === HERE;
  return url.origin === HERE && isOurs(path) ? path : '/';
}

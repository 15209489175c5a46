// Which proxy a request goes through, as undici's EnvHttpProxyAgent decides it: for the doctor, which tells it.
import type { ProxySettings } from '@/lib/platform/env';

/** The proxy for `target`, or null for none. Throws a TypeError for a proxy that is no address. */
export function proxyFor(target: URL, { http, https, none }: ProxySettings): URL | null {
  if (isExcepted(target, none)) return null;
  const address = target.protocol === 'https:' ? https || http : http;
  return address ? new URL(address) : null;
}

function isExcepted({ hostname, port, protocol }: URL, none: string): boolean {
  if (none === '*') return true;
  const usualPort = protocol === 'https:' ? '443' : '80';
  return none
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, name = entry, onPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (onPort && onPort !== (port || usualPort)) return false;
      const host = name.replace(/^\*?\./, '').toLowerCase();
      return hostname === host || hostname.endsWith(`.${host}`);
    });
}

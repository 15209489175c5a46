// Which addresses of the network may be spoken to when people choose where something is sent.
import 'server-only';
import { BlockList, isIP } from 'node:net';

/**
 * `private`: of this machine or a network of one's own, which the operator may allow. `never`: where clouds hand out
 * credentials (metadata), and what is no host.
 */
export type Reach = 'public' | 'private' | 'never';

const PRIVATE = listOf(
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
);
const NEVER = listOf(
  '0.0.0.0/8',
  // Link-local, and with it the metadata address of most clouds; the others are those of five more.
  '169.254.0.0/16',
  'fe80::/10',
  '100.100.100.200/32',
  '192.0.0.0/24',
  'fd00:ec2::/32',
  'fd20:ce::/32',
  'fd00:42::/32',
  // For documents, measurements, multicast and the future.
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  // Carry an IPv4 address that would have to be looked at too.
  '2001::/32',
  '2002::/16',
  '2001:db8::/32',
  '3fff::/20',
);
/** Everything of IPv6 that is not this, or private, is nothing to connect to. */
const GLOBAL = listOf('2000::/3');

/** How far the IP address `address` reaches. What is no address reaches `never`. */
export function reachOf(address: string): Reach {
  const bare = address.replace(/^\[|\]$|%.*$/g, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const version = isIP(bare);
  if (version === 0) return 'never';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  // Both lists know an IPv4 address that is written as an IPv6 one.
  if (NEVER.check(bare, family)) return 'never';
  if (PRIVATE.check(bare, family)) return 'private';
  if (version === 6 && !GLOBAL.check(bare, family)) return 'never';
  return 'public';
}

function listOf(...nets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const net of nets) {
    const [address = '', prefix = ''] = net.split('/');
    list.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

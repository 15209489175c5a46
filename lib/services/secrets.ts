// How secrets that are only compared are stored.
import 'server-only';
import { createHash } from 'node:crypto';

/** The hash of a random secret, in hex: no salt, as nobody can guess what it was made of. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

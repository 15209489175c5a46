// Password hashes: scrypt at the cost that OWASP advises, never more than four at once (each takes 128 MiB).
import 'server-only';
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { once } from '@/lib/platform/once';

export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 256;

const COST: ScryptOptions = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const HASH_BYTES = 32;
const AT_ONCE_MAX = 4;

/** A new hash of `password`, with its salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt);
  return `scrypt:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/** Whether `password` is the one that was hashed. */
export async function verifyPassword({
  hash,
  password,
}: {
  hash: string;
  password: string;
}): Promise<boolean> {
  const [scheme, salt, expected] = hash.split(':');
  if (scheme !== 'scrypt' || !salt || !expected || password.length > PASSWORD_MAX) return false;
  const derived = await derive(password, Buffer.from(salt, 'base64url'));
  const known = Buffer.from(expected, 'base64url');
  return derived.byteLength === known.byteLength && timingSafeEqual(derived, known);
}

async function derive(password: string, salt: Buffer): Promise<Buffer> {
  const slots = once('password-slots', () => ({ atWork: 0, waiting: [] as (() => void)[] }));
  if (slots.atWork >= AT_ONCE_MAX) await new Promise<void>((resolve) => slots.waiting.push(resolve));
  else slots.atWork += 1;
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize('NFKC'), salt, HASH_BYTES, COST, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    const next = slots.waiting.shift();
    if (next) next();
    else slots.atWork -= 1;
  }
}

// What a key looks like: `etd_`, 256 random bits, and a checksum that tells a mistyped key from a wrong one.
import 'server-only';
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const KEY = /^etd_([A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

export function newKey(): string {
  const secret = randomBytes(32).toString('base64url');
  return `etd_${secret}${checksum(secret)}`;
}

/** The beginning of a key, by which people tell keys apart: 24 of its 256 random bits. */
export function shownPrefix(key: string): string {
  return key.slice(0, 8);
}

export function isWellFormedKey(key: string): boolean {
  const [, secret, sum] = KEY.exec(key) ?? [];
  return secret !== undefined && checksum(secret) === sum;
}

function checksum(secret: string): string {
  return crc32(secret).toString(16).padStart(8, '0');
}

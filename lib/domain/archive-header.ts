// One header block of a tar, read strictly. node-tar decodes it; what GNU tar, Python's tarfile or node-tar would read
// otherwise than the two others is refused here, because two readings of one archive are how something is smuggled in.
import { Header } from 'tar';

export const BLOCK = 512;

export type HeaderBlock = {
  /** node-tar's name of the type flag, e.g. `File`. */
  type: string;
  path: string;
  linkPath: string;
  mode: number;
  /** Bytes of content that follow, as the field says. */
  size: number;
};

/** Fields with numbers: where, how long, and whether a negative one makes sense. */
const NUMBERS: readonly [at: number, length: number, mayBeNegative: boolean][] = [
  [100, 8, false],
  [108, 8, true],
  [116, 8, true],
  [136, 12, true],
  [148, 8, false],
  [329, 8, false],
  [337, 8, false],
];
const SIZE: [at: number, length: number] = [124, 12];

/** The header block at `at`, or null: a wrong checksum, a malformed number, or a name that readers disagree on. */
export function readHeader(bytes: Buffer, at: number): HeaderBlock | null {
  const header = decode(bytes, at);
  const size = readNumber(bytes, at + SIZE[0], SIZE[1], false);
  if (!header || size === null) return null;
  for (const [offset, length, mayBeNegative] of NUMBERS) {
    if (readNumber(bytes, at + offset, length, mayBeNegative) === null) return null;
  }
  const path = readName(bytes, at);
  if (path === null || path !== header.path) return null;
  return { type: header.type, path, linkPath: header.linkpath ?? '', mode: header.mode ?? 0, size };
}

/** Whether the bytes begin with a header block: a plain .tar. */
export function beginsWithHeader(bytes: Uint8Array): boolean {
  return bytes.byteLength >= BLOCK && decode(Buffer.from(bytes.subarray(0, BLOCK)), 0) !== null;
}

function decode(bytes: Buffer, at: number): Header | null {
  try {
    const header = new Header(bytes, at);
    return header.cksumValid ? header : null;
  } catch (error) {
    // node-tar throws for numbers that it cannot hold.
    if (error instanceof Error) return null;
    throw error;
  }
}

/**
 * A number field: octal with spaces before and spaces or zeros behind, or base-256 when its first bit is set. Null for
 * anything else; a negative number counts as 0, and only where it may stand.
 */
function readNumber(bytes: Buffer, at: number, length: number, mayBeNegative: boolean): number | null {
  const first = bytes[at];
  if (first === 0x80) {
    let number = 0;
    for (let index = at + 1; index < at + length; index += 1) number = number * 256 + (bytes[index] ?? 0);
    return Number.isSafeInteger(number) ? number : null;
  }
  if (first === 0xff) return mayBeNegative ? 0 : null;
  const [, octal] = /^ *([0-7]*)[ \0]*$/.exec(bytes.toString('latin1', at, at + length)) ?? [];
  return octal === undefined ? null : Number.parseInt(octal || '0', 8);
}

/** The name with its ustar prefix; null when there is a prefix that only some readers would take for one. */
function readName(bytes: Buffer, at: number): string | null {
  const name = text(bytes, at, 100);
  const prefix = text(bytes, at + 345, 155);
  const isUstar = bytes.toString('latin1', at + 257, at + 265) === 'ustar\x0000';
  if (!isUstar) return prefix === '' ? name : null;
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(bytes: Buffer, at: number, length: number): string {
  const zero = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, zero < 0 ? at + length : Math.min(zero, at + length));
}

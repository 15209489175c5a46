// One header block of a tar, read strictly: what GNU tar, Python's tarfile or node-tar would read otherwise than the two
// others is refused, because two readings of one archive are how something is smuggled in.
import type { EntryType } from './archive';

export const BLOCK = 512;

/** What a block is: an entry, or an extended header (pax or GNU) for the entry or entries behind it. */
export type BlockKind = EntryType | 'pax' | 'pax-global' | 'long-path' | 'long-link';

export type HeaderBlock = {
  /** Null for what a bundle may not hold: devices, pipes, sparse files, volumes and unknown types. */
  kind: BlockKind | null;
  /** The type as it stands in the block. */
  flag: string;
  /** The name field, and the path with its ustar prefix. */
  name: string;
  path: string;
  linkPath: string;
  mode: number;
  /** Bytes of content that follow, as the field says. */
  size: number;
};

const KINDS: Readonly<Record<string, BlockKind>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'link',
  '2': 'symlink',
  '5': 'directory',
  // A contiguous file: a file to every reader of today.
  '7': 'file',
  x: 'pax',
  // Solaris wrote pax headers with this type before POSIX settled on x.
  X: 'pax',
  g: 'pax-global',
  L: 'long-path',
  K: 'long-link',
};

const UID_MAX = 2 ** 32 - 1;

type NumberField = {
  at: number;
  length: number;
  max: number;
  /** Whether a negative number makes sense, and spaces instead of one: GNU tar fails at them elsewhere. */
  mayBe?: 'negative' | 'blank';
};

const MODE: NumberField = { at: 100, length: 8, max: Number.MAX_SAFE_INTEGER };
const SIZE: NumberField = { at: 124, length: 12, max: Number.MAX_SAFE_INTEGER };
const OTHERS: readonly NumberField[] = [
  { at: 108, length: 8, max: UID_MAX },
  { at: 116, length: 8, max: UID_MAX },
  { at: 136, length: 12, max: Number.MAX_SAFE_INTEGER, mayBe: 'negative' },
  { at: 329, length: 8, max: Number.MAX_SAFE_INTEGER, mayBe: 'blank' },
  { at: 337, length: 8, max: Number.MAX_SAFE_INTEGER, mayBe: 'blank' },
];
/** Times that star writes behind a prefix of at most 130 bytes; GNU tar and node-tar read them there. */
const STAR_TIMES: readonly NumberField[] = [476, 488].map((at) => ({
  at,
  length: 12,
  max: Number.MAX_SAFE_INTEGER,
  mayBe: 'blank',
}));

/** The header block at `at`, or null: a wrong checksum, a malformed number, or a name that readers disagree on. */
export function readHeader(bytes: Buffer, at: number): HeaderBlock | null {
  if (!hasChecksum(bytes, at)) return null;
  const [mode, size] = [readNumber(bytes, at, MODE), readNumber(bytes, at, SIZE)];
  if (mode === null || size === null) return null;
  if (OTHERS.some((field) => readNumber(bytes, at, field) === null)) return null;
  const name = textField(bytes, at, 100);
  const flag = String.fromCharCode(bytes[at + 156] ?? 0);
  const kind = KINDS[flag] ?? null;
  // What is refused anyway may keep other things there.
  const prefix = kind === null ? '' : readPrefix(bytes, at);
  if (prefix === null) return null;
  return {
    kind,
    flag,
    name,
    path: prefix === '' ? name : `${prefix}/${name}`,
    linkPath: textField(bytes, at + 157, 100),
    mode,
    size,
  };
}

/** Whether the bytes begin with a header block: a plain .tar. */
export function beginsWithHeader(bytes: Uint8Array): boolean {
  return bytes.byteLength >= BLOCK && hasChecksum(Buffer.from(bytes.subarray(0, BLOCK)), 0);
}

/** The sum of a header's bytes, its own field counted as spaces. */
export function checksumOf(bytes: Buffer, at: number): number {
  let sum = 8 * 0x20;
  for (let index = at; index < at + 148; index += 1) sum += bytes[index] ?? 0;
  for (let index = at + 156; index < at + BLOCK; index += 1) sum += bytes[index] ?? 0;
  return sum;
}

// The sum of signed bytes, which some old tars wrote, is not taken: node-tar does not know it.
function hasChecksum(bytes: Buffer, at: number): boolean {
  return readOctal(bytes, at + 148, 8) === checksumOf(bytes, at);
}

/** Octal, or base-256 when the first bit is set. Null for anything else; a negative number counts as 0. */
function readNumber(
  bytes: Buffer,
  at: number,
  { at: offset, length, max, mayBe }: NumberField,
): number | null {
  const from = at + offset;
  const first = bytes[from];
  // Whether it is one that node-tar can hold is seen at the second reading.
  if (first === 0xff) return mayBe === 'negative' ? 0 : null;
  let number: number | null = 0;
  if (first === 0x80) {
    for (let index = from + 1; index < from + length; index += 1) number = number * 256 + (bytes[index] ?? 0);
  } else {
    number = readOctal(bytes, from, length, mayBe === 'blank');
  }
  return number !== null && number <= max ? number : null;
}

/** Octal digits with spaces before and spaces or zeros behind them, or zeros only. */
function readOctal(bytes: Buffer, at: number, length: number, mayBeBlank = false): number | null {
  const end = at + length;
  let index = at;
  while (index < end && bytes[index] === 0x20) index += 1;
  if (index === end && !mayBeBlank) return null;
  let number = 0;
  for (; index < end; index += 1) {
    const digit = (bytes[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    number = number * 8 + digit;
  }
  for (; index < end; index += 1) if (bytes[index] !== 0 && bytes[index] !== 0x20) return null;
  return number;
}

/** The ustar prefix; null when there is one that only some readers would take for a prefix. */
function readPrefix(bytes: Buffer, at: number): string | null {
  if (bytes.toString('latin1', at + 257, at + 265) !== 'ustar\x0000') {
    // GNU tar keeps times and more here, which Python takes for a prefix; others keep nothing.
    return isZero(bytes, at + 345, at + BLOCK) ? '' : null;
  }
  const isStar = bytes[at + 475] === 0;
  if (isStar && STAR_TIMES.some((field) => readNumber(bytes, at, field) === null)) return null;
  return textField(bytes, at + 345, 155);
}

/** What stands before the first zero, as every reader takes it. */
function textField(bytes: Buffer, at: number, length: number): string {
  const zero = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, zero < 0 ? at + length : Math.min(zero, at + length));
}

const ZEROS = Buffer.alloc(64 * 1024);

/** Whether all bytes from `from` to `to` are zero. */
export function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += ZEROS.byteLength) {
    const until = Math.min(at + ZEROS.byteLength, to);
    if (ZEROS.compare(bytes, at, until, 0, until - at) !== 0) return false;
  }
  return true;
}

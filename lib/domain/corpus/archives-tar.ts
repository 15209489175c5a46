// Raw tar bytes, written by hand: what no packer would write too. Nothing here knows the library that it tests.
import { gzipSync } from 'node:zlib';

type Text = string | Buffer;

export type Fields = {
  mode?: Text;
  uid?: Text;
  gid?: Text;
  size?: Text;
  mtime?: Text;
  /** Instead of the right one. */
  checksum?: string;
  type?: string;
  link?: Text;
  magic?: keyof typeof MAGICS;
  uname?: string;
  gname?: string;
  dev?: Text;
  prefix?: Text;
  /** Bytes at any place of the block, written before the checksum. */
  raw?: readonly (readonly [at: number, bytes: Text])[];
};

export const MAGICS = {
  ustar: 'ustar\x0000',
  gnu: 'ustar  \0',
  v7: '',
  /** As some writers leave the version. */
  zeros: 'ustar\0\0\0',
};

export const BLOCK = 512;
/** The end marker. */
export const END = Buffer.alloc(2 * BLOCK);

/** Octal with a zero behind it, as most write it. */
export function octal(number: number, length: number): string {
  return `${number.toString(8).padStart(length - 1, '0')}\0`;
}

/** A number as GNU tar writes what is too large for octal, or negative. */
export function base256(number: number, length: number): Buffer {
  const bytes = Buffer.alloc(length, number < 0 ? 0xff : 0);
  let rest = BigInt.asUintN(64, BigInt(number));
  for (let at = length - 1; at >= Math.max(1, length - 8); at -= 1) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  bytes[0] = number < 0 ? 0xff : 0x80;
  return bytes;
}

/** One header block. */
export function block(name: Text, size: number, fields: Fields = {}): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  const put = (at: number, text: Text | undefined, length: number) =>
    text !== undefined && Buffer.from(text).copy(bytes, at, 0, length);
  put(0, name, 100);
  put(100, fields.mode ?? octal(0o644, 8), 8);
  put(108, fields.uid ?? octal(0, 8), 8);
  put(116, fields.gid ?? octal(0, 8), 8);
  put(124, fields.size ?? octal(size, 12), 12);
  put(136, fields.mtime ?? octal(1_700_000_000, 12), 12);
  put(156, fields.type ?? '0', 1);
  put(157, fields.link, 100);
  put(257, MAGICS[fields.magic ?? 'ustar'], 8);
  put(265, fields.uname, 32);
  put(297, fields.gname, 32);
  put(329, fields.dev, 8);
  put(337, fields.dev, 8);
  put(345, fields.prefix, 155);
  for (const [at, text] of fields.raw ?? []) put(at, text, BLOCK - at);
  return sealed(bytes, fields.checksum);
}

/** The block with its checksum made right, or with the field as given. */
export function sealed(bytes: Buffer, field?: string): Buffer {
  bytes.fill(0x20, 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(field ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1');
  return bytes;
}

/** `data` filled up to whole blocks. */
export function padded(data: Text, filler = 0): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.byteLength % BLOCK)) % BLOCK, filler)]);
}

export function file(name: Text, data: Text = 'x\n', fields: Fields = {}): Buffer {
  return Buffer.concat([block(name, Buffer.byteLength(data), fields), padded(data)]);
}

export function directory(name: Text, fields: Fields = {}): Buffer {
  return block(name, 0, { mode: octal(0o755, 8), type: '5', ...fields });
}

export function symlink(name: Text, link: Text, fields: Fields = {}): Buffer {
  return block(name, 0, { mode: octal(0o777, 8), type: '2', link, ...fields });
}

export function hardLink(name: Text, link: Text, fields: Fields = {}): Buffer {
  return block(name, 0, { type: '1', link, ...fields });
}

/** One pax record with its right length. */
export function record(key: Text, value: Text): Buffer {
  const rest = Buffer.concat([
    Buffer.from(' '),
    Buffer.from(key),
    Buffer.from('='),
    Buffer.from(value),
    Buffer.from('\n'),
  ]);
  let length = rest.byteLength;
  while (length !== rest.byteLength + String(length).length) length = rest.byteLength + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

export type Records = Readonly<Record<string, Text>>;

/** A pax header for the entry behind it. */
export function pax(records: Records | Buffer, fields: Fields = {}): Buffer {
  const body = Buffer.isBuffer(records)
    ? records
    : Buffer.concat(Object.entries(records).map(([key, value]) => record(key, value)));
  return file('./PaxHeaders/entry', body, { type: 'x', ...fields });
}

/** A pax header for all entries behind it. */
export function globalPax(records: Records | Buffer, fields: Fields = {}): Buffer {
  return pax(records, { type: 'g', raw: [[0, 'pax_global_header\0']], ...fields });
}

/** GNU's long name for the entry behind it. */
export function longName(name: Text, fields: Fields = {}): Buffer {
  const body = Buffer.concat([Buffer.from(name), Buffer.alloc(1)]);
  return file('././@LongLink', body, { type: 'L', magic: 'gnu', mtime: octal(0, 12), ...fields });
}

/** GNU's long link target for the entry behind it. */
export function longLink(target: Text, fields: Fields = {}): Buffer {
  return longName(target, { type: 'K', ...fields });
}

/** The parts, with an end marker, as .tgz. */
export function tgz(...parts: readonly Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...parts, END]));
}

/** The parts as .tgz, without one. */
export function tgzOpen(...parts: readonly Buffer[]): Buffer {
  return gzipSync(Buffer.concat(parts));
}

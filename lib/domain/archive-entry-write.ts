// The header blocks of an entry that is written anew: for other content, or without `./` before its names. Mode, owner,
// time and all that is not about size or name stay.
import type { Archive, ArchiveEntry } from './archive';
import { BLOCK, checksumOf, readHeader } from './archive-header';
import { paxRecords, printPax } from './archive-pax';

type Change = {
  /** For other content: sizes that extended headers tell go. */
  isReplaced: boolean;
  /** A link becomes a file: its target goes. */
  isLinkReplaced: boolean;
  isStripped: boolean;
  isHardLink: boolean;
};

/** The extended headers and the header block of an entry: for other data (null: the same), without the prefix or not. */
export function rewrittenHeaders(
  { bytes }: Archive,
  entry: ArchiveEntry,
  data: Uint8Array | null,
  isStripped: boolean,
): Uint8Array[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const change: Change = {
    isReplaced: data !== null,
    isLinkReplaced: data !== null && entry.type !== 'file',
    isStripped,
    isHardLink: entry.type === 'link',
  };
  const parts: Uint8Array[] = [];
  for (let at = entry.start; at < entry.header; ) {
    const size = readHeader(whole, at)?.size ?? 0;
    parts.push(...rewrittenExtended(whole, at, size, change));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  const block = Buffer.from(whole.subarray(entry.header, entry.header + BLOCK));
  if (change.isLinkReplaced) makeFile(block);
  if (isStripped) stripNames(block, change.isHardLink);
  if (data) setSize(block, data.byteLength);
  return [...parts, sealed(block)];
}

/** One extended header with its body; nothing when nothing of it is left. */
function rewrittenExtended(bytes: Buffer, at: number, size: number, change: Change): Uint8Array[] {
  const block = bytes.subarray(at, at + BLOCK);
  const body = bytes.subarray(at + BLOCK, at + BLOCK + size);
  const kind = readHeader(bytes, at)?.kind;
  if (kind === 'pax') {
    const kept = Buffer.concat([...paxRecords(body)].flatMap((record) => keptRecord(record, change)));
    // One that was empty before stays.
    if (kept.byteLength === 0 && size > 0) return [];
    return [resized(block, kept.byteLength), kept, ...paddingOf(kept)];
  }
  const isTarget = kind === 'long-link';
  if (isTarget && change.isLinkReplaced) return [];
  if (!change.isStripped || (isTarget && !change.isHardLink)) return [block, body, ...paddingOf(body)];
  const name = Buffer.from(`${withoutPrefix(untilZero(body))}\0`, 'latin1');
  return [resized(block, name.byteLength), name, ...paddingOf(name)];
}

function keptRecord(
  record: Buffer,
  { isReplaced, isLinkReplaced, isStripped, isHardLink }: Change,
): Buffer[] {
  const [, key = '', value = ''] = /^\d+ ([^=]+)=([\s\S]*)\n$/.exec(record.toString('latin1')) ?? [];
  if (key === 'size' && isReplaced) return [];
  if (key === 'linkpath' && isLinkReplaced) return [];
  const isName = key === 'path' || (key === 'linkpath' && isHardLink);
  if (!isStripped || !isName) return [record];
  return [printPax(key, Buffer.from(withoutPrefix(value), 'latin1'))];
}

/** A link's block as that of a plain file: no target, and not executable, which links always are. */
function makeFile(header: Buffer): void {
  header.write('0000644\0', 100, 'latin1');
  header.write('0', 156, 'latin1');
  header.fill(0, 157, 257);
}

/** Name and (for a hard link) target without `./`; of a name in two fields, the front stands in the prefix field. */
function stripNames(header: Buffer, isHardLink: boolean): void {
  const isUstar = header.toString('latin1', 257, 265) === 'ustar\x0000';
  const name = untilZero(header.subarray(0, 100));
  const prefix = isUstar ? untilZero(header.subarray(345, 500)) : '';
  const whole = prefix === '' ? name : `${prefix}/${name}`;
  const cut = whole.length - withoutPrefix(whole).length;
  if (cut > 0 && prefix !== '') {
    // Behind a prefix of up to 130 bytes star keeps times.
    writeField(header, 345, header[475] === 0 ? 130 : 155, prefix.slice(cut));
  }
  const ofName = prefix === '' ? cut : Math.max(0, cut - prefix.length - 1);
  if (ofName > 0) writeField(header, 0, 100, name.slice(ofName));
  if (isHardLink) writeField(header, 157, 100, withoutPrefix(untilZero(header.subarray(157, 257))));
}

function withoutPrefix(path: string): string {
  return path.replace(/^(\.\/+)+/, '');
}

function writeField(header: Buffer, at: number, length: number, text: string): void {
  header.fill(0, at, at + length);
  header.write(text, at, length, 'latin1');
}

/** The bytes up to the first zero, as latin1: what is not UTF-8 stays what it is. */
function untilZero(field: Buffer): string {
  const zero = field.indexOf(0);
  return field.toString('latin1', 0, zero < 0 ? field.byteLength : zero);
}

/** The header block with another size. */
function resized(block: Uint8Array, size: number): Buffer {
  const header = Buffer.from(block);
  setSize(header, size);
  return sealed(header);
}

function setSize(header: Buffer, size: number): void {
  header.write(octal(size, 11), 124, 'latin1');
}

/** What fills the last block of `data`. */
export function paddingOf(data: Uint8Array): Uint8Array[] {
  const rest = data.byteLength % BLOCK;
  return rest === 0 ? [] : [Buffer.alloc(BLOCK - rest)];
}

/** A new plain file: not executable, which Akamai refuses; owner 0 and a fixed time, so that the bytes are the same. */
export function fileBlocks(path: string, data: Uint8Array): Uint8Array[] {
  const name = Buffer.from(path);
  const long = name.byteLength > 100 ? printPax('path', name) : null;
  return [
    ...(long
      ? [newHeader(Buffer.from('PaxHeader/edgekv_tokens.js'), long.byteLength, 'x'), long, ...paddingOf(long)]
      : []),
    newHeader(long ? Buffer.from('edgekv_tokens.js') : name, data.byteLength, '0'),
    data,
    ...paddingOf(data),
  ];
}

function newHeader(name: Buffer, size: number, type: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block);
  block.write(octal(0o644, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  setSize(block, size);
  block.write(octal(0, 11), 136, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(octal(0, 7), 329, 'latin1');
  block.write(octal(0, 7), 337, 'latin1');
  return sealed(block);
}

function octal(number: number, digits: number): string {
  return `${number.toString(8).padStart(digits, '0')}\0`;
}

/** The block with its checksum. */
function sealed(header: Buffer): Buffer {
  header.write(`${checksumOf(header, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

// EdgeWorkers bundles as archives in memory: what a scan finds, and the limits on what is taken. Nothing is extracted.
import { gunzipBounded } from './archive-gzip';
import { beginsWithHeader } from './archive-header';
import { Refused } from './archive-refusal';
import { scanTar } from './archive-scan';
import { fail, ok, type Problem, type Result } from './problem';
import { visibleText } from './visible-text';

/** Limits on what is taken. Akamai's own are 512 KB packed and 1 MB unpacked, so these leave ample room. */
export const ARCHIVE_LIMITS = {
  unpackedBytesMax: 32 * 1024 * 1024,
  entriesMax: 2_000,
  pathBytesMax: 512,
  depthMax: 32,
  metadataBytesMax: 64 * 1024,
  metadataTotalMax: 1024 * 1024,
  /** Of pax headers: 16 records for each of as many entries as may be; macOS writes ten. */
  metadataLinesMax: 32_000,
  globalHeadersMax: 16,
  /** Zeros behind the end marker; GNU tar pads to its blocking factor, 10 KiB by default. */
  paddingBytesMax: 1024 * 1024,
};

/** The file that the run-time helper imports. */
export const TOKENS_FILE = 'edgekv_tokens.js';

export type EntryType = 'file' | 'directory' | 'link' | 'symlink';

export type ArchiveEntry = {
  /** As the archive spells it. */
  path: string;
  /** Without leading `./`, repeated and trailing slashes; '' for the root itself. */
  normalized: string;
  type: EntryType;
  mode: number;
  /** Where a link leads, as spelled. */
  linkPath: string | null;
  /** Where the entry begins, extended headers included, and where its own header block is. */
  start: number;
  header: number;
  data: Uint8Array;
  /** Behind its data and padding. */
  end: number;
};

export type Archive = {
  /** The whole unpacked tar. */
  bytes: Uint8Array;
  entries: readonly ArchiveEntry[];
  /** Where the end marker begins: new entries go here. */
  endOfEntries: number;
  /** Odd but harmless things that were accepted, in words. */
  notes: readonly string[];
};

/**
 * Unpacks and scans a bundle: a .tgz, or a plain .tar. Problems: `bundle-not-gzip`, `bundle-damaged`, `bundle-refused`
 * (422), `bundle-too-large` (413); each names the entry and the reason.
 */
export async function readArchive(packed: Uint8Array): Promise<Result<Archive>> {
  const unpacked = await unpack(packed);
  if (!unpacked.ok) return unpacked;
  return scanArchive(unpacked.value.bytes, unpacked.value.notes);
}

/** Scans an unpacked bundle; `notes` are told with what it finds. Problems: `bundle-refused` (422). */
export function scanArchive(bytes: Buffer, notes: readonly string[]): Result<Archive> {
  try {
    return ok(scanTar(bytes, [...notes], ARCHIVE_LIMITS));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const where =
      error.index === null ? '' : ` Entry ${error.index + 1}${error.path ? ` (${shown(error.path)})` : ''}.`;
    return fail(
      'bundle-refused',
      422,
      `The bundle was refused: ${error.what}.`,
      `Nothing was changed.${where} Pack it again with tar -czf.`,
    );
  }
}

function shown(path: string): string {
  const visible = visibleText(path);
  return visible.length > 80 ? `${visible.slice(0, 80)}…` : visible;
}

async function unpack(packed: Uint8Array): Promise<Result<{ bytes: Buffer; notes: string[] }>> {
  const { unpackedBytesMax } = ARCHIVE_LIMITS;
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) {
    // Some build tools forget the gzip step; Akamai wants it, so the answer is packed.
    if (beginsWithHeader(packed)) {
      if (packed.byteLength > unpackedBytesMax) return tooLarge();
      const note = 'The bundle was a plain .tar; it was compressed, as Akamai wants it.';
      return ok({ bytes: Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength), notes: [note] });
    }
    return notGzip(packed);
  }
  const unpacked = await gunzipBounded(packed, unpackedBytesMax);
  if (unpacked.ok) return ok({ bytes: unpacked.bytes, notes: [...unpacked.notes] });
  if (unpacked.why === 'too-large') return tooLarge();
  return fail(
    'bundle-damaged',
    422,
    `The bundle cannot be unpacked: ${DAMAGE_WORDS[unpacked.why]}.`,
    'Nothing was changed. Send the whole file, or pack it again.',
  );
}

const DAMAGE_WORDS = {
  cut: 'it ends too early',
  damaged: 'its gzip data is damaged',
  trailing: 'there is data behind the end of its gzip data',
};

function tooLarge() {
  const limit = `${ARCHIVE_LIMITS.unpackedBytesMax / 1024 / 1024} MiB`;
  return fail(
    'bundle-too-large',
    413,
    `The bundle unpacks to more than ${limit}.`,
    'Nothing was changed. Akamai takes 1 MB.',
  );
}

const KNOWN_STARTS: readonly [start: string, what: string][] = [
  ['504b', 'a zip file'],
  ['425a68', 'a bzip2 file'],
  ['fd377a', 'an xz file'],
  ['28b52f', 'a zstd file'],
  ['7b', 'a JSON file'],
  ['3c', 'an HTML or XML file'],
];

function notGzip(packed: Uint8Array): { ok: false; problem: Problem } {
  const hex = Buffer.from(packed.subarray(0, 4)).toString('hex');
  const known = KNOWN_STARTS.find(([start]) => hex.startsWith(start));
  const begins =
    packed.byteLength === 0
      ? 'The file is empty.'
      : `It begins with ${hex.replace(/(..)(?=.)/g, '$1 ')}${known ? `, ${known[1]}` : ''}.`;
  return fail(
    'bundle-not-gzip',
    422,
    'This is no gzip file.',
    `Nothing was changed. ${begins} Pack the bundle with tar -czf.`,
  );
}

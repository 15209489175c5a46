// What Akamai's own validation says of a bundle: always status 200, with errors and warnings of open types. Written from
// the documentation and not with the product's code.
import { gunzipSync } from 'node:zlib';
import type { SimAccount } from './account';
import { isExpired } from './account';

type Finding = { type: string; message: string };
export type Validation = { errors: Finding[]; warnings: Finding[] };

const PACKED_MAX = 512 * 1024;
const UNPACKED_MAX = 1024 * 1024;
const DAY_MS = 86_400_000;

/** The findings on a bundle. A name that begins with `./` is not found, as at Akamai. */
export function validate(account: SimAccount, bundle: Buffer, now = Date.now()): Validation {
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  const error = (type: string, message: string) => errors.push({ type, message });
  if (bundle.byteLength > PACKED_MAX)
    error('MAX_COMPRESSED_SIZE_EXCEEDED', 'The compressed bundle is larger than 512 KB.');
  let tar: Buffer;
  try {
    tar = gunzipSync(bundle, { maxOutputLength: 64 * UNPACKED_MAX });
  } catch {
    error('INVALID_GZIP_FORMAT', 'The file is not in GZIP format.');
    return { errors, warnings };
  }
  const files = readFiles(tar);
  if (!files) {
    error('INVALID_TAR_ARCHIVE', 'The file is not a TAR archive.');
    return { errors, warnings };
  }
  if (tar.byteLength > UNPACKED_MAX)
    error('MAX_UNCOMPRESSED_SIZE_EXCEEDED', 'The uncompressed bundle is larger than 1 MB.');
  for (const name of ['main.js', 'bundle.json']) {
    if (!files.has(name)) error('MISSING_MANDATORY_FILES', `${name} is missing.`);
  }
  for (const [name, file] of files)
    if ((file.mode & 0o111) !== 0) error('INVALID_FILE_PERMISSION', `${name} is executable`);
  const manifest = files.get('bundle.json');
  if (manifest && !isManifest(manifest.data.toString('utf8')))
    error('INVALID_MANIFEST', 'The bundle.json manifest is invalid.');
  const tokens = files.get('edgekv_tokens.js')?.data.toString('utf8') ?? '';
  for (const [, reference = ''] of tokens.matchAll(/["']?reference["']?\s*:\s*["']([^"']*)["']/g)) {
    const token = [...account.tokens.values()].find((one) => one.uuid === reference);
    if (!token)
      error('ACCESS_TOKEN_REFERENCE_INVALID', `The EdgeKV access token reference ${reference} is invalid.`);
  }
  for (const [, value = ''] of tokens.matchAll(/["']?value["']?\s*:\s*["']([^"']*)["']/g)) {
    const token = [...account.tokens.values()].find((one) => one.value === value);
    if (!token) error('ACCESS_TOKEN_INVALID', 'The EdgeKV access token is invalid.');
    else if (isExpired(token, now)) error('ACCESS_TOKEN_EXPIRED', 'The EdgeKV access token has expired.');
    else if (Date.parse(token.expiry) - now < 30 * DAY_MS)
      warnings.push({
        type: 'ACCESS_TOKEN_EXPIRING_SOON',
        message: 'The EdgeKV access token is still valid but will expire soon.',
      });
  }
  return { errors, warnings };
}

type SimFile = { mode: number; data: Buffer };

/** Plain files of a tar by their names as spelled; null when it is none. */
function readFiles(tar: Buffer): Map<string, SimFile> | null {
  const files = new Map<string, SimFile>();
  for (let at = 0; at + 512 <= tar.byteLength; ) {
    const header = tar.subarray(at, at + 512);
    if (header.every((byte) => byte === 0)) break;
    const text = (from: number, length: number) =>
      header.toString('utf8', from, from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12), 8);
    const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    if (Number.isNaN(size) || sum !== Number.parseInt(text(148, 8), 8)) return null;
    const type = text(156, 1);
    if (type === '' || type === '0')
      files.set(text(0, 100), {
        mode: Number.parseInt(text(100, 8), 8) || 0,
        data: tar.subarray(at + 512, at + 512 + size),
      });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files.size > 0 ? files : null;
}

function isManifest(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text);
    const version =
      typeof json === 'object' && json !== null && 'edgeworker-version' in json
        ? json['edgeworker-version']
        : null;
    return typeof version === 'string' && /^[A-Za-z0-9._~-]{1,32}$/.test(version);
  } catch {
    return false;
  }
}

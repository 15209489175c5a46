// What Akamai's own validation says of a bundle: always status 200, with errors and warnings of open types. Written from
// the documentation and not with the product's code.
import { gunzipSync } from 'node:zlib';
import { parse } from 'acorn';
import { activationStatus, type Finding, isExpired, type SimAccount } from './account';

export type Validation = { errors: Finding[]; warnings: Finding[] };

const PACKED_MAX = 512 * 1024;
const UNPACKED_MAX = 1024 * 1024;
const DAY_MS = 86_400_000;
const EXPIRING_SOON_DAYS = 30;

/** The findings on a bundle. A name that begins with `./` is not found, as at Akamai. */
export function validate(account: SimAccount, bundle: Buffer, now = Date.now()): Validation {
  const errors: Finding[] = [];
  if (bundle.byteLength > PACKED_MAX)
    errors.push(finding('MAX_COMPRESSED_SIZE_EXCEEDED', 'The compressed bundle is larger than 512 KB.'));
  const tar = unpack(bundle);
  if ('type' in tar) return { errors: [...errors, tar], warnings: [] };
  const files = readFiles(tar);
  if (!files)
    return {
      errors: [...errors, finding('INVALID_TAR_ARCHIVE', 'The file is not a TAR archive.')],
      warnings: [],
    };
  if (files.size === 0) errors.push(finding('EMPTY_TARBALL', 'The archive has no files.'));
  if (tar.byteLength > UNPACKED_MAX)
    errors.push(finding('MAX_UNCOMPRESSED_SIZE_EXCEEDED', 'The uncompressed bundle is larger than 1 MB.'));
  errors.push(...fileFindings(files));
  const tokens = tokenFindings(account, files.get('edgekv_tokens.js')?.data.toString('utf8') ?? '', now);
  return { errors: [...errors, ...tokens.errors], warnings: tokens.warnings };
}

/** The version that a bundle is; null when that cannot be read. */
export function bundleVersion(bundle: Buffer): string | null {
  const manifest = bundleFiles(bundle)?.get('bundle.json');
  return manifest ? versionIn(manifest.toString('utf8')) : null;
}

/** The files of a bundle by their names as spelled; null when it is no .tgz. */
export function bundleFiles(bundle: Buffer): Map<string, Buffer> | null {
  const tar = unpack(bundle);
  const files = 'type' in tar ? null : readFiles(tar);
  return files && new Map([...files].map(([name, { data }]) => [name, data]));
}

function finding(type: string, message: string): Finding {
  return { type, message };
}

function unpack(bundle: Buffer): Buffer | Finding {
  try {
    return gunzipSync(bundle, { maxOutputLength: 64 * UNPACKED_MAX });
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    return isTooLarge
      ? finding('MAX_UNCOMPRESSED_SIZE_EXCEEDED', 'The uncompressed bundle is larger than 1 MB.')
      : finding('INVALID_GZIP_FORMAT', 'The file is not in GZIP format.');
  }
}

function fileFindings(files: ReadonlyMap<string, SimFile>): Finding[] {
  const errors: Finding[] = [];
  for (const name of ['main.js', 'bundle.json']) {
    if (!files.has(name)) errors.push(finding('MISSING_MANDATORY_FILES', `${name} is missing.`));
  }
  for (const [name, { mode }] of files) {
    if ((mode & 0o111) !== 0) errors.push(finding('INVALID_FILE_PERMISSION', `${name} is executable`));
  }
  const manifest = files.get('bundle.json');
  if (manifest && versionIn(manifest.data.toString('utf8')) === null)
    errors.push(finding('INVALID_MANIFEST', 'The bundle.json manifest is invalid.'));
  const main = files.get('main.js');
  const fault = main && syntaxFault(main.data.toString('utf8'));
  if (fault) errors.push(finding('STATIC_VALIDATION_FAILED', `static validation failed : main.js::${fault}`));
  if (files.has('edgekv.js') && !files.has('edgekv_tokens.js'))
    errors.push(finding('EDGEKV_TOKENS_FILE_MISSING', 'The edgekv_tokens.js file is missing.'));
  return errors;
}

function syntaxFault(text: string): string | null {
  try {
    parse(text, { ecmaVersion: 'latest', sourceType: 'module' });
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, words = '', line = '1', column = '0'] = /^(.*) \((\d+):(\d+)\)$/s.exec(error.message) ?? [];
    return `${line}:${Number(column) + 1} SyntaxError: ${words}.`;
  }
}

/** The tokens of edgekv_tokens.js at the root; what stands in comments is none. */
function tokenFindings(account: SimAccount, source: string, now: number): Validation {
  const text = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const found: { errors: Finding[]; warnings: Finding[] } = { errors: [], warnings: [] };
  const held = (field: string) =>
    new Set(
      [...text.matchAll(new RegExp(`["']?${field}["']?\\s*:\\s*["']([^"']*)["']`, 'g'))].map(
        ([, one = '']) => one,
      ),
    );
  const all = [...account.tokens.values()];
  for (const reference of held('reference')) {
    const token = all.find((one) => one.uuid === reference);
    if (!token || activationStatus(token, now) !== 'COMPLETE') {
      const message = 'The reference to the EdgeKV access token does not exist or it has not been activated.';
      found.errors.push(finding('ACCESS_TOKEN_REFERENCE_INVALID', message));
    }
  }
  for (const value of held('value')) {
    const token = all.find((one) => one.value === value);
    if (!token) found.errors.push(finding('ACCESS_TOKEN_INVALID', 'The EdgeKV access token is invalid.'));
    else if (isExpired(token, now))
      found.errors.push(finding('ACCESS_TOKEN_EXPIRED', 'The EdgeKV access token has expired.'));
    else if (Date.parse(token.expiry) - now < EXPIRING_SOON_DAYS * DAY_MS) {
      const message = 'The EdgeKV access token is still valid but will expire soon.';
      found.warnings.push(finding('ACCESS_TOKEN_EXPIRING_SOON', message));
    }
  }
  return found;
}

type SimFile = { mode: number; data: Buffer };

/** Plain files of a tar by their names as spelled; null when it is none. */
function readFiles(tar: Buffer): Map<string, SimFile> | null {
  const files = new Map<string, SimFile>();
  if (tar.byteLength < 512) return null;
  for (let at = 0; at + 512 <= tar.byteLength; ) {
    const header = tar.subarray(at, at + 512);
    if (header.every((byte) => byte === 0)) break;
    const text = (from: number, length: number) =>
      header.toString('utf8', from, from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12), 8);
    const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    if (Number.isNaN(size) || sum !== Number.parseInt(text(148, 8), 8)) return null;
    const type = text(156, 1);
    const folder = text(345, 155);
    if (type === '' || type === '0')
      files.set(folder === '' ? text(0, 100) : `${folder}/${text(0, 100)}`, {
        mode: Number.parseInt(text(100, 8), 8) || 0,
        data: tar.subarray(at + 512, at + 512 + size),
      });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** The edgeworker-version of a bundle.json; null when there is none that Akamai takes. */
function versionIn(manifest: string): string | null {
  try {
    const json: unknown = JSON.parse(manifest);
    const version =
      typeof json === 'object' && json !== null && 'edgeworker-version' in json
        ? json['edgeworker-version']
        : null;
    if (typeof version !== 'string') return null;
    return /^[A-Za-z0-9._~-]{1,32}$/.test(version) && !version.includes('..') ? version : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

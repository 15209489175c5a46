// bundle.json: what is wrong with it, its version, and another version by an edit of that one text.
import { z } from 'zod';
import { shownSafely } from './bundle-finding';
import { isEdgeWorkerVersion, VERSION_CHARS_MAX } from './bundle-version';
import { fail, ok, type Result } from './problem';
import { quoteText } from './tokens-file-style';

export { isEdgeWorkerVersion, suggestVersion } from './bundle-version';

export const MANIFEST_FILE = 'bundle.json';
const VERSION_KEY = 'edgeworker-version';
/** More than this is no bundle.json that anybody wrote. */
const MANIFEST_CHARS_MAX = 64 * 1024;
const BOM = '\uFEFF';

const version = z.string().refine(isEdgeWorkerVersion);
/** Field by field from the EdgeWorkers documentation; other names at the top are refused by Akamai. */
const manifestSchema = z.strictObject({
  [VERSION_KEY]: version,
  'bundle-version': z.number().int().min(1).optional(),
  'api-version': z
    .string()
    .regex(/^[0-9.]+$/)
    .optional(),
  description: z.string().optional(),
  misc: z.record(z.string(), z.unknown()).optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  dependencies: z
    .record(
      z.string(),
      z.looseObject({ edgeWorkerId: z.union([z.number(), z.string()]), version: z.string() }),
    )
    .optional(),
});

/** What Akamai would refuse in a bundle.json (`error`), or may refuse (`warning`), in words. */
export type ManifestFault = { severity: 'error' | 'warning'; words: string };

/** The faults of a bundle.json; [] when nothing is known to be wrong. */
export function manifestFaults(text: string): ManifestFault[] {
  const error = (words: string): ManifestFault => ({ severity: 'error', words });
  if (text.length > MANIFEST_CHARS_MAX) return [error('it is far too long')];
  const json = parseJson(text);
  if (json === undefined)
    return [error('it is no JSON, which has no comments, no single quotes and no comma at the end')];
  const parsed = manifestSchema.safeParse(json);
  return [
    ...(parsed.success ? [] : parsed.error.issues.slice(0, 5).map(faultOf)),
    ...doubts(text).map((words): ManifestFault => ({ severity: 'warning', words })),
  ];
}

function faultOf(issue: z.core.$ZodIssue): ManifestFault {
  if (issue.code === 'unrecognized_keys') {
    // Akamai adds fields now and then, so a new one is no certain fault.
    const names = issue.keys.slice(0, 3).map((name) => shownSafely(name, 40));
    return { severity: 'warning', words: `it has a field that is not documented: ${names.join(', ')}` };
  }
  const where = issue.path.map(String).join('.');
  const words =
    where === VERSION_KEY
      ? `its ${VERSION_KEY} is missing, or not 1 to ${VERSION_CHARS_MAX} letters, digits or . _ ~ -`
      : where === ''
        ? 'it is no object'
        : `its ${shownSafely(where)} is not as documented`;
  return { severity: 'error', words };
}

/** What JSON readers do not agree on. */
function doubts(text: string): string[] {
  const keys = topLevel(text).map(({ key }) => key);
  const twice = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))].slice(0, 3);
  return [
    ...(text.startsWith(BOM) ? ['it begins with a byte order mark (BOM), which JSON does not have'] : []),
    ...twice.map((key) => `it has ${shownSafely(key, 40)} more than once`),
  ];
}

const dependenciesSchema = z.object({
  dependencies: z.record(z.string(), z.object({ edgeWorkerId: z.union([z.number(), z.string()]) })),
});

/** The EdgeWorker IDs in `dependencies` of a bundle.json: their code runs with this one's (flexible composition). */
export function manifestDependencies(text: string): readonly string[] {
  const parsed = dependenciesSchema.safeParse(text.length > MANIFEST_CHARS_MAX ? null : parseJson(text));
  if (!parsed.success) return [];
  return Object.values(parsed.data.dependencies).map(({ edgeWorkerId }) => shownSafely(String(edgeWorkerId)));
}

/** The `edgeworker-version` of a bundle.json; null when it cannot be read. */
export function manifestVersion(text: string): string | null {
  const found = findVersion(text);
  return found.ok ? found.value.version : null;
}

/**
 * `text` with another `edgeworker-version`; everything else stays as it is. Problems: `manifest-unreadable` (422),
 * `invalid-fields` (422) for a version that Akamai would refuse.
 */
export function setManifestVersion(text: string, wanted: string): Result<string> {
  if (!isEdgeWorkerVersion(wanted)) {
    const words = `A version has 1 to ${VERSION_CHARS_MAX} letters, digits or . _ ~ - and no two dots in a row.`;
    return fail(
      'invalid-fields',
      422,
      'This is no version for an EdgeWorker.',
      `Nothing was changed. ${words}`,
      {
        fields: { version: [words] },
      },
    );
  }
  const found = findVersion(text);
  if (!found.ok) return found;
  const { start, end } = found.value;
  const edited = `${text.slice(0, start)}${quoteText(wanted, '"')}${text.slice(end)}`;
  if (manifestVersion(edited) !== wanted)
    throw new Error('an edit of bundle.json did not read back as intended');
  return ok(edited);
}

/** `version` is null when what stands there is no text. */
type Found = { version: string | null; start: number; end: number };

function findVersion(text: string): Result<Found> {
  if (text.length > MANIFEST_CHARS_MAX) return unreadable('it is far too long');
  const json = parseJson(text);
  if (json === undefined)
    return unreadable('it is no JSON, which has no comments, no single quotes and no comma at the end');
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return unreadable('it is no object');
  const [found, second] = topLevel(text).filter(({ key }) => key === VERSION_KEY);
  if (!found) return unreadable(`it has no ${VERSION_KEY}`);
  if (second) return unreadable(`it has two of ${VERSION_KEY}`);
  const { start, end } = found;
  const value: unknown = JSON.parse(text.slice(start, end));
  return ok({ version: typeof value === 'string' ? value : null, start, end });
}

function unreadable(why: string) {
  return fail(
    'manifest-unreadable',
    422,
    `The version in bundle.json cannot be set: ${why}.`,
    'Nothing was changed. Correct bundle.json, or leave the version as it is.',
  );
}

/** What the text says, its BOM left out; undefined when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith(BOM) ? text.slice(BOM.length) : text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Keys of the outermost object, and where their values stand. The text is valid JSON, so quotes and brackets are all
 * there is to look at; a JavaScript parser would refuse what JSON allows, and call itself for each level.
 */
function topLevel(text: string): { key: string; start: number; end: number }[] {
  const found: { key: string; start: number; end: number }[] = [];
  let depth = 0;
  let key: string | null = null;
  let start = -1;
  const close = (end: number) => {
    if (key !== null && start >= 0)
      found.push({ key, start, end: start + text.slice(start, end).trimEnd().length });
    key = null;
    start = -1;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (depth === 1 && key !== null && start < 0 && !/[\s:]/.test(character)) start = at;
    if (character === '"') {
      const end = endOfText(text, at);
      if (depth === 1 && key === null) key = String(JSON.parse(text.slice(at, end)));
      at = end - 1;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) close(at);
    } else if (character === ',' && depth === 1) close(at);
  }
  return found;
}

/** Behind the quote that closes the text at `at`. */
function endOfText(text: string, at: number): number {
  let end = at + 1;
  while (text[end] !== '"' && end < text.length) end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}

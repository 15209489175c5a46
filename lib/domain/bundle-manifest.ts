// bundle.json: what is wrong with it, its version, and another version by an edit of that one text.
import { type Expression, parseExpressionAt } from 'acorn';
import { z } from 'zod';
import { fail, ok, type Result } from './problem';
import { quoteText } from './tokens-file-style';

export const MANIFEST_FILE = 'bundle.json';
/** More than this is no bundle.json that anybody wrote. */
const MANIFEST_CHARS_MAX = 64 * 1024;

/** 1 to 32 of `A-Z a-z 0-9 . _ ~ -`, not `.` and without `..` (techdocs, EdgeWorkers). */
export function isEdgeWorkerVersion(text: string): boolean {
  return /^[A-Za-z0-9._~-]{1,32}$/.test(text) && text !== '.' && !text.includes('..');
}

const version = z.string().refine(isEdgeWorkerVersion);
/** Field by field from the EdgeWorkers documentation; other names at the top are refused by Akamai. */
const manifestSchema = z.strictObject({
  'edgeworker-version': version,
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

/** What Akamai would refuse in a bundle.json, in words; [] when nothing is known to be wrong. */
export function manifestFaults(text: string): string[] {
  if (text.length > MANIFEST_CHARS_MAX) return ['it is far too long'];
  const json = parseJson(text);
  if (json === undefined) return ['it is no JSON'];
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return [];
  return parsed.error.issues.slice(0, 5).map((issue) => {
    if (issue.code === 'unrecognized_keys')
      return `it has a field that is not known: ${issue.keys.join(', ')}`;
    const where = issue.path.join('.') || 'the whole';
    return where === 'edgeworker-version'
      ? 'its edgeworker-version is missing, or not 1 to 32 letters, digits or . _ ~ -'
      : `its ${where} is not as documented`;
  });
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
    const words = 'A version has 1 to 32 letters, digits or . _ ~ - and no two dots in a row.';
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
  return ok(`${text.slice(0, start)}${quoteText(wanted, '"')}${text.slice(end)}`);
}

/** The next version after `current` that is not in `taken`: the last number counted up, or `-2` put behind. */
export function suggestVersion(current: string, taken: ReadonlySet<string>): string {
  const [, head = `${current}-`, number = '1', tail = ''] =
    /^(\d+\.\d+\.)(\d{1,9})()$/.exec(current) ?? /^(.*?)(\d{1,9})([^\d]*)$/.exec(current) ?? [];
  for (let next = Number(number) + 1; ; next += 1) {
    const room = 32 - String(next).length - tail.length;
    const candidate = `${head.slice(0, Math.max(0, room))}${next}${tail}`;
    if (!taken.has(candidate)) return candidate;
  }
}

type Found = { version: string; start: number; end: number };

function findVersion(text: string): Result<Found> {
  if (text.length > MANIFEST_CHARS_MAX) return unreadable('it is far too long');
  if (parseJson(text) === undefined) return unreadable('it is no JSON');
  // JSON is JavaScript here, so the parser tells where a text stands. A BOM is white space to it, and no JSON.
  const root = parseObject(text);
  if (root === null) return unreadable('it is nested too deep');
  if (root.type !== 'ObjectExpression') return unreadable('it is no object');
  const found = root.properties.flatMap((property): Expression[] => {
    const isVersion =
      property.type === 'Property' &&
      property.key.type === 'Literal' &&
      property.key.value === 'edgeworker-version';
    return isVersion ? [property.value] : [];
  });
  const [value, second] = found;
  if (!value) return unreadable('it has no edgeworker-version');
  if (second) return unreadable('it has two of edgeworker-version');
  if (value.type !== 'Literal' || typeof value.value !== 'string')
    return unreadable('its edgeworker-version is no text');
  return ok({ version: value.value, start: value.start, end: value.end });
}

function parseObject(text: string): Expression | null {
  try {
    return parseExpressionAt(text, 0, { ecmaVersion: 'latest' });
  } catch (error) {
    // The parser calls itself for each level; JSON.parse does not.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function unreadable(why: string) {
  return fail(
    'manifest-unreadable',
    422,
    `The version in bundle.json cannot be set: ${why}.`,
    'Nothing was changed. Mend bundle.json first.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

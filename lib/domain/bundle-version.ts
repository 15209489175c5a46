// Versions of an EdgeWorker: the rule, and the next one as a suggestion. They are free text to Akamai, and one that was
// used is never free again.

export const VERSION_CHARS_MAX = 32;

/** 1 to 32 of `A-Z a-z 0-9 . _ ~ -`, not `.` and without `..` (techdocs, EdgeWorkers). */
export function isEdgeWorkerVersion(text: string): boolean {
  return (
    /^[A-Za-z0-9._~-]+$/.test(text) &&
    text.length <= VERSION_CHARS_MAX &&
    text !== '.' &&
    !text.includes('..')
  );
}

/** Counting these up would make them say something that is not so: a day that is none, another commit. */
const DATE = /(?:^|\D)(?:19|20)\d{2}[-._~]?(?:0\d|1[0-2])[-._~]?[0-3]\d$/;
const COMMIT = /^(?=.*[a-f])(?=.*\d)[0-9a-f]{7,32}$/;
const NUMBER = /^(.*?)(\d{1,9})(\D*)$/;
const FALLBACK = '1.0.0';

/**
 * The next version after `current` that is not in `taken`: its last number counted up, or a number put behind it. Always
 * one that Akamai takes, whatever `current` is.
 */
export function suggestVersion(current: string, taken: ReadonlySet<string>): string {
  const { head, number, width, tail } = partsOf(isEdgeWorkerVersion(current) ? current : cleaned(current));
  for (let next = number + 1; ; next += 1) {
    const digits = String(next).padStart(width, '0');
    // What does not fit goes: first of the tail, then of the head.
    const end = tail.slice(0, Math.max(0, VERSION_CHARS_MAX - digits.length - head.length));
    const candidate = `${head.slice(0, VERSION_CHARS_MAX - digits.length - end.length)}${digits}${end}`;
    if (!taken.has(candidate) && isEdgeWorkerVersion(candidate)) return candidate;
  }
}

type Parts = { head: string; number: number; width: number; tail: string };

function partsOf(version: string): Parts {
  const isWhole = DATE.test(version) || COMMIT.test(version);
  // `1.4.2-rc.1` counts its last number; so does `1.4.2`, and `v7-beta` its only one.
  const [, head = '', digits = '', tail = ''] = (isWhole ? null : NUMBER.exec(version)) ?? [];
  if (digits === '')
    return { head: `${version.slice(0, VERSION_CHARS_MAX - 4)}-`, number: 1, width: 1, tail: '' };
  return { head, number: Number(digits), width: digits.length, tail };
}

/** A version out of a text that is none. */
function cleaned(text: string): string {
  const clean = text
    .slice(0, 200)
    .replace(/[^A-Za-z0-9._~-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, VERSION_CHARS_MAX - 4);
  return isEdgeWorkerVersion(clean) ? clean : FALLBACK;
}

// Secrets in a tokens file, made unreadable for people and for the records: what stands there, how long it is, and a
// fingerprint by which two of them can be told apart.
import { createHash } from 'node:crypto';

/** Marks around what stands in a secret's place, so that it can be drawn as a chip. They never occur in a source. */
export const HIDDEN_START = '\uE000';
export const HIDDEN_END = '\uE001';

// Long runs of a JWT's alphabet, wherever they stand: in a value, in a comment, in a file that is not understood. A uuid
// has 36 characters and a token's name at most 32.
const LONG_RUN = /[A-Za-z0-9_.+/=-]{40,}/g;
// Whatever follows `value:`, short as it may be.
const VALUE_FIELD = /(["']?\bvalue["']?\s*:\s*)("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)/g;

/** `source` with every value and everything that may be one replaced by a description between the marks. */
export function hideValues(source: string): string {
  return source
    .replace(/[\uE000\uE001]/g, '\uFFFD')
    .replace(VALUE_FIELD, (_, head: string, literal: string) => {
      const quote = literal[0] ?? '';
      return `${head}${quote}${describe(literal.slice(1, -1))}${quote}`;
    })
    .replace(LONG_RUN, describe);
}

/** `text` as it is, or words for it when it is long enough to be a secret. */
export function hideLongText(text: string): string {
  return text.replace(LONG_RUN, (secret) => `(${secret.length} characters, hidden)`);
}

/** The words that stand for a secret. */
function describe(secret: string): string {
  const print = createHash('sha256').update(secret).digest('hex').slice(0, 8);
  const what = secret.startsWith('eyJ') ? 'JWT' : 'value';
  return `${HIDDEN_START}${what}, ${secret.length} characters, sha-256 ${print}…${HIDDEN_END}`;
}

// Secrets in a tokens file, made unreadable for people and for the records: what stands there, how long it is, and a
// fingerprint by which two of them can be told apart. The text may be broken, so this looks at spelling only; when in
// doubt it hides too much.
import { hash } from 'node:crypto';
import { valueRegions } from './tokens-file-value-fields';

/** Marks around what stands in a secret's place, so that it can be drawn as a chip. They never occur in a source. */
export const HIDDEN_START = '\uE000';
export const HIDDEN_END = '\uE001';

// Long runs of a JWT's alphabet, wherever they stand: in a value, in a comment, in a file that is not understood. Escapes
// and joined strings do not end a run. A uuid has 36 characters and a token's name at most 32; whatever begins as a JWT
// does is one, short as it may be.
const PART = String.raw`(?:[A-Za-z0-9_.+/=-]|\\(?:\r\n|[^])|["'\u0060]\s*\+\s*["'\u0060])`;
const LONG_RUN = new RegExp(`(?<![A-Za-z0-9_])eyJ${PART}{5,}|${PART}{40,}`, 'g');
/** The longest key there can be: it is no secret. */
const KEY = /^namespace-[A-Za-z0-9_-]{1,32}$/;
/** With fewer letters and digits than this, a run is a rule in a comment. */
const SIGNS_MIN = 16;

/** `source` with every value and everything that may be one replaced by a description between the marks. */
export function hideValues(source: string): string {
  const clean = source.replace(/[\uE000\uE001]/g, '\uFFFD');
  let text = '';
  let at = 0;
  for (const { start, end } of valueRegions(clean)) {
    text += hideLongRuns(clean.slice(at, start), conceal) + conceal(clean.slice(start, end));
    at = end;
  }
  return text + hideLongRuns(clean.slice(at), conceal);
}

/** `text` as it is, or words for it when it is long enough to be a secret. */
export function hideLongText(text: string): string {
  return hideLongRuns(text, (secret) => `(${secret.length} characters, hidden)`);
}

function hideLongRuns(text: string, hide: (secret: string) => string): string {
  return text.replace(LONG_RUN, (run) => {
    const isSecret =
      !KEY.test(run) && (run.startsWith('eyJ') || run.replace(/[^A-Za-z0-9]/g, '').length >= SIGNS_MIN);
    return isSecret ? hide(run) : run;
  });
}

/** Words for a secret, on as many lines as it had: the line numbers behind it must stay. */
function conceal(secret: string): string {
  const [, ...more] = secret.split(/(\r\n|\n|\r)/);
  const rest = more.map((part, index) => {
    if (index % 2 === 0 || part.trim() === '') return part;
    return `${/^[ \t]*/.exec(part)?.[0] ?? ''}${HIDDEN_START}continued${HIDDEN_END}`;
  });
  return `${HIDDEN_START}${describe(secret)}${HIDDEN_END}${rest.join('')}`;
}

function describe(secret: string): string {
  const print = hash('sha256', secret).slice(0, 8);
  const what = secret.startsWith('eyJ') ? 'JWT' : 'value';
  return `${what}, ${secret.length} characters, sha-256 ${print}…`;
}

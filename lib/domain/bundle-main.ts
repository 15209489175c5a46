// main.js: whether it is a JavaScript module at all. It is parsed and never run.
import { parse } from 'acorn';
import type { Archive } from './archive';
import { type BundleFinding, finding, shownSafely } from './bundle-finding';
import { decodeText, fileAt } from './bundle-text';

/** A larger one is not parsed: Akamai takes none that large, and parsing it would take long. */
const MAIN_BYTES_MAX = 1024 * 1024;

/** What is wrong with main.js; that it is missing is told elsewhere. */
export function mainFindings(archive: Archive): BundleFinding[] {
  const file = fileAt(archive, 'main.js');
  if (!file || file.data.byteLength > MAIN_BYTES_MAX) return [];
  const text = decodeText(file.data);
  const fault = text === null ? 'it is not UTF-8 text' : syntaxFault(text);
  if (fault === TOO_DEEP)
    return [finding('warning', 'main-unchecked', `main.js could not be checked: ${fault}.`)];
  return fault === null
    ? []
    : [finding('error', 'main-invalid', `main.js is no JavaScript module: ${fault}.`)];
}

const TOO_DEEP = 'it is nested too deep';

function syntaxFault(text: string): string | null {
  try {
    parse(text, { ecmaVersion: 'latest', sourceType: 'module' });
    return null;
  } catch (error) {
    // The parser calls itself for each level, and says so in one way or the other when that is too much.
    if (error instanceof RangeError) return TOO_DEEP;
    if (!(error instanceof SyntaxError)) throw error;
    if (error.message.startsWith('Not enough stack space')) return TOO_DEEP;
    const [, words = error.message, line = '?', column = '0'] =
      /^(.*?)\s*\((\d+):(\d+)\)$/s.exec(error.message) ?? [];
    return `line ${line}, column ${Number(column) + 1}: ${shownSafely(words.replace(/\.$/, ''))}`;
  }
}

// What is printed by others, Next foremost, goes through the log: with the request's id, and without secrets. Next
// prints an error that nobody caught as it is, message and stack, beside the id (`digest`) that people see.
import { format, stripVTControlCharacters } from 'node:util';
import { log } from './log';
import { once } from './once';

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

/** From now on `console` writes lines of the log. Call it at the start of the server. */
export function logConsole(): void {
  once('console', () => {
    for (const method of Object.keys(LEVELS) as (keyof typeof LEVELS)[]) {
      console[method] = (...printed: unknown[]) => {
        const { entry, words } = lineOf(printed);
        log()[LEVELS[method]](entry, words);
      };
    }
    return true;
  });
}

/** The first error of what was printed, its id if it has one, and the words around it. */
function lineOf(printed: readonly unknown[]): { entry: object; words: string } {
  const error = printed.find((one): one is Error & { digest?: unknown } => one instanceof Error);
  // Next begins with a coloured sign.
  const words = stripVTControlCharacters(format(...printed.filter((one) => one !== error)))
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .trim();
  if (!error) return { entry: {}, words };
  const id = typeof error.digest === 'string' ? { digest: error.digest } : {};
  return { entry: { ...id, error }, words: words || 'unexpected error' };
}

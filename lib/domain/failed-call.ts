// What a page says when its call to the server failed: answers that are no Problem become one.
import { PROBLEM_CODES, type Problem } from './problem';

/** The server runs another build than this page. */
export function appUpdated(): Problem {
  return {
    code: 'app-updated',
    status: 409,
    title: 'Token Desk was updated while this page was open.',
    detail:
      'Nothing was changed. What you typed is still here; keep what you need, then load the page again.',
  };
}

/**
 * The Problem of an error that a server action ended with in the browser. The message is the server's own Problem when
 * the front refused the call; an error of ours has no message there, but the id under which the log has it.
 */
export function failedCall(error: unknown): Problem {
  if (!(error instanceof Error)) return noAnswer();
  const id = 'digest' in error && typeof error.digest === 'string' ? error.digest : null;
  return id === null ? (readProblem(error.message) ?? noAnswer()) : unexpected(id);
}

function readProblem(text: string): Problem | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Words of the browser or of Next, about a connection that was cut for example.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (!('code' in value && 'status' in value && 'title' in value && 'detail' in value)) return null;
  const { status, title, detail } = value;
  const code = PROBLEM_CODES.find((one) => one === value.code);
  if (!code || typeof status !== 'number' || typeof title !== 'string' || typeof detail !== 'string')
    return null;
  return { code, status, title, detail };
}

function noAnswer(): Problem {
  return {
    code: 'internal',
    status: 502,
    title: 'The server did not answer as it should.',
    detail:
      'What you sent may have been carried out or not: look before you send it again. What you typed is still here.',
  };
}

function unexpected(id: string): Problem {
  return {
    code: 'internal',
    status: 500,
    title: 'Something went wrong on the server.',
    detail: `What you sent may have been carried out or not: look before you send it again. If it stays so, give the operator this id: ${id}`,
  };
}

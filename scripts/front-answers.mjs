// The words of the front: for what it does not pass on to Next, and for what Next answers without any.
import { createHash } from 'node:crypto';

const STYLE = 'body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:10vh auto;padding:0 1rem}';
const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`,
};

/** Next marks with it that the build has no such action: the form is one of an earlier build. */
const ACTION_NOT_FOUND = 'x-nextjs-action-not-found';
/** A request of the page's own script, which sends a form. */
const ACTION_HEADER = 'next-action';

/**
 * Next answers a form of another build with a bare line, and what failed outside of a page with one or with nothing.
 * Here both get words, and what failed the id under which the log has it.
 */
export function explainFailures(request, response, id) {
  const { writeHead, end: finish } = response;
  let body = null;
  const explain = () => {
    const words = response.headersSent ? null : failureWords(request, response, id);
    if (!words) return false;
    for (const name of ['content-length', 'content-encoding', 'etag']) response.removeHeader(name);
    const answer = answerOf(request, response.statusCode, words);
    body = answer.body;
    writeHead.call(response, response.statusCode, answer.headers);
    return true;
  };
  response.writeHead = (status, ...rest) => {
    response.statusCode = status;
    return explain() ? response : writeHead.call(response, status, ...rest);
  };
  response.end = (chunk, ...rest) => {
    explain();
    return finish.call(response, body ?? chunk, ...rest);
  };
}

/** What is said of an answer of Next that says nothing, as code, title and words; null for all others. */
function failureWords({ headers }, response, id) {
  // The page's own script knows what the mark means.
  if (response.hasHeader(ACTION_NOT_FOUND) && headers[ACTION_HEADER] === undefined)
    return {
      code: 'app-updated',
      title: 'Token Desk was updated while this form was open',
      detail: 'Nothing was changed. Load the page again, and send the form from there.',
      // The same address: with GET it is the page of the form.
      link: '<p><a href="">Load the page again</a></p>',
    };
  if (response.statusCode === 500 && (response.getHeader('content-type') ?? 'text/plain') === 'text/plain')
    return {
      code: 'internal',
      title: 'Something went wrong here',
      detail: `If it was a change, look whether it happened before you try again. The log has the error; give the operator this id: ${id}`,
    };
  return null;
}

/** Answers with `title` and `detail` and ends the connection: the rest of the request is not read. */
export function end(request, response, status, title, detail) {
  const { body, headers } = answerOf(request, status, { code: CODES[status], title, detail });
  response.writeHead(status, { ...headers, Connection: 'close' });
  response.end(body);
  return true;
}

/** The codes of lib/domain/problem.ts for what the front refuses. */
const CODES = { 400: 'bad-request', 403: 'bad-origin', 411: 'bad-request', 413: 'too-large' };

/** Words as a page for a browser, and as a Problem for everything else. `link` is HTML. */
function answerOf({ headers }, status, { code, title, detail, link = '' }) {
  const problem = { type: `urn:edgekv-token-desk:problem:${code}`, title, status, detail, code };
  const answer = (type, body) => ({ headers: { ...HEADERS, 'Content-Type': type }, body });
  // Next's script hands on the body of an answer to an action when it is of this type only.
  if (headers[ACTION_HEADER] !== undefined) return answer('text/plain', JSON.stringify(problem));
  if (!headers.accept?.includes('text/html'))
    return answer('application/problem+json', JSON.stringify(problem));
  const safe = (text) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
  return answer(
    'text/html; charset=utf-8',
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${safe(title)}</title><style>${STYLE}</style><h1>${safe(title)}</h1><p>${safe(detail)}</p>${link}</html>`,
  );
}

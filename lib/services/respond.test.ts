import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Problem } from '@/lib/domain/problem';
import { contentDisposition } from './file-names';
import { problemResponse } from './respond';

/** Both names of a header value, when it has exactly the form we promise. */
function namesOf(fileName: string): { ascii: string; exact: string } {
  const value = contentDisposition(fileName);
  assert.equal(new Headers({ 'Content-Disposition': value }).get('content-disposition'), value);
  const form =
    /^attachment; filename="([^"\\]+)"; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-Fa-f]{2})+)$/;
  const [, ascii, exact] = form.exec(value) ?? assert.fail(value);
  assert.ok(ascii !== undefined && exact !== undefined);
  assert.match(ascii, /^[\x20-\x7e]+$/);
  return { ascii, exact: decodeURIComponent(exact) };
}

test('a plain name is kept as it is', () => {
  for (const name of ['edgekv_tokens.js', 'bundle-1.2.3.tgz', 'My bundle (2).tgz', "it's.tgz", 'a.b..c']) {
    assert.deepEqual(namesOf(name), { ascii: name, exact: name });
  }
});

test('a name with letters outside ASCII is exact in one form and readable in the other', () => {
  const table: [string, string][] = [
    ['Bündel.tgz', 'Bu_ndel.tgz'],
    ['包.tgz', '_.tgz'],
    ['😀.tgz', '__.tgz'],
  ];
  for (const [name, ascii] of table) assert.deepEqual(namesOf(name), { ascii, exact: name });
});

test('folders, quotes, controls and what a shell or Windows would act on do not survive', () => {
  const table: [string, string][] = [
    ['a"; filename="evil.exe', 'a__ filename=_evil.exe'],
    ['a\r\nSet-Cookie: x=y', 'a__Set-Cookie_ x=y'],
    ['a\0b\x7fc', 'a_b_c'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\evil.dll', 'evil.dll'],
    ['folder/', 'download'],
    ['a;b%2f*c?<d>|e:f', 'a_b_2f_c__d__e_f'],
    ['photo\u202egnp.exe', 'photo_gnp.exe'],
    ['a\u200bb\ufeffc', 'a_b_c'],
    ['\ud800.tgz', '_.tgz'],
    ['.htaccess', 'htaccess'],
    ['...', 'download'],
    ['..', 'download'],
    ['.', 'download'],
    ['', 'download'],
    ['CON', 'CON'],
  ];
  for (const [name, expected] of table) {
    assert.deepEqual(namesOf(name), { ascii: expected, exact: expected }, JSON.stringify(name));
  }
});

test('a long name keeps its end', () => {
  const { ascii, exact } = namesOf(`${'x'.repeat(300)}.tgz`);
  assert.equal(ascii, `${'x'.repeat(116)}.tgz`);
  assert.equal(exact, ascii);
  assert.ok(namesOf('é'.repeat(300)).exact.length <= 120);
});

test('whatever the name, the exact form is a base name of printable characters', () => {
  const odd = fc.constantFrom(
    '\uFF02',
    '\uFF0F',
    '\uFF3C',
    '\u2025',
    '\u2026',
    '.',
    '/',
    '"',
    'x'.repeat(119),
  );
  const name = fc
    .array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 60 })))
    .map((all) => all.join(''));
  fc.assert(
    fc.property(name, (given) => {
      const { ascii, exact } = namesOf(given);
      for (const one of [ascii, exact]) assert.doesNotMatch(one, /[/\\"%;*?<>|:\p{C}]|^\./u);
    }),
  );
});

const problem: Problem = {
  code: 'akamai-refused',
  status: 422,
  title: 'Akamai refused <b>this</b>.',
  detail: 'Nothing was changed: "a" & \'b\'.',
};
const browser = new Request('http://localhost:3000/', {
  headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
});

test('a Problem is application/problem+json, unless a browser asks for a page', async () => {
  for (const accept of [null, '*/*', 'application/json', 'application/problem+json']) {
    const request = new Request('http://localhost:3000/', { headers: accept === null ? {} : { accept } });
    const answer = problemResponse(problem, request);
    assert.equal(answer.status, 422);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json', accept ?? 'none');
    assert.deepEqual(await answer.json(), {
      type: 'urn:edgekv-token-desk:problem:akamai-refused',
      title: problem.title,
      status: 422,
      detail: problem.detail,
      code: 'akamai-refused',
    });
  }
  const page = problemResponse(problem, browser);
  assert.equal(page.status, 422);
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
});

test('fields and what Akamai said are in the JSON', async () => {
  const upstream = { status: 403, title: 'Forbidden', requestId: '3f2a' };
  const answer = await problemResponse({ ...problem, fields: { name: ['Taken.'] }, upstream }).json();
  assert.deepEqual(answer.fields, { name: ['Taken.'] });
  assert.deepEqual(answer.upstream, upstream);
  assert.equal(answer.requestId, '3f2a');
});

test('nothing of a Problem is markup on its page', async () => {
  const upstream = { status: 422, requestId: '"><script>alert(1)</script>' };
  const html = await problemResponse({ ...problem, upstream }, browser).text();
  assert.doesNotMatch(html, /<script|<b>/);
  assert.ok(html.includes('<h1>Akamai refused &#60;b&#62;this&#60;/b&#62;.</h1>'));
  assert.ok(html.includes('<p>Nothing was changed: &#34;a&#34; &#38; &#39;b&#39;.</p>'));
  assert.ok(html.includes('<code>&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;</code>'));
});

test('no Problem is stored or sniffed, as JSON or as a page', () => {
  for (const answer of [problemResponse(problem), problemResponse(problem, browser)]) {
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  }
});

test('only a 401 asks for a key, and only a known wait is told', () => {
  for (const request of [undefined, browser]) {
    const plain = problemResponse(problem, request).headers;
    assert.deepEqual([plain.get('www-authenticate'), plain.get('retry-after')], [null, null]);
    const guest = problemResponse({ ...problem, status: 401 }, request).headers;
    assert.match(guest.get('www-authenticate') ?? '', /^Bearer realm="/);
    for (const retryAfterSeconds of [0, 30]) {
      const busy = problemResponse({ ...problem, status: 429, retryAfterSeconds }, request).headers;
      assert.equal(busy.get('retry-after'), String(retryAfterSeconds));
    }
  }
});

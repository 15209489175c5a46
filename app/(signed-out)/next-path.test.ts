import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { nextPath } from './next-path';

const DESK = 'https://desk.example.com';

/** Where a browser on our site ends up. */
function landing(next: string): URL {
  return new URL(nextPath(next), `${DESK}/sign-in`);
}

test('a path of ours is kept, with its query and its place on the page', () => {
  for (const path of [
    '/',
    '/default/tokens',
    '/default/tokens?q=cart&sort=name#row-3',
    '/default/tokens/cart-rw',
    '/a%20b?next=https%3A%2F%2Fevil.example%2F',
    '/?next=//evil.example',
    '/tokens//evil.example',
    '/javascript:alert(1)',
    '/evil.example',
  ]) {
    assert.equal(nextPath(path), path);
  }
});

test('what is no path leads home', () => {
  for (const next of [
    '',
    ' ',
    '?q=1',
    '#a',
    'tokens',
    '.',
    '..',
    '~',
    '/\\',
    '//',
    '///',
    '/\t/',
    '/%2e//',
    '/%2e//evil.example',
  ]) {
    assert.equal(nextPath(next), '/', JSON.stringify(next));
  }
});

test('[69] no link leads off this site after signing in', () => {
  const links = [
    'https://evil.example',
    'http://evil.example/',
    'HTTPS://evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:\\\\evil.example',
    'https:///evil.example',
    '//evil.example',
    '///evil.example',
    '////evil.example',
    '//evil.example/%2f..',
    '//evil.example@desk.example.com',
    '//desk.example.com@evil.example',
    '//user:password@evil.example/',
    '//desk.example.com:443@evil.example',
    '//desk.example.com.evil.example',
    '//evil.example:80',
    '//[::1]/',
    '//127.0.0.1',
    '//2130706433',
    '/\\evil.example',
    '\\/evil.example',
    '\\\\evil.example',
    '/\\/evil.example',
    '/\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r/evil.example',
    '/\t\\evil.example',
    '\t//evil.example',
    ' //evil.example',
    '\0//evil.example',
    '\u00a0//evil.example',
    '/\u2028/evil.example',
    '/%5cevil.example',
    '/%2fevil.example',
    '/%09/evil.example',
    '//%65vil.example',
    '//evil。example',
    '／／evil.example',
    '/／evil.example',
    '//here.invalid/',
    '//here.invalid@evil.example',
    '//evil.example\\@here.invalid',
    'http://here.invalid/',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\tscript:alert(1)',
    '/javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://evil.example/1',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'mailto:a@evil.example',
    '//',
    '//@',
    'http://',
    'http://[',
  ];
  for (const next of links) assert.equal(landing(next).origin, DESK, JSON.stringify(next));
});

test('what comes out goes through unchanged, so that asking twice is safe', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '\t',
    '\n',
    'evil',
    '@',
    ':',
    '?',
    '#',
    '%2f',
    '%5c',
    'https:',
    '.',
    '%2e',
    'é',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const next = pieces.join('');
      assert.equal(landing(next).origin, DESK);
      assert.equal(nextPath(nextPath(next)), nextPath(next));
    }),
    { numRuns: 2_000 },
  );
});

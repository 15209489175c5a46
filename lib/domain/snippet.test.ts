import assert from 'node:assert/strict';
import test from 'node:test';
import { parsePermissions } from './permissions';
import { tokenSnippet } from './snippet';
import type { KnownToken, TokenKind } from './token';
import { readTokensFile } from './tokens-file';

const UUID = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJld2lkcyI6ImFsbCJ9.c2lnbmF0dXJl';

function token(kind: TokenKind, namespaces = 'cart+rw,default+r'): KnownToken {
  return {
    name: 'cart-rw',
    uuid: UUID,
    expiry: null,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: null,
    details: {
      kind,
      cpCode: null,
      networks: { staging: true, production: true },
      permissions: parsePermissions(namespaces) ?? assert.fail(namespaces),
      edgeWorkers: 'all',
    },
  };
}

function items(text: string) {
  const read = readTokensFile(text);
  return read.ok ? read.value : assert.fail(read.problem.title);
}

test('a new token is shown as it goes into the file', () => {
  const entry = `{\n    "name": "cart-rw",\n    "reference": "${UUID}"\n  }`;
  assert.equal(
    tokenSnippet(token('auto-refresh')),
    `var edgekv_access_tokens = {\n  "namespace-cart": ${entry},\n  "namespace-default": ${entry}\n}\n` +
      'export { edgekv_access_tokens };\n',
  );
});

test('a legacy token is shown with its keys, and a hint where its value would be', () => {
  const text = tokenSnippet(token('legacy'));
  assert.deepEqual(
    items(text).map(({ key, token: called, form }) => [key, called, form]),
    [
      ['namespace-cart', 'cart-rw', 'value'],
      ['namespace-default', 'cart-rw', 'value'],
    ],
  );
  assert.equal(text.match(/"value": "\(a secret JWT: [^"]+\)"/g)?.length, 2);
  assert.ok(!text.includes(UUID));
});

test('a value is never shown, even when it came along', () => {
  for (const kind of ['legacy', 'auto-refresh'] as const) {
    const plain = token(kind);
    const withValue = { ...plain, value: JWT, details: { ...plain.details, value: JWT } };
    assert.equal(tokenSnippet(withValue), tokenSnippet(plain));
    assert.ok(!tokenSnippet(withValue).includes('eyJ'));
  }
});

test('a token without namespaces is a file without entries', () => {
  assert.deepEqual(items(tokenSnippet(token('legacy', ''))), []);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { redact } from './log';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJld2lkcyI6ImFsbCJ9.c2lnbmF0dXJl-_x';
const KEY = 'etd_Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmE0123abcd';
const SIGNED =
  'EG1-HMAC-SHA256 client_token=akab-ct;access_token=akab-at;timestamp=20261124T00:00:00+0000;nonce=n;signature=sig=';

test('a secret inside a text is hidden, and the text around it stays', () => {
  const table: [string, string][] = [
    [JWT, '[hidden]'],
    [`value ${JWT}, and more`, 'value [hidden], and more'],
    ['eyJhbGciOiJub25lIn0.e30.', '[hidden]'],
    [`${JWT} ${JWT}`, '[hidden] [hidden]'],
    [KEY, '[hidden]'],
    [`Bearer ${KEY}`, 'Bearer [hidden]'],
    [SIGNED, '[hidden]'],
    [
      `GET /edgekv/v1/tokens\nAuthorization: ${SIGNED}\nAccept: */*`,
      'GET /edgekv/v1/tokens\nAuthorization: [hidden]\nAccept: */*',
    ],
    ['client_secret=C113nt/KEY+=', '[hidden]'],
    ['a=b&client_secret=C113nt&c=d', 'a=b&[hidden]&c=d'],
    ['user=x password=hunter2 done', 'user=x [hidden] done'],
    ['client_secret = C113nt/KEY+=', '[hidden]'],
    ['client_secret="C113nt"', '[hidden]"'],
    ['{"client_secret":"C113nt","host":"h"}', '{[hidden]","host":"h"}'],
    ['PASSWORD=hunter2', '[hidden]'],
    ['access_token=akab-at; client_token=akab-ct', '[hidden] [hidden]'],
    ['http://localhost:3000/setup?secret=abc-def_1', 'http://localhost:3000/setup?[hidden]'],
  ];
  for (const [text, expected] of table) assert.equal(redact(text), expected, text);
});

test('ordinary text is left as it is', () => {
  for (const text of [
    '',
    '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
    'checkout-rw-2',
    'etd_short',
    'eyJ',
    'eyJust-a-name',
    'GET /edgekv/v1/tokens/cart-reader?includeExpired=true 404',
    'The secret of the set-up is not valid any more.',
    'EG1-HMAC-SHA1',
  ]) {
    assert.equal(redact(text), text);
  }
});

test('what is no text and no object is left as it is', () => {
  for (const value of [0, -1.5, true, false, null, undefined, 10n]) assert.equal(redact(value), value);
});

test('the value of a secret name is hidden at any depth, whatever it is', () => {
  const names = [
    'authorization',
    'Authorization',
    'cookie',
    'set-cookie',
    'password',
    'secret',
    'client_secret',
    'clientSecret',
    'client_token',
    'clientToken',
    'access_token',
    'accessToken',
    'value',
    'token_value',
    'key',
  ];
  for (const name of names) {
    for (const value of ['x', 1, null, ['x'], { a: 'x' }]) {
      assert.deepEqual(redact({ [name]: value, other: 1 }), { [name]: '[hidden]', other: 1 }, name);
      assert.deepEqual(
        redact([{ a: { b: { [name]: value } } }]),
        [{ a: { b: { [name]: '[hidden]' } } }],
        name,
      );
    }
  }
});

test('names that only contain a secret name are left alone', () => {
  const ordinary = { keys: 2, tokenName: 'cart', valueCount: 1, passwords: 'none', keyboard: 'de' };
  assert.deepEqual(redact(ordinary), ordinary);
});

test('texts in lists and in nested objects are hidden too', () => {
  assert.deepEqual(redact(['a', [JWT], { note: `see ${KEY}`, list: [SIGNED, 7] }]), [
    'a',
    ['[hidden]'],
    { note: 'see [hidden]', list: ['[hidden]', 7] },
  ]);
});

test('an error becomes its name, message and stack, and so does its cause, without their secrets', () => {
  const cause = new TypeError(`sent ${SIGNED}`);
  const error = new Error(`cannot use ${JWT}`, { cause });
  const printed = JSON.stringify(redact({ error }));
  assert.doesNotMatch(printed, /eyJhbGci|akab-|EG1-HMAC/);
  const { name, message, stack } = cause;
  assert.deepEqual(redact(error), {
    name: 'Error',
    message: 'cannot use [hidden]',
    stack: redact(error.stack),
    cause: { name, message: redact(message), stack: redact(stack) },
  });
  assert.match(printed, /log\.test\.ts/);
});

test('an error without a cause has none afterwards', () => {
  assert.deepEqual(Object.keys(Object(redact(new Error('plain')))), ['name', 'message', 'stack']);
});

test('what is nested too deep is cut off, so that a circle ends', () => {
  const circle: Record<string, unknown> = { name: 'a' };
  circle.self = circle;
  const printed = JSON.stringify(redact(circle));
  assert.match(printed, /"\[deep\]"/);
  const deep = (inside: unknown) => ({ a: { b: { c: { d: { e: { f: inside } } } } } });
  assert.deepEqual(redact(deep({ g: 1 })), deep('[deep]'));
  assert.deepEqual(redact(deep(JWT)), deep('[hidden]'));
});

test('what is given is not changed', () => {
  const given = { password: 'x', list: [JWT] };
  redact(given);
  assert.deepEqual(given, { password: 'x', list: [JWT] });
});

test('[68] a name with line breaks and terminal codes stays one line of the log', () => {
  const name = 'a\nb\r\nc\u001b[31mred\u2028{"level":60}';
  const code = `import('./lib/platform/log.ts').then(({ log }) => log().info({ target: ${JSON.stringify(name)} }, ${JSON.stringify(name)}))`;
  const command = ['--conditions=react-server', '--import', 'tsx', '--input-type=module', '-e', code];
  const { stderr, status } = spawnSync(process.execPath, command, {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, LOG_LEVEL: 'info' },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const lines = stderr.trimEnd().split(/\r|\n/);
  assert.equal(lines.length, 1);
  assert.ok(!stderr.includes('\u001b'));
  assert.equal((JSON.parse(lines[0] ?? '') as { target: string }).target, name);
});

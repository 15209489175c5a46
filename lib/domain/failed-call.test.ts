import assert from 'node:assert/strict';
import test from 'node:test';
import { failedCall } from './failed-call';

test('a refusal of the front keeps its words', () => {
  const refusal = {
    code: 'too-large',
    status: 413,
    title: 'The form is too large',
    detail: 'At most 1 MiB.',
  };
  const told = JSON.stringify({ type: 'urn:x', ...refusal, extra: '<b>' });
  assert.deepEqual(failedCall(new Error(told)), refusal);
});

test('[11] an error of the server is told by its id, and by nothing else', () => {
  const message = JSON.stringify({ code: 'internal', status: 500, title: 'no such column', detail: 'x' });
  const error = Object.assign(new Error(message), { digest: '3095701406' });
  const { title, detail } = failedCall(error);
  assert.match(detail, /id: 3095701406$/);
  assert.doesNotMatch(title + detail, /column/);
});

test('whatever else a call ends with, it is not said that nothing happened', () => {
  const texts = [
    'Failed to fetch',
    '',
    'null',
    '[]',
    '"x"',
    '{',
    '{"code":"internal"}',
    '{"code":"no-such-code","status":1,"title":"t","detail":"d"}',
    '{"code":"internal","status":"1","title":"t","detail":"d"}',
    '{"code":"internal","status":1,"title":2,"detail":"d"}',
    '{"code":"internal","status":1,"title":"t","detail":null}',
  ];
  const thrown = [...texts.map((text) => new Error(text)), 'a text', null, undefined, { digest: 'x' }];
  for (const error of thrown) {
    const { title, detail } = failedCall(error);
    assert.equal(title, 'The server did not answer as it should.', String(error));
    assert.match(detail, /carried out or not/);
  }
});

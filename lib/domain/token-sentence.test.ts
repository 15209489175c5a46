import assert from 'node:assert/strict';
import test from 'node:test';
import { parseDay } from './day';
import { parsePermissions } from './permissions';
import { type Subject, sentenceText, tokenSentence } from './token-sentence';

function rights(text: string) {
  return parsePermissions(text) ?? assert.fail(text);
}

const subject: Subject = {
  permissions: rights('cart+rw,default+r'),
  networks: { staging: true, production: false },
  edgeWorkers: ['4101', '4102'],
  expiry: null,
};

function say(change: Partial<Subject>): string {
  return sentenceText(tokenSentence({ ...subject, ...change }));
}

test('a token is one sentence', () => {
  const both = { staging: true, production: true };
  const none = { staging: false, production: false };
  const table: [Partial<Subject>, string][] = [
    [{}, 'Can read and write cart and read default, on staging, from 2 EdgeWorkers. It does not expire.'],
    [
      { permissions: rights('a+r'), networks: both, edgeWorkers: 'all' },
      'Can read a, on staging and production, from all EdgeWorkers. It does not expire.',
    ],
    [
      { permissions: rights('a+rwd'), edgeWorkers: ['4101'], expiry: parseDay('2026-12-05') },
      'Can read, write and delete a, on staging, from EdgeWorker 4101. It expires on 5 Dec 2026.',
    ],
    [
      { permissions: rights('a+r,b+w,c+d') },
      'Can read a, write b and delete c, on staging, from 2 EdgeWorkers. It does not expire.',
    ],
    [
      { permissions: rights('a+r'), networks: none, edgeWorkers: [] },
      'Can read a, on no network yet, from no EdgeWorker yet. It does not expire.',
    ],
    [{ permissions: rights('') }, 'Can do nothing yet: choose what it may read, write or delete.'],
  ];
  for (const [change, expected] of table) assert.equal(say(change), expected);
});

test('namespaces with the same rights are named together, in whatever order the rights are held', () => {
  const permissions = new Map([
    ['a', ['r', 'w']],
    ['b', ['d']],
    ['c', ['w', 'r']],
  ] as const);
  assert.match(say({ permissions }), /^Can read and write a and c and delete b, on /);
  assert.match(say({ permissions: rights('a+r,b+r,c+r') }), /^Can read a, b and c, on /);
});

test('six namespaces are named, seven are counted', () => {
  const some = (count: number) =>
    new Map(Array.from({ length: count }, (_, at) => [`n${at}`, ['r'] as const]));
  assert.match(say({ permissions: some(6) }), /^Can read n0, n1, n2, n3, n4 and n5, on /);
  assert.match(say({ permissions: some(7) }), /^Can read 7 namespaces, on /);
});

test('rights and networks are stressed, names are data, and no piece is empty', () => {
  const segments = tokenSentence({ ...subject, edgeWorkers: ['4101'] });
  const texts = (kind: string) => segments.filter((one) => one.kind === kind).map((one) => one.text);
  assert.deepEqual(texts('strong'), ['read and write', 'read', 'staging']);
  assert.deepEqual(texts('mono'), ['cart', 'default', '4101']);
  assert.ok(segments.every((one) => one.text !== ''));
});

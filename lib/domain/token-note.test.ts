import assert from 'node:assert/strict';
import test from 'node:test';
import { EMPTY_NOTE, isEmptyNote, type NoteInput, readNote } from './token-note';

const EMPTY: NoteInput = { owner: '', purpose: '', ticket: '', tags: '', reviewBy: '' };

function noteOf(given: Partial<NoteInput>) {
  const read = readNote({ ...EMPTY, ...given });
  assert.ok(read.ok);
  return read.note;
}

function wrongIn(given: Partial<NoteInput>): string[] {
  const read = readNote({ ...EMPTY, ...given });
  return read.ok ? [] : Object.keys(read.fields);
}

test('what is typed is read, without the spaces around it', () => {
  const note = noteOf({
    owner: ' A. Bel ',
    purpose: 'carts of the shop',
    ticket: 'https://tickets.example.com/browse/EDGE-12?x=1',
    tags: 'shop, checkout  edge_kv,shop',
    reviewBy: '2027-03-31',
  });
  assert.deepEqual(note, {
    owner: 'A. Bel',
    purpose: 'carts of the shop',
    ticket: 'https://tickets.example.com/browse/EDGE-12?x=1',
    tags: ['shop', 'checkout', 'edge_kv'],
    reviewBy: '2027-03-31',
  });
  assert.equal(isEmptyNote(note), false);
});

test('nothing typed is nothing known', () => {
  assert.deepEqual(noteOf({ owner: '  ', tags: ' , ' }), EMPTY_NOTE);
  assert.equal(isEmptyNote(noteOf({})), true);
});

test('a ticket is a link that a page may show', () => {
  for (const ticket of [
    'javascript:alert(1)',
    'data:text/html,x',
    'EDGE-12',
    '//evil.example',
    'ftp://host/x',
  ])
    assert.deepEqual(wrongIn({ ticket }), ['ticket'], ticket);
  assert.deepEqual(wrongIn({ ticket: 'http://tickets.internal/1' }), []);
});

test('what is too long, no tag or no day is said at its field', () => {
  assert.deepEqual(wrongIn({ owner: 'x'.repeat(101) }), ['owner']);
  assert.deepEqual(wrongIn({ purpose: 'x'.repeat(501) }), ['purpose']);
  assert.deepEqual(wrongIn({ tags: '<b>' }), ['tags']);
  assert.deepEqual(wrongIn({ tags: 'x'.repeat(31) }), ['tags']);
  assert.deepEqual(wrongIn({ tags: Array.from({ length: 11 }, (_, index) => `t${index}`).join(' ') }), [
    'tags',
  ]);
  for (const reviewBy of ['2027-02-30', '31.3.2027', 'soon'])
    assert.deepEqual(wrongIn({ reviewBy }), ['reviewBy']);
  assert.deepEqual(wrongIn({ owner: 'x'.repeat(101), reviewBy: 'soon' }), ['owner', 'reviewBy']);
});

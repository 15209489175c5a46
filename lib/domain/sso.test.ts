import assert from 'node:assert/strict';
import test from 'node:test';
import { type GroupRole, roleOfGroups, ssoWords } from './sso';

const ROLES: readonly GroupRole[] = [
  { group: 'desk-admins', role: 'admin' },
  { group: 'desk', role: 'releaser' },
  { group: 'ops', role: 'manager' },
];

test('the highest role of all groups wins, in whichever order they come', () => {
  assert.equal(roleOfGroups(['desk'], ROLES), 'releaser');
  assert.equal(roleOfGroups(['ops', 'desk'], ROLES), 'manager');
  assert.equal(roleOfGroups(['desk', 'desk-admins', 'ops'], ROLES), 'admin');
});

test('no group that is named, no role', () => {
  for (const groups of [[], ['other'], ['Desk'], ['desk '], ['*'], ['desk-admins,desk']])
    assert.equal(roleOfGroups(groups, ROLES), null);
});

test('a star is everybody, and never lowers a role', () => {
  const open: readonly GroupRole[] = [{ group: '*', role: 'viewer' }, ...ROLES];
  assert.equal(roleOfGroups([], open), 'viewer');
  assert.equal(roleOfGroups(['ops'], open), 'manager');
});

test('only our own codes have words', () => {
  assert.equal(ssoWords('sso-again')?.title, 'This sign-in is not valid any more.');
  for (const code of ['', 'sso', '<b>', '__proto__', 'toString', 'constructor'])
    assert.equal(ssoWords(code), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeNamespaces } from './namespace';
import { changeNamespaces, namespaceRefusal } from './namespace-choice';
import type { NamespacePermissions } from './permissions';

const on = (name: string, restrictDataAccess: boolean | null) => ({
  name,
  geoLocation: 'US',
  retentionSeconds: 0,
  groupId: 0,
  restrictDataAccess,
});
const staging = [on('a', true), on('b', true), on('open', false), on('old', null), on('mixed', true)];
const all = mergeNamespaces(staging, [on('a', true), on('mixed', false)]);
const named = (name: string) => all.find((one) => one.name === name) ?? assert.fail(name);
const holding = (...names: string[]): NamespacePermissions => new Map(names.map((name) => [name, ['r']]));

test('a namespace of another data access policy is refused, one of an unknown policy is not', () => {
  assert.equal(namespaceRefusal(named('b'), all, ['staging'], holding('a')), null);
  assert.match(namespaceRefusal(named('open'), all, ['staging'], holding('a')) ?? '', /other data policy/);
  assert.equal(namespaceRefusal(named('old'), all, ['staging'], holding('a')), null);
  assert.equal(namespaceRefusal(named('open'), all, ['staging'], holding('open')), null);
});

test('a policy that differs between the chosen networks is refused, on one network alone it is not', () => {
  assert.match(
    namespaceRefusal(named('mixed'), all, ['staging', 'production'], new Map()) ?? '',
    /differs between/,
  );
  assert.equal(namespaceRefusal(named('mixed'), all, ['staging'], new Map()), null);
});

test('setting all shown at once never mixes policies and stops at 20', () => {
  const set = changeNamespaces(all, all, ['staging'], new Map(), () => ['r']);
  assert.deepEqual([...set.keys()].sort(), ['a', 'b', 'mixed', 'old']);
  const many = mergeNamespaces(
    Array.from({ length: 30 }, (_, index) => on(`n${index}`, true)),
    [],
  );
  assert.equal(changeNamespaces(many, many, ['staging'], new Map(), () => ['r']).size, 20);
});

test('clearing all shown clears them', () => {
  assert.equal(changeNamespaces(all, all, ['staging'], holding('a', 'b'), () => []).size, 0);
});

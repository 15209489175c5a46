import assert from 'node:assert/strict';
import test from 'node:test';
import { dataAccessPolicy, mergeNamespaces, type NamespaceOnNetwork } from './namespace';

function on(name: string, restrictDataAccess: boolean | null): NamespaceOnNetwork {
  return { name, geoLocation: 'US', retentionSeconds: 0, groupId: 0, restrictDataAccess };
}

const merged = mergeNamespaces(
  [on('flags', false), on('default', true), on('geo', true)],
  [on('default', true), on('banner', null), on('geo', false)],
);

test('the union of both networks, default first, then by name', () => {
  assert.deepEqual(
    merged.map(({ name, on: { staging, production } }) => [name, staging !== null, production !== null]),
    [
      ['default', true, true],
      ['banner', false, true],
      ['flags', true, false],
      ['geo', true, true],
    ],
  );
});

test('the policy is told for the networks asked for, mixed and unknown included', () => {
  const policies = (networks: readonly ('staging' | 'production')[]) =>
    merged.map((namespace) => dataAccessPolicy(namespace, networks));
  assert.deepEqual(policies(['staging', 'production']), [true, null, false, 'mixed']);
  assert.deepEqual(policies(['staging']), [true, null, false, true]);
  assert.deepEqual(policies(['production']), [true, null, null, false]);
});

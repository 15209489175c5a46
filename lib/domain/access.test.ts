import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AccessLevel,
  can,
  lowerRole,
  narrowScope,
  parseRole,
  RIGHTS,
  type Right,
  ROLES,
  UNLIMITED,
} from './access';

const rights = Object.keys(RIGHTS) as Right[];

test('each role has all rights of the roles below it', () => {
  const levels: AccessLevel[] = ['guest', ...ROLES];
  for (const right of rights) {
    const allowed = levels.map((level) => can(level, right));
    assert.deepEqual(allowed, [...allowed].sort(), right);
  }
});

test('guests may sign in, claim the first set-up or a link, and read health, and nothing else', () => {
  assert.deepEqual(
    rights.filter((right) => can('guest', right)),
    ['app.health', 'session.create', 'setup.claim', 'link.claim'],
  );
});

test('the roles differ as documented', () => {
  assert.equal(can('viewer', 'token.read'), true);
  assert.equal(can('viewer', 'bundle.patch'), false);
  assert.equal(can('releaser', 'bundle.patch'), true);
  assert.equal(can('releaser', 'token.create'), false);
  assert.equal(can('manager', 'token.refresh'), true);
  assert.equal(can('manager', 'token.revoke'), false);
  assert.equal(can('admin', 'token.revoke'), true);
});

test('a scope holds for every namespace and network that is touched', () => {
  const scope = { namespaces: ['cart'], networks: ['staging'] } as const;
  assert.equal(can('admin', 'token.create', scope, { namespaces: ['cart'], networks: ['staging'] }), true);
  assert.equal(can('admin', 'token.create', scope, { namespaces: ['cart', 'promo'] }), false);
  assert.equal(can('admin', 'token.create', scope, { networks: ['staging', 'production'] }), false);
  assert.equal(can('viewer', 'token.create', scope, { namespaces: ['cart'] }), false);
});

test('limits hold for what is not known too, and for changing people, who could lift them', () => {
  const limited = [
    { namespaces: ['cart'], networks: null },
    { namespaces: null, networks: ['staging'] },
  ] as const;
  for (const scope of limited) {
    assert.equal(can('admin', 'token.revoke', scope, { anything: true }), false);
    assert.equal(can('admin', 'token.revoke', scope), true);
    assert.equal(can('admin', 'people.change', scope), false);
    assert.equal(can('admin', 'people.read', scope), true);
  }
  assert.equal(can('admin', 'token.revoke', UNLIMITED, { anything: true }), true);
  assert.equal(can('admin', 'people.change'), true);
});

test('only the four roles are roles', () => {
  assert.equal(parseRole('admin'), 'admin');
  for (const text of ['guest', 'Admin', '', 'constructor']) assert.equal(parseRole(text), null);
});

test('[85] the lower role and the narrower scope are neither more than one of both', () => {
  for (const one of ROLES) {
    for (const other of ROLES) {
      const lower = lowerRole(one, other);
      assert.equal(lower, lowerRole(other, one));
      for (const right of rights) assert.equal(can(lower, right), can(one, right) && can(other, right));
    }
  }
  const cart = { namespaces: ['cart', 'geo'], networks: null } as const;
  const promo = { namespaces: ['promo', 'geo'], networks: ['staging'] } as const;
  assert.deepEqual(narrowScope(cart, promo), { namespaces: ['geo'], networks: ['staging'] });
  assert.deepEqual(narrowScope(cart, { namespaces: ['promo'], networks: null }).namespaces, []);
  assert.deepEqual(narrowScope(UNLIMITED, UNLIMITED), UNLIMITED);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AccessLevel,
  accessOn,
  can,
  choosableAccess,
  levelOn,
  lowerRole,
  narrowScope,
  OTHER_ACCOUNTS,
  parseRole,
  RIGHTS,
  type Right,
  ROLES,
  refusalOf,
  UNLIMITED,
} from './access';

const rights = Object.keys(RIGHTS) as Right[];
/** Rights that nobody with limits of any kind has. */
const UNLIMITED_ONLY: readonly Right[] = ['people.change', 'rules.change', 'notice.read', 'notice.change'];

test('each role has all rights of the roles below it', () => {
  const levels: AccessLevel[] = ['guest', ...ROLES];
  for (const right of rights) {
    const allowed = levels.map((level) => can(level, right));
    assert.deepEqual(allowed, [...allowed].sort(), right);
  }
});

test('guests may sign in, claim the first set-up or a link, read health and a calendar by its address, and nothing else', () => {
  assert.deepEqual(
    rights.filter((right) => can('guest', right)),
    ['app.health', 'session.create', 'setup.claim', 'link.claim', 'feed.read'],
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
  const scope = { ...UNLIMITED, namespaces: ['cart'], networks: ['staging'] } as const;
  assert.equal(can('admin', 'token.create', scope, { namespaces: ['cart'], networks: ['staging'] }), true);
  assert.equal(can('admin', 'token.create', scope, { namespaces: ['cart', 'promo'] }), false);
  assert.equal(can('admin', 'token.create', scope, { networks: ['staging', 'production'] }), false);
  assert.equal(can('viewer', 'token.create', scope, { namespaces: ['cart'] }), false);
});

test('limits hold for what is not known too, and for changing people, who could lift them', () => {
  const limited = [
    { ...UNLIMITED, namespaces: ['cart'] },
    { ...UNLIMITED, networks: ['staging'] },
  ] as const;
  for (const scope of limited) {
    assert.equal(can('admin', 'token.revoke', scope, { anything: true }), false);
    assert.equal(can('admin', 'token.revoke', scope), true);
    for (const right of UNLIMITED_ONLY) assert.equal(can('admin', right, scope), false);
    assert.equal(can('admin', 'people.read', scope), true);
  }
  assert.equal(can('admin', 'token.revoke', UNLIMITED, { anything: true }), true);
  for (const right of UNLIMITED_ONLY) assert.equal(can('admin', right), true);
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
  const cart = { ...UNLIMITED, namespaces: ['cart', 'geo'] } as const;
  const promo = { ...UNLIMITED, namespaces: ['promo', 'geo'], networks: ['staging'] } as const;
  assert.deepEqual(narrowScope(cart, promo), { ...UNLIMITED, namespaces: ['geo'], networks: ['staging'] });
  assert.deepEqual(narrowScope(cart, { ...UNLIMITED, namespaces: ['promo'] }).namespaces, []);
  assert.deepEqual(narrowScope(UNLIMITED, UNLIMITED), UNLIMITED);
});

const limits = new Map([
  ['shop', 'viewer'],
  ['secret', 'none'],
  ['lab', 'admin'],
] as const);

test('on an account a role is at most the limit there, whatever the right', () => {
  const scope = { ...UNLIMITED, accounts: limits };
  for (const role of ROLES) {
    for (const right of rights.filter((one) => !UNLIMITED_ONLY.some((other) => other === one))) {
      const on = (account: string) => can(role, right, scope, { account });
      assert.equal(on('shop'), can(lowerRole(role, 'viewer'), right));
      assert.equal(on('secret'), false);
      assert.equal(on('lab'), can(role, right));
      assert.equal(on('another'), can(role, right));
      assert.equal(can(role, right, scope), can(role, right));
    }
  }
  for (const right of UNLIMITED_ONLY) assert.equal(can('admin', right, scope), false);
  assert.deepEqual(
    ['shop', 'secret', 'lab', 'another'].map((account) => levelOn('manager', scope, account)),
    ['viewer', 'manager', 'manager', 'manager'],
  );
});

test('one who may not know of an account is refused as for one that is not there', () => {
  const scope = { namespaces: ['cart'], networks: null, accounts: limits };
  for (const role of ROLES) {
    for (const touched of [{}, { namespaces: ['cart'] }, { namespaces: ['promo'] }, { anything: true }]) {
      const hidden = refusalOf(role, 'token.create', scope, { ...touched, account: 'secret' });
      const absent = refusalOf(role, 'token.create', scope, { ...touched, account: 'another' });
      assert.equal(hidden, absent ?? 'no-account');
    }
  }
  assert.equal(refusalOf('admin', 'token.create', scope, { account: 'shop' }), 'role-on-account');
});

test('the limit for all other accounts holds for those to come', () => {
  const scope = {
    ...UNLIMITED,
    accounts: new Map([
      [OTHER_ACCOUNTS, 'none'],
      ['shop', 'admin'],
    ] as const),
  };
  assert.equal(can('viewer', 'token.list', scope, { account: 'shop' }), true);
  assert.equal(can('admin', 'token.list', scope, { account: 'made-tomorrow' }), false);
});

test('[85] of two limits on accounts the lower one holds', () => {
  const only = {
    ...UNLIMITED,
    accounts: new Map([
      [OTHER_ACCOUNTS, 'viewer'],
      ['secret', 'admin'],
    ] as const),
  };
  const both = narrowScope({ ...UNLIMITED, accounts: limits }, only);
  const access = ['shop', 'secret', 'lab', 'another'].map((account) => accessOn(both.accounts, account));
  assert.deepEqual(access, ['viewer', 'none', 'viewer', 'viewer']);
  assert.deepEqual(narrowScope(UNLIMITED, only), only);
});

test('a limit above the role stays one that can be chosen, so that saving another does not lift it', () => {
  assert.deepEqual(choosableAccess('viewer', null), ['viewer']);
  assert.deepEqual(choosableAccess('viewer', 'none'), ['viewer']);
  assert.deepEqual(choosableAccess('viewer', 'manager'), ['viewer', 'manager']);
  assert.deepEqual(choosableAccess('admin', 'viewer'), ['viewer', 'releaser', 'manager', 'admin']);
});

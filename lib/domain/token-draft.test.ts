import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Namespace } from './namespace';
import { NAME_PATTERN, type Network, PERMISSIONS, parsePermissions } from './permissions';
import {
  checkDraft,
  draftFromQuery,
  draftFromToken,
  draftFromValues,
  draftToQuery,
  draftToRequest,
  EMPTY_DRAFT,
  nextName,
  type TokenDraft,
} from './token-draft';
import {
  EDGEWORKERS_WARN_ABOVE,
  requestEdgeWorkers,
  requestPermissions,
  TOKEN_NAME_MAX,
} from './token-request';

function rights(text: string) {
  return parsePermissions(text) ?? assert.fail(text);
}

const draft: TokenDraft = {
  name: 'cart-rw',
  networks: { staging: true, production: false },
  permissions: rights('cart+rw,default+r'),
  edgeWorkers: { mode: 'only', ids: ['4101', '4102'] },
  from: null,
};

const name = fc.stringMatching(NAME_PATTERN);
const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9_999_999_999 }).map(String), { maxLength: 20 });
const permissions = fc
  .uniqueArray(fc.tuple(name, fc.subarray([...PERMISSIONS], { minLength: 1 })), {
    selector: ([one]) => one,
    maxLength: 20,
  })
  .map((all) => new Map(all));
const anyDraft: fc.Arbitrary<TokenDraft> = fc.record(
  {
    name: fc.oneof(name, fc.string({ unit: 'grapheme', maxLength: 8 })),
    networks: fc.constantFrom(
      { staging: true, production: false },
      { staging: false, production: true },
      { staging: true, production: true },
      { staging: false, production: false },
    ),
    permissions,
    edgeWorkers: fc.oneof(
      fc.constant<TokenDraft['edgeWorkers']>({ mode: 'all', ids: [] }),
      ids.map((some): TokenDraft['edgeWorkers'] => ({ mode: 'only', ids: some })),
    ),
    from: fc.option(name),
  },
  { noNullPrototype: true },
);

function fromLink(query: string): TokenDraft {
  return draftFromQuery(Object.fromEntries(new URLSearchParams(query)));
}

test('a link is read back as the draft that it was made of', () => {
  fc.assert(
    fc.property(anyDraft, (given) => {
      fc.pre(given.name.length <= TOKEN_NAME_MAX);
      const read = fromLink(draftToQuery(given));
      assert.deepEqual(read, given);
      assert.deepEqual([...read.permissions.keys()], [...given.permissions.keys()], 'the order too');
    }),
  );
});

test('a link is short and readable', () => {
  const link = draftToQuery({ ...draft, networks: { staging: true, production: true }, from: 'cart-r' });
  assert.equal(
    decodeURIComponent(link),
    'name=cart-rw&ns=cart:rw,default:r&net=s,p&ew=4101,4102&from=cart-r',
  );
  assert.equal(draftToQuery(EMPTY_DRAFT), 'net=s');
});

test('what a link does not say, or says wrongly, is left out', () => {
  const table: [string, Partial<TokenDraft>][] = [
    ['', {}],
    ['ns=cart', {}],
    ['ns=cart:rw,default', {}],
    ['ns=cart:x', {}],
    ['ns=cart+rw', { permissions: rights('cart+rw') }],
    ['net=p', { networks: { staging: false, production: true } }],
    ['net=p,s', { networks: { staging: true, production: true } }],
    ['net=staging,production', { networks: { staging: true, production: true } }],
    ['net=x', { networks: { staging: false, production: false } }],
    ['ew=all', { edgeWorkers: { mode: 'all', ids: [] } }],
    ['ew=4101,x,-1,4101, 4102,12345678901', { edgeWorkers: { mode: 'only', ids: ['4101', '4102'] } }],
    [`name=${'x'.repeat(40)}`, { name: 'x'.repeat(TOKEN_NAME_MAX) }],
    ['role=admin', {}],
  ];
  for (const [query, expected] of table)
    assert.deepEqual(fromLink(query), { ...EMPTY_DRAFT, ...expected }, query);
  assert.equal(draftFromQuery({ name: ['first', 'second'] }).name, 'first');
  assert.deepEqual(draftFromQuery({ name: [], ns: undefined }), EMPTY_DRAFT);
});

test('a form says what its fields say', () => {
  const read = draftFromValues({
    name: [' cart-rw '],
    staging: ['on'],
    permission: ['cart:w', 'default:r', 'cart:r'],
    edgeworkers: ['only'],
    edgeworker: ['4101', '4102'],
    'edgeworker-ids': ['4102, 4103\n4104 x'],
    from: ['cart-r'],
  });
  assert.deepEqual(read, {
    ...draft,
    edgeWorkers: { mode: 'only', ids: ['4101', '4102', '4103', '4104'] },
    from: 'cart-r',
  });
});

test('an empty form asks for nothing', () => {
  const none = { staging: false, production: false };
  assert.deepEqual(draftFromValues({}), { ...EMPTY_DRAFT, networks: none });
  const { permissions: held } = draftFromValues({
    permission: ['', ':r', 'cart', 'cart:', 'cart:x', 'cart:rw'],
  });
  assert.equal(held.size, 0);
});

test('all EdgeWorkers are allowed only by the choice of all', () => {
  for (const choice of [[], [''], ['only'], ['ALL'], ['on']]) {
    assert.equal(draftFromValues({ edgeworkers: choice }).edgeWorkers.mode, 'only', String(choice));
  }
  assert.equal(draftFromValues({ edgeworkers: ['all'] }).edgeWorkers.mode, 'all');
});

test('a request asks for exactly what the draft shows', () => {
  fc.assert(
    fc.property(anyDraft, name, (given, good) => {
      fc.pre(given.permissions.size > 0 && !given.permissions.has('__proto__'));
      fc.pre(given.networks.staging || given.networks.production);
      fc.pre(given.edgeWorkers.mode === 'all' || given.edgeWorkers.ids.length > 0);
      const made = draftToRequest({ ...given, name: good });
      assert.ok(made.ok);
      const { request } = made;
      assert.equal(request.name, good);
      assert.deepEqual(
        { staging: request.allowOnStaging, production: request.allowOnProduction },
        given.networks,
      );
      assert.deepEqual(requestPermissions(request), given.permissions);
      const expected = given.edgeWorkers.mode === 'all' ? 'all' : given.edgeWorkers.ids;
      assert.deepEqual(requestEdgeWorkers(request), expected);
    }),
  );
});

test('ids that were picked before all were allowed are not sent', () => {
  const made = draftToRequest({ ...draft, edgeWorkers: { mode: 'all', ids: ['4101'] } });
  assert.ok(made.ok);
  assert.equal(requestEdgeWorkers(made.request), 'all');
});

test('what is wrong with a draft is said at its field', () => {
  const many = new Map(Array.from({ length: 21 }, (_, index) => [`n${index}`, ['r'] as const]));
  const table: [Partial<TokenDraft>, string][] = [
    [{ name: '' }, 'name'],
    [{ name: '-cart' }, 'name'],
    [{ name: 'cart rw' }, 'name'],
    [{ name: 'x'.repeat(33) }, 'name'],
    [{ networks: { staging: false, production: false } }, 'networks'],
    [{ permissions: new Map() }, 'permissions'],
    [{ permissions: many }, 'permissions'],
    [{ permissions: new Map([['no name', ['r']]]) }, 'permissions'],
    [{ permissions: new Map([['cart', []]]) }, 'permissions'],
    [{ edgeWorkers: { mode: 'only', ids: [] } }, 'edgeworkers'],
    [{ edgeWorkers: { mode: 'only', ids: ['0'] } }, 'edgeworkers'],
    [{ edgeWorkers: { mode: 'only', ids: ['x', 'y'] } }, 'edgeworkers'],
  ];
  for (const [change, field] of table) {
    const made = draftToRequest({ ...draft, ...change });
    assert.ok(!made.ok, JSON.stringify(change));
    assert.deepEqual(Object.keys(made.fields), [field], JSON.stringify(change));
    const messages = made.fields[field] ?? [];
    assert.ok(messages.length > 0 && new Set(messages).size === messages.length, 'no message twice');
  }
});

test('an empty draft is told what it lacks, all at once', () => {
  const made = draftToRequest(draftFromValues({}));
  assert.ok(!made.ok);
  assert.deepEqual(Object.keys(made.fields).sort(), ['edgeworkers', 'name', 'networks', 'permissions']);
});

test('a copy of a token has its rights and the next free name', () => {
  const token = {
    name: 'cart-rw',
    uuid: '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
    expiry: null,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: 'complete',
  } as const;
  const details = {
    kind: 'auto-refresh',
    cpCode: null,
    networks: draft.networks,
    permissions: draft.permissions,
  } as const;
  assert.deepEqual(
    draftFromToken(
      { ...token, details: { ...details, edgeWorkers: ['4101', '4102'] } },
      new Set(['cart-rw']),
    ),
    { ...draft, name: 'cart-rw-2', from: 'cart-rw' },
  );
  const forAll = draftFromToken({ ...token, details: { ...details, edgeWorkers: 'all' } }, new Set());
  assert.deepEqual(forAll.edgeWorkers, { mode: 'all', ids: [] });
});

test('the next name counts on', () => {
  const table: [string, readonly string[], string][] = [
    ['cart', [], 'cart-2'],
    ['cart-2', [], 'cart-3'],
    ['cart-9', [], 'cart-10'],
    ['cart-2', ['cart-3', 'cart-4'], 'cart-5'],
    ['cart', ['cart', 'cart-2'], 'cart-3'],
    ['2', [], '2-2'],
    ['cart-2024-12', [], 'cart-2024-13'],
    ['cart-', [], 'cart--2'],
    ['cart-1234567', [], 'cart-1234567-2'],
    ['x'.repeat(32), [], `${'x'.repeat(30)}-2`],
    ['x'.repeat(32), [`${'x'.repeat(30)}-2`], `${'x'.repeat(30)}-3`],
    [`${'x'.repeat(30)}-9`, [], `${'x'.repeat(29)}-10`],
  ];
  for (const [given, taken, expected] of table)
    assert.equal(nextName(given, new Set(taken)), expected, given);
});

test('the next name is a valid one that nobody has', () => {
  const family = fc.oneof(
    name,
    fc
      .tuple(fc.stringMatching(/^[a-z]{1,31}$/), fc.nat(40))
      .map(([base, number]) => `${base}-${number}`.slice(-32)),
  );
  fc.assert(
    fc.property(family, fc.nat(30), (given, count) => {
      fc.pre(NAME_PATTERN.test(given));
      const taken = new Set([given]);
      for (let copy = 0; copy < count; copy += 1) taken.add(nextName(given, taken));
      assert.equal(taken.size, count + 1);
      for (const one of taken) assert.match(one, NAME_PATTERN);
    }),
  );
});

/** A namespace; on each network its data access policy, `none` where it does not exist. */
function namespace(called: string, on: Record<Network, boolean | null | 'none'>): Namespace {
  const at = (policy: boolean | null | 'none') =>
    policy === 'none'
      ? null
      : {
          name: called,
          geoLocation: null,
          retentionSeconds: null,
          groupId: null,
          restrictDataAccess: policy,
        };
  return { name: called, on: { staging: at(on.staging), production: at(on.production) } };
}

const known = [
  namespace('cart', { staging: false, production: false }),
  namespace('default', { staging: false, production: false }),
  namespace('secret', { staging: true, production: true }),
  namespace('half', { staging: false, production: true }),
  namespace('old', { staging: null, production: null }),
  namespace('test', { staging: false, production: 'none' }),
];
const policyBlock = /same data access policy/;

test('a careful draft needs no note', () => {
  assert.deepEqual(checkDraft(draft, known), []);
  assert.deepEqual(checkDraft(EMPTY_DRAFT, known), []);
});

test('namespaces of different data access policies block, on the chosen networks only', () => {
  const both = { staging: true, production: true };
  const table: [string, TokenDraft['networks'], boolean][] = [
    ['cart+r,secret+r', both, true],
    ['cart+r,old+r', both, false],
    ['secret+r', both, false],
    ['half+r', both, true],
    ['half+r,cart+r', { staging: true, production: false }, false],
    ['half+r,cart+r', { staging: false, production: true }, true],
    ['cart+r,secret+r', { staging: false, production: false }, false],
  ];
  for (const [text, networks, isBlocked] of table) {
    const notes = checkDraft({ ...draft, networks, permissions: rights(text) }, known);
    const blocks = notes.filter(({ severity }) => severity === 'block');
    assert.equal(blocks.length, isBlocked ? 1 : 0, `${text} ${JSON.stringify(networks)}`);
    for (const { text: words } of blocks) assert.match(words, policyBlock);
  }
});

test('each risk has its note', () => {
  const production = { staging: false, production: true };
  const manyIds = Array.from({ length: EDGEWORKERS_WARN_ABOVE + 1 }, (_, index) => String(4101 + index));
  const many = new Map(Array.from({ length: 21 }, (_, index) => [`n${index}`, ['r'] as const]));
  const table: [Partial<TokenDraft>, readonly Namespace[], string][] = [
    [{ permissions: many }, [], 'block: A token holds at most 20 namespaces.'],
    [
      { permissions: rights('test+r,cart+r'), networks: production },
      known,
      'warning: test does not exist on production.',
    ],
    [
      { permissions: rights('nope+r,gone+r,cart+r') },
      known,
      'warning: There is no namespace nope, gone on either network.',
    ],
    [{ permissions: rights('cart+wd,default+r') }, known, 'warning: cart: may be changed, but not read.'],
    [
      { permissions: rights('cart+rd'), networks: production },
      known,
      'info: It may delete data on production.',
    ],
    [
      { networks: production, edgeWorkers: { mode: 'all', ids: [] } },
      known,
      'warning: All EdgeWorkers of the account may use it on production.',
    ],
    [
      { edgeWorkers: { mode: 'only', ids: manyIds } },
      known,
      'warning: More than 8 EdgeWorkers: the official CLI allows only so many.',
    ],
  ];
  for (const [change, namespaces, expected] of table) {
    const notes = checkDraft({ ...draft, ...change }, namespaces);
    assert.deepEqual(
      notes.map(({ severity, text }) => `${severity}: ${text}`),
      [expected],
    );
  }
});

test('what is harmless on staging, or cannot be known, has no note', () => {
  const quiet: [Partial<TokenDraft>, readonly Namespace[]][] = [
    [{ permissions: rights('cart+rd') }, known],
    [{ edgeWorkers: { mode: 'all', ids: [] } }, known],
    [{ permissions: rights('test+r') }, known],
    [{ permissions: rights('nope+r') }, []],
  ];
  for (const [change, namespaces] of quiet)
    assert.deepEqual(checkDraft({ ...draft, ...change }, namespaces), []);
});

test('a namespace that no request can name is refused, not left out', () => {
  const asked = draftToRequest({ ...draft, permissions: rights('__proto__+rw,cart+r') });
  assert.ok(!asked.ok);
  assert.deepEqual(asked.fields, { permissions: ['A namespace cannot be named __proto__.'] });
});

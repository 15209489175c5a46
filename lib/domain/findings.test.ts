import assert from 'node:assert/strict';
import test from 'node:test';
import { addDays, type Day, parseDay } from './day';
import {
  DEFAULT_RULES,
  FINDING_CODES,
  type FindingCode,
  type FindingContext,
  type FindingRules,
  findings,
  type RulesInput,
  readRules,
  sameRules,
} from './findings';
import { mergeNamespaces, type NamespaceOnNetwork } from './namespace';
import { type Network, parsePermissions } from './permissions';
import type { Token, TokenDetails } from './token';
import { EMPTY_NOTE } from './token-note';
import type { TokenUsage, UsageState } from './usage';

const today = parseDay('2026-11-24') as Day;

const space = (name: string): NamespaceOnNetwork => ({
  name,
  geoLocation: null,
  retentionSeconds: null,
  groupId: null,
  restrictDataAccess: null,
});
const namespaces = mergeNamespaces(
  [space('default'), space('cart'), space('test1')],
  [space('default'), space('cart'), space('banner')],
);

type Given = Partial<Omit<Token, 'details'>> & {
  networks?: string;
  rights?: string;
  ew?: TokenDetails['edgeWorkers'];
};

function token({ networks = 'SP', rights = 'cart+r', ew = ['4101'], ...given }: Given = {}): Token {
  return {
    name: 't',
    uuid: 'u',
    expiry: null,
    issued: today,
    latestRefresh: null,
    nextRefresh: null,
    activation: 'complete',
    details: {
      kind: 'auto-refresh',
      cpCode: null,
      networks: { staging: networks.includes('S'), production: networks.includes('P') },
      permissions: parsePermissions(rights) ?? assert.fail(rights),
      edgeWorkers: ew,
    },
    ...given,
  };
}

const context: FindingContext = { note: { ...EMPTY_NOTE, owner: 'A. Bel' }, namespaces, usage: null, today };

function found(one: Token, rules: FindingRules = DEFAULT_RULES, given = context): string[] {
  return findings(one, given, rules).map(({ code, text }) => `${code}: ${text}`);
}

test('a token as it should be has no finding', () => {
  assert.deepEqual(found(token()), []);
});

test('each rule finds what it is for, and nothing else does', () => {
  const table: [FindingCode, Given, RegExp][] = [
    ['activation-error', { activation: 'error' }, /Refresh it/],
    ['namespace-gone', { rights: 'cart+r,lost+r,old+r', networks: 'S' }, /: lost, old$/],
    ['namespace-absent', { rights: 'cart+r,test1+r,banner+w' }, /: banner on staging, test1 on production$/],
    ['all-edgeworkers', { ew: 'all' }, /EdgeWorkers that need it/],
    ['delete-right', { rights: 'cart+rwd', networks: 'P' }, /: cart$/],
    ['default-namespace', { rights: 'default+r' }, /namespace of its own/],
    ['old', { issued: addDays(today, -180) }, /: 180 days since its issue\.$/],
    ['old', { issued: null, latestRefresh: addDays(today, -200) }, /: 200 days since its last refresh\.$/],
  ];
  for (const [code, given, words] of table) {
    const [one = '', ...more] = found(token(given));
    assert.deepEqual(more, [], code);
    assert.match(one, new RegExp(`^${code}: `));
    assert.match(one, words);
  }
  const legacy = { ...token(), expiry: addDays(today, 9), details: null };
  assert.deepEqual(found(legacy), ['legacy: Create a successor that refreshes itself.']);
  assert.deepEqual(found(token(), DEFAULT_RULES, { ...context, note: EMPTY_NOTE }), [
    'no-owner: Note who can be asked.',
  ]);
});

test('what is a risk on production is none on staging', () => {
  assert.deepEqual(found(token({ networks: 'S', rights: 'default+rwd,cart+d', ew: 'all' })), []);
});

test('what is not known is not found: details, namespaces, an issue', () => {
  const bare = { ...token({ issued: null }), details: null };
  assert.deepEqual(found(bare), []);
  const gone = token({ rights: 'lost+r' });
  assert.deepEqual(found(gone, DEFAULT_RULES, { ...context, namespaces: null }), []);
  assert.deepEqual(found(gone, DEFAULT_RULES, { ...context, namespaces: [] }), ['namespace-gone: lost']);
});

test('an expired token has no finding any more', () => {
  const expired = token({ expiry: addDays(today, -1), activation: 'error', ew: 'all' });
  assert.deepEqual(found(expired), []);
});

/** `4101 SP` uses it on both networks; `4103?` may use it. */
function usage(state: UsageState, words = ''): TokenUsage {
  const parts = words.split(',').filter((part) => part !== '');
  const edgeWorker = (part: string) => ({ id: part.slice(0, 4), name: `ew-${part.slice(0, 4)}` });
  return {
    state,
    uses: parts
      .filter((part) => !part.endsWith('?'))
      .map((part) => ({
        edgeWorker: edgeWorker(part),
        version: '1.0',
        networks: [
          ...(part.includes('S') ? ['staging' as Network] : []),
          ...(part.includes('P') ? ['production' as Network] : []),
        ],
        matchedBy: 'reference',
        entries: [],
        findings: [],
      })),
    maybe: parts
      .filter((part) => part.endsWith('?'))
      .map((part) => ({ edgeWorker: edgeWorker(part), version: '1.0', why: 'It could not be read.' })),
  };
}

test('what live versions use is found, and nothing where that is not known', () => {
  const expired = { expiry: addDays(today, -1) };
  const table: [Given, TokenUsage | null, string[]][] = [
    // Expired ones have this finding only, whatever else is wrong.
    [expired, usage('used', '4101 SP'), ['used-expired: ew-4101 (4101) 1.0 on staging and production']],
    [
      { ...expired, networks: 'S' },
      usage('used', '4109 P'),
      ['used-expired: ew-4109 (4109) 1.0 on production'],
    ],
    [expired, usage('unused'), []],
    [expired, usage('unknown', '4101?'), []],
    [expired, null, []],
    [{ expiry: today }, usage('used', '4101 SP'), []],
    // EdgeWorkers and networks that it is not for.
    [{}, usage('used', '4101 SP'), []],
    [
      {},
      usage('used', '4101 SP,4107 S'),
      ['edgeworker-not-allowed: Not one of its EdgeWorkers: ew-4107 (4107) 1.0 on staging.'],
    ],
    [
      { networks: 'P' },
      usage('used', '4101 SP'),
      ['edgeworker-not-allowed: Not one of its networks: ew-4101 (4101) 1.0 on staging.'],
    ],
    [
      { networks: 'S', ew: ['4101', '4102'] },
      usage('used', '4101 P,4102 S,4107 P'),
      [
        'edgeworker-not-allowed: Not one of its EdgeWorkers: ew-4107 (4107) 1.0 on production. ' +
          'Not one of its networks: ew-4101 (4101) 1.0 on production.',
      ],
    ],
    [{ networks: 'S', ew: 'all' }, usage('used', '4107 S'), []],
    // EdgeWorkers that it is for without need.
    [{ ew: ['4101', '4102', '4103'] }, usage('used', '4102 P'), ['edgeworkers-unused: 4101, 4103']],
    [{ ew: ['4101', '4102', '4103'] }, usage('used', '4102 P,4101?'), ['edgeworkers-unused: 4103']],
    [{ ew: ['4101', '4102'] }, usage('used', '4102 P,4101?'), []],
    [{ ew: ['4101', '4102'] }, usage('unknown', '4101?'), ['edgeworkers-unused: 4102']],
    [{ ew: ['4101', '4102'] }, usage('unknown', '4101?,4102?'), []],
    [{ ew: ['4101', '4102'] }, usage('unknown'), []],
    [{ ew: ['4101', '4102'] }, null, []],
    [{ ew: 'all', networks: 'S' }, usage('used', '4102 S'), []],
    // Nobody's: that it is for EdgeWorkers without need is told by that.
    [{ ew: ['4101', '4102'] }, usage('unused'), ['unused: Revoke it, unless it is for what is to come.']],
    [{ ew: 'all', networks: 'S' }, usage('unknown', '4101?'), []],
  ];
  for (const [given, known, expected] of table) {
    const one = token(given);
    const text = JSON.stringify([given, known]);
    assert.deepEqual(found(one, DEFAULT_RULES, { ...context, usage: known }), expected, text);
  }
  const bare = { ...token(), details: null };
  assert.deepEqual(found(bare, DEFAULT_RULES, { ...context, usage: usage('used', '4107 SP') }), []);
});

test('a finding names some EdgeWorkers of many', () => {
  const ids = Array.from({ length: 1000 }, (_, index) => String(4101 + index));
  const [one = ''] = found(token({ ew: ids }), DEFAULT_RULES, { ...context, usage: usage('used', '4101 P') });
  assert.match(one, /^edgeworkers-unused: 4102, [\d, ]+, 4111 and 989 more$/);
});

test('a rule that is off finds nothing, and the days are those of the rule', () => {
  const bad = token({
    activation: 'error',
    rights: 'default+rwd,lost+r,test1+r',
    ew: ['4101', '4102'],
    issued: addDays(today, -59),
  });
  const all = { ...context, note: EMPTY_NOTE, usage: usage('used', '4102 P,4107 P') };
  const legacy = { ...token(), expiry: addDays(today, 9), details: null };
  const tokens: [Token, FindingContext][] = [
    [bad, all],
    [token({ expiry: addDays(today, -1) }), all],
    [token({ ew: 'all', issued: addDays(today, -200) }), context],
    [legacy, { ...context, usage: usage('unused') }],
  ];
  const codes = (rules: FindingRules) =>
    tokens.flatMap(([one, given]) => findings(one, given, rules).map(({ code }) => code));
  assert.deepEqual(new Set(codes(DEFAULT_RULES)), new Set(FINDING_CODES));
  for (const code of FINDING_CODES) {
    const off = { ...DEFAULT_RULES, [code]: { isOn: false, days: DEFAULT_RULES[code].days } };
    assert.deepEqual(
      codes(off),
      codes(DEFAULT_RULES).filter((one) => one !== code),
    );
  }
  const days = (count: number) => ({ ...DEFAULT_RULES, old: { isOn: true, days: count } });
  assert.deepEqual(
    found(bad, days(60)).filter((one) => one.startsWith('old')),
    [],
  );
  assert.deepEqual(
    found(bad, days(59)).filter((one) => one.startsWith('old')),
    ['old: 59 days since its issue.'],
  );
});

function input(days: string | null, change: Partial<RulesInput> = {}): RulesInput {
  const all = Object.fromEntries(
    FINDING_CODES.map((code) => [code, { isOn: true, days: code === 'old' ? days : null }]),
  );
  return { ...(all as RulesInput), ...change };
}

test('rules are read from what was typed, and only whole days of a sensible number are taken', () => {
  const off = readRules(input('180', { legacy: { isOn: false, days: '5' } }));
  assert.ok(off.ok);
  assert.deepEqual(off.rules.legacy, { isOn: false, days: null });
  assert.equal(sameRules(off.rules, DEFAULT_RULES), false);
  const same = readRules(input('180'));
  assert.ok(same.ok && sameRules(same.rules, DEFAULT_RULES));
  for (const days of ['1', '3650', ' 90 ']) assert.equal(readRules(input(days)).ok, true, days);
  for (const days of ['', '0', '3651', '-1', '1.5', '1e2', 'ten', '99999', null]) {
    const read = readRules(input(days));
    assert.deepEqual(read.ok ? null : Object.keys(read.fields), ['days-old'], String(days));
  }
});

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
import { parsePermissions } from './permissions';
import type { Token, TokenDetails } from './token';
import { EMPTY_NOTE } from './token-note';

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

const context: FindingContext = { note: { ...EMPTY_NOTE, owner: 'A. Bel' }, namespaces, today };

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

test('a rule that is off finds nothing, and the days are those of the rule', () => {
  const bad = token({
    activation: 'error',
    rights: 'default+rwd,lost+r,test1+r',
    ew: 'all',
    issued: addDays(today, -59),
  });
  const all = { ...context, note: EMPTY_NOTE };
  for (const code of FINDING_CODES) {
    const off = { ...DEFAULT_RULES, [code]: { isOn: false, days: DEFAULT_RULES[code].days } };
    const codes = (rules: FindingRules) => findings(bad, all, rules).map((one) => one.code);
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

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { DUE_CASES } from './corpus/due-dates';
import { addDays, type Day, dayAt, parseDay } from './day';
import { datelessTokens, dueItems, dueWindow, dueWords, isUrgent } from './due';
import type { ActivationStatus, Token, TokenDetails } from './token';
import { EMPTY_NOTE, type TokenNote } from './token-note';
import type { LiveUse, TokenUsage } from './usage';

const today = parseDay('2026-11-24') as Day;
const zone = process.env.TZ;
after(() => {
  process.env.TZ = zone;
});

function token(name: string, given: Partial<Token> = {}): Token {
  return {
    name,
    uuid: `uuid-${name}`,
    expiry: null,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: null,
    details: null,
    ...given,
  };
}

function on(networks: 'S' | 'P' | 'SP' | ''): TokenDetails {
  return {
    kind: 'auto-refresh',
    cpCode: null,
    networks: { staging: networks.includes('S'), production: networks.includes('P') },
    permissions: new Map(),
    edgeWorkers: 'all',
  };
}

const note = (given: Partial<TokenNote>): TokenNote => ({ ...EMPTY_NOTE, ...given });
const noteOf = (name: string, given: Partial<TokenNote>) => new Map([[`uuid-${name}`, note(given)]]);
const NOTES = new Map<string, TokenNote>();
const RULES = { ageDays: null };

/** One line of the table, put through the code as a page does it. */
function answerOf(now: string, known: string): string {
  const given = new Map(known.split(' ').map((field) => field.split('=', 2) as [string, string]));
  const day = (name: string) => parseDay(given.get(name) ?? '');
  const activations: readonly ActivationStatus[] = ['in-progress', 'complete', 'error'];
  const one = token('t', {
    expiry: day('expiry'),
    nextRefresh: day('next'),
    issued: day('issued'),
    latestRefresh: day('refreshed'),
    activation: activations.find((status) => status === given.get('activation')) ?? null,
  });
  const on = dayAt(Date.parse(now));
  const ageDays = given.has('age') ? Number(given.get('age')) : null;
  const items = dueItems([one], noteOf('t', { reviewBy: day('review') }), { ageDays }, on);
  if (items.length === 0) return 'never';
  const order = ['expiry', 'activation', 'refresh', 'age', 'review'];
  return [...items]
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
    .map((item) => `${item.kind} ${item.day} ${dueWindow(item.day, on)}`)
    .join(' + ');
}

test('[114] more than 200 dates fall on their day and into their window, whatever the zone of the server', () => {
  assert.ok(DUE_CASES.length >= 200);
  assert.equal(new Set(DUE_CASES).size, DUE_CASES.length);
  const offsets = new Set<number>();
  for (const tz of [
    'UTC',
    'Pacific/Kiritimati',
    'Etc/GMT+12',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
  ]) {
    process.env.TZ = tz;
    offsets.add(new Date(0).getTimezoneOffset());
    for (const line of DUE_CASES) {
      const [now = '', known = '', expected = ''] = line.split(' | ');
      assert.equal(answerOf(now, known), expected, `${tz}: ${line}`);
    }
  }
  // Otherwise the zones were not in force, and nothing was shown.
  assert.ok(offsets.size >= 5);
});

test('every token is in the list or among those without a date, and in one of them only', () => {
  const tokens = [
    token('refreshes', { nextRefresh: addDays(today, 20) }),
    token('nothing'),
    token('expires', { expiry: addDays(today, 9) }),
    token('reviewed'),
  ];
  const notes = noteOf('reviewed', { reviewBy: today });
  const items = dueItems(tokens, notes, RULES, today);
  const dateless = datelessTokens(tokens, items, notes);
  assert.deepEqual(items.map((item) => item.token.name).sort(), ['expires', 'refreshes', 'reviewed']);
  assert.deepEqual(
    dateless.map((one) => one.token.name),
    ['nothing'],
  );
});

test('a note belongs to its uuid: another token of the same name has none', () => {
  const again = token('shop', { uuid: 'another' });
  assert.deepEqual(dueItems([again], noteOf('shop', { reviewBy: today }), RULES, today), []);
});

test('what can fail requests on production comes first, then window by window', () => {
  const soon = addDays(today, 5);
  const late = addDays(today, -2);
  const tokens = [
    token('review-late', { details: on('P') }),
    token('refresh-late', { nextRefresh: late, details: on('SP') }),
    token('expired-staging', { expiry: late, details: on('S') }),
    token('expires-soon-production', { expiry: soon, details: on('P') }),
    token('expired-production', { expiry: late, details: on('P') }),
    token('expired-unknown', { expiry: late }),
    token('failed-production', { activation: 'error', issued: late, details: on('P') }),
    token('failed-staging', { activation: 'error', issued: late, details: on('S') }),
    token('expires-soon-staging', { expiry: soon, details: on('S') }),
    token('refresh-soon', { nextRefresh: soon, details: on('P') }),
    token('expires-in-a-month', { expiry: addDays(today, 20), details: on('P') }),
    token('refresh-earlier', { nextRefresh: addDays(today, 9), details: on('P') }),
  ];
  const items = dueItems(tokens, noteOf('review-late', { reviewBy: late }), RULES, today);
  assert.deepEqual(
    items.map((item) => item.token.name),
    [
      'expired-production',
      'expired-unknown',
      'failed-production',
      'expires-soon-production',
      'refresh-late',
      'review-late',
      'expired-staging',
      'failed-staging',
      'refresh-soon',
      'expires-soon-staging',
      'expires-in-a-month',
      'refresh-earlier',
    ],
  );
  assert.deepEqual(
    items.map((item) => isUrgent(item, today)),
    items.map((_, index) => index < 4),
  );
});

/** `2 P` is used by two EdgeWorkers on production. */
function usage(words: string): TokenUsage {
  if (words === 'unknown' || words === 'unused') return { state: words, uses: [], maybe: [] };
  const uses = words.split('+').flatMap((part, group) => {
    const [count = '', networks = ''] = part.split(' ');
    const use = (index: number): LiveUse => ({
      edgeWorker: { id: `${group}${index}`, name: 'ew' },
      version: '1.0',
      networks:
        networks === 'S' ? ['staging'] : networks === 'P' ? ['production'] : ['staging', 'production'],
      matchedBy: 'reference',
      entries: [],
      findings: [],
    });
    return Array.from({ length: Number(count) }, (_, index) => use(index));
  });
  return { state: 'used', uses, maybe: [] };
}

test('in a window what is used where it counts comes before what may be, and unused tokens last', () => {
  const soon = { nextRefresh: addDays(today, 5) };
  // Against the order of their names, which decides when nothing else does.
  const order: [name: string, networks: 'S' | 'P' | 'SP' | null, used: string | null][] = [
    ['used-on-production', 'SP', '1 SP'],
    ['production-unknown', 'P', 'unknown'],
    ['nobody-looked', 'P', null],
    ['networks-not-known', null, 'unknown'],
    ['allowed-used-on-staging', 'SP', '2 S'],
    ['zz-unused', 'P', 'unused'],
    ['zz-staging-used', 'S', '1 S'],
    ['zz-staging-unknown', 'S', null],
    ['a-staging-unused', 'S', 'unused'],
  ];
  const tokens = order.map(([name, networks]) => token(name, { ...soon, details: networks && on(networks) }));
  const known = new Map(
    order.flatMap(([name, , used]) => (used === null ? [] : [[`uuid-${name}`, usage(used)] as const])),
  );
  const items = dueItems([...tokens].reverse(), NOTES, RULES, today, { usage: known });
  const names = items.map((item) => item.token.name);
  const maybe = ['allowed-used-on-staging', 'networks-not-known', 'nobody-looked', 'production-unknown'];
  assert.deepEqual(names, [
    'used-on-production',
    ...maybe,
    'zz-unused',
    'zz-staging-used',
    'zz-staging-unknown',
    'a-staging-unused',
  ]);
});

test('an expiry of a token that surely nobody uses is not urgent; its activation is', () => {
  const urgent = (given: Partial<Token>, used: string | null) => {
    const known = new Map(used === null ? [] : [['uuid-t', usage(used)]]);
    const tokens = [token('t', { details: on('P'), ...given })];
    return dueItems(tokens, NOTES, RULES, today, { usage: known }).map((item) => isUrgent(item, today));
  };
  const expiry = addDays(today, 5);
  assert.deepEqual(urgent({ expiry }, 'unused'), [false]);
  assert.deepEqual(urgent({ expiry: addDays(today, -5) }, 'unused'), [false]);
  for (const used of ['unknown', '1 P', null])
    assert.deepEqual(urgent({ expiry }, used), [true], String(used));
  assert.deepEqual(urgent({ activation: 'error', issued: today }, 'unused'), [true]);
});

test('the words of a date say who uses the token, and where it is allowed when that is not known', () => {
  const table: [networks: 'S' | 'SP', used: string | null, words: string][] = [
    ['SP', '3 P', 'used by 3 on production'],
    ['SP', '2 SP+1 S', 'used by 2 on production'],
    ['SP', '2 S', 'used by 2 on staging'],
    ['S', '1 P', 'used by 1 on production'],
    ['SP', 'unused', 'unused'],
    ['SP', 'unknown', 'allowed on production'],
    ['S', 'unknown', 'on staging only'],
    ['SP', null, 'allowed on production'],
  ];
  for (const [networks, used, words] of table) {
    const known = new Map(used === null ? [] : [['uuid-t', usage(used)]]);
    const expiry = addDays(today, 9);
    const notes = noteOf('t', { owner: 'A. Bel' });
    const one = token('t', { expiry, details: on(networks) });
    const [item] = dueItems([one], notes, RULES, today, { usage: known });
    assert.equal(dueWords(item ?? assert.fail(), today), `expires in 9 days, ${words}, owner A. Bel`);
    const [none] = datelessTokens([{ ...one, expiry: null }], [], notes, known);
    assert.equal(dueWords(none ?? assert.fail(), today), `has no date, ${words}, owner A. Bel`);
  }
});

test('the order does not hang on the order of the list', () => {
  const tokens = ['b', 'a', 'c'].map((name) => token(name, { nextRefresh: today }));
  const names = (given: readonly Token[]) =>
    dueItems(given, NOTES, RULES, today).map((one) => one.token.name);
  assert.deepEqual(names(tokens), ['a', 'b', 'c']);
  assert.deepEqual(names([...tokens].reverse()), ['a', 'b', 'c']);
});

test('a date is told in words: what happens, where the token is allowed, and whose it is', () => {
  const table: [Partial<Token>, Partial<TokenNote>, string][] = [
    [
      { expiry: addDays(today, 9), details: on('SP') },
      { owner: 'A. Bel' },
      'expires in 9 days, allowed on production, owner A. Bel',
    ],
    [{ expiry: today, details: on('S') }, {}, 'expires today, on staging only, no owner'],
    [{ expiry: addDays(today, 1) }, {}, 'expires tomorrow, networks not known, no owner'],
    [{ expiry: addDays(today, -1), details: on('') }, {}, 'expired 1 day ago, on no network, no owner'],
    [
      { nextRefresh: addDays(today, -12), details: on('S') },
      {},
      'refresh overdue by 12 days, on staging only, no owner',
    ],
    [
      { nextRefresh: addDays(today, 2), details: on('S') },
      {},
      'refreshes in 2 days, on staging only, no owner',
    ],
    [{ activation: 'error', details: on('S') }, {}, 'activation failed today, on staging only, no owner'],
    [
      { activation: 'in-progress', issued: addDays(today, -3), details: on('P') },
      {},
      'activation stuck for 2 days, allowed on production, no owner',
    ],
  ];
  for (const [given, noted, expected] of table) {
    const [item] = dueItems([token('t', given)], noteOf('t', noted), RULES, today);
    assert.ok(item);
    assert.equal(dueWords(item, today), expected);
  }
  const old = dueItems([token('t', { issued: addDays(today, -101) })], NOTES, { ageDays: 100 }, today);
  assert.equal(dueWords(old[0] ?? assert.fail(), today), 'too old for 1 day, networks not known, no owner');
  const review = dueItems([token('t')], noteOf('t', { reviewBy: today, owner: 'shop' }), RULES, today);
  assert.equal(dueWords(review[0] ?? assert.fail(), today), 'review today, networks not known, owner shop');
  const [none] = datelessTokens([token('t')], [], NOTES);
  assert.equal(dueWords(none ?? assert.fail(), today), 'has no date, networks not known, no owner');
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { addDays, type Day, parseDay } from './day';
import { datelessTokens, dueItems } from './due';
import { type Answers, answerKey } from './due-answer';
import { ageCounts, CHART_WEEKS, dueWeeks, kindsIn } from './due-charts';
import { dueCsvRows, dueJson } from './due-export';
import {
  countByDay,
  countWords,
  DEFAULT_DUE_QUERY,
  type DueFilter,
  type DueSource,
  filterDue,
  findDue,
  mergeDue,
  parseDueQuery,
  printDueQuery,
  rowAfter,
  rowId,
  wrongDueFilters,
} from './due-query';
import type { Token } from './token';
import { EMPTY_NOTE, type TokenNote } from './token-note';

const today = parseDay('2026-11-24') as Day;

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

const TOKENS = [
  token('expired', { expiry: addDays(today, -1) }),
  token('expires', { expiry: addDays(today, 9), issued: addDays(today, -100) }),
  token('refreshes', { nextRefresh: addDays(today, 9), latestRefresh: addDays(today, -29) }),
  token('refreshes-late', { nextRefresh: addDays(today, 120), issued: addDays(today, -400) }),
  token('reviewed'),
  token('bare'),
];
const NOTES = new Map<string, TokenNote>([
  ['uuid-reviewed', { ...EMPTY_NOTE, owner: 'A. Bel', reviewBy: addDays(today, 9) }],
  ['uuid-expires', { ...EMPTY_NOTE, owner: 'C. Dor' }],
]);
const items = dueItems(TOKENS, NOTES, { ageDays: null }, today);
const SOURCE: DueSource = {
  items,
  dateless: datelessTokens(TOKENS, items, NOTES),
  findings: new Map([['uuid-expires', [{ code: 'legacy', text: '' }]]]),
};

function names(filter: Partial<DueFilter>): string[] {
  return filterDue(SOURCE, { ...DEFAULT_DUE_QUERY, ...filter }, today).map((row) => row.token.name);
}

test('each filter leaves exactly what it names; a window holds what is overdue too', () => {
  const all = ['expired', 'expires', 'refreshes', 'reviewed', 'refreshes-late', 'bare'];
  assert.deepEqual(names({}), all);
  assert.deepEqual(names({ span: 'overdue' }), ['expired']);
  assert.deepEqual(names({ span: '7' }), ['expired']);
  assert.deepEqual(names({ span: '30' }), ['expired', 'expires', 'refreshes', 'reviewed']);
  assert.deepEqual(names({ span: '90' }), names({ span: '30' }));
  assert.deepEqual(names({ span: 'never' }), ['bare']);
  assert.deepEqual(names({ kinds: ['refresh', 'review'] }), ['refreshes', 'reviewed', 'refreshes-late']);
  assert.deepEqual(names({ kinds: ['refresh'], span: 'never' }), []);
  assert.deepEqual(names({ finding: 'legacy' }), ['expires']);
  assert.deepEqual(names({ finding: 'old' }), []);
  assert.deepEqual(names({ owner: 'A. Bel' }), ['reviewed']);
  assert.deepEqual(names({ owner: 'none', span: '30' }), ['expired', 'refreshes']);
  assert.deepEqual(names({ owner: 'A. Bel', kinds: ['expiry'] }), []);
});

test('what is answered is told apart, and files and machines get it with its answer', () => {
  const answers: Answers = {
    given: new Map([
      [
        answerKey('uuid-expires', 'expiry'),
        {
          state: 'snoozed',
          day: addDays(today, 9),
          until: addDays(today, 7),
          reason: '=1+1',
          by: 'a.bel@example.com',
          on: today,
        },
      ],
    ]),
    reviews: new Map(),
  };
  const answered = dueItems(TOKENS, NOTES, { ageDays: null }, today, { answers });
  const source = { ...SOURCE, items: answered };
  const filtered = (filter: Partial<DueFilter>) =>
    filterDue(source, { ...DEFAULT_DUE_QUERY, ...filter }, today);
  const namesOf = (filter: Partial<DueFilter>) => filtered(filter).map((row) => row.token.name);
  assert.deepEqual(namesOf({ answered: 'yes' }), ['expires']);
  assert.deepEqual(
    namesOf({ answered: 'no' }),
    names({}).filter((name) => name !== 'expires'),
  );
  assert.deepEqual(namesOf({}), names({}));
  assert.deepEqual(namesOf({ answered: 'yes', kinds: ['refresh'] }), []);
  const rows = filtered({ answered: 'yes' });
  const [head = [], line = []] = dueCsvRows(rows, source, today);
  assert.deepEqual(
    ['answer', 'answered until', 'reason', 'answered by'].map((name) => line[head.indexOf(name)]),
    ['snoozed', addDays(today, 7), '=1+1', 'a.bel'],
  );
  assert.deepEqual(dueJson(rows[0] ?? assert.fail(), source, today).answer, {
    state: 'snoozed',
    until: addDays(today, 7),
    reason: '=1+1',
    by: 'a.bel',
    on: today,
  });
});

test('the state goes through the URL and back', () => {
  const queries = [
    '',
    'view=month&month=2026-12&kind=expiry,review&window=30&finding=no-owner&owner=A.+Bel&answered=yes',
    'view=month&month=2026-12&day=2026-12-03',
    'view=charts',
    'kind=expiry,activation,refresh,age,review&page=3',
    'window=never&owner=none',
  ];
  for (const text of queries)
    assert.equal(printDueQuery(parseDueQuery(Object.fromEntries(new URLSearchParams(text)))), text);
  // A plain form repeats a field.
  assert.deepEqual(parseDueQuery({ kind: ['review', 'expiry'] }).kinds, ['expiry', 'review']);
  assert.equal(parseDueQuery({ view: 'month', day: '2027-02-03' }).month, '2027-02');
});

test('what a parameter cannot mean is left out for people, and told to machines', () => {
  const wrong = {
    view: 'x',
    month: '2026-13',
    day: 'x',
    kind: 'expiri',
    window: '8',
    finding: 'x',
    owner: ' ',
    page: '0',
  };
  assert.deepEqual(parseDueQuery(wrong), DEFAULT_DUE_QUERY);
  assert.deepEqual(Object.keys(wrongDueFilters(wrong)), ['kind', 'window', 'finding']);
  assert.deepEqual(
    wrongDueFilters({ kind: 'expiry,review', window: '30', finding: '', owner: 'anybody' }),
    {},
  );
  assert.deepEqual(Object.keys(wrongDueFilters({ kind: ['expiry', 'revue'] })), ['kind']);
});

test('days are counted by kind, and told in words', () => {
  const counts = countByDay(items);
  assert.equal(countWords(counts.get(addDays(today, 9))), '1 expiry, 1 refresh, 1 review');
  assert.equal(countWords(counts.get(today)), 'nothing due');
  const two = dueItems(
    [token('a', { nextRefresh: today }), token('b', { nextRefresh: today })],
    NOTES,
    { ageDays: null },
    today,
  );
  assert.equal(countWords(countByDay(two).get(today)), '2 refreshes');
});

test('a week of the chart has its seven days, and what is overdue or later than a year is in none', () => {
  const days = [-1, 0, 6, 7, CHART_WEEKS * 7 - 1, CHART_WEEKS * 7];
  const tokens = days.map((count) => token(`in ${count}`, { nextRefresh: addDays(today, count) }));
  const weeks = dueWeeks(dueItems(tokens, NOTES, { ageDays: null }, today), today);
  assert.equal(weeks.length, CHART_WEEKS);
  assert.deepEqual(
    weeks.flatMap(({ total }, index) => (total > 0 ? [[index, total]] : [])),
    [
      [0, 2],
      [1, 1],
      [CHART_WEEKS - 1, 1],
    ],
  );
  assert.deepEqual(kindsIn(weeks), ['refresh']);
  assert.equal(weeks[1]?.from, '2026-12-01');
});

test('ages are counted by kind, from the last refresh on; what has expired is left out', () => {
  const at = Object.fromEntries(
    ageCounts(TOKENS, today).map(({ words, counts }) => [words, [counts['auto-refresh'], counts.legacy]]),
  );
  assert.deepEqual(at, {
    'Less than 30 days': [1, 0],
    '30 to 89 days': [0, 0],
    '90 to 179 days': [0, 1],
    '180 to 364 days': [0, 0],
    'A year or more': [1, 0],
    'Not known': [2, 0],
  });
  const edges = [29, 30, 89, 90, 179, 180, 364, 365].map((age) =>
    token(`${age}`, { issued: addDays(today, -age) }),
  );
  assert.deepEqual(
    ageCounts(edges, today).map(({ counts }) => counts['auto-refresh']),
    [1, 2, 2, 2, 1],
  );
});

test('the file and the JSON have a line for each date, with its note and its findings', () => {
  const rows = filterDue(SOURCE, DEFAULT_DUE_QUERY, today);
  const [head = [], ...lines] = dueCsvRows(rows, SOURCE, today);
  assert.equal(lines.length, 6);
  assert.ok(lines.every((line) => line.length === head.length));
  const cell = (line: number, name: string) => lines[line]?.[head.indexOf(name)];
  assert.deepEqual(
    ['due', 'day', 'days left', 'days overdue', 'window', 'findings', 'name', 'owner'].map((name) =>
      cell(1, name),
    ),
    ['expiry', '2026-12-03', '9', '', '30', 'legacy', 'expires', 'C. Dor'],
  );
  assert.equal(cell(0, 'days overdue'), '1');
  assert.equal(cell(5, 'day'), '');
  assert.deepEqual(dueJson(rows[0] ?? assert.fail(), SOURCE, today), {
    kind: 'expiry',
    day: '2026-11-23',
    daysLeft: -1,
    window: 'overdue',
    words: 'expired 1 day ago, networks not known, no owner',
    findings: [],
    answer: null,
    note: EMPTY_NOTE,
    token: {
      name: 'expired',
      uuid: 'uuid-expired',
      kind: 'legacy',
      status: 'expired',
      expiry: '2026-11-23',
      issueDate: null,
      latestRefreshDate: null,
      nextScheduledRefreshDate: null,
      tokenActivationStatus: null,
      cpcode: null,
      allowOnStaging: null,
      allowOnProduction: null,
      namespacePermissions: null,
      restrictToEdgeWorkerIds: null,
    },
  });
  assert.equal(dueJson(rows[5] ?? assert.fail(), SOURCE, today).window, 'never');
});

test('after a row comes the next one, of another token when all rows of this one go', () => {
  const rows = dueItems(
    [
      token('a', { nextRefresh: addDays(today, 1) }),
      token('b', { nextRefresh: addDays(today, 2), issued: addDays(today, -28) }),
      token('c', { nextRefresh: addDays(today, 40) }),
    ],
    new Map([['uuid-b', { ...EMPTY_NOTE, reviewBy: addDays(today, 3) }]]),
    { ageDays: null },
    today,
  );
  assert.deepEqual(rows.map(rowId), ['refresh-uuid-a', 'refresh-uuid-b', 'review-uuid-b', 'refresh-uuid-c']);
  const after = (at: number, ofAnother: boolean) => {
    const next = rowAfter(rows, rows[at] ?? assert.fail(), ofAnother);
    return next && rowId(next);
  };
  assert.deepEqual(
    [0, 1, 2, 3].map((at) => after(at, false)),
    ['refresh-uuid-b', 'review-uuid-b', 'refresh-uuid-c', 'review-uuid-b'],
  );
  assert.equal(after(1, true), 'refresh-uuid-c');
  assert.equal(after(3, true), 'review-uuid-b');
  const [only = assert.fail()] = rows;
  assert.equal(rowAfter([only], only, false), null);
});

test('accounts merged are in one order of risk, and a token that two of them lead to is two', () => {
  const early = token('early', { expiry: addDays(today, 2) });
  const items = dueItems([early], new Map(), { ageDays: null }, today);
  const look = (slug: string) => ({ slug, name: slug, colour: 'sky' as const });
  const merged = mergeDue(
    [
      { account: look('shop'), due: SOURCE },
      { account: look('media'), due: { items, dateless: [], findings: new Map() } },
      { account: look('outlet'), due: { ...SOURCE, findings: new Map() } },
    ],
    today,
  );
  const { rows, shown } = findDue(merged, DEFAULT_DUE_QUERY, today);
  const said = shown.map(({ token: { name }, account }) => `${account?.slug} ${name}`);
  assert.deepEqual(said.slice(0, 5), [
    'shop expired',
    'outlet expired',
    'media early',
    'shop expires',
    'outlet expires',
  ]);
  assert.deepEqual(said.slice(-2), ['shop bare', 'outlet bare']);
  assert.equal(new Set(rows.map(rowId)).size, rows.length);
  const legacy = filterDue(merged, { ...DEFAULT_DUE_QUERY, finding: 'legacy' }, today);
  assert.deepEqual(
    legacy.map(({ account }) => account?.slug),
    ['shop'],
  );
});

test('a month, like the list, is shown a page at a time', () => {
  const many = Array.from({ length: 130 }, (_, index) =>
    token(`t${String(index).padStart(3, '0')}`, { nextRefresh: addDays(today, 2) }),
  );
  const source = {
    items: dueItems(many, new Map(), { ageDays: null }, today),
    dateless: [],
    findings: new Map(),
  };
  const found = findDue(source, { ...DEFAULT_DUE_QUERY, view: 'month', page: 9 }, today);
  assert.deepEqual([found.listed.length, found.shown.length], [130, 30]);
  assert.equal(found.shown[0]?.token.name, 't100');
  assert.deepEqual(findDue(source, { ...DEFAULT_DUE_QUERY, view: 'charts' }, today).shown, []);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { printCsv } from './csv';
import { type Day, parseDay } from './day';
import { parsePermissions } from './permissions';
import type { Token } from './token';
import { tokenRows } from './token-csv';
import type { TokenNote } from './token-note';
import type { TokenUsage } from './usage';

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text);
}

const today = day('2026-11-24');
const permissions = parsePermissions('cart+rw,default+r') ?? assert.fail();

const full: Token = {
  name: 'cart-rw',
  uuid: '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
  expiry: null,
  issued: day('2026-09-01'),
  latestRefresh: day('2026-11-20'),
  nextRefresh: day('2026-12-04'),
  activation: 'complete',
  details: {
    kind: 'auto-refresh',
    cpCode: '98765',
    networks: { staging: true, production: true },
    permissions,
    edgeWorkers: ['4101', '4102'],
  },
};
const listed: Token = {
  ...full,
  name: 'old',
  expiry: day('2026-11-02'),
  issued: null,
  latestRefresh: null,
  nextRefresh: null,
  activation: null,
  details: null,
};

const NOT_NOTED = { owner: '', purpose: '', ticket: '', tags: '', 'review by': '' };
const NO_NOTES = new Map<string, TokenNote>();

/** The row of a token, by column. */
function row(token: Token): Record<string, string> {
  const [head = [], cells = []] = tokenRows([token], today, NO_NOTES);
  assert.equal(cells.length, head.length);
  return Object.fromEntries(head.map((column, at) => [column, cells[at] ?? assert.fail(column)]));
}

test('without tokens there is still the head', () => {
  assert.equal(tokenRows([], today, NO_NOTES).length, 1);
});

test('a token is one row, each cell under its head', () => {
  assert.deepEqual(row(full), {
    name: 'cart-rw',
    uuid: '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
    kind: 'auto-refresh',
    status: 'active',
    next: 'refreshes',
    date: '2026-12-04',
    'days left': '10',
    'days overdue': '',
    issued: '2026-09-01',
    'latest refresh': '2026-11-20',
    networks: 'staging production',
    permissions: 'cart+rw,default+r',
    EdgeWorkers: '4101 4102',
    'CP code': '98765',
    ...NOT_NOTED,
  });
});

test('what is not known is empty, and days past have a column of their own', () => {
  assert.deepEqual(row(listed), {
    name: 'old',
    uuid: full.uuid,
    kind: 'legacy',
    status: 'expired',
    next: 'expires',
    date: '2026-11-02',
    'days left': '',
    'days overdue': '22',
    issued: '',
    'latest refresh': '',
    networks: '',
    permissions: '',
    EdgeWorkers: '',
    'CP code': '',
    ...NOT_NOTED,
  });
});

test('a token without a date to come says so', () => {
  const { next, date, ...rest } = row({ ...full, nextRefresh: null });
  assert.deepEqual([next, date, rest['days left'], rest['days overdue']], ['does not expire', '', '', '']);
  assert.equal(row({ ...full, nextRefresh: today })['days left'], '0');
});

test('all EdgeWorkers is a word, so that it is told from none known', () => {
  assert.ok(full.details);
  assert.equal(row({ ...full, details: { ...full.details, edgeWorkers: 'all' } }).EdgeWorkers, 'all');
});

test('rows keep the order of the tokens', () => {
  assert.deepEqual(
    tokenRows([listed, full], today, NO_NOTES).map(([name]) => name),
    ['name', 'old', 'cart-rw'],
  );
});

test('in the file a row keeps its columns, though its permissions have commas', () => {
  const [head, first] = printCsv(tokenRows([full], today, NO_NOTES)).split('\r\n');
  assert.equal(head?.split(',').length, 19);
  assert.match(first ?? '', /,"cart\+rw,default\+r",4101 4102,98765,,,,,$/);
});

test('what people noted stands in the last columns', () => {
  const note = {
    owner: 'A. Bel',
    purpose: '=HYPERLINK("x")',
    ticket: 'https://tickets.example.com/1',
    tags: ['shop', 'eu'],
    reviewBy: day('2027-03-31'),
  };
  const [head, row] = tokenRows([full], today, new Map([[full.uuid, note]]));
  assert.deepEqual(head?.slice(-5), ['owner', 'purpose', 'ticket', 'tags', 'review by']);
  assert.deepEqual(row?.slice(-5), [note.owner, note.purpose, note.ticket, 'shop eu', '2027-03-31']);
});

test('the use of a token stands at the end: no count while it is unknown, and nothing when it was never scanned', () => {
  const live = {
    edgeWorker: { id: '4101', name: 'cart' },
    version: '1.0',
    networks: ['production'] as const,
  };
  const use = { ...live, matchedBy: 'reference' as const, entries: [], findings: [] };
  const table: [TokenUsage | null, string[]][] = [
    [{ state: 'used', uses: [use], maybe: [] }, ['used', '1', '1']],
    [{ state: 'unused', uses: [], maybe: [] }, ['unused', '0', '0']],
    [{ state: 'unknown', uses: [], maybe: [] }, ['unknown', '', '']],
    [null, ['', '', '']],
  ];
  for (const [usage, expected] of table) {
    const usages = new Map(usage ? [[full.uuid, usage]] : []);
    const [head, cells] = tokenRows([full], today, NO_NOTES, usages);
    assert.deepEqual(head?.slice(-3), ['usage', 'used by EdgeWorkers', 'on production']);
    assert.deepEqual(cells?.slice(-3), expected);
  }
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { hasAuditFilters, parseAuditQuery, printAuditQuery } from './audit-query';

const parse = (search: string) => parseAuditQuery(Object.fromEntries(new URLSearchParams(search)));

test('what is printed is read back', () => {
  for (const search of [
    '',
    'q=a+b&actor=ann%40example.com&action=token.create&target=cart&outcome=ok&from=2026-11-01&to=2026-11-30',
    'outcome=open&before=51&entry=7',
  ]) {
    assert.equal(printAuditQuery(parse(search)), search);
  }
});

test('what a parameter cannot mean is left out', () => {
  for (const search of ['from=2026-02-30', 'to=yesterday', 'before=-1', 'before=1e3', 'entry=x', 'entry=0']) {
    assert.equal(printAuditQuery(parse(search)), '', search);
  }
  assert.equal(parseAuditQuery({ actor: ['ann', 'bob'] }).actor, 'ann');
  assert.equal(parse(`q=${'x'.repeat(300)}`).q.length, 200);
});

test('a page and an open entry narrow nothing', () => {
  assert.equal(hasAuditFilters(parse('before=51&entry=7')), false);
  assert.equal(hasAuditFilters(parse('from=2026-11-01')), true);
});

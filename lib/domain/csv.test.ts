import assert from 'node:assert/strict';
import test from 'node:test';
import { csvCell, printCsv } from './csv';

test('[63] no cell starts a formula', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
    assert.match(csvCell(`${start}cmd`), /^"?'/, JSON.stringify(start));
  }
  assert.equal(csvCell('plain-name'), 'plain-name');
});

test('[63] quotes, commas and line ends are quoted', () => {
  assert.equal(csvCell('a"b'), '"a""b"');
  assert.equal(
    printCsv([
      ['a', 'b,c'],
      ['d\ne', ''],
    ]),
    'a,"b,c"\r\n"d\ne",\r\n',
  );
});

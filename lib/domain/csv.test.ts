import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
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

/** Rows as a spreadsheet reads them (RFC 4180). */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

test('[63] 10,000 random rows read back as they were, without the apostrophe of formulas', () => {
  const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[=+\-@\t\r\n"',;|＝＋－＠a]*$/));
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (row) => {
      const [read = []] = readCsv(printCsv([row]));
      for (const one of read) assert.doesNotMatch(one, /^[=+\-@\t\r\n＝＋－＠]/);
      const bare = read.map((one) => (/^'[=+\-@\t\r\n＝＋－＠]/.test(one) ? one.slice(1) : one));
      const plain = row.map((one) => (/^'[=+\-@\t\r\n＝＋－＠]/.test(one) ? one.slice(1) : one));
      assert.deepEqual(bare, plain);
    }),
    { numRuns: 10_000, seed: 1 },
  );
});

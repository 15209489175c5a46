import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CART, LEGAL_FILES, REFUSED_FILES, textOf } from './corpus/tokens-files';
import { file, tokens } from './corpus/tokens-files-random';
import { mergeTokens } from './tokens-file';
import { compareLines } from './tokens-file-compare';
import { type DiffLine, diffTokensFile } from './tokens-file-diff';
import type { TokensFileEntry } from './tokens-file-entry';
import { rewriteTokensFile } from './tokens-file-rewrite';

const SECRET =
  'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJld2lkcyI6ImFsbCIsInN1YiI6IjEifQ.c2lnbmF0dXJl-c2ln_bmF0dXJlc2lnbmF0dXJl';
const legacy: TokensFileEntry = { name: 'old-one', namespaces: ['shop'], value: SECRET };

function merged(source: string | null, ...all: readonly TokensFileEntry[]): string {
  const result = mergeTokens(source, all, { overwrite: true });
  return result.ok ? result.value.text : assert.fail(result.problem.title);
}

/** The diff as people see it, chips in brackets. */
function drawn(lines: readonly DiffLine[]): string[] {
  const signs = { same: ' ', added: '+', removed: '-', gap: '…' };
  return lines.map(({ kind, pieces }) => {
    return signs[kind] + pieces.map(({ text, hidden }) => (hidden ? `[${text}]` : text)).join('');
  });
}

function visible(lines: readonly DiffLine[]): string {
  return lines.flatMap(({ pieces }) => pieces.flatMap(({ text, hidden }) => (hidden ? [] : text))).join('\n');
}

/** At most 200 ms of CPU in one of three tries: the machine may be busy with other things. */
function assertQuick(work: () => unknown): void {
  const times: number[] = [];
  while (times.length < 3 && !times.some((took) => took < 200)) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    times.push(Math.round((user + system) / 1_000));
  }
  assert.ok(Math.min(...times) < 200, `${times.join(', ')} ms`);
}

test('a new file is added line by line, a reference and a name shown, a value not', () => {
  const lines = drawn(diffTokensFile(null, merged(null, legacy, CART)));
  assert.match(lines[3] ?? '', /^\+ {4}"value": "\[JWT, 110 characters, sha-256 [0-9a-f]{8}…\]"$/);
  assert.deepEqual(lines.slice(0, 3).concat(lines.slice(4)), [
    '+var edgekv_access_tokens = {',
    '+  "namespace-shop": {',
    '+    "name": "old-one",',
    '+  },',
    '+  "namespace-cart": {',
    '+    "name": "cart-rw",',
    `+    "reference": "${CART.reference}"`,
    '+  }',
    '+}',
    '+export { edgekv_access_tokens };',
  ]);
});

test('unchanged lines are shown near a change only, with the right numbers', () => {
  const before = merged(null, { name: 'a', namespaces: ['1', '2', '3', '4', '5'], reference: 'r' });
  const lines = diffTokensFile(before, merged(before, CART));
  assert.deepEqual(
    lines.map(({ kind, before: old, after }) => [kind, old, after]),
    [
      ['gap', null, null],
      ['same', 18, 18],
      ['same', 19, 19],
      ['same', 20, 20],
      ['added', null, 21],
      ['added', null, 22],
      ['added', null, 23],
      ['added', null, 24],
      ['same', 21, 25],
      ['same', 22, 26],
      ['same', 23, 27],
    ],
  );
});

test('two different values are told apart, though neither is shown', () => {
  const before = merged(null, legacy);
  const lines = drawn(diffTokensFile(before, before.replace(SECRET, `${SECRET}x`))).filter(
    (one) => !one.startsWith(' '),
  );
  assert.equal(lines.length, 2);
  assert.notEqual(lines[0]?.slice(1), lines[1]?.slice(1));
  assert.ok(lines.every((one) => !one.includes('eyJ')));
});

test('CRLF and a final line end make no noise', () => {
  const text = merged(null, CART);
  for (const other of [text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\r'), text.trimEnd()]) {
    assert.ok(diffTokensFile(other, text).every(({ kind }) => kind === 'gap'));
    assert.equal(
      drawn(diffTokensFile(other, merged(other, { ...CART, namespaces: ['more'] })))
        .join('')
        .includes('\r'),
      false,
    );
  }
});

test('hundreds of changes are told apart: replaced entries are not all gone and all new', () => {
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
  const before = merged(null, { name: 'a', namespaces: names, reference: 'r' });
  const after = merged(
    before,
    { name: 'b', namespaces: names.slice(100), reference: 's' },
    { ...CART, namespaces: ['x', 'y'] },
  );
  const kinds = diffTokensFile(before, after).map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === 'removed').length, 400);
  assert.equal(kinds.filter((kind) => kind === 'added').length, 408);
});

test('what a diff says turns one text into the other (property)', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', '{', '}'), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const told = compareLines(before, after);
      const of = (left: string) => told.flatMap(({ kind, lines: some }) => (kind === left ? [] : some));
      assert.deepEqual([of('added'), of('removed')], [before, after]);
    }),
    { numRuns: 500 },
  );
});

test('a minified file is compared entry by entry', () => {
  const entries = Array.from(
    { length: 50 },
    (_, index) => `"namespace-a${index}":{"name":"a","value":"${SECRET}"}`,
  );
  const source = `var edgekv_access_tokens={${entries.join(',')}};export{edgekv_access_tokens};`;
  const lines = drawn(diffTokensFile(source, merged(source, CART)));
  assert.ok(lines.length < 12, `${lines.length} lines`);
  assert.ok(
    lines.some((one) => one === `+"namespace-cart":{"name":"cart-rw","reference":"${CART.reference}"}};`),
    lines.join('\n'),
  );
  assert.ok(lines.every((one) => one.length < 200));
});

test('a change far behind in a long line is seen', () => {
  const source = `var a="${'x '.repeat(4_000)}",edgekv_access_tokens={${Array.from({ length: 300 }, (_, index) => `"b${index}":{}`)}};export{edgekv_access_tokens};`;
  assert.ok(
    drawn(diffTokensFile(source, merged(source, CART))).some(
      (one) => one.startsWith('+') && one.includes('cart-rw'),
    ),
  );
});

test('no value is ever shown: of the corpus, as it is merged or written anew', () => {
  for (const one of [...LEGAL_FILES, ...REFUSED_FILES]) {
    // Every plain value of the corpus becomes a secret.
    const source = textOf(one).replace(/(value"?\s*:\s*)"[^"\\]*"/g, `$1"${SECRET}"`);
    const result = mergeTokens(source, [CART], { overwrite: true });
    const after = result.ok ? result.value.text : rewriteTokensFile(source);
    assert.ok(!/eyJ|c2lnbmF0/.test(visible(diffTokensFile(source, after))), one.name);
  }
});

test('no value is ever shown: of any file in any spelling (property)', () => {
  fc.assert(
    fc.property(file, tokens, fc.nat(3), ({ text, entries }, all, cut) => {
      const marked = all.map((one, index) => ({
        ...one,
        value: `zq${index}ZQ${'reference' in one ? one.reference : one.value}`,
      }));
      const after = merged(text, ...marked);
      // Broken files are compared too, before they are written anew.
      const before = cut === 0 ? after.slice(0, after.length / 2) : text;
      const seen = visible(diffTokensFile(before, after)) + visible(diffTokensFile(after, before));
      assert.ok(!/zq\dZQ/.test(seen), seen);
      const long = entries.flatMap(({ value }) =>
        value !== null && /^[A-Za-z0-9_-]{10,}$/.test(value) ? [value] : [],
      );
      const others = entries
        .flatMap(({ key, name, reference, note }) => [key, name, reference, note])
        .join('\n');
      for (const value of long)
        assert.ok(!visible(diffTokensFile(text, '')).includes(value) || others.includes(value));
    }),
    { numRuns: 300 },
  );
});

const SIZE = 256 * 1024;
function filled(piece: string): string {
  return piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE);
}
function numbered(prefix: string): string {
  return Array.from({ length: 60_000 }, (_, index) => prefix + index.toString(36))
    .join('\n')
    .slice(0, SIZE);
}

const HUGE: readonly [what: string, before: string, after: string][] = [
  ['short lines, all different', numbered('a'), numbered('b')],
  ['short lines in another order', numbered('a'), numbered('a').split('\n').reverse().join('\n')],
  ['every third line another', numbered('a'), numbered('a').replace(/[0369]\n/g, 'x\n')],
  ['empty lines', filled('\n'), filled('x\n')],
  ['one line of braces', filled('{},'), filled('{};')],
  ['values without an end', filled('value:"x'), filled('value:`')],
  ['values and comments', filled('value /* '), filled('value // \n')],
  ['values on new lines', filled('value:\n'), filled('value:1+\n')],
  ['escaped keys', filled('\\u0076alue:"\\"'), filled('va\\\nlue')],
  ['quotes and blanks', filled('"   '), filled('"a" + ')],
  ['runs that are almost secrets', filled(`${'A'.repeat(39)}" `), filled('eyJaaaa ')],
];

for (const [what, before, after] of HUGE) {
  test(`256 KiB take well under 250 ms: ${what}`, () => {
    let lines: readonly DiffLine[] = [];
    assertQuick(() => {
      lines = diffTokensFile(before, after);
    });
    assert.ok(lines.length <= 2_001);
  });
}

test('a file far too long is cut before it is compared, and no secret with it', () => {
  const source = `${'// note\n'.repeat(SIZE / 8 - 2)}a("${SECRET}")\n${'b\n'.repeat(5_000_000)}`;
  assertQuick(() => diffTokensFile(source, 'x'));
  assert.ok(!visible(diffTokensFile(source, 'x')).includes('eyJ'));
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';
import fc from 'fast-check';
import { mergeTokens, printTokensFile, readTokensFile } from './tokens-file';
import type { TokensFileEntry } from './tokens-file-entry';

const REFERENCE = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const OTHER = '0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11';
const cart: TokensFileEntry = { name: 'cart-rw', namespaces: ['cart'], reference: REFERENCE };

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
}

function merged(source: string | null, entries: readonly TokensFileEntry[], overwrite = false) {
  const result = mergeTokens(source, entries, { overwrite });
  return result.ok ? result.value : assert.fail(result.problem.title);
}

function refusal(source: string, entries: readonly TokensFileEntry[] = [cart], overwrite = false) {
  const result = mergeTokens(source, entries, { overwrite });
  return result.ok ? assert.fail('it was taken') : result.problem;
}

/** What the run-time helper would find: our own check of the text by the engine itself (test data only). */
function run(text: string): Record<string, Record<string, string>> {
  const script = text
    .replace(/^export default .*$/m, '')
    .replace(/^export \{.*$/m, '')
    .replace(/^export /m, '');
  return JSON.parse(vm.runInNewContext(`${script}; JSON.stringify(edgekv_access_tokens)`)) as Record<
    string,
    Record<string, string>
  >;
}

const READ: readonly [file: string, entries: readonly [key: string, token: string | null, form: string][]][] =
  [
    ['01-cli-reference-prefixed.js', [['namespace-default', 'shop-reader', 'reference']]],
    ['02-cli-reference-UNPREFIXED.js', [['default', 'shop-reader', 'reference']]],
    [
      '03-cli-legacy-value.js',
      [
        ['namespace-default', 'legacy-banner', 'value'],
        ['namespace-banner', 'legacy-banner', 'value'],
      ],
    ],
    ['05-unquoted-single-quoted-semicolon.js', [['namespace-catalog', 'shop-writer', 'reference']]],
    ['06-trailing-commas.js', [['namespace-default', 'shop-reader', 'reference']]],
    ['07-const-comments.js', [['namespace-default', 'shop-reader', 'reference']]],
    ['08-export-const-and-default.js', [['namespace-default', 'namespace-default', 'value']]],
    [
      '11-duplicate-key.js',
      [
        ['namespace-default', 'old', 'value'],
        ['namespace-default', 'new', 'value'],
      ],
    ],
    ['12-both-value-and-reference.js', [['namespace-default', 'shop-reader', 'both']]],
    ['14-empty.js', []],
    ['18-ekv-tools-python.js', [['namespace-default', 'legacy-banner', 'value']]],
  ];

for (const [file, entries] of READ) {
  test(`${file} is read, and a merge keeps all else in it`, () => {
    const source = fixture(file);
    const items = readTokensFile(source);
    assert.ok(items.ok);
    assert.deepEqual(
      items.value.map(({ key, token, form }) => [key, token, form]),
      entries,
    );
    const { text, changes } = merged(source, [cart]);
    assert.deepEqual(
      changes.map(({ kind, key }) => [kind, key]),
      [['add', 'namespace-cart']],
    );
    const { 'namespace-cart': added, ...rest } = run(text);
    assert.deepEqual(added, { name: 'cart-rw', reference: REFERENCE });
    assert.deepEqual(rest, run(source));
    for (const line of source.split('\n').filter((one) => one.includes('//')))
      assert.ok(text.includes(line), line);
  });
}

test('a syntax error is refused with line and column', () => {
  const problem = refusal(fixture('16-syntax-error.js'));
  assert.equal(problem.code, 'tokens-file-unreadable');
  assert.match(problem.title, /line 4, column \d+: a syntax error/);
});

const REFUSED: readonly [why: string, source: string, words: RegExp][] = [
  [
    'a computed key',
    'export const edgekv_access_tokens = {\n  [a]: {} };',
    /line 2, column 3: .*computed key/,
  ],
  ['a spread', 'export const edgekv_access_tokens = { ...others };', /spread/],
  ['a getter', 'export const edgekv_access_tokens = { get a() { return {} } };', /no plain "key": value/],
  ['a method', 'export const edgekv_access_tokens = { a() {} };', /no plain "key": value/],
  ['a shorthand', 'export const edgekv_access_tokens = { a };', /no plain "key": value/],
  ['a call', 'export const edgekv_access_tokens = make();', /not written as an object/],
  ['an entry that is a call', 'export const edgekv_access_tokens = { a: make() };', /is no object/],
  ['a value that is a call', 'export const edgekv_access_tokens = { a: { name: x() } };', /no plain value/],
  [
    'two declarations',
    'var edgekv_access_tokens = {}; var edgekv_access_tokens = {}; export { edgekv_access_tokens };',
    /declared twice/,
  ],
  ['no export', 'var edgekv_access_tokens = {};', /does not export/],
  ['another export', 'export const tokens = {};', /does not export/],
  [
    '__proto__',
    'export const edgekv_access_tokens = { "__proto__": { name: "a", value: "b" } };',
    /prototype/,
  ],
  [
    'a change afterwards',
    'export const edgekv_access_tokens = {}; edgekv_access_tokens.a = {};',
    /changes edgekv_access_tokens/,
  ],
  [
    'a deletion afterwards',
    'export const edgekv_access_tokens = {}; delete edgekv_access_tokens.a;',
    /changes edgekv_access_tokens/,
  ],
  [
    'a hand-over',
    'export const edgekv_access_tokens = {}; Object.assign(edgekv_access_tokens, x);',
    /handed to a function/,
  ],
  [
    'two names in an entry',
    'export const edgekv_access_tokens = { a: { name: "a", name: "b", value: "c" } };',
    /stands twice/,
  ],
  [
    'a sum as name',
    'export const edgekv_access_tokens = { a: { name: "a" + "b", value: "c" } };',
    /no plain value/,
  ],
];

for (const [why, source, words] of REFUSED) {
  test(`${why} is refused, never guessed`, () => {
    const problem = refusal(source);
    assert.equal(problem.status, 422);
    assert.match(problem.title, words);
  });
}

test('a fresh file is what the helper and the official CLI read', () => {
  const text = printTokensFile([{ ...cart, namespaces: ['cart', 'default'] }]);
  assert.deepEqual(run(text), {
    'namespace-cart': { name: 'cart-rw', reference: REFERENCE },
    'namespace-default': { name: 'cart-rw', reference: REFERENCE },
  });
  // The CLI cuts the text between `=` and `export` and parses it as JSON.
  const json = text.slice(text.indexOf('=') + 1, text.indexOf('export'));
  assert.equal(Object.keys(JSON.parse(json) as object).length, 2);
});

test('without a file, or with an empty one, a fresh file comes', () => {
  for (const source of [null, '', '  \n', '\uFEFF']) {
    assert.deepEqual(merged(source, [cart]).text, printTokensFile([cart]));
  }
});

test('a file of comments keeps them', () => {
  const { text } = merged('// generated by the build\r\n', [cart]);
  assert.ok(text.startsWith('// generated by the build\r\nvar edgekv_access_tokens'));
  assert.ok(!/[^\r]\n/.test(text));
});

test('a bare key that the CLI left is repaired and said', () => {
  const source = fixture('02-cli-reference-UNPREFIXED.js');
  const entry = {
    name: 'shop-reader',
    namespaces: ['default'],
    reference: '0641a39e-0e7f-5a82-ad19-798347276a89',
  };
  const { text, changes } = merged(source, [entry]);
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ['repair'],
  );
  assert.deepEqual(Object.keys(run(text)), ['namespace-default']);
});

test('a bare key beside the right one is cleared away with it', () => {
  const source = `var edgekv_access_tokens = {
  "default": { "name": "a", "reference": "${OTHER}" },
  "namespace-default": { "name": "a", "reference": "${OTHER}" }
}
export { edgekv_access_tokens };`;
  const { text, changes } = merged(
    source,
    [{ name: 'b', namespaces: ['default'], reference: REFERENCE }],
    true,
  );
  assert.deepEqual(
    changes.map(({ kind, key }) => `${kind} ${key}`),
    ['replace namespace-default', 'remove default'],
  );
  assert.deepEqual(run(text), { 'namespace-default': { name: 'b', reference: REFERENCE } });
});

test('a legacy value replaced by a reference goes away, and the other way round', () => {
  const legacy = fixture('03-cli-legacy-value.js');
  const successor = { name: 'legacy-banner', namespaces: ['default'], reference: REFERENCE };
  assert.equal(refusal(legacy, [successor]).code, 'tokens-file-conflict');
  const { text } = merged(legacy, [successor], true);
  assert.deepEqual(run(text)['namespace-default'], { name: 'legacy-banner', reference: REFERENCE });
  const back = merged(text, [{ name: 'legacy-banner', namespaces: ['default'], value: 'AAA' }], true);
  assert.deepEqual(run(back.text)['namespace-default'], { name: 'legacy-banner', value: 'AAA' });
});

test('an entry with both value and reference keeps exactly one', () => {
  const { text } = merged(
    fixture('12-both-value-and-reference.js'),
    [{ name: 'shop-reader', namespaces: ['default'], reference: REFERENCE }],
    true,
  );
  assert.deepEqual(run(text)['namespace-default'], { name: 'shop-reader', reference: REFERENCE });
});

test('of a duplicate key one entry is left, with the wanted token', () => {
  const { text, changes } = merged(
    fixture('11-duplicate-key.js'),
    [{ name: 'newest', namespaces: ['default'], reference: REFERENCE }],
    true,
  );
  assert.equal(text.match(/namespace-default/g)?.length, 1);
  assert.deepEqual(run(text), { 'namespace-default': { name: 'newest', reference: REFERENCE } });
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ['replace', 'remove'],
  );
});

test('a namespace of another token is a conflict that names the holder, and changes nothing', () => {
  const source = fixture('05-unquoted-single-quoted-semicolon.js');
  const problem = refusal(source, [{ name: 'mine', namespaces: ['catalog'], reference: REFERENCE }]);
  assert.equal(problem.status, 409);
  assert.match(problem.title, /namespace-catalog holds shop-writer/);
});

test('two tokens for one namespace are a conflict, overwriting or not', () => {
  const both = [cart, { ...cart, name: 'second' }];
  for (const overwrite of [false, true]) {
    const result = mergeTokens(null, both, { overwrite });
    assert.ok(!result.ok && result.problem.code === 'tokens-file-conflict');
  }
});

test('the same token twice changes nothing', () => {
  const once = merged(fixture('07-const-comments.js'), [cart]).text;
  const twice = merged(once, [cart]);
  assert.equal(twice.text, once);
  assert.deepEqual(
    twice.changes.map(({ kind }) => kind),
    ['keep'],
  );
});

test('quotes, indentation, line ends, BOM and minified text are kept', () => {
  const crlf = fixture('06-trailing-commas.js').replaceAll('\n', '\r\n');
  assert.ok(!/[^\r]\n/.test(merged(`\uFEFF${crlf}`, [cart]).text));
  assert.ok(merged(`\uFEFF${crlf}`, [cart]).text.startsWith('\uFEFF'));
  const minified =
    'var edgekv_access_tokens={"namespace-a":{"name":"a","value":"v"}};export{edgekv_access_tokens};';
  const { text } = merged(minified, [cart]);
  assert.ok(!text.includes('\n'));
  const single = merged(fixture('07-const-comments.js'), [cart]).text;
  assert.match(single, /'namespace-cart': \{/);
});

test('names that JavaScript treats specially are texts like others', () => {
  for (const namespace of ['constructor', 'toString', 'hasOwnProperty', 'prototype']) {
    const { text } = merged(null, [{ name: namespace, namespaces: [namespace], reference: REFERENCE }]);
    assert.deepEqual(Object.keys(run(text)), [`namespace-${namespace}`]);
  }
});

const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,20}$/);
const secret = fc.string({ minLength: 1, maxLength: 40 });
const entry: fc.Arbitrary<TokensFileEntry> = fc.oneof(
  fc.record({ name, namespaces: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), reference: fc.uuid() }),
  fc.record({ name, namespaces: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), value: secret }),
);
const entries = fc.uniqueArray(entry, { maxLength: 5, selector: (one) => one.name }).map((all) => {
  const seen = new Set<string>();
  return all.filter((one) => one.namespaces.every((space) => !seen.has(space) && seen.add(space)));
});

test('what is printed reads back the same (property)', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const items = readTokensFile(printTokensFile(all));
      assert.ok(items.ok);
      const expected = all.flatMap((one) =>
        one.namespaces.map((space) => [
          `namespace-${space}`,
          one.name,
          'reference' in one ? 'reference' : 'value',
        ]),
      );
      assert.deepEqual(
        items.value.map(({ key, token, form }) => [key, token, form]),
        expected,
      );
    }),
    { numRuns: 300 },
  );
});

test('a merge adds what was asked and keeps what was there (property)', () => {
  fc.assert(
    fc.property(entries, entries, (before, wanted) => {
      const source = printTokensFile(before);
      const { text } = merged(source, wanted, true);
      const after = run(text);
      for (const one of wanted) {
        for (const space of one.namespaces) {
          const held = 'reference' in one ? { reference: one.reference } : { value: one.value };
          assert.deepEqual(after[`namespace-${space}`], { name: one.name, ...held });
        }
      }
      const touched = new Set(wanted.flatMap((one) => one.namespaces.map((space) => `namespace-${space}`)));
      for (const [key, held] of Object.entries(run(source))) {
        if (!touched.has(key) && !touched.has(`namespace-${key}`)) assert.deepEqual(after[key], held);
      }
      // And once more changes nothing.
      assert.equal(merged(text, wanted, true).text, text);
    }),
    { numRuns: 300 },
  );
});

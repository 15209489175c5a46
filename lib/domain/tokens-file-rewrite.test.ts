import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CART, LEGAL_FILES, REFUSED_FILES, textOf } from './corpus/tokens-files';
import { file } from './corpus/tokens-files-random';
import { importAll, readAsCli } from './corpus/tokens-files-readers';
import { mergeTokens, readSecretItems } from './tokens-file';
import { rewriteTokensFile } from './tokens-file-rewrite';

type Kept = readonly [key: string, name: string, held: string];

const END = '\nexport { edgekv_access_tokens };\n';

function kept(source: string): Kept[] {
  const text = rewriteTokensFile(source);
  const read = readSecretItems(text);
  assert.ok(read.ok && read.value.isNamed, text);
  return read.value.items.map(({ key, token, reference, value }) => [
    key,
    token ?? '',
    reference ?? value ?? '',
  ]);
}

const A: Kept = ['namespace-a', 'one', 'r'];
const PLAIN = '"namespace-a": { "name": "one", "reference": "r" }';

const KEPT: readonly [what: string, source: string, entries: readonly Kept[]][] = [
  ['an entry beside a spread', `var edgekv_access_tokens = { ...more, ${PLAIN} };${END}`, [A]],
  ['an entry beside a computed key', `var edgekv_access_tokens = { [x]: {}, ${PLAIN} };${END}`, [A]],
  [
    'an entry beside a call, a getter and a method',
    `var edgekv_access_tokens = { b: f(), get c() {}, d() {}, ${PLAIN} };${END}`,
    [A],
  ],
  ['a renamed table', `const t = { ${PLAIN}, ...more };\nexport { t as edgekv_access_tokens };`, [A]],
  ['a table that is exported by default', `const t = { ${PLAIN}, ...more };\nexport default t;`, [A]],
  ['a literal that is exported by default', `export default { ${PLAIN}, ...more };`, [A]],
  ['a frozen table', `export const edgekv_access_tokens = Object.freeze({ ${PLAIN} });`, [A]],
  ['a frozen default', `export default Object.freeze({ ${PLAIN} });`, [A]],
  [
    'tables that are put together',
    `export const edgekv_access_tokens = Object.assign({}, { ${PLAIN} }, { b: { value: "v" } });`,
    [A, ['b', '', 'v']],
  ],
  [
    'an entry that is wrapped',
    `var edgekv_access_tokens = { "namespace-a": Object.freeze({ name: "one", reference: "r" }) };${END}`,
    [A],
  ],
  ['a table without an export', `var edgekv_access_tokens = { ${PLAIN} };`, [A]],
  ['CommonJS', `var edgekv_access_tokens = { ${PLAIN} };\nmodule.exports = { edgekv_access_tokens };`, [A]],
  [
    'what is assigned afterwards',
    `var edgekv_access_tokens = {};\nedgekv_access_tokens["namespace-a"] = { name: "one", reference: "r" };\nedgekv_access_tokens.b = { value: "v" };\nedgekv_access_tokens[c] = { value: "w" };${END}`,
    [A, ['b', '', 'v']],
  ],
  [
    'what is assigned instead',
    `var edgekv_access_tokens = { ${PLAIN.replace('"r"', '"old"')} };\nObject.assign(edgekv_access_tokens, { ${PLAIN} });${END}`,
    [A],
  ],
  [
    'a table that is declared first and assigned then',
    `var edgekv_access_tokens;\nedgekv_access_tokens = { ${PLAIN} };${END}`,
    [A],
  ],
  [
    'the last of two',
    `var edgekv_access_tokens = { ${PLAIN.replace('"r"', '"old"')}, ${PLAIN} };${END}`,
    [A],
  ],
  [
    'both of two tables',
    `var edgekv_access_tokens = { ${PLAIN} };\nvar edgekv_access_tokens = { b: { value: "v" } };${END}`,
    [A, ['b', '', 'v']],
  ],
  [
    'the value of both',
    `var edgekv_access_tokens = { a: { name: "one", reference: "r", value: "v" } };${END}`,
    [['a', 'one', 'v']],
  ],
  [
    'templates and numbers',
    `var edgekv_access_tokens = { 1: { name: \`one\`, value: \`v\` }, 5n: { value: "w" }, ...x };${END}`,
    [
      ['1', 'one', 'v'],
      ['5', '', 'w'],
    ],
  ],
  [
    'nothing of a name, a number or a sum',
    `var edgekv_access_tokens = { a: b, c: { value: 5 }, d: { value: "x" + "y" }, e: { value: \`\${x}\` } };${END}`,
    [],
  ],
  [
    'nothing of __proto__',
    `var edgekv_access_tokens = { __proto__: { name: "one", value: "v" }, ...x };${END}`,
    [],
  ],
  ['nothing of another table', `const other = { ${PLAIN} };\nregister({ ${PLAIN} });\nexport { other };`, []],
  ['nothing of a broken file', `var edgekv_access_tokens = { ${PLAIN}, "b": { "value": *** } };${END}`, []],
  [
    'nothing of a file far too long',
    `var edgekv_access_tokens = { ${PLAIN} };${END}//${'x'.repeat(300_000)}`,
    [],
  ],
];

for (const [what, source, entries] of KEPT) {
  test(`a rewrite keeps ${what}`, () => assert.deepEqual(kept(source), entries));
}

test('comments and code are gone, and the CLI reads the rest', () => {
  const text = rewriteTokensFile(
    `// note\nimport "x";\nvar edgekv_access_tokens = { ${PLAIN}, ...x }; f();${END}`,
  );
  assert.deepEqual(readAsCli(text), { 'namespace-a': { name: 'one', reference: 'r' } });
  assert.ok(!/note|import|f\(\)/.test(text));
});

test('whatever is rewritten can be read, merged into and loaded', () => {
  const texts = [...LEGAL_FILES, ...REFUSED_FILES].map((one) => {
    const result = mergeTokens(rewriteTokensFile(textOf(one)), [CART], { overwrite: true });
    return result.ok ? result.value.text : assert.fail(`${one.name}: ${result.problem.title}`);
  });
  for (const table of importAll(texts)) assert.equal(table['namespace-cart']?.text, CART.reference);
});

test('a rewrite of a rewrite changes nothing (property)', () => {
  fc.assert(
    fc.property(file, ({ text }) => {
      const once = rewriteTokensFile(text);
      assert.equal(rewriteTokensFile(once), once);
    }),
    { numRuns: 200 },
  );
});

test('any text at all is rewritten into a file that can be read (property)', () => {
  const pieces = fc.constantFrom(
    'var edgekv_access_tokens',
    '=',
    '{',
    '}',
    ':',
    ',',
    '"a"',
    '...',
    '(',
    ')',
    '`',
    '/*',
    '*/',
    '//',
    '\n',
    'export',
    'default',
    '{ edgekv_access_tokens }',
    'name',
    'value',
    '"',
    '[',
    ']',
    '=>',
    '#',
    '\u2028',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 30 }),
      (all) => {
        kept(all.join(''));
      },
    ),
    { numRuns: 500 },
  );
});

test('more entries than a file may have are left out, and the rest can be read', () => {
  const many = (held: string) =>
    Array.from({ length: 1_500 }, (_, index) => `a${index}: { value: "${held}" }`).join();
  assert.equal(kept(`var edgekv_access_tokens = { ${many('v')} };`).length, 1_000);
  const long = Array.from(
    { length: 60 },
    (_, index) => `a${index}: { value: "${'<'.repeat(4_000)}" }`,
  ).join();
  const some = kept(`var edgekv_access_tokens = { ${long}, ...x };`).length;
  assert.ok(some > 5 && some < 60, `${some}`);
});

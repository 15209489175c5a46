// Changing and removing what is there: comments, commas, quotes and everybody else's bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeTokens } from './tokens-file';
import type { TokensFileEntry } from './tokens-file-entry';

const NEW: TokensFileEntry = { name: 'new', namespaces: ['a'], reference: 'uuid' };
const LEGACY: TokensFileEntry = { name: 'new', namespaces: ['a'], value: 'jwt' };

/** What a merge makes of the inside of a table. */
function inside(body: string, entry: TokensFileEntry = NEW): string {
  const [head, tail] = ['var edgekv_access_tokens = {', '}\nexport { edgekv_access_tokens };\n'];
  const result = mergeTokens(head + body + tail, [entry], { overwrite: true });
  if (!result.ok) return assert.fail(result.problem.title);
  const { text } = result.value;
  assert.ok(text.startsWith(head) && text.endsWith(tail));
  return text.slice(head.length, -tail.length);
}

const FIELDS: readonly [what: string, before: string, after: string, entry?: TokensFileEntry][] = [
  [
    'a reference',
    '"namespace-a": { "name": "old", "reference": "r" }',
    '"namespace-a": { "name": "new", "reference": "uuid" }',
  ],
  [
    'single quotes',
    "'namespace-a': { name: 'old', reference: 'r' }",
    "'namespace-a': { name: 'new', reference: 'uuid' }",
  ],
  [
    'a template, which needs no back quotes any more',
    '"namespace-a": { name: `new`, reference: `r` }',
    '"namespace-a": { name: `new`, reference: "uuid" }',
  ],
  [
    'comments in an entry',
    '"namespace-a": { /*1*/ "name" /*2*/ : /*3*/ "old" /*4*/ , // 5\n "reference" /*6*/ : /*7*/ "r" /*8*/ }',
    '"namespace-a": { /*1*/ "name" /*2*/ : /*3*/ "new" /*4*/ , // 5\n "reference" /*6*/ : /*7*/ "uuid" /*8*/ }',
  ],
  [
    'a value that a reference replaces',
    '"namespace-a": { "name": "new", "value": "v" /* keep */ }',
    '"namespace-a": { "name": "new", "reference": "uuid" /* keep */ }',
  ],
  [
    'a reference that a value replaces',
    "'namespace-a': { name: 'new', reference: 'r' }",
    "'namespace-a': { name: 'new', value: 'jwt' }",
    LEGACY,
  ],
  [
    'an escaped field',
    '"namespace-a": { "n\\u0061me": "new", v\\u0061lue: "v" }',
    '"namespace-a": { "n\\u0061me": "new", reference: "uuid" }',
  ],
  [
    'both forms, the value first',
    '"namespace-a": { "name": "new", "value": "v", "reference": "uuid" }',
    '"namespace-a": { "name": "new", "reference": "uuid" }',
  ],
  [
    'both forms, the value last',
    '"namespace-a": { "name": "new", "reference": "r", "value": "v" }',
    '"namespace-a": { "name": "new", "reference": "uuid" }',
  ],
  [
    'both forms, the value before the name',
    '"namespace-a": { "value": "v", "name": "new", "reference": "r", }',
    '"namespace-a": { "name": "new", "reference": "uuid", }',
  ],
  [
    'both forms on lines of their own, with comments',
    '"namespace-a": {\n  "name": "new", // 1\n  // 2\n  "value": "v", // 3\n  "reference": "r" // 4\n}',
    '"namespace-a": {\n  "name": "new", // 1\n  // 2\n  // 3\n  "reference": "uuid" // 4\n}',
  ],
  [
    'both forms, a value wanted',
    '"namespace-a": { "name": "new", "value": "v", "reference": "uuid" }',
    '"namespace-a": { "name": "new", "value": "jwt" }',
    LEGACY,
  ],
  [
    'an entry without a name',
    '"namespace-a": { "reference": "r" }',
    '"namespace-a": { "reference": "uuid", "name": "new" }',
  ],
  [
    'an entry without a name over lines',
    "'namespace-a': {\n    note: 1, // keep\n    reference: 'r', // keep too\n  }",
    "'namespace-a': {\n    note: 1, // keep\n    reference: 'uuid', // keep too\n    name: 'new',\n  }",
  ],
  [
    'an entry with a foreign field only',
    '"namespace-a": { "note": [1] }',
    '"namespace-a": { "note": [1], "name": "new", "reference": "uuid" }',
  ],
  ['an empty entry', '"namespace-a": {}', '"namespace-a": {"name": "new", "reference": "uuid"}'],
  [
    'an empty entry with a comment',
    '\n  "namespace-a": { // later\n  }\n',
    '\n  "namespace-a": { // later\n    "name": "new",\n    "reference": "uuid"\n  }\n',
  ],
  [
    'a key in another spelling',
    '"n\\u0061mespace-a": { "name": "old", "reference": "r" }',
    '"n\\u0061mespace-a": { "name": "new", "reference": "uuid" }',
  ],
  [
    'the right reference without a name: nothing',
    '"namespace-a": { "reference": "uuid" }',
    '"namespace-a": { "reference": "uuid" }',
  ],
  [
    'the right texts in another spelling: nothing',
    "'namespace-a': { name: `n\\x65w`, reference: 'u\\\nuid' }",
    "'namespace-a': { name: `n\\x65w`, reference: 'u\\\nuid' }",
  ],
];

for (const [what, before, after, entry] of FIELDS) {
  test(`an entry is changed in place: ${what}`, () => assert.equal(inside(before, entry), after));
}

const REPAIRED: readonly [what: string, before: string, after: string][] = [
  [
    'a bare key',
    '"a": { "name": "new", "reference": "uuid" }',
    '"namespace-a": { "name": "new", "reference": "uuid" }',
  ],
  [
    'a key without quotes',
    "a: { name: 'new', reference: 'old' }",
    "'namespace-a': { name: 'new', reference: 'uuid' }",
  ],
  [
    'a key without quotes among double ones',
    'a: { "name": "new", "reference": "uuid" }',
    '"namespace-a": { "name": "new", "reference": "uuid" }',
  ],
  [
    'a key with comments around it',
    '/*1*/ a /*2*/ : /*3*/ { name: "new", value: "v" }',
    '/*1*/ "namespace-a" /*2*/ : /*3*/ { name: "new", reference: "uuid" }',
  ],
  [
    'the last of two bare keys',
    '"a": { "name": "new", "value": "v" }, "a": { "name": "new", "value": "w" }',
    '"namespace-a": { "name": "new", "reference": "uuid" }',
  ],
];

for (const [what, before, after] of REPAIRED) {
  test(`a key that the helper never reads is repaired: ${what}`, () => assert.equal(inside(before), after));
}

const GOOD = '"namespace-a": { "name": "new", "reference": "uuid" }';
const BARE = '"a": { "name": "new", "reference": "r" }';
const REMOVED: readonly [what: string, before: string, after: string][] = [
  ['on one line, the first', ` ${BARE}, ${GOOD} `, ` ${GOOD} `],
  ['on one line, the last', ` ${GOOD}, ${BARE} `, ` ${GOOD} `],
  ['on one line, the last with a comma', ` ${GOOD}, ${BARE}, `, ` ${GOOD}, `],
  ['on one line, in the middle', ` ${GOOD}, ${BARE}, "x": {} `, ` ${GOOD}, "x": {} `],
  ['minified', `${BARE},${GOOD},${BARE},"x":{},${BARE}`, `${GOOD},"x":{}`],
  ['a line each, the first', `\n  ${BARE},\n  ${GOOD}\n`, `\n  ${GOOD}\n`],
  ['a line each, the last', `\n  ${GOOD},\n  ${BARE}\n`, `\n  ${GOOD}\n`],
  ['a line each, the last with a comma', `\r\n  ${GOOD},\r\n  ${BARE},\r\n`, `\r\n  ${GOOD},\r\n`],
  ['commas first', `\n    "x": {}\n  , ${BARE}\n  , ${GOOD}\n`, `\n    "x": {}\n  , ${GOOD}\n`],
  ['commas first, the last', `\n    "x": {}\n  , ${GOOD}\n  , ${BARE}\n`, `\n    "x": {}\n  , ${GOOD}\n`],
  [
    'comments stay: behind, above and below',
    `\n  // 1\n  ${BARE}, // 2\n  // 3\n  ${GOOD} // 4\n`,
    `\n  // 1\n  // 2\n  // 3\n  ${GOOD} // 4\n`,
  ],
  [
    'comments stay: around the comma',
    `\n  ${GOOD} /*1*/ , /*2*/ ${BARE} /*3*/\n`,
    `\n  ${GOOD} /*1*/ /*2*/ /*3*/\n`,
  ],
  [
    'comments with commas',
    `\n  ${GOOD}, // a, b,\n  ${BARE} /* , */ , // ,\n`,
    `\n  ${GOOD}, // a, b,\n  /* , */ // ,\n`,
  ],
  [
    'several in a row',
    `\n  "x": {},\n  ${BARE},\n  ${BARE}, ${BARE},\n  ${GOOD}\n`,
    `\n  "x": {},\n  ${GOOD}\n`,
  ],
  ['several at the end', `\n  ${GOOD},\n  ${BARE},\n  ${BARE}\n`, `\n  ${GOOD}\n`],
  [
    'over several lines between others',
    `\n  "x": {}, "a": {\n    "name": "new",\n    "value": "v"\n  }, ${GOOD}\n`,
    `\n  "x": {}, ${GOOD}\n`,
  ],
  [
    'earlier entries of the same key',
    `\n  "namespace-a": { "name": "old", "value": "v" },\n  ${GOOD}\n`,
    `\n  ${GOOD}\n`,
  ],
];

for (const [what, before, after] of REMOVED) {
  test(`an entry that another replaces is taken out: ${what}`, () => assert.equal(inside(before), after));
}

test('entries are added where others are taken out, each with its comma', () => {
  const both: TokensFileEntry = { name: 'new', namespaces: ['a', 'b'], reference: 'uuid' };
  const added = '"namespace-b": { "name": "new", "reference": "uuid" }';
  assert.equal(inside(`\n  ${GOOD},\n  ${BARE}\n`, both), `\n  ${GOOD},\n  ${added}\n`);
  assert.equal(
    inside(`\n  ${GOOD}, // 1\n  ${BARE}, // 2\n`, both),
    `\n  ${GOOD}, // 1\n  ${added},\n  // 2\n`,
  );
  assert.equal(inside(` ${GOOD}, ${BARE} `, both), ` ${GOOD}, ${added} `);
});

test('a bare key of another token is left alone beside the right one, and never repaired without being asked', () => {
  const other = '"a": { "name": "other", "reference": "r" }';
  assert.equal(inside(`\n  ${GOOD},\n  ${other}\n`), `\n  ${GOOD},\n  ${other}\n`);
  const alone = `export const edgekv_access_tokens = { ${other} };`;
  const result = mergeTokens(alone, [NEW], { overwrite: false });
  assert.ok(!result.ok && result.problem.code === 'tokens-file-conflict');
});

test('a namespace that begins with the prefix is no prefixed key of another', () => {
  const result = mergeTokens(
    'export const edgekv_access_tokens = { "namespace-a": { name: "x", reference: "r" } };',
    [{ name: 'new', namespaces: ['namespace-a'], reference: 'uuid' }],
    { overwrite: false },
  );
  assert.ok(result.ok);
  assert.deepEqual(
    result.value.changes.map(({ kind, key }) => [kind, key]),
    [['add', 'namespace-namespace-a']],
  );
});

test('what was replaced is named, and a secret where a name is meant is not', () => {
  const secret = `eyJ${'aB3'.repeat(20)}`;
  const source = `export const edgekv_access_tokens = { "namespace-a": { name: "${secret}", value: "v" } };`;
  const refused = mergeTokens(source, [NEW], { overwrite: false });
  assert.ok(!refused.ok && refused.problem.status === 409 && !refused.problem.title.includes('eyJ'));
  const replaced = mergeTokens(source, [NEW], { overwrite: true });
  assert.ok(replaced.ok);
  assert.deepEqual(replaced.value.changes[0]?.was, { token: '(63 characters, hidden)', form: 'value' });
});

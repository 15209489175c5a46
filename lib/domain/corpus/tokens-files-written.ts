// Tokens files as tools and people write them, and every legal way to declare and to export a table.
import type { LegalFile } from './tokens-files';
import { A, around, END, ENTRY_A, FLAT, JSON_LINES, MIN, MINIFIED, table, UUID } from './tokens-files-usual';

/** What is found in bundles: by tools, by hand, by build scripts. */
export const WRITTEN_FILES: readonly LegalFile[] = [
  table(
    'the CLI, a reference',
    '\n"namespace-a" : { \n"name": "one",\n"reference" : "r"\n}«,»«+»\n',
    ENTRY_A,
    `\n"namespace-cart": {\n"name": "cart-rw",\n"reference": "${UUID}"\n}`,
  ),
  table(
    'the CLI, a bare key',
    '\n"a" : { \n"name": "one",\n"reference" : "r"\n}«,»«+»\n',
    [['a', 'one', 'reference']],
    `\n"namespace-cart": {\n"name": "cart-rw",\n"reference": "${UUID}"\n}`,
  ),
  table(
    'one legacy token in two namespaces',
    '\n  "namespace-a": {\n    "name": "old",\n    "value": "x.y.z"\n  },\n  "namespace-b": {\n    "name": "old",\n    "value": "x.y.z"\n  }«,»«+»\n',
    [
      ['namespace-a', 'old', 'value'],
      ['namespace-b', 'old', 'value'],
    ],
    JSON_LINES,
  ),
  {
    name: 'CRLF without a final line end, placeholders',
    marked:
      'var edgekv_access_tokens = {\r\n  "namespace-shop": {\r\n    "name": "your-token-name",\r\n    "value": "your-token-value"\r\n  }«,»«+»\r\n}\r\nexport { edgekv_access_tokens };',
    entries: [['namespace-shop', 'your-token-name', 'value']],
    added: JSON_LINES.replaceAll('\n', '\r\n'),
  },
  {
    name: 'unquoted fields, single quotes, a semicolon',
    marked: `var edgekv_access_tokens = {\n  "namespace-a": {\n    name: 'one',\n    reference: 'r'\n  }«,»«+»\n};${END}`,
    entries: ENTRY_A,
    added: `\n  "namespace-cart": {\n    name: 'cart-rw',\n    reference: '${UUID}'\n  }`,
  },
  {
    name: 'trailing commas',
    marked: `var edgekv_access_tokens = {\n  "namespace-a": {\n    name: "one",\n    reference: "r",\n  },«+»\n};${END}`,
    entries: ENTRY_A,
    added: `\n  "namespace-cart": {\n    name: "cart-rw",\n    reference: "${UUID}",\n  },`,
  },
  {
    name: 'const, comments with =, an entry commented out',
    marked: `// put = your values here\nconst edgekv_access_tokens = {\n  'namespace-a': { // yours\n    name: 'one', // its name\n    reference: 'r',\n  }, // done«+»\n  // 'namespace-b': { name: 'x', value: 'y' },\n};${END}`,
    entries: ENTRY_A,
    added: `\n  'namespace-cart': {\n    name: 'cart-rw',\n    reference: '${UUID}',\n  },`,
  },
  {
    name: 'export const and export default',
    marked: `export const edgekv_access_tokens = {\n  ${A},«+»\n};\n\nexport default edgekv_access_tokens;\n`,
    entries: ENTRY_A,
    added: `\n  ${FLAT},`,
  },
  {
    name: 'minified',
    marked: `var edgekv_access_tokens={"namespace-a":{"name":"one","value":"v"}«,»«+»}${MIN}`,
    entries: [['namespace-a', 'one', 'value']],
    added: `"namespace-cart":{"name":"cart-rw","reference":"${UUID}"}`,
  },
  around('a byte order mark', '\uFEFF', END),
  table(
    'a duplicate key',
    '\n  "namespace-a": { "name": "old", "value": "x" },\n  "namespace-a": { "name": "new", "value": "y" }«,»«+»\n',
    [
      ['namespace-a', 'old', 'value'],
      ['namespace-a', 'new', 'value'],
    ],
    `\n  ${FLAT}`,
  ),
  table(
    'a value and a reference',
    '\n  "namespace-a": { "name": "one", "value": "v", "reference": "r" }«,»«+»\n',
    [['namespace-a', 'one', 'both']],
    `\n  ${FLAT}`,
  ),
  table(
    'a legacy entry and a bare one beside it',
    '\n  "namespace-a": { "name": "one", "value": "v" },\n  "a": { "name": "one", "reference": "r" }«,»«+»\n',
    [
      ['namespace-a', 'one', 'value'],
      ['a', 'one', 'reference'],
    ],
    `\n  ${FLAT}`,
  ),
  {
    name: 'an empty table',
    marked: `var edgekv_access_tokens = {«+»}${END}`,
    entries: [],
    added: `${JSON_LINES}\n`,
  },
  {
    name: 'an empty table on one line',
    marked: `var edgekv_access_tokens={«+»}${MIN}`,
    entries: [],
    added: MINIFIED,
  },
  table(
    'placeholders for sed under a bare key',
    '\n  "EKV_NAMESPACE": { "name": "EKV_NAME", "reference": "EKV_UUID" }«,»«+»\n',
    [['EKV_NAMESPACE', 'EKV_NAME', 'reference']],
    `\n  ${FLAT}`,
  ),
  table(
    'a script that puts a comma behind the last entry',
    '\n        "namespace-a":{\n            "name": "one",\n            "value": "v"\n        },«+»\n',
    [['namespace-a', 'one', 'value']],
    `\n        "namespace-cart": {\n            "name": "cart-rw",\n            "reference": "${UUID}"\n        },`,
  ),
  {
    name: 'JSON and a semicolon under a bare key',
    marked: `var edgekv_access_tokens = {\n  "a": {\n    "name": "one",\n    "reference": "r"\n  }«,»«+»\n};${END}`,
    entries: [['a', 'one', 'reference']],
    added: JSON_LINES,
  },
  {
    name: 'an indented module',
    marked: `  var edgekv_access_tokens = {\n    ${A},«+»\n  }\n\n  export { edgekv_access_tokens };\n`,
    entries: ENTRY_A,
    added: `\n    ${FLAT},`,
  },
  {
    name: 'export default only',
    marked: `export default {\n  ${A}«,»«+»\n};\n`,
    entries: ENTRY_A,
    added: `\n  ${FLAT}`,
    isUnnamed: true,
  },
  around(
    'imports and statements around it',
    "import { log } from './helpers.js';\nconst started = true;\n",
    `;\nlog(started);${END}`,
  ),
  around('a comment with = before it', '/* key = value */\n', END),
];

/** Declarations, exports, and other code around the table. */
export const DECLARED_FILES: readonly LegalFile[] = [
  around('the export stands first', 'export { edgekv_access_tokens };\nlet other;\n', '\n'),
  {
    name: 'let, and one of several declarators',
    marked: `let a = { b: 1 }, edgekv_access_tokens = { ${A}«,»«+» }, c = 2;${END}`,
    entries: ENTRY_A,
    added: ` ${FLAT}`,
  },
  {
    name: 'a renamed export',
    marked: `const table = {\n  ${A}«,»«+»\n};\nexport { table as edgekv_access_tokens, table as default };\n`,
    entries: ENTRY_A,
    added: `\n  ${FLAT}`,
  },
  {
    name: 'an export by a text',
    marked: `const table = { ${A}«,»«+» };\nexport { table as "edgekv_access_tokens" };\n`,
    entries: ENTRY_A,
    added: ` ${FLAT}`,
  },
  {
    name: 'export default of a variable',
    marked: `const table = { ${A}«,»«+» };\nexport default table;\n`,
    entries: ENTRY_A,
    added: ` ${FLAT}`,
    isUnnamed: true,
  },
  around(
    'export default of an object with the table',
    '',
    `\nexport default { edgekv_access_tokens };${END}`,
  ),
  {
    name: 'parentheses around everything',
    marked:
      'export const edgekv_access_tokens = (({ "namespace-a": ({ "name": ("one"), "reference": ("r") })«,»«+» }));\n',
    entries: ENTRY_A,
    added: ` ${FLAT}`,
  },
  around('a hashbang', '#!/usr/bin/env node\n', END),
  around('a byte order mark and a hashbang', '\uFEFF#!/usr/bin/env node\n', END),
  around('no semicolons', 'const a = 1\n', `\nconst b = [a]\n;[2].forEach(() => {})${END}`),
  around('a directive', "'use strict';\n", `;${END}`),
  around(
    'newer syntax around it',
    "import data from './data.json' with { type: 'json' };\nawait null;\nclass Box { #inner = data?.a ?? 0n; static { Box.made = 1_000; } get inner() { return this.#inner ** 2; } }\nlabel: for await (const x of []) break label;\n",
    `;\nexport const pattern = /["'.]/dv, box = new Box();${END}`,
  ),
  around(
    'the same name inside functions and blocks',
    '',
    `;\nfunction f(edgekv_access_tokens) { edgekv_access_tokens.x = 1; }\nconst g = ({ edgekv_access_tokens }) => { delete edgekv_access_tokens.x; };\nfunction h() { var edgekv_access_tokens = {}; edgekv_access_tokens.x = {}; }\n{ let edgekv_access_tokens = []; edgekv_access_tokens.push(1); }\nfor (const edgekv_access_tokens of [{}]) edgekv_access_tokens.x = 1;\ntry { throw {}; } catch (edgekv_access_tokens) { edgekv_access_tokens.x = 1; }\nconst o = { edgekv_access_tokens: 1 }; o.edgekv_access_tokens = 2; o.edgekv_access_tokens++;\nf({}); g({ edgekv_access_tokens: {} }); h();${END}`,
  ),
  around(
    'code that only reads it',
    "import { log } from './helpers.js';\n",
    `;\nexport function find(ns) {\n  const entry = edgekv_access_tokens["namespace-" + ns];\n  return entry ? entry.reference ?? entry.value : null;\n}\nexport const names = Object.keys(edgekv_access_tokens).map((key) => edgekv_access_tokens[key].name.slice(0, 3));\nif (!edgekv_access_tokens["namespace-a"] || !("namespace-a" in edgekv_access_tokens)) log("missing");\nconst { name } = edgekv_access_tokens["namespace-a"];\nfor (const key in edgekv_access_tokens) if (edgekv_access_tokens.hasOwnProperty(key)) log(name, { ...edgekv_access_tokens[key] });\nObject.freeze(edgekv_access_tokens);${END}`,
  ),
];

// Every legal way to spell what is in a table, and to lay it out with comments and commas.
import type { LegalFile } from './tokens-files';
import { A, BARE, END, ENTRY_A, FLAT, JSON_LINES, table, UUID } from './tokens-files-usual';

/** Keys and texts in every spelling. */
export const SPELLED_FILES: readonly LegalFile[] = [
  table(
    'template literals',
    '\n  "namespace-a": { name: `one`, reference: `r` }«,»«+»\n',
    ENTRY_A,
    `\n  ${BARE}`,
  ),
  table(
    'escapes in keys and texts',
    '\n  "n\\u0061mespace-\\x61": { n\\u0061me: "\\x6fne", "\\u{72}eference": "r" }«,»«+»\n',
    ENTRY_A,
    `\n  ${BARE}`,
  ),
  table(
    'numbers as keys',
    ' 1: { name: "a", value: "v" }, 0x10: {}, 1e3: {}, 5n: {}, .5: { name: "b" }«,»«+» ',
    [
      ['1', 'a', 'value'],
      ['16', null, 'none'],
      ['1000', null, 'none'],
      ['5', null, 'none'],
      ['0.5', 'b', 'none'],
    ],
    ` ${BARE}`,
  ),
  table(
    'keys without quotes',
    "\n  default: { name: 'a', value: 'v' },\n  namespace_a: { name: 'a', value: 'v' },\n  ключ$: {},\n  class: { name: 'a', value: 'v' }«,»«+»\n",
    [
      ['default', 'a', 'value'],
      ['namespace_a', 'a', 'value'],
      ['ключ$', null, 'none'],
      ['class', 'a', 'value'],
    ],
    `\n  'namespace-cart': { name: 'cart-rw', reference: '${UUID}' }`,
  ),
  table(
    'strings over two lines',
    '\n  "namespace-\\\na": { "name": "o\\\r\nne", "reference": "r\\\u2028" }«,»«+»\n',
    ENTRY_A,
    `\n  ${FLAT}`,
  ),
  table(
    'line separators in a string',
    '\n  "namespace-a": { "name": "a\u2028b\u2029c", "reference": "r" }«,»«+»\n',
    [['namespace-a', 'a\u2028b\u2029c', 'reference']],
    `\n  ${FLAT}`,
  ),
  table(
    'emoji and half a surrogate pair',
    '\n  "namespace-😀": { "name": "\\ud83d", "reference": "😀" }«,»«+»\n',
    [['namespace-😀', '\ud83d', 'reference']],
    `\n  ${FLAT}`,
  ),
  table(
    'strings that look like code',
    '\n  "namespace-a": { "name": "}, // { /* \\"", "reference": "r" }«,»«+»\n',
    [['namespace-a', '}, // { /* "', 'reference']],
    `\n  ${FLAT}`,
  ),
  table(
    'names that every object has',
    ' constructor: {}, toString: {}, "namespace-__proto__": {}, hasOwnProperty: { name: "one", value: "v" }«,»«+» ',
    [
      ['constructor', null, 'none'],
      ['toString', null, 'none'],
      ['namespace-__proto__', null, 'none'],
      ['hasOwnProperty', 'one', 'value'],
    ],
    ` ${BARE}`,
  ),
  table(
    'a namespace that begins with the prefix',
    '\n  "namespace-namespace-cart": { "name": "one", "reference": "r" }«,»«+»\n',
    [['namespace-namespace-cart', 'one', 'reference']],
    `\n  ${FLAT}`,
  ),
  table(
    'fields of others, entries without ours',
    ' "namespace-a": { "reference": "r", "since": 2024, "low": -1, "on": [true, null, { "x": /y/g }] }, "namespace-b": {}«,»«+» ',
    [
      ['namespace-a', null, 'reference'],
      ['namespace-b', null, 'none'],
    ],
    ` ${FLAT}`,
  ),
  table(
    'rare white space',
    '\n\u000b\u00a0"namespace-a"\u3000:\ufeff{\u2003"name":\f"one",\u00a0"reference":"r"\u2029}«,»«+»\n',
    ENTRY_A,
    ' "namespace-cart": {"name": "cart-rw", "reference": "6a3fa96b-9c3a-5e7e-8c53-2f5d2f9f2a10"}',
  ),
];

/** Comments, commas and line ends around the place where a merge adds. */
export const COMMENTED_FILES: readonly LegalFile[] = [
  table('only a comment inside', '\n  // "namespace-x": {}«+»\n', [], JSON_LINES),
  {
    name: 'comments between everything',
    marked: `var edgekv_access_tokens /*0*/ = /*1*/ { /*2*/ "namespace-a" /*3*/ : /*4*/ { /*5*/ "name" /*6*/ : /*7*/ "one" /*8*/ , "reference" /*9*/ : "r" /*10*/ } /*11*/ ,«+» /*12*/ } /*13*/ ; /*14*/${END}`,
    entries: ENTRY_A,
    added: ` ${FLAT},`,
  },
  table('a comment behind the last entry', `\n  ${A}«,» // last«+»\n`, ENTRY_A, `\n  ${FLAT}`),
  table('a comment over two lines behind it', `\n  ${A}«,» /* la\nst */ // too«+»\n`, ENTRY_A, `\n  ${FLAT}`),
  table('a comment that ends at a line separator', `\n  ${A}«,» // last«+»\u2028`, ENTRY_A, `\n  ${FLAT}`),
  table('one line and a comment that ends it', ` ${A}«,»«+» // last\n`, ENTRY_A, ` ${FLAT}`),
  table('a comma on a line of its own', `\n  ${A}\n  // before\n  , // behind«+»\n`, ENTRY_A, `\n  ${FLAT},`),
  table(
    'commas first',
    `\n    "namespace-x": {}\n  , ${A}«,»«+»\n`,
    [['namespace-x', null, 'none'], ...ENTRY_A],
    ` ${FLAT}`,
  ),
  table('the brace on the line of the last entry', `\n  ${A}«,»«+» `, ENTRY_A, `\n  ${FLAT}`),
  table(
    'many comments behind the last entry',
    `\n  ${A}«,»${' /* c */'.repeat(40)}«+»\n`,
    ENTRY_A,
    `\n  ${FLAT}`,
  ),
  table(
    'two entries on a line',
    '\n  "namespace-x": {}, "namespace-a": { "name": "one", "reference": "r" }«,»«+» /* end */\n',
    [['namespace-x', null, 'none'], ...ENTRY_A],
    ` ${FLAT}`,
  ),
  table(
    'tabs and spaces mixed',
    '\n\t"namespace-x": {},\n   \t"namespace-a": {\n\t\t"name": "one",\n        "reference": "r"\n  \t}«,»«+»\n',
    [['namespace-x', null, 'none'], ...ENTRY_A],
    `\n   \t"namespace-cart": {\n\t\t"name": "cart-rw",\n\t\t"reference": "${UUID}"\n  \t}`,
  ),
  {
    name: 'carriage returns only',
    marked: `// a\rvar edgekv_access_tokens = {\r  ${A}«,» // b«+»\r};\rexport { edgekv_access_tokens };\r`,
    entries: ENTRY_A,
    added: `\r  ${FLAT}`,
  },
];

// Tokens files that cannot be edited safely: what they say is not written out, is not what the helper gets, is changed by
// code, or is no JavaScript. Where code could run, it would set globalThis.__pwned.
import type { RefusedFile } from './tokens-files';

const X = 'globalThis.__pwned = 1';
const A = '"namespace-a": { name: "one", reference: "r" }';
const TABLE = `var edgekv_access_tokens = { ${A} };\n`;
const EXPORT = '\nexport { edgekv_access_tokens };\n';

function inTable(name: string, body: string, words: RegExp): RefusedFile {
  return { name, marked: `export const edgekv_access_tokens = {\n  ${body}\n};\n`, words };
}

function inEntry(name: string, body: string, words: RegExp): RefusedFile {
  return inTable(name, `"namespace-a": { name: "one", ${body} }`, words);
}

function asTable(name: string, expression: string, words = /not written as an object/): RefusedFile {
  return { name, marked: `export const edgekv_access_tokens = ${expression};\n`, words };
}

function after(name: string, code: string, words: RegExp): RefusedFile {
  return { name, marked: `${TABLE}${code}${EXPORT}`, words };
}

/** What a table says is not written out. */
export const COMPUTED_FILES: readonly RefusedFile[] = [
  inTable(
    'a computed key',
    `«»["namespace-a" + (${X})]: { name: "a", value: "v" }`,
    /an entry has a computed key/,
  ),
  inTable(
    'a computed key that is a plain text',
    '«»["namespace-a"]: { name: "a", value: "v" }',
    /computed key/,
  ),
  inTable('a spread', `${A}, «»...(${X}, {})`, /an entry is a spread/),
  inTable('a getter', `«»get "namespace-a"() { ${X}; return {}; }`, /no plain "key": value/),
  inTable('a setter', `«»set "namespace-a"(x) { ${X}; }`, /no plain "key": value/),
  inTable('a method', `«»"namespace-a"() { ${X}; }`, /no plain "key": value/),
  inTable('an async generator', `«»async *a() { ${X}; }`, /no plain "key": value/),
  inTable('a shorthand', '«»Infinity', /no plain "key": value/),
  inTable(
    'an entry that is a call',
    `"namespace-a": «»(() => { ${X}; return {}; })()`,
    /"namespace-a" is no object/,
  ),
  inTable('an entry that is a name', '"namespace-a": «»undefined', /is no object/),
  inTable('an entry that is a text', '"namespace-a": «»"v"', /is no object/),
  inTable('an entry that is a list', '"namespace-a": «»[]', /is no object/),
  inTable('__proto__', '«»"__proto__": { name: "one", value: "v" }', /sets a prototype/),
  inTable('__proto__ without quotes', '«»__proto__: { "namespace-a": {} }', /sets a prototype/),
  inEntry('a field by a computed key', `«»["val" + (${X})]: "v"`, /a property has a computed key/),
  inEntry('fields by a spread', `«»...(${X}, {})`, /a property is a spread/),
  inEntry('a field by a getter', `«»get value() { ${X}; }`, /no plain "key": value/),
  inEntry('__proto__ in an entry', '«»__proto__: { value: "v" }', /sets a prototype/),
  inEntry('a value that is a call', `value: «»String(${X})`, /"value" is no plain value/),
  inEntry('a value that is a sum', 'value: «»"a" + "b"', /"value" is no plain value/),
  inEntry('a template with an expression', `value: «»\`a$\{${X}}\``, /"value" is no plain value/),
  inEntry('a tagged template', 'value: «»String.raw`a`', /"value" is no plain value/),
  inEntry('a function', `value: «»function () { ${X}; }`, /"value" is no plain value/),
  inEntry('a class', `value: «»class { static { ${X}; } }`, /"value" is no plain value/),
  inEntry('an import', `value: «»import("data:text/javascript,${X}")`, /"value" is no plain value/),
  inEntry('an assignment', `value: («»${X})`, /"value" is no plain value/),
  inEntry('a call in a foreign field', `note: «»[(${X})]`, /"note" is no plain value/),
  inEntry('a name twice', '«»name: "two", value: "v"', /"name" stands twice/),
  inEntry('a value twice, spelled differently', 'value: "v", «»"v\\u0061lue": "w"', /"value" stands twice/),
  inEntry('a number as value', '«»value: 5', /"value" is no plain text/),
  inEntry('null as reference', '«»reference: null', /"reference" is no plain text/),
  asTable('a call', `«»Object.freeze({ ${A}, x: ${X} })`),
  asTable('JSON.parse', `«»JSON.parse('{}')`),
  asTable('new', `«»new (class { constructor() { ${X}; } })()`),
  asTable('a condition', `«»(${X}) ? {} : {}`),
  asTable('a list', '«»[]'),
  asTable('an arrow function', `«»() => { ${X}; }`),
];

/** It is not clear which table the helper gets, or whether any. */
export const UNEXPORTED_FILES: readonly RefusedFile[] = [
  { name: 'no export', marked: `«»${TABLE}`, words: /does not export edgekv_access_tokens/ },
  { name: 'another export', marked: '«»export const tokens = {};\n', words: /does not export/ },
  {
    name: 'CommonJS',
    marked: `«»${TABLE}module.exports = { edgekv_access_tokens };\n`,
    words: /does not export/,
  },
  { name: 'JSON', marked: '{ "namespace-a"«»: { "name": "one", "value": "v" } }\n', words: /syntax error/ },
  {
    name: 'exported, never declared',
    marked: 'export { «»edgekv_access_tokens };\n',
    words: /syntax error: export 'edgekv_access_tokens' is not defined/,
  },
  {
    name: 'declared without a value',
    marked: 'var «»edgekv_access_tokens;\nexport { edgekv_access_tokens };\n',
    words: /not written as an object/,
  },
  {
    name: 'from another file',
    marked: "export { «»edgekv_access_tokens } from './helpers.js';\nexport default {};\n",
    words: /may come from another file/,
  },
  {
    name: 'all of another file',
    marked: "export default {};\n«»export * from './helpers.js';\n",
    words: /may come from another file/,
  },
  {
    name: 'another file as the table',
    marked: "«»export * as edgekv_access_tokens from './helpers.js';\nexport default {};\n",
    words: /may come from another file/,
  },
  {
    name: 'imported, then exported',
    marked: "import { edgekv_access_tokens } from './helpers.js';\nexport { «»edgekv_access_tokens };\n",
    words: /no declaration of edgekv_access_tokens/,
  },
  {
    name: 'a function by that name',
    marked: `export function «»edgekv_access_tokens() { ${X}; }\n`,
    words: /no declaration of edgekv_access_tokens/,
  },
  {
    name: 'taken out of an object',
    marked: 'export const { edgekv_access_tokens } = «»{ edgekv_access_tokens: {} };\n',
    words: /not written as an object/,
  },
  {
    name: 'declared twice',
    marked: `${TABLE}var «»edgekv_access_tokens = {};${EXPORT}`,
    words: /declared twice/,
  },
  after('declared again in a block', '{ var «»edgekv_access_tokens = {}; }', /declared twice/),
  after('declared again in a loop', 'for (var «»edgekv_access_tokens of [{}]);', /declared twice/),
  after(
    'declared again by a pattern',
    '{ var { a: [«»edgekv_access_tokens] } = { a: [{}] }; }',
    /declared twice/,
  ),
];

const CHANGES = /code changes edgekv_access_tokens/;
const HANDED = /handed to a function/;
const WHOLE = /uses edgekv_access_tokens as a whole/;

/** Code changes the table after its declaration, or may do so. */
export const CHANGED_FILES: readonly RefusedFile[] = [
  after('an entry is assigned', '«»edgekv_access_tokens["namespace-b"] = {};', CHANGES),
  after('the table is assigned', '«»edgekv_access_tokens = {};', CHANGES),
  after('a field is assigned', '«»edgekv_access_tokens["namespace-a"].value = "v";', CHANGES),
  after('a field is assigned if missing', '«»edgekv_access_tokens.a.value ??= "v";', CHANGES),
  after('an entry is counted up', '«»edgekv_access_tokens.a++;', CHANGES),
  after('an entry is deleted', 'delete «»edgekv_access_tokens["namespace-a"];', CHANGES),
  after('a field is deleted, carefully', 'delete «»edgekv_access_tokens?.a?.value;', CHANGES),
  after('an entry is the target of a loop', 'for («»edgekv_access_tokens.a of [{}]);', CHANGES),
  after('a key is the target of a loop', 'for («»edgekv_access_tokens.a in {});', CHANGES),
  after('an entry is the target of a list', '[«»edgekv_access_tokens.a] = [{}];', CHANGES),
  after('an entry is the target of a pattern', '({ a: «»edgekv_access_tokens.a = {} } = {});', CHANGES),
  after('the rest goes into an entry', '({ ...«»edgekv_access_tokens.a } = {});', CHANGES),
  after('a change inside a function', `(function () { «»edgekv_access_tokens.a = {}; ${X}; })();`, CHANGES),
  after(
    'a change in a default of a function',
    'function f(x = («»edgekv_access_tokens.a = {})) { var edgekv_access_tokens; }',
    CHANGES,
  ),
  after('a change in a class', `class A { static { «»edgekv_access_tokens.a = {}; } }`, CHANGES),
  after('Object.assign', 'Object.assign(«»edgekv_access_tokens, {});', HANDED),
  after('Object.defineProperty', 'Object.defineProperty(«»edgekv_access_tokens, "a", {});', HANDED),
  after('Reflect.set', 'Reflect.set(«»edgekv_access_tokens, "a", {});', HANDED),
  after(
    'an Object of its own',
    'const Object = { keys(x) { x.a = 1; } };\nObject.keys(«»edgekv_access_tokens);',
    HANDED,
  ),
  after('a function that gets an entry', '(() => {})(«»edgekv_access_tokens["namespace-a"]);', HANDED),
  after('a tagged template that gets it', '((a, b) => {})`$' + '{«»edgekv_access_tokens}`;', HANDED),
  after(
    'a method that changes',
    '«»edgekv_access_tokens.__defineGetter__("a", () => {});',
    /a method of edgekv_access_tokens is called/,
  ),
  after('another name', 'const table = edgekv_access_tokens;\n«»table.a = {};', CHANGES),
  after(
    'another name for an entry',
    'const a = edgekv_access_tokens["namespace-a"];\n«»a.value = "v";',
    CHANGES,
  ),
  after(
    'another name by a pattern',
    'const { "namespace-a": a } = edgekv_access_tokens;\n«»a.value = "v";',
    CHANGES,
  ),
  after(
    'another name by a frozen copy',
    'const t = Object.freeze(edgekv_access_tokens);\n«»t.a.value = "v";',
    CHANGES,
  ),
  after(
    'a function that returns an entry',
    'const get = (k) => edgekv_access_tokens[k];\n«»get("namespace-a").value = "v";',
    CHANGES,
  ),
  after(
    'a method that changes, called with care',
    '(«»edgekv_access_tokens?.__defineGetter__)("a", () => {});',
    /a method of edgekv_access_tokens is called/,
  ),
  after(
    'an exported function that returns an entry',
    'export default function get(k) { return edgekv_access_tokens[k]; }\n«»get("namespace-a").value = "v";',
    CHANGES,
  ),
  after(
    'another name for a function that returns one',
    'const get = (k) => edgekv_access_tokens[k];\nconst other = «»get;\nother("namespace-a").value = "v";',
    WHOLE,
  ),
  after('a list of it', 'const list = [«»edgekv_access_tokens];', WHOLE),
  after('a copy that shares the entries', 'const copy = { ...«»edgekv_access_tokens };', WHOLE),
  after('a part of another object', 'const all = { table: «»edgekv_access_tokens };', WHOLE),
  after('eval', `«»eval("${X}");`, /a call of eval/),
];

/** No JavaScript, or far too much of it. */
export const BROKEN_FILES: readonly RefusedFile[] = [
  inEntry('a value made unreadable', 'value: «»******"', /a syntax error/),
  {
    name: 'an entry without an end',
    marked: `export const edgekv_access_tokens = { ${A}«»`,
    words: /a syntax error/,
  },
  {
    name: 'a comment without an end',
    marked: 'export const edgekv_access_tokens = {}; «»/* ',
    words: /a syntax error/,
  },
  { name: 'types', marked: 'export const edgekv_access_tokens = {} «»as const;\n', words: /a syntax error/ },
  {
    name: 'a JSON file with comments behind CRLF',
    marked: '// a\r\n{\r\n  "a"«»: 1\r\n}\r\n',
    words: /a syntax error/,
  },
  {
    name: 'nested too deep in other code',
    marked: `${TABLE}const a = ${'['.repeat(20_000)}`,
    words: /nested too deep|far more code/,
  },
  { name: 'far too long', marked: `«»${TABLE}// ${'x'.repeat(256 * 1024)}`, words: /longer than 256 KiB/ },
  {
    name: 'too many entries',
    marked: `export const edgekv_access_tokens = «»{${Array.from({ length: 1_001 }, (_, index) => `a${index}:{}`).join()}};`,
    words: /more than 1000 entries/,
  },
  {
    name: 'a program that is no table',
    marked: `let ${Array.from({ length: 30_000 }, (_, index) => `a${index.toString(36)}`).join()};`,
    words: /far more code/,
  },
];

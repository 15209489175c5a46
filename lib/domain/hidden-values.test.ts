import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HIDDEN_END, HIDDEN_START, hideLongText, hideValues } from './hidden-values';

const JWT =
  'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJld2lkcyI6ImFsbCIsInN1YiI6IjEifQ.c2lnbmF0dXJl-c2ln_bmF0dXJlc2lnbmF0dXJl';
const UUID = '6a3fa96b-9c3a-5e7e-8c53-2f5d2f9f2a10';

/** What is left to read: chips in brackets, without their words. */
function shown(source: string): string {
  return hideValues(source).replace(new RegExp(`${HIDDEN_START}[^${HIDDEN_END}]*${HIDDEN_END}`, 'g'), '[…]');
}

const FIELDS: readonly [how: string, source: string, shown: string][] = [
  ['JSON', '{ "value": "s3cret" }', '{ "value": "[…]" }'],
  ['single quotes', "{ 'value' : 's3cret', name: 'a' }", "{ 'value' : '[…]', name: 'a' }"],
  ['minified', '{value:"s3cret",name:"a"}', '{value:"[…]",name:"a"}'],
  ['a template', '{ value: `s3\\`cret` }', '{ value: `[…]` }'],
  ['a template over two lines', '{ value: `s3\ncret` }', '{ value: `[…]\n[…]` }'],
  ['escaped quotes', '{ value: "s3\\"cret" }', '{ value: "[…]" }'],
  ['a continued line', '{ value: "s3\\\ncret" }', '{ value: "[…]\n[…]" }'],
  ['a sum', '{ value: "s3" + "cret", name: "a" }', '{ value: […], name: "a" }'],
  [
    'a sum over lines',
    '{ value: "s3"\n  + "cr" +\n  "et",\n name: "a" }',
    '{ value: […]\n  […]\n  […],\n name: "a" }',
  ],
  ['a list that is joined', '{ value: ["s3", "cret"].join(""), name: "a" }', '{ value: […], name: "a" }'],
  ['a call', '{ value: atob("s3cret,x"), name: "a" }', '{ value: […], name: "a" }'],
  ['no quotes', '{ value: s3cret, name: "a" }', '{ value: […], name: "a" }'],
  ['the next line', '{ "value":\n  "s3cret" }', '{ "value":\n  "[…]" }'],
  ['comments between', '{ value /* a */ : // b\n "s3cret" }', '{ value /* a */ : […]\n […] }'],
  [
    'an escaped key',
    '{ "v\\u0061l\\x75e": "s3cret", \\u{76}alue: "s3cret" }',
    '{ "v\\u0061l\\x75e": "[…]", \\u{76}alue: "[…]" }',
  ],
  ['a computed key', '{ ["value"]: "s3cret" }', '{ ["value"]: "[…]" }'],
  ['a getter', '{ get value() { return "s3cret"; } }', '{ get value[…] }'],
  [
    'an assignment',
    'entry.value = "s3cret"; a["value"] = \'s3cret\';',
    'entry.value = "[…]"; a["value"] = \'[…]\';',
  ],
  ['a comment', '// "value": "s3cret"\nnext', '// "value": "[…]"\nnext'],
  ['a comment without quotes', '/* value: s3cret */ next', '/* value: […] */ next'],
  ['a text that does not end', '{ "value": "s3cret\n "name": "a" }', '{ "value": […]\n "name": "a" }'],
  ['a template that does not end', '{ value: `s3cret\nmore', '{ value: […]\n[…]'],
  ['stars', '{ "value": ******s3cret"\n}', '{ "value": […]\n}'],
];

for (const [how, source, expected] of FIELDS) {
  test(`a value is hidden: ${how}`, () => {
    assert.equal(shown(source), expected);
    assert.ok(!/s3|cret/.test(shown(source)));
  });
}

const JWTS: readonly [where: string, source: string][] = [
  ['in a comment', `// old: ${JWT}\n`],
  ['as a name', `{ name: "${JWT}" }`],
  ['as a key', `{ "${JWT}": {} }`],
  ['as code', `const a = ${JWT};`],
  ['in a broken file', `{{{ "${JWT}`],
  [
    'cut in strings that are joined',
    `const a = "${JWT.slice(0, 30)}" +\n  '${JWT.slice(30, 60)}' + "${JWT.slice(60)}";`,
  ],
  ['with escapes in it', `{ name: "${JWT.slice(0, 20)}\\x41${JWT.slice(20)}" }`],
  ['over continued lines', `{ name: "${JWT.slice(0, 30)}\\\n${JWT.slice(30)}" }`],
  ['only its beginning', `{ name: "${JWT.slice(0, 12)}" }`],
];

for (const [where, source] of JWTS) {
  test(`a JWT is hidden ${where}, and no line goes missing`, () => {
    const text = shown(source);
    for (let at = 0; at + 10 <= JWT.length; at += 5) assert.ok(!text.includes(JWT.slice(at, at + 10)), text);
    assert.equal(text.split('\n').length, source.split('\n').length);
  });
}

const SHOWN = [
  `{ "name": "${'n'.repeat(32)}", "reference": "${UUID}" }`,
  `"namespace-${'a'.repeat(32)}": {`,
  `{'namespace-namespace-${'b'.repeat(22)}':{name:"a",reference:"${UUID}"}}`,
  `// ${'='.repeat(70)}`,
  `/* ${'-'.repeat(50)} tokens ${'-'.repeat(50)} */`,
  'if (value === other || value => 1) return values;',
  'const my$value = 1, valued = "a"; // the value',
  `var edgekv_access_tokens = {\nexport { edgekv_access_tokens };`,
];

for (const source of SHOWN) {
  test(`what is no secret stays: ${source.slice(0, 50).split('\n')[0]}`, () =>
    assert.equal(hideValues(source), source));
}

test('two different values are told apart, the same one twice is seen to be the same', () => {
  const of = (value: string) => hideValues(`{ "value": "${value}" }`);
  assert.notEqual(of('one'), of('two'));
  assert.equal(of('one'), of('one'));
  assert.match(of(JWT), /JWT, \d+ characters, sha-256 [0-9a-f]{8}…/);
  assert.match(of('one'), /value, 3 characters/);
});

test('marks in a source are no marks', () => {
  assert.equal(hideValues(`${HIDDEN_START}a${HIDDEN_END}`), '\uFFFDa\uFFFD');
});

test('a secret where a name is meant is not shown in messages', () => {
  assert.equal(
    hideLongText(`the entry ${JWT} is odd`),
    `the entry (${JWT.length} characters, hidden) is odd`,
  );
  assert.equal(hideLongText('the entry cart-reader is odd'), 'the entry cart-reader is odd');
  assert.equal(hideLongText(UUID), UUID);
});

const secret = fc
  .array(fc.constantFrom(...'ABCDEFGHJKLMNPQRSTUVWXYZ23456789_-.'), { minLength: 4, maxLength: 60 })
  .map((all) => `Z9${all.join('')}`);
const spacing = fc.constantFrom('', ' ', '\n', '\r\n', '\t', '/**/', '// a\n', ' /* value */ ', '\u2028');
const around = fc.constantFrom(
  '',
  '{',
  '{ "name": "a", ',
  '// ',
  '/* ',
  '`',
  '{ "name": "a, ',
  'a = { b: "https://x/", ',
  '(((',
  "it's ",
);
const fieldKey = fc.constantFrom(
  'value',
  '"value"',
  "'value'",
  '"v\\u0061lue"',
  '["value"]',
  'x.value',
  '\\u0076alue',
  '"val\\\nue"',
);
const literal = fc.constantFrom<(text: string) => string>(
  (text) => `"${text}"`,
  (text) => `'${text}'`,
  (text) => `\`${text}\``,
  (text) => text,
  (text) => `"${text.slice(0, 3)}" + "${text.slice(3)}"`,
  (text) => `f("${text}")`,
  (text) => `"${text}`,
  (text) => `"\\\n${text}"`,
);

test('whatever is given as value is hidden, in any spelling and around anything (property)', () => {
  fc.assert(
    fc.property(
      around,
      fieldKey,
      spacing,
      fc.constantFrom(':', '='),
      spacing,
      literal,
      secret,
      around,
      (...parts) => {
        const [before, key, one, sign, two, write, text, after] = parts;
        const source = `${before}${key}${one}${sign}${two}${write(text)},\n${after}`;
        const left = shown(source);
        assert.ok(!left.includes(text.slice(0, 4)) && !left.includes(text.slice(3)), left);
      },
    ),
    { numRuns: 3_000 },
  );
});

test('whatever looks like a JWT is hidden, in any file (property)', () => {
  const long = fc.array(secret, { minLength: 10, maxLength: 20 }).map((all) => `eyJ${all.join('')}`);
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 30 }),
      long,
      fc.string({ unit: 'binary', maxLength: 30 }),
      (...parts) => {
        const [, jwt] = parts;
        assert.ok(!hideValues(parts.join(' ')).includes(jwt.slice(0, 12)));
        assert.ok(!hideLongText(parts.join('"')).includes(jwt.slice(0, 12)));
      },
    ),
    { numRuns: 200 },
  );
});

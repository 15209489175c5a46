import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { manifestFaults, manifestVersion, setManifestVersion } from './bundle-manifest';

function edited(text: string, version = '2.0.0'): string {
  const result = setManifestVersion(text, version);
  return result.ok ? result.value : assert.fail(`${result.problem.title} ${result.problem.detail}`);
}

function refusal(text: string, version = '2.0.0') {
  const result = setManifestVersion(text, version);
  return result.ok ? assert.fail('it was set') : result.problem;
}

const EDITS: readonly [why: string, before: string, after: string][] = [
  ['plain', '{"edgeworker-version":"1.0.0"}', '{"edgeworker-version":"2.0.0"}'],
  [
    'with indentation, CRLF and no final line end',
    '{\r\n\t"description": "a, \\"b\\": {c}",\r\n\t"edgeworker-version" : "1.0.0" ,\r\n\t"misc": {}\r\n}',
    '{\r\n\t"description": "a, \\"b\\": {c}",\r\n\t"edgeworker-version" : "2.0.0" ,\r\n\t"misc": {}\r\n}',
  ],
  ['with a BOM', '\uFEFF{"edgeworker-version":"1"}', '\uFEFF{"edgeworker-version":"2.0.0"}'],
  [
    'with another of that name deeper down',
    '{"misc":{"edgeworker-version":"9","a":[{"edgeworker-version":"8"}]},"edgeworker-version":"1"}',
    '{"misc":{"edgeworker-version":"9","a":[{"edgeworker-version":"8"}]},"edgeworker-version":"2.0.0"}',
  ],
  [
    'with another of that name as a value',
    '{"description":"edgeworker-version","edgeworker-version":"1"}',
    '{"description":"edgeworker-version","edgeworker-version":"2.0.0"}',
  ],
  ['with escapes in the key', '{"edgeworker\\u002dversion":"1"}', '{"edgeworker\\u002dversion":"2.0.0"}'],
  ['with escapes in the value', '{"edgeworker-version":"1\\"}"}', '{"edgeworker-version":"2.0.0"}'],
  ['a number', '{"edgeworker-version": 1.10 }', '{"edgeworker-version": "2.0.0" }'],
  ['null', '{"edgeworker-version":null}', '{"edgeworker-version":"2.0.0"}'],
  ['an object', '{"edgeworker-version":{"a":[1]},"misc":{}}', '{"edgeworker-version":"2.0.0","misc":{}}'],
  ['the version that it has', '{"edgeworker-version":"2.0.0"}', '{"edgeworker-version":"2.0.0"}'],
  [
    'what JavaScript would refuse, and JSON does not',
    '{"__proto__":1,"__proto__":2,"edgeworker-version":"1"}',
    '{"__proto__":1,"__proto__":2,"edgeworker-version":"2.0.0"}',
  ],
  [
    'nested deeply',
    `{"misc":${'['.repeat(20_000)}${']'.repeat(20_000)},"edgeworker-version":"1"}`,
    `{"misc":${'['.repeat(20_000)}${']'.repeat(20_000)},"edgeworker-version":"2.0.0"}`,
  ],
];

for (const [why, before, after] of EDITS) {
  test(`the version is set by an edit of that one text: ${why}`, () => {
    assert.equal(edited(before), after);
  });
}

const UNREADABLE: readonly [why: string, text: string, words: RegExp][] = [
  ['two of them', '{"edgeworker-version":"1","edgeworker-version":"1"}', /two of edgeworker-version/],
  ['two of them, one escaped', '{"edgeworker-version":"1","edgeworker\\u002dversion":"1"}', /two of/],
  ['none', '{"version":"1"}', /has no edgeworker-version/],
  ['nothing', '', /no JSON/],
  ['a comment', '{// version\n"edgeworker-version":"1"}', /no JSON, which has no comments/],
  ['a comma too many', '{"edgeworker-version":"1",}', /no JSON/],
  ['single quotes', "{'edgeworker-version':'1'}", /no JSON/],
  ['a list', '[{"edgeworker-version":"1"}]', /no object/],
  ['a text', '"edgeworker-version"', /no object/],
  ['null', 'null', /no object/],
  ['a BOM in the middle', '{\uFEFF"edgeworker-version":"1"}', /no JSON/],
  ['far too long', `{"edgeworker-version":"1","description":"${'x'.repeat(70_000)}"}`, /far too long/],
];

for (const [why, text, words] of UNREADABLE) {
  test(`the version is not set, and nothing is changed: ${why}`, () => {
    const problem = refusal(text);
    assert.equal(problem.code, 'manifest-unreadable');
    assert.equal(problem.status, 422);
    assert.match(problem.title, words);
    assert.match(problem.detail, /Nothing was changed/);
    assert.equal(manifestVersion(text), null);
  });
}

test('a version that Akamai would refuse is refused with the rule, before the file is looked at', () => {
  for (const version of ['', '.', 'a..b', 'a b', 'a+b', 'ä', '1.0.0\n', '1'.repeat(33), '"', '../x']) {
    const problem = refusal('nonsense', version);
    assert.equal(problem.code, 'invalid-fields', version);
    assert.deepEqual(Object.keys(problem.fields ?? {}), ['version']);
  }
});

test('the version of a bundle.json is read where it is a text', () => {
  assert.equal(manifestVersion('{"edgeworker-version":"1.4.2-rc.1"}'), '1.4.2-rc.1');
  assert.equal(manifestVersion('{"edgeworker-version":7}'), null);
});

test('the edit changes the version and nothing else (property)', () => {
  const version = fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9_~-]{0,31}$/);
  const key = fc
    .string({ maxLength: 20 })
    .filter((one) => one !== 'edgeworker-version' && one !== '__proto__');
  const others = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 });
  const spaces = fc.constantFrom(undefined, 1, 2, '\t');
  fc.assert(
    fc.property(others, fc.string(), version, spaces, fc.boolean(), (rest, before, after, space, isFirst) => {
      const own = { 'edgeworker-version': before };
      const text = JSON.stringify(isFirst ? { ...own, ...rest } : { ...rest, ...own }, null, space);
      const expected: unknown = { ...(JSON.parse(text) as object), 'edgeworker-version': after };
      const result = edited(text, after);
      assert.deepEqual(JSON.parse(result), expected);
      assert.equal(result.length - text.length, JSON.stringify(after).length - JSON.stringify(before).length);
    }),
  );
});

const FAULTS: readonly [why: string, manifest: string, faults: readonly string[]][] = [
  ['the least', '{"edgeworker-version":"1.0.0"}', []],
  [
    'all that is documented',
    JSON.stringify({
      'edgeworker-version': '1.0.0',
      'bundle-version': 1,
      'api-version': '0.3',
      description: 'x',
      misc: { a: [1] },
      config: { logging: { level: 'info' }, subrequest: { 'invoke-for-edgeworker-clients': true } },
      dependencies: { shared: { edgeWorkerId: 4101, version: 'active' } },
    }),
    [],
  ],
  [
    'no version',
    '{}',
    ['error its edgeworker-version is missing, or not 1 to 32 letters, digits or . _ ~ -'],
  ],
  [
    'a number',
    '{"edgeworker-version":1}',
    ['error its edgeworker-version is missing, or not 1 to 32 letters, digits or . _ ~ -'],
  ],
  ['a list', '[]', ['error it is no object']],
  [
    'a text as bundle-version',
    '{"edgeworker-version":"1","bundle-version":"1"}',
    ['error its bundle-version is not as documented'],
  ],
  [
    'bundle-version 0',
    '{"edgeworker-version":"1","bundle-version":0}',
    ['error its bundle-version is not as documented'],
  ],
  [
    'letters in api-version',
    '{"edgeworker-version":"1","api-version":"v1"}',
    ['error its api-version is not as documented'],
  ],
  [
    'a dependency without a version',
    '{"edgeworker-version":"1","dependencies":{"x":{"edgeWorkerId":1}}}',
    ['error its dependencies.x.version is not as documented'],
  ],
  [
    'another field',
    '{"edgeworker-version":"1","name":"x"}',
    ['warning it has a field that is not documented: name'],
  ],
  [
    'a BOM',
    '\uFEFF{"edgeworker-version":"1"}',
    ['warning it begins with a byte order mark (BOM), which JSON does not have'],
  ],
  [
    'a key twice',
    '{"edgeworker-version":"1","description":"a","description":"b"}',
    ['warning it has description more than once'],
  ],
  ['no JSON', '{', ['error it is no JSON, which has no comments, no single quotes and no comma at the end']],
  ['far too long', `"${'x'.repeat(70_000)}"`, ['error it is far too long']],
];

for (const [why, manifest, faults] of FAULTS) {
  test(`what Akamai refuses or may refuse of a bundle.json: ${why}`, () => {
    assert.deepEqual(
      manifestFaults(manifest).map(({ severity, words }) => `${severity} ${words}`),
      faults,
    );
  });
}

test('no text at all throws, and a fault is short (property)', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((text) => `\uFEFF${text}`),
      ),
      (text) => {
        for (const { words } of manifestFaults(text)) assert.ok(words.length < 300);
        manifestVersion(text);
        setManifestVersion(text, '1.0.0');
      },
    ),
    { numRuns: 500 },
  );
});

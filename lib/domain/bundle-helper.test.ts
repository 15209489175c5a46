import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles } from '@/simulator/bundle';
import { type Archive, readArchive } from './archive';
import { readCode } from './bundle-code';
import { helperFindings, helpersOf } from './bundle-helper';

type Files = Readonly<Record<string, string>>;

async function archiveOf(files: Files): Promise<Archive> {
  const read = await readArchive(packFiles({ 'main.js': '', ...files }));
  return read.ok ? read.value : assert.fail(read.problem.title);
}

const SENDS_VALUES = 'h = { "X-Akamai-EdgeDB-Auth": [t["namespace-" + n].value] };';
const SENDS_BOTH = `${SENDS_VALUES} r = { "X-Akamai-EdgeDB-Auth-Ref": [t["namespace-" + n].reference] };`;

const VERSIONS: readonly [text: string, version: string | null][] = [
  ['/*\n(c) Akamai\nVersion: 0.6.3\nPurpose: x\n*/', '0.6.3'],
  ['/* Version: 0.3 */', '0.3'],
  ['/*\r\n * version:  v1.10.0\r\n */', '1.10.0'],
  [`/* Version: 0.6.3 ${'x'.repeat(20_000)} */`, '0.6.3'],
  ['class a{}', null],
  ['/* no version */', null],
  // Not in its comment, and no version of the helper.
  ['const text = "Version: 9.9.9";', null],
  ['/* Version: 1.2.3.4.5 */', null],
  ['/* Version: 0.6.x */', null],
  ['', null],
];

for (const [text, version] of VERSIONS) {
  test(`the version of a helper is that of its first comment: ${text.slice(0, 40)}`, async () => {
    assert.deepEqual(helpersOf(await archiveOf({ 'edgekv.js': text })), [{ path: 'edgekv.js', version }]);
  });
}

test('the helper nearest to the root comes first', async () => {
  const files = { 'a/b/edgekv.js': '', 'z/edgekv.js': '/* Version: 0.6.1 */', 'my-edgekv.js': '' };
  const paths = helpersOf(await archiveOf(files)).map(({ path }) => path);
  assert.deepEqual(paths, ['z/edgekv.js', 'a/b/edgekv.js']);
});

const FOUND: readonly [why: string, files: Files, found: readonly string[]][] = [
  ['0.6.2', { 'edgekv.js': '/* Version: 0.6.2 */' }, []],
  ['0.6.3', { 'edgekv.js': `/* Version: 0.6.3 */ ${SENDS_BOTH}` }, []],
  ['0.10.0', { 'edgekv.js': '/* Version: 0.10.0 */' }, []],
  ['1.0.0', { 'edgekv.js': '/* Version: 1.0.0 */' }, []],
  [
    '0.6.1',
    { 'edgekv.js': '/* Version: 0.6.1 */' },
    ['error old-helper: edgekv.js 0.6.1 cannot read references: it needs 0.6.2 or newer.'],
  ],
  [
    '0.3',
    { 'edgekv.js': `/* Version: 0.3 */ ${SENDS_VALUES}` },
    ['error old-helper: edgekv.js 0.3 cannot read references: it needs 0.6.2 or newer.'],
  ],
  ['an old one that a team has taught references', { 'edgekv.js': `/* Version: 0.6.1 */ ${SENDS_BOTH}` }, []],
  [
    'a minified old one',
    { 'edgekv.js': SENDS_VALUES },
    ['error old-helper: edgekv.js cannot read references: it needs 0.6.2 or newer.'],
  ],
  ['a minified new one', { 'edgekv.js': SENDS_BOTH }, []],
  [
    'one that tells nothing',
    { 'edgekv.js': 'export * from "./vendor.js";' },
    ['info helper-unknown: The version of edgekv.js could not be read: references need 0.6.2 or newer.'],
  ],
  [
    'an old one beside a new one',
    { 'edgekv.js': '/* Version: 0.6.3 */', 'old/edgekv.js': '/* Version: 0.5.0 */' },
    ['warning old-helper: old/edgekv.js 0.5.0 cannot read references: it needs 0.6.2 or newer.'],
  ],
  [
    'an old one that a bundler put into main.js',
    { 'main.js': SENDS_VALUES },
    [
      'error old-helper: The EdgeKV helper inside main.js cannot read references: build the bundle with edgekv.js 0.6.2 or newer.',
    ],
  ],
  ['a new one that a bundler put into main.js', { 'main.js': SENDS_BOTH }, []],
  ['code of one’s own that sends values', { 'main.js': 'h = { "X-Akamai-EdgeDB-Auth": [v] };' }, []],
  ['no helper', {}, []],
];

for (const [why, files, expected] of FOUND) {
  test(`whether the helper can read references: ${why}`, async () => {
    const archive = await archiveOf(files);
    const findings = helperFindings(archive, readCode(archive), true);
    assert.deepEqual(
      findings.map(({ severity, code, text }) => `${severity} ${code}: ${text}`),
      expected,
    );
    // Who uses values only needs no new helper.
    assert.deepEqual(helperFindings(archive, readCode(archive), false), []);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles } from '@/simulator/bundle';
import { type Archive, readArchive } from './archive';
import { readCode } from './bundle-code';

const UUID = '0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11';
const ENTRY = `"namespace-cart":{"name":"cart-rw","reference":"${UUID}"}`;

async function archiveOf(files: Readonly<Record<string, string>>): Promise<Archive> {
  const read = await readArchive(packFiles(files));
  return read.ok ? read.value : assert.fail(read.problem.title);
}

/** Written apart, so that it is no import of this file. */
const ABOVE = '..';
const IMPORTS: readonly [source: string, from: string, found: readonly string[]][] = [
  ["import { t } from './edgekv_tokens.js'", 'main.js', ['edgekv_tokens.js']],
  ["import{t}from'./edgekv_tokens.js'", 'lib/edgekv.js', ['lib/edgekv_tokens.js']],
  [`import t from "${ABOVE}/edgekv_tokens.js"`, 'lib/edgekv.js', ['edgekv_tokens.js']],
  ["import './a/./b/../edgekv_tokens.js'", 'main.js', ['a/edgekv_tokens.js']],
  ["export { t } from './lib/edgekv_tokens.js'", 'main.js', ['lib/edgekv_tokens.js']],
  ["const t = await import(\n  './edgekv_tokens.js'\n)", 'main.js', ['edgekv_tokens.js']],
  ['const t = await import(/* chunk */ `./edgekv_tokens.js`)', 'main.js', ['edgekv_tokens.js']],
  ["// import { t } from './edgekv_tokens.js'", 'main.js', []],
  ["/*\nimport { t } from './edgekv_tokens.js'\n*/", 'main.js', []],
  [`import { t } from '${ABOVE}/edgekv_tokens.js'`, 'main.js', []],
  ["import { t } from '/edgekv_tokens.js'", 'main.js', []],
  ["import { t } from 'edgekv_tokens.js'", 'main.js', []],
  ["import { t } from './my_edgekv_tokens.js'", 'main.js', []],
  ["const name = './edgekv_tokens.js'", 'main.js', []],
  ["console.from('./edgekv_tokens.js')", 'main.js', []],
];

for (const [source, from, found] of IMPORTS) {
  test(`the tokens files that ${from} imports by: ${source.slice(0, 60)}`, async () => {
    const { imports } = readCode(await archiveOf({ [from]: source }));
    assert.deepEqual([...imports.keys()], found);
  });
}

test('a file that is no script, and the tokens file itself, are not searched', async () => {
  const archive = await archiveOf({
    'notes.txt': ENTRY,
    'data.json': `{${ENTRY}}`,
    'edgekv_tokens.js': `export const t = {${ENTRY}}`,
    'main.js': '',
  });
  assert.deepEqual(readCode(archive).tokens, []);
});

const CALLERS: readonly [
  source: string,
  expected: readonly [isHelper: boolean, sendsReferences: boolean] | null,
][] = [
  ['h = { "X-Akamai-EdgeDB-Auth": [t["namespace-" + n].value] }', [true, false]],
  ['h = t[`namespace-$' + "{n}`].value ? 'X-Akamai-EdgeDB-Auth' : 'X-Akamai-EdgeDB-Auth-Ref'", [true, true]],
  ["h = { 'x-akamai-edgedb-auth-ref': [REF] }", [false, true]],
  ['// X-Akamai-EdgeDB-Auth', null],
  ['h = t["namespace-" + n]', null],
];

for (const [source, expected] of CALLERS) {
  test(`whether a file speaks to EdgeKV, as the helper does and with references: ${source}`, async () => {
    const [caller] = readCode(await archiveOf({ 'main.js': source })).callers;
    assert.deepEqual(caller ? [caller.isHelper, caller.sendsReferences] : null, expected);
  });
}

test('what is too much to look through is said: the text is long, or there is much in it', async () => {
  const many = `"namespace-a":{},`.repeat(6_000);
  const full = readCode(await archiveOf({ 'main.js': `const t = {${many}${ENTRY}};` }));
  assert.deepEqual(full.unsearched, ['main.js']);
  const long = {
    'a.js': ' '.repeat(5 * 1024 * 1024),
    'b.js': ' '.repeat(5 * 1024 * 1024),
    'c.js': `t={${ENTRY}}`,
  };
  const { unsearched, tokens } = readCode(await archiveOf(long));
  assert.deepEqual(unsearched, ['b.js']);
  assert.equal(tokens.length, 1);
});

test('many odd objects with uuids are no reason to stop before the end', async () => {
  const odd = Array.from({ length: 900 }, (_, index) => `{ a${index}: { b: [1] }, id: f("${UUID}") };`).join(
    '\n',
  );
  const { tokens, unsearched } = readCode(await archiveOf({ 'main.js': `${odd}\nconst t = {${ENTRY}};` }));
  assert.deepEqual(unsearched, []);
  assert.equal(tokens.filter(({ isCertain }) => isCertain).length, 1);
});

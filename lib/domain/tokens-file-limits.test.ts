// How much a tokens file may be, and how long reading and changing one may take, whoever wrote it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CART } from './corpus/tokens-files';
import { mergeTokens, readTokensFile } from './tokens-file';
import { rewriteTokensFile } from './tokens-file-rewrite';

const SIZE = 256 * 1024;
const END = '};export{edgekv_access_tokens};';

function tableOf(count: number, separator = ',', entry = '"name":"one","reference":"r"'): string {
  const entries = Array.from({ length: count }, (_, index) => `"namespace-a${index}":{${entry}}`);
  return `var edgekv_access_tokens={${entries.join(separator)}${END}`;
}

function merge(source: string, namespaces: readonly string[] = ['cart']) {
  return mergeTokens(source, [{ ...CART, namespaces }], { overwrite: true });
}

/** At most 200 ms of CPU in one of three tries: the machine may be busy with other things. */
function assertQuick(work: () => unknown): void {
  const times: number[] = [];
  while (times.length < 3 && !times.some((took) => took < 200)) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    times.push(Math.round((user + system) / 1_000));
  }
  assert.ok(Math.min(...times) < 200, `${times.join(', ')} ms`);
}

function many(prefix: string, separator: string, count = 60_000): string {
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index.toString(36)}`);
  return names.join(separator).slice(0, SIZE - 1_000);
}

test('a thousand entries are read and changed, one more is said to be too many and nothing is thrown', () => {
  assert.ok(merge(tableOf(999)).ok);
  assert.ok(merge(tableOf(1_000), ['a7']).ok);
  for (const source of [tableOf(1_000), tableOf(999)]) {
    const result = merge(source, ['b', 'c']);
    assert.ok(!result.ok);
    assert.deepEqual([result.problem.code, result.problem.status], ['too-large', 413]);
  }
});

test('a file that would become too long is not written', () => {
  const result = merge(`${tableOf(1)}//${'x'.repeat(SIZE - 150)}`);
  assert.ok(!result.ok && result.problem.code === 'too-large');
  const fresh = mergeTokens(
    null,
    [{ ...CART, namespaces: Array.from({ length: 1_001 }, (_, index) => `n${index}`) }],
    { overwrite: false },
  );
  assert.ok(!fresh.ok && fresh.problem.code === 'too-large');
});

const DEEP: readonly [what: string, source: string][] = [
  ['brackets', `var edgekv_access_tokens={};const a=${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ['parentheses', `${'('.repeat(100_000)}`],
  ['objects in an entry', `export default {a:{b:${'{c:'.repeat(3_000)}1${'}'.repeat(3_000)}}}`],
  ['a long chain of members', `${tableOf(1)}edgekv_access_tokens${'.a'.repeat(9_000)}`],
  ['a long sum', `${tableOf(1)}const a=${'1+'.repeat(50_000)}1`],
  ['functions', `${tableOf(1)}${'(()=>{'.repeat(3_000)}${'})'.repeat(3_000)}`],
  ['templates', `${tableOf(1)}const a=${'`${'.repeat(3_000)}1${'}`'.repeat(3_000)}`],
  ['a regular expression', `${tableOf(1)}/${'('.repeat(20_000)}${')'.repeat(20_000)}/`],
  ['if and else', `${tableOf(1)}${'if(1);else '.repeat(10_000)};`],
];

for (const [what, source] of DEEP) {
  test(`what is nested too deep is refused, not thrown: ${what}`, () => {
    for (const result of [readTokensFile(source), merge(source)])
      assert.match(
        result.ok ? '' : result.problem.title,
        /nested too deep|far more code|regular expression|no plain value/,
      );
    assert.ok(readTokensFile(rewriteTokensFile(source)).ok);
  });
}

test('data in a foreign field may be nested a little', () => {
  assert.ok(merge('export const edgekv_access_tokens = {a:{name:"a",value:"v",note:{b:[{c:[1]}]}}};').ok);
  const result = merge('export const edgekv_access_tokens = {a:{note:{b:[{c:[[1]]}]}}};');
  assert.ok(!result.ok && /"note" is no plain value/.test(result.problem.title));
});

const SLOW: readonly [what: string, source: string][] = [
  ['a full table', tableOf(999)],
  ['a full table over lines', tableOf(999, ',\n')],
  ['one key a thousand times', tableOf(1_000).replace(/namespace-a\d+/g, 'namespace-cart')],
  ['comments behind the last entry', tableOf(1).replace('}}', `}${' /* c */'.repeat(30_000)}}`)],
  ['comments between key and colon', `export const edgekv_access_tokens={"a"${'/**/'.repeat(60_000)}:{}};`],
  ['white space before a comment', `${' '.repeat(SIZE - 10)}//x`],
  ['white space in an empty table', `export const edgekv_access_tokens={${' '.repeat(SIZE - 100)}};`],
  ['line ends in an empty table', `export const edgekv_access_tokens={${'\n'.repeat(SIZE - 100)}};`],
  ['names that are declared', `let ${many('a', ',')}`],
  ['names that are declared in blocks', `${'{'.repeat(700)}var ${many('a', ',', 30_000)}${'}'.repeat(700)}`],
  ['functions', `${tableOf(1)}${many('function a', '(){}', 20_000)}(){}`],
  ['private names', `class A{${many('#a', ';')}}`],
  ['statements without anything', `${tableOf(1)}${';'.repeat(200_000)}`],
  ['a list', `${tableOf(1)}const a=[${'1,'.repeat(100_000)}]`],
  ['mentions of the table', `${tableOf(1)}${'edgekv_access_tokens.a;'.repeat(8_000)}`],
  [
    'names for the table',
    `${tableOf(1)}const ${Array.from({ length: 2_000 }, (_, index) => `a${index}=${index ? `a${index - 1}` : 'edgekv_access_tokens'}`).join()};`,
  ],
  [
    'functions around a mention',
    `${tableOf(1)}${'function f(){'.repeat(300)}edgekv_access_tokens.a;${'}'.repeat(300)}`,
  ],
  ['escapes', `${tableOf(1)}const a="${'\\u0041'.repeat(40_000)}"`],
  ['a large number', `${tableOf(1)}const a=${'9'.repeat(200_000)}n`],
  [
    'a regular expression with names',
    `${tableOf(1)}const a=/${Array.from({ length: 10_000 }, (_, index) => `(?<a${index}>x)`).join('|')}/u`,
  ],
];

for (const [what, source] of SLOW) {
  test(`256 KiB take well under 250 ms: ${what}`, () => {
    assert.ok(source.length <= SIZE, `${source.length}`);
    assertQuick(() => readTokensFile(source));
    assertQuick(() => merge(source));
    assertQuick(() => rewriteTokensFile(source));
  });
}

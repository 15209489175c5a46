// What must hold for any tokens file, any token and any way of writing them. The long run (scripts/long) does the same for
// many more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenizer } from 'acorn';
import fc from 'fast-check';
import { checkFresh, checkLoaded, checkMerge, type Written } from './corpus/tokens-files-checks';
import { file, tokens } from './corpus/tokens-files-random';
import { mergeTokens, readSecretItems } from './tokens-file';
import { diffTokensFile } from './tokens-file-diff';
import { rewriteTokensFile } from './tokens-file-rewrite';

test('any tokens in any file: read back equal by us, by the engine and by the CLI, and nothing else changed', () => {
  const written: Written[] = [];
  fc.assert(
    fc.property(file, tokens, (one, all) => {
      written.push(...checkMerge(one, all), ...checkFresh(all));
    }),
    { numRuns: 400 },
  );
  checkLoaded(written);
  assert.ok(written.length >= 1_000);
});

/** Code that would be seen if it were run. */
const PWN = 'globalThis.__pwned = 1';
const EXPRESSIONS = [
  `(${PWN})`,
  `(() => { ${PWN}; return "x"; })()`,
  `(function* () { ${PWN}; })().next()`,
  `(async () => { ${PWN}; })()`,
  `new (class { static { ${PWN}; } #a = (${PWN}); constructor() { ${PWN}; } get [(${PWN})]() { return 1; } })()`,
  `\`a$\{${PWN}}\``,
  `((strings) => { ${PWN}; })\`a\``,
  `[...(() => { ${PWN}; return []; })()]`,
  `{ get value() { ${PWN}; return "x"; }, toString() { ${PWN}; }, [(${PWN})]: 1 }`,
  `eval("${PWN}")`,
  `Function("${PWN}")()`,
  `import("data:text/javascript,${PWN}")`,
  `await (${PWN})`,
  `"x".replace(/x/, () => (${PWN}))`,
  `((a = (${PWN})) => a)()`,
  `delete (${PWN})`,
  `"${PWN}"`,
] as const;
const STATEMENTS = [
  `${PWN};`,
  `;(() => { ${PWN}; })();`,
  `import "data:text/javascript,${PWN}";`,
  `export const pwned = (${PWN});`,
  `Object.defineProperty(Object.prototype, "name", { get() { ${PWN}; } });`,
  `class A { static { ${PWN}; } }`,
  `label: { ${PWN}; break label; }`,
  `try { throw (${PWN}); } catch ({ message = (${PWN}) }) {}`,
  `edgekv_access_tokens[(${PWN})] = (${PWN});`,
  `with (x) { ${PWN}; }`,
  `<!-- ${PWN}`,
  `#!${PWN}`,
  `// ${PWN}`,
  `/* ${PWN} */`,
] as const;

/** `text` with the code in the place of one of its strings, as a value or as a computed key. */
function planted(text: string, code: string, nth: number, asKey: boolean): string {
  const strings: { start: number; end: number }[] = [];
  for (const { type, start, end } of tokenizer(text.replace(/^\uFEFF#!/, ' //'), {
    ecmaVersion: 'latest',
    sourceType: 'module',
  }))
    if (type.label === 'string') strings.push({ start, end });
  const at = strings[nth % Math.max(1, strings.length)];
  return at
    ? `${text.slice(0, at.start)}${asKey ? `[${code}]` : code}${text.slice(at.end)}`
    : `${text}\n${code}`;
}

test('no code in any place of a file is ever run (property)', () => {
  const code = fc.constantFrom(...EXPRESSIONS);
  const hostile = fc.oneof(
    fc.tuple(file, code, fc.nat(20), fc.boolean()).map(([{ text }, ...where]) => planted(text, ...where)),
    fc.tuple(file, fc.constantFrom(...STATEMENTS)).map(([{ text }, before]) => `${before}\n${text}`),
    fc.tuple(file, fc.constantFrom(...STATEMENTS)).map(([{ text }, behind]) => `${text}\n${behind}`),
    code.map((one) => `export const edgekv_access_tokens = ${one};`),
    code.map((one) => `export default ${one};`),
    code.map((one) => `export const { edgekv_access_tokens = ${one} } = {};`),
  );
  fc.assert(
    fc.property(hostile, tokens, (source, all) => {
      readSecretItems(source);
      const result = mergeTokens(source, all, { overwrite: true });
      const rewritten = rewriteTokensFile(source);
      diffTokensFile(source, result.ok ? result.value.text : rewritten);
      assert.ok(readSecretItems(rewritten).ok);
      assert.ok(!('__pwned' in globalThis), source);
    }),
    { numRuns: 1_500 },
  );
});

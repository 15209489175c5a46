// Every tokens file of the corpus: what is read in it, or where it is refused, and what the run-time helper and the official
// CLI make of what we write.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CART,
  IMPORTED_FILES,
  LEGAL_FILES,
  mergedTextOf,
  placeOf,
  REFUSED_FILES,
  textOf,
} from './corpus/tokens-files';
import { importAll, readAsCli } from './corpus/tokens-files-readers';
import { mergeTokens, printTokensFile, readSecretItems, readTokensFile } from './tokens-file';
import { diffTokensFile } from './tokens-file-diff';
import type { TokensFileEntry } from './tokens-file-entry';
import { rewriteTokensFile } from './tokens-file-rewrite';

function merged(source: string | null, entries: readonly TokensFileEntry[] = [CART]): string {
  const result = mergeTokens(source, entries, { overwrite: true });
  return result.ok ? result.value.text : assert.fail(result.problem.title);
}

describe('files that are understood', () => {
  for (const file of LEGAL_FILES) {
    test(`${file.name}: read, and a merge adds one entry and changes no other byte`, () => {
      const source = textOf(file);
      const items = readTokensFile(source);
      assert.ok(items.ok, items.ok ? '' : items.problem.title);
      assert.deepEqual(
        items.value.map(({ key, token, form }) => [key, token, form]),
        file.entries,
      );
      const secrets = readSecretItems(source);
      assert.equal(secrets.ok && secrets.value.isNamed, !file.isUnnamed);
      assert.equal(merged(source), mergedTextOf(file));
      assert.equal(merged(merged(source)), mergedTextOf(file), 'a second merge changed it again');
    });
  }
});

describe('files that are refused', () => {
  for (const file of REFUSED_FILES) {
    test(`${file.name}: refused at its place, and written anew instead`, () => {
      const source = textOf(file);
      const result = mergeTokens(source, [CART], { overwrite: true });
      assert.ok(!result.ok, 'it was taken');
      const { code, status, title } = result.problem;
      assert.deepEqual([code, status], ['tokens-file-unreadable', 422]);
      assert.match(title, file.words);
      if (file.marked.includes('«»')) {
        const { line, column } = placeOf(file);
        assert.match(title, new RegExp(`at line ${line}, column ${column}: `));
      }
      assert.ok(readTokensFile(rewriteTokensFile(source)).ok);
    });
  }
});

test('the corpus is large, and no name stands twice in it', () => {
  const names = [...LEGAL_FILES, ...REFUSED_FILES].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(
    LEGAL_FILES.length >= 60 && REFUSED_FILES.length >= 60,
    `${LEGAL_FILES.length} and ${REFUSED_FILES.length}`,
  );
});

test('nothing in any file of the corpus was run', () => {
  for (const file of [...LEGAL_FILES, ...REFUSED_FILES]) {
    const source = textOf(file);
    readTokensFile(source);
    mergeTokens(source, [CART], { overwrite: true });
    diffTokensFile(source, rewriteTokensFile(source));
  }
  assert.ok(!('__pwned' in globalThis));
});

test('a fresh Node process loads all that we wrote, and the helper finds every token in it', () => {
  const written = [
    ...LEGAL_FILES.map((file) => merged(textOf(file))),
    ...REFUSED_FILES.map((file) => merged(rewriteTokensFile(textOf(file)))),
    printTokensFile([CART]),
  ];
  const loaded = importAll([...written, ...LEGAL_FILES.map(textOf)], IMPORTED_FILES);
  for (const [index, text] of written.entries()) {
    const { 'namespace-cart': cart, ...rest } = loaded[index] ?? {};
    assert.deepEqual(cart, { header: 'reference', text: CART.reference, name: CART.name }, text);
    // What was there before is found as it was before.
    if (index < LEGAL_FILES.length) assert.deepEqual(rest, loaded[written.length + index]);
  }
});

test('the CLI reads every fresh file, and every file that it could read before a merge', () => {
  const held = { name: CART.name, reference: CART.reference };
  assert.deepEqual(readAsCli(printTokensFile([CART])), { 'namespace-cart': held });
  for (const file of REFUSED_FILES) {
    const table = readAsCli(merged(rewriteTokensFile(textOf(file))));
    assert.deepEqual(table?.['namespace-cart'], held, file.name);
  }
  const readable = LEGAL_FILES.filter((file) => readAsCli(textOf(file)) !== null);
  assert.ok(readable.length >= 8, `only ${readable.length}`);
  for (const file of readable) {
    const before = readAsCli(textOf(file));
    assert.deepEqual(readAsCli(merged(textOf(file))), { ...before, 'namespace-cart': held }, file.name);
  }
});

// What must hold for every tokens file and every token: the short run of the tests and the long run share it.
import assert from 'node:assert/strict';
import { parse } from 'acorn';
import { mergeTokens, printTokensFile } from '../tokens-file';
import { type TokensFileEntry, tokensFileKey } from '../tokens-file-entry';
import { commaIn } from '../tokens-file-gaps';
import { type ParsedEntry, type ParsedTable, parseTable } from '../tokens-file-parse';
import { rewriteTokensFile } from '../tokens-file-rewrite';
import type { RandomEntry, RandomFile } from './tokens-files-random';
import { importAll, readAsCli } from './tokens-files-readers';

type Said = { key: string; name: string | null; value: string | null; reference: string | null };

/** A file that was written, and what it must say to whoever loads it. */
export type Written = { text: string; said: readonly Said[] };

/** The table of a text that must be understood. */
function table(source: string): ParsedTable {
  const parsed = parseTable(source);
  return parsed.ok ? parsed.value : assert.fail(`${parsed.problem.title}\n${source}`);
}

/** A merge, with leave to overwrite, that must succeed. */
export function merged(source: string | null, tokens: readonly TokensFileEntry[]) {
  const result = mergeTokens(source, tokens, { overwrite: true });
  return result.ok ? result.value : assert.fail(`${result.problem.title}\n${source}`);
}

/** Checks one merge in every way that needs no other process, and returns what to load in one. */
export function checkMerge({ entries, text }: RandomFile, tokens: readonly TokensFileEntry[]): Written[] {
  const before = table(text);
  assert.deepEqual(before.entries.map(said), entries.map(meant));
  const { text: after, changes } = merged(text, tokens);
  const parsed = table(after);
  const expected = expectedAfter(entries, tokens);
  assert.deepEqual(byPlace(parsed.entries.map(said)), byPlace(expected), text);
  const isAnyRemoved = changes.some(({ kind }) => kind === 'remove');
  checkBytes(before, parsed, isAnyRemoved);
  const again = merged(after, tokens);
  assert.equal(again.text, after, 'a second merge changed it again');
  assert.ok(again.changes.every(({ kind }) => kind === 'keep'));
  checkOneByOne(before, tokens, parsed, isAnyRemoved);
  if (readAsCli(text)) assert.ok(readAsCli(after), `the CLI reads it no more:\n${after}`);
  const rewritten = rewriteTokensFile(text);
  checkRewrite(entries, rewritten);
  assert.ok(!('__pwned' in globalThis), 'something in a file was run');
  return [
    { text: after, said: parsed.entries.map(said) },
    { text: rewritten, said: table(rewritten).entries.map(said) },
  ];
}

/** A fresh file says what it was given, to us and to the CLI. */
export function checkFresh(tokens: readonly TokensFileEntry[]): Written[] {
  const text = printTokensFile(tokens);
  const expected = tokens.flatMap((one) => one.namespaces.map((space) => wanted(space, one)));
  assert.deepEqual(table(text).entries.map(said), expected);
  const cli = readAsCli(text) ?? assert.fail(`the CLI does not read\n${text}`);
  const asJson = expected.map(({ key, name, value, reference }) => [
    key,
    value === null ? { name, reference } : { name, value },
  ]);
  assert.deepEqual(Object.entries(cli).sort(byKey), asJson.sort(byKey));
  return [{ text, said: expected }];
}

/** All files as one fresh process loads them, looked up as the helper does. */
export function checkLoaded(written: readonly Written[]): void {
  const loaded = importAll(
    written.map(({ text }) => text),
    { 'helpers.js': '' },
  );
  for (const [index, { text, said: all }] of written.entries()) {
    // Of several entries with one key the last counts.
    const last = new Map(all.map((one) => [one.key, one]));
    const expected = [...last.values()].map(({ key, name, value, reference }) => {
      const held = value ?? reference;
      const header = value !== null ? 'value' : reference !== null ? 'reference' : 'none';
      return [key, { header, ...(held === null ? {} : { text: held }), ...(name === null ? {} : { name }) }];
    });
    assert.deepEqual(Object.entries(loaded[index] ?? {}).sort(byKey), expected.sort(byKey), text);
  }
}

function said({ key, name, value, reference }: ParsedEntry): Said {
  return {
    key,
    name: name?.text ?? null,
    value: value?.text ?? null,
    reference: reference?.text ?? null,
  };
}

function meant({ key, name, value, reference }: RandomEntry): Said {
  return { key, name, value, reference };
}

function wanted(namespace: string, token: TokensFileEntry): Said {
  return {
    key: tokensFileKey(namespace),
    name: token.name,
    value: 'value' in token ? token.value : null,
    reference: 'reference' in token ? token.reference : null,
  };
}

/** The rules of merging once more, in plain words: what each key must say afterwards. */
function expectedAfter(entries: readonly RandomEntry[], tokens: readonly TokensFileEntry[]): Said[] {
  let all = entries.map(meant);
  const added: Said[] = [];
  for (const token of tokens) {
    for (const namespace of token.namespaces) {
      const goal = wanted(namespace, token);
      const isBare = ({ key }: Said) => key === namespace && !namespace.startsWith('namespace-');
      const target = all.findLast(({ key }) => key === goal.key) ?? all.findLast(isBare);
      if (!target) {
        added.push(goal);
        continue;
      }
      // A name that is missing beside the right reference is no reason to change anything.
      const isSame =
        target.name === null && target.value === goal.value && target.reference === goal.reference;
      all = all.flatMap((one) => {
        if (one === target) return [isSame ? { ...goal, name: null } : goal];
        const isLeft = isBare(one) && (one.name === token.name || one.name === target.name);
        return one.key === goal.key || isLeft ? [] : [one];
      });
    }
  }
  return [...all, ...added];
}

/** For comparing entries with what was meant: in their order. */
function byPlace(all: readonly Said[]): string[] {
  return all.map((one) => JSON.stringify(one));
}

function byKey(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}

/** Outside of the entries that a merge is about, no byte is another one. */
function checkBytes(before: ParsedTable, after: ParsedTable, isAnyRemoved: boolean): void {
  const [first, last] = [before.object, after.object];
  assert.ok(first && last);
  assert.equal(after.source.slice(0, last.start), before.source.slice(0, first.start));
  assert.equal(after.source.slice(last.end), before.source.slice(first.end));
  const texts = (of: ParsedTable) =>
    of.entries.map(({ property }) => of.source.slice(property.start, property.end));
  const [old, now] = [texts(before), texts(after)];
  assert.deepEqual(commentsBetween(after), commentsBetween(before));
  if (old.length > 0) assert.equal(hasTrailingComma(after), hasTrailingComma(before));
  if (isAnyRemoved) return;
  for (const [index, text] of old.entries()) {
    const [one, other] = [before.entries[index], after.entries[index]];
    const isSame = JSON.stringify(one && said(one)) === JSON.stringify(other && said(other));
    if (isSame) assert.equal(now[index], text);
    if (index > 0) assert.equal(gapBefore(after, index), gapBefore(before, index));
  }
  // What is behind the last entry comes behind it or behind the new ones, with one comma more at most.
  const isAdded = now.length > old.length;
  const tail = tailOf(before, old.length);
  if (!isAdded) assert.equal(tailOf(after, now.length), tail);
  else if (old.length > 0) {
    const kept = gapBefore(after, old.length) + tailOf(after, now.length);
    assert.ok(isWithin(tail, kept), `${JSON.stringify(tail)} became ${JSON.stringify(kept)}`);
  }
}

/** Comments that are in no entry: they stay, whatever comes or goes around them. */
function commentsBetween({ source, entries }: ParsedTable): string[] {
  const found: string[] = [];
  parse(source.replace(/^\uFEFF#!/, ' //'), {
    ecmaVersion: 'latest',
    sourceType: 'module',
    onComment: (_isBlock, _text, start, end) => {
      const isInside = entries.some(({ property }) => property.start < start && end <= property.end);
      if (!isInside) found.push(source.slice(start, end));
    },
  });
  return found;
}

function hasTrailingComma(of: ParsedTable): boolean {
  const tail = tailOf(of, of.entries.length);
  return commaIn(tail, 0, tail.length) !== null;
}

function gapBefore({ source, entries }: ParsedTable, index: number): string {
  return source.slice(entries[index - 1]?.property.end, entries[index]?.property.start);
}

function tailOf({ source, entries, object }: ParsedTable, count: number): string {
  return source.slice(entries[count - 1]?.property.end ?? object?.start, object?.end);
}

/** Whether all of `part` stands in `whole`, in its order. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (part.startsWith(character, at)) at += character.length;
  return at === part.length;
}

/** Tokens put in one after the other make the same file as all at once. */
function checkOneByOne(
  before: ParsedTable,
  tokens: readonly TokensFileEntry[],
  atOnce: ParsedTable,
  isAnyRemoved: boolean,
): void {
  const [first, ...rest] = tokens;
  if (!first || rest.length === 0) return;
  const stepwise = merged(merged(before.source, [first]).text, rest).text;
  // An entry that is filled or taken out shows another style than the file had before: then only the meaning is the same.
  if (isAnyRemoved || before.entries.some(({ fields }) => fields.length === 0))
    assert.deepEqual(table(stepwise).entries.map(said), atOnce.entries.map(said));
  else assert.equal(stepwise, atOnce.source);
}

/** A rewrite keeps what has something to say; of several the last, where the first stood. */
function checkRewrite(entries: readonly RandomEntry[], rewritten: string): void {
  const kept = new Map<string, Said>();
  for (const { key, name, value, reference } of entries) {
    if (value === null && reference === null) continue;
    kept.set(key, { key, name: name ?? '', value, reference: value === null ? reference : null });
  }
  assert.deepEqual(table(rewritten).entries.map(said), [...kept.values()]);
}

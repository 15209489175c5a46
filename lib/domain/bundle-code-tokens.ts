// Tokens that stand in code instead of a tokens file: a table that a bundler put there, an entry handed to a
// constructor, a JWT or a reference sent by code of one's own.
import { type LookBudget, readObject, readText } from './bundle-object';
import type { Script } from './bundle-script';
import { readLegacyClaims } from './legacy-claims';
import { isReference } from './token';
import { NAMESPACE_PREFIX } from './tokens-file-entry';

/** A token that stands in code. */
export type CodeToken = {
  path: string;
  /** As spelled; null where the code does not say which namespace it is for. */
  key: string | null;
  token: string | null;
  reference: string | null;
  /** A secret: for telling its dates, never to be shown. */
  value: string | null;
  /** False for a uuid that may be anything: it is a token only when the account has such a one. */
  isCertain: boolean;
};

/** What one script holds of tokens. */
export type CodeTokens = {
  tokens: CodeToken[];
  /** Keys of entries that stand in comments: not used, and worth knowing. */
  commented: string[];
  /** Keys of entries whose token is computed, so that it cannot be read. */
  unclear: string[];
  /** Whether there was too much to look at all of it. */
  isCut: boolean;
};

// A key of the table, closed by its quote (with backslashes inside of a text), as `"key":`, `["key"]:` or `["key"] =`.
const KEY =
  /namespace-([^"'`\\\s$]{1,64})\\{0,3}["'`](?:\s|\\[nrt])*(?::|\](?:\s|\\[nrt])*(?::|=(?!=)))(?:\s|\\[nrt])*/y;
const ENTRY_LIKE = /^\{\s*\.\.\.|\b(?:reference|value)\b/;
const UNCLEAR_START = /[A-Za-z_$([]/;
const PLAIN_WORD = /(?:true|false|null|undefined|void 0)\b/y;
/** What stands before the colon or `=` before an object: `key`, `"key"`, `["key"]`. */
const KEY_BEFORE = /(?:["'`]([^"'`\\]{1,64})["'`]|([A-Za-z_$][\w$]{0,63}))$/;
/** How far an entry's brace may be from its reference or value. */
const ENTRY_ROOM = 1_000;
const KEY_ROOM = 140;

/** Looks at one script, as far as the budget goes. */
export function tokensInScript(script: Script, path: string, budget: LookBudget): CodeTokens {
  const found: CodeTokens = { tokens: [], commented: [], unclear: [], isCut: false };
  const taken = new Set<number>();
  readKeys(script, path, budget, found, taken);
  readLiterals(script, path, budget, found, taken);
  if (budget.charsLeft <= 0 || budget.findsLeft <= 0) found.isCut = true;
  return found;
}

/** Entries by their key `namespace-…`. */
function readKeys(
  { text, code }: Script,
  path: string,
  budget: LookBudget,
  found: CodeTokens,
  taken: Set<number>,
) {
  for (let at = text.indexOf(NAMESPACE_PREFIX); at >= 0; at = text.indexOf(NAMESPACE_PREFIX, at + 1)) {
    budget.findsLeft -= 1;
    if (budget.findsLeft <= 0) return;
    if (!'"\'`'.includes(text[at - 1] ?? ' ')) continue;
    const isComment = code[at] === ' ';
    const source = isComment ? text : code;
    KEY.lastIndex = at;
    const [head, namespace] = KEY.exec(source) ?? [];
    if (head === undefined || namespace === undefined) continue;
    const key = `${NAMESPACE_PREFIX}${namespace}`;
    const start = at + head.length;
    const object = readObject(source, start, budget);
    const entry = object && entryOf(object.fields);
    if (isComment) {
      if (entry?.isClear) found.commented.push(key);
    } else if (entry?.isClear) {
      found.tokens.push({ path, key, ...entry.held, isCertain: true });
    } else if (entry || (!object && isUnclear(source, start))) {
      found.unclear.push(key);
    }
    for (const literal of object?.literals ?? []) taken.add(literal);
  }
}

type Held = Pick<CodeToken, 'token' | 'reference' | 'value'>;

/** What an object says of a token; null when it says nothing of one. */
function entryOf(fields: ReadonlyMap<string, string | null>): { held: Held; isClear: boolean } | null {
  const [reference, value] = [fields.get('reference'), fields.get('value')];
  if (reference === undefined && value === undefined) return null;
  const isClear = reference !== null && value !== null;
  return {
    held: { token: fields.get('name') ?? null, reference: reference ?? null, value: value ?? null },
    isClear,
  };
}

/**
 * Whether a token may stand there that cannot be read: a variable, a call or another expression instead of a plain text
 * or a number, or an object with the fields of an entry that is not flat.
 */
function isUnclear(source: string, at: number): boolean {
  if (source[at] === '{') return ENTRY_LIKE.test(source.slice(at, at + ENTRY_ROOM));
  PLAIN_WORD.lastIndex = at;
  return UNCLEAR_START.test(source[at] ?? '') && !PLAIN_WORD.test(source);
}

/** Texts that look like a reference or a JWT, with the entry around them where there is one. */
function readLiterals(
  { code, uuids, jwts }: Script,
  path: string,
  budget: LookBudget,
  found: CodeTokens,
  taken: Set<number>,
) {
  const seen = new Set<number>();
  const all = [...uuids.map((at) => [at, false] as const), ...jwts.map((at) => [at, true] as const)];
  for (const [at, isJwt] of all.sort(([a], [b]) => a - b)) {
    if (taken.has(at)) continue;
    budget.findsLeft -= 1;
    if (budget.findsLeft <= 0) return;
    const from = Math.max(0, at - ENTRY_ROOM);
    const brace = code.slice(from, at).lastIndexOf('{');
    const start = from + brace;
    if (brace >= 0 && !seen.has(start)) {
      seen.add(start);
      const object = readObject(code, start, budget);
      const entry = object && entryOf(object.fields);
      // A uuid alone may be anything; with a name beside it, it is an entry.
      const isEntry = entry?.isClear && (isJwt || entry.held.token !== null) && object?.literals.includes(at);
      if (object && entry && isEntry && isToken(entry.held)) {
        found.tokens.push({ path, key: keyBefore(code, start), ...entry.held, isCertain: true });
        for (const literal of object.literals) taken.add(literal);
        continue;
      }
    }
    if (taken.has(at)) continue;
    const literal = readText(code, at, at + ENTRY_ROOM * 20)?.text ?? '';
    const held: Held = isJwt
      ? { token: null, reference: null, value: literal }
      : { token: null, reference: literal, value: null };
    if (!isJwt || isToken(held))
      found.tokens.push({ path, key: null, ...held, isCertain: isJwt || isSent(code, at) });
  }
}

/** A uuid, or a JWT with the claims of an EdgeKV token; any other service has JWTs too. */
function isToken({ reference, value }: Held): boolean {
  if (value === null) return reference !== null && isReference(reference);
  return (readLegacyClaims(value)?.details.permissions.size ?? 0) > 0;
}

function keyBefore(code: string, brace: number): string | null {
  const before = code.slice(Math.max(0, brace - KEY_ROOM), brace).trimEnd();
  if (!/[:=]$/.test(before)) return null;
  const key = before.slice(0, -1).trimEnd().replace(/\]$/, '').trimEnd();
  const [, quoted, bare] = KEY_BEFORE.exec(key) ?? [];
  return quoted ?? bare ?? null;
}

/** Whether a text stands behind the name of the header that takes references. */
function isSent(code: string, at: number): boolean {
  return /edgedb-auth-ref["'`]\]?\s*[:=,]\s*\[?\s*$/i.test(code.slice(Math.max(0, at - 60), at));
}

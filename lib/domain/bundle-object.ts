// One object literal of JavaScript or JSON, read where it stands: `{ name: "x", reference: "…" }`. Flat ones only, as the
// entries of a tokens table are; also inside of a text, where its quotes have backslashes.

/** An object literal, as far as it is plain. */
export type ReadObject = {
  /** Property names to their plain texts; null for what is no plain text: a variable, a call, a sum. */
  fields: ReadonlyMap<string, string | null>;
  /** Where the texts begin (at their quote). */
  literals: readonly number[];
  /** Behind the closing brace. */
  end: number;
};

/**
 * How many characters may still be read as objects in a bundle, and how many finds may still be looked at: hostile text
 * would have the same ones read again and again.
 */
export type LookBudget = { charsLeft: number; findsLeft: number };

/** Longer than any entry: a JWT has at most a few thousand characters. */
const OBJECT_CHARS_MAX = 20_000;
const FIELDS_MAX = 40;
const KEY_CHARS_MAX = 200;

// White space, also as `\n` inside of a text. Sticky, and no two parts take the same character: linear.
const GAP = /(?:\s|\\[nrt])*/y;
const SEPARATOR = /(?:\s|\\[nrt]|,)*/y;
const COLON = /(?:\s|\\[nrt])*:(?:\s|\\[nrt])*/y;
const NAME = /[A-Za-z_$][\w$]{0,63}/y;
const QUOTE = /(\\{0,3})(["'`])/y;

/** The object whose brace opens at `at`; null when it is no flat object, longer than any entry, or the budget is spent. */
export function readObject(text: string, at: number, budget: LookBudget): ReadObject | null {
  if (text[at] !== '{' || budget.charsLeft <= 0) return null;
  const end = Math.min(text.length, at + Math.min(OBJECT_CHARS_MAX, budget.charsLeft));
  const fields = new Map<string, string | null>();
  const literals: number[] = [];
  let next = skip(SEPARATOR, text, at + 1);
  let isFlat = true;
  while (isFlat && text[next] !== '}' && next < end) {
    const field = readField(text, next, end);
    isFlat = field.isPlain && fields.size < FIELDS_MAX;
    if (field.isPlain) fields.set(field.key, field.text);
    if (field.isPlain && field.literal !== null) literals.push(field.literal);
    next = isFlat ? skip(SEPARATOR, text, field.end) : field.end;
  }
  budget.charsLeft -= next - at;
  return isFlat && next < end ? { fields, literals, end: next + 1 } : null;
}

type Field =
  | { isPlain: true; key: string; text: string | null; literal: number | null; end: number }
  /** What is there is no property; `end` is how far it was looked at. */
  | { isPlain: false; end: number };

/** A property up to the comma or brace behind it. */
function readField(text: string, at: number, end: number): Field {
  const key = readKey(text, at, end);
  if (!key) return { isPlain: false, end: at + KEY_CHARS_MAX };
  const value = skip(COLON, text, key.end);
  const literal = value === key.end ? null : readText(text, value, end);
  const after = skip(GAP, text, literal?.end ?? key.end);
  // More than the text, as in `"a" + b`, is no plain text. `{ name }` alone: what it holds is told elsewhere.
  if (literal && isSeparator(text[after]))
    return { isPlain: true, key: key.text, text: literal.text, literal: value, end: after };
  const behind = value === key.end ? after : endOfExpression(text, value, end);
  if (!isSeparator(text[behind])) return { isPlain: false, end: behind };
  return { isPlain: true, key: key.text, text: null, literal: null, end: behind };
}

function isSeparator(character: string | undefined): boolean {
  return character === ',' || character === '}';
}

/** The text that begins with the quote at `at`, or with backslashes before it; null when it is none or has no end. */
export function readText(text: string, at: number, end: number): { text: string; end: number } | null {
  QUOTE.lastIndex = at;
  const [opening, backslashes = '', quote = ''] = QUOTE.exec(text) ?? [];
  if (opening === undefined) return null;
  let next = at + opening.length;
  const start = next;
  for (; next < end; next += 1) {
    if (text[next] === quote && backslashes === '')
      return { text: unescaped(text.slice(start, next)), end: next + 1 };
    if (text[next] !== '\\') continue;
    if (backslashes !== '' && text.startsWith(opening, next))
      return { text: unescaped(text.slice(start, next)), end: next + opening.length };
    next += 1;
  }
  return null;
}

function readKey(text: string, at: number, end: number): { text: string; end: number } | null {
  const quoted = readText(text, at, Math.min(end, at + KEY_CHARS_MAX));
  if (quoted) return quoted;
  NAME.lastIndex = at;
  const [name] = NAME.exec(text) ?? [];
  return name === undefined ? null : { text: name, end: at + name.length };
}

/** Where the comma or brace behind an expression is; texts and brackets in it are stepped over. */
function endOfExpression(text: string, at: number, end: number): number {
  let depth = 0;
  for (let next = at; next < end; next += 1) {
    const character = text[next] ?? '';
    if (depth === 0 && isSeparator(character)) return next;
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if ('"\'`'.includes(character)) {
      const literal = readText(text, next, end);
      if (!literal) return end;
      next = literal.end - 1;
    }
  }
  return end;
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g;

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_, long?: string, short?: string, other?: string) =>
    long || short ? String.fromCharCode(Number.parseInt(long ?? short ?? '', 16)) : (other ?? ''),
  );
}

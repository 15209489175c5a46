// Namespaces that code names for the helper, where that can be read: `new EdgeKV({ namespace: "cart", … })`,
// `new EdgeKV("cart", …)`, `getText({ namespace: "cart", item })`, a constant, or the helper's own `default`.
import { type LookBudget, readObject } from './bundle-object';

/** What one script names. */
export type NamedNamespaces = {
  names: Set<string>;
  /** Whether a namespace is named that only the run tells. */
  isUnclear: boolean;
  isCut: boolean;
};

/** What edgekv.js uses when its constructor is told no namespace. */
const HELPER_DEFAULT = 'default';
const ROOM = 240;

const KEY = /namespace["'`]?\s*:\s*/y;
const SHORTHAND = /namespace\s*[,}]/y;
const TEXT = /(["'`])([A-Za-z0-9_-]{1,32})\1\s*[,})]/y;
const NAME = /[A-Za-z_$][\w$]{0,63}(?=\s*[,})])/y;
const EXPRESSION = /[A-Za-z_$`]/y;
const CALLED = /EdgeKV\s*\(\s*/y;
// Alone, `namespace:` is a common word. With these beside it, it is meant for EdgeKV.
const BESIDE = /(?:^|[{,\s"'`])(?:group|item)["'`]?\s*[:,}]/;
const CONSTRUCTED = /new\s+EdgeKV\s*\(\s*$/;
const OVERRIDE = 'token_override';
/** Shorter names are a minifier's: the same one means something else in each function. */
const NAME_CHARS_MIN = 4;
const USES_MAX = 2_000;
const CONSTANTS_MAX = 20;

/** The namespaces that `code` (without comments) names. */
export function namespacesInCode(code: string, budget: LookBudget): NamedNamespaces {
  const found: NamedNamespaces = { names: new Set(), isUnclear: false, isCut: false };
  const add = (told: string | null) => {
    if (told === null) found.isUnclear = true;
    else found.names.add(told);
  };
  const constants = new Map<string, string | null>();
  const constantOf = (name: string): string | null => {
    const known = constants.get(name);
    if (known !== undefined || constants.size >= CONSTANTS_MAX) return known ?? null;
    const told = constantText(code, name);
    constants.set(name, told);
    return told;
  };
  let isNamedByCall = false;
  const isWhole = forEachFind(code, 'namespace', budget, (at) => {
    if (/[\w$.-]/.test(code[at - 1] ?? ' ')) return;
    const value = behind(KEY, code, at);
    const isShort = value === null && behind(SHORTHAND, code, at) !== null;
    if (value === null && !isShort) return;
    const { isMeant, isOverridden, isConstructor, isEdgeKv } = readNear(code, at);
    if (!isMeant || isOverridden || (isShort && !isEdgeKv)) return;
    const told = value === null ? constantOf('namespace') : readNamespace(code, value, constantOf);
    if (told === undefined) return;
    // Inside the helper itself, calls pass on what they were given.
    if (told === null && !isConstructor) return;
    isNamedByCall ||= !isConstructor;
    add(told);
  });
  const isWholeToo = forEachFind(code, 'EdgeKV', budget, (at) => {
    if (!/\bnew\s+$/.test(code.slice(Math.max(0, at - 12), at))) return;
    const argument = behind(CALLED, code, at);
    if (argument === null) return;
    if (code[argument] === ')') {
      if (!isNamedByCall) add(HELPER_DEFAULT);
    } else if (code[argument] === '{') {
      const fields = readObject(code, argument, budget)?.fields;
      const saysNothing = fields !== undefined && !fields.has('namespace') && !fields.has(OVERRIDE);
      if (saysNothing && !isNamedByCall) add(HELPER_DEFAULT);
    } else {
      const told = readNamespace(code, argument, constantOf);
      if (told !== undefined) add(told);
    }
  });
  found.isCut = !isWhole || !isWholeToo;
  return found;
}

/** The namespace told at `at`; null when only the run tells it, undefined when there is none. */
function readNamespace(
  code: string,
  at: number,
  constantOf: (name: string) => string | null,
): string | null | undefined {
  TEXT.lastIndex = at;
  const [, , text] = TEXT.exec(code) ?? [];
  if (text !== undefined) return text;
  NAME.lastIndex = at;
  const [name] = NAME.exec(code) ?? [];
  if (name !== undefined && name !== 'undefined') return constantOf(name);
  EXPRESSION.lastIndex = at;
  return EXPRESSION.test(code) ? null : undefined;
}

/** The text of a constant, when the name is long enough to be one's own and is given a value exactly once. */
function constantText(code: string, name: string): string | null {
  if (name.length < NAME_CHARS_MIN) return null;
  const given = new RegExp(
    `${name.replaceAll('$', '\\$')}\\s*=(?![=>])\\s*(?:(["'\`])([A-Za-z0-9_-]{1,32})\\1)?`,
    'y',
  );
  const texts: (string | null)[] = [];
  let uses = 0;
  for (let at = code.indexOf(name); at >= 0; at = code.indexOf(name, at + 1)) {
    uses += 1;
    if (uses > USES_MAX) return null;
    if (/[\w$.]/.test(code[at - 1] ?? ' ')) continue;
    given.lastIndex = at;
    const match = given.exec(code);
    if (match) texts.push(match[2] ?? null);
  }
  const [only = null, second] = texts;
  return second === undefined ? only : null;
}

/** What the object around `at` is, as far as it is near: bounded, so that many finds in a row cost little. */
function readNear(
  code: string,
  at: number,
): { isMeant: boolean; isOverridden: boolean; isConstructor: boolean; isEdgeKv: boolean } {
  const before = code.slice(Math.max(0, at - ROOM), at);
  const after = code.slice(at, at + ROOM);
  const brace = before.lastIndexOf('{');
  const close = after.indexOf('}');
  const object = `${before.slice(Math.max(0, brace))}${close < 0 ? after : after.slice(0, close + 1)}`;
  const head = brace < 0 ? '' : before.slice(Math.max(0, brace - 90), brace);
  const isEdgeKv = CONSTRUCTED.test(head);
  const isConstructor = isEdgeKv || /new\s+[\w$.]{1,64}\s*\(\s*$/.test(head);
  return {
    isMeant: isEdgeKv || BESIDE.test(object),
    isOverridden: object.includes(OVERRIDE),
    isConstructor,
    isEdgeKv,
  };
}

function behind(pattern: RegExp, code: string, at: number): number | null {
  pattern.lastIndex = at;
  const [match] = pattern.exec(code) ?? [];
  return match === undefined ? null : at + match.length;
}

/** Calls `look` for each find; false when the budget is spent before. */
function forEachFind(code: string, needle: string, budget: LookBudget, look: (at: number) => void): boolean {
  for (let at = code.indexOf(needle); at >= 0; at = code.indexOf(needle, at + 1)) {
    budget.findsLeft -= 1;
    if (budget.findsLeft <= 0) return false;
    look(at);
  }
  return true;
}

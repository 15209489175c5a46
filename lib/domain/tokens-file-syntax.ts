// The grammar of edgekv_tokens.js: a real parser with bounds, and what a key and a plain value say. Nothing is ever run.
import {
  type AnyNode,
  type Expression,
  type Program,
  type Property,
  parse,
  type Token,
  tokTypes,
} from 'acorn';

/** No tokens file that anybody uses is longer, in UTF-16 units. */
export const SOURCE_CHARS_MAX = 256 * 1024;
/** Akamai has 20 namespaces a network; this is for files of many accounts. */
export const ENTRIES_MAX = 1_000;
/**
 * What parsing may cost: 1 for each token, and for a name 12 more and 1 for each block around it. The parser compares every
 * declared name with all before it, and notes it in every block, so that 256 KiB of `let a,b,c…` would take seconds. A full
 * table without any quotes costs 60,000.
 */
const COST_MAX = 100_000;
const DATA_DEPTH_MAX = 4;

/** What is not understood, and where. Thrown by the files that read a tokens file; a Problem at their border. */
export class Unreadable extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

/** The program that `source` is. Throws Unreadable for what is none, or too much of one. */
export function parseModule(source: string): Program {
  if (source.length > SOURCE_CHARS_MAX)
    throw new Unreadable(0, `it is longer than ${SOURCE_CHARS_MAX / 1024} KiB`);
  try {
    // Behind a byte order mark, which belongs to the encoding, `#!` still begins the text. The length must stay.
    return parse(source.replace(/^\uFEFF#!/, ' //'), {
      ecmaVersion: 'latest',
      sourceType: 'module',
      onToken: boundedCost(),
    });
  } catch (error) {
    // The parser calls itself for each level, and says so in either way when the stack is full.
    if (error instanceof RangeError) throw new Unreadable(0, 'it is nested too deep');
    // acorn says where: `pos`, and the same in brackets at the end of its message.
    if (!(error instanceof SyntaxError && 'pos' in error && typeof error.pos === 'number')) throw error;
    const what = error.message.replace(/\s*\(\d+:\d+\)$/, '');
    if (/^Not enough stack/.test(what)) throw new Unreadable(error.pos, 'it is nested too deep');
    throw new Unreadable(error.pos, `a syntax error: ${what.charAt(0).toLowerCase()}${what.slice(1)}`);
  }
}

function boundedCost(): (token: Token) => void {
  let [cost, depth] = [0, 0];
  return ({ type, start }) => {
    if (type === tokTypes.braceL || type === tokTypes.dollarBraceL) depth += 1;
    if (type === tokTypes.braceR) depth -= 1;
    cost += type === tokTypes.name ? 13 + depth : 1;
    if (cost > COST_MAX) throw new Unreadable(start, 'it holds far more code than a table of tokens');
  };
}

/** Whether a part of a node is a node too. */
export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The text of a key that is written out, in whatever spelling; null for a computed one. */
export function keyText({ key, computed }: Property): string | null {
  if (computed) return null;
  if (key.type === 'Identifier') return key.name;
  if (key.type !== 'Literal') return null;
  const { value } = key;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : null;
}

/** The text of a string that is written out; null for everything else. */
export function literalText(node: Expression): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? null;
  return null;
}

/** Whether it is data through and through: reading it runs nothing, and nothing in it can be a name of the table. */
export function isPlainData(node: Expression, depth = 0): boolean {
  if (depth > DATA_DEPTH_MAX) return false;
  if (node.type === 'Literal' || literalText(node) !== null) return true;
  if (node.type === 'UnaryExpression')
    return (node.operator === '-' || node.operator === '+') && node.argument.type === 'Literal';
  if (node.type === 'ArrayExpression')
    return node.elements.every(
      (one) => one === null || (one.type !== 'SpreadElement' && isPlainData(one, depth + 1)),
    );
  if (node.type !== 'ObjectExpression') return false;
  return node.properties.every(
    (one) =>
      one.type === 'Property' &&
      !one.computed &&
      one.kind === 'init' &&
      !one.method &&
      keyText(one) !== '__proto__' &&
      isPlainData(one.value, depth + 1),
  );
}

// A tokens file that cannot be edited safely, written anew in the standard form. What can be read of its entries is kept;
// comments and code are not. People are shown the difference first.
import type { Expression, Node, ObjectExpression, PrivateIdentifier, Program, Property } from 'acorn';
import { printStandardFile, type StandardEntry } from './tokens-file';
import {
  ENTRIES_MAX,
  isNode,
  keyText,
  literalText,
  parseModule,
  SOURCE_CHARS_MAX,
  Unreadable,
} from './tokens-file-syntax';
import { tableParts } from './tokens-file-table';

/** The standard form of what `source` says in plain text. What is computed, spread or broken is left out. */
export function rewriteTokensFile(source: string): string {
  const program = tryParse(source);
  const kept = new Map<string, StandardEntry>();
  for (const [key, value] of program ? entriesOf(program) : []) {
    const entry = readEntry(key, value);
    // Of two entries the last counts at run time. `__proto__` never was an entry.
    if (entry && key !== '__proto__') kept.set(key, entry);
  }
  return printStandardFile(withinLimits([...kept.values()]));
}

function tryParse(source: string): Program | null {
  try {
    return parseModule(source);
  } catch (error) {
    // Broken, too long or nested too deep: nothing of it can be kept, and what is broken does not work at the edge either.
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** As many entries as a tokens file may have, so that what is written can be read. */
function withinLimits(entries: readonly StandardEntry[]): StandardEntry[] {
  const fitting: StandardEntry[] = [];
  let room = SOURCE_CHARS_MAX;
  for (const entry of entries) {
    room -= printStandardFile([entry]).length;
    if (fitting.length === ENTRIES_MAX || room < 0) break;
    fitting.push(entry);
  }
  return fitting;
}

/** Keys and values in the order in which the file writes them: the table itself, then what is assigned to it. */
function entriesOf(program: Program): [key: string, value: Expression][] {
  const { names, expressions } = tableParts(program);
  const isTable = (node: Node | undefined) =>
    isNode(node) && node.type === 'Identifier' && names.has(node.name);
  const assigned = program.body.flatMap((statement): [string, Expression][] => {
    const expression = statement.type === 'ExpressionStatement' ? statement.expression : null;
    // `Object.assign(table, { … })` and the like.
    if (expression?.type === 'CallExpression')
      return isTable(expression.arguments[0]) ? propertiesOf(objectsIn(expression)) : [];
    if (expression?.type !== 'AssignmentExpression' || expression.operator !== '=') return [];
    const { left, right } = expression;
    if (isTable(left)) return propertiesOf(objectsIn(right));
    if (left.type !== 'MemberExpression' || !isTable(left.object)) return [];
    const key = memberKey(left.property, left.computed);
    return key === null ? [] : [[key, right]];
  });
  return [...expressions.flatMap((one) => propertiesOf(objectsIn(one))), ...assigned];
}

function memberKey(property: Expression | PrivateIdentifier, computed: boolean): string | null {
  if (property.type === 'PrivateIdentifier') return null;
  return computed ? literalText(property) : property.type === 'Identifier' ? property.name : null;
}

function propertiesOf(objects: readonly ObjectExpression[]): [string, Expression][] {
  return objects.flatMap(({ properties }) =>
    properties.flatMap((property): [string, Expression][] => {
      const key = property.type === 'Property' ? plainKey(property) : null;
      return property.type === 'Property' && key !== null ? [[key, property.value]] : [];
    }),
  );
}

function plainKey(property: Property): string | null {
  return property.kind === 'init' && !property.method && !property.shorthand ? keyText(property) : null;
}

/** The object literals that an expression is made of: itself, or those that a call such as `Object.freeze` gets. */
function objectsIn(node: Expression): ObjectExpression[] {
  if (node.type === 'ObjectExpression') return [node];
  if (node.type !== 'CallExpression') return [];
  return node.arguments.flatMap((argument) => (argument.type === 'SpreadElement' ? [] : objectsIn(argument)));
}

function readEntry(key: string, value: Expression): StandardEntry | null {
  const fields = new Map<string, string>();
  for (const [name, inner] of propertiesOf(objectsIn(value))) {
    const text = literalText(inner);
    if (text !== null) fields.set(name, text);
  }
  const [reference, secret] = [fields.get('reference'), fields.get('value')];
  const name = fields.get('name') ?? '';
  // A value wins at run time when both are there.
  if (secret !== undefined) return { key, name, value: secret };
  return reference === undefined ? null : { key, name, reference };
}

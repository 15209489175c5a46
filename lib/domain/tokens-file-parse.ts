// Reads edgekv_tokens.js with a real parser and never runs it: where the table is, what each entry says, and where.
import {
  type Expression,
  getLineInfo,
  type Identifier,
  type Node,
  type ObjectExpression,
  type Program,
  type Property,
  parse,
} from 'acorn';
import { fail, ok, type Problem, type Result } from './problem';

/** The name that the run-time helper imports (edgekv.js). */
export const TABLE_NAME = 'edgekv_access_tokens';
const SOURCE_CHARS_MAX = 256 * 1024;
const ENTRIES_MAX = 1_000;

/** A piece of the source, end exclusive. */
export type Range = { start: number; end: number };

/** A string property of an entry: where its key and its literal stand. */
export type ParsedField = { key: Range; literal: Range; text: string; property: Range };

export type ParsedEntry = {
  key: string;
  keyRange: Range;
  /** The whole `key: { … }`. */
  property: Range;
  object: Range;
  name: ParsedField | null;
  value: ParsedField | null;
  reference: ParsedField | null;
  /** All properties of the entry, for where to insert. */
  fields: readonly Range[];
};

export type ParsedTable = {
  source: string;
  /** The object literal, braces included; null when the file holds nothing but comments. */
  object: Range | null;
  /** Whether it is exported by the name that the helper imports; else only other code can use it. */
  isNamed: boolean;
  entries: readonly ParsedEntry[];
};

/** Thrown inside this file only; turned into a Problem at its border. */
class Unreadable extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

/** The table of a tokens file. Problem `tokens-file-unreadable` (422) with line and column for what is not understood. */
export function parseTable(source: string): Result<ParsedTable> {
  if (source.length > SOURCE_CHARS_MAX)
    return unreadable(source, 0, `it is longer than ${SOURCE_CHARS_MAX / 1024} KiB`);
  try {
    const program = parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
    if (program.body.length === 0) return ok({ source, object: null, isNamed: true, entries: [] });
    const { object, isNamed } = findTable(program);
    const entries = object.properties.map((property) => readEntry(property));
    if (entries.length > ENTRIES_MAX)
      throw new Unreadable(object.start, `it has more than ${ENTRIES_MAX} entries`);
    return ok({ source, object: rangeOf(object), isNamed, entries });
  } catch (error) {
    if (error instanceof Unreadable) return unreadable(source, error.at, error.message);
    // acorn says where: `pos`, and the same in brackets at the end of its message.
    if (error instanceof SyntaxError && 'pos' in error && typeof error.pos === 'number') {
      const what = error.message.replace(/\s*\(\d+:\d+\)$/, '');
      return unreadable(source, error.pos, `a syntax error: ${what.charAt(0).toLowerCase()}${what.slice(1)}`);
    }
    if (error instanceof RangeError) return unreadable(source, 0, 'it is nested too deep');
    throw error;
  }
}

function unreadable(source: string, at: number, why: string): { ok: false; problem: Problem } {
  const { line, column } = getLineInfo(source, Math.min(at, source.length));
  return fail(
    'tokens-file-unreadable',
    422,
    `edgekv_tokens.js is not understood at line ${line}, column ${column + 1}: ${why}.`,
    'Nothing was changed. Mend that place.',
  );
}

function rangeOf({ start, end }: Node): Range {
  return { start, end };
}

function findTable(program: Program): { object: ObjectExpression; isNamed: boolean } {
  const exported = findExport(program);
  if (exported.object) return { object: exported.object, isNamed: false };
  const { name, at, isNamed } = exported;
  const [first, second] = declarationsOf(program, name);
  if (!first) throw new Unreadable(at, `no declaration of ${name} was found`);
  if (second) throw new Unreadable(second.id.start, `${name} is declared twice`);
  if (first.init?.type !== 'ObjectExpression') {
    throw new Unreadable(first.init?.start ?? first.id.start, `${name} is not written as an object with { }`);
  }
  refuseOtherUses(program, name);
  return { object: first.init, isNamed };
}

type Declaration = { id: Identifier; init: Expression | null | undefined };

/** What is declared at the top of the file under `name`, with or without `export`. */
export function declarationsOf(program: Program, name: string): Declaration[] {
  return program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration') return [];
    return declaration.declarations.flatMap(({ id, init }) =>
      id.type === 'Identifier' && id.name === name ? [{ id, init }] : [],
    );
  });
}

type Exported = { name: string; at: number; isNamed: boolean; object: null } | { object: ObjectExpression };

/** What the file exports as `edgekv_access_tokens`, else by default. Without either nothing can use it. */
function findExport(program: Program): Exported {
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.source) continue;
    const at = statement.start;
    for (const { local, exported } of statement.specifiers) {
      const name = exported.type === 'Identifier' ? exported.name : String(exported.value);
      if (name === TABLE_NAME && local.type === 'Identifier')
        return { name: local.name, at, isNamed: true, object: null };
    }
    if (statement.declaration?.type !== 'VariableDeclaration') continue;
    const declares = statement.declaration.declarations.some(
      ({ id }) => id.type === 'Identifier' && id.name === TABLE_NAME,
    );
    if (declares) return { name: TABLE_NAME, at, isNamed: true, object: null };
  }
  for (const statement of program.body) {
    if (statement.type !== 'ExportDefaultDeclaration') continue;
    const { declaration, start } = statement;
    if (declaration.type === 'ObjectExpression') return { object: declaration };
    if (declaration.type === 'Identifier')
      return { name: declaration.name, at: start, isNamed: false, object: null };
  }
  throw new Unreadable(program.body[0]?.start ?? 0, `it does not export ${TABLE_NAME} by that name`);
}

/** Code that changes the table after its declaration, or may do so by another name, would undo or hide an edit. */
function refuseOtherUses(program: Program, name: string): void {
  const isTable = (node: unknown) =>
    isNode(node) && node.type === 'Identifier' && 'name' in node && node.name === name;
  const refuse = (node: Node, why: string) => {
    throw new Unreadable(node.start, why);
  };
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const child of node) walk(child);
      return;
    }
    if (!isNode(node)) return;
    const parts: Record<string, unknown> = { ...node };
    if (
      node.type === 'AssignmentExpression' ||
      node.type === 'UpdateExpression' ||
      node.type === 'UnaryExpression'
    ) {
      if (rootName(parts.left ?? parts.argument) === name)
        refuse(node, `code changes ${name} after its declaration`);
    }
    if (Array.isArray(parts.arguments) && parts.arguments.some((argument) => rootName(argument) === name))
      refuse(node, `${name} is handed to a function, which may change it`);
    for (const key of ['init', 'right', 'argument', 'value', 'elements', 'expression', 'body'] as const) {
      if ([parts[key]].flat().some(isTable))
        refuse(node, `other code uses ${name} as a whole, and may change it`);
    }
    for (const [key, child] of Object.entries(parts)) {
      if (key !== 'type' && typeof child === 'object') walk(child);
    }
  };
  walk(program.body);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function rootName(node: unknown): string | null {
  let current = node;
  while (isNode(current) && current.type === 'MemberExpression' && 'object' in current)
    current = current.object;
  return isNode(current) && current.type === 'Identifier' && 'name' in current ? String(current.name) : null;
}

function readEntry(property: ObjectExpression['properties'][number]): ParsedEntry {
  const { key, value } = plainProperty(property, 'an entry');
  if (value.type !== 'ObjectExpression')
    throw new Unreadable(value.start, `the entry "${short(key.text)}" is no object with { }`);
  const fields = value.properties.map((inner) => readField(inner));
  const find = (name: string): ParsedField | null => {
    const [first, second] = fields.filter((field) => field.name === name);
    if (second)
      throw new Unreadable(second.property.start, `"${name}" stands twice in the entry "${short(key.text)}"`);
    if (first && first.field === null)
      throw new Unreadable(first.property.start, `"${name}" is no plain text`);
    return first?.field ?? null;
  };
  return {
    key: key.text,
    keyRange: key.range,
    property: rangeOf(property),
    object: rangeOf(value),
    name: find('name'),
    value: find('value'),
    reference: find('reference'),
    fields: fields.map((field) => field.property),
  };
}

function readField(property: ObjectExpression['properties'][number]): {
  name: string;
  property: Range;
  field: ParsedField | null;
} {
  const { key, value } = plainProperty(property, 'a property');
  const text = literalText(value);
  if (text === null && value.type !== 'Literal')
    throw new Unreadable(value.start, `the property "${short(key.text)}" is no plain value`);
  const range = rangeOf(property);
  return {
    name: key.text,
    property: range,
    field: text === null ? null : { key: key.range, literal: rangeOf(value), text, property: range },
  };
}

/** A `key: value` written out; everything else (spread, computed, method, getter, shorthand) may mean anything. */
function plainProperty(
  property: ObjectExpression['properties'][number],
  what: string,
): { key: { text: string; range: Range }; value: Expression } {
  if (property.type !== 'Property') throw new Unreadable(property.start, `${what} is a spread (...)`);
  if (property.computed) throw new Unreadable(property.start, `${what} has a computed key`);
  if (property.kind !== 'init' || property.method || property.shorthand) {
    throw new Unreadable(property.start, `${what} is no plain "key": value`);
  }
  const text = keyText(property);
  // In an object literal this key sets the prototype: the helper would find entries that no reader of the file sees.
  if (text === '__proto__') throw new Unreadable(property.start, 'the key __proto__ sets a prototype');
  return { key: { text, range: rangeOf(property.key) }, value: property.value };
}

function keyText({ key }: Property): string {
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number'))
    return String(key.value);
  throw new Unreadable(key.start, 'a key is neither a name nor a text');
}

function literalText(node: Expression): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? null;
  return null;
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

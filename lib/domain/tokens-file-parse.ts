// Reads edgekv_tokens.js without running it: what each entry says, and where it stands.
import { type Expression, getLineInfo, type Node, type ObjectExpression, type Program } from 'acorn';
import { hideLongText } from './hidden-values';
import { fail, ok, type Problem, type Result } from './problem';
import {
  ENTRIES_MAX,
  isPlainData,
  keyText,
  literalText,
  parseModule,
  Unreadable,
} from './tokens-file-syntax';
import { findTable } from './tokens-file-table';
import { visibleText } from './visible-text';

/** A piece of the source, end exclusive. */
export type Range = { start: number; end: number };

/** A string property of an entry: where its key and its literal stand. */
export type ParsedField = { key: Range; literal: Range; text: string; property: Range };

/** An entry: what it says, and where. */
export type ParsedEntry = {
  key: string;
  keyRange: Range;
  /** The whole `key: { … }`. */
  property: Range;
  object: Range;
  name: ParsedField | null;
  value: ParsedField | null;
  reference: ParsedField | null;
  /** All properties of the entry. */
  fields: readonly Range[];
};

/** The table of a file, and the file. */
export type ParsedTable = {
  source: string;
  /** The object literal, braces included; null when the file holds nothing but comments. */
  object: Range | null;
  /** Whether it is exported by the name that the helper imports; else only other code can use it. */
  isNamed: boolean;
  entries: readonly ParsedEntry[];
};

/** The table of a tokens file. Problem `tokens-file-unreadable` (422) with line and column for what is not understood. */
export function parseTable(source: string): Result<ParsedTable> {
  try {
    return ok(readTable(source, parseModule(source)));
  } catch (error) {
    if (error instanceof Unreadable) return unreadable(source, error.at, error.message);
    // Walking a program calls itself for each level.
    if (error instanceof RangeError) return unreadable(source, 0, 'it is nested too deep');
    throw error;
  }
}

function readTable(source: string, program: Program): ParsedTable {
  if (program.body.length === 0) return { source, object: null, isNamed: true, entries: [] };
  const { object, isNamed } = findTable(program);
  if (object.properties.length > ENTRIES_MAX)
    throw new Unreadable(object.start, `it has more than ${ENTRIES_MAX} entries`);
  const entries = object.properties.map((property) => readEntry(property));
  return { source, object: rangeOf(object), isNamed, entries };
}

function unreadable(source: string, at: number, why: string): { ok: false; problem: Problem } {
  const { line, column } = getLineInfo(source, Math.min(at, source.length));
  // The words may quote the file, which may hold anything where a name is meant.
  const words = visibleText(hideLongText(why)).slice(0, 200);
  return fail(
    'tokens-file-unreadable',
    422,
    `edgekv_tokens.js is not understood at line ${line}, column ${column + 1}: ${words}.`,
    'Nothing was changed. Mend that place.',
  );
}

function rangeOf({ start, end }: Node): Range {
  return { start, end };
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
  /** Null for data that is no text; other fields than ours may hold it. */
  field: ParsedField | null;
} {
  const { key, value } = plainProperty(property, 'a property');
  if (!isPlainData(value))
    throw new Unreadable(value.start, `the property "${short(key.text)}" is no plain value`);
  const text = literalText(value);
  const range = rangeOf(property);
  const field = text === null ? null : { key: key.range, literal: rangeOf(value), text, property: range };
  return { name: key.text, property: range, field };
}

/** A `key: value` written out; everything else (spread, computed, method, getter, shorthand) may mean anything. */
function plainProperty(
  property: ObjectExpression['properties'][number],
  what: string,
): { key: { text: string; range: Range }; value: Expression } {
  if (property.type !== 'Property') throw new Unreadable(property.start, `${what} is a spread (...)`);
  const text = keyText(property);
  if (text === null) throw new Unreadable(property.start, `${what} has a computed key`);
  if (property.kind !== 'init' || property.method || property.shorthand) {
    throw new Unreadable(property.start, `${what} is no plain "key": value`);
  }
  // In an object literal this key sets the prototype: the helper would find entries that no reader of the file sees.
  if (text === '__proto__') throw new Unreadable(property.start, 'the key __proto__ sets a prototype');
  return { key: { text, range: rangeOf(property.key) }, value: property.value };
}

function short(text: string): string {
  const shown = hideLongText(text);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

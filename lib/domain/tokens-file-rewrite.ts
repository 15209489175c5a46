// A tokens file that cannot be edited safely, written anew in the standard form. What can be read of its entries is kept;
// comments and code are not. People are shown the difference first.
import { type Expression, type ObjectExpression, type Program, type Property, parse } from 'acorn';
import { printStandardFile, type StandardEntry } from './tokens-file';
import { declarationsOf, TABLE_NAME } from './tokens-file-parse';

const ENTRIES_MAX = 1_000;

/** The standard form of what `source` says in plain text. What is computed, spread or broken is left out. */
export function rewriteTokensFile(source: string): string {
  const program = tryParse(source);
  const kept = new Map<string, StandardEntry>();
  for (const object of program ? tablesOf(program) : []) {
    for (const property of object.properties.slice(0, ENTRIES_MAX)) {
      const entry = property.type === 'Property' ? readEntry(property) : null;
      // Of two entries the last counts at run time. `__proto__` never was an entry.
      if (entry && entry.key !== '__proto__') kept.set(entry.key, entry);
    }
  }
  return printStandardFile([...kept.values()]);
}

function tryParse(source: string): Program | null {
  try {
    return parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
  } catch (error) {
    // A syntax error, or nested too deep: then nothing of it can be kept, and nothing of it works at the edge either.
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Object literals that are, or are wrapped by a call in, a declaration of the table or the default export. */
function tablesOf(program: Program): ObjectExpression[] {
  const declared = declarationsOf(program, TABLE_NAME).map(({ init }) => init ?? null);
  const defaults = program.body.flatMap((statement) =>
    statement.type === 'ExportDefaultDeclaration' && statement.declaration.type === 'ObjectExpression'
      ? [statement.declaration]
      : [],
  );
  return [...declared, ...defaults].flatMap((init) => objectIn(init) ?? []);
}

function objectIn(node: Expression | null): ObjectExpression | null {
  if (node?.type === 'ObjectExpression') return node;
  if (node?.type !== 'CallExpression') return null;
  return node.arguments.find((argument) => argument.type === 'ObjectExpression') ?? null;
}

function readEntry(property: Property): StandardEntry | null {
  const key = keyOf(property);
  const object = objectIn(property.value);
  if (key === null || !object) return null;
  const fields = new Map<string, string>();
  for (const inner of object.properties) {
    if (inner.type !== 'Property') continue;
    const name = keyOf(inner);
    if (name !== null && inner.value.type === 'Literal' && typeof inner.value.value === 'string')
      fields.set(name, inner.value.value);
  }
  const [reference, value] = [fields.get('reference'), fields.get('value')];
  const name = fields.get('name') ?? '';
  // A value wins at run time when both are there.
  if (value !== undefined) return { key, name, value };
  return reference === undefined ? null : { key, name, reference };
}

function keyOf({ key, computed }: Property): string | null {
  if (computed) return null;
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : null;
}

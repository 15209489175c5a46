// Where in a tokens file the table is: what is exported as edgekv_access_tokens, and the one object that declares it.
import type {
  ExportNamedDeclaration,
  Expression,
  Identifier,
  Literal,
  Node,
  ObjectExpression,
  Program,
  VariableDeclarator,
} from 'acorn';
import { boundNames } from './tokens-file-scope';
import { Unreadable } from './tokens-file-syntax';
import { refuseOtherUses } from './tokens-file-uses';

/** The name that the run-time helper imports (edgekv.js). */
export const TABLE_NAME = 'edgekv_access_tokens';

/** The object literal, and whether it is exported by the name that the helper imports. Throws Unreadable. */
export function findTable(program: Program): { object: ObjectExpression; isNamed: boolean } {
  const exported = namedExport(program) ?? defaultExport(program);
  if (!exported)
    throw new Unreadable(program.body[0]?.start ?? 0, `it does not export ${TABLE_NAME} by that name`);
  const { local, isNamed } = exported;
  if (local.type === 'ObjectExpression') return { object: local, isNamed };
  const { name } = local;
  const [first, second] = declarationsOf(program, name);
  if (!first) throw new Unreadable(local.start, `no declaration of ${name} was found`);
  if (second) throw new Unreadable(second.id.start, `${name} is declared twice`);
  if (first.id.type !== 'Identifier' || first.init?.type !== 'ObjectExpression')
    throw new Unreadable(first.init?.start ?? first.id.start, `${name} is not written as an object with { }`);
  refuseOtherUses(program, first, name);
  return { object: first.init, isNamed };
}

/**
 * What a file has for a table, understood or not: its names, and the expressions that it is declared as. For what can be
 * kept of a file.
 */
export function tableParts(program: Program): { names: ReadonlySet<string>; expressions: Expression[] } {
  const given = program.body.flatMap((statement): Expression[] => {
    if (statement.type === 'ExportDefaultDeclaration') {
      const { declaration } = statement;
      return declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration'
        ? []
        : [declaration];
    }
    if (statement.type !== 'ExportNamedDeclaration' || statement.source) return [];
    const local = exportedAs(statement);
    return local ? [local] : [];
  });
  const names = new Set([TABLE_NAME, ...given.flatMap((one) => (one.type === 'Identifier' ? one.name : []))]);
  const declared = [...names].flatMap((name) =>
    declarationsOf(program, name).flatMap(({ id, init }) => (id.type === 'Identifier' && init ? init : [])),
  );
  return { names, expressions: [...declared, ...given] };
}

/** What is declared at the top of the file under `name`, with or without `export`. */
function declarationsOf(program: Program, name: string): VariableDeclarator[] {
  return program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration') return [];
    return declaration.declarations.filter(({ id }) => boundNames(id).some((one) => one.name === name));
  });
}

type Exported = { local: Identifier | ObjectExpression; isNamed: boolean };

function namedExport(program: Program): Exported | null {
  let all: Node | null = null;
  for (const statement of program.body) {
    if (statement.type === 'ExportAllDeclaration') {
      if (statement.exported === null) all ??= statement;
      else if (statement.exported && textOf(statement.exported) === TABLE_NAME) fromElsewhere(statement);
    }
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const local = exportedAs(statement);
    if (!local) continue;
    // A text as the name here is legal in `export … from` only.
    if (statement.source || local.type !== 'Identifier') fromElsewhere(local);
    return { local, isNamed: true };
  }
  // What is exported here would come before; without it, the other file may have it.
  if (all) fromElsewhere(all);
  return null;
}

function fromElsewhere(node: Node): never {
  throw new Unreadable(node.start, `${TABLE_NAME} may come from another file`);
}

/** The name here of what the statement exports as the table; null when it does not. */
function exportedAs({ specifiers, declaration }: ExportNamedDeclaration): Identifier | Literal | null {
  const specifier = specifiers.find(({ exported }) => textOf(exported) === TABLE_NAME);
  if (specifier) return specifier.local;
  if (!declaration) return null;
  const bound =
    declaration.type === 'VariableDeclaration'
      ? declaration.declarations.flatMap(({ id }) => boundNames(id))
      : [declaration.id];
  return bound.find(({ name }) => name === TABLE_NAME) ?? null;
}

function defaultExport(program: Program): Exported | null {
  for (const statement of program.body) {
    if (statement.type !== 'ExportDefaultDeclaration') continue;
    const { declaration } = statement;
    if (declaration.type === 'ObjectExpression' || declaration.type === 'Identifier')
      return { local: declaration, isNamed: false };
  }
  return null;
}

function textOf(name: Identifier | Literal): string {
  return name.type === 'Identifier' ? name.name : String(name.value);
}

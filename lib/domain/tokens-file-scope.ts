// The names of a program: where each is mentioned, what stands around a mention, and whether it means the variable at the
// top of the file or another one inside a function or block.
import type { AnyNode, Identifier, Node, Pattern, Program, VariableDeclaration } from 'acorn';
import { isNode } from './tokens-file-syntax';

/** The names of a program, looked up quickly. */
export type ProgramIndex = {
  /** What a node stands in. */
  parents: ReadonlyMap<AnyNode, AnyNode>;
  /** Mentions of variables by name, declarations included; keys and labels are no mention. */
  mentions: ReadonlyMap<string, readonly Identifier[]>;
  /** Names that are declared anywhere. */
  declared: ReadonlySet<string>;
};

/** One walk through the program, so that many questions cost little. */
export function indexProgram(program: Program): ProgramIndex {
  const parents = new Map<AnyNode, AnyNode>();
  const mentions = new Map<string, Identifier[]>();
  const declared = new Set<string>();
  const go = (node: AnyNode) => {
    for (const { name } of declaredBy(node)) declared.add(name);
    for (const child of childrenOf(node)) {
      parents.set(child, node);
      if (child.type === 'Identifier' && isMention(node, child)) {
        const known = mentions.get(child.name);
        if (known) known.push(child);
        else mentions.set(child.name, [child]);
      }
      go(child);
    }
  };
  go(program);
  return { parents, mentions, declared };
}

/** The mentions of `name` that mean the variable at the top of the file. */
export function topLevelMentions({ parents, mentions }: ProgramIndex, name: string): Identifier[] {
  // Many mentions stand in the same few scopes.
  const known = new Map<AnyNode, boolean>();
  const isAnother = (node: AnyNode): boolean => {
    const parent = parents.get(node);
    if (!parent) return false;
    const told = known.get(node) ?? (bindsAnew(node, parent, name) || isAnother(parent));
    known.set(node, told);
    return told;
  };
  return (mentions.get(name) ?? []).filter((one) => !isAnother(one));
}

/** The names that a pattern binds: `a` and `b` of `{ x: a, ...b }`. */
export function boundNames(pattern: Pattern): Identifier[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) =>
        boundNames(one.type === 'Property' ? one.value : one.argument),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((one) => (one ? boundNames(one) : []));
    case 'RestElement':
      return boundNames(pattern.argument);
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    default:
      return [];
  }
}

/** Whether the node has a scope and a result of its own. */
export function isFunction(node: AnyNode | undefined): boolean {
  return (
    node?.type === 'FunctionExpression' ||
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'ArrowFunctionExpression'
  );
}

function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const child of Object.values(node)) {
    if (Array.isArray(child)) yield* child.filter(isNode);
    else if (isNode(child)) yield child;
  }
}

function isMention(parent: AnyNode, node: Identifier): boolean {
  switch (parent.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed;
    case 'Property':
    case 'PropertyDefinition':
    case 'MethodDefinition':
      return parent.value === node || parent.computed;
    case 'ExportSpecifier':
    case 'ImportSpecifier':
      return parent.local === node;
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
    case 'ImportAttribute':
    case 'ExportAllDeclaration':
      return false;
    default:
      return true;
  }
}

/** What a node declares, in whatever scope. */
function declaredBy(node: AnyNode): Identifier[] {
  switch (node.type) {
    case 'VariableDeclarator':
      return boundNames(node.id);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      return [...node.params.flatMap(boundNames), ...(node.id ? [node.id] : [])];
    case 'ArrowFunctionExpression':
      return node.params.flatMap(boundNames);
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.id ? [node.id] : [];
    case 'CatchClause':
      return node.param ? boundNames(node.param) : [];
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return [node.local];
    default:
      return [];
  }
}

/** Whether `name` means something else everywhere inside of `node`. */
function bindsAnew(node: AnyNode, parent: AnyNode, name: string): boolean {
  const isIt = (one: Identifier) => one.name === name;
  switch (node.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionDeclaration':
      // A declared function's own name belongs to the block around it.
      return node.params.flatMap(boundNames).some(isIt);
    case 'FunctionExpression':
    case 'ClassExpression':
    case 'CatchClause':
      return declaredBy(node).some(isIt);
    case 'BlockStatement':
    case 'StaticBlock':
      return (
        node.body.some((one) => lexicalNames(one).some(isIt)) ||
        // Elsewhere a `var` belongs to what is around the block.
        ((node.type === 'StaticBlock' || isFunction(parent)) && declaresVar(node, name))
      );
    case 'SwitchStatement':
      return node.cases.some((one) => one.consequent.some((inner) => lexicalNames(inner).some(isIt)));
    case 'ForStatement':
      return node.init ? lexicalNames(node.init).some(isIt) : false;
    case 'ForInStatement':
    case 'ForOfStatement':
      return lexicalNames(node.left).some(isIt);
    default:
      return false;
  }
}

/** Names that a statement declares for the block that it stands in. */
function lexicalNames(node: Node): Identifier[] {
  if (!isNode(node)) return [];
  if (node.type === 'VariableDeclaration') return node.kind === 'var' ? [] : namesOf(node);
  return (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id
    ? [node.id]
    : [];
}

function declaresVar(node: AnyNode, name: string): boolean {
  if (
    node.type === 'VariableDeclaration' &&
    node.kind === 'var' &&
    namesOf(node).some((one) => one.name === name)
  )
    return true;
  for (const child of childrenOf(node)) {
    if (!isFunction(child) && child.type !== 'StaticBlock' && declaresVar(child, name)) return true;
  }
  return false;
}

function namesOf({ declarations }: VariableDeclaration): Identifier[] {
  return declarations.flatMap(({ id }) => boundNames(id));
}

// Other code in a tokens file. Reading the table is fine; code that changes it after its declaration, or may do so by
// another name, would undo or hide an edit, and is refused. What a name stands for is followed inside the file only.
import type {
  AnyNode,
  CallExpression,
  Identifier,
  NewExpression,
  Pattern,
  Program,
  VariableDeclarator,
} from 'acorn';
import { indexProgram, isFunction, type ProgramIndex, topLevelMentions } from './tokens-file-scope';
import { Unreadable } from './tokens-file-syntax';

/** Functions of the language that take an object and leave it as it is. */
const READING = new Set([
  'Object.keys',
  'Object.hasOwn',
  'Object.getOwnPropertyNames',
  'Object.isFrozen',
  'JSON.stringify',
  'structuredClone',
  'console.log',
]);
/** Those that also return it. */
const RETURNING = new Set(['Object.freeze', 'Object.seal', 'Object.preventExtensions']);
const READING_METHODS = new Set(['hasOwnProperty', 'propertyIsEnumerable', 'toString']);

/** More names for the table than anybody can follow. */
const ALIASES_MAX = 30;

/** A name that stands for the table (level 0) or one of its entries (1), or a function that returns it. */
type Alias = { name: string; level: number; isResult: boolean };

type Search = {
  index: ProgramIndex;
  name: string;
  declared: VariableDeclarator;
  aliases: Map<string, Alias>;
};

/** Throws Unreadable where code uses the table `name`, which `declared` declares, in a way that may change it. */
export function refuseOtherUses(program: Program, declared: VariableDeclarator, name: string): void {
  const index = indexProgram(program);
  const search: Search = { index, name, declared, aliases: new Map() };
  for (const mention of index.mentions.get('eval') ?? []) {
    if (callOf(index, mention)) throw new Unreadable(mention.start, 'a call of eval may change anything');
  }
  for (const mention of topLevelMentions(index, name)) judge(search, mention, 0);
  // Names that are found on the way come to the end of the map, and are followed too.
  for (const { name: other, level, isResult } of search.aliases.values()) {
    for (const mention of index.mentions.get(other) ?? []) {
      const call = isResult ? callOf(index, mention) : null;
      if (isResult && !call) refuseUnlessNamed(search, mention);
      else judge(search, call ?? mention, level);
    }
  }
}

/** A function that returns the table or an entry may be called and exported, but not get about under other names. */
function refuseUnlessNamed(search: Search, mention: Identifier): void {
  const parent = search.index.parents.get(mention);
  const isNamed =
    parent?.type === 'ExportSpecifier' ||
    parent?.type === 'ExportDefaultDeclaration' ||
    (parent?.type === 'VariableDeclarator' && parent.id === mention) ||
    (parent !== undefined && (isDeclaration(parent, mention) || isInDefaultExport(search, parent)));
  if (!isNamed) throw new Unreadable(mention.start, asAWhole(search).why);
}

/** The call whose function is the one mentioned. */
function callOf({ parents }: ProgramIndex, mention: Identifier): CallExpression | null {
  const parent = parents.get(mention);
  return parent?.type === 'CallExpression' && parent.callee === mention ? parent : null;
}

/** Follows the value of `mention` outwards, for as long as it may still be the table or an entry. */
function judge(search: Search, mention: AnyNode, startLevel: number): void {
  let [node, level] = [mention, startLevel];
  for (;;) {
    const parent = search.index.parents.get(node);
    if (!parent) return;
    const step = stepOut(search, parent, node, level);
    if (step === 'read') return;
    if (step !== 'same' && step !== 'deeper') throw new Unreadable(mention.start, step.why);
    if (step === 'deeper') level += 1;
    node = parent;
  }
}

type Step = 'read' | 'same' | 'deeper' | { why: string };

function stepOut(search: Search, parent: AnyNode, node: AnyNode, level: number): Step {
  if (parent === search.declared) return 'read';
  const around = search.index.parents.get(parent);
  if (isTarget(around, parent, node)) return whenTarget(search, node, level);
  if (parent.type === 'MemberExpression') return parent.object === node ? 'deeper' : 'read';
  if (parent.type === 'ChainExpression') return 'same';
  if (parent.type === 'CallExpression' || parent.type === 'NewExpression')
    return parent.callee === node
      ? whenCalled(search, node, level)
      : whenHandedOver(search, parent, node, level);
  // What lies in an entry is a text: whoever gets it gets a copy.
  if (level >= 2) return 'read';
  return whenUsed(search, around, parent, node, level);
}

function whenUsed(
  search: Search,
  around: AnyNode | undefined,
  parent: AnyNode,
  node: AnyNode,
  level: number,
): Step {
  switch (parent.type) {
    case 'LogicalExpression':
    case 'AwaitExpression':
      return 'same';
    case 'ConditionalExpression':
      return parent.test === node ? 'read' : 'same';
    case 'SequenceExpression':
      return parent.expressions.at(-1) === node ? 'same' : 'read';
    case 'AssignmentExpression':
      if (!/^(\|\||&&|\?\?)?=$/.test(parent.operator)) return 'read';
      return whenNamed(search, parent.left, level) ?? 'same';
    case 'AssignmentPattern':
      return whenNamed(search, parent.left, level) ?? 'read';
    case 'VariableDeclarator':
      return (parent.init === node ? whenNamed(search, parent.id, level) : null) ?? 'read';
    case 'ReturnStatement':
    case 'ArrowFunctionExpression':
      return whenReturned(search, parent, level);
    case 'SpreadElement':
      return around?.type === 'ObjectExpression' && level === 1 ? 'read' : asAWhole(search);
    case 'Property':
      return isInDefaultExport(search, parent) ? 'read' : asAWhole(search);
    case 'TemplateLiteral':
      return around?.type === 'TaggedTemplateExpression' ? handedOver(search) : 'read';
    case 'ForInStatement':
    case 'UnaryExpression':
    case 'BinaryExpression':
    case 'ExpressionStatement':
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
    case 'SwitchStatement':
    case 'SwitchCase':
    case 'ExportSpecifier':
    case 'ExportDefaultDeclaration':
      return 'read';
    default:
      return isDeclaration(parent, node) ? 'read' : asAWhole(search);
  }
}

function asAWhole({ name }: Search): { why: string } {
  return { why: `other code uses ${name} as a whole, and may change it` };
}

function handedOver({ name }: Search): Step {
  return { why: `${name} is handed to a function, which may change it` };
}

/** `export default { edgekv_access_tokens }` hands on what is exported anyway. */
function isInDefaultExport({ index }: Search, property: AnyNode): boolean {
  const object = index.parents.get(property);
  return object !== undefined && index.parents.get(object)?.type === 'ExportDefaultDeclaration';
}

/** Whether the node stands where something is written, or deleted. */
function isTarget(around: AnyNode | undefined, parent: AnyNode, node: AnyNode): boolean {
  switch (parent.type) {
    case 'AssignmentExpression':
    case 'AssignmentPattern':
    case 'ForInStatement':
    case 'ForOfStatement':
      return parent.left === node;
    case 'UpdateExpression':
    case 'ArrayPattern':
    case 'RestElement':
      return true;
    case 'UnaryExpression':
      return parent.operator === 'delete';
    case 'Property':
      return around?.type === 'ObjectPattern' && parent.value === node;
    case 'VariableDeclarator':
      return parent.id === node;
    default:
      return false;
  }
}

function whenTarget({ index, name }: Search, node: AnyNode, level: number): Step {
  if (node.type !== 'Identifier') return { why: `code changes ${name} after its declaration` };
  // Another name may get another meaning: the table stays what it is.
  if (node.name !== name || level > 0) return 'read';
  let outer = index.parents.get(node);
  while (outer && /Pattern$|^Property$|^RestElement$/.test(outer.type)) outer = index.parents.get(outer);
  return outer?.type === 'VariableDeclarator'
    ? { why: `${name} is declared twice` }
    : { why: `code changes ${name} after its declaration` };
}

/** A call of the table itself fails at run time; one of a text in an entry changes nothing. */
function whenCalled({ name }: Search, callee: AnyNode, level: number): Step {
  const member = callee.type === 'ChainExpression' ? callee.expression : callee;
  if (level === 0 || level > 2 || member.type !== 'MemberExpression') return 'read';
  const { property, computed } = member;
  const isReading = !computed && property.type === 'Identifier' && READING_METHODS.has(property.name);
  return isReading ? 'read' : { why: `a method of ${name} is called, which may change it` };
}

function whenHandedOver(
  search: Search,
  call: CallExpression | NewExpression,
  node: AnyNode,
  level: number,
): Step {
  if (level >= 2) return 'read';
  const name = call.type === 'CallExpression' ? calleeName(call) : null;
  const [root = ''] = name?.split('.') ?? [];
  if (name === null || search.index.declared.has(root)) return handedOver(search);
  if (READING.has(name)) return 'read';
  return RETURNING.has(name) && call.arguments[0] === node ? 'same' : handedOver(search);
}

/** `f` or `Object.keys` of a call of that; null for others. */
function calleeName({ callee }: CallExpression): string | null {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression' || callee.computed) return null;
  const { object, property } = callee;
  return object.type === 'Identifier' && property.type === 'Identifier'
    ? `${object.name}.${property.name}`
    : null;
}

/** The value gets another name, which is followed too; null when that is done. */
function whenNamed(search: Search, pattern: Pattern, level: number): Step | null {
  if (pattern.type === 'Identifier') return follow(search, { name: pattern.name, level, isResult: false });
  if (pattern.type === 'AssignmentPattern') return whenNamed(search, pattern.left, level);
  if (pattern.type !== 'ObjectPattern') return asAWhole(search);
  // Taken out of an entry are texts.
  if (level >= 1) return null;
  for (const one of pattern.properties) {
    const refused =
      one.type === 'Property'
        ? whenNamed(search, one.value, level + 1)
        : whenNamed(search, one.argument, level);
    if (refused) return refused;
  }
  return null;
}

function whenReturned(search: Search, parent: AnyNode, level: number): Step {
  let inner: AnyNode | undefined = parent;
  while (inner && !isFunction(inner)) inner = search.index.parents.get(inner);
  const holder = inner && search.index.parents.get(inner);
  const names = [
    inner && 'id' in inner && inner.id?.type === 'Identifier' ? inner.id : null,
    holder?.type === 'VariableDeclarator' && holder.id.type === 'Identifier' ? holder.id : null,
  ].filter((one) => one !== null);
  // Without a name only other files can call it.
  if (names.length === 0) return holder?.type === 'ExportDefaultDeclaration' ? 'read' : asAWhole(search);
  for (const { name } of names) {
    const refused = follow(search, { name, level, isResult: true });
    if (refused) return refused;
  }
  return 'read';
}

function follow(search: Search, alias: Alias): Step | null {
  const { aliases, name } = search;
  if (alias.name === name && alias.level === 0 && !alias.isResult) return null;
  const key = `${alias.isResult} ${alias.level} ${alias.name}`;
  aliases.set(key, aliases.get(key) ?? alias);
  return aliases.size > ALIASES_MAX ? { why: `${name} has more names than can be followed` } : null;
}

/** Whether the node is the name of what its parent declares. */
function isDeclaration(parent: AnyNode, node: AnyNode): boolean {
  switch (parent.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ClassDeclaration':
    case 'ClassExpression':
      return parent.id === node || ('params' in parent && parent.params.some((one) => one === node));
    case 'CatchClause':
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return true;
    default:
      return false;
  }
}

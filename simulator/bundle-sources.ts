// The files of an EdgeWorkers bundle in the styles that teams have: with the helper library or without, by hand or by a
// bundler, right or with the mistakes that people make.
import type { SimToken } from './account';

export type BundleStyle =
  | 'usual'
  /** Keys without `namespace-`, as the official CLI writes them since 1.9. */
  | 'bare-key'
  /** A helper library that knows values only. */
  | 'old-helper'
  /** No tokens file yet. */
  | 'no-file'
  /** Built into one file: helper and tokens stand in main.js. */
  | 'inlined'
  /** Helper and tokens file in lib/. */
  | 'lib'
  /** Code in several modules, as TypeScript writes it. */
  | 'modules'
  /** `const`, comments and single quotes, as people write by hand. */
  | 'by-hand'
  /** Packed by `tar -czf … .`: names begin with `./`. */
  | 'dot-names'
  /** The code uses two namespaces more than there are tokens for. */
  | 'two-missing'
  /** A namespace stands twice, as scripts write it that only append. */
  | 'twice'
  /** The code is that of another EdgeWorker, 4105, on which this one depends. It has no token of its own. */
  | 'imports-mini-cart'
  /** Without the helper library: the code sends the token itself. */
  | 'own-call';

export type BundleOptions = {
  name: string;
  version: string;
  tokens: readonly SimToken[];
  style: BundleStyle;
  /** About how large it shall be when it is packed; as it comes when absent. */
  fillingBytes?: number;
};

/** Paths and texts of the bundle, in the order of its archive. */
export function sourcesOf({ name, version, tokens, style }: BundleOptions): Record<string, string> {
  const manifest = { 'edgeworker-version': version, description: `${name} of Acme Retail` };
  const namespace = Object.keys(tokens[0]?.namespacePermissions ?? { default: [] })[0] ?? 'default';
  const common = { 'bundle.json': jsonOf(manifest) };
  const table = tokensFile(tokens, style);
  const main = mainOf('./edgekv.js', [namespace], name);
  const edgekv = helper(style === 'old-helper' ? '0.6.1' : '0.6.3');
  switch (style) {
    case 'no-file':
      return { ...common, 'main.js': main, 'edgekv.js': edgekv };
    case 'inlined':
      return { ...common, 'main.js': inlinedMain(tokens, namespace, name) };
    case 'lib': {
      const files = { 'lib/edgekv.js': edgekv, 'lib/edgekv_tokens.js': table };
      return { ...common, 'main.js': mainOf('./lib/edgekv.js', [namespace], name), ...files };
    }
    case 'modules': {
      const files = { 'services/store.js': storeModule(namespace, name), 'edgekv.js': edgekv };
      return { ...common, 'main.js': MAIN_OF_MODULES, ...files, 'edgekv_tokens.js': table };
    }
    case 'two-missing': {
      const more = mainOf('./edgekv.js', [namespace, 'promo', 'loyalty'], name);
      return { ...common, 'main.js': more, 'edgekv.js': edgekv, 'edgekv_tokens.js': table };
    }
    case 'imports-mini-cart': {
      const dependencies = { 'mini-cart': { edgeWorkerId: 4105, version: 'active' } };
      return { 'bundle.json': jsonOf({ ...manifest, dependencies }), 'main.js': MAIN_OF_PARENT };
    }
    case 'own-call':
      return { ...common, 'main.js': ownCall(namespace, name), 'edgekv_tokens.js': table };
    default:
      return { ...common, 'main.js': main, 'edgekv.js': edgekv, 'edgekv_tokens.js': table };
  }
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function mainOf(helperPath: string, namespaces: readonly string[], group: string): string {
  const [first = 'default', ...others] = namespaces;
  return [
    `import { EdgeKV } from '${helperPath}';`,
    `const edgeKv = new EdgeKV({ namespace: "${first}", group: "${group}" });`,
    'export async function onClientRequest(request) {',
    '  const found = await edgeKv.getText({ item: request.url, default_value: "" });',
    ...others.map(
      (one) => `  await edgeKv.getText({ namespace: "${one}", item: "banner", default_value: "" });`,
    ),
    '  if (found) request.respondWith(200, {}, found);',
    '}',
    '',
  ].join('\n');
}

const HELPER_CLASS = [
  'class EdgeKV {',
  '  constructor({ namespace = "default", group = "default" } = {}) { this.namespace = namespace; this.group = group; }',
  '  tokenHeader(namespace) {',
  '    const entry = edgekv_access_tokens["namespace-" + namespace];',
  '    if (!entry) throw new Error("MISSING ACCESS TOKEN");',
];
const SENDS_VALUE = '    return { "X-Akamai-EdgeDB-Auth": [entry.value] };';
const SENDS_BOTH =
  '    return entry.value ? { "X-Akamai-EdgeDB-Auth": [entry.value] } : { "X-Akamai-EdgeDB-Auth-Ref": [entry.reference] };';
const HELPER_END = [
  '  }',
  '  async getText({ namespace = this.namespace, group = this.group, item, default_value = null }) {',
  '    const path = "/api/v1/namespaces/" + namespace + "/groups/" + group + "/items/" + item;',
  '    const response = await httpRequest("https://edgekv.akamai-edge-svcs.net" + path, { headers: this.tokenHeader(namespace) });',
  '    return response.status === 200 ? response.text() : default_value;',
  '  }',
  '}',
];

/** A stand-in for Akamai's run-time helper, of the same size (17 KB) and with the same version comment. */
function helper(version: string): string {
  const isOld = version < '0.6.2';
  const filler = Array.from(
    { length: 222 },
    (_, line) => ` * ${line} this line only gives the file its size, as the real helper has it`,
  );
  return [
    '/*',
    ' * A stand-in for the EdgeKV helper library of Akamai.',
    ` * Version: ${version}`,
    ...filler,
    ' */',
    "import { httpRequest } from 'http-request';",
    "import { edgekv_access_tokens } from './edgekv_tokens.js';",
    ...HELPER_CLASS.map((line, index) => (index === 0 ? `export ${line}` : line)),
    isOld ? SENDS_VALUE : SENDS_BOTH,
    ...HELPER_END,
    '',
  ].join('\n');
}

type Entry = { key: string; name: string; held: 'reference' | 'value'; text: string };

/** One entry for each namespace; of two tokens for one, that for fewer has it, unless the style is to have both. */
function entriesOf(tokens: readonly SimToken[], style: BundleStyle): Entry[] {
  const sizeOf = (token: SimToken) => Object.keys(token.namespacePermissions).length;
  return tokens.flatMap((token) =>
    Object.keys(token.namespacePermissions).flatMap((namespace): Entry[] => {
      const isOthers = tokens.some(
        (one) => one !== token && namespace in one.namespacePermissions && sizeOf(one) < sizeOf(token),
      );
      if (isOthers && style !== 'twice') return [];
      const key = style === 'bare-key' ? namespace : `namespace-${namespace}`;
      const { name, uuid, value } = token;
      return [{ key, name, held: value === null ? 'reference' : 'value', text: value ?? uuid }];
    }),
  );
}

function tokensFile(tokens: readonly SimToken[], style: BundleStyle): string {
  const entries = entriesOf(tokens, style);
  if (style === 'by-hand') {
    return [
      '// Tokens of this EdgeWorker. Ask the platform team before you change one.',
      'const edgekv_access_tokens = {',
      ...entries.flatMap(({ key, name, held, text }) => [
        `  '${key}': { // read only`,
        `    name: '${name}',`,
        `    ${held}: '${text}',`,
        '  },',
      ]),
      "  // 'namespace-stores-preview': { name: 'store-preview', reference: 'ask for it' },",
      '};',
      '',
      'export { edgekv_access_tokens };',
      '',
    ].join('\n');
  }
  const printed = entries.map(
    ({ key, name, held, text }) => `"${key}" : { \n"name": "${name}",\n"${held}" : "${text}"\n}`,
  );
  return `var edgekv_access_tokens = {\n${printed.join(',\n')}\n}\nexport { edgekv_access_tokens };`;
}

/** What a bundler makes of all files: one main.js, no comment of the helper left. */
function inlinedMain(tokens: readonly SimToken[], namespace: string, group: string): string {
  return [
    "import { httpRequest } from 'http-request';",
    '',
    'var edgekv_access_tokens = {',
    ...entriesOf(tokens, 'inlined').map(
      ({ key, name, held, text }) => `  "${key}": { name: "${name}", ${held}: "${text}" },`,
    ),
    '};',
    '',
    ...HELPER_CLASS,
    SENDS_BOTH,
    ...HELPER_END,
    '',
    `const edgeKv = new EdgeKV({ namespace: "${namespace}", group: "${group}" });`,
    'async function onClientRequest(request) {',
    '  const found = await edgeKv.getText({ item: request.url });',
    '  if (found) request.respondWith(200, {}, found);',
    '}',
    '',
    'export { onClientRequest };',
    '',
  ].join('\n');
}

const MAIN_OF_MODULES = [
  "import { readItem } from './services/store.js';",
  'export async function onClientRequest(request) {',
  '    const found = await readItem(request.url);',
  '    if (found !== null)',
  '        request.respondWith(200, {}, found);',
  '}',
  '',
].join('\n');

/** A dependency is imported by the name that it has in bundle.json. */
const MAIN_OF_PARENT = [
  "import * as miniCart from 'mini-cart';",
  'export function onClientRequest(request) {',
  '  return miniCart.onClientRequest(request);',
  '}',
  '',
].join('\n');

/** Written apart, so that it is no import of this file. */
const ABOVE = '..';

function storeModule(namespace: string, group: string): string {
  return [
    `import { EdgeKV } from '${ABOVE}/edgekv.js';`,
    `const NAMESPACE = "${namespace}";`,
    `const store = new EdgeKV({ namespace: NAMESPACE, group: "${group}" });`,
    'export async function readItem(item) {',
    '    return store.getText({ item, default_value: null });',
    '}',
    '',
  ].join('\n');
}

function ownCall(namespace: string, group: string): string {
  return [
    "import { httpRequest } from 'http-request';",
    "import { edgekv_access_tokens } from './edgekv_tokens.js';",
    `const items = 'https://edgekv.akamai-edge-svcs.net/api/v1/namespaces/${namespace}/groups/${group}/items/';`,
    `const { reference } = edgekv_access_tokens['namespace-${namespace}'];`,
    'export async function onClientRequest(request) {',
    "  const found = await httpRequest(items + 'signals', { headers: { 'X-Akamai-EdgeDB-Auth-Ref': [reference] } });",
    '  if (found.status === 200) request.setVariable("PMUSER_SIGNALS", await found.text());',
    '}',
    '',
  ].join('\n');
}

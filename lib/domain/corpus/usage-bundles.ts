// Live bundles of one account in the ways that teams have of holding tokens, each with a list made by hand, from reading
// it, of what it uses. Several are the work of real tools (fixtures/inlined), or files seen in public (fixtures).
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { MatchedBy } from '../bundle-token-use';
import { type Day, parseDay } from '../day';
import { type Network, parsePermissions } from '../permissions';
import type { AllowedEdgeWorkers, Token } from '../token';

export type LiveBundle = {
  edgeWorker: string;
  /** What is odd about it. */
  name: string;
  networks: readonly Network[];
  files: Files;
  /** Names begin with this in the archive. */
  prefix: string;
  /** So many bytes of the .tgz are there; null for all. */
  cutTo: number | null;
  /** Whether it holds the code of its dependencies. */
  isCombined: boolean;
  /** By hand: the tokens it uses, by name, and how sure that is. */
  uses: Readonly<Record<string, MatchedBy>>;
  /** By hand: whether it may use others, which cannot be told. */
  isUnclear: boolean;
  /** By hand: keys of entries whose token the account does not have any more. */
  gone: readonly string[];
};

/** The day on which all of this is live. */
export const TODAY = dayOf('2026-11-25');

const CART = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const READER = '0641a39e-0e7f-5a82-ad19-798347276a89';
const WRITER = '9003ab53-d974-52bf-9c08-4fd9d86c4586';
const GEO = '4c1de2a7-0f52-5b86-a9d0-6f3b8a1c7e25';
/** The `jti` of the JWT in the fixtures. */
const BANNER = '689081b7-96d7-56e7-8441-80c13e79026a';
const PROMO = '0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11';
const FAQ = 'a51e0c3f-72b4-5d19-8e66-1b9d4c2f8073';
/** What `shop-reader` had before it was revoked and made again. */
const READER_BEFORE = '33e1f0c8-5b7d-5a44-9c12-e8d7a6b5c4f3';
/** Of a request, a customer, a build: of no token. */
const NO_TOKEN = '7d1f0c55-2b1e-4c43-9a39-53c9a7f0b6aa';

function dayOf(text: string): Day {
  const day = parseDay(text);
  if (day === null) throw new Error(`${text} is no day`);
  return day;
}

type Limits = { edgeWorkers?: AllowedEdgeWorkers; networks?: readonly Network[] };

export function tokenOf(
  name: string,
  uuid: string,
  permissions: string,
  expiry: string | null = null,
  { edgeWorkers = 'all', networks = ['staging', 'production'] }: Limits = {},
): Token {
  return {
    name,
    uuid,
    expiry: expiry === null ? null : dayOf(expiry),
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: expiry === null ? 'complete' : null,
    details: {
      kind: expiry === null ? 'auto-refresh' : 'legacy',
      cpCode: null,
      networks: { staging: networks.includes('staging'), production: networks.includes('production') },
      permissions: parsePermissions(permissions) ?? new Map(),
      edgeWorkers,
    },
  };
}

/** The tokens of the account that bundles hold. */
export const TOKENS: readonly Token[] = [
  tokenOf('cart-rw', CART, 'cart:rw,default:r'),
  tokenOf('shop-reader', READER, 'default:r'),
  tokenOf('shop-writer', WRITER, 'catalog:rw'),
  tokenOf('geo-r', GEO, 'geo:r'),
  tokenOf('legacy-banner', BANNER, 'default:rwd,banner:r', '2026-12-05'),
  tokenOf('promo-old', PROMO, 'promo:r', '2026-12-20'),
  tokenOf('faq-old', FAQ, 'faq:r', '2027-01-31'),
];

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');

function fixture(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8');
}

/** All files of a folder of fixtures. */
function folder(name: string): Files {
  const root = join(FIXTURES, 'inlined', name);
  const walk = (path: string): string[] =>
    readdirSync(path).flatMap((one) => {
      const full = join(path, one);
      return statSync(full).isDirectory() ? walk(full) : [full];
    });
  return Object.fromEntries(walk(root).map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
}

type Files = Readonly<Record<string, string | Buffer>>;

/** Of `promo-old`, with another id than its uuid. */
const PROMO_JWT = /"(eyJ[^"]+)"/.exec(fixture('inlined/esbuild.js'))?.[1] ?? '';
/** Of `legacy-banner`. */
const BANNER_JWT = /"(eyJ[^"]+)"/.exec(fixture('03-cli-legacy-value.js'))?.[1] ?? '';

/** Akamai's helper, in short. */
const HELPER = [
  '/* Version: 0.6.3 */',
  "import { httpRequest } from 'http-request';",
  "import { edgekv_access_tokens } from './edgekv_tokens.js';",
  'export class EdgeKV {',
  '  constructor({ namespace = "default", group = "default", token_override = null }) {',
  '    Object.assign(this, { namespace, group, token: token_override });',
  '  }',
  '  head() {',
  '    if (this.token) return { "X-Akamai-EdgeDB-Auth": [this.token] };',
  '    const entry = edgekv_access_tokens["namespace-" + this.namespace];',
  '    if (entry.value) return { "X-Akamai-EdgeDB-Auth": [entry.value] };',
  '    return { "X-Akamai-EdgeDB-Auth-Ref": [entry.reference] };',
  '  }',
  '  getText({ item }) { return httpRequest("https://edgekv.akamai-edge-svcs.net/" + item, { headers: this.head() }); }',
  '}',
].join('\n');

function mainOf(namespace: string, helper = './edgekv.js'): string {
  return `import { EdgeKV } from '${helper}';\nconst kv = new EdgeKV({ namespace: "${namespace}", group: "a" });\nexport async function onClientRequest(r) { r.respondWith(200, {}, await kv.getText({ item: "x" })); }\n`;
}

function entry(namespace: string, name: string, reference: string): string {
  return `"namespace-${namespace}": { "name": "${name}", "reference": "${reference}" }`;
}

function fileOf(...entries: readonly string[]): string {
  return `var edgekv_access_tokens = {\n${entries.join(',\n')}\n}\nexport { edgekv_access_tokens };`;
}

/** The usual three files; `tokens` is the whole tokens file. */
function usual(namespace: string, tokens: string | Buffer): Files {
  return { 'main.js': mainOf(namespace), 'edgekv.js': HELPER, 'edgekv_tokens.js': tokens };
}

const CART_ENTRY = entry('cart', 'cart-rw', CART);
const READER_FILE = fixture('01-cli-reference-prefixed.js');
const MANIFEST = { 'edgeworker-version': '1.0.0', description: 'of the corpus' };
const ON_MINI_CART = JSON.stringify({
  ...MANIFEST,
  dependencies: { 'mini-cart': { edgeWorkerId: 4105, version: 'active' } },
});
const CALL = "import { httpRequest } from 'http-request';\n";

type Row = {
  name: string;
  files: Files;
  uses?: LiveBundle['uses'];
  isUnclear?: true;
  gone?: readonly string[];
  networks?: readonly Network[];
  isCombined?: true;
  prefix?: string;
  cutTo?: number;
};

const BUILT: LiveBundle['uses'] = { 'cart-rw': 'reference', 'promo-old': 'claims' };

const ROWS: readonly Row[] = [
  // A tokens file, as the CLI, scripts and people write it.
  {
    name: 'the CLI’s file with a reference',
    files: usual('default', READER_FILE),
    uses: { 'shop-reader': 'reference' },
  },
  {
    // The helper never reads it: that is a finding, and the token is what the version is meant to use.
    name: 'the CLI’s file with a bare key',
    files: usual('default', fixture('02-cli-reference-UNPREFIXED.js')),
    uses: { 'shop-reader': 'reference' },
    networks: ['staging'],
  },
  {
    name: 'the CLI’s file with one JWT for two namespaces, whose id is the token’s',
    files: usual('banner', fixture('03-cli-legacy-value.js')),
    uses: { 'legacy-banner': 'claims' },
  },
  {
    name: 'a file by hand: unquoted fields, single quotes, a semicolon',
    files: usual('catalog', fixture('05-unquoted-single-quoted-semicolon.js')),
    uses: { 'shop-writer': 'reference' },
    networks: ['production'],
  },
  {
    name: 'trailing commas',
    files: usual('default', fixture('06-trailing-commas.js')),
    uses: { 'shop-reader': 'reference' },
  },
  {
    name: 'comments, and an entry that is commented out',
    files: usual('default', fixture('07-const-comments.js')),
    uses: { 'shop-reader': 'reference' },
  },
  {
    name: 'Akamai’s own Python tool',
    files: usual('default', fixture('18-ekv-tools-python.js')),
    uses: { 'legacy-banner': 'claims' },
  },
  {
    name: 'byte order mark, CRLF, no line break at the end',
    files: usual('default', `\ufeff${READER_FILE.replaceAll('\n', '\r\n')}`),
    uses: { 'shop-reader': 'reference' },
  },
  {
    name: 'minified to one line',
    files: usual(
      'geo',
      `const edgekv_access_tokens={"namespace-geo":{name:"geo-r",reference:"${GEO}"}};export{edgekv_access_tokens};`,
    ),
    uses: { 'geo-r': 'reference' },
  },
  {
    name: 'template texts instead of quoted ones',
    files: usual(
      'geo',
      `export const edgekv_access_tokens = { 'namespace-geo': { name: \`geo-r\`, reference: \`${GEO}\` } };`,
    ),
    uses: { 'geo-r': 'reference' },
  },
  {
    name: 'a reference in capitals',
    files: usual('geo', fileOf(entry('geo', 'geo-r', GEO.toUpperCase()))),
    uses: { 'geo-r': 'reference' },
  },
  {
    name: 'several namespaces, two of them with one token',
    files: usual(
      'cart',
      fileOf(CART_ENTRY, entry('default', 'cart-rw', CART), entry('catalog', 'shop-writer', WRITER)),
    ),
    uses: { 'cart-rw': 'reference', 'shop-writer': 'reference' },
  },
  {
    // The last one wins in JavaScript, whatever tool wrote the first.
    name: 'a namespace twice: the first entry is never read',
    files: usual('cart', fileOf(entry('cart', 'geo-r', GEO), CART_ENTRY)),
    uses: { 'cart-rw': 'reference' },
  },
  {
    // The helper takes the value.
    name: 'a JWT and a reference in one entry',
    files: usual(
      'banner',
      fileOf(`"namespace-banner": { "name": "x", "value": "${BANNER_JWT}", "reference": "${WRITER}" }`),
    ),
    uses: { 'legacy-banner': 'claims' },
  },
  {
    name: 'a JWT under another name, found by its day and its rights',
    files: usual('promo', fileOf(`"namespace-promo": { "name": "our promo", "value": "${PROMO_JWT}" }`)),
    uses: { 'promo-old': 'claims' },
  },
  {
    name: 'a text for a value, with the name of a legacy token',
    files: usual('faq', fileOf('"namespace-faq": { "name": "faq-old", "value": "see the vault" }')),
    uses: { 'faq-old': 'name' },
  },
  {
    name: 'a name that was revoked and made again: what stands there is the token before',
    files: usual('default', fileOf(entry('default', 'shop-reader', READER_BEFORE))),
    gone: ['namespace-default'],
  },
  {
    name: 'names that begin with ./',
    files: usual('cart', fileOf(CART_ENTRY)),
    prefix: './',
    uses: { 'cart-rw': 'reference' },
  },
  {
    name: 'an old helper, which cannot send references',
    files: { ...usual('cart', fileOf(CART_ENTRY)), 'edgekv.js': HELPER.replace('0.6.3', '0.5.4') },
    uses: { 'cart-rw': 'reference' },
  },
  {
    name: 'a namespace that only the run tells: all tokens it can have stand in the file',
    files: {
      ...usual('cart', fileOf(CART_ENTRY, entry('geo', 'geo-r', GEO))),
      'main.js':
        "import { EdgeKV } from './edgekv.js';\nexport const kv = (r) => new EdgeKV({ namespace: r.device.brandName });",
    },
    uses: { 'cart-rw': 'reference', 'geo-r': 'reference' },
  },
  { name: 'an empty table', files: usual('default', fixture('14-empty.js')) },
  // Files that do not tell.
  {
    name: 'placeholders, which a pipeline did not fill in',
    files: usual('cart', fileOf('"namespace-cart": { "name": "#NAME#", "reference": "#EDGEKV_TOKEN#" }')),
    isUnclear: true,
  },
  {
    name: 'a text for a value, with a name of no token',
    files: usual('default', fixture('08-export-const-and-default.js')),
    isUnclear: true,
  },
  {
    name: 'a text for a value beside a reference: the helper sends the text',
    files: usual('default', fixture('12-both-value-and-reference.js')),
    isUnclear: true,
  },
  {
    name: 'a file with a mistake in it',
    files: usual('x', fixture('16-syntax-error.js')),
    isUnclear: true,
  },
  {
    name: 'values that a function computes',
    files: usual(
      'cart',
      'import { open } from "./vault.js";\nexport const edgekv_access_tokens = { "namespace-cart": { name: "cart-rw", value: open("cart") } };',
    ),
    isUnclear: true,
  },
  {
    name: 'another table spread into the table',
    files: usual('cart', `import { more } from './more.js';\n${fileOf('...more', CART_ENTRY)}`),
    isUnclear: true,
  },
  {
    name: 'a file that is not UTF-8',
    files: usual('cart', Buffer.from(`// für den Warenkorb\n${fileOf(CART_ENTRY)}`, 'latin1')),
    isUnclear: true,
  },
  { name: 'half a .tgz', files: usual('cart', fileOf(CART_ENTRY)), cutTo: 400, isUnclear: true },
  // Other places.
  {
    name: 'helper and tokens file in lib/',
    files: {
      'main.js': mainOf('cart', './lib/edgekv.js'),
      'lib/edgekv.js': HELPER,
      'lib/edgekv_tokens.js': fileOf(CART_ENTRY),
    },
    uses: { 'cart-rw': 'reference' },
  },
  {
    // Which code loads it was not seen; better one use too many than a token revoked that was needed.
    name: 'a tokens file in a folder from which nobody imports',
    files: { 'main.js': 'export {};', 'config/edgekv_tokens.js': fileOf(entry('geo', 'geo-r', GEO)) },
    uses: { 'geo-r': 'reference' },
  },
  {
    name: 'the table under another file name',
    files: {
      ...usual('geo', ''),
      'edgekv.js': HELPER.replace('./edgekv_tokens.js', './config/production.js'),
      'config/production.js': fileOf(entry('geo', 'geo-r', GEO)),
    },
    // The empty tokens file lies there and is nobody's.
    uses: { 'geo-r': 'reference' },
  },
  {
    name: 'a table of JSON, imported by a helper that was changed for it',
    files: {
      'main.js': mainOf('cart'),
      'edgekv.js': HELPER.replace(
        "{ edgekv_access_tokens } from './edgekv_tokens.js'",
        "edgekv_access_tokens from './tokens.json'",
      ),
      'tokens.json': `{ ${CART_ENTRY} }`,
    },
    isUnclear: true,
  },
  {
    name: 'the table handed to a constructor of one’s own',
    files: {
      'main.js':
        'import { edgekv_access_tokens } from "./edgekv_tokens.js";\nimport { Store } from "./store.js";\nnew Store("cart", edgekv_access_tokens);',
      'store.js':
        'export class Store { constructor(ns, table) { this.head = { "X-Akamai-EdgeDB-Auth-Ref": [table["namespace-" + ns].reference] }; } }',
      'edgekv_tokens.js': fileOf(CART_ENTRY),
    },
    uses: { 'cart-rw': 'reference' },
  },
  {
    name: 'TypeScript’s modules with a tokens file',
    files: folder('tsc'),
    uses: BUILT,
  },
  // Built into code.
  ...['esbuild.js', 'esbuild-minified.js', 'rollup-terser.js', 'webpack.js', 'webpack-eval.js'].map(
    (name) => ({
      name: `one file by ${name}`,
      files: { 'main.js': fixture(`inlined/${name}`) },
      uses: BUILT,
    }),
  ),
  {
    name: 'JSON that webpack turned into JSON.parse',
    files: { 'main.js': fixture('inlined/webpack-json.js') },
    uses: BUILT,
  },
  { name: 'chunks of rollup', files: folder('chunks'), uses: BUILT },
  {
    name: 'a token in a comment only',
    files: { 'main.js': `// was { ${CART_ENTRY} }\nexport function onClientRequest() {}` },
  },
  {
    name: 'a token commented out beside the one that took its place',
    files: {
      'main.js': `/* { ${CART_ENTRY} } */\nconst tokens = { ${entry('geo', 'geo-r', GEO)} };\n${HELPER.replace(/^import .*tokens.*$/m, '').replaceAll('edgekv_access_tokens', 'tokens')}`,
    },
    uses: { 'geo-r': 'reference' },
  },
  {
    name: 'one table for each network',
    files: {
      'main.js': `const tokens = STAGING ? { ${entry('cart', 'shop-writer', WRITER)} } : { ${CART_ENTRY} };\n${HELPER.replace(/^import .*tokens.*$/m, '').replaceAll('edgekv_access_tokens', 'tokens')}`,
    },
    uses: { 'cart-rw': 'reference', 'shop-writer': 'reference' },
  },
  {
    name: 'a token that code computes',
    files: {
      'main.js': `const tokens = { "namespace-cart": { name: "cart-rw", reference: find(ENV) } };\n${mainOf('cart')}`,
      'edgekv.js': HELPER,
    },
    isUnclear: true,
  },
  // Without the helper, or past it.
  {
    name: 'a call of one’s own with the reference in its header',
    files: {
      'main.js': `${CALL}httpRequest(u, { headers: { "X-Akamai-EdgeDB-Auth-Ref": ["${CART}"] } });`,
    },
    uses: { 'cart-rw': 'reference' },
  },
  {
    name: 'a call of one’s own with the reference in a constant',
    files: {
      'main.js': `${CALL}const REF = '${CART}';\nhttpRequest(u, { headers: { 'x-akamai-edgedb-auth-ref': [REF] } });`,
    },
    uses: { 'cart-rw': 'reference' },
  },
  {
    name: 'a call of one’s own with a uuid that is no token here',
    files: {
      'main.js': `${CALL}const REF = '${NO_TOKEN}';\nhttpRequest(u, { headers: { 'x-akamai-edgedb-auth-ref': [REF] } });`,
    },
    isUnclear: true,
  },
  {
    name: 'a call of one’s own with a JWT',
    files: {
      'main.js': `${CALL}const T = '${PROMO_JWT}';\nhttpRequest(u, { headers: { 'X-Akamai-EdgeDB-Auth': [T] } });`,
    },
    uses: { 'promo-old': 'claims' },
  },
  {
    name: 'a call of one’s own with a token from a property variable',
    files: {
      'main.js': `${CALL}export const onClientRequest = (r) => httpRequest(u, { headers: { 'X-Akamai-EdgeDB-Auth': [r.getVariable('PMUSER_KV')] } });`,
    },
    isUnclear: true,
  },
  {
    name: 'the same beside the helper and its tokens file, which tells nothing of that call',
    files: {
      ...usual('cart', fileOf(CART_ENTRY)),
      'audit.js': `${CALL}export const audit = (r) => httpRequest(u, { headers: { 'X-Akamai-EdgeDB-Auth': [r.getVariable('PMUSER_KV')] } });`,
    },
    uses: { 'cart-rw': 'reference' },
    isUnclear: true,
  },
  {
    name: 'a call of one’s own with what it imports, as the helper does',
    files: {
      'edgekv.js': HELPER,
      'edgekv_tokens.js': fileOf(CART_ENTRY),
      'main.js': `${CALL}import { edgekv_access_tokens as t } from './edgekv_tokens.js';\nhttpRequest(u, { headers: { 'X-Akamai-EdgeDB-Auth-Ref': [t['namespace-cart'].reference] } });`,
    },
    uses: { 'cart-rw': 'reference' },
  },
  {
    name: 'a JWT handed to the helper in place of the file’s',
    files: {
      ...usual('cart', fileOf(CART_ENTRY)),
      'main.js': `import { EdgeKV } from './edgekv.js';\nnew EdgeKV({ namespace: "promo", token_override: "${PROMO_JWT}" });`,
    },
    uses: { 'cart-rw': 'reference', 'promo-old': 'claims' },
  },
  {
    name: 'a token from a property variable handed to the helper in place of the file’s',
    files: {
      ...usual('cart', fileOf(CART_ENTRY)),
      'main.js': `import { EdgeKV } from './edgekv.js';\nexport const kv = (r) => new EdgeKV({ namespace: "promo", token_override: r.getVariable("PMUSER_KV") });`,
    },
    uses: { 'cart-rw': 'reference' },
    isUnclear: true,
  },
  // Dependencies.
  {
    name: 'a dependency whose code was not read',
    files: {
      'bundle.json': ON_MINI_CART,
      'main.js':
        "import * as miniCart from 'mini-cart';\nexport const onClientRequest = (r) => miniCart.onClientRequest(r);",
    },
    isUnclear: true,
  },
  {
    name: 'a dependency whose code was read with it',
    files: {
      'bundle.json': ON_MINI_CART,
      'main.js':
        "import * as miniCart from 'mini-cart';\nexport const onClientRequest = (r) => miniCart.onClientRequest(r);",
      'mini-cart/main.js': mainOf('cart'),
      'mini-cart/edgekv.js': HELPER,
      'mini-cart/edgekv_tokens.js': fileOf(CART_ENTRY),
    },
    isCombined: true,
    uses: { 'cart-rw': 'reference' },
  },
  // Nothing of EdgeKV.
  {
    name: 'no EdgeKV at all',
    files: { 'main.js': 'export function onClientRequest(r) { r.respondWith(204, {}, ""); }' },
  },
  {
    name: 'other uuids and other JWTs',
    files: {
      'main.js': `const ids = { request: { name: "x", id: "${NO_TOKEN}" } }, auth = "${otherJwt()}", css = { "namespace-a": "b" };`,
    },
  },
  {
    // It cannot load, so that it sends nothing.
    name: 'the helper without its tokens file',
    files: { 'main.js': mainOf('cart'), 'edgekv.js': HELPER },
  },
];

/** A JWT of another service. */
function otherJwt(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ iss: 'https://login.example', exp: 1_900_000_000 })}.${'s'.repeat(40)}`;
}

export const LIVE_BUNDLES: readonly LiveBundle[] = ROWS.map((row, index) => ({
  edgeWorker: String(4201 + index),
  name: row.name,
  networks: row.networks ?? ['staging', 'production'],
  files: { 'bundle.json': JSON.stringify(MANIFEST), ...row.files },
  prefix: row.prefix ?? '',
  cutTo: row.cutTo ?? null,
  isCombined: row.isCombined ?? false,
  uses: row.uses ?? {},
  isUnclear: row.isUnclear ?? false,
  gone: row.gone ?? [],
}));

// Forty ways in which bundles hold tokens, most of them written by the tools themselves (fixtures/inlined), each with a
// list made by hand of what it uses.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { packFiles } from '@/simulator/bundle';
import { type Archive, readArchive } from './archive';
import { readCode } from './bundle-code';
import { archiveFindings, type BundleReport, examineBundle } from './bundle-doctor';
import { type Day, parseDay } from './day';
import { parsePermissions } from './permissions';
import type { Token } from './token';

const REFERENCE = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const OTHER = '0b9c32a3-5ff5-4b5d-8d0e-2d2f6f4f3a11';
const ANY_UUID = '7d1f0c55-2b1e-4c43-9a39-53c9a7f0b6aa';
/** The legacy token of the fixtures: rights on promo, valid to 20 Dec 2026. */
const JWT = /"(eyJ[^"]+)"/.exec(fixture('esbuild.js'))?.[1] ?? '';
const TABLE = `"namespace-cart":{"name":"cart-rw","reference":"${REFERENCE}"}`;
const FILE = `var edgekv_access_tokens = { ${TABLE} };\nexport { edgekv_access_tokens };\n`;
const HELPER = [
  "/* Version: 0.6.3 */\nimport { edgekv_access_tokens } from './edgekv_tokens.js';",
  'export class EdgeKV { head(ns) { const entry = edgekv_access_tokens["namespace-" + ns];',
  'return { "X-Akamai-EdgeDB-Auth-Ref": [entry.reference] }; } }',
].join('\n');
const USUAL_MAIN =
  "import { EdgeKV } from './edgekv.js';\nconst carts = new EdgeKV({ namespace: 'cart', group: 'a' });\n";
/** What a bundler leaves of the helper. */
const HELPER_LEFT =
  'class e{h(n){const t=o["namespace-"+n];return{"X-Akamai-EdgeDB-Auth-Ref":[t.reference]}}}new e({namespace:"cart",group:"a"});';

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text);
}

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', 'inlined', name), 'utf8');
}

function account(): Token[] {
  const token = (name: string, uuid: string, expiry: Day | null, ns: string): Token => ({
    name,
    uuid,
    expiry,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: expiry === null ? 'complete' : null,
    details: {
      kind: expiry === null ? 'auto-refresh' : 'legacy',
      cpCode: null,
      networks: { staging: true, production: true },
      permissions: parsePermissions(ns) ?? assert.fail(ns),
      edgeWorkers: 'all',
    },
  });
  return [
    token('cart-rw', REFERENCE, null, 'cart:rw,default:r'),
    token('promo-old', OTHER, day('2026-12-20'), 'promo:r'),
  ];
}

type Files = Readonly<Record<string, string>>;

async function archiveOf(files: Files): Promise<Archive> {
  const read = await readArchive(packFiles({ 'bundle.json': '{"edgeworker-version":"1.0.0"}', ...files }));
  return read.ok ? read.value : assert.fail(read.problem.title);
}

async function examined(files: Files): Promise<BundleReport> {
  const context = { packedBytes: 1, tokens: account(), today: day('2026-11-25'), edgeWorker: null };
  return examineBundle(await archiveOf(files), context);
}

/** All files of a folder of fixtures. */
function folder(name: string): Files {
  const root = join(import.meta.dirname, 'fixtures', 'inlined', name);
  const walk = (path: string): string[] =>
    readdirSync(path).flatMap((one) => {
      const full = join(path, one);
      return statSync(full).isDirectory() ? walk(full) : [full];
    });
  return Object.fromEntries(walk(root).map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
}

const BOTH = (path: string) => [
  `${path} namespace-cart cart-rw reference cart-rw`,
  `${path} namespace-promo promo-old value promo-old`,
];
const BUILT = ['token-expiring', 'tokens-inlined'];

type Example = {
  name: string;
  files: Files;
  /** Path, key, the name that stands there, its form, and the token of the account that it is. */
  uses: readonly string[];
  /** Namespaces that the code names. */
  named: readonly string[];
  /** All finding codes, sorted. */
  codes: readonly string[];
};

const built = (name: string): Example => ({
  name: `what ${name.replace('.js', '')} writes`,
  files: { 'main.js': fixture(name) },
  uses: BOTH('main.js'),
  named: ['cart', 'promo'],
  codes: BUILT,
});

const EXAMPLES: readonly Example[] = [
  // Written by the real tools from one source (esbuild 0.27, rollup 4, terser 5, webpack 5, TypeScript 5).
  // A minifier's name for the namespace means something else in each function, so that it is not known.
  { ...built('esbuild-minified.js'), named: ['promo'], codes: ['namespace-unknown', ...BUILT] },
  ...['esbuild.js', 'esbuild-es2019.js', 'rollup.js', 'rollup-terser.js'].map(built),
  ...['terser-single-quotes.js', 'terser-quoted-keys.js', 'webpack.js', 'webpack-readable.js'].map(built),
  { ...built('webpack-eval.js'), name: 'webpack’s eval modules, where all stands inside of texts' },
  {
    ...built('webpack-json.js'),
    name: 'a JSON file that webpack turned into JSON.parse',
    uses: [...BOTH('main.js'), 'main.js namespace-default cart-rw reference cart-rw'],
  },
  {
    name: 'chunks in a sub-folder',
    files: folder('chunks'),
    uses: BOTH('chunks/tokens-C6pvpMau.js'),
    named: ['cart', 'promo'],
    codes: BUILT,
  },
  {
    name: 'chunks that end in .mjs',
    files: Object.fromEntries(
      Object.entries(folder('chunks')).map(([path, text]) =>
        path === 'main.js'
          ? [path, text.replace(/(chunks\/[^']+)\.js/g, '$1.mjs')]
          : [path.replace(/\.js$/, '.mjs'), text.replace(/(tokens-[^']+)\.js/g, '$1.mjs')],
      ),
    ),
    uses: BOTH('chunks/tokens-C6pvpMau.mjs'),
    named: ['cart', 'promo'],
    codes: BUILT,
  },
  {
    name: 'modules as TypeScript writes them, with a tokens file',
    files: folder('tsc'),
    uses: BOTH('edgekv_tokens.js'),
    named: ['cart', 'promo'],
    codes: ['token-expiring'],
  },
  {
    name: 'the helper in lib/ with its tokens file beside it',
    files: {
      'main.js': USUAL_MAIN.replace('./edgekv', './lib/edgekv'),
      'lib/edgekv.js': HELPER,
      'lib/edgekv_tokens.js': FILE,
    },
    uses: ['lib/edgekv_tokens.js namespace-cart cart-rw reference cart-rw'],
    named: ['cart'],
    codes: ['tokens-file-elsewhere'],
  },
  {
    name: 'several helpers, each with its tokens file',
    files: {
      'main.js': USUAL_MAIN,
      'edgekv.js': HELPER,
      'edgekv_tokens.js': FILE,
      'vendor/edgekv.js': HELPER,
      'vendor/edgekv_tokens.js': FILE,
    },
    uses: [
      'edgekv_tokens.js namespace-cart cart-rw reference cart-rw',
      'vendor/edgekv_tokens.js namespace-cart cart-rw reference cart-rw',
    ],
    named: ['cart'],
    codes: ['tokens-file-elsewhere'],
  },
  {
    name: 'several helpers that share one tokens file',
    files: {
      'main.js': USUAL_MAIN,
      'edgekv.js': HELPER,
      'vendor/edgekv.js': HELPER.replace('./edgekv_tokens', '../edgekv_tokens'),
      'edgekv_tokens.js': FILE,
    },
    uses: ['edgekv_tokens.js namespace-cart cart-rw reference cart-rw'],
    named: ['cart'],
    codes: [],
  },
  {
    name: 'the table handed to a constructor of one’s own, from the tokens file',
    files: {
      'main.js':
        'import { edgekv_access_tokens } from "./edgekv_tokens.js";\nimport { EdgeKV } from "./kv.js";\nconst kv = new EdgeKV("cart", "sessions", edgekv_access_tokens);\n',
      'kv.js':
        'export class EdgeKV { constructor(ns, group, table) { this.entry = table["namespace-" + ns]; } }',
      'edgekv_tokens.js': FILE,
    },
    uses: ['edgekv_tokens.js namespace-cart cart-rw reference cart-rw'],
    named: ['cart'],
    codes: [],
  },
  {
    name: 'an entry written into the call of a constructor',
    files: {
      'main.js': `new Store({ namespace: "cart", group: "a", token: { name: "cart-rw", reference: "${REFERENCE}" } });`,
    },
    uses: ['main.js token cart-rw reference cart-rw'],
    named: ['cart'],
    // Whose entry it is cannot be told, so nothing is said against its key, and the namespace has no entry that is seen.
    codes: ['namespace-without-token', 'tokens-inlined'],
  },
  {
    name: 'a JWT handed to the helper as token_override',
    files: {
      'main.js': `import { EdgeKV } from './edgekv.js';\nnew EdgeKV({ namespace: "promo", group: "a", token_override: "${JWT}" });`,
      'edgekv.js': HELPER,
    },
    uses: ['main.js ? null value promo-old'],
    named: [],
    codes: ['token-expiring', 'tokens-inlined'],
  },
  {
    name: 'a token in a line comment only',
    files: { 'main.js': `// was: ${TABLE}\nexport const x = 1;\n` },
    uses: [],
    named: [],
    codes: ['no-tokens-file', 'token-in-comment'],
  },
  {
    name: 'a token in the banner of a minified file, and another in its code',
    files: {
      'main.js': `/*! built 2026 "namespace-old":{"name":"x","reference":"${OTHER}"} */var a={${TABLE}};${HELPER_LEFT}`,
    },
    uses: ['main.js namespace-cart cart-rw reference cart-rw'],
    named: ['cart'],
    codes: ['token-in-comment', 'tokens-inlined'],
  },
  {
    name: 'an import in a comment, and the tokens file in another folder',
    files: {
      'main.js': "// import { t } from './edgekv_tokens.js';\nexport {};",
      'config/edgekv_tokens.js': FILE,
    },
    uses: ['config/edgekv_tokens.js namespace-cart cart-rw reference cart-rw'],
    named: [],
    codes: ['tokens-file-elsewhere'],
  },
  {
    name: 'a call of one’s own with the reference in its header',
    files: {
      'main.js': `import { httpRequest } from 'http-request';\nhttpRequest(u, { headers: { "X-Akamai-EdgeDB-Auth-Ref": ["${REFERENCE}"] } });`,
    },
    uses: ['main.js ? null reference cart-rw'],
    named: [],
    codes: ['tokens-inlined'],
  },
  {
    name: 'a call of one’s own with the reference in a constant, known to the account',
    files: {
      'main.js': `const REF = \`${REFERENCE}\`;\nhttpRequest(u, { headers: { 'x-akamai-edgedb-auth-ref': [REF] } });`,
    },
    uses: ['main.js ? null reference cart-rw'],
    named: [],
    codes: ['tokens-inlined'],
  },
  {
    name: 'a call of one’s own with a JWT in a constant',
    files: {
      'main.js': `const KV_TOKEN = '${JWT}';\nhttpRequest(u, { headers: { 'X-Akamai-EdgeDB-Auth': [KV_TOKEN] } });`,
    },
    uses: ['main.js ? null value promo-old'],
    named: [],
    codes: ['token-expiring', 'tokens-inlined'],
  },
  {
    name: 'a call of one’s own whose token comes at run time',
    files: {
      'main.js': `export function onClientRequest(r) { httpRequest(u, { headers: { 'X-Akamai-EdgeDB-Auth': [r.getVariable('PMUSER_KV')] } }); }`,
    },
    uses: [],
    named: [],
    codes: ['no-tokens-file', 'token-unknown'],
  },
  {
    name: 'bare keys built into main.js together with the helper',
    files: { 'main.js': `var o={cart:{name:"cart-rw",reference:"${REFERENCE}"}};${HELPER_LEFT}` },
    uses: ['main.js cart cart-rw reference cart-rw'],
    named: ['cart'],
    codes: ['bare-key', 'tokens-inlined'],
  },
  {
    name: 'placeholders that a pipeline fills in, in the tokens file',
    files: {
      'main.js': USUAL_MAIN,
      'edgekv.js': HELPER,
      'edgekv_tokens.js':
        'var edgekv_access_tokens = { "namespace-cart": { "name": "#NAME#", "reference": "#EDGEKV_TOKEN#" } };\nexport { edgekv_access_tokens };',
    },
    uses: ['edgekv_tokens.js namespace-cart #NAME# reference null'],
    named: ['cart'],
    codes: ['placeholder'],
  },
  {
    name: 'placeholders built into main.js',
    files: {
      'main.js': `var o={"namespace-cart":{name:"cart-rw",reference:"\${EDGEKV_REFERENCE}"}};${HELPER_LEFT}`,
    },
    uses: ['main.js namespace-cart cart-rw reference cart-rw'],
    named: ['cart'],
    codes: ['placeholder', 'tokens-inlined'],
  },
  {
    name: 'a table filled by assignment, and computed keys',
    files: {
      'main.js': `const t = {};\nt["namespace-cart"] = { name: "cart-rw", reference: "${REFERENCE}" };\nconst u = { ['namespace-promo']: { 'name': 'promo-old', 'value': '${JWT}' } };`,
    },
    uses: BOTH('main.js'),
    named: [],
    codes: BUILT,
  },
  {
    name: 'a frozen table with a spread before it',
    files: {
      'main.js': `const t = Object.freeze({ ...base, "namespace-cart" : /* cart */ {\n  name : 'cart-rw', // rw\n  reference : '${REFERENCE}',\n} });`,
    },
    uses: ['main.js namespace-cart cart-rw reference cart-rw'],
    named: [],
    codes: ['tokens-inlined'],
  },
  {
    name: 'a table whose entries are made by code',
    files: {
      'main.js': `const t = { "namespace-cart": entry("cart-rw", REF), "namespace-promo": { name: "promo-old", value: env.PROMO } };\n${USUAL_MAIN}`,
      'edgekv.js': HELPER,
    },
    uses: [],
    named: ['cart'],
    codes: ['token-unknown', 'tokens-inlined'],
  },
  {
    name: 'one table for each network',
    files: {
      'main.js': `const t = staging ? { "namespace-cart": { name: "cart-stg", reference: "${OTHER.replace('0b', '1c')}" } } : { ${TABLE} };`,
    },
    uses: [
      'main.js namespace-cart cart-stg reference null',
      'main.js namespace-cart cart-rw reference cart-rw',
    ],
    named: [],
    codes: ['token-gone', 'tokens-inlined'],
  },
  {
    name: 'tokens behind what looks like comments: addresses, regular expressions, divisions, templates',
    files: {
      'main.js': `const a = "https://x.y/*", r = /[/"'\`]\\/\\/*/g.test(s) ? /\\/*/ : 4 / 2 / 1, b = \`//\${ "/*" + \`\${c}\` } /*\`;\nif (r) /"/.exec(s); const t = { ${TABLE} };`,
    },
    uses: ['main.js namespace-cart cart-rw reference cart-rw'],
    named: [],
    codes: ['tokens-inlined'],
  },
  {
    name: 'constants and the helper’s own default as namespaces',
    files: {
      'main.js': `import { EdgeKV } from './edgekv.js';\nconst KV_SPACE = "cart";\nnew EdgeKV({ "namespace": KV_SPACE, group: 'x' });`,
      'other.js':
        "import { EdgeKV } from './edgekv.js';\nnew EdgeKV({ group: 'x' }); new EdgeKV('promo', 'x');",
      'edgekv.js': HELPER,
      'edgekv_tokens.js': FILE,
    },
    uses: ['edgekv_tokens.js namespace-cart cart-rw reference cart-rw'],
    named: ['cart', 'default', 'promo'],
    codes: ['namespace-without-token', 'namespace-without-token'],
  },
  {
    name: 'an entry that is put together from another',
    files: {
      'main.js': `const t = { "namespace-cart": { ...base, name: "cart-rw" }, "namespace-promo": { inner: { reference: r } } };`,
    },
    uses: [],
    named: [],
    codes: ['token-unknown', 'tokens-inlined'],
  },
  {
    name: 'a namespace in a variable of that name',
    files: {
      'main.js': 'const namespace = "promo";\nconst kv = new EdgeKV({ namespace, group });',
      'other.js': 'export const make = (namespace) => new EdgeKV({ namespace, group: "x" });',
      'edgekv_tokens.js': FILE,
    },
    uses: ['edgekv_tokens.js namespace-cart cart-rw reference cart-rw'],
    named: ['promo'],
    codes: ['namespace-unknown', 'namespace-without-token'],
  },
  {
    name: 'a namespace that only the run tells',
    files: {
      'main.js':
        "import { EdgeKV } from './edgekv.js';\nexport const kv = (r) => new EdgeKV({ namespace: r.device.brandName, group: 'x' });",
      'edgekv.js': HELPER,
      'edgekv_tokens.js': FILE,
    },
    uses: ['edgekv_tokens.js namespace-cart cart-rw reference cart-rw'],
    named: [],
    codes: ['namespace-unknown'],
  },
  {
    name: 'things that are none: other uuids and JWTs, other namespaces, a namespace with a text',
    files: {
      'main.js': `const ids = { request: { name: "x", id: "${ANY_UUID}" }, list: ["${ANY_UUID}"] }, auth = "${otherJwt()}";\nnew Logger({ namespace: "app" }); const css = { "namespace-a": "b", "namespace-c": 1, "namespace-d": { color: "red" } };`,
    },
    uses: [],
    named: [],
    codes: ['no-tokens-file'],
  },
  {
    name: 'no JavaScript of EdgeKV at all',
    files: { 'main.js': 'export function onClientRequest(request) { request.respondWith(204, {}, ""); }' },
    uses: [],
    named: [],
    codes: ['no-tokens-file'],
  },
];

/** A JWT of another service. */
function otherJwt(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ iss: 'https://login.example', exp: 1_900_000_000 })}.${'s'.repeat(40)}`;
}

for (const { name, files, uses, named, codes } of EXAMPLES) {
  test(`${name}: tokens, namespaces and findings are as listed by hand`, async () => {
    const report = await examined(files);
    const { tokensFile, inlined } = report;
    const all = [...(tokensFile?.items ?? []).map((one) => ({ ...one, path: tokensFile?.path })), ...inlined];
    assert.deepEqual(
      all.map(
        ({ path, key, token, form, known }) => `${path} ${key} ${token} ${form} ${known?.name ?? null}`,
      ),
      uses,
    );
    const code = readCode(await archiveOf(files));
    assert.deepEqual([...code.namespaces.keys()].sort(), named);
    assert.deepEqual(
      report.findings.map((one) => one.code).sort(),
      codes,
      JSON.stringify(report.findings, null, 1),
    );
    assert.ok(!JSON.stringify(report).includes(JWT.slice(0, 40)));
  });
}

for (const { name, files } of EXAMPLES) {
  test(`${name}: a look for tokens only finds the same of them`, async () => {
    const archive = await archiveOf(files);
    const findings = (isOfTokensOnly: boolean) => {
      const code = readCode(archive, { isOfTokensOnly });
      const inCode = new Set(code.tokens.filter((one) => one.isCertain).map(({ path }) => path));
      return archiveFindings(archive, { code, usesReferences: true, inCode });
    };
    assert.deepEqual(findings(true), findings(false));
  });
}

test('there are thirty examples', () => {
  assert.ok(EXAMPLES.length >= 30, String(EXAMPLES.length));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles } from '@/simulator/bundle';
import { type Archive, type ArchiveEntry, readArchive } from './archive';
import { type BundleReport, examineBundle } from './bundle-doctor';
import { type Day, parseDay } from './day';
import { parsePermissions } from './permissions';
import type { Token } from './token';

const REFERENCE = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const MAIN = "import { EdgeKV } from './edgekv.js';\nnew EdgeKV({ namespace: 'cart', group: 'a' });\n";
const HELPER = "/* Version: 0.6.3 */\nimport { edgekv_access_tokens } from './edgekv_tokens.js';\n";
const ENTRY = `"namespace-cart": { "name": "cart-rw", "reference": "${REFERENCE}" }`;
const tokensFile = (entries: string) =>
  `var edgekv_access_tokens = {\n  ${entries}\n}\nexport { edgekv_access_tokens };\n`;
const USUAL = {
  'main.js': MAIN,
  'bundle.json': '{"edgeworker-version":"1.4.2"}',
  'edgekv.js': HELPER,
  'edgekv_tokens.js': tokensFile(ENTRY),
};

function day(text: string): Day {
  return parseDay(text) ?? assert.fail(text);
}

const ACCOUNT: readonly Token[] = [
  {
    name: 'cart-rw',
    uuid: REFERENCE,
    expiry: null,
    issued: null,
    latestRefresh: null,
    nextRefresh: null,
    activation: 'complete',
    details: {
      kind: 'auto-refresh',
      cpCode: null,
      networks: { staging: true, production: true },
      permissions: parsePermissions('cart:rw') ?? assert.fail(),
      edgeWorkers: 'all',
    },
  },
];

type Files = Readonly<Record<string, string | Buffer>>;
type Links = Readonly<Record<string, string>>;

async function archiveOf(files: Files, links: Links = {}): Promise<Archive> {
  const read = await readArchive(packFiles(files));
  if (!read.ok) return assert.fail(read.problem.title);
  const [sample] = read.value.entries;
  assert.ok(sample);
  const linked = Object.entries(links).map(([path, linkPath]): ArchiveEntry => {
    return { ...sample, path, normalized: path, type: 'symlink', linkPath, data: new Uint8Array() };
  });
  return { ...read.value, entries: [...read.value.entries, ...linked] };
}

function examine(archive: Archive, tokens: readonly Token[] | null = ACCOUNT): BundleReport {
  return examineBundle(archive, { packedBytes: 4_000, tokens, today: day('2026-11-25'), edgeWorker: null });
}

async function examined(files: Files, links: Links = {}): Promise<BundleReport> {
  return examine(await archiveOf(files, links));
}

const without = (path: keyof typeof USUAL) =>
  Object.fromEntries(Object.entries(USUAL).filter(([one]) => one !== path));

test('an ordinary bundle: what it holds, which token it uses and how that stands, and nothing to be said', async () => {
  const { entries, ...report } = await examined(USUAL);
  assert.deepEqual(entries[1], { path: 'bundle.json', type: 'file', bytes: 30 });
  assert.deepEqual(report, {
    tokensFile: {
      path: 'edgekv_tokens.js',
      items: [
        {
          key: 'namespace-cart',
          namespace: 'cart',
          isPrefixed: true,
          token: 'cart-rw',
          form: 'reference',
          reference: REFERENCE,
          known: { name: 'cart-rw', uuid: REFERENCE, status: 'active', matchedBy: 'reference' },
          legacy: null,
          path: 'edgekv_tokens.js',
          isInlined: false,
        },
      ],
    },
    tokensFiles: [{ path: 'edgekv_tokens.js', type: 'file', leadsTo: null }],
    inlined: [],
    helperVersion: '0.6.3',
    edgeWorkerVersion: '1.4.2',
    packedBytes: 4_000,
    unpackedBytes: report.unpackedBytes,
    findings: [],
  });
});

const FOUND: readonly [why: string, files: Files, found: readonly string[], links?: Links][] = [
  [
    'no main.js',
    without('main.js'),
    ['error file-missing: There is no main.js at the root, where Akamai needs it.'],
  ],
  [
    'a main.js with a syntax error',
    { ...USUAL, 'main.js': `${MAIN}if (` },
    ['error main-invalid: main.js is no JavaScript module: line 3, column 5: Unexpected token.'],
  ],
  [
    'a main.js that is no module but a script',
    { ...USUAL, 'main.js': `${MAIN}with (a) {}` },
    ["error main-invalid: main.js is no JavaScript module: line 3, column 1: 'with' in strict mode."],
  ],
  [
    'a main.js of the newest JavaScript',
    {
      ...USUAL,
      'main.js': `#!x\n${MAIN}class A { static #a = 1n ?? 2; static { for await (const b of []); } }`.replace(
        'for await',
        'for',
      ),
    },
    [],
  ],
  [
    'a main.js in UTF-16',
    { ...USUAL, 'main.js': Buffer.from(`\uFEFF${MAIN}`, 'utf16le') },
    ['error main-invalid: main.js is no JavaScript module: it is not UTF-8 text.'],
  ],
  [
    'a main.js nested too deep',
    { ...USUAL, 'main.js': `${MAIN}${'['.repeat(50_000)}${']'.repeat(50_000)}` },
    ['warning main-unchecked: main.js could not be checked: it is nested too deep.'],
  ],
  [
    'a bundle.json that is no JSON',
    { ...USUAL, 'bundle.json': '{' },
    [
      'error manifest-invalid: Akamai refuses bundle.json: it is no JSON, which has no comments, no single quotes and no comma at the end.',
    ],
  ],
  [
    'a bundle.json that is no text',
    { ...USUAL, 'bundle.json': Buffer.from([0xff, 0xfe]) },
    ['error manifest-invalid: bundle.json is not UTF-8 text.'],
  ],
  [
    'a bundle.json with another field',
    { ...USUAL, 'bundle.json': '{"edgeworker-version":"1","x":1}' },
    ['warning manifest-invalid: Akamai may refuse bundle.json: it has a field that is not documented: x.'],
  ],
  [
    'no tokens file, and code that needs one',
    without('edgekv_tokens.js'),
    [
      'info no-tokens-file: There is no edgekv_tokens.js, and no token was found in the code.',
      'warning namespace-without-token: main.js uses the namespace cart, for which the bundle has no token.',
    ],
  ],
  [
    'a tokens file without entries',
    { ...USUAL, 'edgekv_tokens.js': tokensFile('') },
    [
      'info tokens-file-empty: edgekv_tokens.js has no entry yet.',
      'warning namespace-without-token: main.js uses the namespace cart, for which the bundle has no token.',
    ],
  ],
  [
    'a tokens file of comments only',
    { ...USUAL, 'main.js': 'export {};', 'edgekv_tokens.js': '// nothing yet\n' },
    [
      'error no-named-export: edgekv_tokens.js does not export edgekv_access_tokens by that name: the helper cannot load it.',
      'info tokens-file-empty: edgekv_tokens.js has no entry yet.',
    ],
  ],
  [
    'a tokens file with a default export only',
    { ...USUAL, 'edgekv_tokens.js': `export default { ${ENTRY} };` },
    [
      'error no-named-export: edgekv_tokens.js does not export edgekv_access_tokens by that name: the helper cannot load it.',
    ],
  ],
  [
    'the same, and no helper that would fail',
    { ...without('edgekv.js'), 'main.js': 'export {};', 'edgekv_tokens.js': `export default { ${ENTRY} };` },
    [
      'warning no-named-export: edgekv_tokens.js does not export edgekv_access_tokens by that name: the helper cannot load it.',
    ],
  ],
  [
    'a tokens file with a syntax error: no word of what it may hold',
    { ...USUAL, 'edgekv_tokens.js': 'var edgekv_access_tokens = {\n  "a": ***\n}' },
    [
      'error tokens-file-unreadable: edgekv_tokens.js is not understood at line 2, column 8: a syntax error: unexpected token.',
    ],
  ],
  [
    'a tokens file that is no text',
    { ...USUAL, 'edgekv_tokens.js': Buffer.from([0xff]) },
    ['error tokens-file-unreadable: edgekv_tokens.js is not UTF-8 text.'],
  ],
  [
    'an unreadable tokens file in a sub-folder is named by its path',
    { ...USUAL, 'edgekv_tokens.js': tokensFile(ENTRY), 'old/edgekv_tokens.js': 'nonsense(' },
    [
      'warning tokens-file-elsewhere: There is also old/edgekv_tokens.js, which no code was seen to import: the helper reads the file that lies beside it.',
      'error tokens-file-unreadable: old/edgekv_tokens.js is not understood at line 1, column 10: a syntax error: unexpected token.',
    ],
  ],
  [
    'a tokens file in a sub-folder that code imports',
    {
      ...without('edgekv_tokens.js'),
      'edgekv.js': HELPER.replace('./', './cfg/'),
      'cfg/edgekv_tokens.js': tokensFile(ENTRY),
    },
    [
      'warning tokens-file-elsewhere: There is cfg/edgekv_tokens.js, which edgekv.js imports. Akamai documents the root as its place.',
    ],
  ],
  [
    'a link at the root is read through',
    { ...without('edgekv_tokens.js'), 'prod.js': tokensFile(ENTRY) },
    [
      'warning tokens-file-link: edgekv_tokens.js is a symlink and leads to prod.js. Whether Akamai follows links is not known; a patch asks which file is meant.',
    ],
    { 'edgekv_tokens.js': 'prod.js' },
  ],
  [
    'a link round in a circle',
    { ...without('edgekv_tokens.js'), 'main.js': 'export {};' },
    [
      'warning tokens-file-link: edgekv_tokens.js is a symlink and leads round in a circle. Whether Akamai follows links is not known; a patch asks which file is meant.',
    ],
    { 'edgekv_tokens.js': 'a.js', 'a.js': 'edgekv_tokens.js' },
  ],
  [
    'a bare key, and not that its namespace has no token too',
    { ...USUAL, 'edgekv_tokens.js': tokensFile(ENTRY.replace('namespace-', '')) },
    ['error bare-key: The entry cart lacks the prefix namespace-: the helper never reads it.'],
  ],
  [
    'a helper that cannot read references',
    { ...USUAL, 'edgekv.js': HELPER.replace('0.6.3', '0.6.1') },
    ['error old-helper: edgekv.js 0.6.1 cannot read references: it needs 0.6.2 or newer.'],
  ],
  [
    'two namespaces that code names and no token is for',
    {
      ...USUAL,
      'other.js': "kv.getText({ namespace: 'geo', item: 'x' }); kv.getJson({ item, namespace: 'promo' });",
    },
    [
      'warning namespace-without-token: other.js uses the namespace geo, for which the bundle has no token.',
      'warning namespace-without-token: other.js uses the namespace promo, for which the bundle has no token.',
    ],
  ],
];

for (const [why, files, found, links] of FOUND) {
  test(`what is found: ${why}`, async () => {
    const { findings } = await examined(files, links);
    assert.deepEqual(
      findings.map(({ severity, code, text }) => `${severity} ${code}: ${text}`),
      found,
    );
  });
}

test('a namespace of something else is no finding where nothing is of EdgeKV', async () => {
  const main = "translate({ namespace: 'common', group: 'a', item: 'title' });";
  const { findings } = await examined({ 'main.js': main, 'bundle.json': USUAL['bundle.json'] });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['no-tokens-file'],
  );
});

test('tokens behind a link, and in every other tokens file, are told with their state', async () => {
  const linked = await examined(
    { ...without('edgekv_tokens.js'), 'prod.js': tokensFile(ENTRY) },
    { 'edgekv_tokens.js': 'prod.js' },
  );
  assert.equal(linked.tokensFile?.path, 'edgekv_tokens.js');
  assert.equal(linked.tokensFile?.items[0]?.known?.status, 'active');
  const two = await examined({ ...USUAL, 'lib/edgekv_tokens.js': tokensFile(ENTRY) });
  assert.deepEqual(
    two.inlined.map(({ path, known }) => [path, known?.name]),
    [['lib/edgekv_tokens.js', 'cart-rw']],
  );
});

test('while the tokens are not known, nothing is said of their state', async () => {
  const archive = await archiveOf(USUAL);
  const { tokensFile, findings } = examine(archive, null);
  assert.equal(tokensFile?.items[0]?.known, null);
  assert.deepEqual(findings, []);
  assert.deepEqual(
    examine(archive, []).findings.map(({ code }) => code),
    ['token-gone'],
  );
});

test('a version that is none is told shortly, and no secret in its place', async () => {
  const secret = 'k7'.repeat(30);
  const { edgeWorkerVersion } = await examined({
    ...USUAL,
    'bundle.json': `{"edgeworker-version":"${secret}"}`,
  });
  assert.equal(edgeWorkerVersion, '(60 characters, hidden)');
});

test('many findings of one kind are cut, and how many is said', async () => {
  const entries = Array.from(
    { length: 200 },
    (_, index) => `"space-${index}": { "name": "t${index}", "reference": "x" }`,
  );
  const { findings } = await examined({
    ...USUAL,
    'main.js': 'export {};',
    'edgekv_tokens.js': tokensFile(entries.join(',\n')),
  });
  assert.equal(findings.filter(({ code }) => code === 'bare-key').length, 10);
  const last = findings.at(-1);
  assert.equal(last?.text, '380 more of these kinds: bare-key, placeholder.');
});

test('no finding is told twice, and none by the same words', async () => {
  const { findings } = await examined({
    'lib/main.js': `${MAIN}var a={${ENTRY},"namespace-cart":{"name":"cart-rw","reference":"#X#"}}`,
    'edgekv_tokens.js': tokensFile(`${ENTRY}, ${ENTRY}, "cart": { "name": "x" }, "geo": { "name": "x" }`),
  });
  assert.ok(findings.length > 6);
  assert.equal(new Set(findings.map(({ text }) => text)).size, findings.length);
});

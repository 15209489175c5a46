// What hostile bundles can do to the doctor: no secret of theirs is told, and none keeps it busy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packFiles } from '@/simulator/bundle';
import { type Archive, readArchive } from './archive';
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

type Files = Readonly<Record<string, string>>;

async function archiveOf(files: Files): Promise<Archive> {
  const read = await readArchive(packFiles(files));
  return read.ok ? read.value : assert.fail(read.problem.title);
}

function examine(archive: Archive, tokens: readonly Token[] | null = ACCOUNT): BundleReport {
  return examineBundle(archive, { packedBytes: 4_000, tokens, today: day('2026-11-25'), edgeWorker: null });
}

test('no part of a secret is in a report, wherever in the bundle it stands (property)', async () => {
  const secret = fc
    .uint8Array({ minLength: 45, maxLength: 300 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'));
  const place = fc.constantFrom(
    (s: string) => ({ 'edgekv_tokens.js': tokensFile(`"namespace-a": { "name": "n", "value": "${s}" }`) }),
    (s: string) => ({
      'edgekv_tokens.js': tokensFile(`"namespace-a": { "name": "${s}", "reference": "${REFERENCE}" }`),
    }),
    (s: string) => ({
      'edgekv_tokens.js': tokensFile(`"namespace-a": { "name": "n", "reference": "${s}" }`),
    }),
    (s: string) => ({
      'edgekv_tokens.js': tokensFile(`"namespace-${s}": { "name": "n" }, "${s}": { "value": "${s}" }`),
    }),
    (s: string) => ({ 'edgekv_tokens.js': tokensFile(`/* ${s} */ "a": { "name": make("${s}") }`) }),
    (s: string) => ({ 'edgekv_tokens.js': tokensFile(`"a": { "value": "x", "value": "${s}" }, "${s}": 5`) }),
    (s: string) => ({ 'edgekv_tokens.js': `export default "${s}";` }),
    (s: string) => ({ 'edgekv_tokens.js': `var edgekv_access_tokens = { "a": { "value": "${s} } }` }),
    (s: string) => ({
      'main.js': `var t={"namespace-a":{name:"n",value:"${s}"},"${s}":{name:"${s}",reference:"${REFERENCE}"}}`,
    }),
    (s: string) => ({
      'main.js': `// "namespace-a":{"value":"${s}"}\n/* "namespace-${s.slice(0, 60)}":{"value":"x"} */`,
    }),
    (s: string) => ({
      'main.js': `const t = { "namespace-${s.slice(0, 60)}": make("${s}") }; h = { "X-Akamai-EdgeDB-Auth": ["${s}"] };`,
    }),
    (s: string) => ({
      'main.js': `const a = "eyJ${s}.${Buffer.from('{"namespace-x":["r"]}').toString('base64url')}.${s}"; let T${s.replaceAll('-', '_')}; let T${s.replaceAll('-', '_')};`,
    }),
    (s: string) => ({
      'bundle.json': `{"edgeworker-version":"${s}","${s}":"${s}","dependencies":{"${s}":{}}}`,
    }),
    (s: string) => ({ 'edgekv.js': `/* Version: 0.6.1 ${s} */` }),
  );
  const tokensKnown = fc.boolean();
  await fc.assert(
    fc.asyncProperty(
      secret,
      fc.array(place, { minLength: 1, maxLength: 4 }),
      tokensKnown,
      async (text, places, isKnown) => {
        const files = Object.assign({}, USUAL, ...places.map((make) => make(text))) as Files;
        const told = JSON.stringify(examine(await archiveOf(files), isKnown ? ACCOUNT : null));
        for (let start = 0; start + 24 <= text.length; start += 12) {
          assert.ok(!told.includes(text.slice(start, start + 24)), told);
        }
      },
    ),
    { numRuns: 300 },
  );
});

const MANY = 1_900;
const BUSY: readonly [what: string, path: (index: number) => string, text: (index: number) => string][] = [
  ['entries in code', (index) => `f${index}.js`, () => `t={${ENTRY}},`.repeat(50)],
  ['namespaces in code', (index) => `f${index}.js`, () => 'kv.getText({namespace:"x",item});'.repeat(120)],
  [
    'constants in code',
    (index) => `f${index}.js`,
    (index) => `new EdgeKV({namespace:CONST${index},group});`.repeat(90),
  ],
  ['uuids in code', (index) => `f${index}.js`, () => `x = {a, b: "${REFERENCE}"};`.repeat(80)],
  [
    'tokens files',
    (index) => `f${index}/edgekv_tokens.js`,
    (index) => tokensFile(ENTRY.replace('cart', `c${index}`)),
  ],
  ['tokens files of garbage', (index) => `f${index}/edgekv_tokens.js`, () => '[{'.repeat(1_000)],
  [
    'helpers',
    (index) => `f${index}/edgekv.js`,
    () => '/* Version: 0.1.1 */ h = { "X-Akamai-EdgeDB-Auth": 1 }; import "./edgekv_tokens.js"',
  ],
  ['comments', (index) => `f${index}.js`, () => `/*${ENTRY}*/`.repeat(50)],
];

for (const [what, path, text] of BUSY) {
  test(`${MANY} files of ${what} are examined within two seconds, and the report stays short`, async () => {
    const files = Object.fromEntries(Array.from({ length: MANY }, (_, index) => [path(index), text(index)]));
    const archive = await archiveOf({ ...USUAL, ...files });
    const tokens = Array.from(
      { length: 1_000 },
      (_, index) => ({ ...ACCOUNT[0], name: `t${index}` }) as Token,
    );
    const before = process.cpuUsage();
    const report = examine(archive, tokens);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 2_000_000, `${(user + system) / 1_000} ms`);
    assert.ok(report.findings.length < 100, String(report.findings.length));
  });
}

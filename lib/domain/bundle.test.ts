import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { packFiles } from '@/simulator/bundle';
import { ARCHIVE_LIMITS, readArchive } from './archive';
import { type PatchOptions, patchBundle } from './bundle';
import type { TokensFileEntry } from './tokens-file-entry';

const REFERENCE = '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10';
const cart: TokensFileEntry = { name: 'cart-rw', namespaces: ['cart'], reference: REFERENCE };
const legacy: TokensFileEntry = { name: 'promo-old', namespaces: ['promo'], value: 'eyJ.not.real' };
const TABLE = 'var edgekv_access_tokens = {\n}\nexport { edgekv_access_tokens };\n';
const USUAL = {
  'main.js': 'export {};\n',
  'bundle.json': '{ "edgeworker-version": "1.4.2" }\n',
  'edgekv_tokens.js': TABLE,
};

type Files = Readonly<Record<string, string | Buffer>>;

async function patched(packed: Buffer, options: Partial<PatchOptions> = {}, entries = [cart]) {
  const result = await patchBundle(packed, entries, { overwrite: false, ...options });
  return result.ok ? result.value : assert.fail(`${result.problem.title} ${result.problem.detail}`);
}

async function problemOf(packed: Buffer, options: Partial<PatchOptions> = {}, entries = [cart]) {
  const result = await patchBundle(packed, entries, { overwrite: false, ...options });
  return result.ok ? assert.fail('it was patched') : result.problem;
}

async function filesOf(packed: Uint8Array): Promise<Record<string, string>> {
  const read = await readArchive(packed);
  if (!read.ok) return assert.fail(read.problem.title);
  return Object.fromEntries(read.value.entries.map(({ path, data }) => [path, Buffer.from(data).toString()]));
}

const without = (path: keyof typeof USUAL): Files =>
  Object.fromEntries(Object.entries(USUAL).filter(([one]) => one !== path));

test('tokens are put into the tokens file; everything else stays, and what was done is told', async () => {
  const { bytes, findings, texts, ...told } = await patched(packFiles(USUAL), {}, [cart, legacy]);
  assert.deepEqual(told, {
    file: 'edgekv_tokens.js',
    changes: [
      { kind: 'add', key: 'namespace-cart', namespace: 'cart', token: 'cart-rw', was: null },
      { kind: 'add', key: 'namespace-promo', namespace: 'promo', token: 'promo-old', was: null },
    ],
    entriesKept: 2,
    isRewritten: false,
  });
  assert.deepEqual(findings, []);
  assert.equal(texts.before, TABLE);
  const files = await filesOf(bytes);
  assert.deepEqual(files, { ...USUAL, 'edgekv_tokens.js': texts.after });
  assert.match(texts.after, /"namespace-cart"[^}]+6a3fa96b/);
});

test('only entries for the namespaces that are asked for are written, and none is made for nothing', async () => {
  const wide = { ...cart, namespaces: ['cart', 'geo'] };
  const some = await patched(packFiles(USUAL), { namespaces: ['geo', 'elsewhere'] }, [wide, legacy]);
  assert.deepEqual(
    some.changes.map(({ key }) => key),
    ['namespace-geo'],
  );
  for (const files of [USUAL, without('edgekv_tokens.js')]) {
    const none = await patched(packFiles(files), { namespaces: [] }, [wide, legacy]);
    assert.deepEqual(none.changes, []);
    assert.deepEqual(await filesOf(none.bytes), files);
    const renamed = await patched(packFiles(files), { namespaces: [], version: '1.4.3' }, [wide]);
    assert.deepEqual(Object.keys(await filesOf(renamed.bytes)), Object.keys(files));
  }
});

test('the same patch again changes nothing, and not a byte', async () => {
  const once = await patched(packFiles(USUAL));
  const twice = await patched(Buffer.from(once.bytes));
  assert.ok(gunzipSync(once.bytes).equals(gunzipSync(twice.bytes)));
  assert.deepEqual(
    twice.changes.map(({ kind }) => kind),
    ['keep'],
  );
});

test('without a tokens file one is made, where the code imports it', async () => {
  const root = await patched(packFiles(without('edgekv_tokens.js')));
  assert.equal(root.file, 'edgekv_tokens.js');
  assert.equal(root.texts.before, null);
  assert.equal(root.entriesKept, 2);
  const lib = await patched(
    packFiles({
      ...without('edgekv_tokens.js'),
      'lib/edgekv.js': "/* Version: 0.6.3 */ import './edgekv_tokens.js';",
    }),
  );
  assert.equal(lib.file, 'lib/edgekv_tokens.js');
  assert.match((await filesOf(lib.bytes))['lib/edgekv_tokens.js'] ?? '', /namespace-cart/);
  // Nobody chose that place, so it is told.
  assert.deepEqual(
    lib.findings.map(({ code }) => code),
    ['tokens-file-elsewhere'],
  );
});

test('a tokens file in a sub-folder is a question, and the answer is not told again', async () => {
  const packed = packFiles({ ...without('edgekv_tokens.js'), 'lib/edgekv_tokens.js': TABLE });
  const { code, status, fields } = await problemOf(packed);
  assert.deepEqual(
    [code, status, fields?.file],
    ['tokens-file-choice', 409, ['edgekv_tokens.js', 'lib/edgekv_tokens.js']],
  );
  const lib = await patched(packed, { file: './lib/edgekv_tokens.js' });
  assert.deepEqual([lib.file, lib.findings], ['lib/edgekv_tokens.js', []]);
  const root = await patched(packed, { file: 'edgekv_tokens.js' });
  assert.equal((await filesOf(root.bytes))['lib/edgekv_tokens.js'], TABLE);
});

test('a link that is chosen becomes a file, with what it led to and the tokens', async () => {
  const mine = TABLE.replace('{\n}', '{\n  // mine\n}');
  const tar = gunzipSync(packFiles({ ...without('edgekv_tokens.js'), 'cfg/tokens.js': mine }));
  const linked = linkIn(tar, 'edgekv_tokens.js', 'cfg/tokens.js');
  assert.equal((await problemOf(linked)).code, 'tokens-file-choice');
  const files = await filesOf((await patched(linked, { file: 'edgekv_tokens.js' })).bytes);
  assert.match(files['edgekv_tokens.js'] ?? '', /\/\/ mine[\s\S]+namespace-cart/);
  assert.equal(files['cfg/tokens.js'], mine);
  // Or the file that it leads to is meant, and the link stays.
  const target = await patched(linked, { file: 'cfg/tokens.js' });
  assert.match((await filesOf(target.bytes))['cfg/tokens.js'] ?? '', /namespace-cart/);
});

/** The tar with a symlink behind its last file, plain. */
function linkIn(tar: Buffer, path: string, target: string): Buffer {
  return withEntry(tar, path, '2', target);
}

/** The tar with an entry of a type behind its last file. */
function withEntry(tar: Buffer, path: string, type: string, target = ''): Buffer {
  const header = Buffer.from(gunzipSync(packFiles({ [path]: '' })).subarray(0, 512));
  header.write(type, 156);
  header.write(target, 157);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([tar.subarray(0, -1024), header, Buffer.alloc(1024)]);
}

test('folders, also one that is listed twice, and links stay what they are', async () => {
  let tar: Buffer = gunzipSync(packFiles({ 'lib/a.js': 'a', ...USUAL }));
  for (const path of ['lib', 'lib', './']) tar = withEntry(tar, path, '5');
  tar = linkIn(tar, 'lib/b.js', 'a.js');
  for (const stripPrefix of [false, true]) {
    const { bytes } = await patched(tar, { stripPrefix });
    const read = await readArchive(bytes);
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.entries.map(({ normalized, type, linkPath }) => [normalized, type, linkPath]).slice(4),
      [
        ['lib', 'directory', null],
        ['lib', 'directory', null],
        ...(stripPrefix ? [] : [['', 'directory', null]]),
        ['lib/b.js', 'symlink', 'a.js'],
      ],
    );
  }
});

test('the version is set by an edit of bundle.json, and only of that', async () => {
  const { bytes, entriesKept } = await patched(packFiles(USUAL), { version: '1.4.3' });
  assert.equal((await filesOf(bytes))['bundle.json'], '{ "edgeworker-version": "1.4.3" }\n');
  assert.equal(entriesKept, 1);
  // The version that it has changes nothing.
  const same = await patched(packFiles(USUAL), { version: '1.4.2' });
  assert.equal(same.entriesKept, 2);
  const dotted = await patched(packFiles(USUAL, './'), { version: '2.0.0' });
  assert.match((await filesOf(dotted.bytes))['./bundle.json'] ?? '', /2\.0\.0/);
});

const BAD_VERSIONS: readonly [why: string, files: Files, version: string, code: string, words: RegExp][] = [
  ['no version', USUAL, 'a..b', 'invalid-fields', /no version/],
  ['no bundle.json', without('bundle.json'), '2', 'manifest-unreadable', /there is no bundle\.json/],
  ['a bundle.json that is no JSON', { ...USUAL, 'bundle.json': '{' }, '2', 'manifest-unreadable', /no JSON/],
  [
    'a bundle.json that is no text',
    { ...USUAL, 'bundle.json': Buffer.from([0xff]) },
    '2',
    'manifest-unreadable',
    /not UTF-8/,
  ],
];

for (const [why, files, version, code, words] of BAD_VERSIONS) {
  test(`a version that cannot be set is refused, and no bundle comes: ${why}`, async () => {
    const problem = await problemOf(packFiles(files), { version });
    assert.deepEqual([problem.code, problem.status], [code, 422]);
    assert.match(problem.title, words);
    assert.match(problem.detail, /^Nothing was changed/);
  });
}

test('names with ./ are kept and told; written without on demand, and then not told', async () => {
  const kept = await patched(packFiles(USUAL, './'));
  assert.deepEqual(Object.keys(await filesOf(kept.bytes)), [
    './main.js',
    './bundle.json',
    './edgekv_tokens.js',
  ]);
  assert.deepEqual(
    kept.findings.map(({ code }) => code),
    ['dot-prefix'],
  );
  const stripped = await patched(packFiles(USUAL, './'), { stripPrefix: true });
  assert.deepEqual(Object.keys(await filesOf(stripped.bytes)), Object.keys(USUAL));
  assert.deepEqual(stripped.findings, []);
});

test('a tokens file that cannot be edited is written anew only when that is wanted', async () => {
  const spread = {
    ...USUAL,
    'edgekv_tokens.js': `export const edgekv_access_tokens = { ...a, "namespace-x": { name: "x", reference: "${REFERENCE}" } };`,
  };
  const { code, detail } = await problemOf(packFiles(spread));
  assert.equal(code, 'tokens-file-unreadable');
  assert.match(detail, /It can be written anew \(rewrite=true\)\.$/);
  const { isRewritten, texts } = await patched(packFiles(spread), { rewrite: true });
  assert.equal(isRewritten, true);
  assert.match(texts.after, /namespace-x[\s\S]+namespace-cart/);
  assert.equal(texts.before, spread['edgekv_tokens.js']);
});

test('a tokens file that is no text is written anew only when that is wanted, and that is told', async () => {
  const binary = packFiles({ ...USUAL, 'edgekv_tokens.js': Buffer.from([0xff, 0xfe, 0x00]) });
  assert.equal((await problemOf(binary)).code, 'tokens-file-unreadable');
  const { isRewritten, texts } = await patched(binary, { rewrite: true });
  assert.deepEqual([isRewritten, texts.before], [true, null]);
  // A good file is never written anew, whatever is allowed.
  assert.equal((await patched(packFiles(USUAL), { rewrite: true })).isRewritten, false);
});

test('a namespace that another token holds is a conflict unless it may be replaced', async () => {
  const held = packFiles({
    ...USUAL,
    'edgekv_tokens.js': TABLE.replace('{\n}', '{\n  "namespace-cart": { "name": "old", "value": "x" }\n}'),
  });
  assert.deepEqual(
    [(await problemOf(held)).code, (await problemOf(held)).status],
    ['tokens-file-conflict', 409],
  );
  const { changes } = await patched(held, { overwrite: true });
  assert.deepEqual(changes[0]?.was, { token: 'old', form: 'value' });
});

test('what is no bundle, and what leads out of it, is refused with nothing changed', async () => {
  for (const packed of [Buffer.from('PK'), Buffer.alloc(0), packFiles({ '../x': '' })]) {
    const problem = await problemOf(packed);
    assert.equal(problem.status, 422);
    assert.match(problem.detail, /Nothing was changed/);
  }
});

test('findings are those of the patched bundle: its sizes, its helper, its other tokens', async () => {
  // Just below the limit before, above it after.
  const data = randomBytes(1024 * 1024 - 10 * 512);
  const full = packFiles({ ...USUAL, 'data.js': data.subarray(0, 1024 * 1024 - 9 * 512 - 1024) });
  assert.ok(gunzipSync(full).byteLength <= 1024 * 1024);
  const many: TokensFileEntry = {
    ...cart,
    namespaces: Array.from({ length: 20 }, (_, index) => `n${index}`),
  };
  const { findings } = await patched(full, {}, [many]);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['too-large-packed', 'too-large-unpacked'],
  );
  const old = packFiles({ ...USUAL, 'edgekv.js': '/* Version: 0.6.1 */' });
  assert.deepEqual(
    (await patched(old)).findings.map(({ code }) => code),
    ['old-helper'],
  );
  assert.deepEqual((await patched(old, {}, [legacy])).findings, []);
  // A reference that was there already needs the newer helper too.
  const mixed = await patched(Buffer.from((await patched(old)).bytes), {}, [legacy]);
  assert.deepEqual(
    mixed.findings.map(({ code }) => code),
    ['old-helper'],
  );
  const inlined = packFiles({
    ...USUAL,
    'main.js': `var t={"namespace-cart":{name:"a",reference:"${REFERENCE}"}};`,
  });
  assert.deepEqual(
    (await patched(inlined)).findings.map(({ code }) => code),
    ['tokens-inlined'],
  );
  const plain = await patched(gunzipSync(packFiles(USUAL)));
  assert.match(plain.findings[0]?.text ?? '', /plain \.tar/);
});

test('a bundle that has one file too many with its tokens file is refused, and none comes', async () => {
  const { entriesMax } = ARCHIVE_LIMITS;
  const files = Object.fromEntries(Array.from({ length: entriesMax }, (_, index) => [`f${index}`, '']));
  assert.equal((await problemOf(packFiles(files))).code, 'bundle-refused');
});

test('a bundle larger than Akamai takes is patched all the same, and told', async () => {
  const large = packFiles({ ...USUAL, 'data.bin': Buffer.alloc(9 * 1024 * 1024) }, './');
  const { bytes, findings } = await patched(large, { stripPrefix: true });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['too-large-unpacked'],
  );
  assert.match((await filesOf(bytes))['edgekv_tokens.js'] ?? '', /namespace-cart/);
});

test('no secret is in what is told of a patch', async () => {
  const value = `eyJ${'k7Qz'.repeat(60)}.payload.signature`;
  const { bytes, texts, ...told } = await patched(packFiles(USUAL), { version: '2' }, [{ ...legacy, value }]);
  assert.ok(texts.after.includes(value));
  assert.ok(!JSON.stringify(told).includes('k7Qz'));
  const conflict = await problemOf(Buffer.from(bytes), {}, [{ ...legacy, value: `${value}x` }]);
  assert.ok(!JSON.stringify(conflict).includes('k7Qz'));
});

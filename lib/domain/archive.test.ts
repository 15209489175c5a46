import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ARCHIVE_LIMITS, type Archive, readArchive } from './archive';
import { patchBundle } from './bundle';
import { type BundleReport, examineBundle } from './bundle-doctor';
import { file, tgz } from './corpus/archives-tar';
import type { Day } from './day';
import type { TokensFileEntry } from './tokens-file-entry';

/** Processor time and not the clock's: other tests run beside this one. */
function cpuMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1_000;
}

const hasGnuTar = /GNU tar/.test(spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '');
const needsTar = { skip: hasGnuTar ? false : 'GNU tar is not installed' };
const folder = mkdtempSync(join(tmpdir(), 'token-desk-archive-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const token: TokensFileEntry = {
  name: 'cart-rw',
  namespaces: ['cart', 'default'],
  reference: '6a3fa96b-9c3a-4e7e-8c53-2f5d2f9f2a10',
};
const TOKENS = 'var edgekv_access_tokens = {\n}\nexport { edgekv_access_tokens };\n';
const LIBRARY = `/* Version: 0.6.3 */\n${'x'.repeat(17_117)}\n`;
const LONG = `assets/${'a'.repeat(60)}/${'é'.repeat(40)}.txt`;

/** Packs files with GNU tar; `names` decides their order and spelling. */
function pack(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  names = Object.keys(files),
): Buffer {
  const root = mkdtempSync(join(folder, 'pack-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o644 });
  }
  return execFileSync('tar', ['-czf', '-', ...args, ...names], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
}

function fileIn(tgz: Uint8Array, path: string): string {
  return execFileSync('tar', ['-xzOf', '-', path], {
    input: tgz,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** One line for each entry, with everything that GNU tar tells but the size of the tokens file. */
function listing(tgz: Uint8Array): string[] {
  return execFileSync('tar', ['--full-time', '--numeric-owner', '-tvzf', '-'], {
    input: tgz,
    encoding: 'utf8',
  })
    .split('\n')
    .map((line) => (line.includes('edgekv_tokens.js') ? line.replace(/ +\d+ (?=\d{4}-)/, ' SIZE ') : line));
}

async function patched(tgz: Uint8Array, overwrite = false) {
  const result = await patchBundle(tgz, [token], { overwrite });
  return result.ok ? result.value : assert.fail(`${result.problem.title} ${result.problem.detail}`);
}

async function refusal(tgz: Uint8Array) {
  const result = await patchBundle(tgz, [token], { overwrite: false });
  return result.ok ? assert.fail('it was taken') : result.problem;
}

async function examined(tgz: Uint8Array): Promise<BundleReport> {
  const context = { packedBytes: tgz.byteLength, tokens: null, today: '2026-11-25' as Day, edgeWorker: null };
  return examineBundle(await archiveOf(tgz), context);
}

async function archiveOf(tgz: Uint8Array): Promise<Archive> {
  const result = await readArchive(tgz);
  return result.ok ? result.value : assert.fail(result.problem.title);
}

const usual = {
  'main.js': 'export function onClientRequest() {}\n',
  'bundle.json': '{"edgeworker-version":"1.0.0"}\n',
  'edgekv.js': LIBRARY,
  'edgekv_tokens.js': TOKENS,
};

for (const format of ['gnu', 'oldgnu', 'ustar', 'pax', 'posix', 'v7']) {
  test(`a ${format} archive is patched, and GNU tar reads back the same entries`, needsTar, async () => {
    const files = format === 'v7' ? usual : { ...usual, [LONG]: 'long name\n', 'empty.txt': '' };
    const before = pack(files, [`--format=${format}`]);
    const { bytes, changes, entriesKept } = await patched(before);
    assert.deepEqual(
      changes.map(({ kind, key }) => `${kind} ${key}`),
      ['add namespace-cart', 'add namespace-default'],
    );
    assert.equal(entriesKept, Object.keys(files).length - 1);
    assert.deepEqual(listing(bytes), listing(before));
    for (const path of Object.keys(files).filter((one) => one !== 'edgekv_tokens.js')) {
      assert.equal(fileIn(bytes, path), files[path as keyof typeof files], path);
    }
    assert.match(fileIn(bytes, 'edgekv_tokens.js'), /"namespace-cart"/);
  });
}

test('every block of the other entries is byte for byte the same', needsTar, async () => {
  const before = pack({ ...usual, 'tail.js': 'after\n' }, [
    '--format=pax',
    '--mtime=2026-01-02 03:04:05.123456789',
  ]);
  const [old, now] = [gunzipSync(before), gunzipSync((await patched(before)).bytes)];
  const archive = await archiveOf(before);
  const entry = archive.entries.find(({ path }) => path === 'edgekv_tokens.js') ?? assert.fail();
  assert.ok(old.subarray(0, entry.header).equals(now.subarray(0, entry.header)));
  const rest = old.subarray(entry.end);
  assert.ok(rest.equals(now.subarray(now.byteLength - rest.byteLength)));
});

test('an extended size record of the tokens file goes when the size changes', needsTar, async () => {
  const before = pack(usual, ['--format=pax', '--pax-option=size:=64']);
  const tokensOnly = pack({ 'edgekv_tokens.js': TOKENS }, [
    '--format=pax',
    `--pax-option=size:=${TOKENS.length}`,
  ]);
  const { bytes } = await patched(tokensOnly);
  assert.match(fileIn(bytes, 'edgekv_tokens.js'), /namespace-default/);
  // With a size that is a lie about the other entries, the archive is damaged.
  assert.equal((await refusal(before)).status, 422);
});

test('without a tokens file one is added at the root, not executable', needsTar, async () => {
  const { 'edgekv_tokens.js': _, ...rest } = usual;
  const before = pack(rest, []);
  const { bytes } = await patched(before);
  assert.deepEqual(
    listing(bytes).filter((line) => !line.includes('edgekv_tokens')),
    listing(before),
  );
  assert.match(listing(bytes).join('\n'), /^-rw-r--r-- 0\/0 .* edgekv_tokens\.js$/m);
});

test('names that begin with ./ are kept, with a warning', needsTar, async () => {
  const before = pack(usual, [], ['.']);
  const { bytes, findings } = await patched(before);
  assert.deepEqual(listing(bytes), listing(before));
  assert.equal(listing(bytes).filter((line) => line.includes('edgekv_tokens.js')).length, 1);
  assert.ok(findings.some(({ code }) => code === 'dot-prefix'));
});

test('the same input gives the same bytes', needsTar, async () => {
  const before = pack(usual, []);
  const [first, second] = [await patched(before), await patched(before)];
  assert.ok(Buffer.from(first.bytes).equals(Buffer.from(second.bytes)));
  // A time or a random part in the gzip header would show here.
  assert.equal(Buffer.from(first.bytes).readUInt32LE(4), 0);
});

test('a symlink that stays inside is kept, a link that leads out is refused', needsTar, async () => {
  const root = mkdtempSync(join(folder, 'links-'));
  writeFileSync(join(root, 'main.js'), 'x');
  symlinkSync('main.js', join(root, 'inside.js'));
  const inside = execFileSync('tar', ['-czf', '-', 'main.js', 'inside.js'], { cwd: root });
  assert.match(listing((await patched(inside)).bytes).join('\n'), /inside\.js -> main\.js/);
  for (const target of ['../outside', '/etc/passwd', 'a/../../b']) {
    const name = `out${target.length}.js`;
    symlinkSync(target, join(root, name));
    const outside = execFileSync('tar', ['-czf', '-', 'main.js', name], { cwd: root });
    assert.match((await refusal(outside)).title, /link leads out/);
  }
});

test(
  'several gzip members, a plain tar and a missing end marker are taken as GNU tar takes them',
  needsTar,
  async () => {
    const tar = gunzipSync(pack(usual, []));
    const members = Buffer.concat([gzipSync(tar.subarray(0, 5_000)), gzipSync(tar.subarray(5_000))]);
    assert.match(fileIn((await patched(members)).bytes, 'edgekv_tokens.js'), /namespace-cart/);
    assert.match(fileIn((await patched(tar)).bytes, 'edgekv_tokens.js'), /namespace-cart/);
    const archive = await archiveOf(gzipSync(tar));
    const cut = gzipSync(tar.subarray(0, archive.endOfEntries));
    assert.match(fileIn((await patched(cut)).bytes, 'edgekv_tokens.js'), /namespace-cart/);
  },
);

test('a bomb is stopped at the limit, soon and without its memory', async () => {
  const bomb = gzipSync(Buffer.alloc(ARCHIVE_LIMITS.unpackedBytesMax + 1));
  const started = process.cpuUsage();
  const problem = await refusal(bomb);
  assert.equal(problem.status, 413);
  assert.ok(cpuMsSince(started) < 2_000);
});

test('32 MB of zeros behind the end marker are refused at once; ordinary padding is taken', async () => {
  const padded = (bytes: number) => gzipSync(Buffer.concat([file('main.js'), Buffer.alloc(bytes)]));
  const started = process.cpuUsage();
  assert.match((await refusal(padded(31 * 1024 * 1024))).title, /padding/);
  assert.ok(cpuMsSince(started) < 1_000);
  await patched(padded(10_240));
});

test('findings name what Akamai or the helper would stumble over', async () => {
  const old = tgz(file('edgekv.js', '/* Version: 0.6.1 */'), file('sub/edgekv_tokens.js', TOKENS));
  const chosen = await patchBundle(old, [token], { overwrite: false, file: 'edgekv_tokens.js' });
  assert.ok(chosen.ok);
  assert.deepEqual(chosen.value.findings.map(({ code }) => code).sort(), [
    'file-missing',
    'file-missing',
    'old-helper',
  ]);
  const report = await examined(tgz(file('main.js'), file('edgekv_tokens.js', 'nonsense(')));
  assert.ok(report.findings.some(({ code }) => code === 'tokens-file-unreadable'));
});

test('an inspected bundle tells names and references, never a value', async () => {
  const text =
    'export const edgekv_access_tokens = { "namespace-a": { name: "legacy", value: "eyJsecret" } };';
  const report = await examined(tgz(file('edgekv_tokens.js', text)));
  assert.ok(!JSON.stringify(report).includes('eyJsecret'));
  assert.equal(report.tokensFile?.items[0]?.token, 'legacy');
});

test('a tokens file that is a link is a question, and the answer may be a file in its place', async () => {
  const linked = tgz(file('a.js', TOKENS), file('edgekv_tokens.js', '', { type: '2', link: 'a.js' }));
  const question = await refusal(linked);
  assert.equal(question.status, 409);
  assert.equal(question.code, 'tokens-file-choice');
  const chosen = await patchBundle(linked, [token], { overwrite: false, file: 'edgekv_tokens.js' });
  assert.ok(chosen.ok);
  const written = await archiveOf(chosen.value.bytes);
  const entry = written.entries.find(({ path }) => path === 'edgekv_tokens.js');
  assert.deepEqual([entry?.type, entry?.mode], ['file', 0o644]);
});

test('random damage never throws and never gives a file that differs elsewhere (property)', async () => {
  const whole = gunzipSync(
    tgz(file('main.js', 'hello'), file('edgekv_tokens.js', TOKENS), file('tail', 'end')),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (damage) => {
        const copy = Buffer.from(whole);
        for (const [at, byte] of damage) copy.writeUInt8(byte, at);
        const result = await patchBundle(gzipSync(copy), [token], { overwrite: true });
        if (!result.ok) return;
        const [before, now] = [await archiveOf(gzipSync(copy)), await archiveOf(result.value.bytes)];
        const others = (archive: Archive) =>
          archive.entries
            .filter(({ normalized }) => normalized !== 'edgekv_tokens.js')
            .map(({ path, data }) => `${path} ${Buffer.from(data).toString('hex')}`);
        assert.deepEqual(others(now), others(before));
      },
    ),
    { numRuns: 300 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles } from '@/simulator/bundle';
import { type Archive, readArchive } from './archive';
import { AKAMAI_LIMITS, shapeFindings, sizeFindings } from './bundle-shape';

const USUAL = { 'main.js': 'export {};', 'bundle.json': '{}' };

async function archiveOf(packed: Buffer): Promise<Archive> {
  const read = await readArchive(packed);
  return read.ok ? read.value : assert.fail(read.problem.title);
}

async function found(packed: Buffer, packedBytes = packed.byteLength): Promise<string[]> {
  const archive = await archiveOf(packed);
  const findings = [...shapeFindings(archive), ...sizeFindings(packedBytes, archive.bytes.byteLength)];
  return findings.map(({ severity, code, text }) => `${severity} ${code}: ${text}`);
}

test('an ordinary bundle has nothing to be said', async () => {
  assert.deepEqual(await found(packFiles(USUAL)), []);
});

test('names that begin with ./ are told, with the offer to write them without', async () => {
  assert.deepEqual(await found(packFiles(USUAL, './')), [
    'warning dot-prefix: Names begin with ./, which Akamai refuses. They are kept; a patch can write them without (strip-prefix=true).',
  ]);
});

test('mandatory files that are missing or lie elsewhere are told', async () => {
  assert.deepEqual(await found(packFiles({ 'a.js': '' })), [
    'error file-missing: There is no main.js at the root, where Akamai needs it.',
    'error file-missing: There is no bundle.json at the root, where Akamai needs it.',
  ]);
  // Whoever packs the folder instead of what is in it gets this.
  assert.deepEqual(await found(packFiles(USUAL, 'shop/')), [
    'error file-missing: There is no main.js at the root, where Akamai needs it. It is in shop.',
    'error file-missing: There is no bundle.json at the root, where Akamai needs it. It is in shop.',
  ]);
  const archive = await archiveOf(packFiles({ ...USUAL, 'src.js': '' }));
  const entries = archive.entries.map((one) =>
    one.normalized === 'main.js' ? { ...one, type: 'symlink' as const, linkPath: 'src.js' } : one,
  );
  const [linked] = shapeFindings({ ...archive, entries });
  assert.equal(linked?.text, 'main.js is a symlink; Akamai needs it as a file at the root.');
});

test('executable files are told, the first by name; folders are executable everywhere', async () => {
  assert.deepEqual(await found(packFiles(USUAL, '', ['main.js'])), [
    'error executable: Akamai refuses executable files: main.js.',
  ]);
  assert.deepEqual(await found(packFiles({ ...USUAL, 'a.js': '' }, '', ['main.js', 'bundle.json', 'a.js'])), [
    'error executable: Akamai refuses executable files: main.js and 2 more.',
  ]);
  const archive = await archiveOf(packFiles({ ...USUAL, 'lib.js': '' }));
  const entries = archive.entries.map((one) =>
    one.normalized === 'lib.js' ? { ...one, type: 'directory' as const, mode: 0o755 } : one,
  );
  assert.deepEqual(shapeFindings({ ...archive, entries }), []);
});

const { plain, combined } = AKAMAI_LIMITS;
const PACKED: readonly [bytes: number, expected: readonly string[]][] = [
  [plain.packed, []],
  [
    plain.packed + 1,
    [
      'warning too-large-packed: The bundle has 513 KB, more than the 512 KB that Akamai takes; only combined bundles may have 1,024 KB.',
    ],
  ],
  [
    combined.packed + 1,
    [
      'error too-large-packed: The bundle has 1,025 KB, more than the 1,024 KB that Akamai takes even of combined bundles.',
    ],
  ],
];

for (const [bytes, expected] of PACKED) {
  test(`a bundle of ${bytes} bytes, packed`, async () => {
    assert.deepEqual(await found(packFiles(USUAL), bytes), expected);
  });
}

test('a bundle that unpacks to more than Akamai takes is told, with both limits', async () => {
  const with_ = (bytes: number) => packFiles({ ...USUAL, 'data.js': Buffer.alloc(bytes, 'x') });
  assert.deepEqual(await found(with_(900 * 1024)), []);
  assert.deepEqual(await found(with_(1024 * 1024)), [
    'warning too-large-unpacked: The bundle unpacks to 1,028 KB, more than the 1,024 KB that Akamai takes; only combined bundles may have 5,120 KB.',
  ]);
  const [finding] = await found(with_(5 * 1024 * 1024));
  assert.match(finding ?? '', /^error too-large-unpacked: .* even of combined bundles/);
});
